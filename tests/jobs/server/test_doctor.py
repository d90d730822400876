"""The doctor names what nobody declared, as a note: nothing fails by it."""

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from data import clock
from data.city import city
from data.store import Store
from jobs.collect import collector
from jobs.ingest import verdicts
from jobs.server.doctor import BAD, NOTE, examine
from tests.conftest import hourly


def test_tables_columns_and_types_that_nobody_declared_are_noted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "probe", lambda city: [])
    store.append(hourly([1.0]))
    before = examine(store.uri)
    store.replace("of_tomorrow", pd.DataFrame({"n": [1]}))
    store.replace("alarms", pd.DataFrame({"rule": ["r"], "colour": ["red"]}))
    store.extend("attempts", pd.DataFrame({"network": ["metar"], "rows": [56.75]}))
    old = pa.table({"city": ["astana"], "first": pa.array([None], pa.timestamp("us"))})
    write_deltalake(f"{store.folder}/attribution_status", old)
    found = {f["about"]: f for f in examine(store.uri)["findings"] if f["about"].startswith(("table ", "column "))}
    assert {about: one["found"] for about, one in found.items()} == {
        "table of_tomorrow": "not declared by this release; kept as it came",
        "column alarms.colour": "not declared by this release; kept as it came",
        "column attempts.rows": "holds numbers, declared as whole numbers; kept as it came",
        "column attribution_status.first": "holds times without zone, declared as times; kept as it came",
    }
    assert {one["mark"] for one in found.values()} == {NOTE}
    assert examine(store.uri)["failed"] == before["failed"]
    assert not [f for f in before["findings"] if f["about"].startswith(("table ", "column "))]


def test_verdicts_that_still_stand_are_named(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collector, "probe", lambda city: [])
    store.append(
        hourly([9.0 if n % 10 == 0 else 12.0 + n % 30 for n in range(700)], parameter="h2s", first="2026-01-01")
    )
    found = {f["about"]: f["found"] for f in examine(store.uri)["findings"]}
    assert "not looked" in found["verdicts for tashkent"]
    verdicts.refresh(store, city("tashkent"))
    found = {f["about"]: f["found"] for f in examine(store.uri)["findings"]}
    assert found["verdicts for tashkent"].startswith("1, 1 still stand")
    assert found["demo:1 h2s"].startswith("drifting_zero 9 (9 to 9) since 2025-12-31")


def test_a_measurement_ahead_of_the_clock_fails_and_is_never_the_newest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collector, "probe", lambda city: [])
    sound = hourly([1.0, 2.0], kind="reference", first="2026-01-01")
    store.append(sound)
    before = examine(store.uri)
    late = pd.Timestamp(clock.machine()) + pd.Timedelta(days=364)
    store.append(sound.iloc[:1].assign(start=late.floor("h")))  # as an earlier release let it in
    store.append(sound.iloc[:1].assign(start=late.floor("h"), kind="model", station="x:model"))
    after = examine(store.uri)
    found = {f["about"]: f for f in after["findings"]}
    assert found["start ahead of the clock"]["mark"] == BAD
    assert found["start ahead of the clock"]["found"].startswith("1 measured rows of ")
    assert found["newest"] == {f["about"]: f for f in before["findings"]}["newest"]
    assert after["failed"] == before["failed"] + 1
    assert store.spans()["last"].max() < pd.Timestamp(clock.machine())  # of which health says the newest start
