"""The watch: what it does every minute, and that a fault of one part ends nothing."""

import logging
from datetime import timedelta
from unittest import mock

import pytest

from data import clock
from data.errors import CentreError, sentence
from data.store import Store, StoreError
from jobs.alarms import evaluate
from jobs.events import detect
from jobs.notify import deliver
from jobs.server import heartbeat
from jobs.server.watch import AGAIN, Memory, look
from tests.conftest import NOW, hourly

MISTAKE = str(CentreError("jobs.watch.mistake", kind="RuntimeError"))


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> dict[str, mock.Mock]:
    made = {"refresh": mock.Mock(return_value=0), "evaluate": mock.Mock(return_value=0), "deliver": mock.Mock()}
    for module, name in ((detect, "refresh"), (evaluate, "evaluate"), (deliver, "deliver")):
        monkeypatch.setattr(module, name, made[name])
    return made


def test_events_are_detected_when_something_was_written_or_time_has_passed(
    store: Store, works: dict[str, mock.Mock]
) -> None:
    memory = Memory()
    store.append(hourly([1.0]))
    for minute in (0, 1, 2):
        look(store, NOW + timedelta(minutes=minute), memory)
    assert works["refresh"].call_count == 1
    assert works["evaluate"].call_count == works["deliver"].call_count == 3
    store.append(hourly([2.0], station="demo:2"))
    look(store, NOW + timedelta(minutes=3), memory)
    assert works["refresh"].call_count == 2
    look(store, NOW + timedelta(minutes=3) + AGAIN, memory)
    assert works["refresh"].call_count == 3
    look(store, NOW - timedelta(days=1), memory)  # the clock was set back
    assert works["refresh"].call_count == 4


def test_a_fault_of_one_part_is_said_once_and_ends_nothing(
    store: Store, works: dict[str, mock.Mock], caplog: pytest.LogCaptureFixture
) -> None:
    memory = Memory()
    store.append(hourly([1.0]))
    works["refresh"].side_effect = RuntimeError("a secret")
    with caplog.at_level(logging.INFO, "cleanair.watch"):
        for minute in range(3):
            look(store, NOW + timedelta(minutes=minute), memory)
        assert works["evaluate"].call_count == 3
        works["refresh"].side_effect = None
        look(store, NOW + timedelta(minutes=4), memory)
    assert [r.getMessage() for r in caplog.records] == [f"events: {MISTAKE}", "events: well again"]


def test_the_sign_of_life_says_of_each_work_how_it_went(store: Store, works: dict[str, mock.Mock]) -> None:
    store.append(hourly([1.0]))
    before = store.version()
    look(store, NOW, Memory())
    beats = heartbeat.read(store)
    assert set(beats) == set(heartbeat.WORKS)
    assert not any(beat.late(clock.machine()) or beat.error for beat in beats.values())
    assert store.version() == before, "the sign of life is no commit: every page's cache would go with it"
    full = StoreError("store.place.no_write", place="air", cause="the disk is full")
    works["evaluate"].side_effect = full
    works["deliver"].side_effect = RuntimeError("a secret")
    look(store, NOW, Memory())
    told = heartbeat.read(store)
    assert told["alarms"].error == str(full) == "air: cannot be written (the disk is full); check space and rights"
    assert told["notifications"].error == MISTAKE, "what nobody foresaw may hold anything"
    for work, error in (("alarms", full), ("notifications", CentreError("jobs.watch.mistake", kind="RuntimeError"))):
        fault = told[work].fault
        assert sentence(fault["key"], fault["words"], "kk") == error.sentence("kk")
    assert told["alarms"].well == beats["alarms"].well, "a failed look keeps the moment of the last good one"
    assert told["events"].well >= beats["events"].well


def test_a_folder_that_cannot_be_written_ends_no_look(
    store: Store, works: dict[str, mock.Mock], monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(hourly([1.0]))
    full = StoreError("store.place.no_write", place="air", cause="the disk is full")
    monkeypatch.setattr(type(store.place), "write", mock.Mock(side_effect=full))
    look(store, NOW, Memory())
    assert works["deliver"].call_count == 1
    assert heartbeat.read(store) == {}
