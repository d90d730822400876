"""One server over the demo world and one browser for all browser tests."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from data import demo
from data.store import open_store
from jobs.ingest.maintenance import checks
from tests.browser.driver import Server, chromium, quiet


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store with the demo world beside it."""
    place = tmp_path_factory.mktemp("browser") / "store"
    store, now = open_store(place.with_name("store-demo")), datetime.now(UTC)
    demo.fill(store, now, check=checks(store, now))
    return place


@pytest.fixture(scope="session")
def server(world: Path) -> Iterator[Server]:
    made = Server(world, **quiet(world.parent))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = chromium(playwright)
        yield made
        made.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")
