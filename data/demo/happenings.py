"""What happens in the demo world on dates of its calendar: a measure, a move, storms, smoke, faulty instruments."""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.city import City, Measure
from data.demo import places
from data.demo.calendar import lattice, stamps
from data.demo.dispersion import plumes
from data.demo.noise import Floats, Hours, salt, uniform
from data.demo.weather import STORM_EVERY, STORM_JITTER, weather
from data.measures.spans import Span
from data.times import local_days

COLUMNS = ("city", "station", "parameter", "kind", "start", "end", "figure")
ORIGIN, YEARS = 2025, 3  # every third year, counted from this one, has a measure and a move
KEPT = 0.8  # part of heating's emissions that a measure leaves
MOVE_MONTH = 6  # on its first day a station moves
STORM_LASTS = 24  # [h]
STORM_PEAK, STORM_SPREAD = 160.0, 160.0  # PM2.5 of a front, least and by how much more [µg/m³]
STORM_PM10 = 11.0  # coarse: PM2.5 is under a tenth of PM10
SMOKE_EVERY, SMOKE_JITTER = 50 * 24, 6 * 24  # so that any 60 days hold an episode [h]
SMOKE_LASTS, SMOKE_BEFORE = 20, 8  # and what is looked at before it, for wind and mixing [h]
FIRE_HEIGHT = 30.0  # of the middle of its plume at the fire [m]
SMOKE_PM25 = 90.0  # of it, mean of the stations while it lasts [µg/m³]
SMOKE_KM = 24.0  # distance of its fires, upwind
PM25_PER_MW = 5.0  # PM2.5 from fires by their power, ours [g/s per MW]
SMOKE_FAN = (-24.0, -12.0, 0.0, 12.0, 24.0)  # their bearings about the wind's origin [°]
CODE = 9999.0  # what a faulty logger writes instead of a value
CODE_EVERY, CODE_JITTER, CODE_LASTS = 30 * 24, 6 * 24, 5  # [h]
CODE_LATE = 24  # such hours come from the logger's memory a day later [h]
COPIED_MONTHS = (1, 3, 5, 7, 9, 11)  # of UTC; any 120 days hold one of them whole
Marks = NDArray[np.bool_]


def turn(year: int) -> int:
    """
    Number of the period of three years that a year lies in, 0 from 2025.

    Examples
    --------
    >>> turn(2024), turn(2025), turn(2027), turn(2028)
    (-1, 0, 0, 1)
    """
    return (year - ORIGIN) // YEARS


def heating_left(hours: Hours, zone: ZoneInfo) -> Floats:
    """
    Emissions of heating after the measures so far, as part of those of 2025 to 2027: each measure takes a fifth.

    Parameters
    ----------
    hours : array of int
        Hours since 1970-01-01 UTC.
    zone : ZoneInfo
        A measure begins when its 1 January does.

    Returns
    -------
    array, (hours,)
    """
    years = stamps(hours).tz_convert(zone).year.to_numpy()
    return np.asarray(KEPT ** ((years - ORIGIN) // YEARS).astype(np.float64))


def measures(first: date, last: date) -> tuple[Measure, ...]:
    """
    Measures of the demo world that begin between two days, both counted; they are invented, and their names say so.

    Examples
    --------
    >>> [(str(m.day), m.key) for m in measures(date(2023, 1, 1), date(2026, 1, 1))]
    [('2025-01-01', 'demo-heating-2025')]
    """
    names = {
        "en": "Demo: heating emits a fifth less",
        "ru": "Демо: отопление выбрасывает на пятую часть меньше",
        "uz": "Demo: isitish chiqindilari beshdan bir qismga kam",
        "kk": "Демо: жылыту шығарындылары бестен бірге аз",
    }
    days = [date(ORIGIN + YEARS * turn(year), 1, 1) for year in range(first.year, last.year + 1, 1)]
    return tuple(
        Measure(day, f"demo-heating-{day.year}", names, "data.demo.happenings", kind="technique", begins=Span(day, day))
        for day in dict.fromkeys(days)
        if first <= day <= last
    )


def judged(now: datetime) -> date:
    """
    The newest measure that a year of air has followed.

    Examples
    --------
    >>> judged(datetime(2025, 12, 30)), judged(datetime(2026, 1, 5))
    (datetime.date(2022, 1, 1), datetime.date(2025, 1, 1))
    """
    return date(ORIGIN + YEARS * turn(now.year - 1), 1, 1)


def at_home(year: int, month: int) -> bool:
    """Whether the station that moves stands at the first of its two places in a local month."""
    return bool(turn(year if month >= MOVE_MONTH else year - 1) % 2 == 0)


def moves(zone: ZoneInfo, first: int, last: int) -> list[int]:
    """
    First hours at a new place of the station that moves, within [first, last].

    Examples
    --------
    >>> moves(ZoneInfo("Asia/Tashkent"), 0, 500_000)[-1] == int(pd.Timestamp("2025-05-31T19Z").timestamp()) // 3600
    True
    """
    years = range(stamps(np.array([first]))[0].year - 1, stamps(np.array([last]))[0].year + 2)
    found = [_hour(date(year, MOVE_MONTH, 1), zone) for year in years if (year - ORIGIN) % YEARS == 0]
    return [hour for hour in found if first <= hour <= last]


def _hour(day: date, zone: ZoneInfo) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() // 3600)


def coded(seed: int, city: str, hours: Hours) -> Marks:
    """Hours in which one reference monitor's PM2.5 is a fault code."""
    starts = lattice(salt(seed, city, "code"), int(hours[0]) - CODE_LASTS, int(hours[-1]), CODE_EVERY, CODE_JITTER)
    marks = np.zeros(len(hours), dtype=bool)
    for start in starts:
        marks |= (hours >= start) & (hours < start + CODE_LASTS)
    return marks


def copied(hours: Hours) -> Marks:
    """Hours in which one low-cost station hands in its PM2.5 as PM10 too."""
    return np.isin(stamps(hours).month.to_numpy(), COPIED_MONTHS)


def smoke_fires(seed: int, place: City, first: int, last: int) -> pd.DataFrame:
    """
    Fires of the smoke episodes that start between two hours: a fan of five, upwind of the city, as strong as it takes.

    Returns
    -------
    DataFrame
        ``start`` (hour), ``hours, lat, lon, frp_mw, seen``, as of `data.demo.emissions.fire_list`.
    """
    key, climate = salt(seed, place.key, "episode"), places.climate(place.key)
    posts = places.stations(place.key, place.lat, place.lon).dropna(subset="stoves").reset_index(drop=True)
    rows: list[tuple[int, int, float, float, float, bool]] = []
    for start in lattice(key, first, last, SMOKE_EVERY, SMOKE_JITTER):
        hours = np.arange(start - SMOKE_BEFORE, start + SMOKE_LASTS, dtype=np.int64)
        sky = weather(seed, place.key, hours, place.lat, place.lon, climate)
        u, v = (part[SMOKE_BEFORE : 2 * SMOKE_BEFORE].mean() for part in (sky.u, sky.v))  # the wind that carries it in
        origin = float(np.degrees(np.arctan2(-u, -v)))
        sites = pd.DataFrame([places.at(place.lat, place.lon, origin + b, SMOKE_KM) for b in SMOKE_FAN])
        sites = sites.set_axis(["lat", "lon"], axis=1).assign(stack_m=FIRE_HEIGHT, subtype="fire")
        brought = plumes(seed, hours, sky, sites, posts)[SMOKE_BEFORE:].sum(axis=2).mean()  # per g/s of each
        power = round(SMOKE_PM25 / (PM25_PER_MW * float(brought)), 1)
        rows += [(start, SMOKE_LASTS, lat, lon, power, True) for lat, lon in sites[["lat", "lon"]].to_numpy()]
    table = pd.DataFrame(rows, columns=["start", "hours", "lat", "lon", "frp_mw", "seen"])
    return table.astype({"start": "int64", "hours": "int64", "lat": float, "lon": float, "frp_mw": float, "seen": bool})


def storm_peak(seed: int, city: str, start: Hours) -> Floats:
    """PM2.5 of the dust front that begins at an hour. [µg/m³]"""
    return STORM_PEAK + STORM_SPREAD * uniform(salt(seed, city, "peak"), start)


def happened(seed: int, place: City, first: int, last: int) -> pd.DataFrame:
    """
    What truly happened in a city in the hours [first, last].

    Parameters
    ----------
    seed : int
        Of the world.
    place : City
        Where.
    first, last : int
        Hours since 1970-01-01 UTC; of what lasts for good, only what began within them is told.

    Returns
    -------
    DataFrame
        ``city, station`` (empty = the city), ``parameter`` (empty = none in particular), ``kind, start, end`` (UTC; the
        first hour after it; NaT = it lasts) and ``figure``: of a ``measure`` the change of heating's emissions (−0.2),
        of a ``move`` its distance [km], of ``dust_storm`` PM10 behind the front [µg/m³], of ``smoke`` its PM2.5, mean
        of the stations while it lasts [µg/m³], of ``code`` what was written, of ``copied`` the ratio of
        the two channels.
    """
    rows = [row for part in (_measures, _moves, _storms, _smoke) for row in part(seed, place, first, last)]
    rows += [*_coded(seed, place, first, last), *_copied(seed, place, first, last)]
    table = pd.DataFrame(rows, columns=["station", "parameter", "kind", "start", "end", "figure"])
    for side in ("start", "end"):
        table[side] = pd.to_datetime(table[side], unit="h", utc=True).astype("datetime64[us, UTC]")
    ordered = table.assign(city=place.key, figure=table["figure"].astype(float)).sort_values(["start", "kind"])
    return ordered[list(COLUMNS)].reset_index(drop=True)


Row = tuple[str, str, str, int, int | None, float]


def station(city: str, number: int) -> str:
    """Id of a station by its row in the table of places."""
    return f"demo:{city}-{number + 1}"


def _measures(_: int, place: City, first: int, last: int) -> Iterator[Row]:
    days = local_days(stamps(np.array([first, last])), place.zone)
    for one in measures(days[0].date(), days[1].date()):
        if one.day is not None and first <= (hour := _hour(one.day, place.zone)) <= last:
            yield "", "", "measure", hour, None, KEPT - 1


def _moves(_: int, place: City, first: int, last: int) -> Iterator[Row]:
    for hour in moves(place.zone, first, last):
        yield station(place.key, places.MOVER), "", "move", hour, None, places.move_km(place.lat, place.lon)


def _storms(seed: int, place: City, first: int, last: int) -> Iterator[Row]:
    starts = lattice(salt(seed, place.key, "storm"), first - STORM_LASTS + 1, last, STORM_EVERY, STORM_JITTER)
    for start, peak in zip(starts, storm_peak(seed, place.key, starts), strict=True):
        yield "", "pm10", "dust_storm", int(start), int(start) + STORM_LASTS, round(STORM_PM10 * float(peak), 1)


def _smoke(seed: int, place: City, first: int, last: int) -> Iterator[Row]:
    for start in lattice(salt(seed, place.key, "episode"), first - SMOKE_LASTS + 1, last, SMOKE_EVERY, SMOKE_JITTER):
        yield "", "pm25", "smoke", int(start), int(start) + SMOKE_LASTS, SMOKE_PM25


def _coded(seed: int, place: City, first: int, last: int) -> Iterator[Row]:
    for start in lattice(salt(seed, place.key, "code"), first - CODE_LASTS + 1, last, CODE_EVERY, CODE_JITTER):
        yield station(place.key, places.CODED), "pm25", "code", int(start), int(start) + CODE_LASTS, CODE


def _copied(_: int, place: City, first: int, last: int) -> Iterator[Row]:
    begin, end = stamps(np.array([first, last]))
    months = pd.date_range(begin.replace(day=1, hour=0), end, freq="MS")
    for month in months[months.month.isin(COPIED_MONTHS)]:
        span = [int(m.timestamp() // 3600) for m in (month, month + pd.offsets.MonthBegin())]
        yield station(place.key, places.COPIED), "pm10", "copied", span[0], span[1], 1.0
