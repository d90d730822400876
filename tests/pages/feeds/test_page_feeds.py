"""The feeds page answers in its first sentence, over networks that work or not, imports, and the demo world."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from data import checks, clock
from data.errors import CentreError
from data.schema import conform
from data.store import Store, open_store
from jobs.access.operators import Operator
from jobs.collect import attempts
from jobs.collect.keep import Outcome
from jobs.ingest import maintenance, notes, verdicts
from pages.ui.reader import language

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
KEY = "planted-key-7c2b"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("OPENAQ_API_KEY", KEY)
    return open_store(tmp_path / "store")


def show(**query: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    for name, value in {"lang": "en", "city": "astana", **query}.items():
        app.query_params[name] = value
    app.run()
    app.switch_page("feeds.py").run()
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    return app


def hours(now: datetime, station: str, source: str = "openaq", count: int = 24, **more: object) -> pd.DataFrame:
    end = pd.Timestamp(now).floor("h") - pd.Timedelta("1h")
    plain = {"source": source, "station": station, "city": "astana", "parameter": "pm25", "kind": "reference"}
    value = 30.0 + pd.Series(range(count)) % 7
    return pd.DataFrame({**plain, "start": pd.date_range(end=end, periods=count, freq="h"), "minutes": 60,
                         "value": value, **more})  # fmt: skip


def delivered(store: Store, network: str, now: datetime, error: str = "", **told: str) -> None:
    at = now - timedelta(minutes=1)
    attempts.write(store, [Outcome(network, "astana", 24, error=error, at=at)], at)
    fields = {"failing_since": at, **told} if error else {"succeeded": at}
    store.put_status(network, "astana", attempted=at, next=now + timedelta(minutes=9), error=error, **fields)


def fields_of(error: CentreError) -> dict[str, str]:
    kept = error.fields()
    words = json.dumps(kept["words"])
    return {"error": str(error), "error_key": kept["key"], "error_who": kept["who"], "error_words": words}


def table(app: AppTest, column: str) -> pd.DataFrame:
    return next(d.value for d in app.dataframe if column in d.value)


def test_the_first_sentence_says_which_network_fails_and_who_must_act(store: Store) -> None:
    now = datetime.now(UTC)
    store.append(conform(hours(now, "openaq:1"), now).rows)
    later = CentreError("data.clock.no_zone", who="nobody", variable="metar", text=f"key={KEY}")
    delivered(store, "openmeteo", now)
    older = f"openaq: api.openaq.org/v3: 401 refused: key={KEY}; set OPENAQ_API_KEY to a valid key"
    delivered(store, "openaq", now, older)  # an older release kept no fields: the operator looks
    delivered(store, "metar", now, **fields_of(later))
    app = show()
    said = " ".join(str(m.value) for m in app.markdown)
    assert "**1 of 3 networks are on time**" in said
    assert "openaq · Astana" in said.replace("\\", "")
    assert "the operator must act" in said
    assert "nobody need act" in said
    assert KEY not in said + " ".join(d.value.to_string() for d in app.dataframe)
    board = table(app, "Next try")
    assert board["State"].tolist()[:3] == ["▲ fails", "▲ fails", "● answers, no station here"]
    assert board["Uptime 7 d"].iloc[0].startswith("0.0 % (watched")


@pytest.mark.parametrize(
    ("code", "sentence", "who"),
    [
        ("en", "metar=x: has no zone", "the developer must act"), ("ru", "нет часового пояса", "разработчик"),
        ("uz", "vaqt mintaqasi yoʻq", "dasturchi"), ("kk", "уақыт белдеуі жоқ", "әзірлеуші"),
    ],
)  # fmt: skip
def test_what_went_wrong_and_who_must_act_is_said_in_the_reader_s_language(
    store: Store, code: str, sentence: str, who: str
) -> None:
    now = datetime.now(UTC)
    store.append(conform(hours(now, "openaq:1"), now).rows)
    delivered(store, "metar", now, **fields_of(CentreError("data.clock.no_zone", who="developer", variable="metar",
                                                           text="x")))  # fmt: skip
    delivered(store, "openaq", now, **{**fields_of(CentreError("data.clock.no_zone", variable="<b>", text="x")),
                                       "error_key": "data.clock.a_key_of_another_release"})  # fmt: skip
    app = show(lang=code)
    said = " ".join(str(m.value) for m in app.markdown).replace("\\", "")
    assert sentence in said
    assert who in said
    assert "<b>=x: has no zone; add one" in said, "of another release: as it was kept, in English"
    board = next(d.value for d in app.dataframe if "metar" in d.value.to_string())
    assert sentence in board.to_string()


def test_a_store_of_files_shows_its_imports_and_what_was_rejected(store: Store) -> None:
    now = datetime.now(UTC)
    rows = hours(now, "airdata-kz:1", "airdata-kz", flag="suspect")
    rows["checks"] = checks.column([("level:485,4,39.7", "spike:90,8")] * len(rows))
    excerpt = "<script>alert(1)</script>"
    rejects = {"source": "airdata-kz", "at": pd.Timestamp(now), "reason": "no value", "excerpt": excerpt, "count": 7}
    store.append(conform(rows, now).rows, pd.DataFrame([rejects | {"origin": "a.csv"}]))
    app = show()
    assert "**24 rows from 1 imported source**" in str(app.markdown[0].value)
    assert table(app, "Next try")["State"].iloc[0] == "◇ imported"
    assert set(table(app, "Check")["Check"]) == {"wrong level", "spike"}
    assert table(app, "What it looked like")[["Reason", "Rows"]].to_numpy().tolist() == [["no value", "7"]]
    assert not [m for m in app.markdown if "<script>" in str(m.value)]


def test_stations_carry_completeness_drift_and_notes(store: Store) -> None:
    now = datetime.now(UTC)
    rows = pd.concat([hours(now, f"openaq:{i}", count=24 * 40) for i in range(5)])
    rows["value"] = rows["value"] * (1 + rows["station"].str[-1].astype(int) / 10)
    store.append(conform(rows[rows["station"] != "openaq:4"].reset_index(drop=True), now).rows)
    store.append(conform(hours(now, "openaq:4").iloc[::2], now).rows)
    end = pd.Timestamp(now).floor("h")
    maintenance.add(store, "astana", "openaq:0", end - pd.Timedelta("3h"), end, "filter changed", "Aruzhan")
    app = show()
    shown = table(app, "Drift against neighbours, 30 days").set_index("Id")
    assert shown.loc["openaq:1", "Drift against neighbours, 30 days"].startswith("→ steady")
    assert shown.loc["openaq:4", "Drift against neighbours, 30 days"] == "only 0 neighbours"
    assert shown.loc["openaq:1", "Complete 7 d"] == "100 %"
    assert shown.loc["openaq:0", "Notes"] == "1"
    assert "maintenance" in shown.loc["openaq:0", "Flagged"]
    assert table(app, "What was done")[["What was done", "By"]].to_numpy().tolist() == [["filter changed", "Aruzhan"]]


def test_an_empty_store_says_how_collection_starts(store: Store) -> None:
    assert "cleanair collect" in str(show().markdown[0].value)


def test_a_signed_in_operator_flags_a_span_and_takes_it_back(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLEANAIR_OPERATORS", raising=False)
    monkeypatch.setenv("CLEANAIR_OPERATOR_PIN", KEY)
    now = datetime.now(UTC)
    store.append(conform(hours(now, "openaq:1"), now).rows)
    app = show()
    assert not [x for x in app.text_input if x.label == "What was done"]
    app.session_state["operator"] = (Operator("Aruzhan"), time.monotonic())
    app.run()
    next(x for x in app.text_input if x.label == "What was done").set_value("fan cleaned")
    next(x for x in app.button if x.label == "Flag this span").click().run()
    assert not app.exception
    kept = notes.notes(store)
    assert kept[["by", "why"]].to_numpy().tolist() == [["Aruzhan", "fan cleaned"]]
    assert "invalid" in set(store.measurements("astana")["flag"])
    next(x for x in app.button if x.label == "Withdraw this note").click().run()
    assert len(notes.notes(store)) == 0
    assert set(store.measurements("astana")["flag"]) == {"ok"}


def age_of_network(app: AppTest) -> str:
    """Age of what OpenAQ delivers for Astana."""
    return str(table(app, "Next try").set_index(["Network", "City"]).loc[("openaq", "Astana"), "Newest value"])


def test_newest_is_the_end_of_the_newest_row_that_nothing_doubts(store: Store) -> None:
    now = datetime.now(UTC)
    end = pd.Timestamp(now).floor("h")
    rows = hours(now, "openaq:1", flag="ok")
    rows.loc[rows.index[-5:], "flag"] = "invalid"
    day = hours(now, "openaq:2", count=1).assign(start=end.floor("D") - pd.Timedelta("2D"), minutes=1440)
    lost = hours(now, "openaq:3", flag="invalid")
    store.append(conform(pd.concat([rows, day, lost], ignore_index=True), now).rows)
    delivered(store, "openaq", now)
    app = show()
    shown = table(app, "Drift against neighbours, 30 days").set_index("Id")["Newest value"]
    assert shown["openaq:3"] == "–"
    assert shown["openaq:1"] in ("5 h ago", "6 h ago")
    assert shown["openaq:2"] == language.age((now - (end.floor("D") - pd.Timedelta("1D"))).total_seconds() / 60)
    assert age_of_network(app) == shown["openaq:1"]


def test_a_replay_tells_the_age_at_its_own_moment(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = datetime(2026, 1, 18, 15, 20, tzinfo=UTC)
    rows = hours(moment + timedelta(hours=60), "openaq:1", count=120)
    store.append(conform(rows[rows["start"] != pd.Timestamp("2026-01-18T14:00Z")], datetime.now(UTC)).rows)
    delivered(store, "openaq", datetime.now(UTC))
    store.put_status("openaq", "astana", newest=datetime.now(UTC))
    monkeypatch.setenv("CLEANAIR_NOW", moment.isoformat())
    clock._started.clear()
    try:
        app = show()
    finally:
        clock._started.clear()
    assert table(app, "Drift against neighbours, 30 days")["Newest value"].tolist() == ["80 min ago"]
    assert age_of_network(app) == "80 min ago"


# --- verdicts on stations ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "title", "still"),
    [("en", "cannot be believed", "still"), ("ru", "нельзя верить", "до сих пор"), ("uz", "ishonib", "hozirgacha"),
     ("kk", "сенуге болмайтын", "әлі де")],
)  # fmt: skip
def test_verdicts_are_listed_with_figure_band_and_span(store: Store, lang: str, title: str, still: str) -> None:
    now = datetime.now(UTC)
    low = 9 + pd.Series(range(24 * 40)) % 5 / 10
    store.append(conform(hours(now, "openaq:1", count=24 * 40).assign(parameter="h2s", value=low), now).rows)
    assert any("{" not in c.value and "cleanair verdicts" in c.value for c in show(lang=lang).caption)
    verdicts.refresh_all(store)
    app = show(lang=lang)
    assert any(title in s.value for s in app.subheader)
    found = next(d.value for d in app.dataframe if (d.value == still).any(axis=None))
    told = found.iloc[0].tolist()
    assert "openaq:1" in told
    assert any("9" in str(cell) and "µg" in str(cell).replace("мкг", "µg").replace("mkg", "µg") for cell in told)
