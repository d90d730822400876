"""UNEP IMEO's Methane Alert and Response System: plumes of methane that satellites saw, with their rate."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.attribution import distance
from data.city import City
from sources.base import Answer, BadPayload, Credit, Quota, understood
from sources.http import LARGEST
from sources.network import Network, number, shape

PARAMETERS: Mapping[str, str] = MappingProxyType({})  # a rate at a source is no value of the air at a station
TABLE = "plumes"
PATH = "public/unep_methanedata_detected_plumes_csv.zip"
RADIUS = 150.0  # of a city's centre; the file's own `country` is unreliable, so plumes are chosen by distance [km]
NEEDED = ("id_plume", "satellite", "tile_date", "lat", "lon", "sector", "ch4_fluxrate", "ch4_fluxrate_std")
# Our column ← theirs, where the file has it: `source_name` came after November 2024.
TEXTS: Mapping[str, str] = MappingProxyType(
    {
        "sensor": "satellite",
        "sector": "sector",
        "source_name": "source_name",
        "country": "country",
        "detected_by": "detection_institution",
        "quantified_by": "quantification_institution",
        "notified": "notified",
    }
)
COLUMNS = (
    "plume", "lat", "lon", "observed_at", "precision", "flux", "flux_std", "unit", *TEXTS, "position_km", "changed_at",
    "reject",
)  # fmt: skip
UNIT = "kg/h"  # of `ch4_fluxrate`, instantaneous at the overpass (the file's definitions)
# Plumes listed from TROPOMI, whose pixels are 7 km wide, lie scattered within about 20 km around Tashkent (recorded
# file of October 2024). Nothing is stated of the others, whose pixels are metres wide.
COARSE = (("tropomi", 20.0),)  # part of the sensor's name, and the position's error [km]
MIDNIGHT = "T00:00:00"  # what stands where the file knows the day alone
CUT = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


@understood("unep_imeo_mars")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Plumes of the whole file, the zip or its `plumes.csv` alone.

    Parameters
    ----------
    payload : bytes or str
        As delivered.
    city : str
        Not used: the file is of the whole world.

    Returns
    -------
    DataFrame
        `COLUMNS`: rates and their standard deviation as delivered [kg/h], NaN where none is stated; `observed_at` in
        UTC with `precision` ``moment`` or ``day``; `position_km` where the position is known to be coarse; `reject`
        says why a line is no plume, empty for a sound one. Both states of the file are read: that of 2024 and that of
        2026 with more columns.

    Raises
    ------
    BadPayload
        When it is no such file.
    """
    made = [_row(line) for line in _lines(_text(payload))]
    rows = pd.DataFrame(made, columns=list(COLUMNS))
    for name in ("observed_at", "changed_at"):
        stamps = pd.to_datetime(rows[name], utc=True, errors="coerce", format="ISO8601")
        rows[name] = stamps.astype("datetime64[us, UTC]")
    rows = rows.astype(dict.fromkeys(("lat", "lon", "flux", "flux_std", "position_km"), "float64"))
    _refuse(rows, rows["observed_at"].isna(), "no time")
    _refuse(rows, rows.duplicated("plume", keep="last"), "listed again further down")
    return rows


def near(rows: pd.DataFrame, city: City, radius: float = RADIUS) -> pd.DataFrame:
    """
    Sound plumes within a distance of a city's centre, and the lines that cannot be told.

    Parameters
    ----------
    rows : DataFrame
        From `parse`.
    city : City
        Its centre counts.
    radius : float
        Largest distance. [km]

    Returns
    -------
    DataFrame
        The same columns and `distance_km`, the nearest first.
    """
    apart = distance(rows, city.lat, city.lon)
    kept = rows.assign(distance_km=apart.round(1))[(apart <= radius) | (rows["reject"] != "")]
    return kept.sort_values("distance_km", kind="stable").reset_index(drop=True)


def _refuse(rows: pd.DataFrame, which: pd.Series, reason: str) -> None:
    rows.loc[which & (rows["reject"] == ""), "reject"] = reason


def _text(payload: Any) -> str:
    if isinstance(payload, str):
        return payload
    if not isinstance(payload, bytes):
        raise BadPayload("sources.file.none", network="unep_imeo_mars", found=shape(payload))
    content = _unzipped(payload) if payload.startswith(b"PK") else payload
    return content.decode("utf-8-sig", "replace")


def _unzipped(payload: bytes) -> bytes:
    """The table of plumes of the zip, never more than a limit."""
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as packed:
            names = [n for n in packed.namelist() if n.lower().endswith(".csv") and "plumes" in n.lower()]
            if not names:
                raise BadPayload("sources.answer.lacks", network="unep_imeo_mars", part="plumes.csv", found="zip")
            with packed.open(names[0]) as file:
                content = file.read(LARGEST + 1)
    except CUT as error:
        raise BadPayload("sources.file.damaged", network="unep_imeo_mars", error=type(error).__name__) from error
    if len(content) > LARGEST:
        raise BadPayload("sources.file.too_large", network="unep_imeo_mars", most=LARGEST >> 20)
    return content


def _lines(text: str) -> Iterator[dict[str, str]]:
    """Lines by the header; one with too few or too many cells keeps its id and says so in `reject`."""
    table = csv.reader(io.StringIO(text.replace("\x00", "")))
    try:
        head = [name.strip() for name in next(table, [])]
        lines = [line for line in table if line]
    except csv.Error as error:
        raise BadPayload("sources.file.no_table", network="unep_imeo_mars") from error
    if missing := [name for name in NEEDED if name not in head]:
        raise BadPayload("sources.file.columns", network="unep_imeo_mars", columns=missing)
    for line in lines:
        cells = {**dict.fromkeys(head, ""), **dict(zip(head, line, strict=False))}
        yield cells | {"reject": "" if len(line) == len(head) else "another number of cells than the heading"}


def _row(line: Mapping[str, str]) -> dict[str, Any]:
    cells = {name: cell.strip() for name, cell in line.items()}
    lat, lon, flux = (number(cells[name]) for name in ("lat", "lon", "ch4_fluxrate"))
    placed = -90 <= lat <= 90 and -180 <= lon <= 180
    faults = (
        (not cells["id_plume"], "no identifier"), (not placed, "no position"), (flux < 0, "a rate below zero"),
    )  # fmt: skip
    sensor = cells["satellite"].lower()
    return {
        **{ours: cells.get(theirs, "") for ours, theirs in TEXTS.items()},
        "plume": cells["id_plume"],
        "lat": lat if placed else float("nan"),
        "lon": lon if placed else float("nan"),
        "observed_at": cells["tile_date"],
        "precision": "day" if len(cells["tile_date"]) == len("2023-01-12") or cells["tile_date"].endswith(MIDNIGHT)
        else "moment",
        "flux": flux,
        "flux_std": number(cells["ch4_fluxrate_std"]),
        "unit": UNIT,
        "position_km": next((km for word, km in COARSE if word in sensor), float("nan")),
        "changed_at": max(cells.get("last_update", ""), cells.get("insert_date", "")),
        "reject": cells["reject"] or next((why for wrong, why in faults if wrong), ""),
    }  # fmt: skip


class UnepImeoMars(Network):
    """The one file of all plumes, without a key; it is asked for once a day and serves every city."""

    name = "unep_imeo_mars"
    table = TABLE
    host = "https://unepazeconomyadlsstorage.blob.core.windows.net"
    credit = Credit(
        "UNEP International Methane Emissions Observatory (IMEO), Methane Alert and Response System (MARS)",
        "https://methanedata.unep.org",
        "CC BY-NC-SA 4.0",
        False,
    )
    every = timedelta(days=1)
    revises = timedelta(days=90)  # a plume is published 30 to 75 days after its overpass
    span = timedelta(days=36_500)  # the file is whole whatever stretch is asked for
    quota = Quota(60, timedelta(hours=1))

    def stations(self, city: City) -> pd.DataFrame:
        """None: a plume is no station."""
        return pd.DataFrame()

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """No measurement: what comes are plumes, see `ask`."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """Every plume near the city, of whatever time: the file comes whole and corrects itself."""
        rows = self.held(PATH, lambda: parse(self.client.get_bytes(PATH)))
        return Answer(pd.DataFrame(), tables={TABLE: rows})
