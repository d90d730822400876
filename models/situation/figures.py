"""The one figure that stands for a city now: which stations count, how old it is, where it is heading."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from models.averages.averages import wides
from models.averages.limit_averages import DAY, is_median
from models.averages.running import running_mean
from models.stations.freshness import BACKGROUND, Freshness, described, ended, freshness, not_grey
from models.stations.monitors import once, standing_for_air

Averaging = Literal["1h", "24h", "daily_mean", "daily_median"]
Direction = Literal["rising", "falling", "steady", "unknown"]

HOUR = 60
_NEEDED = ("source", "station", "parameter", "start", "minutes", "value", "flag", "statistic", "checks", "note", "kind")
TREND_HOURS, TREND_LEAST = 3, 2
DEAD_BAND, DEAD_BAND_LEAST = 0.1, 2.0  # share of the level before; and at least [µg/m³]

# What a figure rests on, where it is less than it seems; the catalogs carry the sentence.
UNKNOWN_CLASS, DAILY_ONLY, MEDIANS = "unknown_class", "daily_only", "daily_medians"
LOW_COST, SIMULATED = "low_cost", "simulated"
NO_ROWS, ALL_STALE, NO_BACKGROUND, TOO_FEW_HOURS = "no_rows", "all_stale", "no_background", "too_few_hours"


@dataclass(frozen=True)
class CityFigure:
    """
    The median of a city's background stations.

    Attributes
    ----------
    value : float or None
        None where no station counts; `missing` says why. [µg/m³]
    averaging : {"1h", "24h", "daily_mean", "daily_median"}
        What each station's value is.
    end : Timestamp or None
        End of the newest interval that entered, UTC.
    age : float or None
        [h]
    n, of : int
        Stations that entered, and those that could have.
    unknown_class : int
        Of `n`, stations whose class nobody gave.
    notes : tuple of str
        ``unknown_class``, ``daily_only``, ``daily_medians``, ``low_cost``, ``simulated``.
    missing : str
        ``no_rows``, ``all_stale``, ``no_background``, ``too_few_hours`` or empty.
    worst_station, worst_name, worst_value
        Highest of all stations that are not grey, of whatever class; empty and None without one.
    """

    parameter: str
    value: float | None
    averaging: Averaging
    end: pd.Timestamp | None
    age: float | None
    freshness: Freshness
    n: int
    of: int
    unknown_class: int = 0
    notes: tuple[str, ...] = ()
    missing: str = ""
    worst_station: str = ""
    worst_name: str = ""
    worst_value: float | None = None


@dataclass(frozen=True)
class Trend:
    """The last three hours against the three before, station by station; change in µg/m³ and as a share."""

    direction: Direction
    change: float | None = None
    share: float | None = None
    n: int = 0


def city_figure(
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    now: datetime,
    parameter: str = "pm25",
    *,
    averaging: Literal["1h", "24h"] = "24h",
    expected: Collection[str] | None = None,
    min_coverage: float = MIN_COVERAGE,
) -> CityFigure:
    """
    Median of the background stations, of the newest hour or of the last 24.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city: the last three days of hours, and the last days of daily rows.
    stations : DataFrame
        ``station, name, station_class, same_as``.
    now : datetime
        Aware.
    parameter : str
    averaging : {"1h", "24h"}
        ``24h``: each station's mean of the 24 hours that end with the city's newest hour.
    expected : collection of str, optional
        Stations known to measure it, for "n of N"; those with any row here by default.
    min_coverage : float
        Share of the 24 hours a station needs. [0–1]

    Returns
    -------
    CityFigure
        Where no station has enough hours that are not grey, the newest daily rows stand in: ``daily_mean`` or
        ``daily_median``, noted ``daily_only``.

    Notes
    -----
    Reference and low-cost stations count alike, models never; simulated rows only where nothing is measured. A
    monitor that two networks deliver counts once. A station of unknown class counts as background.
    """
    air = prepared(rows[rows["parameter"] == parameter], stations, now)
    return figure_of(air, stations, now, parameter, averaging=averaging, expected=expected, min_coverage=min_coverage)


def prepared(rows: pd.DataFrame, stations: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Rows that may stand for the air: over, measured, each monitor once; with their `end`."""
    slim = rows[[name for name in _NEEDED if name in rows]]
    texts = [name for name in _NEEDED if name in slim and name not in ("start", "minutes", "value")]
    # Plain objects: a few thousand rows are cut many times, which is several times slower on Arrow strings.
    return once(standing_for_air(ended(slim.astype(dict.fromkeys(texts, object)), now)), stations).reset_index(
        drop=True
    )


def figure_of(
    air: pd.DataFrame,
    stations: pd.DataFrame,
    now: datetime,
    parameter: str,
    *,
    averaging: Literal["1h", "24h"] = "24h",
    expected: Collection[str] | None = None,
    min_coverage: float = MIN_COVERAGE,
) -> CityFigure:
    """`city_figure` from rows of one parameter that were `prepared` before."""
    sound = air[air["flag"] == "ok"]
    values, made = _hourly(sound, now, averaging, min_coverage)
    if values.empty:
        daily, kind = _daily(sound, now)
        if len(daily):
            return _figure(daily, air, stations, now, parameter, kind, expected, (DAILY_ONLY,))
    missing = made if values.empty else ""
    return _figure(values, air, stations, now, parameter, averaging, expected, (), missing)


def _hourly(sound: pd.DataFrame, now: datetime, averaging: str, min_coverage: float) -> tuple[pd.DataFrame, str]:
    """Value and end per station of the newest hour or 24 hours; else why there is none."""
    hours = sound[sound["minutes"] == HOUR]
    newest = hours.sort_values("end", kind="stable").drop_duplicates("station", keep="last")
    newest = not_grey(newest, now)
    if newest.empty:
        return newest, ALL_STALE if len(sound) else NO_ROWS
    if averaging == "1h":
        return newest, ""
    last = newest["end"].max()
    window = hours[(hours["end"] > last - timedelta(hours=24)) & hours["station"].isin(newest["station"])]
    of = window["value"].groupby(window["station"])
    means, filled = of.mean(), of.size()
    enough = newest[(newest["station"].map(filled) >= min_coverage * 24).to_numpy()]
    return enough.assign(value=enough["station"].map(means)), "" if len(enough) else TOO_FEW_HOURS


def _daily(sound: pd.DataFrame, now: datetime) -> tuple[pd.DataFrame, Averaging]:
    days = sound[sound["minutes"] == DAY]
    days = days[days["end"] == days["end"].max()]
    days = not_grey(days, now)
    return days, "daily_median" if len(days) and is_median(days).any() else "daily_mean"


def _figure(
    values: pd.DataFrame,
    air: pd.DataFrame,
    stations: pd.DataFrame,
    now: datetime,
    parameter: str,
    averaging: Averaging,
    expected: Collection[str] | None,
    notes: tuple[str, ...],
    missing: str = "",
) -> CityFigure:
    names, classes = described(stations)
    counting = values[values["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)] if len(values) else values
    could = {s for s in (expected if expected is not None else set(air["station"])) if classes.get(s, "") in BACKGROUND}
    unknown = sum(classes.get(s, "") == "" for s in counting["station"])
    end = counting["end"].max() if len(counting) else None
    worst = values.iloc[int(values["value"].argmax())] if len(values) else None
    return CityFigure(
        parameter=parameter,
        value=float(counting["value"].median()) if len(counting) else None,
        averaging=averaging,
        end=end,
        age=None if end is None else (now - end).total_seconds() / 3600,
        freshness="grey" if end is None else freshness(end, DAY if averaging.startswith("daily") else HOUR, now),
        n=len(counting),
        of=len(could | set(counting["station"])),
        unknown_class=unknown,
        notes=(*notes, *_notes(counting, unknown, averaging)),
        missing="" if len(counting) else missing or NO_BACKGROUND,
        worst_station="" if worst is None else str(worst["station"]),
        worst_name="" if worst is None else names.get(str(worst["station"]), str(worst["station"])),
        worst_value=None if worst is None else float(worst["value"]),
    )


def _notes(counting: pd.DataFrame, unknown: int, averaging: str) -> tuple[str, ...]:
    kinds = set(counting["kind"])
    said = (
        (MEDIANS, averaging == "daily_median"),
        (UNKNOWN_CLASS, unknown > 0),
        (LOW_COST, kinds == {"indicative"}),
        (SIMULATED, "simulated" in kinds),
    )
    return tuple(name for name, true in said if true)


def city_series(rows: pd.DataFrame, stations: pd.DataFrame, parameter: str = "pm25") -> pd.DataFrame:
    """
    The city's hours and running 24-h means, for a curve.

    Parameters
    ----------
    rows, stations, parameter
        As in `city_figure`.

    Returns
    -------
    DataFrame
        ``start`` (UTC, of each hour)``, hour, day, n``: median over the counting stations of the hour and of the
        24 hours that end with it, and how many stations the hour has. [µg/m³]
    """
    air = once(standing_for_air(rows[rows["parameter"] == parameter]), stations)
    _, classes = described(stations)
    air = air[air["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)]
    parts = {
        station: wide[parameter].set_axis(pd.DatetimeIndex(wide.index).floor("h")).groupby(level=0).mean()
        for station, wide in wides(air.assign(known_until=pd.NaT), minutes=HOUR, flags=("ok",))
    }
    if not parts:
        return pd.DataFrame({"start": pd.DatetimeIndex([], tz="UTC"), "hour": [], "day": [], "n": []})
    hours = pd.DataFrame(parts)
    full = hours.reindex(pd.date_range(hours.index[0], hours.index[-1], freq="h"))
    days = running_mean(full, 24, MIN_COVERAGE, minutes=HOUR)
    table = pd.DataFrame({"hour": full.median(axis=1), "day": days.median(axis=1), "n": full.notna().sum(axis=1)})
    return table.rename_axis("start").reset_index()


def trend(rows: pd.DataFrame, stations: pd.DataFrame, now: datetime, parameter: str = "pm25") -> Trend:
    """
    Where the air is heading.

    Parameters
    ----------
    rows, stations, now, parameter
        As in `city_figure`.

    Returns
    -------
    Trend
        Median over the stations of the change of their means; ``steady`` within 10 % of the level before and
        2 µg/m³; ``unknown`` where no station has two of the hours on both sides.
    """
    return trend_of(prepared(rows[rows["parameter"] == parameter], stations, now), stations, now)


def trend_of(air: pd.DataFrame, stations: pd.DataFrame, now: datetime) -> Trend:
    """`trend` from rows of one parameter that were `prepared` before."""
    _, classes = described(stations)
    hours = air[(air["minutes"] == HOUR) & (air["flag"] == "ok")]
    hours = hours[hours["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)]
    if hours.empty or freshness(hours["end"].max(), HOUR, now) == "grey":
        return Trend("unknown")
    age = (hours["end"].max() - hours["end"]) / pd.Timedelta(hours=1)
    late, early = (
        part.groupby("station")["value"].agg(["mean", "size"]).loc[lambda table: table["size"] >= TREND_LEAST, "mean"]
        for part in (hours[age < TREND_HOURS], hours[(age >= TREND_HOURS) & (age < 2 * TREND_HOURS)])
    )
    both = pd.DataFrame({"late": late, "early": early}).dropna()
    if both.empty:
        return Trend("unknown")
    change, level = float((both["late"] - both["early"]).median()), float(both["early"].median())
    band = max(DEAD_BAND * level, DEAD_BAND_LEAST)
    direction: Direction = "steady" if abs(change) <= band else "rising" if change > 0 else "falling"
    return Trend(direction, change, change / level if level > 0 else None, len(both))
