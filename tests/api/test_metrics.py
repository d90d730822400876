"""`/metrics` is valid, cheap enough to ask often, true to what the store holds, and never tells a secret."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.v1 import metrics
from data.errors import CentreError
from data.schema import conform
from data.store import Store, open_store
from jobs.collect import attempts
from jobs.collect.keep import Outcome
from jobs.server import heartbeat

NOW = datetime.now(UTC)
KEY = "planted-key-5d1e"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("CLEANAIR_STORE", str(tmp_path / "store"))
    for name in ("OPENAQ_API_KEY", "CLEANAIR_SMTP_PASSWORD"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("CLEANAIR_METAR_URL", f"https://user:{KEY}@host/metar")
    made = open_store(tmp_path / "store")
    start = pd.date_range(end=NOW - timedelta(hours=2), periods=6, freq="h")
    rows = pd.DataFrame({
        "source": "metar", "station": "metar:UACC", "city": "astana", "parameter": "temperature", "start": start,
        "minutes": 60, "value": 4.0, "kind": "reference",
    })  # fmt: skip
    made.append(conform(rows, NOW).rows)
    return made


def asked() -> dict[tuple[str, ...], float]:
    """Sample name with its labels' values → value; a text that is no exposition format raises."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {(s.name, *(v for _, v in sorted(s.labels.items()))): s.value for f in families for s in f.samples}


def attempted(store: Store, hours: int, error: str = "") -> None:
    for back in range(hours, -1, -1):
        at = NOW - timedelta(hours=back)
        attempts.write(store, [Outcome("metar", "astana", 3, rejected=1, error=error, at=at, seconds=0.5)], at)
    told = {"rows": 3, "error": error, "parts": 5, "parts_failed": 2}
    store.put_status("metar", "astana", attempted=NOW, succeeded=NOW, newest=NOW, **told)


def test_a_network_is_told_by_its_times_and_sums(store: Store) -> None:
    attempted(store, 5)
    found = asked()
    astana = ("astana", "metar")
    assert found["cleanair_network_success_timestamp_seconds", *astana] == pytest.approx(NOW.timestamp(), abs=1)
    assert found["cleanair_network_rows_total", *astana] == 18
    assert found["cleanair_network_rejected_total", *astana] == 6
    assert found["cleanair_network_failing", *astana] == 0
    assert (found["cleanair_network_parts", *astana], found["cleanair_network_parts_failed", *astana]) == (5, 2)
    assert found["cleanair_network_uptime_ratio", *astana, "7d"] == 1.0
    assert found["cleanair_network_watched_ratio", *astana, "7d"] < 0.05
    assert found["cleanair_rows", "ok", "reference", "metar"] == 6
    assert found["cleanair_store_bytes",] > 0
    assert found["cleanair_store_version",] == 0
    assert found["process_resident_memory_bytes",] > 1e6
    assert next(v for k, v in found.items() if k[0] == "cleanair_build_info") == 1


def test_alarms_are_absent_until_a_rule_was_evaluated(store: Store) -> None:
    assert not [k for k in asked() if k[0].startswith("cleanair_alarms")]
    states = [("unacknowledged", "high"), ("acknowledged", "high"), ("normal", "critical"), ("shelved", "low")]
    store.replace("alarms", pd.DataFrame(states, columns=["state", "priority"]))
    sent = pd.to_datetime([NOW, None], utc=True)
    store.extend("outbox", pd.DataFrame({"id": ["a", "b"], "at": pd.Timestamp(NOW), "sent": sent}))
    found = asked()
    assert found["cleanair_alarms_standing", "high"] == 2
    assert found["cleanair_alarms_standing", "critical"] == 0
    assert found["cleanair_alarms_shelved",] == 1
    assert found["cleanair_outbox_waiting",] == 1


def test_the_age_of_the_watch_grows_while_it_fails(store: Store) -> None:
    assert not [k for k in asked() if k[0].startswith("cleanair_watch")], "nobody watches yet: no age is better than 0"
    heartbeat.write(store, "events", datetime.now(UTC))
    heartbeat.write(store, "alarms", datetime.now(UTC) - timedelta(minutes=7))
    heartbeat.write(store, "alarms", datetime.now(UTC), error=CentreError("data.alarms.none", file="alarms.toml"))
    found = asked()
    assert found["cleanair_watch_age_seconds", "events"] == pytest.approx(0, abs=5)
    assert found["cleanair_watch_age_seconds", "alarms"] == pytest.approx(420, abs=5)
    assert (found["cleanair_watch_failing", "events"], found["cleanair_watch_failing", "alarms"]) == (0, 1)


def test_no_secret_is_told(store: Store) -> None:
    attempted(store, 1, error=f"metar: https://user:{KEY}@host said {KEY}")
    said = metrics.text().decode()
    assert KEY not in said
    assert "https:" not in said.replace("# HELP", "")
    assert asked()["cleanair_network_failing", "astana", "metar"] == 1


def test_an_empty_store_answers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_STORE", str(tmp_path / "none"))
    found = asked()
    assert found["cleanair_demo",] == 1
    assert not [k for k in found if k[0] == "cleanair_rows"]
    assert ("cleanair_network_configured", "astana", "openaq") in found
