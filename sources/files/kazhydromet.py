"""Kazhydromet's rows as handed over: the hourly averages of its feed, and its 20-minute tables, both in mg/m³."""

from collections.abc import Mapping

import pandas as pd

from data.times import OFFSET
from sources.files import numbers
from sources.files.profile import Layout, Options, Profile, local, melt, number, used

KEY = "kazhydromet"
UNIT = "mg/m3"
HOUR = pd.Timedelta("1h")
CODES: Mapping[str, str] = {
    "PM2.5": "pm25", "PM10": "pm10", "PM1": "pm1", "TSP": "tsp", "CO": "co", "NO2": "no2", "NO": "no", "SO2": "so2",
    "O3": "o3", "H2S": "h2s", "NH3": "nh3",
}  # fmt: skip
WIDE = {
    "PM2_5": ("pm25", UNIT), "PM10": ("pm10", UNIT), "SO2": ("so2", UNIT), "CO": ("co", UNIT), "NO2": ("no2", UNIT),
    "NO": ("no", UNIT), "O3": ("o3", UNIT),
}  # fmt: skip
# Posts by city, as AirData.kz places them; the feed itself names no city. Id → name, latitude, longitude.
POSTS: Mapping[str, Mapping[str, tuple[str, float, float]]] = {
    "astana": {
        "12": ("PCP #6", 51.1813, 71.4658), "14": ("PCP #5", 51.1574, 71.4151), "4": ("PCP #7", 51.1192, 71.4323),
        "7": ("PCP #9", 51.1231, 71.4834), "8": ("PCP #8", 51.1861, 71.3437), "9": ("PCP #10", 51.1584, 71.4675),
    },
}  # fmt: skip
TYPED = " (S)", " (N)"


def feed(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Hourly averages as the feed of 2020 gave them, one value a row.

    Notes
    -----
    The stamp is UTC and the END of the hour: each row was fetched 49 minutes after its stamp, when the hour that
    begins there was not over. A value fetched again later replaces the earlier one.
    """
    table = table.rename(columns=_untyped(list(table.columns)))
    if "ts" in table:
        table = table.sort_values("ts", kind="stable")
    stamp = pd.to_datetime(table["date"], format="ISO8601", utc=True, errors="coerce")
    zoned = table["date"].str.contains(OFFSET, na=False)
    rows = pd.DataFrame({"start": stamp.where(zoned) - HOUR})
    rows["station"] = (f"{KEY}:" + table["stationId"]).where(table["stationId"].notna())
    rows["parameter"] = table["code"].map(CODES).fillna("code " + table["code"])  # one we do not keep is named
    rows = rows.assign(**numbers.read(table["value"]).columns(_elsewhere(table["stationId"], options)))
    return rows.assign(raw_unit=table["unit"], minutes=60, source=KEY, city=options.city.key, kind="reference")


def twenty(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    20-minute samples, one line per post and moment, naive local stamps.

    Notes
    -----
    The publisher does not say which end of the 20 minutes a stamp names; it is read as the END, as in its feed.
    """
    stamp, lost = local(table["datetime"], options, "%Y-%m-%d %H:%M:%S")
    elsewhere = _elsewhere(table["station"], options)
    fixed = pd.DataFrame({"start": stamp - pd.Timedelta("20min"), "reject": elsewhere.where(elsewhere != "", lost)})
    fixed["station"] = (f"{KEY}:" + table["station"]).where(table["station"].notna())
    common = {"minutes": 20, "source": KEY, "city": options.city.key, "kind": "reference"}
    return melt(table, fixed.assign(**common), WIDE)


def _untyped(columns: list[str]) -> dict[str, str]:
    return {c: c.removesuffix(TYPED[0]).removesuffix(TYPED[1]) for c in columns}


def _elsewhere(ids: pd.Series, options: Options) -> pd.Series:
    """Reason, per row, why its post is not one of the city; empty where it is or nobody knows better."""
    own = POSTS.get(options.city.key, {})
    listed = set(options.places["station"].dropna()) if options.places is not None else set()
    other = {post for key, posts in POSTS.items() if key != options.city.key for post in posts} - listed
    foreign = ~ids.isin([*own, *listed]) if own or listed else ids.isin(list(other))
    return pd.Series("", index=ids.index, dtype="str").mask(foreign, f"post is not known in {options.city.name()}")


def stations(ids: pd.Series, options: Options) -> pd.DataFrame:
    """Posts of a file that are the city's, with the coordinates of the list given beside it or of our own."""
    listed = {}
    if options.places is not None:
        for row in options.places.itertuples():
            listed[str(row.station)] = (
                str(row.district),
                number(pd.Series([row.lat]))[0],
                number(pd.Series([row.lon]))[0],
            )
    known = {**POSTS.get(options.city.key, {}), **listed}
    kept = ids[_elsewhere(ids, options) == ""].dropna().unique()
    places = [known.get(i, ("", float("nan"), float("nan"))) for i in kept]
    return pd.DataFrame(
        {
            "station": [f"{KEY}:{i}" for i in kept],
            "name": [f"{i} {p[0]}".strip() for i, p in zip(kept, places, strict=True)],
            "lat": [p[1] for p in places],
            "lon": [p[2] for p in places],
            "coord_quality": ["exact" if i in known else "" for i in kept],
        }
    ).assign(source=KEY, city=options.city.key, kind="reference", owner="Kazhydromet")


def _feed_stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return stations(table.rename(columns=_untyped(list(table.columns)))["stationId"], options)


def _listed(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    return stations(table["station"], options)


_COLUMNS = ("code", "date", "stationId", "unit", "value")
TYPES = {c + t: c for c in (*_COLUMNS, "ts") for t in TYPED}
PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.kazhydromet_posts",
            columns=frozenset({"station", "district", "lat", "lon"}),
            use=used((), ("station", "district", "lat", "lon")),
            parse=_listed,
            stations=_listed,
            places=True,
        ),
        Layout(
            name="files.layout.kazhydromet_hours",
            columns=frozenset(_COLUMNS),
            use=used(
                ("value",),
                ("code", "date", "stationId", "unit", "ts"),
                TYPES,
                {"id (S)": "not_kept", "tsid (S)": "not_kept"},
            ),
            parse=feed,
            stations=_feed_stations,
            names=TYPES,
        ),
        Layout(
            name="files.layout.kazhydromet_minutes",
            columns=frozenset({"datetime", "station", *WIDE}),
            use=used(
                tuple(WIDE),
                ("datetime", "station"),
                left_out=dict.fromkeys(("year", "month", "day", "hour"), "computed"),
            ),
            parse=twenty,
            stations=lambda table, options: stations(table["station"], options),
        ),
    ),
    home=lambda table: "",
)
