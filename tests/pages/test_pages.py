"""Every page in every language over a demo, an empty and a stale store: no exception, a heading, an age."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data import demo
from data.city import LANGUAGES
from data.schema import conform
from data.store import open_store
from jobs.events import detect
from jobs.ingest.maintenance import checks
from pages.ui.reader import language as reader_language

PAGES = Path(__file__).resolve().parents[2] / "pages"
MAIN = PAGES / "main.py"
FILES = sorted(p.name for p in PAGES.glob("*.py") if p.stem not in ("__init__", "main", "wall"))
STORES = ("demo", "empty", "stale")


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """URIs of `CLEANAIR_STORE`: the demo world beside an empty store, nothing at all, rows ten hours old."""
    made = {name: tmp_path_factory.mktemp(name) / "store" for name in STORES}
    world, now = open_store(made["demo"].with_name("store-demo")), datetime.now(UTC)
    demo.fill(world, now, days=8, check=checks(world, now))
    open_store(made["stale"]).append(old_rows(datetime.now(UTC)))
    return made


def old_rows(now: datetime) -> pd.DataFrame:
    last = pd.Timestamp(now).floor("h") - timedelta(hours=11)
    table = pd.DataFrame({"start": pd.date_range(end=last, periods=72, freq="h"), "value": 55.0})
    plain = {"source": "openaq", "minutes": 60, "kind": "reference", "parameter": "pm25"}
    both = [table.assign(station=f"openaq:{city}", city=city, **plain) for city in ("tashkent", "astana")]
    return conform(pd.concat(both), known_at=now).rows


@pytest.fixture
def kind(stores: dict[str, Path], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which store is shown; the caches are keyed by it, so that they may stay warm."""
    monkeypatch.setenv("CLEANAIR_STORE", str(stores[request.param]))
    return str(request.param)


def show(file: str, **query: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    return app if file == "situation.py" else app.switch_page(file).run()


def words(app: AppTest) -> str:
    return " ".join(str(e.value) for kind in ("title", "markdown", "caption", "info", "error") for e in app.get(kind))


def html(app: AppTest) -> str:
    return " ".join(str(e.proto.body) for e in app.get("html"))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", STORES, indirect=True)
def test_every_page_in_every_language(kind: str, file: str) -> None:
    for language in LANGUAGES:
        app = show(file, lang=language)
        assert not app.exception, [e.message for e in app.exception]
        assert not app.error, [e.value for e in app.error]
        assert app.title, f"{file} in {language} has no heading"
        if kind != "empty" and file in ("situation.py", "city_map.py", "station.py"):
            with reader_language.using(language):
                units = [reader_language.t(f"time.age.{unit}", n=5).split("5")[-1] for unit in ("minutes", "hours")]
            assert any(unit in words(app) for unit in units), f"{file} in {language} shows no age"


@pytest.mark.parametrize("kind", ["demo"], indirect=True)
def test_the_demo_world_says_so_on_every_page(kind: str) -> None:
    for file in FILES:
        shown = html(show(file, lang="en"))
        assert "DEMONSTRATION" in shown, file
        assert "ca-mark" in shown, file


@pytest.mark.parametrize("kind", ["empty"], indirect=True)
def test_an_empty_store_says_who_must_act(kind: str) -> None:
    assert "cleanair collect" in words(show("situation.py", lang="en"))


@pytest.mark.parametrize("kind", ["stale"], indirect=True)
def test_old_values_are_never_shown_as_present_ones(kind: str) -> None:
    said = words(show("situation.py", lang="en"))
    assert "out of date" in said
    assert "above its limit" not in said
    assert "55" not in said.split("**Tashkent**")[1].split("**Astana**")[0]


@pytest.mark.parametrize("kind", ["demo"], indirect=True)
def test_a_replay_says_so(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", (datetime.now(UTC) - timedelta(days=2)).isoformat())
    app = show("situation.py", lang="en")
    assert "REPLAY" in html(app)
    assert not app.exception


@pytest.mark.parametrize("kind", ["demo"], indirect=True)
def test_the_language_follows_the_url_and_the_choice(kind: str) -> None:
    app = show("situation.py", lang="uz")
    assert app.title[0].value == "Vaziyat"
    app.get("button_group")[0].set_value("kk").run()
    assert app.title[0].value == "Ахуал"
    assert app.query_params["lang"] == "kk"


@pytest.mark.parametrize("kind", ["demo"], indirect=True)
def test_a_wrong_url_is_a_sentence_where_it_would_show_something_else(kind: str) -> None:
    cityless = (
        "alarms.py",
        "case.py",
        "consortium.py",
        "method.py",
        "registry.py",
        "situation.py",
    )  # no page of one city
    for file in FILES:
        app = show(file, city="atlantis<script>", lang="xx", parameter="gold", period="-1")
        assert not app.exception, file
        said = [str(e.value) for e in app.error]
        assert len(said) == (0 if file in cityless else 1), (file, said)
        assert all("atlantis" in words and "Astana" in words for words in said), file
        app = show(file, lang="xx", parameter="gold", period="-1")
        assert not app.exception, file
        assert not app.error, file


@pytest.mark.parametrize("kind", STORES, indirect=True)
@pytest.mark.parametrize("city", ["all", "astana"])
def test_the_wall_needs_no_input(kind: str, city: str) -> None:
    for language in LANGUAGES:
        app = show("wall.py", lang=language, city=city)
        assert not app.exception
        assert not app.error
        assert app.get("bidi_component"), "the wall was not drawn"


def test_an_event_that_nobody_looked_for_is_not_none(stores: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The same period before and after a look: "not looked", then "none, looked until"; alarms likewise."""
    monkeypatch.setenv("CLEANAIR_STORE", str(stores["stale"]))
    assert reader_language.t("events.not_looked") in words(show("records.py", lang="en"))
    unknown = reader_language.t("alarms.answer_unknown")
    shown = words(show("alarms.py", lang="en"))
    assert shown.count(unknown) == 2
    assert reader_language.t("alarms.log_none") not in shown
    store = open_store(stores["stale"])
    detect.refresh(store, datetime.now(UTC))
    after = words(show("records.py", lang="en"))
    assert reader_language.t("events.not_looked") not in after
    assert re.search(r"No event (in this period; looked until|where was looked: ).*UTC\+5", after)
