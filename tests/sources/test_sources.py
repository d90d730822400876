"""What every network of the registry must do, whichever it is."""

import importlib
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
from pytest_httpserver import HTTPServer

from data.city import cities, city
from data.parameters import PARAMETERS
from sources import FILES_ONLY, SOURCES
from sources.base import BadPayload, Credit, Denied, RateLimited, Source, SourceError, Unavailable
from sources.credits import IMPORTS, credit, redistributable

PAYLOADS = Path(__file__).parents[1] / "payloads"
ANY = re.compile(".*")
NETWORKS = sorted(SOURCES)
JUNK = [{}, "x", 7, [1, 2], {"results": 3}, {"hourly": []}, b"\x1f\x8bcut", b"<html>busy</html>", {"error": True}]
SINCE, UNTIL = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 10, 2, tzinfo=UTC)
PLACES = {"airdata_kz": "astana"}


def module(network: str) -> ModuleType:
    return importlib.import_module(f"sources.{network}")


def source(network: str, url: str, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv(f"CLEANAIR_{network.upper()}_URL", url)
    if SOURCES[network].key:
        monkeypatch.setenv(SOURCES[network].key, "SECRET-KEY-123")
    made = SOURCES[network]()
    made.client.sleep = lambda _: None  # type: ignore[attr-defined]
    return made


@pytest.mark.parametrize("network", NETWORKS)
def test_says_who_and_how_often(network: str) -> None:
    made = SOURCES[network]
    assert made.name == network
    assert isinstance(made(), Source)
    assert isinstance(made.credit, Credit)
    assert made.credit.text
    assert made.credit.licence
    assert made.credit.url.startswith("https://")
    assert made.every >= timedelta(minutes=5)
    assert made.revises > timedelta(0)
    assert made.quota.requests > 0


@pytest.mark.parametrize("network", NETWORKS)
def test_maps_to_known_parameters(network: str) -> None:
    assert set(module(network).PARAMETERS.values()) <= set(PARAMETERS)


@pytest.mark.parametrize("network", NETWORKS)
def test_has_synthetic_payloads(network: str) -> None:
    assert list((PAYLOADS / network).iterdir())


@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize("network", NETWORKS)
def test_junk_is_a_bad_payload(network: str, junk: object) -> None:
    with pytest.raises(BadPayload, match=network):
        module(network).parse(junk)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, BadPayload),
        (401, Denied),
        (403, Denied),
        (410, BadPayload),
        (429, RateLimited),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
        (504, Unavailable),
    ],
)
@pytest.mark.parametrize("network", NETWORKS)
def test_statuses_become_the_right_error(
    network: str, status: int, error: type[SourceError], httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if network == "openaq_archive" and status == 403:
        pytest.skip("the archive answers 403 for a day without a file")
    httpserver.expect_request(ANY).respond_with_data(
        '{"message": "no, SECRET-KEY-123"}', status, headers={"Retry-After": "0"}
    )
    made = source(network, httpserver.url_for(""), monkeypatch)
    with pytest.raises(error) as caught:
        made.fetch(city(PLACES.get(network, "tashkent")), SINCE, UNTIL)
    assert network in str(caught.value)
    assert not made.key or "SECRET" not in str(caught.value)
    if error is Denied and made.key:
        assert made.key in str(caught.value)


@pytest.mark.parametrize("network", NETWORKS)
def test_html_with_status_200_is_a_bad_payload(
    network: str, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    httpserver.expect_request(ANY).respond_with_data("<html>Down for maintenance</html>")
    made = source(network, httpserver.url_for(""), monkeypatch)
    with pytest.raises(BadPayload):
        made.fetch(city(PLACES.get(network, "tashkent")), SINCE, UNTIL)


def test_a_network_without_its_key_is_not_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAQ_API_KEY", raising=False)
    missing = SOURCES["openaq"]().missing()
    assert missing is not None
    assert (missing.who, missing.parameter) == ("operator", "OPENAQ_API_KEY")
    assert "OPENAQ_API_KEY" in str(missing)
    monkeypatch.setenv("OPENAQ_API_KEY", "x")
    assert SOURCES["openaq"]().missing() is None


def test_city_files_name_only_known_networks() -> None:
    for c in cities().values():
        assert set(c.networks) <= {*SOURCES, *FILES_ONLY}, c.key


@pytest.mark.parametrize("key", [*NETWORKS, *IMPORTS])
def test_every_source_key_has_a_credit(key: str) -> None:
    found = credit(key)
    assert found.text
    assert found.licence


def test_unknown_and_unlicensed_rows_stay_in() -> None:
    assert not redistributable("nobody", "CC BY 4.0")
    assert not redistributable("kazhydromet")
    assert not redistributable("openaq", "")
    assert not redistributable("openaq", "Some Private Terms")
    assert not redistributable("openaq", "CC BY-ND 4.0")
    assert redistributable("openaq", "CC BY-SA 4.0 DEED")
    assert redistributable("openaq_archive", "US Public Domain")
    assert redistributable("airdata-kz", "CC BY-NC 4.0")
