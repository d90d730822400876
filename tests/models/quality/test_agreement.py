"""Low-cost sensors beside a reference instrument: common days, correlation, ratio; on the truth of Tashkent."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.quality.agreement import LEAST, agreement


def days(station: str, kind: str, values: object, first: str = "2025-01-01") -> pd.DataFrame:
    value = np.asarray(values, dtype=float)
    day = pd.date_range(first, periods=len(value)).date
    return pd.DataFrame({"station": station, "kind": kind, "day": day, "value": value, "coverage": 1.0})


def test_common_days_are_compared_with_the_median_of_the_sensors() -> None:
    own = 20 + np.arange(60.0) % 13
    table = pd.concat([days("r:1", "reference", own), *(days(f"l:{k}", "indicative", own * k) for k in (0.5, 0.8, 9))])
    (found,) = agreement(table).itertuples()
    assert (found.station, found.n) == ("r:1", 60)
    assert (found.r, found.ratio) == (pytest.approx(1), pytest.approx(0.8))


def test_few_common_days_say_nothing() -> None:
    own = np.arange(LEAST - 1.0)
    table = pd.concat([days("r:1", "reference", own), days("l:1", "indicative", own)])
    assert agreement(table).empty
    late = days("l:1", "indicative", np.arange(60.0), "2026-01-01")
    assert agreement(pd.concat([days("r:1", "reference", np.arange(60.0)), late])).empty
    assert agreement(table.iloc[:0]).empty


def test_the_sensors_of_tashkent_did_not_follow_the_embassy_in_spring_2023(shared: Path) -> None:
    folder = shared / "data"
    own = pd.read_csv(folder / "tashkent-embassy-daily" / "tashkent_embassy_pm25_daily_2022-2023.csv.gz")
    low = pd.read_csv(folder / "tashkent-municipal-daily" / "tashkent_municipal_pm25_daily.csv")
    parts = [
        ("us:1", "reference", own["date"], own["pm25_mean"]),
        ("city", "indicative", low["date"], low["pm25_muni"]),
    ]
    table = pd.concat([
        pd.DataFrame({"station": station, "kind": kind, "day": pd.to_datetime(day), "value": value, "coverage": 1.0})
        for station, kind, day, value in parts
    ])  # fmt: skip
    (found,) = agreement(table[table["day"] < "2023-07-01"]).itertuples()
    assert found.n == pytest.approx(102, abs=3)
    assert found.r == pytest.approx(0.41, abs=0.02)
    assert found.ratio == pytest.approx(0.86, abs=0.05)
