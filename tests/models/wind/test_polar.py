"""Polar bins, surfaces and conditional probabilities point to the source that was put in."""

import numpy as np
import pandas as pd
import pytest

from models.trends.trends import Refused
from models.wind.polar import calms, cpf, polar_bins, polar_surface, sectors


@pytest.fixture(scope="module")
def wide():
    """A chimney to the east that is felt in strong wind, and a valley that fills when it is calm."""
    rng = np.random.default_rng(0)
    ws, wd = rng.gamma(2, 1.8, 9000), rng.uniform(0, 360, 9000)
    plume = 40 * (np.cos(np.radians(wd - 90)) > 0.85) * (ws > 4)
    return pd.DataFrame({"ws": ws, "wd": wd, "so2": 5 + plume + rng.normal(0, 1, 9000).clip(-4)})


@pytest.mark.parametrize("statistic", ["mean", "cpf90"])
def test_the_surface_is_highest_towards_the_source(wide, statistic):
    top = polar_surface(wide, "so2", statistic).dropna().nlargest(40, "z")
    bearing = np.degrees(np.arctan2(top["u"], top["v"])) % 360
    assert bearing.between(50, 130).all()
    assert np.hypot(top["u"], top["v"]).min() > 3


def test_the_grid_is_openairs_and_nothing_is_negative(wide):
    out = polar_surface(wide, "so2")
    assert out.columns.tolist() == ["u", "v", "z"]
    assert len(out) == 201 * 201
    assert out["u"].iloc[:2].diff().iloc[1] > 0  # u runs fastest
    assert out["u"].min() == pytest.approx(-wide["ws"].max())
    assert out["z"].min() >= 0
    assert out["z"].isna().any()


def test_a_bin_of_one_hour_can_be_left_out(wide):
    odd = pd.concat([wide, pd.DataFrame({"ws": [24.0], "wd": [200.0], "so2": [900.0]})])
    assert polar_surface(odd, "so2")["z"].max() > 2 * polar_surface(odd, "so2", min_bin=2)["z"].max()


def test_hours_without_wind_or_value_are_left_out_and_calms_counted(wide):
    holes = wide.copy()
    holes.loc[:99, "wd"], holes.loc[100:149, "so2"], holes.loc[200:249, "ws"] = np.nan, np.nan, 0.0
    assert polar_bins(holes, "so2")["n"].sum() == 9000 - 150
    assert calms(holes).calm == 150
    assert calms(holes, below=0.5).calm > 150


def test_bins_are_plain_means():
    wide = pd.DataFrame({"ws": [3.0, 3.0, 6.0], "wd": [90.0, 92.0, 0.0], "so2": [1.0, 3.0, 7.0]})
    known = polar_bins(wide, "so2").dropna()
    assert known["value"].tolist() == [2.0, 7.0]
    assert known["wd"].tolist() == [90.0, 360.0]
    assert known["n"].tolist() == [2, 1]


def test_conditional_probability_by_sector(wide):
    out = cpf(wide, "so2", 90, sector=30)
    assert out.loc[out["probability"].idxmax(), "wd"] == 90
    assert out["n"].sum() == 9000
    assert out["high"].sum() == pytest.approx(900, abs=2)


def test_every_direction_has_one_sector():
    found = sectors(np.arange(0, 361, 1.0), 30.0)
    assert set(found) == set(np.arange(30, 361, 30.0))
    assert found[0] == found[360] == 360


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w: w.drop(columns="wd"), "missing: wd"),
        (lambda w: w.assign(so2=np.nan), "no hour has"),
        (lambda w: w.iloc[:20], "kinds of wind"),
    ],
)
def test_refusals_say_why(wide, change, words):
    with pytest.raises(Refused, match=words):
        polar_surface(change(wide), "so2")


def test_another_statistic_is_an_error(wide):
    with pytest.raises(ValueError, match="statistic must be"):
        polar_surface(wide, "so2", "median")


def test_bins_below_zero_count_as_zero_and_empty_no_surface():
    rng = np.random.default_rng(4)
    wide = pd.DataFrame({"ws": rng.gamma(2, 2, 4000), "wd": rng.uniform(0, 360, 4000), "pm10": rng.gamma(2, 10, 4000)})
    whole = polar_surface(wide, "pm10")["z"]
    wide.loc[wide["ws"].idxmax(), "pm10"] = -3.0
    z = polar_surface(wide, "pm10")["z"]
    assert z.notna().sum() == whole.notna().sum() > 1000
    assert (z.dropna() >= 0).all()
