"""The examples for scripts do what they promise, each where its program is there."""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import uvicorn
from starlette.applications import Starlette

from api.routes import routes
from data.store import Store
from pages.ui.page.snippets import SNIPPETS, snippets
from tests.conftest import NOW, hourly

QUERY = "city=tashkent&from=2026-01-08&to=2026-01-10&as_of=2026-01-12T00%3A00%3A00Z"


@pytest.fixture
def url(store: Store) -> Iterator[str]:
    store.append(hourly([float(x) for x in range(1, 25)]))
    places = [{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference", "name": "Пост, 1"}]
    store.put_stations(pd.DataFrame(places), known_at=NOW)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes()), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/api/v1/measurements.csv?{QUERY}"
    server.should_exit = True
    thread.join(10)


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not on this machine")
def test_curl(url: str, tmp_path: Path) -> None:
    run(tmp_path, "sh", "-c", snippets(url)["curl"])
    rows = pd.read_csv(tmp_path / "air.csv")
    assert rows["value"].tolist() == list(range(1, 25))
    assert set(rows["station_name"]) == {"Пост, 1"}


def test_pandas(url: str, tmp_path: Path) -> None:
    told = run(tmp_path, sys.executable, "-c", snippets(url)["Python · pandas"])
    assert "12.5" in told
    assert "µg/m³" in told


def test_duckdb(url: str, tmp_path: Path) -> None:
    told = run(tmp_path, sys.executable, "-c", snippets(url)["Python · DuckDB"])
    assert "12.5" in told
    assert "Пост, 1" in told


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not on this machine")
def test_r(url: str, tmp_path: Path) -> None:
    assert "12.5" in run(tmp_path, "Rscript", "-e", snippets(url)["R"])


def test_power_query_is_balanced() -> None:
    """Excel is on no machine of ours: the text alone is checked."""
    text = snippets("http://127.0.0.1/a.csv?city=astana")["Excel · Power Query"]
    assert all(text.count(a) == text.count(b) for a, b in ("()", "[]", "{}"))
    assert text.startswith("let")
    assert text.count('"http://127.0.0.1/a.csv?city=astana"') == 1


@pytest.mark.parametrize("mark", ["'", '"', "\\", "\n", "`", " "])
def test_an_address_cannot_leave_its_quotation_marks(mark: str) -> None:
    with pytest.raises(ValueError, match="encoded"):
        snippets(f"http://127.0.0.1/{mark}")
    assert len(SNIPPETS) == 5
