"""A watch that stopped is said on the wall, the alarm page and the feeds page, in four languages; no other is."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data import clock
from data.city import LANGUAGES, city
from data.errors import CentreError
from data.rules.alarms import AlarmRuleError
from data.store import Store, StoreError
from jobs.alarms.evaluate import evaluate
from jobs.server import heartbeat
from pages.ui.alarms import watching
from pages.ui.reader.language import using
from tests.conftest import NOW, hourly

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
ZONE = city("tashkent").zone


@pytest.fixture
def kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Good air, evaluated once, in a replay: its clock is not the one that a watch is judged by."""
    monkeypatch.setenv("CLEANAIR_NOW", (NOW + timedelta(seconds=30)).isoformat())  # in the middle of a minute
    store.append(hourly([9.0] * 54))
    evaluate(store, NOW)
    return store


def beat(store: Store, back: float, work: str = "alarms", error: CentreError | None = None) -> None:
    heartbeat.write(store, work, clock.machine() - timedelta(minutes=back))
    if error:
        heartbeat.write(store, work, clock.machine(), error)


def show(page: str, language: str = "en") -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lang"] = language
    app.run().switch_page(page).run()
    assert not app.exception, [e.message for e in app.exception]
    return app


def test_a_file_that_is_torn_or_from_elsewhere_counts_as_none(store: Store) -> None:
    store.folder.mkdir()
    for content in (b"", b'{"alarms": {"well": "2026', b"[]", b'{"alarms": 3}', b'{"alarms": {"well": "noon"}}'):
        (store.folder / heartbeat.FILE).write_bytes(content)
        assert heartbeat.read(store) == {}


def test_another_process_that_watches_is_believed(store: Store) -> None:
    beat(store, 0)
    heartbeat.write(store, "alarms", clock.machine(), StoreError("store.view.other_reader"))
    assert not heartbeat.read(store)["alarms"].late(clock.machine())


def test_a_living_watch_is_no_matter_for_anybody(kept: Store) -> None:
    for work in heartbeat.WORKS:
        beat(kept, 1, work)
    assert watching.short(ZONE) == ""
    for page in ("alarms.py", "feeds.py"):
        assert not show(page).error


def test_before_any_alarm_was_evaluated_nothing_is_said(store: Store) -> None:
    store.append(hourly([9.0]))
    assert watching.late() == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wall_says_since_when_in_every_language(kept: Store, language: str) -> None:
    beat(kept, 0, "events")
    beat(kept, 25)
    with using(language):
        said = watching.short(ZONE)
    assert "11:05" in said, "25 minutes before 11:30 on the replay's clock in Tashkent"
    drawn = str(show("wall.py", language).get("bidi_component")[0].proto.json)
    assert f"✕ {said}" in json.loads(drawn)["html"]
    (kept.folder / heartbeat.FILE).unlink()
    with using(language):
        assert watching.short(ZONE)
        assert "{" not in watching.short(ZONE)


@pytest.mark.parametrize("page", ["alarms.py", "feeds.py"])
def test_the_pages_say_why_and_who_must_act(kept: Store, page: str) -> None:
    beat(kept, 10, error=AlarmRuleError("data.alarms.wrong", file="alarms.toml", cause="row 3 has no limit"))
    beat(kept, 10, "notifications")
    (said,) = [e.value.replace("\\", "") for e in show(page).error]
    assert "Alarms not watched since 11:20" in said
    assert "row 3 has no limit; mend the file. Whoever runs the server must act" in said
    assert "Nobody is told of alarms since 11:20" in said
    assert "start it again" in said


def test_yesterday_is_named_with_its_day_and_a_clock_set_back_is_not_believed(kept: Store) -> None:
    beat(kept, 24 * 60)
    assert "9" in watching.short(ZONE).replace("11:30", "")
    beat(kept, -90)
    assert watching.short(ZONE) == "Alarms are not watched"
