"""Skill from rolling origins and the probability of a day above a limit."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.forecast import METHODS, Forecaster, Residuals, choose, exceedance, skill
from models.forecast import bands as band
from models.forecast.choice import rank
from tests.models.forecast.test_forecast import FIRST, ZONE, world

LEADS = [1, 6, 24, 72]


@pytest.fixture(scope="module")
def air() -> tuple[pd.DataFrame, pd.DataFrame]:
    return world(days=200, seed=3)


@pytest.fixture(scope="module")
def table(air: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return skill(
        *air, origins=150, leads=LEADS, folds=1, first=0.6, forecaster=Forecaster(zone=ZONE, rows=6000, runs=150)
    )


def test_every_method_is_judged_on_the_same_cases(table: pd.DataFrame) -> None:
    assert set(table["method"]) == {"model", "persistence", "climatology", "damped_persistence"}
    assert (table.groupby("lead")["n"].max() == table.groupby("lead")["n"].min()).all()
    assert (table["mae"] <= table["rmse"]).all()
    assert (table[table["shown"]].groupby("lead").size() == 1).all()


def test_damped_persistence_is_no_worse_than_its_parts(table: pd.DataFrame) -> None:
    errors = table.pivot_table(index="lead", columns="method", values="rmse")
    assert (errors["damped_persistence"] <= 1.03 * errors[["persistence", "climatology"]].min(axis=1)).all()


def test_the_model_uses_the_weather_and_its_band_holds(table: pd.DataFrame) -> None:
    errors = table.pivot_table(index="lead", columns="method", values="rmse")
    assert errors.loc[24, "model"] < 0.9 * errors.loc[24, "damped_persistence"]
    shown = table[table["shown"]]
    assert shown["coverage"].between(0.8, 0.98).all()
    assert choose(table, LEADS)["method"].tolist() == shown.sort_values("lead")["method"].tolist()


def test_skill_does_not_change_with_what_comes_after_its_last_origin(air: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    history, weather = air
    short = history[history["start"] < FIRST + pd.Timedelta(days=50)]  # baselines only: quick
    settings = {"origins": 20, "leads": [1, 24], "folds": 1, "zone": ZONE}
    before = skill(short, weather, **settings)  # type: ignore[arg-type]
    late = short["start"] >= FIRST + pd.Timedelta(days=49, hours=23)
    after = skill(short.assign(value=short["value"].mask(late, 1e4)), weather, **settings)  # type: ignore[arg-type]
    assert "model" not in set(before["method"])
    pd.testing.assert_frame_equal(before[before["lead"] == 1], after[after["lead"] == 1])


def said(value: float = 40.0, method: str = "model") -> pd.DataFrame:
    start = pd.date_range("2026-01-01T19:00", periods=24, freq="h", tz="UTC")  # a day of Tashkent
    return pd.DataFrame(
        {"station": "a", "parameter": "pm25", "start": start, "lead": range(1, 25), "method": method, "value": value}
    )


def runs(ratio: np.ndarray) -> dict[tuple[str, str], Residuals]:
    issued = pd.date_range("2025-01-01", periods=len(ratio), freq="D", tz="UTC")
    return {("pm25", "model"): Residuals(ratio, issued, 0.0)}


def test_hours_that_err_together_leave_the_day_uncertain() -> None:
    random = np.random.default_rng(0)
    one = np.exp(random.normal(0, 0.4, (400, 1)))
    together = exceedance(said(), 50.0, ZONE, residuals=runs(one * np.ones(72)))
    alone = exceedance(said(), 50.0, ZONE, residuals=runs(np.exp(random.normal(0, 0.4, (400, 72)))))
    assert together["probability"].item() == pytest.approx(0.29, abs=0.05)  # P(40·e^N(0, 0.4) > 50)
    assert alone["probability"].item() < 0.05


def test_hours_already_measured_count_as_they_are() -> None:
    hours = pd.date_range("2026-01-01T19:00", periods=20, freq="h", tz="UTC")
    seen = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "value": 100.0})
    rest = said().iloc[20:].assign(lead=range(1, 5))
    out = exceedance(rest, 50.0, ZONE, seen, residuals=runs(np.ones((100, 72))))
    assert out[["day", "probability", "hours_observed", "hours_forecast"]].values.tolist() == [
        [date(2026, 1, 2), 1.0, 20, 4]
    ]
    assert out["value"].item() == pytest.approx(90.0)
    assert exceedance(rest, 50.0, ZONE, residuals=runs(np.ones((100, 72)))).empty


def test_no_probability_without_errors_or_limit() -> None:
    assert exceedance(said(method="persistence"), 50.0, ZONE, residuals=runs(np.ones((100, 72)))).empty
    assert exceedance(said(), 50.0, ZONE, residuals=runs(np.ones((10, 72)))).empty
    assert exceedance(said(), {"pm10": 50.0}, ZONE, residuals=runs(np.ones((100, 72)))).empty


@settings(max_examples=25, deadline=None)
@given(st.floats(0.0, 200.0), st.floats(1.0, 150.0))
def test_a_higher_limit_is_never_likelier_to_be_passed(value: float, limit: float) -> None:
    ratio = np.linspace(0.3, 2.5, 60)[:, None] * np.ones(72)
    low, high = (exceedance(said(value), x, ZONE, residuals=runs(ratio)).iloc[0] for x in (limit, 1.3 * limit))
    assert low["probability"] >= high["probability"]
    assert low["probability_lower"] <= low["probability"] <= low["probability_upper"]
    assert low["lower"] <= low["value"] <= low["upper"]


def test_conformal_bands_cover_what_they_promise() -> None:
    random = np.random.default_rng(2)
    lead = random.integers(1, 73, 20_000)
    forecast = random.gamma(4, 10, len(lead))
    observed = forecast * np.exp(random.normal(0, 0.2 + lead / 100, len(lead)))
    half = len(lead) // 2
    widths = band.ratio_widths(observed[:half], forecast[:half], lead[:half], 1.0, 0.05)
    low, high = band.ratio_band(forecast[half:], lead[half:], widths, 1.0)
    inside = (observed[half:] >= low) & (observed[half:] <= high)
    assert inside.mean() == pytest.approx(0.9, abs=0.02)
    assert (high - low)[lead[half:] > 48].mean() > 1.5 * (high - low)[lead[half:] < 4].mean()
    assert np.isnan(
        band.ratio_band(forecast, lead, band.ratio_widths(*[np.ones(9)] * 2, lead[:9], 1.0, 0.05), 1.0)
    ).all()


def test_ties_go_to_the_simpler_forecast() -> None:
    assert rank(dict.fromkeys(METHODS, 10.0))[-1] == "model"
