"""Live collection end to end: networks that answer (a loopback stand-in), the real server, its API and its pages."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_httpserver import HTTPServer

from tests.browser.driver import Server, looking
from tests.stand_in import KEY, answers

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with HTTPServer(threaded=True) as networks:
        env = answers(networks)
        made = Server(tmp_path_factory.mktemp("live") / "store", **env)
        try:
            yield made.start()
        finally:
            made.stop()


def ask(server: Server, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=20) as answer:
        return dict(json.loads(answer.read()))


def waited(server: Server, networks: set[str], seconds: float = 90) -> dict[str, Any]:
    """Health once every named network has delivered."""
    until = time.monotonic() + seconds
    while True:
        health = ask(server, "/api/v1/health")
        done = {n["network"] for n in health["networks"] if n["succeeded"] and not n["error"]}
        if networks <= done:
            return health
        assert time.monotonic() < until, f"only {sorted(done)} delivered: {health['networks']}"
        time.sleep(1)


def test_fresh_numbers_reach_the_api_and_the_page(live: Server, browser: Browser) -> None:
    health = waited(live, {"openmeteo", "openmeteo_air", "openaq", "sensor_community", "metar"})
    assert health["demo"] is False

    rows = ask(live, "/api/v1/latest?city=tashkent")["latest"]
    measured = [r for r in rows if r["parameter"] == "pm25" and r["kind"] == "indicative"]
    assert {"openaq", "sensor_community"} <= {r["source"] for r in measured}
    assert all(r["freshness"] == "fresh" for r in measured if r["source"] == "sensor_community")
    assert {r["kind"] for r in rows if r["source"] == "openmeteo_air"} == {"model"}

    with looking(browser) as look:
        look.open(f"{live.url}/?lang=en")
        expect(look.page.get_by_text("DEMONSTRATION")).to_have_count(0)
        expect(look.page.get_by_role("heading", name="Situation")).to_be_visible()
        expect(look.page.get_by_text("Sensor.Community contributors").first).to_be_visible()
        assert not look.errors

        look.open(f"{live.url}/feeds?lang=en")
        expect(
            look.page.get_by_text("on time").or_(look.page.get_by_text("networks are on time")).first
        ).to_be_visible()


def test_no_key_is_in_the_log(live: Server) -> None:
    waited(live, {"openaq"})
    log = Path(live.store.parent / "server.log").read_text("utf-8", "replace")
    assert KEY not in log
