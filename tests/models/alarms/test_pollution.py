"""High and extremely high pollution by a gas at one reference post: what rings, what only asks for the instrument."""

from datetime import timedelta

import numpy as np
import pandas as pd
import pytest

from data.checks import single as one_check
from data.city import LANGUAGES, city
from data.rules.alarms import Rule, rules
from models.alarms.readings import Inputs, Reading, Signals, reading
from models.alarms.text import COLUMNS, texts
from tests.conftest import hourly

ASTANA = city("astana")
FIRST = pd.Timestamp("2026-01-08", tz="UTC")
QUIET = 80  # hours before, about 3 µg/m³: the usual level
LIMIT = 8.0  # single maximum of H2S, Kazakhstan [µg/m³]
PLACES = pd.DataFrame(
    {"station": ["kz:1", "kz:2", "kz:3"], "name": list("123"), "station_class": "background", "same_as": "",
     "kind": "reference"}
)  # fmt: skip
HIGH, EXTREME = "h2s-high-kz", "h2s-extreme-kz"


def rule(key: str) -> Rule:
    return next(one for one in rules().rules if one.key == key)


def post(times: list[float], station: str = "kz:1", parameter: str = "h2s", **columns: object) -> pd.DataFrame:
    """A quiet post whose last hours are so many times the single maximum, never twice the same number."""
    usual = 3 + 0.5 * np.sin(np.arange(QUIET + len(times)))
    values = usual.tolist()[:QUIET] + [LIMIT * n + 0.01 * i for i, n in enumerate(times)]
    return hourly(values, station=station, parameter=parameter, source="kz", city="astana", **columns)


def quiet(hours: int, station: str, parameter: str = "h2s") -> pd.DataFrame:
    return post([0.4] * hours, station, parameter)


def found(key: str, *parts: pd.DataFrame) -> Reading:
    rows = pd.concat(parts, ignore_index=True)
    now = (rows["start"].max() + pd.Timedelta(hours=1)).to_pydatetime()
    empty = pd.DataFrame()
    return reading(rule(key), ASTANA, Signals(Inputs(rows, PLACES, None, empty, empty, {})), now)


# Times the single maximum in the last hours at one of three posts → whether high, extremely high pollution rings.
ALONE = [
    ([16.3], False, False),  # one value that nobody else saw is an instrument until it is seen again
    ([16.3, 16.3], True, False),  # Astana, first half of 2025
    ([36.3, 36.3], True, False),  # Atyrau, 25 January 2026
    ([9.9, 9.9], False, False),
    ([10.0, 10.0], True, False),  # ten times and more
    ([50.0, 50.0], True, True),
    ([36.3] * 8, True, True),  # 30 times and more for eight hours
    ([36.3] * 7, True, False),
    ([20.5] * 48, True, True),  # 20 times and more for two days
    ([20.5] * 47, True, False),
    ([50.0, 50.0, 8.5, 3.0, 3.0, 3.0], False, False),  # over
]


@pytest.mark.parametrize(("times", "high", "extreme"), ALONE)
def test_one_post_that_nothing_supports_rings_when_it_says_so_again(
    times: list[float], high: bool, extreme: bool
) -> None:
    around = [quiet(len(times), name) for name in ("kz:2", "kz:3")]
    for key, rings in ((HIGH, high), (EXTREME, extreme)):
        said = found(key, post(times), *around)
        assert said.on == rings, key
        if key == HIGH:
            assert said.off == (not rings and times[-1] < 8)
        if rings:
            assert said.indicative
            assert said.value == pytest.approx(LIMIT * times[-1], rel=0.01)
            assert said.limit == LIMIT


def test_what_a_second_post_or_another_gas_supports_rings_at_once() -> None:
    near = post([8.0], "kz:2")
    assert found(HIGH, post([16.3]), near, quiet(1, "kz:3")).on
    so2 = post([40.0], "kz:1", "so2")  # rose beside it by the same factor
    said = found(HIGH, post([16.3]), so2, quiet(1, "kz:2"), quiet(1, "kz:3"))
    assert said.on
    assert said.facts["supported"]


def flagged(rows: pd.DataFrame, entry: str, last: int) -> pd.DataFrame:
    """The last hours doubted by a check."""
    at = np.arange(len(rows)) >= len(rows) - last
    return rows.assign(flag=np.where(at, "suspect", "ok"), checks=one_check(entry, at, rows.index))


@pytest.mark.parametrize("entry", ["drifting_zero:9.7", "stuck:6", "fault_code:999", "half_flat:1.1", "spike:99,4"])
def test_what_quality_control_doubts_never_rings(entry: str) -> None:
    rows = flagged(post([36.3, 36.3, 36.3]), entry, 3)
    assert not found(HIGH, rows, quiet(3, "kz:2"), quiet(3, "kz:3")).on


@pytest.mark.parametrize("entry", ["unsupported:290,5", "plume:290,5"])
def test_what_only_wants_support_rings_when_it_is_seen_again(entry: str) -> None:
    around = quiet(2, "kz:2"), quiet(2, "kz:3")
    assert found(HIGH, flagged(post([36.3, 36.3]), entry, 2), *around).on
    assert not found(HIGH, flagged(post([36.3]), entry, 1), *(x.iloc[:-1] for x in around)).on


def test_a_hanging_instrument_and_low_cost_sensors_never_ring() -> None:
    around = quiet(3, "kz:2"), quiet(3, "kz:3")
    stuck = post([36.3, 36.3, 36.3])
    stuck.loc[stuck.index[-3:], "value"] = 290.4
    assert not found(HIGH, stuck, *around).on
    cheap = [post([36.3] * 3, name, kind="indicative") for name in ("kz:1", "kz:2")]
    assert not found(HIGH, *cheap, around[1]).on


def test_silence_decides_nothing() -> None:
    rows = post([36.3, 36.3])
    empty = pd.DataFrame()
    signals = Signals(Inputs(rows, PLACES, None, empty, empty, {}))
    said = reading(rule(HIGH), ASTANA, signals, (FIRST + timedelta(hours=QUIET + 20)).to_pydatetime())
    assert said.no_data
    assert reading(rule("phenol-high-kz"), ASTANA, signals, FIRST.to_pydatetime()).no_data


def test_the_text_says_how_far_by_what_and_that_the_steps_are_indicative() -> None:
    said = texts(rule(HIGH), ASTANA, found(HIGH, post([16.3, 16.3]), quiet(2, "kz:2"), quiet(2, "kz:3")))
    assert said["text"].startswith("H₂S: high pollution, 10 times the single maximum and more: 130 µg/m³")
    assert "16.3 times the single maximum of 8 µg/m³ (Kazakhstan, indicative)" in said["text"]
    assert "have the instrument checked and the air sampled" in said["text"]
    assert "were not read" in said["text"]
    for language in LANGUAGES:
        assert "{" not in said[COLUMNS[language]]
    extreme = texts(rule(EXTREME), ASTANA, found(EXTREME, post([36.3] * 8), quiet(8, "kz:2"), quiet(8, "kz:3")))
    assert "step of 30 times, kept for 8 h" in extreme["text"]


def test_every_gas_with_a_single_maximum_has_both_steps_under_each_law() -> None:
    from data.standards.limits import registry
    from data.standards.temperature import GASES

    known = {(x.jurisdiction, x.parameter) for x in registry().limits if x.law and x.averaging == "single"}
    mine = {(x.law, x.parameter, len(x.steps)) for x in rules().rules if x.steps}
    assert mine == {(law, gas, n) for law, gas in known if gas in GASES for n in (1, 3)}
