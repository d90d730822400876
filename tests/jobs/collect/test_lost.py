"""A part that failed is named in the status, costs the others nothing, and is asked again from where it broke off."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.store import Store
from jobs.collect import backfill, keep, lost, probe
from jobs.collect import collector as collect_collector
from jobs.collect.collector import collect_due
from sources.base import Answer, Denied, Failure, Gone, RateLimited, SourceError, Unavailable
from sources.parts import each
from tests.jobs.collect.fake import FakeNetwork

NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
AWAY = Unavailable("sources.http.late", network="fake", where="fake.example")
GONE = Gone("sources.answer.gone", network="fake")
BUSY = RateLimited("sources.answer.used_up", retry_after=7200.0, network="fake")


class Fake(FakeNetwork):
    """Stations with an hourly value each, some of which fail."""

    names: ClassVar[list[str]] = ["a", "b", "c"]
    errors: ClassVar[dict[str, SourceError]] = {}
    asked: ClassVar[list[tuple[str, datetime]]] = []

    def stations(self, place: object) -> pd.DataFrame:
        plain = {"source": self.name, "city": "tashkent", "kind": "reference"}
        return pd.DataFrame([{**plain, "station": f"fake:{n}"} for n in self.names])

    def ask(self, place: object, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        def get(name: str, start: datetime) -> pd.DataFrame:
            type(self).asked.append((name, start))
            if name in self.errors:
                raise self.errors[name]
            hours = pd.date_range(start, until - HOUR, freq="h").ceil("h")
            plain = {"source": self.name, "city": "tashkent", "kind": "reference", "parameter": "pm25", "minutes": 60}
            values = 10.0 + hours.hour % 7
            return pd.DataFrame({"start": hours, "value": values, "raw_unit": "µg/m³"}).assign(
                station=f"fake:{name}", **plain
            )

        return each(self.name, [(f"fake:{n}", n) for n in self.names], get, since, behind)


Made = Callable[..., type[Fake]]


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> type[Fake]:
    made = type("Made", (Fake,), {"asked": [], "errors": {}})
    for module in (collect_collector, keep, backfill, probe):
        monkeypatch.setattr(module, "SOURCES", {"fake": made})
    text = (Path(__file__).parents[3] / "data" / "cities" / "tashkent.toml").read_text("utf-8")
    head, tail = text.split("[networks.openmeteo]")[0], text[text.index("# Bearing sectors") :]
    (tmp_path / "cities").mkdir()
    (tmp_path / "cities" / "tashkent.toml").write_text(f"{head}[networks.fake]\n{tail}", "utf-8")
    monkeypatch.setenv("CLEANAIR_CITIES", str(tmp_path / "cities"))
    return made


def status(store: Store) -> pd.Series:
    return store.status().iloc[0]


def counts(store: Store) -> dict[str, int]:
    return store.measurements().groupby("station").size().to_dict()


def test_what_came_is_kept_and_what_failed_is_named(store: Store, fake: type[Fake]) -> None:
    fake.errors = {"b": GONE}
    (outcome,) = collect_due(store, NOW)
    assert (outcome.error, outcome.asked, [f.part for f in outcome.lost]) == ("", 3, ["fake:b"])
    assert set(counts(store)) == {"fake:a", "fake:c"}
    row = status(store)
    assert (row["error"], row["parts"], row["parts_failed"]) == ("", 3, 1)
    assert abs(row["succeeded"] - pd.Timestamp(NOW)) < timedelta(seconds=30)
    (one,) = lost.read(row["failed"])
    assert (one["part"], one["key"], one["who"]) == ("fake:b", "sources.answer.gone", "operator")
    said = lost.sentence("fake", [one], 3)
    assert said is not None
    assert said.who == "operator"
    for language, words in (
        ("en", "2 of 3 parts"),
        ("ru", "2 из 3"),
        ("uz", "3 qismdan 2"),
        ("kk", "3 бөлік ішінен 2"),
    ):
        assert words in said.sentence(language)
        assert "fake:b" in said.sentence(language)
        assert GONE.sentence(language) in said.sentence(language)


def test_a_lost_stretch_is_asked_again_and_only_of_the_part_that_lost_it(store: Store, fake: type[Fake]) -> None:
    collect_due(store, NOW)
    fake.errors = {"b": AWAY}
    rounds = [NOW + n * timedelta(hours=5) for n in (1, 2, 3)]
    for moment in rounds:
        collect_due(store, moment)
    assert lost.read(status(store)["failed"])[0]["since"] == "2026-01-10T04:30:00Z"
    fake.errors, fake.asked = {}, []
    (outcome,) = collect_due(store, NOW + timedelta(hours=20))
    since = dict(fake.asked)
    assert abs(since["b"] - (NOW - 2 * HOUR)) < timedelta(minutes=1)
    assert all(since[name] > rounds[-1] - 2 * HOUR - timedelta(minutes=1) for name in "ac")
    assert [name for name, _ in fake.asked] == ["b", "a", "c"]
    assert outcome.lost == ()
    row = status(store)
    assert (row["parts"], row["parts_failed"], row["failed"]) == (3, 0, "")
    assert len(set(counts(store).values())) == 1  # nothing is missing anywhere
    fake.asked = []
    collect_due(store, NOW + timedelta(hours=21))
    assert len({start for _, start in fake.asked}) == 1


def test_a_round_in_which_the_whole_network_fails_forgets_no_lost_stretch(store: Store, fake: type[Fake]) -> None:
    collect_due(store, NOW)
    fake.errors = {"b": AWAY}
    collect_due(store, NOW + HOUR)
    fake.errors = dict.fromkeys("abc", AWAY)
    (outcome,) = collect_due(store, NOW + timedelta(hours=9))
    assert outcome.error == str(AWAY)
    fake.errors = {}
    collect_due(store, NOW + timedelta(hours=18))
    assert len(set(counts(store).values())) == 1


def test_a_stretch_lost_for_longer_than_the_network_is_asked_back_is_cut(store: Store, fake: type[Fake]) -> None:
    fake.reach = timedelta(hours=3)  # type: ignore[misc]
    fake.errors = {"b": AWAY}
    for n in range(4):
        collect_due(store, NOW + n * timedelta(hours=10))
    assert all(NOW + timedelta(hours=30) - start <= timedelta(hours=3, minutes=1) for _, start in fake.asked[-3:])


def test_patience_asked_for_by_a_part_is_kept(store: Store, fake: type[Fake]) -> None:
    fake.errors = {"b": BUSY}
    (outcome,) = collect_due(store, NOW)
    assert [f.part for f in outcome.lost] == ["fake:b", "fake:c"]  # the quota is used up for all
    assert set(counts(store)) == {"fake:a"}
    assert status(store)["next"] >= pd.Timestamp(NOW + timedelta(hours=2))


@settings(deadline=None, max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from("abcdef"), max_size=6), min_size=1, max_size=3))
def test_whatever_fails_and_when_in_the_end_nothing_is_missing(
    tmp_path_factory: pytest.TempPathFactory, fake: type[Fake], rounds: list[set[str]]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    fake.names = list("abcdef")
    for n, failing in enumerate([set(), *rounds, set()]):
        fake.errors = dict.fromkeys(failing, AWAY)
        before = counts(store) if n else {}
        (outcome,) = collect_due(store, NOW + n * timedelta(hours=4))
        if failing == set("abcdef"):
            assert outcome.error
            continue
        assert {f.part for f in outcome.lost} == {f"fake:{name}" for name in failing}
        grown = {station for station, size in counts(store).items() if size > before.get(station, 0)}
        assert grown == {f"fake:{name}" for name in set("abcdef") - failing}
    assert len(set(counts(store).values())) == 1
    assert status(store)["parts_failed"] == 0


def test_the_log_says_it_once_and_that_it_is_over(
    store: Store, fake: type[Fake], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "cleanair.collect")
    fake.errors = {"b": AWAY}
    for n in range(3):
        collect_due(store, NOW + n * HOUR)
    fake.errors = {}
    collect_due(store, NOW + 3 * HOUR)
    said = [r.getMessage() for r in caplog.records if r.name == "cleanair.collect"]
    assert len(said) == 2
    assert "2 of 3 parts came; failed: fake:b" in said[0]
    assert "every part came again" in said[1]


# --- back-fill ---------------------------------------------------------------------------------------------------


def test_a_back_fill_goes_past_a_part_that_fails_and_says_from_when_it_is_missing(
    store: Store, fake: type[Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    fake.span = timedelta(days=1)  # type: ignore[misc]
    fake.errors = {"b": AWAY}
    (outcome,) = collect_collector.backfill(store, "tashkent", NOW - timedelta(days=3), NOW)
    assert set(counts(store)) == {"fake:a", "fake:c"}
    assert len([name for name, _ in fake.asked if name == "a"]) == 3
    assert set(counts(store).values()) == {71}  # every hour of three days that is over
    assert "fake:b" in outcome.error
    assert "--since 2026-01-07T06:30" in outcome.error
    assert outcome.fault is not None
    assert AWAY.sentence("kk") in outcome.fault.sentence("kk")


def test_a_back_fill_waits_for_parts_and_keeps_both_halves(
    store: Store, fake: type[Fake], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    short = RateLimited("sources.answer.used_up", retry_after=30.0, network="fake")
    fake.errors = {"b": short}

    def rest(seconds: float) -> None:
        slept.append(seconds)
        fake.errors = {"a": AWAY}  # what came the first time is not lost by failing the second

    slept: list[float] = []
    monkeypatch.setattr(backfill.time, "sleep", rest)
    (outcome,) = collect_collector.backfill(store, "tashkent", NOW - timedelta(days=1), NOW)
    assert slept == [30.0]
    assert (outcome.error, set(counts(store))) == ("", {"fake:a", "fake:b", "fake:c"})


# --- what is kept ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [None, "", "x", "{}", "7", "[7]", '[{"part": "a"}]', "[" * 200, float("nan")])
def test_a_status_of_another_release_is_read_without_its_parts(kept: Any) -> None:
    assert lost.read(kept) == []
    assert lost.behind(kept, NOW) == {}


def test_moments_that_are_none_are_not_taken() -> None:
    kept = json.dumps([{"part": p, "since": s, "key": "k", "words": {}} for p, s in (("a", ""), ("b", "x"), ("c", 7))])
    assert lost.behind(kept, NOW) == {}


def test_many_parts_are_counted_and_the_first_named() -> None:
    failed = [
        Failure(f"n:{i}", AWAY if i % 2 else Denied("sources.setup.key_refused", network="n", parameter="N_KEY"), NOW)
        for i in range(9)
    ]
    said = lost.of("n", failed, 40)
    assert said is not None
    assert "31 of 40" in str(said)
    assert "n:4, +4" in str(said)
    assert said.who == "operator"
    assert lost.of("n", [], 40) is None
