"""Figures of years, sheets and roses as data: what is drawn, hatched, left blank."""

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from models.trends.trends import theil_sen
from models.wind.roses import wind_rose
from pages.ui.look import heatmaps, roses
from pages.ui.look.charts import Line
from pages.ui.page.downloads import as_csv
from pages.ui.reader import language
from pages.ui.station import charts as station_charts
from pages.ui.trends import charts as trends_charts

ASTANA = ZoneInfo("Asia/Almaty")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with language.using("en"):
        yield


def months(n: int = 60) -> pd.Series:
    index = pd.date_range("2021-01-01", periods=n, freq="MS", tz="UTC")
    return pd.Series(40 - 0.3 * np.arange(n) + 5 * np.sin(np.arange(n) ** 2), index=index)


def test_a_partial_year_is_hatched_and_named() -> None:
    table = pd.DataFrame(
        {"year": [2024, 2025], "mean": [30.0, 20.0], "days": [366, 90], "of": [366, 365], "complete": [True, False]}
    )
    drawn = trends_charts.years(table, "µg/m³", lines=[Line(5.0, "WHO")])
    bar = drawn.data[0]
    assert list(bar.x) == ["2024", "2025<br>partial"]
    assert list(bar.marker.pattern.shape) == ["", "/"]
    assert [a.text for a in drawn.layout.annotations if a.text == "WHO"] == ["WHO"]


def test_the_trend_line_meets_its_band_at_the_middle() -> None:
    series = months()
    trend = theil_sen(series)
    drawn = trends_charts.months(pd.DataFrame({"value": series}), "µg/m³", trend=trend)
    lower, upper, line = (np.asarray(drawn.data[i].y, dtype=float) for i in range(3))
    assert (lower <= line + 0.011).all()
    assert (line <= upper + 0.011).all()
    assert (upper - lower).argmin() in range(28, 32)


def test_measures_are_numbered() -> None:
    marks = [trends_charts.Mark(date(2023, 5, 1), "one"), trends_charts.Mark(date(2024, 5, 1), "two")]
    drawn = trends_charts.months(pd.DataFrame({"value": months()}), "µg/m³", marks=marks)
    assert [a.text for a in drawn.layout.annotations if a.text.startswith("<b>")] == ["<b>1</b>", "<b>2</b>"]
    assert len(drawn.layout.shapes) == 2


def test_a_gap_in_the_months_stays_open() -> None:
    series = months()
    series.iloc[10] = np.nan
    drawn = trends_charts.months(pd.DataFrame({"value": series}), "µg/m³")
    assert drawn.data[0].connectgaps is False
    assert np.isnan(drawn.data[0].y[10])


def test_months_to_come_are_not_shown_as_unknown() -> None:
    table = pd.DataFrame({"coverage": [1.0]}, index=pd.DatetimeIndex(["2026-01-01"], tz="UTC"))
    drawn = trends_charts.strip(table, [2025, 2026], date(2026, 2, 10), "light")
    assert drawn.data[0].text[1][:3] == ["100 %", "0 %", ""]
    assert drawn.data[0].text[0][11] == "0 %"


def test_counts_fill_the_year() -> None:
    table = pd.DataFrame({"year": [2025], "days_over": [40], "days_checked": [300], "days": [365]}).astype("Int64")
    drawn = trends_charts.counts(table)
    assert [float(bar.y[0]) for bar in drawn.data] == [40.0, 260.0, 65.0]


def test_a_calendar_tells_too_little_from_nothing() -> None:
    days = pd.DataFrame({"day": [date(2026, 1, 1), date(2026, 1, 2)], "value": [50.0, np.nan], "coverage": [1.0, 0.4]})
    drawn = heatmaps.calendar(days, "µg/m³", 35.0, until=date(2026, 1, 10), months=2)
    exists, few, values = (np.asarray(part.z, dtype=float) for part in drawn.data)
    assert np.nansum(exists[1]) == 10
    assert (np.nonzero(few == 1)[1].tolist(), values[1, 0]) == ([1], 50.0)
    assert np.isnan(values[1, 1])
    assert "Jan 2026 · 1/10" in drawn.data[0].y


def test_a_calendar_without_a_limit_carries_no_law_in_its_colours() -> None:
    assert heatmaps.scale(None, 80.0, "dark") == ([list(x) for x in heatmaps.PLAIN["dark"]], 80.0)
    steps, top = heatmaps.scale(35.0, 80.0, "light")
    assert top == 87.5
    assert [e for e, _ in steps] == sorted(e for e, _ in steps)
    assert (steps[0][0], steps[-1][0]) == (0.0, 1.0)


def test_flagged_hours_are_symbols_outside_the_line() -> None:
    start = pd.date_range("2026-01-01", periods=4, freq="h", tz="UTC")
    rows = pd.DataFrame({"start": start, "value": [10.0, 900.0, 12.0, 11.0], "flag": ["ok", "suspect", "ok", "ok"],
                         "checks": [(), ("spike:900,20",), (), ()], "note": "", "parameter": "pm25"})  # fmt: skip
    drawn = station_charts.hours(rows, rows.iloc[:0][["start", "value"]], zone=ASTANA, unit="µg/m³", minutes=60)
    line, flagged = drawn.data
    assert np.isnan(line.y[1])
    assert flagged.marker.symbol == ("triangle-up",)
    assert list(flagged.customdata[0]) == [900.0, "spike: 900 µg/m³ where the values around have 20"]
    assert drawn.layout.yaxis.range[1] < 30


def test_classes_of_a_rose_are_stacked_not_added_twice() -> None:
    wide = pd.DataFrame({"ws": [1.0, 3.0, 5.0, 9.0], "wd": [90.0, 90.0, 90.0, 180.0]})
    drawn = roses.rose(wind_rose(wide), "m/s")
    assert sum(float(np.sum(bar.r)) for bar in drawn.data) == pytest.approx(100.0)
    assert [bar.name for bar in drawn.data] == ["0–2 m/s", "2–4 m/s", "4–6 m/s", "> 6 m/s"]


def test_a_table_to_take_is_safe_for_spreadsheets() -> None:
    made = as_csv(pd.DataFrame({"name": ["=HYPERLINK(1)", "plain"], "value": [1.5, np.nan]})).decode("utf-8-sig")
    assert made == "name,value\n'=HYPERLINK(1),1.5\nplain,\n"
