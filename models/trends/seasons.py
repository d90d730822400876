"""Tables of when the air is bad: hour, weekday, month, calendar, heating season, with and without dust days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from data.times import local_days, midnights
from models.averages.averages import time_average
from models.trends.heating import NONE, Calendar

COARSE_RATIO, DUST_PM10 = 0.35, 150.0

TIMES: dict[str, tuple[str, ...]] = {
    "hour": ("hour",),
    "weekday": ("weekday",),
    "month": ("month",),
    "weekday_hour": ("weekday", "hour"),
    "month_hour": ("month", "hour"),
}


def time_variation(
    series: pd.Series, by: str = "hour", *, tz: str = "UTC", seed: int = 0, times: int = 100
) -> pd.DataFrame:
    """
    Usual course over hours, weekdays or months, with a 95 % bootstrap interval of each mean.

    Parameters
    ----------
    series : Series
        Hourly means, UTC DatetimeIndex (start of each hour).
    by : {"hour", "weekday", "month", "weekday_hour", "month_hour"}
        What the course runs over; weekdays count from Monday = 0.
    tz : str
        Zone whose clock people live by.
    seed, times : int
        Of the bootstrap, which draws whole days: the hours of a day are alike.

    Returns
    -------
    DataFrame
        The columns that `by` names, then ``mean, lower, upper, n``. [unit of the series]

    Raises
    ------
    ValueError
        If `by` is none of these words.

    Notes
    -----
    openair's ``timeVariation``, which draws single hours and so prints narrower bands.

    Examples
    --------
    >>> hours = pd.date_range("2024-01-01", periods=240, freq="h", tz="UTC")
    >>> table = time_variation(pd.Series(np.arange(240) % 24, index=hours, dtype=float))
    >>> table.loc[7, ["mean", "lower", "upper", "n"]].tolist()
    [7.0, 7.0, 7.0, 10.0]
    """
    if by not in TIMES:
        raise ValueError(f"by must be one of {', '.join(TIMES)}, not {by!r}")
    known = series.dropna()
    clock = clock_of(pd.DatetimeIndex(known.index), tz)
    cells = pd.MultiIndex.from_frame(clock[list(TIMES[by])]).remove_unused_levels()
    codes, names = pd.factorize(cells, sort=True)
    sums, counts = _by_day(known.to_numpy(dtype=float), clock["day"].to_numpy(), codes, len(names))
    out = pd.DataFrame(list(names), columns=list(TIMES[by]))
    lower, upper = _band(sums, counts, seed, times)
    total = counts.sum(axis=0)
    return out.assign(mean=sums.sum(axis=0) / total, lower=lower, upper=upper, n=total.astype(int))


def calendar(
    series: pd.Series, *, tz: str = "UTC", min_coverage: float = MIN_COVERAGE, statistic: str = "mean"
) -> pd.DataFrame:
    """
    One row per local day: what a calendar plot draws.

    Returns
    -------
    DataFrame
        ``day, year, month, weekday, week, value``; `week` is the row of the day in its month's sheet,
        `value` is missing below `min_coverage`. [unit of the series]

    Notes
    -----
    openair's ``calendarPlot``.

    Examples
    --------
    >>> hours = pd.date_range("2024-02-28T19:00", periods=48, freq="h", tz="UTC")
    >>> calendar(pd.Series(3.0, index=hours), tz="Asia/Tashkent")[["day", "weekday", "week"]].values.tolist()
    [[datetime.date(2024, 2, 29), 3, 4], [datetime.date(2024, 3, 1), 4, 0]]
    """
    daily = time_average(
        series.to_frame("value"),
        "day",
        min_coverage,
        tz=tz,
        span="calendar",
        statistic=statistic,  # type: ignore[arg-type]
    )
    local = pd.DatetimeIndex(daily.index).tz_convert(tz)
    first = (local.day_of_week - (local.day - 1)) % 7  # weekday of the month's first day
    return pd.DataFrame(
        {
            "day": local_days(daily.index, tz).date,
            "year": local.year,
            "month": local.month,
            "weekday": local.day_of_week,
            "week": (local.day - 1 + first) // 7,
            "value": daily["value"].to_numpy(),
        }
    )


def heating_split(series: pd.Series, season: Calendar, *, min_coverage: float = MIN_COVERAGE) -> pd.DataFrame:
    """
    Mean of each heating season and of the months between, with its coverage.

    Parameters
    ----------
    series : Series
        Hourly or daily means, UTC DatetimeIndex.
    season : Calendar
        Of the city, with its zone.
    min_coverage : float
        Share of a season's days with a value that makes its mean complete. [0–1]

    Returns
    -------
    DataFrame
        ``season`` (``2023/24`` or ``2024``), ``heating, mean, coverage, complete``. [unit of the series]

    Examples
    --------
    >>> days = pd.date_range("2023-11-07", "2024-11-06", freq="D", tz="UTC")
    >>> usual = Calendar(((11, 7), (3, 31)))
    >>> heating_split(pd.Series(1.0, index=days), usual)[["season", "complete"]].values.tolist()
    [['2023/24', True], ['2024', True]]
    """
    daily = time_average(series.to_frame("value"), "day", 0.0, tz=season.zone)["value"]
    whole = _whole_seasons(pd.DatetimeIndex(daily.index), season)
    joined = whole.assign(value=daily.reindex(whole.index))
    grouped = joined.groupby(["season", "heating"], sort=False)["value"]
    out = pd.DataFrame({"mean": grouped.mean(), "coverage": grouped.count() / grouped.size()})
    return out.assign(complete=out["coverage"] >= min_coverage).reset_index()


def dust_days(
    wide: pd.DataFrame, *, tz: str = "UTC", pm10: float = DUST_PM10, ratio: float = COARSE_RATIO
) -> list[date]:
    """
    Local days whose particles were mostly coarse: PM10 at least `pm10` and PM2.5/PM10 at most `ratio`.

    Parameters
    ----------
    wide : DataFrame
        Columns ``pm10`` and ``pm25``, UTC DatetimeIndex. [µg/m³]
    pm10 : float
        Daily mean of PM10 from which a day can be a dust day. [µg/m³]
    ratio : float
        Greatest share of PM2.5 in PM10. [0–1]

    Raises
    ------
    ValueError
        If one of the two columns is missing: without PM10 a dust day cannot be told from a smoky one.

    Notes
    -----
    Both thresholds are working values of this centre, indicative: no law of either city defines a dust
    day. The ratio lies between those of dust storms (0.1–0.3) and of combustion (above 0.5); see
    Sugimoto et al. 2016, doi:10.4209/aaqr.2015.08.0492.

    Examples
    --------
    >>> days = pd.date_range("2021-11-04", periods=2, freq="D", tz="UTC")
    >>> dust_days(pd.DataFrame({"pm10": [1800.0, 180.0], "pm25": [300.0, 120.0]}, index=days))
    [datetime.date(2021, 11, 4)]
    """
    if not {"pm10", "pm25"} <= set(wide):
        raise ValueError("dust days need both pm10 and pm25")
    daily = time_average(wide[["pm10", "pm25"]], "day", tz=tz)
    found = (daily["pm10"] >= pm10) & (daily["pm25"] <= ratio * daily["pm10"])
    return list(local_days(daily.index[found], tz).date)


def without_days(series: pd.Series, days: Iterable[date], *, tz: str = "UTC") -> pd.Series:
    """
    The series with these local days taken out (as gaps, so that coverage tells).

    Examples
    --------
    >>> index = pd.date_range("2024-01-01", periods=2, freq="D", tz="UTC")
    >>> without_days(pd.Series([1.0, 2.0], index=index), [date(2024, 1, 1)]).tolist()
    [nan, 2.0]
    """
    return series.mask(pd.Index(local_days(series.index, tz).date).isin(list(days)))


def clock_of(index: pd.DatetimeIndex, tz: str) -> pd.DataFrame:
    """Local ``day`` (as a number), ``hour``, ``weekday`` (Monday = 0) and ``month`` of each time."""
    local = index.tz_convert(tz)
    days = local_days(index, tz).to_numpy().astype("datetime64[D]").astype(np.int64)
    columns = {"day": days, "hour": local.hour, "weekday": local.day_of_week, "month": local.month}
    return pd.DataFrame(columns)


def _by_day(
    values: npt.NDArray[np.float64], days: npt.NDArray[np.int64], codes: npt.NDArray[np.int64], cells: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Sum and number of the values of each day (row) and cell (column)."""
    which, day = np.unique(days, return_inverse=True)
    place, size = day * cells + codes, len(which) * cells
    shape = (len(which), cells)
    sums = np.asarray(np.bincount(place, values, size), dtype=float).reshape(shape)
    return sums, np.asarray(np.bincount(place, minlength=size), dtype=float).reshape(shape)


def _band(
    sums: npt.NDArray[np.float64], counts: npt.NDArray[np.float64], seed: int, times: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Ends of the 95 % interval of each cell's mean, from resampled days."""
    days = len(sums)
    drawn = np.random.default_rng(seed).multinomial(days, np.full(days, 1 / days), size=times).astype(float)
    number = drawn @ counts
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(number > 0, drawn @ sums / number, np.nan)
    lower, upper = np.nanquantile(means, [0.025, 0.975], axis=0)
    return lower, upper


def _whole_seasons(index: pd.DatetimeIndex, season: Calendar) -> pd.DataFrame:
    """Every local day of the seasons that `index` touches, with the season's name and kind."""
    local = index.tz_convert(season.zone)
    wall = pd.date_range(f"{local.year.min() - 1}-01-01", f"{local.year.max() + 1}-12-31", freq="D")
    begins = midnights(wall, season.zone)
    begun = season.seasons(begins)
    years = begins.tz_convert(season.zone).year
    label = [season.span(int(b)).label if b != NONE else str(y) for b, y in zip(begun, years, strict=True)]
    table = pd.DataFrame({"season": label, "heating": begun != NONE}, index=begins)
    touched = table[table.index.isin(index)]
    return table[table["season"].isin(touched["season"])]
