"""Files of the EEA's download service: Parquet, one per sampling point, as European networks report to it."""

from collections.abc import Mapping

import pandas as pd

from data import checks
from data.checks import NONE, Entries, make
from sources.files.profile import Layout, Options, Profile, number, used

KEY = "eea"
# Code of the vocabulary aq/pollutant → our key.
POLLUTANTS: Mapping[int, str] = {
    1: "so2", 5: "pm10", 7: "o3", 8: "no2", 9: "nox", 10: "co", 11: "h2s", 35: "nh3", 38: "no", 4: "tsp", 6001: "pm25",
}  # fmt: skip
ZONE = "Etc/GMT-1"  # by convention UTC+1, summer and winter: the sign of these names is turned
MISSING = -900.0  # -999 is no value
# Code of aq/observationvalidity → flag, checks and note.
VALIDITY: Mapping[int, tuple[str, Entries, str]] = {
    1: ("ok", NONE, ""),
    2: ("ok", NONE, "network: below the detection limit"),
    3: ("ok", NONE, "network: below the detection limit, value replaced by half of it"),
    -1: ("invalid", (make("network", "not_valid"),), ""),
    -99: ("invalid", (make("network", "not_valid", "maintenance"),), ""),
}
UNREAD = ("suspect", (make("network", "validity_unknown"),), "")
VERIFIED: Mapping[int, str] = {1: "", 2: "network: preliminary", 3: "network: not verified"}
COLUMNS = ("Samplingpoint", "Pollutant", "Start", "End", "Value", "Unit", "Validity", "Verification")


def parse(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Rows of a file.

    Notes
    -----
    ``Start`` and ``End`` are the interval, without zone and by convention at UTC+1. ``Validity`` becomes the flag;
    what is not verified yet says so in ``note``.
    """
    start, end = (_moment(table[name]) for name in ("Start", "End"))
    value = number(_plain(table["Value"]))
    code = number(_plain(table["Pollutant"]))
    judged = number(_plain(table["Validity"])).map(lambda v: VALIDITY.get(int(v), UNREAD) if v == v else UNREAD)
    told = number(_plain(table["Verification"])).map(lambda v: VERIFIED.get(int(v), "") if v == v else "")
    notes = ["; ".join(filter(None, (j[2], seen))) for j, seen in zip(judged, told, strict=True)]
    return pd.DataFrame(
        {
            "start": start,
            "station": f"{KEY}:" + _plain(table["Samplingpoint"]).str.replace("/", "-", regex=False),
            "parameter": code.map(lambda c: POLLUTANTS.get(int(c), f"code {int(c)}") if c == c else None),
            "minutes": (end - start).dt.total_seconds() / 60,
            "raw_value": value.where(value > MISSING),
            "raw_unit": _plain(table["Unit"]),
            "flag": judged.map(lambda j: j[0]),
            "checks": checks.column(judged.map(lambda j: j[1]), table.index),
            "note": notes,
        }
    ).assign(source=KEY, city=options.city.key, kind="reference")


def _plain(column: pd.Series) -> pd.Series:
    """Text of a column, whether it came from CSV or, typed, from Parquet."""
    if pd.api.types.is_numeric_dtype(column):
        return column
    return column.where(column.isna(), column.astype("str"))


def _moment(column: pd.Series) -> pd.Series:
    stamps = (
        column
        if pd.api.types.is_datetime64_any_dtype(column)
        else pd.to_datetime(column.astype("str"), format="ISO8601", errors="coerce")
    )
    if isinstance(stamps.dtype, pd.DatetimeTZDtype):
        return stamps.dt.tz_convert("UTC")
    inside = stamps.where((stamps.dt.year > 1970) & (stamps.dt.year < 2200))
    return inside.astype("datetime64[us]").dt.tz_localize(ZONE).dt.tz_convert("UTC")


def stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Sampling points of a file; their places stand in the service's metadata, not here."""
    points = _plain(table["Samplingpoint"]).dropna().drop_duplicates()
    return pd.DataFrame({"station": f"{KEY}:" + points.str.replace("/", "-", regex=False), "name": points}).assign(
        source=KEY, city=options.city.key, kind="reference", owner="reported to the EEA", licence="CC BY 4.0"
    )


PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.eea",
            columns=frozenset(COLUMNS),
            use=used(("Value",), tuple(c for c in COLUMNS if c != "Value")),
            parse=parse,
            stations=stations,
        ),
    ),
    home=lambda table: "",
    binary=True,
    typed=True,
)
