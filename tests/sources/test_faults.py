"""Faults drawn over all networks, 10,000 with `make test-slow`: no crash, no lost rejection, no invented row."""

import json
import os
import random
import re
import sys
import time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from sources import SOURCES
from tests import stand_in, stand_in_partners
from tests.faults import CONTENT, NOW, TRANSPORT, Tally, fetch_draw, parse_draws, proxied

DRAWS = int(os.environ.get("CLEANAIR_TEST_FAULTS", "10000"))
WIRE = max(DRAWS // 20, 50)  # of them on the wire
USUAL = 50  # on the wire with every change
NETWORKS = sorted(SOURCES)
REPORT = os.environ.get("CLEANAIR_TEST_FAULTS_REPORT", "")


def report(name: str, tally: Tally, seconds: float, capsys: pytest.CaptureFixture[str]) -> None:
    """The closing line, on the screen and in the file that the benchmark reads."""
    line = f"faults, {name}: {tally}; in {seconds:.0f} s; faults {dict(tally.faults)}"
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")
    if REPORT:
        with Path(REPORT).open("a") as file:
            file.write(f"{line}\n")


@pytest.mark.slow
def test_damaged_payloads(capsys: pytest.CaptureFixture[str]) -> None:
    draw, tally, begun = random.Random(20261122), Tally(), time.monotonic()
    parse_draws(NETWORKS, DRAWS - WIRE, draw, tally)
    report("payloads", tally, time.monotonic() - begun, capsys)
    assert tally.draws == DRAWS - WIRE
    assert tally.rows > tally.draws  # most of what is sound comes through
    assert sum(tally.rejected.values()) > tally.draws / 10
    assert {"BadPayload"} <= set(tally.errors)
    assert set(tally.faults) == set(CONTENT)


@pytest.mark.parametrize("draws", [USUAL, pytest.param(WIRE, marks=pytest.mark.slow)])
def test_faults_on_the_wire(
    draws: int, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in stand_in.answers(httpserver, lambda: NOW).items():
        monkeypatch.setenv(name, value)
    for network in ("metar", "openmeteo", "firms", "cams_ads", "airnow", "sensorthings"):
        monkeypatch.setattr(f"sources.{network}.now", lambda: NOW)
    monkeypatch.setattr("sources.http.DEADLINE", 0.4)
    for module in ("http", "cams_ads"):
        monkeypatch.setattr(f"sources.{module}.LARGEST", 1 << 20)
    draw, tally, begun = random.Random(20261122), Tally(), time.monotonic()
    paths = {**stand_in.PATHS, **stand_in_partners.PATHS}
    with proxied(httpserver.url_for("")) as proxy:
        for name, path in paths.items():
            monkeypatch.setenv(name, proxy.url + path)
        for i in range(draws):
            network = NETWORKS[i % len(NETWORKS)]
            source = SOURCES[network]()
            source.client.sleep = lambda _: None  # type: ignore[attr-defined]
            source.client.timeout = (2.0, 0.3)  # type: ignore[attr-defined]
            fetch_draw(network, source, proxy, draw, tally)
    if draws > USUAL:
        report("wire", tally, time.monotonic() - begun, capsys)
    assert tally.draws == draws
    assert {"Unavailable", "BadPayload"} <= set(tally.errors)
    assert len(tally.faults) > len(TRANSPORT) / 2


def test_the_proxy_alters_nothing_by_itself(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    httpserver.expect_request(re.compile("/x")).respond_with_json([1, 2])
    with proxied(httpserver.url_for("")) as proxy:
        monkeypatch.setenv("CLEANAIR_METAR_URL", proxy.url)
        assert SOURCES["metar"]().client.get_json("x") == [1, 2]  # type: ignore[attr-defined]
        assert [json.loads(body) for body in proxy.served] == [[1, 2]]
