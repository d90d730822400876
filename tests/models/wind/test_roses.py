"""Roses add up, and calms are told apart."""

import numpy as np
import pandas as pd
import pytest

from models.trends.trends import Refused
from models.wind.roses import percentile_rose, pollution_rose, pretty, wind_rose


@pytest.fixture
def wide():
    rng = np.random.default_rng(0)
    out = pd.DataFrame(
        {"ws": rng.gamma(2, 2, 2000), "wd": rng.integers(1, 37, 2000) * 10.0, "so2": rng.gamma(2, 3, 2000)}
    )
    out.loc[:49, "ws"] = 0.0
    out.loc[50:99, "wd"] = np.nan
    out.loc[100:149, "ws"] = np.nan
    return out


def test_sectors_and_calms_are_all_hours_with_a_speed(wide):
    rose = wind_rose(wide)
    last = rose.classes[-1]
    assert rose.table[last].sum() + rose.calm == pytest.approx(100)
    assert rose.calm == pytest.approx(100 * 100 / 1950)
    assert rose.table["hours"].sum() == 1900


def test_classes_add_up_from_sector_to_sector(wide):
    table = wind_rose(wide).table[list(wind_rose(wide).classes)].to_numpy()
    assert (np.diff(table, axis=1) >= 0).all()


def test_a_west_wind_is_drawn_in_the_west():
    rose = wind_rose(pd.DataFrame({"ws": [3.0] * 4, "wd": [250.0, 260.0, 280.0, 290.0]}))
    assert rose.direction == pytest.approx(270)
    assert rose.mean == 3.0


def test_what_the_wind_brings(wide):
    wide.loc[wide["wd"] == 90, "so2"] = 200.0
    rose = pollution_rose(wide, "so2", breaks=[0, 50, 100])
    east = rose.table.set_index("wd").loc[90.0]
    assert east["above 100"] > east["50 to 100"] == east["0 to 50"]


def test_missing_values_are_in_no_class_but_their_hours_count(wide):
    wide["so2"] = np.nan
    wide.loc[500, ["ws", "wd", "so2"]] = [2.0, 90.0, 5.0]
    rose = pollution_rose(wide, "so2")
    assert rose.table[rose.classes[-1]].sum() == pytest.approx(100 / 1950)
    with pytest.raises(Refused, match="no value of so2"):
        pollution_rose(wide.assign(so2=np.nan), "so2")
    with pytest.raises(Refused, match="missing: no2"):
        pollution_rose(wide, "no2", breaks=[0, 1])


@pytest.mark.parametrize(
    ("low", "high", "steps", "edges"),
    [
        (0, 11.3, 6, [0, 2, 4, 6, 8, 10, 12]),
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),
        (0, 0.09, 6, [0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (0, 430, 6, [0, 100, 200, 300, 400, 500]),
    ],
)
def test_round_edges(low, high, steps, edges):
    assert pretty(low, high, steps) == pytest.approx(edges)


def test_percentiles_by_sector(wide):
    out = percentile_rose(wide, "so2", [50, 95], sector=30)
    assert (out["p95"] > out["p50"]).all()
    assert out["n"].sum() == 1850
