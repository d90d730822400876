"""The alarm page: answers in a sentence, acts only for who signed in, keeps what was done, escapes what is written."""

import re
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data import clock
from data.city import LANGUAGES
from data.rules.alarms import rules
from data.store import Store, open_store
from jobs.access import operators
from jobs.access.operators import Operator
from jobs.alarms.evaluate import act, evaluate, log_of
from jobs.alarms.reports import reports
from jobs.notify import outbox
from jobs.notify.channels import Stop
from jobs.server import heartbeat
from models.alarms.states import Entry, frame
from pages.ui.reader import sign_in
from pages.ui.reader.language import markdown
from tests.conftest import NOW, hourly

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
PIN = "sentinel-pin-4711"
NASTY = "<img src=x onerror=alert(1)> [x](javascript:1)"
RULE = "pm25-24h-uz"


@pytest.fixture
def ringing(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three days of foul air at three stations of Tashkent, evaluated as the server does it."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    monkeypatch.setenv("CLEANAIR_OPERATORS", f"Aigul:{PIN}:Shift A")
    monkeypatch.setattr(operators, "_tries", {})
    hours = int((NOW - pd.Timestamp("2026-01-08", tz="UTC")).total_seconds() // 3600)
    for n in (1, 2, 3):
        store.append(hourly([150.0 + n] * hours, station=f"openaq:{n}", source="openaq"))
    evaluate(store, NOW - timedelta(minutes=5))
    heartbeat.write(store, "alarms", clock.machine())
    return store


def show(**query: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page("alarms.py").run()


def signed_in(**query: str) -> AppTest:
    app = show(lang="en", **query)
    app.text_input[0].set_value("aigul")
    app.text_input[1].set_value(PIN)
    return button(app, "Sign in to act").click().run()


def button(app: AppTest, label: str) -> object:
    return next(b for b in app.button if b.label == label)


def html(app: AppTest) -> str:
    return " ".join(str(e.proto.body) for e in app.get("html"))


def words(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "info", "error", "warning")
    return " ".join(str(e.value) for kind in kinds for e in app.get(kind))


def test_it_opens_with_its_answer(ringing: Store) -> None:
    standing = [r for r in ringing.table("alarms").itertuples() if r.state == "unacknowledged"]
    assert RULE in {r.rule for r in standing}, "the fixture does not ring"
    said = words(show(lang="en"))
    assert f"{len(standing)} alarm" in said
    assert "not acknowledged" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_over_a_store_that_rings(ringing: Store, language: str) -> None:
    app = show(lang=language)
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    title = next(r for r in rules().rules if r.key == RULE).text[language]
    assert title in html(app)
    assert not re.search(r"\balarms\.(?!toml)[a-z_]", words(app) + html(app)), "a key without words"


def test_who_is_not_signed_in_can_do_nothing(ringing: Store) -> None:
    app = show(lang="en")
    assert [s.label for s in app.selectbox if s.label == "Action"] == []
    assert "Hand over" not in [b.label for b in app.button]


def test_without_operators_it_says_so(ringing: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEANAIR_OPERATORS")
    assert "Read only" in words(show(lang="en"))


def test_a_wrong_pin_lets_nobody_in_and_the_right_one_waits_after_five(ringing: Store) -> None:
    app = show(lang="en")
    for _ in range(operators.TRIES):
        app.text_input[0].set_value("Aigul")
        app.text_input[1].set_value("0000")
        app = button(app, "Sign in to act").click().run()
        assert "do not belong together" in words(app)
    app.text_input[0].set_value("Aigul")
    app.text_input[1].set_value(PIN)
    app = button(app, "Sign in to act").click().run()
    assert "Signed in" not in words(app)


def test_an_operator_acknowledges_and_the_log_keeps_the_name(ringing: Store) -> None:
    app = signed_in()
    assert "Signed in: **Aigul**" in words(app)
    assert PIN not in str(dict(app.query_params))
    before = len(log_of(ringing))
    app = next(b for b in app.button if b.label == "Send").click().run()
    assert not app.exception
    entry = log_of(ringing).iloc[-1]
    assert (len(log_of(ringing)) - before, entry["action"], entry["by"]) == (1, "acknowledged", "Aigul")
    assert "acknowledged" in html(app)


def test_a_shelf_needs_a_reason_and_the_page_says_so(ringing: Store) -> None:
    app = signed_in()
    box = next(s for s in app.selectbox if s.label == "Action")
    box.set_value("shelved")
    app = next(b for b in app.button if b.label == "Send").click().run()
    assert "why it is shelved" in words(app)
    box = next(s for s in app.selectbox if s.label == "Action")
    box.set_value("shelved")
    next(x for x in app.text_input if x.label == "Why, in a few words").set_value("road works")
    app = next(b for b in app.button if b.label == "Send").click().run()
    assert "Shelved and out of service" in [s.value for s in app.subheader]
    assert "road works" in html(app)


def test_a_hand_over_is_kept_and_shown(ringing: Store) -> None:
    app = signed_in()
    app.text_area[0].set_value("watch the north")
    app = button(app, "Hand over").click().run()
    assert log_of(ringing).iloc[-1]["action"] == "handover"
    assert "watch the north" in words(app)


def test_what_people_write_is_no_markup(ringing: Store) -> None:
    who, entry = Operator("<b>Eve</b>"), ringing.table("alarms")
    row = entry[entry["state"] == "unacknowledged"].iloc[0]
    act(ringing, who, "comment", row["rule"], row["city"], NASTY, now=NOW)
    act(ringing, who, "handover", note=NASTY, now=NOW)
    app = show(lang="en")
    assert "<img" not in html(app)
    assert "&lt;img src=x" in html(app)
    assert "[x](javascript" not in words(app)
    assert "<b>Eve" not in html(app) + words(app)


def test_rates_against_the_target_and_a_flood_marked(ringing: Store) -> None:
    at = NOW - timedelta(hours=3)
    many = [
        Entry(at + timedelta(seconds=20 * n), f"gone-{n}", "astana", "raised", f"gone-{n}:astana:1") for n in range(14)
    ]
    ringing.extend("alarm_log", frame(many))
    said = words(show(lang="en"))
    assert "within the target" in said
    assert "14 rings, more than a person can answer" in said


def test_the_log_can_be_narrowed(ringing: Store) -> None:
    everything = show(lang="en")
    assert any("Rule" in frame_.value.columns for frame_ in everything.dataframe)
    app = show(lang="en", of="astana", rule="dust-storm")
    assert "Nothing is in the log for this choice" in words(app)
    assert not show(lang="en", of="atlantis", rule="'; --", period="x").exception


def test_before_the_first_look_silence_says_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    open_store(store.folder).append(hourly([10.0] * 40))
    assert "have not been evaluated yet" in words(show(lang="en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_outbox_is_for_who_signed_in_and_says_why(
    ringing: Store, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    told = reports(ringing.table("alarm_log"), ringing.table("alarms"))
    box = outbox.intents(told, outbox.read(ringing), {"webhook": "low"}, NOW)
    refused = Stop("jobs.notify.no_entry", channel="webhook", id=f"404 {PIN}")
    outbox.keep(ringing, outbox.settled(box, box["id"].tolist(), NOW, refused), NOW)
    open_page = show(lang=language)
    assert "404" not in words(open_page) + " ".join(str(table.value) for table in open_page.table)
    monkeypatch.setattr(sign_in, "operator", lambda: Operator("Aigul", "Shift A"))
    app = show(lang=language)
    assert not app.exception, [e.message for e in app.exception]
    shown = " ".join(table.value.to_string() for table in app.table)
    said = refused.sentence(language).replace(PIN, "***")
    assert markdown(said) in shown, "in the reader's language, without the secret that stands in it"
    assert PIN not in shown
    assert not re.search(r"\boutbox\.(?!toml)[a-z_]", words(app) + shown), "a key without words"
    if language != "en":  # a form's choices are not kept in another language by the tester of pages
        return
    next(b for b in app.button if b.key == "outbox.retry").click().run()
    assert set(outbox.standing(outbox.read(ringing))) == {"waiting"}
