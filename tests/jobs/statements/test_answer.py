"""Answering for statements: what was asked, the document, its table, and what cannot be asked."""

import io
import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

from data.city import city
from data.store import Store
from jobs.arguments import ArgumentError
from jobs.statements.answer import answer, asked, statements
from jobs.statements.document import COLUMNS, explained_csv
from tests.conftest import NOW, hourly

HOME = city("tashkent")


@pytest.fixture
def filled(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Two stations with 54 hours to 06:00 on 10 January, one of them with a doubted hour, and a silent third."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    flags = ["ok"] * 50 + ["suspect"] + ["ok"] * 3
    store.append(pd.concat([hourly([40.0] * 54), hourly([60.0] * 54, station="demo:2").assign(flag=flags),
                            hourly([9.0] * 54, station="demo:2", parameter="no2")]))  # fmt: skip
    plain = {"source": "demo", "city": "tashkent", "kind": "reference", "station_class": "background"}
    store.put_stations(pd.DataFrame([{**plain, "station": f"demo:{n}"} for n in (1, 2, 3)]), known_at=NOW)
    return store


def told(store: Store, *, explain: bool = False, **said: str) -> dict[str, Any]:
    wanted = asked(HOME, said)
    return answer(statements(store, wanted), wanted, explain=explain, demo=False, withheld=0)


def test_now_and_day_of_every_pollutant(filled: Store) -> None:
    made = told(filled)
    assert [(s["parameter"], s["kind"], s["value"], s["n"]) for s in made["statements"]] == [
        ("pm25", "now", 50.0, 2), ("pm25", "day", 50.0, 2), ("no2", "now", 9.0, 1), ("no2", "day", 9.0, 1)]  # fmt: skip
    assert (made["version"], made["city"], made["replay"], made["demo"]) == ("1", "tashkent", True, False)
    assert not any("rows" in s or "left_out" in s for s in made["statements"])
    json.dumps(made)  # plain values only


def test_explained_it_holds_the_rows_that_make_the_value(filled: Store) -> None:
    _, day = told(filled, explain=True, parameter="pm25")["statements"]
    rows = pd.DataFrame(day["rows"])
    assert rows.groupby("station")["value"].mean().median() == day["value"]
    assert rows.groupby("station").size().to_dict() == {"demo:1": 24, "demo:2": 23}
    assert day["left_out"] == [{"station": "demo:2", "why": "suspect", "rows": 1}]
    assert (day["limit"]["key"], day["limit"]["value"], day["limit"]["unit"]) == ("uz pm25 24h", 60.0, "µg/m³")
    assert (day["verdict"], day["provisional"], day["age_minutes"]) == ("within", True, 30.0)


def test_a_moment_of_the_past_and_one_station(filled: Store) -> None:
    hour, day = told(filled, station="demo:2", parameter="pm25", at="2026-01-09T12:00+05:00")["statements"]
    assert (hour["station"], hour["to"], hour["value"], hour["of"]) == ("demo:2", "2026-01-09T07:00:00Z", 60.0, 1)
    assert day["from"] == "2026-01-08T07:00:00Z"


def test_a_period_is_of_whole_local_days_that_are_over(filled: Store) -> None:
    wanted = {"parameter": "pm25", "from": "2026-01-08", "to": "2026-02-01"}
    (made,) = told(filled, explain=True, **wanted)["statements"]
    assert (made["kind"], made["averaging"], made["value"], made["level"]["days"]) == ("period", "period", 50.0, 2)
    assert (made["from"], made["to"]) == ("2026-01-07T19:00:00Z", "2026-01-10T19:00:00Z")
    assert {(row["station"], row["minutes"]) for row in made["rows"]} == {("demo:1", 1440), ("demo:2", 1440)}


def test_the_table_holds_the_statement_then_its_rows_then_what_was_left_out(filled: Store) -> None:
    wanted = asked(HOME, {"parameter": "pm25"})
    found = statements(filled, wanted)
    table = pd.read_csv(io.BytesIO(explained_csv(found)), keep_default_na=False)
    assert tuple(table.columns) == COLUMNS
    assert table["record"].tolist() == ["statement", *["row"] * 2, "statement", *["row"] * 47, "left_out"]
    day = table[(table["record"] == "row") & (table["kind"] == "day")]
    means = day["row_value"].astype(float).groupby(day["row_station"]).mean()
    assert means.median() == float(table.loc[3, "value"])
    short = pd.read_csv(io.BytesIO(explained_csv(found, explain=False)))
    assert short["record"].tolist() == ["statement", "statement"]


@pytest.mark.parametrize(
    ("said", "which", "key"),
    [
        ({"at": "2026-01-11"}, "at", "api.arguments.ahead"),
        ({"at": "yesterday"}, "at", "api.arguments.not_a_time"),
        ({"at": "2026-01-09", "from": "2026-01-01", "to": "2026-01-05"}, "at", "api.arguments.moment_or_period"),
        ({"from": "2026-01-01"}, "to", "api.arguments.no_moment"),
        ({"to": "2026-01-01"}, "from", "api.arguments.no_moment"),
        ({"from": "2026-01-05", "to": "2026-01-01"}, "from", "api.arguments.not_before"),
        ({"station": "demo:9"}, "station", "api.arguments.no_station"),
        ({"parameter": "pm25,soot"}, "parameter", "api.arguments.not_known"),
    ],
)
def test_what_cannot_be_asked_names_the_argument(filled: Store, said: dict[str, str], which: str, key: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        statements(filled, asked(HOME, said))
    assert (caught.value.key, caught.value.parameter, caught.value.status) == (key, which, 400)


def test_by_default_it_is_of_the_present(filled: Store) -> None:
    assert asked(HOME, {}).at == datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
