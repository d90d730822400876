"""The consortium page: what is not known is said so, what was sent and received stands there, each table is a file."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from api import routes
from data.city import LANGUAGES
from data.consortium import register
from data.schema import conform
from data.store import Store, open_store
from jobs.access import tokens
from jobs.export import publish
from jobs.export import request as export_request
from pages.ui.consortium import tables
from pages.ui.reader import language

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("CLEANAIR_SNAPSHOTS", str(tmp_path / "snapshots"))
    made = open_store(tmp_path / "store")
    now = datetime.now(UTC)
    hours = pd.date_range(end=pd.Timestamp(now).floor("h") - timedelta(hours=1), periods=48, freq="h")
    rows = pd.DataFrame({"start": hours, "value": 40.0 + pd.Series(range(48)) % 5, "minutes": 60})
    plain = {"source": "tashkent_open", "station": "tashkent_open:1", "city": "tashkent", "parameter": "pm25"}
    made.append(conform(rows.assign(**plain, kind="indicative"), known_at=now).rows)
    return made


def show(code: str) -> AppTest:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lang"] = code
    app.run()
    app.switch_page("consortium.py").run()
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error, [e.value for e in app.error]
    return app


def words(app: AppTest) -> str:
    return " ".join(str(e.value) for kind in ("title", "markdown", "caption", "subheader") for e in app.get(kind))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language(store: Store, code: str) -> None:
    app = show(code)
    said = words(app)
    with language.using(code):
        for part in ("promises", "members", "rules", "sent", "received", "acts", "programmes"):
            assert language.t(f"consortium.title.{part}") in said
        assert language.t("consortium.none.sent") in said
        first = register.promises()[0]
        shown = pd.concat([frame.value.astype(str) for frame in app.dataframe])
        assert shown.isin([tables.said(first.what)]).any().any()
    assert "/api/v1/snapshots.atom" in said


def test_what_was_sent_and_received_stands_there(store: Store) -> None:
    now = datetime.now(UTC)
    day = (pd.Timestamp(now) - pd.Timedelta(days=1)).floor("D").to_pydatetime()
    asked = export_request.Request(city="tashkent", start=day, end=day + timedelta(days=1), as_of=now)
    row = publish.publish(store, asked, "csv", by="test", now=now)
    app = show("en")
    shown = [frame.value for frame in app.dataframe]
    sent = next(table for table in shown if "SHA-256" in table)
    assert sent["SHA-256"].tolist() == [row["sha256"]]
    assert sent["Address"].tolist() == [f"/api/v1/snapshots/{row['id']}.zip"]
    received = next(table for table in shown if "Last delivery" in table)
    mine = received[received["Data of"] == "tashkent_open"].iloc[0]
    assert mine["Last delivery"] != language.MISSING
    assert "token" not in words(app)  # the public is told nothing of who bears one


def test_tokens_are_counted_without_a_name(store: Store) -> None:
    now = datetime.now(UTC)
    for name in ("A. Person", "B. Person"):
        tokens.issue(store, name=name, role="member", organisation="X", lives=timedelta(days=9), by="t", now=now)
    with language.using("en"):
        said = tables.bearers()
    assert said.startswith("2 tokens")
    assert "member: 2" in said
    assert "Person" not in said


def test_membership_is_never_claimed(store: Store) -> None:
    with language.using("en"):
        table = tables.members()
    assert set(table["Joined on"]) == {"unknown"}
    assert set(table["Asked on"]) == {"not asked yet"}


def test_links_lead_to_the_server() -> None:
    text = (MAIN.parent / "consortium.py").read_text("utf-8")
    served = {route.path for route in routes.routes()}
    links = next(
        ast.literal_eval(node.value)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "LINKS"
    )
    assert {address for _, address in links} <= served
