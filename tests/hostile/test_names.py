"""Names, notes and reasons from outside stay text: in spreadsheets, on pages, on the wall, in XML, headers and logs."""

import csv
import io
import json
import logging
import re
import xml.etree.ElementTree as ET
import zipfile
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api import routes
from cli import main as cli
from data.schema import conform_stations
from data.store import Store
from data.store.tables.schemas import TABLES
from jobs import logs
from jobs.access import operators
from jobs.alarms.reports import reports
from jobs.events import export as events_export
from jobs.export.csv_lines import RUN, safe
from jobs.notify import cap, cap_xml
from models.alarms.states import Entry, frame
from pages.ui.alarms import cards as alarms_cards
from pages.ui.page.downloads import as_csv
from pages.ui.reader import language
from tests.conftest import NOW, hourly

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "pages" / "main.py"
JANUARY = {"city": "tashkent", "from": "2026-01-01", "to": "2026-02-01"}
FORMULAS = [
    "=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", " =1+1", "\u00a0=1+1", "\u3000=1+1", "\ufeff=1+1",
    "\x00=1+1", "＝1+1", "＠x", '=HYPERLINK("http://evil.example","x")', "=cmd|'/c calc'!A1", "\u200b=1+1", "'=1+1",
]  # fmt: skip
EVIL = "<img src=x onerror=alert(1)><script>alert(1)</script>[k](http://evil.example)![i](http://evil.example/i)\"'&"
MARKUP = re.compile(r"<(?:img src=x|script>alert)", re.IGNORECASE)
LINK = re.compile(r"(?<!\\)\]\(http://evil")


def first(cell: str) -> str:
    """The first character that a spreadsheet looks at."""
    return re.sub(r"^[\s\x00-\x1f\ufeff\u200b]+", "", cell)[:1] or " "


@pytest.fixture
def hostile(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Stations, reasons, units, an event and alarms whose every free word means harm."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    monkeypatch.setenv("CLEANAIR_OPERATORS", "Aigul:planted-pin-4711")
    monkeypatch.setattr(operators, "_tries", {})
    rows = [
        hourly([90.0 + n] * 54, station=f"demo:{n}").assign(note=formula.strip() or "x", flag="suspect")
        for n, formula in enumerate(["=1+1", "@x"])
    ]
    store.append(pd.concat([*rows, hourly([95.0] * 54, station=f"=demo{EVIL}")]))
    names = ["=1+1" + EVIL, "+x" + EVIL, "@" + EVIL]
    ids = ["demo:0", "demo:1", f"=demo{EVIL}"]
    store.put_stations(
        conform_stations(
            pd.DataFrame(
                {"source": "demo", "station": ids, "name": names, "name_ru": names, "city": "tashkent"}
            ).assign(kind="reference", lat=41.3, lon=69.2, owner=EVIL, licence="CC BY 4.0")
        )
    )
    return store


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_runs_in_a_spreadsheet(formula: str) -> None:
    assert first(safe(formula)) not in RUN
    line = as_csv(pd.DataFrame({"name": [formula]})).decode("utf-8-sig").split("\n", 1)[1]
    assert first(next(csv.reader(io.StringIO(line)))[0]) not in RUN


def _cells(table: list[list[str]]) -> None:
    """Text cells only: a number may begin with a minus."""
    for row in table:
        for cell in row:
            if first(cell) in RUN:
                float(cell.replace(",", "."))


@pytest.mark.parametrize("excel", ["0", "1"])
def test_measurements_that_leave_as_csv(hostile: Store, excel: str) -> None:
    with TestClient(Starlette(routes=routes.routes())) as client:
        answer = client.get("/api/v1/measurements.csv", params={**JANUARY, "excel": excel})
    table = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=",;"[int(excel)]))
    assert len(table) == 1 + 3 * 54
    _cells(table)
    assert any("=1+1" in row[1] for row in table)


def test_snapshots_that_leave_as_workbook(hostile: Store, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    words = ["snapshot", "--city", "tashkent", "--from", "2026-01-01", "--to", "2026-02-01", "--format", "xlsx"]
    assert cli.main([*words, "--out", str(tmp_path)]) == 0
    (file,) = tmp_path.rglob("*.xlsx")
    for sheet in load_workbook(file).worksheets:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)
            _cells([[str(cell.value) for cell in row if isinstance(cell.value, str)]])
    with zipfile.ZipFile(file) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)


def test_events_and_assessments_that_leave(hostile: Store, tmp_path: Path) -> None:
    event = dict.fromkeys(events_export.job.COLUMNS, "=1+1") | {
        "city": "tashkent", "start": pd.Timestamp(NOW), "end": pd.NaT, "computed_at": pd.Timestamp(NOW), "degree": 0,
        "confidence": 0.5, "peak": 1.0, "modelled": False, "simulated": False,
        "stations": json.dumps([{"station": "=1+1", "first": "x", "last": "x", "peak": 1.0}]),
    }  # fmt: skip
    _cells(
        list(csv.reader(io.StringIO(events_export.events_csv(events_export.job.typed(pd.DataFrame([event]))).decode())))
    )
    out = tmp_path / "assessed.csv"
    words = ["assess", "--city", "tashkent", "--from", "2026-01-01", "--to", "2026-02-01", "--standard", "who-2021"]
    assert cli.main([*words, "--out", str(out)]) == 0
    table = list(csv.reader(io.StringIO(out.read_text("utf-8"))))
    assert len(table) > 1
    _cells(table)


def _ring(store: Store, note: str) -> pd.DataFrame:
    rule = "pm25-24h-uz"
    occurrence = f"{rule}:tashkent:{NOW:%Y-%m-%dT%H:%M:%SZ}"
    entries = [
        Entry(NOW, rule, "tashkent", "raised", occurrence, value=90.0),
        Entry(NOW + timedelta(minutes=1), rule, "tashkent", "comment", occurrence, by=note, note=note),
    ]
    return frame(entries)


def test_notes_of_operators_on_the_alarm_card(hostile: Store) -> None:
    log = _ring(hostile, EVIL)
    row = {"rule": EVIL, "city": "tashkent", "priority": "high", "state": "acknowledged", "by": EVIL, "until": pd.NaT,
           "since": pd.Timestamp(NOW), "occurrence": log["occurrence"].iloc[0], "text": EVIL}  # fmt: skip
    hostile.replace("alarms", pd.DataFrame([row]))
    row = hostile.table("alarms").iloc[0].to_dict()
    from data.rules.alarms import rules

    with language.using("en"):
        made = alarms_cards.card(row, log, rules(), NOW + timedelta(hours=1))
        table = alarms_cards.log_table(log, rules())
    assert not MARKUP.search(made)
    assert "&lt;img src=x" in made
    _cells(list(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig")))))


def test_xml_of_alarms_stays_xml(hostile: Store) -> None:
    log = _ring(hostile, EVIL + "\x00\x08\x1b]]>")
    found = cap.messages(reports(log, TABLES["alarms"].empty()), NOW + timedelta(hours=13))
    assert found
    bodies = [cap_xml.alert(one, cap.sender(), exercise=False) for one in found]
    bodies.append(cap_xml.feed(found, cap.sender(), 'http://x"><y', "en", NOW, exercise=False))
    for body in bodies:
        root = ET.fromstring(body)
        assert not {"img", "script", "y"} & {e.tag.rpartition("}")[2] for e in root.iter()}


@pytest.mark.parametrize("value", ['x"; filename="evil.exe', "x\r\nset-cookie: a=b", "../../x", "x\x00"])
def test_no_parameter_reaches_a_header(hostile: Store, value: str) -> None:
    with TestClient(Starlette(routes=routes.routes())) as client:
        for path in ("/api/v1/measurements.csv", "/api/v1/events.csv", "/api/v1/forecast.csv"):
            for name in ("city", "from", "as_of"):
                answer = client.get(path, params={**JANUARY, name: value})
                assert answer.status_code == 400
                assert "set-cookie" not in answer.headers
                assert "content-disposition" not in answer.headers


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_log_line_is_one_line(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = list(root.handlers), logging.getLogger("cleanair").level
    try:
        logs.install({"CLEANAIR_LOG": form})
        log = logging.getLogger("cleanair.hostile")
        log.warning("station %s", "x\n2026-01-10T00:00:00Z CRITICAL cleanair: forged\r\n\x1b[2Jgone\u2028z\x85y")
        said = capsys.readouterr().err
    finally:
        root.handlers[:] = handlers
        logging.setLogRecordFactory(factory)
        logging.getLogger("cleanair").setLevel(level)
    assert len(said.splitlines()) == 1
    assert "\x1b" not in said
    assert "forged" in said


def _shown(app: AppTest) -> tuple[str, str, str]:
    html = " ".join(str(e.proto.body) for e in app.get("html"))
    kinds = ("title", "header", "subheader", "markdown", "caption", "info", "warning", "error")
    words = " ".join(str(e.value) for kind in kinds for e in app.get(kind))
    figures = " ".join(str(e.proto) for e in app.get("plotly_chart"))
    return html, words, figures


@pytest.mark.slow
@pytest.mark.parametrize("file", ["situation.py", "city_map.py", "station.py", "feeds.py"])
def test_pages_show_names_as_text(hostile: Store, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lang"] = "en"
    app.query_params["city"] = "tashkent"
    app.run()
    app = app if file == "situation.py" else app.switch_page(file).run()
    assert not app.exception, [e.message for e in app.exception]
    html, words, figures = _shown(app)
    assert not MARKUP.search(html)
    assert not LINK.search(words)
    assert "javascript:" not in figures.lower()


def test_the_wall_shows_names_as_text(hostile: Store) -> None:
    from pages.ui.wall import panels

    table = pd.DataFrame(
        {
            "network": [EVIL],
            "city": [EVIL],
            "attempted": [pd.Timestamp(NOW)],
            "succeeded": [pd.NaT],
            "rows": [0],
            "error": [f"a: b: {EVIL}"],
        }
    )
    with language.using("en"):
        made = panels.health(table, [EVIL], NOW, EVIL) + panels.water(language.html(EVIL))
    assert not MARKUP.search(made)
    assert "&lt;img" in made


def test_markdown_and_html_leave_no_mark_alive() -> None:
    assert not LINK.search(language.markdown(EVIL))
    assert not re.search(r"(?<!\\)[<>`*_\[\]]", language.markdown(EVIL))
    assert not set("<>\"'") & set(language.html(EVIL).replace("&#x27;", "").replace("&quot;", ""))


def test_names_that_turn_or_break_a_line_are_straightened() -> None:
    made = conform_stations(
        pd.DataFrame([{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference",
                       "name": "a\r\nb\x00\u202ec" + "x" * 5000}])
    )  # fmt: skip
    assert re.fullmatch(r"[ -~]{1,1000}", made["name"].iloc[0])
