"""The doctor says in one line that this machine reaches no network, and names the parts of one that came in part."""

import json
from datetime import timedelta

import pandas as pd
import pytest

from data.city import City, cities
from data.store import Store
from jobs.collect import collector, lost
from jobs.collect.probe import Probe
from jobs.server.doctor import BAD, NOTE, examine
from sources.base import Failure, Gone, Unreached
from tests.conftest import NOW, hourly

NAMES = ("metar", "openaq", "wis2", "firms")


def probes(reachable: bool) -> object:
    def probe(where: City) -> list[Probe]:
        return [Probe(n, where.key, True, reachable, "answers" if reachable else "does not answer") for n in NAMES]

    return probe


def unreached(store: Store) -> None:
    for network in NAMES:
        error = Unreached("sources.http.unreached", network=network, where="x.example")
        fields = {"error": str(error), "error_key": error.key, "error_who": error.who}
        store.put_status(network, "tashkent", attempted=NOW, failing_since=NOW - timedelta(hours=1), **fields)


def networks(store: Store) -> list[dict[str, object]]:
    named = {f"{n} for " for n in NAMES}
    return [
        f for f in examine(store.uri)["findings"]
        if f["about"].startswith("network") or any(f["about"].startswith(n) for n in named)
    ]  # fmt: skip


def test_no_network_at_all_is_one_line_with_its_details_for_machines(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(hourly([1.0]))
    monkeypatch.setattr(collector, "probe", probes(False))
    (one,) = networks(store)
    assert (one["mark"], one["about"]) == (NOTE, "networks")  # a machine that is kept apart is no fault
    assert f"none of {len(NAMES)} networks" in str(one["found"])
    assert len(one["details"]) == len(NAMES) * len(cities())  # type: ignore[arg-type]
    unreached(store)
    (one,) = networks(store)
    assert one["mark"] == BAD  # it collects, and reaches nothing
    assert json.dumps(one)


def test_networks_that_answer_again_are_named_beside_the_collector_s_last_word(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(hourly([1.0]))
    unreached(store)
    monkeypatch.setattr(collector, "probe", probes(True))
    found = networks(store)
    assert "some answer now" in str(found[0]["found"])
    assert len(found) == 1 + len(NAMES) * len(cities())
    assert not [f for f in found if "no connection could be made" in str(f["found"])]


def test_parts_that_failed_are_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "probe", lambda where: [])
    store.append(hourly([1.0]))
    failed = lost.text([Failure("waqi:7", Gone("sources.answer.gone", network="waqi"), NOW)])
    store.put_status("waqi", "tashkent", attempted=NOW, succeeded=NOW, parts=3, parts_failed=1, failed=failed)
    found = {f["about"]: f for f in examine(store.uri)["findings"]}["waqi for tashkent"]
    assert found["mark"] == NOTE
    assert "2 of 3 parts came; failed: waqi:7" in found["found"]
    assert pd.notna(store.status()["succeeded"]).all()
