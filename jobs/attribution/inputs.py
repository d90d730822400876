"""What a refit works on: measurements, weather, stations and known sources of a city, gathered from the store."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import pandas as pd

from data import attribution as published
from data import demo
from data.city import City, city
from data.clock import local_date
from data.demo.places import REFERENCE
from data.inventory import fuels, inventory
from data.parameters import WEATHER
from data.store.reader import StoreReader
from jobs.events.hotspots import hotspots
from jobs.register import inventory as register
from models.attribution.panel import WEATHER as USED
from models.stations.monitors import once, standing_for_air

POLLUTANTS = ("pm25", "pm10", "so2", "no2", "co")
NAMES = ("name", "name_ru", "name_uz", "name_kk")


@dataclass(frozen=True)
class Inputs:
    """
    One city's tables as `SourceAttributor.fit` takes them, and what is needed to gather them again.

    Attributes
    ----------
    measurements, weather, stations, sources : DataFrame
        Tidy rows flagged `ok`, each monitor once; weather hourly, a model only where nothing was measured.
    hotspots, prior : DataFrame or None
        Fires with time, place and radiative power [MW]; annual shares published for the city.
    names : DataFrame
        Per site: ``site``, names in four languages, ``coord_quality``, ``fuel`` of the last day.
    kind : str
        `measured`, or `simulated` in the demo world.
    modelled : float
        Part of the hours whose wind speed is a model's. [0–1]
    version, digest : str
        Version of the store's tables, and SHA-256 over the rows themselves.
    """

    city: City
    start: datetime
    end: datetime
    measurements: pd.DataFrame
    weather: pd.DataFrame
    stations: pd.DataFrame
    sources: pd.DataFrame
    hotspots: pd.DataFrame | None
    prior: pd.DataFrame | None
    names: pd.DataFrame
    vintage: str
    inventory_sha256: str
    kind: str
    modelled: float
    version: str
    digest: str

    def tables(self) -> dict[str, pd.DataFrame | None]:
        """By the names that `SourceAttributor.fit` uses."""
        plain = {"measurements": self.measurements, "weather": self.weather, "stations": self.stations}
        return {**plain, "sources": self.sources, "hotspots": self.hotspots, "prior": self.prior}


def gather(store: StoreReader, key: str, start: datetime, end: datetime) -> Inputs:
    """
    Everything known of a city in [start, end).

    Parameters
    ----------
    store : StoreReader
        A real one, or the demo world's: which it is the rows say.
    key : str
        Of the city.

    Returns
    -------
    Inputs
        Tables may be empty; the model says what it cannot do without.
    """
    place = city(key)
    known = store.stations(key)
    rows = store.measurements(key, POLLUTANTS, start, end, flags=("ok",))
    measured = once(standing_for_air(rows), known)
    simulated = demo.is_demo(measured)
    weather, modelled = weather_of(store.measurements(key, tuple(WEATHER), start, end, flags=("ok",)))
    sources, names, vintage, digest = _simulated_register(key) if simulated else _register(store, place, end)
    return Inputs(
        city=place, start=start, end=end, measurements=measured, weather=weather,
        stations=placed(known, measured, place), sources=sources,
        hotspots=demo.satellite(key, start, end)
        if simulated
        else hotspots(store, key, start, end, known, since=start),
        prior=published.published_prior(place.lat, place.lon), names=names, vintage=vintage, inventory_sha256=digest,
        kind="simulated" if simulated else "measured", modelled=modelled,
        version=store.version("measurements", "stations"), digest=_digest(measured, weather),
    )  # fmt: skip


def weather_of(rows: pd.DataFrame) -> tuple[pd.DataFrame, float]:
    """
    One observation per station and hour, the hour's last; a model's only for hours that nobody measured.

    Returns
    -------
    weather : DataFrame
        ``station, start, parameter, value``.
    modelled : float
        Part of the wind speeds that are a model's; 0 without any. [0–1]
    """
    used = rows[rows["parameter"].isin(USED) & (rows["minutes"] <= 60)]
    used = used.assign(start=used["start"].dt.floor("h"), modelled=used["kind"].eq("model"))
    used = used.sort_values("start", kind="stable").groupby(["station", "parameter", "start"], as_index=False).last()
    seen = used.loc[~used["modelled"], ["parameter", "start"]].drop_duplicates()
    both = used.merge(seen.assign(seen=True), on=["parameter", "start"], how="left")
    kept = both[~both["modelled"] | both["seen"].isna()]
    wind = kept[kept["parameter"] == "wind_speed"]
    return kept[["station", "start", "parameter", "value"]], float(wind["modelled"].mean()) if len(wind) else 0.0


def placed(known: pd.DataFrame, measured: pd.DataFrame, place: City) -> pd.DataFrame:
    """
    Stations that measured, with their place; only where none has one do they stand at the city's centre.

    In the demo world every station is of kind `simulated`; its owner says which play reference monitors.
    """
    mine = known[known["station"].isin(set(measured["station"]))].drop_duplicates("station")
    mine = mine.assign(kind=mine["kind"].where(mine["kind"] != "simulated", _role(mine)))
    located = mine.dropna(subset=["lat", "lon"])
    if len(located):
        return located.reset_index(drop=True)
    absent = sorted(set(measured["station"])) if not len(mine) else list(mine["station"])
    kinds = measured.drop_duplicates("station").set_index("station")["kind"].to_dict()
    return pd.DataFrame(
        {"station": absent, "kind": [kinds.get(s, "indicative") for s in absent], "lat": place.lat, "lon": place.lon}
    )


def _role(stations: pd.DataFrame) -> pd.Series:
    return stations["owner"].eq(REFERENCE).map({True: "reference", False: "indicative"})


def _register(store: StoreReader, place: City, end: datetime) -> tuple[pd.DataFrame, pd.DataFrame, str, str]:
    """The sites at work on the last day of the window, whose end is no longer of it, and what they burned then."""
    book, day = register.sources(store, place.key), local_date(end - timedelta(microseconds=1), place.zone)
    names = book.sites.rename(columns={"name_en": "name"})[["site", *NAMES, "coord_quality", "fuel"]]
    names = names.assign(fuel=[fuels.on(text, day) for text in names["fuel"]])
    return inventory.sources(book, day), names, book.vintage, book.sha256


def _simulated_register(key: str) -> tuple[pd.DataFrame, pd.DataFrame, str, str]:
    sites = demo.register(key)
    names = pd.DataFrame({"site": sites["site"], **dict.fromkeys(NAMES, sites["site"])})
    return sites, names.assign(coord_quality="plant", fuel=""), "", _digest(sites)


def _digest(*tables: pd.DataFrame) -> str:
    """SHA-256 over the rows of tables, whatever their order."""
    made = sha256()
    for table in tables:
        columns = [c for c in ("station", "site", "start", "parameter", "minutes", "value", "pm25_gps") if c in table]
        words = table[columns].astype({c: "str" for c in columns if table[c].dtype != "float64"})
        made.update(pd.util.hash_pandas_object(words, index=False).sort_values().to_numpy().tobytes())
    return made.hexdigest()


def window(now: datetime, days: int) -> tuple[datetime, datetime]:
    """The whole hours of the last days, up to the hour that has ended. [UTC]"""
    end = now.replace(minute=0, second=0, microsecond=0)
    return end - timedelta(days=days), end
