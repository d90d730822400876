"""Rows whose interval is not over: hidden from every verb of every reader, and shown once the clock passes them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from data import clock
from data.store import Store
from data.store.reader import StoreReader
from tests.conftest import hourly

FIRST = datetime(2026, 1, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def day(store: Store) -> Store:
    """Twenty-four hours of one station and of a model, each known when it was over."""
    for kind in ("reference", "model"):
        rows = hourly(list(map(float, range(24))), station=f"demo:{kind}", kind=kind)
        store.append(rows.assign(known_at=rows["start"] + HOUR))
    return store


def at(monkeypatch: pytest.MonkeyPatch, hours: float) -> datetime:
    """Move the clock to so many hours after the first row's start."""
    moment = FIRST + timedelta(hours=hours)
    monkeypatch.setattr(clock, "_started", {})
    monkeypatch.setenv("CLEANAIR_NOW", moment.isoformat())
    return moment


VERBS: dict[str, Callable[[StoreReader], int]] = {
    "measurements": lambda s: len(s.measurements("tashkent")),
    "daily": lambda s: int(s.daily("tashkent", None, None, None, zone="UTC")["n"].sum()),
    "spans": lambda s: int(s.spans("tashkent")["rows"].sum()),
    "counts": lambda s: int(s.counts()["rows"].sum()),
    "tally": lambda s: int(s.tally()["rows"].sum()),
    "marks": lambda s: int(s.marks()["rows"].sum()),
    "lags": lambda s: int(s.lags()["rows"].sum()),
    "intervals": lambda s: 2 * len(s.intervals()),
    "batches": lambda s: sum(b.num_rows for b in s.batches()),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("hours", [6, 15.5, 24])
def test_one_store_shows_at_each_moment_what_was_over_then(
    day: Store, monkeypatch: pytest.MonkeyPatch, verb: str, hours: float
) -> None:
    at(monkeypatch, hours)
    assert VERBS[verb](day) == 2 * int(hours)
    assert VERBS[verb](day.for_export()) <= 2 * int(hours)


def test_the_newest_row_is_the_last_that_is_over(day: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = at(monkeypatch, 9.25)
    assert set(day.latest("tashkent", now=moment)["value"]) == {8.0}
    assert set(day.latest("tashkent", now=moment + 3 * HOUR)["value"]) == {8.0}, "nobody looks past the clock"


def test_only_a_model_reaches_ahead_and_only_for_who_asks(day: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 9)
    rows = day.measurements("tashkent", ahead=True)
    assert rows.groupby("kind").size().to_dict() == {"model": 24, "reference": 9}


def test_a_network_whose_clock_runs_ahead_is_heard(store: Store) -> None:
    soon = pd.Timestamp(clock.now()) - pd.Timedelta(hours=1) + pd.Timedelta(minutes=5)
    store.append(hourly([1.0], first=str(soon.tz_localize(None))))
    store.append(hourly([2.0], first=str((soon + pd.Timedelta(minutes=30)).tz_localize(None))))
    assert store.measurements()["value"].tolist() == [1.0]


def test_as_of_tells_what_was_over_then_for_ever(day: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = at(monkeypatch, 12)
    then = day.measurements(as_of=moment)
    assert len(then) == 24
    at(monkeypatch, 24)
    pd.testing.assert_frame_equal(day.measurements(as_of=moment), then)


def test_a_replay_of_rows_that_were_learned_later_shows_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(hourly([1.0, 2.0, 3.0], known_at=datetime(2026, 11, 1, tzinfo=UTC)))
    moment = at(monkeypatch, 2)
    assert store.measurements(as_of=clock.now())["value"].tolist() == [1.0, 2.0]
    assert store.measurements(as_of=moment - HOUR)["value"].tolist() == [1.0]
    store.append(hourly([1.0, 20.0, 3.0], known_at=datetime(2026, 11, 2, tzinfo=UTC)))
    assert store.measurements(as_of=moment)["value"].tolist() == [1.0, 20.0], "each interval once, as last corrected"


def test_a_replay_keeps_to_what_was_known_where_it_was_known(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append(hourly([1.0, 2.0], known_at=FIRST + 2 * HOUR))
    store.append(hourly([10.0], known_at=datetime(2026, 11, 2, tzinfo=UTC)))
    moment = at(monkeypatch, 3)
    assert store.measurements(as_of=moment)["value"].tolist() == [1.0, 2.0]
    assert store.measurements()["value"].tolist() == [10.0, 2.0]


def test_what_comes_to_light_changes_the_version(day: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, 5.5)
    first, other = day.version("measurements"), day.version("stations")
    assert day.version("measurements") == first
    at(monkeypatch, 6)
    assert day.version("measurements") != first
    assert day.version("stations") == other
    at(monkeypatch, 30)
    assert day.version("measurements") == "measurements=1"
