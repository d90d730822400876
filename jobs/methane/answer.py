"""What is known of methane near a city: dated plumes with the nearest mapped site, or that nobody looked."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from data.attribution import distance
from data.city import City
from data.inventory.inventory import InventoryError
from data.inventory.inventory import load as inventory
from data.store.reader import StoreReader
from data.times import iso_texts
from jobs.export.csv_lines import safe
from jobs.methane.keep import FILES, TABLE
from sources.base import Credit
from sources.credits import credit
from sources.unep_imeo_mars import RADIUS, UnepImeoMars

LAG = (30, 75)  # a plume is published so long after its overpass, as seen in the file of October 2024 [d]
COLUMNS = (
    "plume", "observed_at", "precision", "lat", "lon", "position_km", "distance_km", "flux_t_h", "flux_std_t_h",
    "sensor", "sector", "source_name", "detected_by", "quantified_by", "notified", "changed_at", "known_at",
    "nearest_site", "nearest_site_name", "nearest_site_km", "nearest_site_quality", "credit", "licence",
)  # fmt: skip
TIMES = ("observed_at", "changed_at", "known_at")
KG = 1000.0  # in a tonne


@dataclass(frozen=True)
class Methane:
    """
    Plumes near a city, and what of it was looked at.

    Attributes
    ----------
    city : str
        Key.
    plumes : DataFrame
        `COLUMNS`, the newest overpass first; rates in t/h.
    looked : bool
        Whether any file was read: without one an empty table says nothing.
    file_date : date or None
        Last change of any line of the newest file.
    read_at : datetime or None
        When it was read last.
    newest : datetime or None
        Newest overpass of the whole file, wherever on earth.
    file_plumes : int
        Plumes of the whole file.
    radius_km : float
        How far from the city's centre plumes count. [km]
    credit : Credit
        Whose data these are.
    """

    city: str
    plumes: pd.DataFrame
    looked: bool
    file_date: date | None
    read_at: datetime | None
    newest: datetime | None
    file_plumes: int
    radius_km: float
    credit: Credit

    def document(self, leaving: "Methane") -> dict[str, Any]:
        """
        What the open interface answers of what is shown.

        Parameters
        ----------
        leaving : Methane
            The same as the gate for exports gives it.

        Returns
        -------
        dict
            ``plumes`` are the rows that may leave, ``withheld`` counts the others; ``publisher`` is where anybody may
            take them.
        """
        rows = leaving.plumes
        plain = rows.assign(**{name: iso_texts(rows[name]) for name in TIMES})
        return {
            "city": self.city, "looked": self.looked, "file_date": self.file_date, "read_at": self.read_at,
            "newest_overpass": self.newest, "file_plumes": self.file_plumes, "radius_km": self.radius_km,
            "count": len(self.plumes), "withheld": len(self.plumes) - len(rows), "credit": self.credit.text,
            "licence": self.credit.licence, "publisher": self.credit.url,
            "plumes": [{k: None if v != v else v for k, v in row.items()} for row in plain.to_dict("records")],
        }  # fmt: skip

    def csv(self) -> bytes:
        """The plumes as UTF-8 CSV, `COLUMNS`; ask it of what the gate for exports gave."""
        table = self.plumes.assign(**{name: iso_texts(self.plumes[name]) for name in TIMES})
        for name in COLUMNS:
            if not pd.api.types.is_numeric_dtype(table[name]):
                table[name] = [safe(words) if isinstance(words, str) else words for words in table[name]]
        return str(table.to_csv(index=False, lineterminator="\n")).encode("utf-8")


def methane(store: StoreReader, city: City, language: str = "en", as_of: datetime | None = None) -> Methane:
    """
    Plumes near a city as the store holds them.

    Parameters
    ----------
    store : StoreReader
        To read.
    city : City
        Whose 150 km.
    language : str
        Of the names of sites.
    as_of : datetime, optional
        What was known then; what is known now by default.

    Returns
    -------
    Methane
        Every plume with the nearest site of the register that has a position. It is no claim that the plume came from
        there: a plume over a city may be its gas network.
    """
    rows, files = store.table(TABLE), store.table(FILES)
    rows, files = rows[rows["city"] == city.key], files[files["city"] == city.key]
    if as_of is None:
        rows = rows[rows["known_until"].isna()]
    else:
        rows = rows[(rows["known_at"] <= as_of) & (rows["known_until"].isna() | (rows["known_until"] > as_of))]
        files = files[files["read_at"] <= as_of]
    own = credit(UnepImeoMars.name)
    last = files.sort_values(["changed_at", "read_at"], na_position="first").tail(1).to_dict("records")
    told = last[0] if last else {}
    changed, read, newest = (told.get(name, pd.NaT) for name in ("changed_at", "read_at", "newest"))
    return Methane(
        city.key, _shown(rows, city, language, own), bool(last), None if pd.isna(changed) else changed.date(),
        None if pd.isna(read) else read.to_pydatetime(), None if pd.isna(newest) else newest.to_pydatetime(),
        int(told.get("plumes", 0)), RADIUS, own,
    )  # fmt: skip


def _shown(rows: pd.DataFrame, city: City, language: str, own: Credit) -> pd.DataFrame:
    sites = _sites(city.key, language)
    nearest = [nearest_site(sites, row.lat, row.lon) for row in rows.itertuples()]
    beside = pd.DataFrame(nearest, columns=["nearest_site", "nearest_site_name", "nearest_site_km",
                                            "nearest_site_quality"], index=rows.index)  # fmt: skip
    beside["nearest_site_km"] = beside["nearest_site_km"].astype("float64")
    table = rows.assign(
        flux_t_h=rows["flux"] / KG, flux_std_t_h=rows["flux_std"] / KG, credit=own.text, licence=own.licence
    ).join(beside)
    ordered = table.sort_values(["observed_at", "plume"], ascending=[False, True], kind="stable")
    return ordered[list(COLUMNS)].reset_index(drop=True)


def nearest_site(sites: pd.DataFrame, lat: float, lon: float) -> tuple[str, str, float, str]:
    """
    The site of the register nearest to a place.

    Parameters
    ----------
    sites : DataFrame
        site, name, lat, lon [°], coord_quality; those with a position.
    lat, lon : float
        The place. [°]

    Returns
    -------
    (str, str, float, str)
        Key, name, distance [km] and quality of its position; empty and no number where the register places nothing.

    Examples
    --------
    >>> sites = pd.DataFrame({"site": ["a", "b"], "name": ["A", "B"], "lat": [41.0, 42.0], "lon": [69.0, 69.0],
    ...                       "coord_quality": "plant"})
    >>> nearest_site(sites, 41.1, 69.0)
    ('a', 'A', 11.1, 'plant')
    """
    if not len(sites):
        return "", "", float("nan"), ""
    apart = distance(sites, lat, lon)
    at = apart.idxmin()
    row = sites.loc[at]
    return str(row["site"]), str(row["name"]), round(float(apart.loc[at]), 1), str(row["coord_quality"])


def _sites(city: str, language: str) -> pd.DataFrame:
    """Sites with a position that are or were at work; none where the register cannot be read, which its page says."""
    try:
        table = inventory(city).sites
    except InventoryError:
        return pd.DataFrame(columns=["site", "name", "lat", "lon", "coord_quality"])
    rows = table[(table["status"] != "planned") & table["lat"].notna()]
    own = rows[f"name_{language}"]
    return rows.assign(name=own.where(own != "", rows["name_en"]))[["site", "name", "lat", "lon", "coord_quality"]]
