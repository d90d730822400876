"""A drift that was put in is found with its interval, a steady station is left alone, and too little is refused."""

import numpy as np
import pandas as pd
import pytest

from models.quality.drift import NOTABLE, drift

DAYS = pd.date_range("2026-01-01", periods=75, freq="D")
PLACES = pd.DataFrame({"station": list("abcdef"), "lat": 51.1 + 0.01 * np.arange(6), "lon": 71.4})


def world(seed: int, drifts: dict[str, float], stations: str = "abcdef", days: int = 75) -> pd.DataFrame:
    """Daily means of a city whose stations have gains of their own; drifts in % of the level in 30 days."""
    random = np.random.default_rng(seed)
    city = 40 * np.exp(0.5 * np.cumsum(random.normal(0, 0.3, days)) / np.sqrt(10))
    rows = []
    for name in stations:
        noise = np.zeros(days)
        for k in range(1, days):  # tomorrow is like today
            noise[k] = 0.6 * noise[k - 1] + random.normal(0, 0.08)
        change = np.log1p(drifts.get(name, 0.0) / 100) * np.arange(days) / 30
        value = city * np.exp(random.normal(0, 0.2) + change + noise)
        rows.append(pd.DataFrame({"station": name, "day": DAYS[:days], "value": value, "coverage": 1.0}))
    return pd.concat(rows, ignore_index=True)


@pytest.mark.parametrize(("truth", "said"), [(25.0, "rises"), (-20.0, "falls")])
def test_a_drift_that_was_put_in_is_found(truth: float, said: str) -> None:
    found = drift(world(3, {"c": truth}), PLACES).set_index("station")
    assert found.loc["c", "verdict"] == said
    assert found.loc["c", "slope"] == pytest.approx(truth, abs=8)
    assert not set(found["verdict"].drop("c")) & {"rises", "falls"}
    assert (found["neighbours"] == 5).all()


def test_the_interval_covers_what_it_says() -> None:
    hits = total = 0
    for seed in range(12):
        found = drift(world(seed, {"a": 15.0}), PLACES).set_index("station")
        hits += int(found.loc["a", "lower"] <= 15.0 <= found.loc["a", "upper"])
        hits += int(found.loc["d", "lower"] <= 0.0 <= found.loc["d", "upper"])
        total += 2
    assert hits / total >= 0.85  # 95 % are meant


def test_one_wild_neighbour_does_not_blame_the_others() -> None:
    table = world(5, {"b": 90.0})
    found = drift(table, PLACES).set_index("station")
    assert found.loc["b", "verdict"] == "rises"
    assert found["slope"].drop("b").abs().max() < NOTABLE


@pytest.mark.parametrize(
    ("stations", "days", "verdict"),
    [("abc", 75, "few_neighbours"), ("abcdef", 25, "few_days"), ("a", 75, "few_neighbours")],
)
def test_too_little_is_refused_with_a_reason(stations: str, days: int, verdict: str) -> None:
    found = drift(world(1, {}, stations, days), PLACES)
    assert set(found["verdict"]) == {verdict}
    assert found["slope"].isna().all()


def test_two_ids_of_one_monitor_are_no_neighbours() -> None:
    places = PLACES.assign(same_as=["b", "", "", "", "", ""])
    found = drift(world(1, {}, "abcde"), places).set_index("station")
    assert found.loc[["a", "b"], "neighbours"].tolist() == [3, 3]
    assert found.loc["c", "neighbours"] == 3  # a stands for b: one monitor, one voice


def test_a_far_station_is_no_neighbour_and_a_thin_day_no_day() -> None:
    far = PLACES.assign(lat=[51.1, 51.11, 51.12, 51.13, 52.5, 52.6])
    assert drift(world(1, {}), far).set_index("station").loc["a", "neighbours"] == 3
    thin = world(1, {}).assign(coverage=0.5)
    assert set(drift(thin, PLACES)["verdict"]) == {"few_neighbours"}
