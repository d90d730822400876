"""The page of the registers: answers in a sentence, edits only for who signed in, escapes what people write."""

from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES, cities
from data.facts import Lack
from data.store import Store
from jobs.access import operators
from jobs.access.operators import Operator
from jobs.register import kept, read, registers
from jobs.register.edits import propose, review
from jobs.register.figures import figures
from jobs.register.registers import Register
from jobs.register.spans import span
from pages.ui.page.downloads import as_csv
from pages.ui.reader import language
from pages.ui.registry import charts, history, lists, site_map, words

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
PINS = {"Aigul": "sentinel-pin-4711", "Botir": "sentinel-pin-4712"}
NASTY = "<img src=x onerror=alert(1)> [x](javascript:1) =1+1"
ROW = "syrdarya-tpp"
TODAY = date(2026, 12, 1)


@pytest.fixture
def two(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two operators, each with a PIN, and a store without a measurement."""
    monkeypatch.setenv("CLEANAIR_OPERATORS", ";".join(f"{name}:{pin}" for name, pin in PINS.items()))
    monkeypatch.setattr(operators, "_tries", {})
    return store


def show(**query: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in {"lang": "en", **query}.items():
        app.query_params[name] = value
    return app.run().switch_page("registry.py").run()


def signed_in(name: str, **query: str) -> AppTest:
    app = show(**query)
    app.text_input[0].set_value(name)
    app.text_input[1].set_value(PINS[name])
    return button(app, "Sign in to act").click().run()


def button(app: AppTest, label: str) -> Any:
    return next(b for b in app.button if b.label == label)


def field(app: AppTest, label: str, kind: str = "text_input") -> Any:
    return next(w for w in app.get(kind) if w.label == label)


def words_of(app: AppTest) -> str:
    kinds = ("title", "markdown", "caption", "info", "error", "warning", "subheader")
    return " ".join(str(e.value) for kind in kinds for e in app.get(kind))


def html(app: AppTest) -> str:
    return " ".join(str(e.proto.body) for e in app.get("html"))


def publish(store: Store, action: str, row: str, **cells: str) -> None:
    edit = propose(store, Operator("Aigul"), "inventory", action, row, cells, "read in a paper")
    review(store, Operator("Botir"), edit.id, "published")


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_opens_with_its_answer_from_one_function(two: Store, code: str) -> None:
    rows = read(two, "inventory")
    found = figures(rows, [])
    app = show(lang=code, of="all")
    assert not app.exception
    assert not app.error
    with language.using(code):
        counts = {name: language.number(n) for name, n in vars(found).items()}
        due = app.markdown[0].value.split()[-1].strip(".")
        assert app.markdown[0].value == language.t("registry.answer", **{**counts, "due": due})
    assert app.get("deck_gl_json_chart")


def test_a_reader_sees_no_form_and_nothing_that_nobody_has_reviewed(two: Store) -> None:
    propose(two, Operator("Aigul"), "inventory", "change", ROW, {"note": "a rumour"}, "heard it")
    for app in (show(), show(row=ROW)):
        assert "a rumour" not in html(app) + words_of(app)
        assert "Propose a change" not in words_of(app)
        assert ROW not in html(app)


def test_one_proposes_another_publishes_and_everybody_sees_who_and_why(two: Store) -> None:
    app = signed_in("Aigul")
    assert PINS["Aigul"] not in str(dict(app.query_params))
    next(s for s in app.selectbox if s.key == "edit.row.inventory").set_value(ROW)
    app.run()
    field(app, "Fuel").set_value("gas; straw")
    field(app, "Why, and where it was read", "text_area").set_value(NASTY)
    app = button(app, "Propose").click().run()
    assert not app.exception
    assert not app.warning, [w.value for w in app.warning]
    (edit,) = kept.waiting(two, "inventory")
    assert (edit.row, edit.fields["fuel"], edit.proposed_by) == (ROW, "gas; straw", "Aigul")
    assert "another operator publishes it" in words_of(app)
    own = next(s for s in app.selectbox if s.key == f"verdict.{edit.id}")
    assert own.options == ["Reject"]

    app = signed_in("Botir", row=ROW)
    assert "gas; straw" in html(app)
    assert next(s for s in app.selectbox if s.key == f"verdict.{edit.id}").options == ["Publish", "Reject"]
    app = button(app, "Decide").click().run()
    assert not app.exception
    assert kept.edits(two, "inventory")[0].state == "published"

    shown = html(show(row=ROW))
    assert "Proposed by Aigul" in shown
    assert "Reviewed by Botir" in shown
    assert "&lt;img src=x" in shown
    assert "<img" not in shown


def test_what_cannot_be_is_a_sentence_and_what_was_typed_stays(two: Store) -> None:
    app = signed_in("Aigul")
    next(s for s in app.selectbox if s.key == "edit.row.inventory").set_value(ROW)
    app.run()
    field(app, "Latitude, °").set_value("north")
    field(app, "Why, and where it was read", "text_area").set_value("x")
    app = button(app, "Propose").click().run()
    assert "lat" in " ".join(str(w.value) for w in app.warning)
    assert field(app, "Latitude, °").value == "north"
    app = button(app, "Propose").click().run()
    assert not kept.waiting(two, "inventory")


def test_a_row_is_added_with_a_key_and_withdrawn_without_cells(two: Store) -> None:
    app = signed_in("Aigul")
    next(s for s in app.selectbox if s.key == "edit.action").set_value("add")
    app.run()
    field(app, "Key of the new row").set_value("Not A Key")
    field(app, "Why, and where it was read", "text_area").set_value("x")
    app = button(app, "Propose").click().run()
    assert "cannot be the key" in words_of(app).replace("\\", "")
    next(s for s in app.selectbox if s.key == "edit.action").set_value("withdraw")
    app.run()
    assert not [w for w in app.text_input if w.label == "Fuel"]
    field(app, "Why, and where it was read", "text_area").set_value("it was never there")
    button(app, "Propose").click().run()
    assert [e.action for e in kept.waiting(two, "inventory")] == ["withdraw"]


def test_filters_stand_in_the_url_and_an_unknown_one_is_passed_over(two: Store) -> None:
    publish(two, "change", ROW, status="closed", until="2026-11-30")
    rows = read(two, "inventory")
    app = show(of="tashkent", status="closed")
    assert len(app.dataframe[0].value) == sum(r["city"] == "tashkent" and r["status"] == "closed" for r in rows)
    app = show(of="atlantis<script>", category="gold", due="maybe", row="nothing", register="x")
    assert not app.exception
    assert len(app.dataframe[0].value) == sum(r["city"] == "tashkent" for r in rows)  # the first city, a map of it
    assert len(show(of="all").dataframe[0].value) == len(rows)
    assert "No row fits" in words_of(show(of="astana", subtype="smelter"))


def test_what_a_file_takes_away_runs_no_formula(two: Store) -> None:
    publish(two, "change", ROW, note="=HYPERLINK(1)", verified_by="@cmd")
    lines = as_csv(lists.raw(registers.REGISTERS["inventory"], read(two, "inventory"))).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in lines
    assert "'@cmd" in lines
    assert lines.split("\n")[0] == ",".join(registers.REGISTERS["inventory"].columns)


def test_a_name_from_outside_is_no_markup_on_the_map(two: Store) -> None:
    publish(two, "change", ROW, name_en=f"{NASTY} <b>gas</b>")
    rows = [r for r in read(two, "inventory") if r["site"] == ROW]
    with language.using("en"):
        deck = orjson.loads(site_map.deck(rows, cities()["tashkent"], "dark").to_json())
        tip = site_map.tip(rows[0])
    assert tip.startswith(NASTY)  # as text: the component writes it as what it is, and no markup is read
    assert set(deck.get("tooltip", site_map.TIP)) == {"text", "style"}
    assert deck["layers"][0]["data"][0]["mark"] == "◆"
    assert words.link("javascript:alert(1)") is None
    assert words.link("https://example.org/a") == "https://example.org/a"


def test_what_is_planned_halted_and_closed_is_told_without_colour() -> None:
    marks = [words.mark(status) for status in ("active", "planned", "halted", "closed", "")]
    assert len({symbol for symbol, _ in marks}) == 5
    assert len({hatch for _, hatch in marks}) == 5
    assert words.mark("never heard of") == words.mark("unknown")


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [("en", "gas; coal", "gas; coal"), ("ru", "coal ..2023; gas 2023-10..", "уголь ..2023; газ 2023-10.."),
     ("uz", "peat", "peat"), ("kk", "", "")],
)  # fmt: skip
def test_a_fuel_is_told_with_its_period_in_the_reader_s_language(code: str, text: str, said: str) -> None:
    with language.using(code):
        assert words.cell("fuel", text) == said


def test_the_map_of_every_city_shows_them_all(two: Store) -> None:
    rows = read(two, "inventory")
    with language.using("kk"):
        whole, one = site_map.deck(rows, None, "light"), site_map.deck(rows, cities()["astana"], "light")
        assert site_map.deck([], None, "light").layers
    assert [layer.id for layer in whole.layers] == ["registry-marks"]
    assert [layer.id for layer in one.layers] == ["registry-marks", "registry-names"]
    assert whole.initial_view_state.zoom < 6
    assert whole.initial_view_state.min_zoom == 3
    assert "ground-light" in str(whole.map_style)
    assert "astana" in str(one.map_style)


def bars(*rows: dict[str, str]) -> list[charts.Bar]:
    return [charts.Bar(r["name"], span(r), r.get("status", ""), "#123456") for r in rows]


def test_the_timeline_draws_what_states_a_day_and_hatches_what_has_not_begun() -> None:
    given = bars(
        {"name": "Plant", "from": "<=2015", "until": "", "status": "active"},
        {"name": "Centre", "from": "2027-01", "until": "", "status": "planned"},
        {"name": "Works", "from": "2001", "until": "2025-11-26", "status": "halted"},
        {"name": "Silent", "from": "unknown", "until": "", "status": "active"},
        {"name": "Centre", "from": "2026-12-01", "until": "", "status": "active"},
        {"name": "<b>x</b>" * 9, "from": "2020", "until": "2019", "status": "closed"},
    )
    with language.using("en"):
        figure = charts.timeline(given, TODAY)
        assert figure is not None
        assert charts.timeline(bars({"name": "Silent", "from": "", "until": ""}), TODAY) is None
    (drawn,) = figure.data
    assert len(set(drawn.y)) == 5, "two rows of one name are two bars"
    assert list(drawn.marker.pattern.shape) == ["", "/", "x", "", "\\"]
    assert list(drawn.base) == ["2015-01-01", "2027-01-01", "2001-01-01", "2026-12-01", "2020-01-01"]
    assert all(length > 0 for length in drawn.x)
    least = charts.SHORTEST * (date(2027, 1, 1) - date(2001, 1, 1)).days * 86_400_000
    assert min(drawn.x) == pytest.approx(least, rel=0.02), "a planned day is seen, too"
    assert drawn.x[0] == (TODAY - date(2015, 1, 1)).days * 86_400_000
    assert drawn.customdata[0][1].startswith("≤ 2015-01-01")
    assert not [name for name in drawn.y if "<" in name]


def test_another_register_is_drawn_with_its_words(two: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = [
        {"measure": "lorries", "city": "tashkent", "kind": "ban", "status": "in_force", "start": "2024-03-01",
         "end": "", "name_en": "Lorry ban", "address": "https://example.org/ban", "checked": "2020-01-01"},
        {"measure": "belt", "city": "tashkent", "kind": "green_belt", "status": "announced", "start": "2027-01-01",
         "end": "", "name_en": "Green belt", "address": "", "checked": "2026-11-30"},
    ]  # fmt: skip

    def check(row: registers.Row) -> tuple[Lack, ...]:
        return ()

    made = Register("measures", "measure", tuple(seed[0]), lambda: [dict(r) for r in seed], check)
    both = MappingProxyType({**registers.REGISTERS, "measures": made})
    for place in ("jobs.register.registers", "pages.ui.registry.forms"):
        monkeypatch.setattr(f"{place}.REGISTERS", both)
    app = show(of="tashkent", register="measures", row="belt")
    assert not app.exception
    assert not app.error
    said = words_of(app)
    assert "Measures" in said
    shown = " ".join(frame.value.to_string() for frame in app.dataframe)
    for word in ("Lorry ban", "in force", "Green belt", "announced", "green belt", "2020-12-31"):
        assert word in shown
    assert app.get("plotly_chart")


def test_a_version_says_what_it_changed_and_hides_waiting_ones_from_readers(two: Store) -> None:
    from jobs.register.overlay import history as versions

    publish(two, "change", ROW, fuel="gas; coal")
    propose(two, Operator("Botir"), "inventory", "withdraw", ROW, {}, "a rumour")
    with language.using("en"):
        found = versions(two, "inventory", ROW)
        cards = [history.card(version) for version in found]
    assert [v.edit.state if v.edit else "seed" for v in found] == ["seed", "published", "proposed"]
    assert "<ins>gas; coal</ins>" in cards[1]
    assert "<ins>–</ins>" in cards[2]
