"""What makes a screen draw anew: its own city's rows, new or revised or old, and never the centre's own logs."""

from datetime import timedelta

import pandas as pd
import pytest

from data.store import Store
from pages.ui.city import tables as city_tables
from tests.conftest import NOW, hourly


@pytest.fixture
def shown(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Rows of Tashkent since the end of the year before."""
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    store.append(hourly([9.0] * 20))
    store.append(hourly([30.0], first="2025-03-01"))
    return store


def state() -> tuple[str, str]:
    return city_tables.version("tashkent"), city_tables.measured("tashkent")


def test_another_citys_rows_change_nothing_here(shown: Store) -> None:
    before, everywhere = state(), city_tables.version()
    shown.append(hourly([50.0], city="astana", station="demo:a"))
    assert state() == before
    assert city_tables.version() != everywhere


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(lambda: hourly([8.0], first="2026-01-09"), id="a new hour"),
        pytest.param(lambda: hourly([10.0], known_at=NOW + timedelta(hours=1)), id="a revised hour"),
        pytest.param(lambda: hourly([31.0], first="2025-03-01", known_at=NOW + timedelta(hours=1)), id="history"),
        pytest.param(lambda: hourly([5.0], first="2026-01-13", kind="model", source="cams"), id="an hour to come"),
    ],
)
def test_a_row_of_the_city_is_seen_at_once(shown: Store, rows) -> None:  # type: ignore[no-untyped-def]
    before = state()
    shown.append(rows())
    assert all(now != then for now, then in zip(state(), before, strict=True))


def test_logs_move_no_page_and_derived_tables_move_it(shown: Store) -> None:
    before = state()
    for log in ("attempts", "alarm_log"):
        shown.extend(log, pd.DataFrame({"at": [pd.Timestamp(NOW)], "note": ["x"]}))
    shown.put_status("waqi", "tashkent", rows=3)
    assert state() == before
    shown.replace("events", pd.DataFrame({"id": ["one"], "city": ["tashkent"]}))
    assert city_tables.version("tashkent") != before[0]
    assert city_tables.measured("tashkent") == before[1]


def test_history_is_settled_by_the_month_of_the_clock(shown: Store) -> None:
    before = shown.settled()
    shown.append(hourly([9.0], first="2026-01-10"))
    shown.append(hourly([9.0], first="2025-12-31"))
    assert shown.settled() == before, "this month and the last one are still going on"
    shown.append(hourly([9.0], first="2025-11-30"))
    assert shown.settled() != before
