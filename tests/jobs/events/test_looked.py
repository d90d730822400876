"""Where events were looked for: none, not looked, and looked until are three answers, on page, in file and API."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.routes import routes
from cli import main as cli
from data.schema import conform
from data.store import Store
from data.store.served import served
from jobs.events import detect
from jobs.events.export import COLUMNS, between, events_csv
from jobs.events.looked import TABLE, looked, note

FIRST = pd.Timestamp("2026-03-01", tz="UTC")


def at(hour: float) -> datetime:
    return (FIRST + pd.Timedelta(hours=hour)).to_pydatetime()


def calm(begin: int, end: int) -> pd.DataFrame:
    """Three stations in clean air, hour by hour."""
    times = pd.date_range(at(begin), at(end), freq="h", inclusive="left")
    value = 20.0 + np.arange(len(times)) % 5
    parts = [pd.DataFrame({"start": times, "value": value, "station": f"net:{n}", "parameter": p})
             for n in "abc" for p in ("pm10", "pm25")]  # fmt: skip
    table = pd.concat(parts).assign(source="net", minutes=60, kind="reference", city="tashkent")
    return conform(table, known_at=at(end)).rows


@pytest.fixture
def filled(store: Store) -> Store:
    store.append(calm(0, 400))
    return store


def test_before_the_first_look_nothing_was_looked_at(filled: Store) -> None:
    seen = looked(filled, "tashkent", at(0), at(400), at(400))
    assert (seen.state, seen.until, seen.spans) == ("none", None, ())


def test_a_look_covers_what_it_judged_and_no_more(filled: Store) -> None:
    assert detect.refresh(filled, at(400)) == 0
    assert looked(filled, "tashkent", at(340), at(400), at(400)).state == "whole"
    whole = looked(filled, "tashkent", at(0), at(400), at(400))
    assert whole.state == "part"
    assert whole.spans == ((pd.Timestamp(at(400)) - detect.LIVE, pd.Timestamp(at(400))),)
    assert looked(filled, "astana", at(340), at(400), at(400)).state == "none"


def test_what_is_to_come_is_not_missed(filled: Store) -> None:
    detect.refresh(filled, at(400))
    assert looked(filled, "tashkent", at(340), at(500), at(400.3)).state == "whole"
    assert looked(filled, "tashkent", at(340), at(500), at(420)).state == "part"


def test_stretches_grow_together_and_a_gap_without_rows_stays_one(filled: Store) -> None:
    filled.append(calm(500, 600))
    note(filled, "tashkent", at(0), at(300), at(300))
    note(filled, "tashkent", at(290), at(600), at(600))
    spans = looked(filled, "tashkent", None, None, at(600)).spans
    assert spans == ((FIRST, pd.Timestamp(at(400))), (pd.Timestamp(at(500)), pd.Timestamp(at(600))))


def test_the_same_look_again_writes_nothing(filled: Store) -> None:
    detect.refresh(filled, at(400))
    before = filled.version()
    detect.refresh(filled, at(400) + timedelta(minutes=20))
    assert filled.version() == before
    assert len(filled.table(TABLE)) == 1


def test_a_model_alone_is_nothing_to_look_at(store: Store) -> None:
    store.append(calm(0, 100).assign(kind="model"))
    assert note(store, "tashkent", at(0), at(100), at(100)) == 0


def test_the_file_says_where_was_looked(filled: Store) -> None:
    def file() -> pd.DataFrame:
        rows, seen = (
            between(filled, "tashkent", at(340), at(400)),
            looked(filled, "tashkent", at(340), at(400), at(400)),
        )
        return pd.read_csv(io.BytesIO(events_csv(rows, "tashkent", seen)))

    before = file()
    assert list(before.columns) == list(COLUMNS)
    assert before[["kind", "start", "end"]].values.tolist() == [
        ["not_looked", "2026-03-15T04:00:00Z", "2026-03-17T16:00:00Z"]
    ]
    detect.refresh(filled, at(400))
    after = file()
    assert after[["kind", "start", "end", "hours"]].values.tolist() == [
        ["looked", "2026-03-15T04:00:00Z", "2026-03-17T16:00:00Z", 60.0]
    ]


def test_the_address_changes_with_the_look(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_STORE", str(filled.folder))
    monkeypatch.setenv("CLEANAIR_NOW", at(400).isoformat())
    served.__globals__["_opened"].cache_clear()
    asked = {"city": "tashkent", "from": "2026-03-15", "to": "2026-03-17"}
    with TestClient(Starlette(routes=routes())) as client:
        first = client.get("/api/v1/events.csv", params=asked)
        same = client.get("/api/v1/events.csv", params=asked, headers={"if-none-match": first.headers["etag"]})
        detect.refresh(filled, at(400))
        later = client.get("/api/v1/events.csv", params=asked, headers={"if-none-match": first.headers["etag"]})
    assert ",not_looked," in first.text
    assert (same.status_code, later.status_code) == (304, 200)
    assert ",looked," in later.text
    assert "not_looked" not in later.text


def test_the_command_says_so_too(filled: Store, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*days: str) -> str:
        period = ["--from", days[0], "--to", days[1], "--store", str(filled.folder), "--json"]
        assert cli.main(["events", "--city", "tashkent", *period]) == 0
        return capsys.readouterr().out

    assert '"looked": "whole"' in run("2026-03-02", "2026-03-14").replace('":"', '": "')
    assert "nothing to look at" in run("2025-03-02", "2025-03-14")


def test_a_kept_history_counts_as_looked(filled: Store) -> None:
    found = detect.history(filled, "tashkent", at(24), at(200))
    detect.record(filled, found, "tashkent", at(24), at(200))
    assert looked(filled, "tashkent", at(24), at(200), datetime(2026, 4, 1, tzinfo=UTC)).state == "whole"
