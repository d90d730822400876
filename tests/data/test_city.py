"""Cities are files: what they hold, how a wrong one is refused, and that a new one needs nothing else."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from api.routes import routes
from data import demo
from data.city import FOLDER, LANGUAGES, CityError, cities, city, city_files
from data.store.served import demo_store
from sources import FILES_ONLY, SOURCES

ALMATY = """
order = 3
country = "KZ"
zone = "Asia/Almaty"
centre = [43.238, 76.945]
box = [43.05, 76.70, 43.45, 77.15]
law = "kz"
languages = ["kk", "ru", "en"]
[names]
en = "Almaty"
ru = "Алматы"
[networks.openmeteo]
points = [[43.238, 76.945]]
"""


@pytest.fixture
def three(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cities"
    shutil.copytree(FOLDER, folder)
    (folder / "almaty.toml").write_text(ALMATY, "utf-8")
    monkeypatch.setenv("CLEANAIR_CITIES", str(folder))
    return folder


@pytest.mark.parametrize("key", sorted(city_files()))
def test_a_shipped_city_is_complete(key: str) -> None:
    found = city(key)
    south, west, north, east = found.box
    assert south < found.lat < north
    assert west < found.lon < east
    assert set(found.names) == set(LANGUAGES)
    assert found.neighbours
    assert set(found.networks) <= {*SOURCES, *FILES_ONLY}
    assert all(m.source and set(m.names) == set(LANGUAGES) for m in found.measures)


def test_astana_left_its_old_clock_in_2024() -> None:
    zone = city("astana").zone
    before = datetime(2024, 2, 29, 17, 59, tzinfo=UTC).astimezone(zone)
    after = datetime(2024, 3, 1, 12, tzinfo=UTC).astimezone(zone)
    assert [m.utcoffset().total_seconds() / 3600 for m in (before, after)] == [6, 5]  # type: ignore[union-attr]


@pytest.mark.slow
def test_a_new_city_needs_only_its_file(three: Path) -> None:
    assert list(cities()) == ["tashkent", "astana", "almaty"]
    assert city("almaty").name("kk") == "Almaty"
    demo.fill(demo_store(), datetime.now(UTC), days=8)
    with TestClient(Starlette(routes=routes())) as client:
        keys = [c["key"] for c in client.get("/api/v1/cities").json()["cities"]]
        assert "almaty" in keys
        assert client.get("/api/v1/latest", params={"city": "almaty"}).json()["latest"]
    page = AppTest.from_file(str(Path(__file__).parents[2] / "pages" / "main.py"), default_timeout=90).run()
    assert not page.exception
    assert any("Almaty" in str(block.value) for block in page.markdown)
    page.query_params["city"] = "almaty"
    for name in ("city_map", "station", "trends", "origins", "forecast", "brief", "records", "feeds"):
        page.switch_page(f"{name}.py").run()
        assert not page.exception, name
        assert not page.error, name


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (('zone = "Asia/Almaty"', 'zone = "Asia/Nowhere"'), "Nowhere"),
        (("centre = [43.238, 76.945]", ""), "centre"),
        (("box = [43.05, 76.70, 43.45, 77.15]", "box = [43.45, 76.70, 43.05, 77.15]"), "box"),
        (("order = 3", "order = ["), "mend"),
        (("order = 3", 'watched = "yes"'), "neither true nor false"),
        (("[names]", '[[measures]]\nkey = "x"\n[names]'), "measures.csv"),
    ],
)
def test_a_wrong_file_is_refused_with_its_name(three: Path, change: tuple[str, str], word: str) -> None:
    (three / "almaty.toml").write_text(ALMATY.replace(*change), "utf-8")
    with pytest.raises(CityError, match=word) as refusal:
        cities()
    assert "almaty.toml" in str(refusal.value)


def test_an_unknown_city_names_those_there_are() -> None:
    with pytest.raises(CityError, match="astana"):
        city("atlantis")


def test_what_is_watched_is_said_by_the_file_unless_the_environment_says_it(
    three: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (three / "almaty.toml").write_text(ALMATY.replace("order = 3", "watched = false"), "utf-8")
    assert "almaty" not in cities()
    assert city("almaty").name() == "Almaty"
    monkeypatch.setenv("CLEANAIR_WATCH", "almaty")
    assert list(cities()) == ["almaty"]
    monkeypatch.setenv("CLEANAIR_WATCH", "almaty,atlantis")
    with pytest.raises(CityError, match="atlantis, which has no file"):
        cities()


def test_an_installation_watches_at_least_one_city(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in three.glob("*.toml"):
        if file.stem != "almaty":
            file.unlink()
    (three / "almaty.toml").write_text(ALMATY.replace("order = 3", "watched = false"), "utf-8")
    with pytest.raises(CityError, match="CLEANAIR_WATCH"):
        cities()
