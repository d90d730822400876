"""A mean exactly at a limit is within it, however floating-point arithmetic adds it up: one function says so."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data.standards.rounding import above, clean, decimals_of, half_up
from models.alarms.signals import lasting
from models.limits import limits
from models.limits.in_force import compare
from models.limits.ledger import ledger
from tests.conftest import hourly

DAY = limits("kz", "pm25", date(2024, 6, 1), averaging="24h")  # 35 µg/m³
START = datetime(2024, 5, 31, 19, tzinfo=UTC)
# Twelve pairs around a mean, whose sum is no round number in binary.
PAIRS = [52.8, 42.4, 40.9, 33.5, 53.8, 23.8, 29.2, 40.7, 41.2, 19.2, 21.5, 42.7]


def counted(values: list[float]) -> tuple[int, str]:
    """Days over the limit of a day of hours."""
    rows = hourly(values, first="2024-05-31T19:00", city="astana")
    table = ledger(rows, DAY, START, START + timedelta(days=1), city="astana", zone="Asia/Almaty")
    return int(table["exceeded"].iloc[0]), str(table["result"].iloc[0])


def around(mean: float) -> list[float]:
    return [round(x, 6) for value in PAIRS for x in (value, 2 * mean - value)]


def lifted(by: float) -> list[float]:
    """A day whose mean lies a twenty-fourth of this above the limit."""
    *others, last = around(35.0)
    return [*others, round(last + by, 6)]


@pytest.mark.parametrize(
    ("values", "over"),
    [(around(35.0), 0), ([35.0] * 24, 0), ([35.0] * 23 + [36.0], 0), ([35.0] * 12 + [35.1] * 12, 1),
     (lifted(1.0), 0), (lifted(1.3), 1)],
)  # fmt: skip
def test_a_mean_is_held_to_the_limit_in_the_decimals_of_its_data(values: list[float], over: int) -> None:
    assert counted(values) == (over, "exceeded" if over else "none")


def test_the_verdict_of_one_value_knows_no_noise() -> None:
    assert compare(35.00000000000001, 1440, DAY[0]).verdict == "within"
    assert compare(35.01, 1440, DAY[0]).verdict == "above"


def test_an_alarm_does_not_ring_for_noise() -> None:
    at = pd.date_range("2026-01-01 01:00", periods=2, freq="h", tz="UTC")
    steps = pd.DataFrame({"at": at, "minutes": 60, "value": [35.00000000000001, 35.1]})
    assert lasting(steps.assign(standing=steps["value"]), 35.0)["on_for"].notna().tolist() == [False, True]


def test_rounding_is_half_up_and_keeps_what_is_no_number() -> None:
    assert half_up([0.25, 2.675, 1.005], [1, 2, 2]).tolist() == [0.3, 2.68, 1.01]
    assert np.isnan(clean([np.nan])).all()
    assert clean([0.0, -35.000000000001, 1e-30, np.inf]).tolist() == [0.0, -35.0, 1e-30, np.inf]
    assert not above([np.nan], 35.0).any()
    assert decimals_of([]) == 0
