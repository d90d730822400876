"""Tashkent's figure rests on Uzhydromet's automatic posts once their pages are read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pandas as pd
import pytest

from data.city import city
from data.schema import conform, conform_stations
from data.store import Store
from jobs.statements.answer import answer, asked, statements
from sources import uzhydromet_page
from sources.uzhydromet import parse as days_of_map
from tests.conftest import hourly

TASHKENT = city("tashkent")
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
POSTS = {"9107": (41.3681, 69.2886, 60.0), "9108": (41.2921, 69.2123, 70.0), "9109": (41.3301, 69.3001, 80.0)}


def page(value: float, hour: datetime) -> bytes:
    stamp = f"{hour.astimezone(ZoneInfo('Asia/Tashkent')):%d.%m.%Y %H:%M}"
    shown = f"<li><span>PM 2.5:</span><span>{value}</span></li>"
    return f"<p>Обновлено: {stamp}</p><ul>{shown}</ul>".encode()


def delivered(hours: int) -> pd.DataFrame:
    ends = [NOW.replace(minute=0) - timedelta(hours=n) for n in range(hours)]
    tables = [
        uzhydromet_page.parse(page(level + (at.hour % 5), at), f"uzhydromet:{post}", "tashkent")
        for post, (_, _, level) in POSTS.items()
        for at in ends
    ]
    return pd.concat(tables, ignore_index=True)


def described() -> pd.DataFrame:
    said = {"source": "uzhydromet", "city": "tashkent", "kind": "reference"}
    rows = [said | {"station": f"uzhydromet:{n}", "lat": lat, "lon": lon} for n, (lat, lon, _) in POSTS.items()]
    cheap = {
        "source": "demo",
        "city": "tashkent",
        "kind": "indicative",
        "station": "demo:1",
        "lat": 41.30,
        "lon": 69.25,
    }
    return conform_stations(pd.DataFrame([*rows, cheap]))


def told(store: Store, rows: pd.DataFrame) -> list[dict[str, Any]]:
    store.put_stations(described(), known_at=NOW)
    store.append(pd.concat([conform(rows, NOW).rows, hourly([20.0] * 54).assign(kind="indicative")]))
    wanted = asked(TASHKENT, {"parameter": "pm25"})
    made = answer(statements(store, wanted), wanted, explain=True, demo=False, withheld=0)
    found: list[dict[str, Any]] = made["statements"]
    return found


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())


def test_hours_of_the_official_posts_are_the_citys_figure(store: Store) -> None:
    now, day = told(store, delivered(48))
    official = {row["station"]: row["value"] for row in now["rows"] if row["kind"] == "reference"}
    assert official == {"uzhydromet:9107": 61.0, "uzhydromet:9108": 71.0, "uzhydromet:9109": 81.0}  # 11:00 there
    assert now["value"] == 66.0  # the median of the three and of the low-cost sensor's 20
    assert (now["to"], day["n"]) == ("2026-01-10T06:00:00Z", 4)
    assert day["verdict"] == "above"


def test_days_of_the_map_never_are(store: Store) -> None:
    payload = Path(__file__).parents[2] / "payloads" / "uzhydromet" / "good.json"
    rows = days_of_map(orjson.loads(payload.read_bytes()), "tashkent", TASHKENT.box)
    made = told(store, rows)
    assert not any(row["station"].startswith("uzhydromet") for one in made for row in one["rows"])
