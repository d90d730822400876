"""The forecasts that any other must beat: persistence, climatology, damped persistence, and the CAMS model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.forecast.climatology import STALE, Climate, climate, damping
from models.forecast.panel import Array, Panel, Whole, panels

Bools = npt.NDArray[np.bool_]

BASELINES = ("persistence", "climatology", "damped_persistence", "cams", "cams_debiased")
RECENT_HOURS, RECENT_LEAST = 72, 24  # a station needs so many values in so many last hours
BIAS_HOURS, BIAS_LEAST = 30 * 24, 72  # CAMS is corrected by so many last hours, of which so many must be known
BIAS_RANGE = (0.1, 10.0)  # a greater correction says that model and station do not speak of the same air

# Why a station has no forecast; the sentence a person reads.
NO_RECENT = "fewer than 24 hourly values in the last 72 hours"
STALE_VALUE = f"the newest value is more than {STALE} hours old"
NO_USUAL = "too short a history to know what is usual at this hour"


@dataclass(frozen=True)
class Cases:
    """
    What is to be forecast: one issue, station and lead per place of three equal arrays.

    Attributes
    ----------
    issue : array of int
        Row of the panel's first unknown hour.
    station : array of int
        Column of the panel.
    lead : array of int
        1 is the hour of issue itself. [h]
    """

    issue: Whole
    station: Whole
    lead: Whole

    @property
    def target(self) -> Whole:
        """Row of the hour forecast."""
        return self.issue + self.lead - 1

    def where(self, mask: Bools) -> Cases:
        """Only some of the cases."""
        return Cases(self.issue[mask], self.station[mask], self.lead[mask])

    def first(self, count: int) -> Cases:
        """The first so many."""
        return Cases(self.issue[:count], self.station[:count], self.lead[:count])


def cases(issues: Sequence[int] | Whole, stations: int, leads: Sequence[int] | Whole) -> Cases:
    """
    Every lead at every station from every issue.

    Examples
    --------
    >>> cases([10], 2, [1, 24]).target.tolist()
    [10, 33, 10, 33]
    """
    issue, station, lead = np.meshgrid(np.asarray(issues), np.arange(stations), np.asarray(leads), indexing="ij")
    return Cases(issue.ravel(), station.ravel(), lead.ravel())


@dataclass(frozen=True)
class Newest:
    """
    What was known last, for each issue (row) and station.

    Attributes
    ----------
    row : array of int
        Row of the newest value before the issue; -1 if there is none.
    count : array of int
        Values in the last 72 hours.
    """

    row: Whole
    count: Whole


def newest(panel: Panel) -> Newest:
    """Newest value and number of recent ones before each hour."""
    there = ~np.isnan(panel.values)
    held = np.maximum.accumulate(np.where(there, np.arange(len(there))[:, None], -1), axis=0)
    none = np.zeros((1, there.shape[1]), dtype=np.int64)
    total = np.vstack([none, np.cumsum(there, axis=0)])
    count = total[:-1].copy()
    count[RECENT_HOURS:] -= total[: len(there) - RECENT_HOURS]
    return Newest(np.vstack([none - 1, held[:-1]]), count)


def refused(history: pd.DataFrame, issued: pd.Timestamp, *, zone: str = "UTC") -> pd.DataFrame:
    """
    Stations without a forecast from this moment, and why.

    Returns
    -------
    DataFrame
        ``station, parameter, reason``.

    Examples
    --------
    >>> hours = pd.date_range("2026-01-01", periods=240, freq="h", tz="UTC")
    >>> table = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": 20.0})
    >>> refused(table, hours[-1] + pd.Timedelta("1 day"))["reason"].tolist()
    ['the newest value is more than 12 hours old']
    """
    out = []
    for panel in panels(history, zone=zone, until=issued).values():
        issue, last = panel.index(issued), newest(panel)
        usual = climate(panel, first=int(panel.day[issue])).usual[0]
        for place, name in enumerate(panel.stations):
            why = _why(last, issue, place, usual[:, place])
            if why:
                out.append((name, panel.parameter, why))
    return pd.DataFrame(out, columns=["station", "parameter", "reason"])


def _why(last: Newest, issue: int, place: int, usual: Array) -> str:
    if issue - 1 - last.row[issue, place] > STALE:
        return STALE_VALUE
    if last.count[issue, place] < RECENT_LEAST:
        return NO_RECENT
    return NO_USUAL if np.isnan(usual).all() else ""


def answerable(last: Newest, these: Cases) -> Bools:
    """Cases whose station had enough recent values at the issue."""
    age = these.issue - 1 - last.row[these.issue, these.station]
    return (last.count[these.issue, these.station] >= RECENT_LEAST) & (age <= STALE)


def references(panel: Panel, usual: Climate, left: Array, last: Newest, these: Cases) -> dict[str, Array]:
    """
    Every baseline for every case, NaN where it has nothing to go by. [µg/m³]

    Notes
    -----
    Damped persistence = climatology of the target hour + (share of an anomaly left after the hours between)
    × (newest value − its own climatology), not below zero. CAMS is corrected by the ratio of measured to
    modelled mean over the last 30 days.
    """
    row = last.row[these.issue, these.station]
    age = np.clip(these.issue - 1 - row, 0, STALE)
    known, day = panel.values[row, these.station], panel.day[these.issue]
    climatology = usual.at(day, panel.hour[these.target], these.station)
    anomaly = known - usual.at(day, panel.hour[row], these.station)
    cams = panel.cams[these.target]
    out = {
        "persistence": known,
        "climatology": climatology,
        "damped_persistence": np.maximum(climatology + left[these.lead + age] * anomaly, 0.0),
        "cams": cams,
        "cams_debiased": cams * _bias(panel)[these.issue, these.station],
    }
    fit = answerable(last, these)
    return {name: np.where(fit, column, np.nan) for name, column in out.items()}


def _bias(panel: Panel) -> Array:
    """Ratio of measured to modelled mean over the 30 days before each hour, per station."""
    shape = panel.values.shape
    both = ~np.isnan(panel.values) & ~np.isnan(panel.cams)[:, None]
    if not both.any():
        return np.full(shape, np.nan)
    parts: tuple[Array, ...] = tuple(
        np.where(both, part, 0.0) for part in (panel.values, panel.cams[:, None] + np.zeros(shape), np.ones(shape))
    )
    measured, modelled, count = map(_lately, parts)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count >= BIAS_LEAST, np.clip(measured / modelled, *BIAS_RANGE), np.nan)


def _lately(part: Array) -> Array:
    """Sum over the last `BIAS_HOURS` before each hour."""
    total = np.vstack([np.zeros((1, part.shape[1])), np.cumsum(part, axis=0)])
    out = total[:-1].copy()
    if len(part) > BIAS_HOURS:
        out[BIAS_HOURS:] -= total[: len(part) - BIAS_HOURS]
    return out


def baselines(
    history: pd.DataFrame,
    issued: pd.Timestamp,
    leads: Sequence[int],
    *,
    weather: pd.DataFrame | None = None,
    cams: pd.DataFrame | None = None,
    zone: str = "UTC",
) -> pd.DataFrame:
    """
    The reference forecasts of every station and pollutant from one moment.

    Parameters
    ----------
    history : DataFrame
        Long: ``station, parameter, start`` (UTC) and ``value``, hourly; what is not over at `issued` is not
        looked at. [µg/m³]
    issued : Timestamp
        Moment of issue, with zone.
    leads : sequence of int
        1 is the hour in which `issued` lies; the hour forecast starts at ``issued + lead − 1``. [h]
    weather : DataFrame, optional
        Not used; here so that all forecasts are asked alike.
    cams : DataFrame, optional
        As in `models.forecast.panel.panels`.
    zone : str
        Zone of the local clock.

    Returns
    -------
    DataFrame
        ``station, parameter, issued, start, lead`` and ``persistence, climatology, damped_persistence, cams,
        cams_debiased``; a station without enough recent values has no row. [µg/m³]

    Examples
    --------
    >>> hours = pd.date_range("2026-01-01", periods=240, freq="h", tz="UTC")
    >>> table = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": 20.0})
    >>> out = baselines(table, hours[-1] + pd.Timedelta("1h"), [1, 24])
    >>> out[["lead", "persistence", "damped_persistence"]].values.tolist()
    [[1.0, 20.0, 20.0], [24.0, 20.0, 20.0]]
    """
    out = [_of_panel(p, issued, leads) for p in panels(history, None, cams, zone=zone, until=issued).values()]
    frame = pd.concat(out, ignore_index=True) if out else pd.DataFrame(columns=[*NAMED, *BASELINES])
    return frame.dropna(subset=list(BASELINES), how="all").reset_index(drop=True)


NAMED = ("station", "parameter", "issued", "start", "lead")


def named(panel: Panel, issued: pd.Timestamp | None, these: Cases) -> pd.DataFrame:
    """Station, parameter, moment (the start of the hour of lead 1 if none is given) and hour of each case."""
    return pd.DataFrame(
        {
            "station": np.asarray(panel.stations, dtype=object)[these.station],
            "parameter": panel.parameter,
            "issued": panel.hours[these.issue] if issued is None else issued,
            "start": panel.hours[these.target],
            "lead": these.lead,
        }
    )


def _of_panel(panel: Panel, issued: pd.Timestamp, leads: Sequence[int]) -> pd.DataFrame:
    issue = panel.index(issued)
    usual = climate(panel)
    these = cases([issue], len(panel.stations), list(leads))
    columns: Mapping[str, Array] = references(panel, usual, damping(panel, usual), newest(panel), these)
    return named(panel, issued, these).assign(**columns)
