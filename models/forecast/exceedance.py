"""How likely the mean of a local day lies above a limit, from whole runs of past errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from data.standards.coverage import least
from data.times import local_days
from models.forecast.panel import HOUR, Array
from models.forecast.residuals import Residuals

LEAST_HOURS = least(24)  # of a day, measured or forecast
LEAST_RUNS = 30
Z90 = 1.645  # of a two-sided 90 % interval
COLUMNS = (
    "station", "parameter", "day", "probability", "probability_lower", "probability_upper",
    "value", "lower", "upper", "limit", "hours_observed", "hours_forecast", "n",
)  # fmt: skip


def exceedance(
    prediction: pd.DataFrame,
    limit: float | Mapping[str, float],
    zone: str,
    observed: pd.DataFrame | None = None,
    *,
    residuals: Mapping[tuple[str, str], Residuals],
) -> pd.DataFrame:
    """
    Probability that the 24-h mean of each local day exceeds a limit.

    Parameters
    ----------
    prediction : DataFrame
        As `Forecaster.predict` returns it, one moment of issue.
    limit : float or mapping
        24-h limit, or one by parameter; parameters without a limit are left out. [µg/m³]
    zone : str
        Zone of the days.
    observed : DataFrame, optional
        Long: ``station, parameter, start, value``; hours of the day that are over count as they are. [µg/m³]
    residuals : mapping
        ``Forecaster.residuals()``.

    Returns
    -------
    DataFrame
        One row per station, parameter and local day with at least 18 hours measured or forecast: ``station,
        parameter, day, probability, probability_lower, probability_upper`` (90 %), ``value, lower, upper`` (the
        day's mean and its 90 % band) [µg/m³], ``limit, hours_observed, hours_forecast, n`` (runs used).

    Notes
    -----
    Each run of past errors is laid on the forecast of the day as a whole, hour on hour of the same lead: hours
    err together, so independent hours would promise too narrow a mean (compare the ensemble copula coupling of
    Schefzik et al. 2013, doi:10.1214/13-STS443). The share of runs above the limit is the probability; its
    interval is Wilson's (1927, doi:10.1080/01621459.1927.10502953) with one trial per distinct day of issue.

    Examples
    --------
    >>> start = pd.date_range("2026-01-02", periods=24, freq="h", tz="UTC")
    >>> table = pd.DataFrame({"station": "a", "parameter": "pm25", "issued": start[0], "start": start,
    ...     "lead": np.arange(1, 25), "method": "model", "value": 40.0})
    >>> spread = np.repeat(np.linspace(0.5, 1.5, 101)[:, None], 72, axis=1)
    >>> runs = Residuals(spread, pd.date_range("2025-01-01", periods=101, freq="D", tz="UTC"), 0.0)
    >>> out = exceedance(table, 50.0, "UTC", residuals={("pm25", "model"): runs})
    >>> out[["day", "probability", "value"]].values.tolist()
    [[datetime.date(2026, 1, 2), 0.2475, 40.0]]
    """
    limits = limit if isinstance(limit, Mapping) else dict.fromkeys(prediction["parameter"].unique(), limit)
    done = _measured(observed)
    rows = prediction.assign(day=local_days(prediction["start"], zone).date)
    out = []
    for (station, parameter, day), hours in rows.groupby(["station", "parameter", "day"], sort=True):
        if parameter in limits:
            before = _of_day(done.get((station, parameter)), day, zone, hours["start"].min())
            row = _of_one(hours, before, float(limits[parameter]), residuals)
            if row is not None:
                out.append({"station": station, "parameter": parameter, "day": day, **row})
    return pd.DataFrame(out, columns=list(COLUMNS))


def _measured(observed: pd.DataFrame | None) -> dict[tuple[str, str], pd.Series]:
    if observed is None or observed.empty:
        return {}
    known = observed[observed["value"].notna()]
    return {
        (str(s), str(p)): rows.groupby(pd.DatetimeIndex(rows["start"]).floor("h"))["value"].mean()
        for (s, p), rows in known.groupby(["station", "parameter"], observed=True)
    }


def _of_day(known: pd.Series | None, day: object, zone: str, first: pd.Timestamp) -> Array:
    """Measured hours of the local day before the first forecast one."""
    if known is None:
        return np.empty(0)
    midnight = pd.Timestamp(str(day)).tz_localize(zone)
    day_so_far = known[(known.index >= midnight) & (known.index <= first - HOUR)]
    return np.asarray(day_so_far, dtype=float)


def _of_one(
    hours: pd.DataFrame, before: Array, limit: float, residuals: Mapping[tuple[str, str], Residuals]
) -> dict[str, float] | None:
    """Figures of one day; None when too few hours or runs are known."""
    if len(before) + len(hours) < LEAST_HOURS:
        return None
    sums, runs = _drawn(hours, residuals)
    means = (sums + before.sum()) / (len(hours) + len(before))
    kept = ~np.isnan(means)
    if kept.sum() < LEAST_RUNS:
        return None
    share = float(np.mean(means[kept] > limit))
    days = len(pd.DatetimeIndex(runs[kept]).floor("D").unique())
    low, high = wilson(share, days)
    value = float((hours["value"].sum() + before.sum()) / (len(hours) + len(before)))
    lower, upper = np.quantile(means[kept], [0.05, 0.95])
    return {
        "probability": round(share, 4), "probability_lower": low, "probability_upper": high,
        "value": value, "lower": float(min(lower, value)), "upper": float(max(upper, value)), "limit": limit,
        "hours_observed": len(before), "hours_forecast": len(hours), "n": int(kept.sum()),
    }  # fmt: skip


def _drawn(hours: pd.DataFrame, residuals: Mapping[tuple[str, str], Residuals]) -> tuple[Array, pd.DatetimeIndex]:
    """Sum over the forecast hours under each run of errors; hours that a run lacks take its mean ratio."""
    parameter = hours["parameter"].iloc[0]
    known = [residuals.get((parameter, method)) for method in hours["method"]]
    runs = [run for run in known if run is not None]
    if len(runs) < len(known):
        return np.empty(0), pd.DatetimeIndex([])
    table = np.column_stack([run.ratio[:, lead - 1] for run, lead in zip(runs, hours["lead"], strict=True)])
    few = np.isnan(table).mean(axis=1) > 0.25
    table = np.where(np.isnan(table), np.nanmean(np.where(few[:, None], 1.0, table), axis=1)[:, None], table)
    value, floor = hours["value"].to_numpy(dtype=float), np.asarray([run.floor for run in runs])
    sums = np.maximum((value + floor) * table - floor, 0.0).sum(axis=1)
    return np.where(few, np.nan, sums), runs[0].issued


def wilson(share: float, n: int) -> tuple[float, float]:
    """
    Wilson's 90 % interval of a share seen in `n` trials.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(0.5, 100)]
    [0.419, 0.581]
    """
    centre, spread = share + Z90**2 / (2 * n), Z90 * np.sqrt(share * (1 - share) / n + Z90**2 / (4 * n * n))
    low, high = ((centre + sign * spread) / (1 + Z90**2 / n) for sign in (-1, 1))
    return float(max(0.0, low)), float(min(1.0, high))
