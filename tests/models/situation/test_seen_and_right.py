"""
What screens said of one input and what is right, row by row of issue 11 §1, in small.

Covered by tests of their own: the daily panel with its one hourly sensor (`test_situation`: daily medians stand in, one
hourly sensor stands as itself; `test_real_moments`), flagged hours leave nothing current (`test_situation`), two arrows
(`test_situation`), faults that only ask (`tests.jobs.alarms.test_instruments`), the time of an alarm and the end of one
about tomorrow (`tests.jobs.alarms.test_activation`), one figure on page and brief, stations of a year earlier
(`tests.pages.trends.test_parity_with_brief`, `tests.models.trends.test_matched`), looked or not
(`tests.jobs.events.test_looked`), bounds without a grade (`tests.models.indices.test_kz_indices`), noise at limits and
edges of scales (`tests.models.limits.test_at_the_limit`, `tests.models.indices.test_aqi`), ranges of a level
(`test_period`), no index beyond its scale (`test_situation`).
"""

import pandas as pd
import pytest

from tests.models.situation.test_situation import FOUR, LAST, NOW, found, hours, said

OZONE = 150.0  # µg/m³, above any limit for 24 hours here


def three(value: float, **more: object) -> list[pd.DataFrame]:
    return [hours([value] * 24, station=f"a:{n}", **more) for n in (1, 2, 3)]  # type: ignore[arg-type]


def test_the_verdict_covers_every_pollutant_shown_and_names_the_leading_one() -> None:
    city = found(pd.concat([*three(20.0), *three(OZONE, parameter="o3")]), FOUR)
    assert (city.figure.verdict, city.verdict) == ("within", "above")
    assert city.judged is city.leading is city.day["o3"]
    assert city.leading.held.ratio is not None
    assert city.leading.held.ratio > 1


def test_a_fault_for_hours_is_in_no_figure_no_index_and_no_highest_station() -> None:
    rows = pd.concat(three(20.0))
    fault = (rows["station"] == "a:3") & (rows["start"] > pd.Timestamp(LAST) - pd.Timedelta(hours=3))
    rows["value"] = rows["value"].mask(fault, 9999.0)
    rows["flag"] = rows["flag"].mask(fault, "invalid")
    rows["checks"] = [("fault_code:9999",) if one else () for one in fault]
    city = found(rows, FOUR)
    for one in (city.hour, city.figure):
        assert one.highest.value == 20.0  # type: ignore[union-attr]
        assert 9999.0 not in one.rows["value"].to_numpy()
    assert (city.verdict, city.index().value < 100) == ("within", True)  # type: ignore[union-attr]
    left = city.figure.left_out
    assert left.to_dict("records") == [{"station": "a:3", "why": "fault_code", "rows": 3}]


def test_rising_now_and_falling_over_the_day_are_two_statements() -> None:
    rows = pd.concat([hours([60.0] * 24 + [20.0] * 5 + [30, 35, 40], station=f"a:{n}") for n in (1, 2, 3)])
    city = found(rows, FOUR)
    assert (city.hour.value, city.hour.arrow) == (40.0, "up")
    assert city.figure.arrow == "down"
    assert city.figure.value > city.hour.value  # type: ignore[operator]


@pytest.mark.parametrize("late", [0, 1, 5])
def test_one_row_has_one_age(late: int) -> None:
    rows = pd.concat(three(20.0, last=LAST - pd.Timedelta(hours=late)))
    city = found(rows, FOUR)
    ages = {one.age_minutes for one in (city.hour, city.figure, *(s for pair in city.stations.values() for s in pair))}
    assert ages == {20.0 + 60 * late}


def test_coverage_age_and_highest_are_of_the_rows_of_the_figure() -> None:
    rows = pd.concat([*three(20.0), hours([500.0], station="a:3", last=LAST, flag="invalid")])
    rows = rows[~rows.duplicated(["station", "start"], keep="last")]
    hour = said(rows, FOUR, NOW, averaging="1h")
    assert (hour.n, hour.of, hour.highest.value) == (3, 3, 20.0)  # type: ignore[union-attr]
    assert hour.rows.set_index("station")["end"]["a:3"] == pd.Timestamp(LAST)  # its own newest sound hour, one earlier


def test_noise_is_no_exceedance() -> None:
    noisy = [hours([35.0 + 1e-12] * 24, station=f"a:{n}") for n in (1, 2, 3)]
    assert said(pd.concat(noisy), FOUR, law="kz").verdict == "within"
    assert said(pd.concat(three(35.1)), FOUR, law="kz").verdict == "above"
    assert said(pd.concat(three(9.1)), FOUR).indices["us-epa-2024"].category == "Moderate"
