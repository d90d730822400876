"""The data dictionary is complete: what the code keeps, writes and answers is what the page describes."""

import json
import re
from dataclasses import fields, replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from api import routes as api_job
from data import demo, glossary
from data.cases import cases as case_files
from data.city import city
from data.inventory import inventory
from data.inventory import rows as inventory_rows
from data.schema import COLUMNS, STATION_COLUMNS
from data.standards import printed
from data.store import Store, open_store
from data.store.tables.schemas import TABLES
from jobs.attribution import export as attribution_csv_job
from jobs.attribution import from_files as attribute_job
from jobs.attribution import refit as refit_job
from jobs.cases import facts as case_job
from jobs.events import export as events_csv_job
from jobs.export import acts as acts_export
from jobs.export import measurements as export_job
from jobs.export import policy as policy_job
from jobs.export import register as register_job
from jobs.export import request as export_request
from jobs.export import snapshot as snapshot_job
from jobs.forecast import export as forecast_csv_job
from jobs.forecast import run as forecast_job
from jobs.ingest import files as import_files_job
from jobs.ingest import preview as preview_job
from jobs.methane import answer as methane_job
from jobs.server import facts as facts_job
from jobs.tables import assess as assess_job
from jobs.tables import index_file as index_file_job
from tests.conftest import NOW
from tests.house.store_pages import renewed

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "data-dictionary.md").read_text("utf-8")


def described(name: str) -> list[str]:
    """Names in the first column of a table of the page."""
    part = PAGE.split(f"<!-- table: {name} -->")
    assert len(part) == 2, f"the dictionary must have one table {name!r}"
    lines = part[1].strip().splitlines()[2:]
    rows = [line for i, line in enumerate(lines) if all(other.startswith("|") for other in lines[: i + 1])]
    return [re.match(r"\| `([^`]+)` \|", row)[1] for row in rows]  # type: ignore[index]


@pytest.fixture(scope="module")
def world() -> demo.Demo:
    return demo.build(NOW, days=3, cities=["astana"])


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory, world: demo.Demo) -> Store:
    store = open_store(tmp_path_factory.mktemp("dictionary") / "store")
    store.put_stations(world.stations, known_at=NOW - timedelta(days=4))
    store.append(world.measurements)
    return store


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("inventory", inventory.COLUMNS),
        ("subtypes", inventory.SUBTYPES),
        ("measures", policy_job.MEASURES),
        ("techniques", policy_job.TECHNIQUES),
    ],
)
def test_registers(name: str, columns) -> None:
    assert described(name) == list(columns)


def test_acts_printed_limits_and_what_the_doctor_says_of_facts() -> None:
    assert described("acts") == list(acts_export.COLUMNS)
    assert described("printed") == list(printed.COLUMNS)
    assert described("facts answer") == list(facts_job.examine(NOW.date()))


def test_the_tables_of_the_store_are_told_as_they_are_declared() -> None:
    assert renewed(PAGE) == PAGE, "`python -m tests.house.store_pages` writes the page anew"
    for name, table in TABLES.items():
        assert described(name) == list(table.names)
    told = PAGE.partition("<!-- store: end -->")[0].count("<!-- table: ")
    assert told == len(TABLES)


def test_assumed_weights_are_printed_as_they_are() -> None:
    for name, kind in inventory.SUBTYPES.items():
        row = f"| `{name}` | {', '.join(kind.categories)} | {kind.fingerprint} | {kind.weight:g} | {kind.stack:g} |"
        assert row in PAGE
    for unit in inventory_rows.UNITS:
        assert f"`{unit}`" in PAGE


def test_ranked_sources() -> None:
    assert described("ranked sources") == list(inventory.sources(inventory.load("astana")))


def test_export_and_its_description(filled: Store, tmp_path: Path) -> None:
    assert described("export") == list(export_job.COLUMNS)
    request = export_request.Request(city="astana", start=NOW - timedelta(days=1), end=NOW, as_of=NOW)
    answer = snapshot_job.write(filled, request, "csv", tmp_path)
    assert sorted(described("snapshot answer")) == sorted(answer)
    assert list(pd.read_csv(answer["file"], nrows=1)) == described("export")
    about = json.loads(Path(answer["description"]).read_text("utf-8"))
    assert sorted(described("description")) == sorted(about)
    assert about["simulated"] is True


def test_import_summary(filled: Store, tmp_path: Path) -> None:
    request = export_request.Request(city="astana", start=NOW - timedelta(hours=5), end=NOW, as_of=NOW)
    out = snapshot_job.write(filled, request, "csv", tmp_path)
    summary = import_files_job.run([out["file"]], "tidy", "astana", open_store(tmp_path / "other"))
    assert sorted(described("import summary")) == sorted(summary)
    assert summary["read"] == out["rows"]


def test_import_preview(filled: Store, tmp_path: Path) -> None:
    request = export_request.Request(city="astana", start=NOW - timedelta(hours=5), end=NOW, as_of=NOW)
    out = snapshot_job.write(filled, request, "csv", tmp_path)
    done = preview_job.run([out["file"]], "tidy", "astana")
    assert sorted(described("import preview")) == sorted(done)
    assert sorted(described("previewed table")) == sorted(done["tables"][0])
    assert done["tables"][0]["rows"]


def test_ledger_and_days_per_category(filled: Store, tmp_path: Path) -> None:
    begin, end = NOW - timedelta(days=3), NOW
    assess_job.run(filled, "astana", begin, end, "kz", tmp_path / "kz.csv")
    assert list(pd.read_csv(tmp_path / "kz.csv")) == described("ledger")
    assess_job.run(filled, "astana", begin, end, "us-epa-2024", tmp_path / "us.csv")
    assert list(pd.read_csv(tmp_path / "us.csv")) == described("index days")


def test_index_of_a_table(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("parameter,minutes,value\npm25,1440,12\n", "utf-8")
    answer = index_file_job.run("us-epa-2024", tmp_path / "in.csv", tmp_path / "out.csv")
    assert sorted(described("index answer")) == sorted(answer)
    assert list(pd.read_csv(tmp_path / "out.csv"))[3:] == described("index columns")


def test_demo_files(world: demo.Demo, tmp_path: Path) -> None:
    folder = demo.write_run(world, "astana", tmp_path)
    written = {path.name for path in folder.iterdir()} - {"meta.json"}
    assert set(described("demo files")) == written
    for name in written:
        columns = ", ".join(pd.read_csv(folder / name, nrows=1))
        assert f"| `{name}` | {columns} |" in PAGE


def test_attribution_files(world: demo.Demo, tmp_path: Path) -> None:
    folder = demo.write_run(demo.build(NOW, days=5, cities=["astana"]), "astana", tmp_path / "run")
    ends = {"measurements": ".csv.gz", "weather": ".csv.gz"}
    names = ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior")
    paths = {name: folder / f"{name}{ends.get(name, '.csv')}" for name in names}
    attribute_job.run_files(**paths, zone="Asia/Almaty", out=tmp_path / "out")
    for name in ("categories", "daily", "sites"):
        file = next((tmp_path / "out").glob(f"{name}.csv*"))
        assert list(pd.read_csv(file, nrows=1)) == described(f"attribution {name}")
    assert list(json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))) == described("attribution report")


def test_attribution_kept(tmp_path: Path) -> None:
    assert described("attribution csv") == list(attribution_csv_job.COLUMNS)
    store = open_store(tmp_path / "store")
    told = refit_job.refit(store, "astana", NOW)
    assert described("refit answer") == list(told)


def test_forecast(store: Store) -> None:
    assert described("forecast csv") == list(forecast_csv_job.COLUMNS)
    assert described("forecast answer") == list(forecast_job.forecast(store, "astana", NOW))


def test_events_as_a_file() -> None:
    assert described("events csv") == list(events_csv_job.COLUMNS)


def test_plumes(tmp_path: Path) -> None:
    assert described("plume row") == list(methane_job.COLUMNS)
    nothing = methane_job.methane(open_store(tmp_path / "store"), city("astana"))
    told = nothing.document(nothing)
    assert described("plumes answer") == list(told)


def test_cases(filled: Store) -> None:
    assert described("case file") == list(case_files.COLUMNS)
    assert described("case hours csv") == list(case_job.CSV_COLUMNS)
    one = replace(case_files.case("keles"), city="astana", lat=51.15, lon=71.44, sites=("astana-chp-1",))
    told = case_job.gather(filled, one, NOW - timedelta(days=3), NOW, NOW)
    assert described("case") == list(told)
    assert told["months"], "the demo world has wind"
    pm = next(m for m in told["measured"] if m["parameter"] == "pm10")
    for name, part in (("site", told["sites"][0]), ("wind", told["wind"]), ("month", told["months"][0]),
                       ("measured", pm), ("station", pm["stations"][0])):  # fmt: skip
        assert sorted(described(f"case {name}")) == sorted(part), name


def test_words_of_the_field() -> None:
    assert described("words") == [field.name for field in fields(glossary.Term)]


def test_candidates_of_the_register() -> None:
    assert described("inventory candidates") == list(import_module("sources.overpass_sites").COLUMNS)


def test_register_as_a_file() -> None:
    assert described("inventory answer") == list(register_job.document("astana"))


def test_http_answers(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    testing = pytest.importorskip("starlette.testclient", reason="starlette's test client needs httpx")
    monkeypatch.setenv("CLEANAIR_STORE", str(filled.folder))
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    routes = api_job.routes()
    client = testing.TestClient(import_module("starlette.applications").Starlette(routes=routes))
    assert sorted(client.get("/api/v1/health").json()) == sorted(described("health"))
    assert sorted(client.get("/api/v1/cities").json()["cities"][0]) == sorted(described("cities"))
    assert list(client.get("/api/v1/measures").json()) == described("measures answer")
    latest = client.get("/api/v1/latest?city=astana").json()
    assert sorted(latest) == sorted(described("latest"))
    said = client.get("/api/v1/statements?city=astana&explain=1").json()
    assert sorted(said) == sorted(described("statements"))
    assert sorted([*said["statements"][0], "level"]) == sorted(described("statement"))
    days = f"from={NOW - timedelta(days=2):%Y-%m-%d}&to={NOW:%Y-%m-%d}"
    year = client.get(f"/api/v1/statements?city=astana&parameter=pm25&explain=1&{days}").json()
    assert sorted(year["statements"][0]) == sorted(described("statement"))
    table = client.get("/api/v1/statements?city=astana&explain=1&format=csv").text
    assert table.split("\n")[0].split(",") == described("statements csv")
    kept = set(COLUMNS) - {"known_until"}
    assert set(latest["latest"][0]) == kept | set(described("latest row"))
    station = client.get("/api/v1/stations?city=astana").json()["stations"][0]
    assert set(station) == set(STATION_COLUMNS) | {"known_at", "places"}
    assert sorted(station["places"][0]) == sorted(described("station place"))
