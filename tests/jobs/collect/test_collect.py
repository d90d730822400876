"""Collection: schedule, isolation, keep-last, status, locks, back-fill, and all of it against the stand-in."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import pandas as pd
import pytest
from pytest_httpserver import HTTPServer

from data.city import cities, city
from data.schema import KEY
from data.store import Store, open_store
from jobs.collect import ask, backfill, keep, probe, schedule
from jobs.collect import collector as collect_collector
from jobs.collect.collector import collect_due
from sources import SOURCES
from sources.base import BadPayload, Denied, RateLimited, SourceError, Unavailable
from tests import stand_in, stand_in_partners
from tests.jobs.collect.fake import FakeNetwork

NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
GONE = Unavailable("sources.http.late", network="fake", where="fake.example")


class Fake(FakeNetwork):
    """A network that gives what the test says and remembers what it was asked."""

    values: ClassVar[list[float]] = [10.0, 11.0, 12.0]
    error: ClassVar[Exception | None] = None
    asked: ClassVar[list[tuple[datetime, datetime]]] = []
    listed: ClassVar[int] = 0

    def stations(self, place: object) -> pd.DataFrame:
        type(self).listed += 1
        row = {"source": self.name, "station": f"{self.name}:1", "city": "tashkent", "kind": "reference"}
        return pd.DataFrame([row])

    def fetch(self, place: object, since: datetime, until: datetime) -> pd.DataFrame:
        type(self).asked.append((since, until))
        if self.error is not None:
            raise self.error
        start = pd.date_range("2026-01-10T03:00", periods=len(self.values), freq="h", tz="UTC")
        plain = {"source": self.name, "city": "tashkent", "kind": "reference", "parameter": "pm25", "minutes": 60}
        rows = pd.DataFrame({"start": start, "value": self.values}).assign(station=f"{self.name}:1", **plain)
        return rows[(rows.start >= since) & (rows.start < until)]


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., list[type[Fake]]]:
    """Replace the registry by fakes, and the cities by one that names them."""

    def replace(*names: str) -> list[type[Fake]]:
        made = [type(n.title(), (Fake,), {"name": n, "asked": [], "error": None, "listed": 0}) for n in names]
        for module in (collect_collector, keep, backfill, probe):
            monkeypatch.setattr(module, "SOURCES", {m.name: m for m in made})
        folder = tmp_path / "cities"
        folder.mkdir(exist_ok=True)
        text = (Path(__file__).parents[3] / "data" / "cities" / "tashkent.toml").read_text("utf-8")
        head, tail = text.split("[networks.openmeteo]")[0], text[text.index("# Bearing sectors") :]
        (folder / "tashkent.toml").write_text(head + "".join(f"[networks.{n}]\n" for n in names) + tail, "utf-8")
        monkeypatch.setenv("CLEANAIR_CITIES", str(folder))
        return made

    return replace


def status(store: Store, network: str) -> pd.Series:
    rows = store.status()
    return rows[rows.network == network].iloc[0]


# --- schedule ----------------------------------------------------------------------------------------------------


def test_a_network_is_never_asked_sooner_than_it_publishes() -> None:
    tashkent = city("tashkent")
    rows = pd.DataFrame(
        {"network": ["metar"], "city": ["tashkent"], "next": [NOW + timedelta(minutes=1)], "succeeded": [NOW]}
    )
    only = {"metar": SOURCES["metar"]}
    assert not schedule.due(rows, only, [tashkent], NOW)
    assert len(schedule.due(rows, only, [tashkent], NOW + timedelta(minutes=1))) == 1


def test_a_next_from_a_clock_that_ran_ahead_does_not_silence_a_network() -> None:
    rows = pd.DataFrame({"network": ["metar"], "city": ["tashkent"], "next": [NOW + timedelta(days=900)]})
    assert schedule.due(rows, {"metar": SOURCES["metar"]}, [city("tashkent")], NOW)


@pytest.mark.parametrize("network", sorted(SOURCES))
def test_what_may_have_been_corrected_is_read_again(network: str) -> None:
    source = SOURCES[network]
    since, until = schedule.window(source, NOW - timedelta(minutes=10), NOW)
    assert since <= NOW - min(source.revises, source.reach or source.revises)
    assert until > NOW
    if source.reach is not None:
        assert since >= NOW - source.reach


def test_after_an_outage_the_gap_is_read() -> None:
    since, _ = schedule.window(SOURCES["openaq"], NOW - timedelta(days=3), NOW)
    assert since <= NOW - timedelta(days=3)


def test_the_next_attempt_honours_what_the_network_asks() -> None:
    source = SOURCES["sensor_community"]
    assert schedule.following(source, NOW) == NOW + source.every
    assert schedule.following(source, NOW, 3600) == NOW + timedelta(hours=1)


def test_pieces_cover_a_stretch_without_gap_or_overlap() -> None:
    cuts = schedule.pieces(SOURCES["openaq"], NOW - timedelta(days=100), NOW + timedelta(days=9), NOW)
    assert cuts[0][0] == NOW - timedelta(days=100)
    assert cuts[-1][1] == NOW
    assert all(a[1] == b[0] for a, b in pairwise(cuts))
    reach = schedule.pieces(SOURCES["sensor_community"], NOW - timedelta(days=100), NOW, NOW)
    assert reach[0][0] >= NOW - timedelta(minutes=10)


# --- collection --------------------------------------------------------------------------------------------------


def test_what_comes_is_kept_with_stations_and_status(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    (outcome,) = collect_due(store, NOW)
    assert (outcome.stored, outcome.error) == (3, "")
    assert store.measurements().value.tolist() == [10.0, 11.0, 12.0]
    assert store.stations().station.tolist() == ["fake:1"]
    row = status(store, "fake")
    assert (row["rows"], row.error, row.newest) == (3, "", pd.Timestamp("2026-01-10T06:00Z"))
    assert abs(row["next"] - (NOW + fake.every)) < timedelta(seconds=30)


def test_the_newest_of_a_network_is_the_end_of_a_row_that_no_check_doubts(
    store: Store, networks: Callable[..., list[type[Fake]]]
) -> None:
    (fake,) = networks("fake")
    fake.values = [10.0, 11.0, -999.0]
    collect_due(store, NOW)
    row = status(store, "fake")
    assert (row["rows"], row.newest) == (3, pd.Timestamp("2026-01-10T05:00Z"))


def test_asked_again_too_soon_nothing_happens_and_later_nothing_is_doubled(
    store: Store, networks: Callable[..., list[type[Fake]]]
) -> None:
    (fake,) = networks("fake")
    collect_due(store, NOW)
    assert collect_due(store, NOW + timedelta(minutes=5)) == []
    assert len(fake.asked) == 1
    (again,) = collect_due(store, NOW + timedelta(hours=1))
    assert (again.stored, again.revised) == (0, 0)
    assert len(store.measurements()) == 3


def test_a_correction_becomes_a_revision(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    collect_due(store, NOW)
    fake.values = [10.0, 11.0, 99.0]
    (outcome,) = collect_due(store, NOW + timedelta(minutes=31))
    assert (outcome.revised, outcome.stored) == (1, 0)
    assert store.measurements().value.tolist() == [10.0, 11.0, 99.0]
    assert store.measurements(as_of=NOW + timedelta(minutes=5)).value.tolist() == [10.0, 11.0, 12.0]


@pytest.mark.parametrize(
    "error",
    [
        GONE,
        Denied("sources.setup.key_refused", network="fake", parameter="FAKE_KEY"),
        BadPayload("sources.file.no_table", network="fake"),
        RuntimeError("surprise at https://x?key=SECRET"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_one_failing_network_costs_the_others_nothing(
    store: Store, networks: Callable[..., list[type[Fake]]], error: Exception
) -> None:
    bad, _good = networks("bad", "good")
    bad.error = error
    outcomes = {o.network: o for o in collect_due(store, NOW)}
    assert outcomes["good"].stored == 3
    assert outcomes["bad"].error
    assert "SECRET" not in outcomes["bad"].error
    row = status(store, "bad")
    assert row.error == outcomes["bad"].error
    assert pd.isna(row.succeeded)
    assert row["next"] > pd.Timestamp(NOW)


def test_a_slow_network_delays_no_other(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    slow, _fast = networks("slow", "fast")
    hold = threading.Event()
    plain = slow.fetch
    slow.fetch = lambda self, *a: (hold.wait(20), plain(self, *a))[1]  # type: ignore[method-assign]
    collector = collect_collector.Collector(store, lambda: NOW)
    collector.start()
    first = collector.drain(2.0)
    assert [o.network for o in first] == ["fast"]
    assert collector.busy
    assert collector.start() == []  # it is not asked twice at once
    hold.set()
    assert [o.network for o in collector.drain(20.0)] == ["slow"]
    collector.close()


def test_the_last_good_rows_stay(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    collect_due(store, NOW)
    fake.error = GONE
    collect_due(store, NOW + timedelta(hours=1))
    assert len(store.measurements()) == 3
    row = status(store, "fake")
    assert row.error == str(GONE)
    assert abs(row.succeeded - pd.Timestamp(NOW)) < timedelta(seconds=30)
    assert row["rows"] == 3


def test_first_failure_then_silence_then_recovery(
    store: Store, networks: Callable[..., list[type[Fake]]], caplog: pytest.LogCaptureFixture
) -> None:
    (fake,) = networks("fake")
    caplog.set_level(logging.INFO, "cleanair.collect")
    fake.error = GONE
    for hour in range(3):
        collect_due(store, NOW + timedelta(hours=hour))
    assert [r.levelname for r in caplog.records] == ["WARNING"]
    since = status(store, "fake").failing_since
    assert abs(since - pd.Timestamp(NOW)) < timedelta(seconds=30)
    fake.error = None
    collect_due(store, NOW + timedelta(hours=3))
    assert "works again" in caplog.records[-1].getMessage()
    assert pd.isna(status(store, "fake").failing_since)


def test_patience_asked_for_is_kept_over_a_restart(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    fake.error = RateLimited("sources.answer.used_up", retry_after=7200, network="fake")
    collect_due(store, NOW)
    assert collect_due(open_store(store.folder), NOW + timedelta(hours=1)) == []
    assert len(fake.asked) == 1


def test_what_cannot_be_understood_is_counted_and_kept(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    fake.values = [10.0, float("nan"), float("nan")]
    (outcome,) = collect_due(store, NOW)
    assert (outcome.stored, outcome.rejected) == (1, 2)
    (line,) = store.rejects().to_dict("records")
    assert (line["reason"], line["count"], line["source"]) == ("no value", 2, "fake")


def test_rows_are_checked_beside_what_is_known(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    fake.values = [-40.0, 60_000.0, 12.0]
    collect_due(store, NOW)
    rows = store.measurements()
    assert rows.flag.tolist()[:2] != ["ok", "ok"]
    assert rows.value.tolist() == [-40.0, 60_000.0, 12.0]  # flagged, never dropped


def test_a_network_without_its_key_is_left_alone(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    fake.key = "FAKE_KEY_THAT_IS_NOT_SET"
    assert collect_due(store, NOW) == []
    assert not len(store.status())


def test_another_process_collecting_a_network_is_left_to_it(
    store: Store, networks: Callable[..., list[type[Fake]]]
) -> None:
    networks("fake", "other")
    taken = ask.network_lock(store, "fake")
    assert taken is not None
    assert [o.network for o in collect_due(store, NOW)] == ["other"]
    taken.release()
    assert [o.network for o in collect_due(store, NOW + timedelta(seconds=40))] == ["fake"]


def test_a_store_that_cannot_be_written_is_a_sentence(
    store: Store, networks: Callable[..., list[type[Fake]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.store import StoreBusy

    networks("fake")

    def refuse(*_: object, **__: object) -> None:
        raise StoreBusy("store.place.busy", place="store", seconds=60)

    monkeypatch.setattr(store, "append", refuse)
    (outcome,) = collect_due(store, NOW)
    assert "another process" in outcome.error


def test_the_server_collects_until_told_to_stop(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    networks("fake")
    stop = threading.Event()
    running = threading.Thread(target=collect_collector.run_forever, args=(store, stop), daemon=True)
    running.start()
    for _ in range(200):
        if len(store.status()):
            break
        time.sleep(0.05)
    stop.set()
    running.join(10)
    assert not running.is_alive()
    assert status(store, "fake").error == ""


def test_a_replay_asks_no_network(
    store: Store, networks: Callable[..., list[type[Fake]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (fake,) = networks("fake")
    monkeypatch.setenv("CLEANAIR_NOW", "2024-12-07T09:00:00+05:00")
    collect_collector.run_forever(store, threading.Event())
    assert fake.asked == []


def test_station_lists_are_not_read_with_every_poll(store: Store, networks: Callable[..., list[type[Fake]]]) -> None:
    (fake,) = networks("fake")
    moment = [NOW]
    collector = collect_collector.Collector(store, lambda: moment[0])
    for _ in range(3):
        collector.start()
        collector.drain(10)
        moment[0] += timedelta(hours=1)
    assert len(fake.asked) == 3
    assert fake.listed == 1


# --- back-fill ---------------------------------------------------------------------------------------------------


def test_a_back_fill_goes_piece_by_piece(
    store: Store, networks: Callable[..., list[type[Fake]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (fake,) = networks("fake")
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    ends: list[datetime] = []
    (outcome,) = collect_collector.backfill(
        store, "tashkent", NOW - timedelta(days=70), NOW, progress=lambda _, e: ends.append(e)
    )
    assert (outcome.stored, outcome.error) == (3, "")
    assert len(fake.asked) == len(ends) == 3
    assert max(b - a for a, b in fake.asked) <= fake.span


def test_a_broken_back_fill_keeps_what_came_and_says_where_to_go_on(
    store: Store, networks: Callable[..., list[type[Fake]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (fake,) = networks("fake")
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    plain = fake.fetch

    def twice(self: Fake, place: object, since: datetime, until: datetime) -> pd.DataFrame:
        if len(self.asked) >= 2:
            raise GONE
        return plain(self, place, since, until)

    fake.fetch = twice  # type: ignore[method-assign]
    (outcome,) = collect_collector.backfill(store, "tashkent", NOW - timedelta(days=70), NOW)
    assert str(GONE) in outcome.error
    assert "--since" in outcome.error


def test_a_back_fill_waits_when_asked_to(
    store: Store, networks: Callable[..., list[type[Fake]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (fake,) = networks("fake")
    slept: list[float] = []
    monkeypatch.setattr(backfill.time, "sleep", slept.append)
    plain, first = fake.fetch, [True]

    def busy_once(self: Fake, *a: object) -> pd.DataFrame:
        if first:
            first.clear()
            raise RateLimited("sources.answer.used_up", retry_after=30, network="fake")
        return plain(self, *a)  # type: ignore[arg-type]

    fake.fetch = busy_once  # type: ignore[method-assign]
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    (outcome,) = collect_collector.backfill(store, "tashkent", NOW - timedelta(days=1), NOW)
    assert outcome.error == ""
    assert slept == [30]


# --- against the stand-in ----------------------------------------------------------------------------------------


@pytest.fixture
def live(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> HTTPServer:
    for name, value in stand_in.answers(httpserver, lambda: NOW).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sources.openmeteo.now", lambda: NOW)
    for network in ("metar", "firms", "cams_ads", "airnow", "sensorthings"):
        monkeypatch.setattr(f"sources.{network}.now", lambda: NOW)
    return httpserver


@pytest.mark.slow
def test_every_network_delivers_fresh_rows_from_the_stand_in(store: Store, live: HTTPServer) -> None:
    outcomes = collect_due(store, NOW)
    assert {o.network for o in outcomes} == {n for c in cities().values() for n in c.networks if n in SOURCES}
    assert [o for o in outcomes if o.error] == []
    assert all(o.stored for o in outcomes if (o.network, o.city) != ("openaq_archive", "astana"))
    latest = store.latest("tashkent", now=NOW)
    assert latest.start.max() >= pd.Timestamp(NOW) - timedelta(hours=1)
    pm = store.measurements("tashkent", ["pm25"], flags=("ok",))
    assert {"openaq", "openmeteo_air", "sensor_community", "airgradient"} <= set(pm.source)
    assert set(pm[pm.source == "openmeteo_air"].kind) == {"model"}
    dead = store.measurements("astana", stations=["openaq:910004"])
    assert not len(dead)
    before = len(store.measurements())
    again = collect_due(store, NOW + timedelta(hours=1), only=["openaq", "metar", "sensor_community"])
    assert len(store.measurements()) == before + sum(o.stored for o in again)
    assert not store.measurements().duplicated(list(KEY)).any()


def test_probe_says_what_is_missing(live: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(p.ok for p in collect_collector.probe("tashkent"))
    monkeypatch.delenv("OPENAQ_API_KEY")
    found = {p.network: p for p in collect_collector.probe(city("tashkent"))}
    assert not found["openaq"].configured
    assert "OPENAQ_API_KEY" in found["openaq"].found
    for name in {**stand_in.PATHS, **stand_in_partners.PATHS}:
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    assert not any(p.ok for p in collect_collector.probe("tashkent"))


def test_no_query_and_no_key_in_any_log_line(
    store: Store, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("sources.http.ATTEMPTS", 1)
    for network in SOURCES:
        monkeypatch.setenv(f"CLEANAIR_{network.upper()}_URL", httpserver.url_for("/broken"))
    for made in SOURCES.values():
        if made.key:
            monkeypatch.setenv(made.key, "SECRET-KEY-123")
    outcomes = collect_due(store, NOW)
    assert all(o.error for o in outcomes)
    said = [r.getMessage() for r in caplog.records if r.name not in ("werkzeug", "filelock")]
    assert said
    for text in [*said, *store.status().error, *(o.error for o in outcomes)]:
        assert "SECRET" not in text
        assert "?" not in text


def test_the_stand_in_can_be_started_by_people(tmp_path: Path) -> None:
    root = Path(__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.stand_in", "--port", "0"],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [running.stdout.readline().strip() for _ in range(len(stand_in.PATHS) + 1)]  # type: ignore[union-attr]
        assert all(line.startswith("export ") for line in lines)
        assert any("CLEANAIR_OPENMETEO_URL=http://127.0.0.1:" in line for line in lines)
    finally:
        running.kill()
        running.wait(10)


def test_every_error_of_a_source_is_a_sentence_for_the_status() -> None:
    for error in (SourceError, Unavailable, Denied, BadPayload):
        assert issubclass(error, Exception)
    assert issubclass(RateLimited, Unavailable)
