"""An error on a screen is a sentence in its reader's language, escaped and without secrets."""

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from data.clock import ClockError
from data.errors import CentreError
from jobs.server import heartbeat
from pages.ui.alarms import watching
from pages.ui.reader import errors, language
from pages.ui.wall import panels
from tests.conftest import NOW

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
NO_ZONE = {"en": "has no zone; add one", "ru": "нет часового пояса", "uz": "vaqt mintaqasi yoʻq",
           "kk": "уақыт белдеуі жоқ"}  # fmt: skip
LATER = CentreError("data.clock.no_zone", who="nobody", variable="metar", text="<b>")


def row(**more: Any) -> dict[str, Any]:
    kept = LATER.fields()
    words = json.dumps(kept["words"])
    return {"error": "plain", "error_key": kept["key"], "error_who": kept["who"], "error_words": words, **more}


@pytest.mark.parametrize("code", sorted(NO_ZONE))
@pytest.mark.parametrize("page", ["situation.py", "wall.py"])
def test_a_clock_without_a_zone_is_said_in_the_reader_s_language(
    code: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", "2024-12-07T09:00:00")
    app = AppTest.from_file(MAIN, default_timeout=60)
    app.query_params["lang"] = code
    app.run()
    if page != "situation.py":
        app.switch_page(page).run()
    assert not app.exception
    (said,) = [e.value for e in app.error]
    assert NO_ZONE[code] in said
    assert said.startswith(r"CLEANAIR\_NOW=2024-12-07T09\:00\:00"), "what somebody wrote is no markup"


@pytest.mark.parametrize("code", sorted(NO_ZONE))
def test_what_a_status_kept_is_told_in_the_reader_s_language(code: str) -> None:
    with language.using(code):
        said, who = errors.kept(row())
        assert NO_ZONE[code] in said
        assert who == "nobody"


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        ({"error": ""}, ("", "")),
        ({"error": float("nan")}, ("", "")),
        ({"error": "set X to a key"}, ("set X to a key", "operator")),  # of an older release: no guess from its words
        ({"error": "asked again later", "error_key": None, "error_who": None}, ("asked again later", "operator")),
        (row(error_key="data.clock.of_another_release"), ("plain", "nobody")),
        (row(error_key="nowhere.at.all"), ("plain", "nobody")),
        (row(error_words="[1"), ("plain", "nobody")),
        (row(error_words='{"variable": "x"}'), ("plain", "nobody")),
        (row(error_words="[]"), ("plain", "nobody")),
        (row(error_who="somebody else"), (str(LATER), "operator")),
    ],
)
def test_rows_of_other_releases_are_shown_as_they_were_kept(kept: dict[str, Any], told: tuple[str, str]) -> None:
    with language.using("en"):
        assert errors.kept(kept) == told


def test_no_secret_reaches_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAQ_API_KEY", "planted-key-7c2b")
    error = ClockError("data.clock.no_zone", variable="x", text="planted-key-7c2b")
    with language.using("ru"):
        assert "planted" not in errors.told(error)
        assert "planted" not in errors.kept({**row(), "error_words": json.dumps(error.fields()["words"])})[0]


@pytest.mark.parametrize("code", sorted(NO_ZONE))
def test_the_watch_says_why_it_failed_in_the_reader_s_language(code: str, store: Any) -> None:
    heartbeat.write(store, "alarms", NOW, LATER)
    beats = heartbeat.read(store)
    with language.using(code):
        assert NO_ZONE[code] in watching._why(beats["alarms"])
        older = heartbeat.Beat(NOW, "the disk is full")
        assert "the disk is full" in watching._why(older), "of an older release: as it was kept"
        assert "<b>" not in watching._why(beats["alarms"])


def test_the_wall_names_who_must_act_before_what_went_wrong(store: Any) -> None:
    store.put_status("metar", "tashkent", attempted=NOW, failing_since=NOW, **row())
    store.put_status("openaq", "tashkent", attempted=NOW, succeeded=NOW, rows=3)
    with language.using("en"):
        drawn = panels.health(store.status(), ["tashkent"], NOW, "")
    assert "nobody need act: it is asked again · metar=&lt;b&gt;: has no zone" in drawn
    assert drawn.index("metar") < drawn.index("openaq"), "the failing one first"
