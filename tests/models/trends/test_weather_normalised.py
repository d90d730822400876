"""Weather normalisation: luck with the weather is taken out, and refused where it cannot be."""

import numpy as np
import pandas as pd
import pytest

from models.trends import weather_normalised as weather
from models.trends.trends import Refused
from models.trends.weather_normalised import weather_normalised


def world(years=2, noise=3.0, seed=0):
    """A steady source in air that happens to be stiller in the second year."""
    rng = np.random.default_rng(seed)
    index = pd.date_range("2021-01-01", periods=8760 * years, freq="h", tz="UTC")
    t = np.arange(len(index))
    calm = np.repeat(rng.gamma(3, 0.7, len(index) // 12 + 1), 12)[: len(index)]
    ws = np.clip(calm * (1.3 - 0.5 * (t >= 8760)), 0.2, None)
    temperature = -10 * np.cos(2 * np.pi * t / 8766) + rng.normal(0, 3, len(index))
    pm25 = 80 / (ws + 1) + 10 * np.cos(2 * np.pi * t / 8766) + rng.normal(0, noise, len(index)) + 20
    wd = rng.uniform(0, 360, len(index))
    return pd.DataFrame({"ws": ws, "wd": wd, "temperature": temperature, "pm25": pm25}, index=index)


@pytest.fixture(scope="module")
def found():
    shares = []
    return weather_normalised(world(), "pm25", draws=8, progress=shares.append), shares


def test_still_air_is_not_taken_for_more_emission(found):
    days = found[0].days
    observed = days.loc["2022", "observed"].mean() - days.loc["2021", "observed"].mean()
    normalised = days.loc["2022", "normalised"].mean() - days.loc["2021", "normalised"].mean()
    assert observed > 5
    assert abs(normalised) < 0.4 * observed


def test_the_season_stays(found):
    months = found[0].months()
    assert months[months.index.month.isin([12, 1, 2])].mean() > months[months.index.month.isin([6, 7, 8])].mean() + 10


def test_it_says_how_good_it_is_and_how_far_it_got(found):
    result, shares = found
    assert result.r2 > 0.8
    assert result.values == 17520
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)


def test_too_few_hours_too_little_explained_no_wind():
    with pytest.raises(Refused, match=r"9000 hours.*there are 8760"):
        weather_normalised(world(1), "pm25")
    with pytest.raises(Refused, match="wind speed and direction"):
        weather_normalised(world().drop(columns="wd"), "pm25")


def test_weather_that_explains_nothing(monkeypatch):
    monkeypatch.setattr(weather, "LEAST_HOURS", 2000)
    noise = world(1).iloc[:3000].assign(pm25=lambda w: np.random.default_rng(1).normal(size=len(w)))
    with pytest.raises(Refused, match="less than 50%"):
        weather_normalised(noise, "pm25")


def test_same_seed_same_level(monkeypatch):
    monkeypatch.setattr(weather, "LEAST_HOURS", 2000)
    wide = world(1).iloc[:3000]
    first, second = (weather_normalised(wide, "pm25", draws=1, seed=4).days for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
