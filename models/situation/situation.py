"""The situation of a city now: its figure against its own law, the indices, the dominant pollutant, the wind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd

from data.clock import local_date
from data.parameters import POLLUTANTS
from data.standards.limits import Limit, Registry
from models.limits.in_force import Comparison, applicable, compare
from models.situation.figures import CityFigure, Trend, city_figure, city_series, figure_of, prepared, trend, trend_of
from models.situation.index_now import Chip, chip, chip_of
from models.situation.wind_now import Wind, wind_now
from models.stations.freshness import Freshness, StationState, freshness, station_states

__all__ = [
    "Chip",
    "CityFigure",
    "CityState",
    "Freshness",
    "Situation",
    "StationState",
    "Trend",
    "Wind",
    "chip",
    "city_figure",
    "city_series",
    "freshness",
    "situation",
    "state",
    "station_states",
    "trend",
    "wind_now",
]

SCALES = ("us-epa-2024", "eaqi-2024")
# Why a figure was not held to the law; the catalogs carry the sentence.
NO_FIGURE, STALE, NO_LIMIT, MEDIAN = "no_figure", "stale", "no_limit", "daily_median"


@dataclass(frozen=True)
class CityState:
    """
    A city's 24-h figure against the 24-h limit that is law there.

    Attributes
    ----------
    verdict : {"within", "above", "not_checked"}
        Two words for two things: nothing checked is never "within".
    ratio : float or None
        Figure over limit; for daily medians too, where it stands beside and is no verdict.
    limit : Limit or None
    indicative : bool
        The limit is not verified, or the figure is not a mean of 24 hours.
    reason : str
        Why not checked: ``no_figure``, ``stale``, ``no_limit``, ``daily_median``.
    beside : tuple of Comparison
        The same figure against the yardsticks, WHO first.
    """

    figure: CityFigure
    verdict: str
    ratio: float | None
    limit: Limit | None
    indicative: bool
    reason: str = ""
    beside: tuple[Comparison, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Everything a screen says about a city now; `figure` and `state` are of the headline pollutant."""

    parameter: str
    hour: CityFigure
    figure: CityFigure
    state: CityState
    states: Mapping[str, CityState]
    worst_parameter: str
    trend: Trend
    chips: Mapping[str, Chip]
    wind: Wind | None
    stations: tuple[StationState, ...]
    newest: pd.Timestamp | None
    reporting: int
    known: int


def state(
    figure: CityFigure,
    law: str,
    *,
    zone: ZoneInfo,
    now: datetime,
    known: Registry | None = None,
) -> CityState:
    """
    Hold a city's 24-h figure to the law of the place.

    Parameters
    ----------
    figure : CityFigure
        Of 24 hours; of one hour nothing is ever said against a 24-h limit.
    law : str
        ``city.law``.
    zone : ZoneInfo
        The city's clock: which day's limits hold.
    now : datetime

    Returns
    -------
    CityState
        ``not_checked`` with its reason where there is no fresh mean of 24 hours or no such limit.
    """
    on = local_date(figure.end or pd.Timestamp(now), zone)
    found = applicable(law, figure.parameter, on, averaging="24h", known=known)
    limit = next((x for x in found if x.law), None)
    if figure.value is None or figure.averaging == "1h":
        return CityState(figure, "not_checked", None, limit, False, NO_FIGURE)
    statistic = "median" if figure.averaging == "daily_median" else "mean"
    held = tuple(compare(figure.value, 1440, x, statistic=statistic) for x in found if not x.law and x.level == "aqg")
    if limit is None:
        return CityState(figure, "not_checked", None, None, False, NO_LIMIT, held)
    if figure.freshness == "grey":
        return CityState(figure, "not_checked", None, limit, limit.indicative, STALE, held)
    made = compare(figure.value, 1440, limit, statistic=statistic)
    if made.ratio is None:
        return CityState(figure, "not_checked", figure.value / limit.concentration, limit, True, MEDIAN, held)
    return CityState(figure, made.verdict, made.ratio, limit, made.indicative, "", held)


def situation(
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    now: datetime,
    *,
    law: str,
    zone: ZoneInfo,
    parameter: str = "pm25",
    expected: Mapping[str, Collection[str]] | None = None,
    known: Registry | None = None,
) -> Situation:
    """
    The whole situation of one city.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of the city: three days of hours (all parameters, weather too) and the last daily rows.
    stations : DataFrame
        As `Store.stations` gives them.
    now : datetime
        Aware.
    law, zone
        Of the city.
    parameter : str
        Headline pollutant.
    expected : mapping of str to collection of str, optional
        Per parameter the stations known to measure it (from `Store.spans`), for "n of N".

    Returns
    -------
    Situation
        ``states``: 24-h state of every pollutant with rows; ``worst_parameter``: the one highest over its own 24-h
        limit, empty where none was checked. ``reporting`` of ``known``: stations with any pollutant that is not grey.
    """
    air, expected = prepared(rows[rows["parameter"].isin(list(POLLUTANTS))], stations, now), expected or {}
    there = {parameter, *rows["parameter"].unique()} & set(POLLUTANTS)
    parts = {name: air[air["parameter"] == name] for name in sorted(there, key=POLLUTANTS.index)}
    states = {
        name: state(
            figure_of(parts[name], stations, now, name, expected=expected.get(name)),
            law,
            zone=zone,
            now=now,
            known=known,
        )
        for name in parts
    }
    checked = {
        name: one.ratio for name, one in states.items() if one.verdict != "not_checked" and one.ratio is not None
    }
    seen = station_states(air, stations, now)
    alive = {one.station for one in seen if one.freshness != "grey"}
    return Situation(
        parameter=parameter,
        hour=figure_of(parts[parameter], stations, now, parameter, averaging="1h", expected=expected.get(parameter)),
        figure=states[parameter].figure,
        state=states[parameter],
        states=states,
        worst_parameter=max(checked, key=lambda name: checked[name], default=""),
        trend=trend_of(parts[parameter], stations, now),
        chips={standard: chip_of(air, stations, now, standard) for standard in SCALES},
        wind=wind_now(rows, now),
        stations=seen,
        newest=max((one.end for one in seen), default=None),
        reporting=len(alive),
        known=len({one.station for one in seen} | {s for names in expected.values() for s in names}),
    )
