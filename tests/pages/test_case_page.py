"""The page of a case: the same answer as the printed page in every language, and its files."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.cases.cases import case
from data.city import LANGUAGES
from data.store import open_store
from tests.pages.test_pages import old_rows, show, words


@pytest.fixture
def stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    store, now = open_store(tmp_path / "store"), datetime.now(UTC)
    rows = old_rows(now)
    calm = rows.assign(parameter="wind_speed", value=3.0, raw_value=3.0, raw_unit="m/s")
    blown = rows.assign(parameter="wind_direction", value=135.0, raw_value=135.0, raw_unit="°")
    for part in (rows, calm, blown):
        store.append(part)
    store.put_stations(
        rows.drop_duplicates("station")[["source", "station", "city", "kind"]].assign(licence="CC BY 4.0"),
        now - timedelta(days=9),
    )
    monkeypatch.setenv("CLEANAIR_STORE", str(store.folder))
    return store.folder


@pytest.mark.parametrize("code", LANGUAGES)
def test_it_says_what_the_printed_page_says(stale: Path, code: str) -> None:
    app = show("case.py", lang=code, case="keles")
    assert not app.exception, [e.message for e in app.exception]
    assert not app.error
    one = case("keles")
    assert one.text("name", code) in app.title[0].value
    said = words(app)
    assert "72" in said
    assert all(line.split(":")[0] in said for line in one.unknown(code))
    assert len(app.get("download_button")) == 2


def test_an_unknown_case_in_the_address_shows_the_first(stale: Path) -> None:
    app = show("case.py", lang="en", case="<script>")
    assert not app.exception
    assert "Keles" in app.title[0].value
