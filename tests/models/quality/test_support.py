"""Air or instrument: who supports a high value, who does not, and that nothing later has a say."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.quality.support import support
from tests.conftest import hourly

CALM = [30.0, 34, 32, 36, 31, 33] * 6


def series(values: list[float], station: str = "demo:1", parameter: str = "pm25", **more: object) -> pd.DataFrame:
    return hourly(values, station=station, parameter=parameter, **more)


def last(*parts: pd.DataFrame, station: str = "demo:1", parameter: str = "pm25") -> tuple[str, str]:
    """Verdict and what was compared, of the newest value of a series."""
    rows = pd.concat(parts, ignore_index=True)
    made = support(rows)
    mine = made[(made["station"] == station) & (made["parameter"] == parameter)].iloc[-1]
    return str(mine["supported"]), str(mine["compared"])


@pytest.mark.parametrize("code", [985.0, 999.9, 1999.9, 9999.0])
def test_a_code_is_never_supported_by_a_calm_city_nor_where_the_station_is_alone(code: float) -> None:
    mine = series([*CALM, code, code, code])
    others = [series(CALM + [33.0] * 3, f"demo:{n}") for n in (2, 3)]
    assert last(mine, *others) == ("no", f"fault_code:{code:g}")
    assert last(mine) == ("no", f"fault_code:{code:g}")


def test_a_full_scale_that_neighbours_or_the_coarser_fraction_reach_is_air() -> None:
    mine = series([*CALM, 985.0])
    assert last(mine, series([*CALM, 700.0], "demo:2")) == ("yes", "neighbours:700")
    assert last(mine, series([*CALM, 4000.0], parameter="pm10")) == ("yes", "channel:pm10,4000")
    assert last(mine, series([*CALM, 985.0], "demo:2"))[0] == "no"  # two codes do not support each other


def test_a_jump_that_nobody_shares_is_asked_about_and_one_that_somebody_shares_is_not() -> None:
    mine, calm = series([*CALM, 900.0]), series([*CALM, 33.0], "demo:2")
    assert last(mine, calm) == ("no", "neighbours:33,1")
    assert last(mine, series([*CALM, 160.0], "demo:2")) == ("yes", "neighbours:160,1")
    low = series([*[v / 3 for v in CALM], 60.0], "demo:2")  # reads a third, rose sixfold
    assert last(mine, low) == ("yes", "rise:demo:2,60,10.8333")
    assert last(mine, calm, series([*CALM, 1500.0], parameter="pm10")) == ("yes", "channel:pm10,1500")
    gas = series([400.0] * len(CALM) + [4000.0], parameter="co")
    assert last(mine, calm, gas) == ("yes", "rise:co,4000,400")
    ozone = series([40.0] * len(CALM) + [400.0], parameter="o3")
    assert last(mine, calm, ozone)[0] == "no"


def test_channels_of_one_broken_station_are_no_witness_of_each_other() -> None:
    calm = [series([*CALM, 33.0], f"demo:{n}") for n in (2, 3)]
    mine = series([*CALM, 300.0])
    assert last(mine, *calm, series([*CALM, 320.0], parameter="pm10"))[0] == "yes"
    assert last(mine, *calm, series([*CALM, 300.0], parameter="pm10"))[0] == "no"  # one signal written twice
    wild, coarse = series([*CALM, 4321.0]), series([*CALM, 5000.0], parameter="pm10")
    assert last(wild, coarse)[0] == "yes"  # alone it may be a storm
    assert last(wild, coarse, calm[0])[0] == "yes"
    assert last(wild, coarse, *calm) == ("no", "neighbours:33,2")


def test_what_a_flagged_neighbour_says_supports_nothing() -> None:
    mine, other = series([*CALM, 900.0]), series([*CALM, 880.0], "demo:2")
    assert last(mine, other)[0] == "yes"
    doubted = other.assign(flag=["ok"] * len(CALM) + ["suspect"])
    assert last(mine, doubted)[0] == "no"


def test_a_station_that_always_reads_higher_is_not_asked_about_every_hour() -> None:
    mine, other = series([300.0] * 40), series([3.0] * 40, "demo:2")
    assert last(mine, other) == ("yes", "usual:300")


def test_a_lone_station_is_believed_unless_a_pollutant_beside_it_tells_otherwise() -> None:
    assert last(series([*CALM, 500.0])) == ("yes", "usual:32.5")
    assert last(series([*CALM, 900.0])) == ("not_judged", "")
    gas = series([400.0] * (len(CALM) + 1), parameter="co")
    assert last(series([*CALM, 900.0]), gas) == ("no", "usual:32.5")


def test_a_gas_plume_at_one_station_is_asked_about() -> None:
    """Karaganda's shape, `20 466 861 1100`: smooth, and seen by nobody else."""
    mine = series([*[20.0] * 36, 466, 861, 1100], parameter="so2")
    other = series([15.0] * 39, "demo:2", "so2")
    assert last(mine, other, parameter="so2")[0] == "no"
    smoke = series([*[400.0] * 36, 1500, 2500, 3200], parameter="co")
    assert last(mine, other, smoke, parameter="so2") == ("yes", "rise:co,3200,400")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(20, 45))
def test_nothing_later_has_a_say_and_the_order_of_rows_none(seed: int, cut: int) -> None:
    draw = np.random.default_rng(seed)
    parts = []
    for station in ("demo:1", "demo:2", "demo:3"):
        for parameter in ("pm25", "pm10", "so2"):
            values = np.where(draw.random(48) < 0.1, draw.choice([300.0, 985.0, 4000.0]), draw.gamma(4.0, 8.0, 48))
            values[draw.random(48) < 0.2] = np.nan
            parts.append(series(values.tolist(), station, parameter))
    rows = pd.concat(parts, ignore_index=True).dropna(subset="value")
    whole = support(rows)
    until = rows["start"] < pd.Timestamp("2026-01-08", tz="UTC") + pd.Timedelta(cut, "h")
    pd.testing.assert_frame_equal(support(rows[until]), whole[until])
    mixed = rows.sample(frac=1.0, random_state=seed)
    pd.testing.assert_frame_equal(support(mixed).sort_index()[["supported", "ratio"]], whole[["supported", "ratio"]])


def test_no_row_is_asked_about_nothing() -> None:
    assert support(hourly([])).empty
