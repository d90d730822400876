"""Figures of a year: openair's summary of statistics, and annual means that say what they lack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from data.standards.coverage import MIN_COVERAGE
from models.averages.averages import checked, coverage, time_average
from models.averages.running import regular, running_mean

# Limits counted by openair's aqStats, here in the units of the input: NO2 and O3 1 h and 8 h of
# Directive 2008/50/EC, PM10 24 h of the same.
NO2_HOUR, PM10_DAY = 200.0, 50.0
O3_EIGHT_HOURS = (100.0, 120.0)
QUARTER_LEAST = 0.5  # share of each quarter that an annual mean needs; our own rule
AOT40_BASE, AOT40_MONTHS, AOT40_HOURS = 80.0, (5, 6, 7), (8, 20)

Row = dict[str, Any]


def aq_stats(wide: pd.DataFrame, *, tz: str = "UTC", percentiles: tuple[float, ...] = (95.0, 99.0)) -> pd.DataFrame:
    """
    Common statistics of each year and parameter, named as openair's ``aqStats`` names them.

    Parameters
    ----------
    wide : DataFrame
        Hourly means, UTC DatetimeIndex (start of each hour), one column per parameter. The counts above
        limits take the columns ``no2 o3 pm10`` as µg/m³.
    tz : str
        Zone of the days and years.
    percentiles : tuple of float
        Of the hourly values. [0–100]

    Returns
    -------
    DataFrame
        One row per parameter and year: ``parameter, year, data_capture`` [% of the year's hours]``, mean,
        min, max, median, max_daily, roll_8_max, roll_24_max, percentile_95, percentile_99``, and where the
        parameter has them ``hours`` (NO2 above 200), ``roll_8_o3_gt_100, roll_8_o3_gt_120`` (days), ``AOT40``
        [unit·h] and ``days`` (PM10 above 50).

    Notes
    -----
    As in openair, the highest daily and running means are taken without a demand on their coverage (a
    window may be cut by a gap or by the year's end): look at ``data_capture`` before quoting them.

    Examples
    --------
    >>> hours = pd.date_range("2023-01-01", "2024-01-01", freq="h", tz="UTC", inclusive="left")
    >>> aq_stats(pd.DataFrame({"no2": 40.0}, index=hours))[["data_capture", "mean", "hours"]].values.tolist()
    [[100.0, 40.0, 0.0]]
    """
    checked(wide)
    full = regular(wide)
    rows = [
        row
        for name in full.columns
        if name not in ("ws", "wd")
        for row in _years(str(name), full[[name]], tz, percentiles)
    ]
    return pd.DataFrame(rows)


def annual(wide: pd.DataFrame, min_coverage: float = MIN_COVERAGE, *, tz: str = "UTC") -> pd.DataFrame:
    """
    Mean of each calendar year, called annual only when the year is complete.

    Parameters
    ----------
    wide : DataFrame
        UTC DatetimeIndex (start of each interval), one column per parameter.
    min_coverage : float
        Share of the year's intervals that makes it complete, and of a month's that makes it present. [0–1]
    tz : str
        Zone of the years.

    Returns
    -------
    DataFrame
        ``parameter, year, mean, coverage`` [0–1]``, complete`` (`min_coverage` of the year, and half of each quarter)
        and ``missing``, the months below `min_coverage`, as in ``"01 02 12"``. An incomplete
        year's `mean` is that of the hours measured.

    Examples
    --------
    >>> hours = pd.date_range("2023-01-01", "2023-07-01", freq="h", tz="UTC", inclusive="left")
    >>> annual(pd.DataFrame({"pm25": 12.0}, index=hours)).round(3)
      parameter  year  mean  coverage  complete            missing
    0      pm25  2023  12.0     0.496     False  07 08 09 10 11 12
    """
    means = time_average(wide, "year", 0.0, tz=tz, span="calendar")
    shares = coverage(wide, "year", tz=tz, span="calendar").melt()
    rows = means.melt(var_name="parameter", value_name="mean").assign(coverage=shares["value"])
    years = pd.DatetimeIndex(means.index).tz_convert(tz).year
    rows.insert(1, "year", np.tile(years, len(wide.columns)))
    months = coverage(wide, "month", tz=tz, span="calendar").tz_convert(tz)
    return rows.assign(
        complete=(rows["coverage"] >= min_coverage)
        & np.array(
            [_every_season(months[name], year) for name, year in zip(rows["parameter"], rows["year"], strict=True)],
            dtype=bool,
        ),
        missing=[
            _missing(months[name], year, min_coverage)
            for name, year in zip(rows["parameter"], rows["year"], strict=True)
        ],
    )


def _every_season(months: pd.Series, year: int) -> bool:
    """Whether no quarter of the year is half missing; heating or dust in one season decides the level here."""
    mine = months[months.index.year == year]
    quarters = mine.groupby((mine.index.month - 1) // 3).sum() / 3
    return bool(len(quarters) == 4 and (quarters >= QUARTER_LEAST).all())


def _missing(months: pd.Series, year: int, min_coverage: float) -> str:
    """Return the two-digit months of `year` whose coverage is below `min_coverage`."""
    present = {start.month for start in months.index[(months >= min_coverage) & (months.index.year == year)]}
    return " ".join(f"{month:02d}" for month in range(1, 13) if month not in present)


def _years(name: str, hours: pd.DataFrame, tz: str, percentiles: tuple[float, ...]) -> list[Row]:
    """Rows of one parameter, each year by itself."""
    captured = coverage(hours, "year", tz=tz, span="calendar")[name]
    local = pd.DatetimeIndex(hours.index).tz_convert(tz).year
    return [
        _year(name, hours[local == year], tz, percentiles) | {"data_capture": 100 * share}
        for year, share in zip(captured.index.tz_convert(tz).year, captured, strict=True)
    ]


def _year(name: str, year: pd.DataFrame, tz: str, percentiles: tuple[float, ...]) -> Row:
    hours = year[name]
    days = time_average(year, "day", 0.0, tz=tz)[name]
    row: Row = {"parameter": name, "year": pd.DatetimeIndex(year.index).tz_convert(tz).year[-1]}
    row |= {"data_capture": 0.0, "mean": hours.mean(), "min": hours.min(), "max": hours.max()}
    row |= {"median": hours.median(), "max_daily": days.max()}
    row |= {f"roll_{width}_max": _highest(hours, width) for width in (8, 24)}
    row |= {f"percentile_{p:g}": hours.quantile(p / 100) for p in percentiles}
    return row | (_COUNTS[name](year, days, tz) if name in _COUNTS else {})


def _highest(hours: pd.Series, width: int) -> float:
    """Highest mean of the `width` hours that begin with each hour, as far as there are any."""
    return float(hours.iloc[::-1].rolling(width, min_periods=1).mean().max())


def _ozone(year: pd.DataFrame, _days: pd.Series, tz: str) -> Row:
    highest = time_average(running_mean(year, 8, 0.0), "day", 0.0, tz=tz, statistic="max")["o3"]
    above = {f"roll_8_o3_gt_{limit:g}": int((highest > limit).sum()) for limit in O3_EIGHT_HOURS}
    return above | {"AOT40": _aot40(year["o3"].tz_convert(tz))}


def _aot40(hours: pd.Series) -> float:
    """Sum of what hourly ozone exceeds 80 µg/m³ by, 08–20 h, May to July (2008/50/EC, annex VII)."""
    index = pd.DatetimeIndex(hours.index)
    counted = index.month.isin(AOT40_MONTHS) & (index.hour >= AOT40_HOURS[0]) & (index.hour < AOT40_HOURS[1])
    return float((hours[counted] - AOT40_BASE).clip(lower=0).sum())


_COUNTS: dict[str, Callable[[pd.DataFrame, pd.Series, str], Row]] = {
    "no2": lambda year, _days, _tz: {"hours": int((year["no2"] > NO2_HOUR).sum())},
    "o3": _ozone,
    "pm10": lambda _year, days, _tz: {"days": int((days > PM10_DAY).sum())},
}
