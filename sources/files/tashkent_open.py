"""Tashkent's open data: the city network's daily medians and hours, and one published sensor with its weather."""

from collections.abc import Mapping

import pandas as pd

from data.times import OFFSET
from sources.files import numbers, stamps
from sources.files.profile import Layout, Options, Profile, local, melt, number, used

KEY = "tashkent-open"
HOURLY = {
    "pm2_5": ("pm25", "µg/m³"),
    "humidity": ("relative_humidity", "%"),
    "rain": ("precipitation", "mm"),
}
# The one sensor of the hourly file with weather, and the model whose weather stands beside it.
PLACE = (41.2047, 69.2325)
SENSOR, MODEL, CAMS = f"{KEY}:sputnik-4", f"{KEY}:openmeteo-archive", f"{KEY}:cams"
WEATHER = {
    "temperature_2m": ("temperature", "°C"),
    "relative_humidity_2m": ("relative_humidity", "%"),
    "wind_speed_10m": ("wind_speed", "km/h"),
    "wind_direction_10m": ("wind_direction", "°"),
    "surface_pressure": ("pressure", "hPa"),
}
# Word in the file's column ``source`` → station, kind, why a row is not taken.
ORIGINS: Mapping[str, tuple[str, str, str]] = {
    "sensor": (SENSOR, "indicative", ""),
    "cams": (CAMS, "model", ""),
    "waqi": ("", "indicative", "WAQI's terms forbid keeping its values"),
}
# Columns of the whole set in the other two languages of its download → in English. Its index is left out.
WHOLE: Mapping[str, str] = {
    "Дата": "Date", "Время": "Time", "Станция": "Station", "Влажность": "Humidity", "Температура": "Temperature",
    "Осадки": "Precipitation", "Sana": "Date", "Vaqt": "Time", "Stansiya": "Station", "Namlik": "Humidity",
    "Harorat": "Temperature",
}  # fmt: skip
WHOLE_VALUES = {
    "PM2.5": ("pm25", "µg/m³"),
    "Humidity": ("relative_humidity", "%"),
    "Temperature": ("temperature", "°C"),
    "Precipitation": ("precipitation", "mm"),
}
CITY_MEDIAN = "median of the city, not of a station"


def _common(options: Options, **more: object) -> dict[str, object]:
    return {"source": KEY, "city": options.city.key, "kind": "indicative", **more}


def daily(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Medians of a local day, one per station and day.

    Notes
    -----
    For 2024-12-18 the file equals the median of the hourly file at all nine stations: what it calls a day's value is
    the median of its hours, and each row says so in ``statistic``.
    """
    start, lost = local(table["date"], options, "%Y-%m-%d")
    rows = pd.DataFrame({"start": start, **numbers.read(table["pm25"]).columns(lost)}, index=table.index)
    rows["station"] = table["station"].map(_ids(table["station"], options))
    return rows.assign(parameter="pm25", raw_unit="µg/m³", minutes=1440, statistic="median", **_common(options))


def city_daily(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Nothing: the file is computed from the stations' own, and every row says why it is passed over."""
    start, _ = local(table["date"], options, "%Y-%m-%d")
    rows = pd.DataFrame({"start": start, "raw_value": number(table["pm25_muni"])}, index=table.index)
    common = _common(options, parameter="pm25", raw_unit="µg/m³", minutes=1440)
    return rows.assign(station="", reject=CITY_MEDIAN, **common)


def hourly(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Hours of the city network; naive stamps on Tashkent's clock.

    Notes
    -----
    A stamp names the BEGINNING of its hour: the file's whole day runs from 00:00 to 23:00, and the median of just
    these stamps is the daily file's value of that date.
    """
    start, lost = local(table["datetime"], options, "%Y-%m-%dT%H:%M:%S")
    fixed = pd.DataFrame({"start": start, "reject": lost}, index=table.index)
    fixed["station"] = (f"{KEY}:" + table["station_id"]).where(table["station_id"].notna())
    return melt(table, fixed.assign(minutes=60, **_common(options)), HOURLY)


def whole(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Hours of the city network as data set 133 gives them, all years in one file of records.

    Notes
    -----
    Stamps are Tashkent's clock and name the BEGINNING of the hour, as in the hourly file of the same publisher. The
    network's floor of 3.0, its caps of 1000 and stuck runs are for the checks to mark.
    """
    table = table.rename(columns=dict(WHOLE))
    start, lost = stamps.read(table["Date"], options.city.zone, clock=table["Time"])
    fixed = pd.DataFrame({"start": start, "reject": lost}, index=table.index)
    fixed["station"] = table["Station"].map(_ids(table["Station"], options))
    return melt(table, fixed.assign(minutes=60, **_common(options)), WHOLE_VALUES)


def whole_stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of the whole set, by name alone where no list was given."""
    return named(
        table.rename(columns={**WHOLE, "Станция": "station", "Station": "station", "Stansiya": "station"}), options
    )


def sensor(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Hours of one low-cost sensor, and the reanalysis beside it, which is no measurement.

    Notes
    -----
    The publisher does not say which end of the hour a stamp of PM2.5 names; it is read as the beginning. Weather
    holds at the stamp, except that precipitation is the sum of the hour before it (Open-Meteo's documentation).
    """
    stamp = pd.to_datetime(table["datetime"], format="ISO8601", utc=True, errors="coerce")
    zoned = table["datetime"].str.contains(OFFSET, na=False)
    stamp = stamp.where(zoned)
    word = table["source"].where(table["source"].isin(list(ORIGINS)))
    station, kind, reject = (word.map({k: v[i] for k, v in ORIGINS.items()}).astype("str") for i in range(3))
    values = pd.DataFrame({"start": stamp, "station": station, "kind": kind})
    cells = numbers.read(table["pm25"]).columns(reject.fillna("unknown origin"))
    values = values.assign(parameter="pm25", raw_unit="µg/m³", minutes=60, **cells)
    model = {"station": MODEL, "kind": "model", "reject": ""}
    weather = melt(table, pd.DataFrame({"start": stamp}).assign(minutes=0, **model), WEATHER)
    before = pd.DataFrame({"start": stamp - pd.Timedelta("1h")}).assign(minutes=60, **model)
    rain = melt(table, before, {"precipitation": ("precipitation", "mm")})
    return pd.concat([values, weather, rain], ignore_index=True).assign(source=KEY, city=options.city.key)


def _ids(names: pd.Series, options: Options) -> dict[str, str]:
    """Name → station id: the publisher's own where its station list knows the name, else the name itself."""
    known: dict[str, str] = {}
    if options.places is not None:
        for column in ("name_ru", "name_uz"):
            known |= dict(zip(options.places[column].map(_plain), options.places["value_id"], strict=True))
    return {n: f"{KEY}:{known.get(_plain(n), n)}" for n in names.dropna().unique()}


def _plain(name: object) -> str:
    """A station's name without case, spaces and signs: the publisher spells one in several ways."""
    return "".join(c for c in str(name).casefold() if c.isalnum() and c not in "ʻʼ")


def places(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of the publisher's own list."""
    rows = _stations(f"{KEY}:" + table["value_id"].astype("str"), options)
    names = table["name_uz"].fillna("")
    return rows.assign(
        name=names, name_uz=names, name_ru=table["name_ru"].fillna(""), lat=number(table["lat"]),
        lon=number(table["lon"]), coord_quality="exact",
    )  # fmt: skip


def named(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of a daily file, by name alone where no list was given."""
    ids = _ids(table["station"], options)
    rows = _stations(pd.Series(list(ids.values()), dtype="str"), options)
    rows = rows.assign(name=list(ids), name_ru=list(ids))
    return rows if options.places is None else rows[~rows["station"].isin(f"{KEY}:" + options.places["value_id"])]


def numbered(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of an hourly file, by number alone where no list was given."""
    rows = _stations(f"{KEY}:" + pd.Series(table["station_id"].dropna().unique(), dtype="str"), options)
    return rows if options.places is None else rows[~rows["station"].isin(f"{KEY}:" + options.places["value_id"])]


def _stations(ids: pd.Series, options: Options) -> pd.DataFrame:
    rows = pd.DataFrame({"station": ids}, dtype="str")
    return rows.assign(source=KEY, city=options.city.key, kind="indicative", owner="City of Tashkent", licence="")


def sensor_stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """The sensor and the two models of the hourly file with weather."""
    names = ["station", "name", "kind", "owner", "same_as", "coord_quality"]
    rows = pd.DataFrame(
        [
            (SENSOR, "Sputnik-4", "indicative", "AirGradient sensor, by OpenAQ", "openaq:4902926", "exact"),
            (MODEL, "Open-Meteo archive (ERA5)", "model", "Open-Meteo", "", "generic"),
            (CAMS, "CAMS global", "model", "Copernicus, by Open-Meteo", "", "generic"),
        ],
        columns=names,
    ).assign(lat=PLACE[0], lon=PLACE[1], licence="CC BY 4.0")
    kept = rows if (table["source"] == "cams").any() else rows[rows["station"] != CAMS]
    return kept.assign(source=KEY, city=options.city.key)


PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.tashkent_stations",
            columns=frozenset({"value_id", "name_ru", "name_uz", "lat", "lon"}),
            use=used((), ("value_id", "name_ru", "name_uz", "lat", "lon")),
            parse=places,
            stations=places,
            places=True,
        ),
        Layout(
            name="files.layout.tashkent_medians",
            columns=frozenset({"date", "pm25_muni"}),
            use=used(("pm25_muni",), ("date",), left_out=dict.fromkeys(("n_obs", "n_st"), "computed")),
            parse=city_daily,
        ),
        Layout(
            name="files.layout.tashkent_days",
            columns=frozenset({"date", "station", "pm25"}),
            use=used(("pm25",), ("date", "station")),
            parse=daily,
            stations=named,
        ),
        Layout(
            name="files.layout.tashkent_hours",
            columns=frozenset({"station_id", "datetime", "pm2_5"}),
            use=used(tuple(HOURLY), ("station_id", "datetime"), left_out={"aqi": "computed"}),
            parse=hourly,
            stations=numbered,
        ),
        Layout(
            name="files.layout.tashkent_whole",
            columns=frozenset({"Date", "Time", "Station", "PM2.5"}),
            use=used(tuple(WHOLE_VALUES), ("Date", "Time", "Station"), WHOLE, {"AQI": "computed"}),
            parse=whole,
            stations=whole_stations,
            names=WHOLE,
        ),
        Layout(
            name="files.layout.tashkent_weather",
            columns=frozenset({"datetime", "pm25", "source", *WEATHER, "precipitation"}),
            use=used(("pm25", *WEATHER, "precipitation"), ("datetime", "source")),
            parse=sensor,
            stations=sensor_stations,
        ),
    ),
    home=lambda table: "tashkent",
)
