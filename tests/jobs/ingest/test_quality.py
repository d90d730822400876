"""Rows on their way into the store: a newest value is asked about, and the hours that follow answer."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from data.checks import has, names
from data.schema import conform
from data.store import Store, open_store
from jobs.ingest.quality import checked

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def table(values: list[float], station: str, end: datetime = NOON, parameter: str = "pm25") -> pd.DataFrame:
    start = pd.date_range(end=end - HOUR, periods=len(values), freq="h")
    return pd.DataFrame({"source": "openaq", "station": f"openaq:{station}", "city": "astana", "kind": "reference",
                         "parameter": parameter, "start": start, "minutes": 60, "value": values})  # fmt: skip


def filled(path: object, parameter: str = "pm25", count: int = 3) -> Store:
    store = open_store(str(path))
    noise = np.random.default_rng(3)
    parts = [table(list(40 * np.exp(noise.normal(0, 0.12, 120))), s, parameter=parameter) for s in "abcd"[:count]]
    store.append(conform(pd.concat(parts), NOON).rows)
    return store


def deliver(store: Store, hour: int, values: dict[str, float], parameter: str = "pm25") -> pd.DataFrame:
    """Keep one hour of some stations; what was stored by it."""
    end = NOON + hour * HOUR
    rows = pd.concat([table([value], s, end, parameter) for s, value in values.items()])
    done = checked(store, conform(rows, end).rows, end + timedelta(minutes=1))
    store.append(done)
    return done


def told(store: Store, hour: int, parameter: str = "pm25") -> tuple[str, tuple[str, ...]]:
    rows = store.measurements("astana", [parameter], stations=["openaq:a"])
    row = rows[rows["start"] == pd.Timestamp(NOON + (hour - 1) * HOUR)].iloc[0]
    return row["flag"], names(row["checks"])


def test_a_rise_that_the_neighbours_reach_later_becomes_sound(tmp_path) -> None:
    store = filled(tmp_path / "store")
    deliver(store, 1, {"a": 400.0, "b": 42.0, "c": 40.0})
    assert told(store, 1) == ("suspect", ("unsupported",))
    deliver(store, 1, {"b": 310.0, "c": 350.0})  # the same hour, as the neighbours' networks correct it
    assert told(store, 1) == ("ok", ())


def test_a_newest_jump_of_a_gas_turns_out_a_spike_or_a_plume(tmp_path) -> None:
    for name, after, check in (("jump", (41.0, 39.0, 40.0), "spike"), ("cloud", (861.0, 458.0, 197.0), "plume")):
        store = filled(tmp_path / name, "so2")
        deliver(store, 1, {"a": 700.0, "b": 42.0, "c": 40.0}, "so2")
        assert told(store, 1, "so2") == ("suspect", ("unsupported",))
        for hour, value in enumerate(after, 2):
            deliver(store, hour, {"a": value, "b": 42.0, "c": 40.0}, "so2")
        assert told(store, 1, "so2") == ("suspect", (check,))


def test_what_is_seen_as_before_is_no_revision(tmp_path) -> None:
    store = filled(tmp_path / "store", "so2")
    deliver(store, 1, {"a": 700.0, "b": 42.0, "c": 40.0}, "so2")
    for hour in (2, 3, 4, 5):
        done = deliver(store, hour, {"a": 40.0 + hour, "b": 42.0 + hour, "c": 40.0 - hour}, "so2")
    assert len(done) == 3


def test_another_channel_in_the_store_bears_a_rise_out(tmp_path) -> None:
    store = filled(tmp_path / "store", "so2")
    store.append(conform(pd.concat([table([30.0 + i % 5 for i in range(120)], s, parameter="no2") for s in "abc"]),
                         NOON).rows)  # fmt: skip
    deliver(store, 1, {"a": 210.0, "b": 31.0, "c": 30.0}, "no2")
    done = deliver(store, 1, {"a": 260.0, "b": 42.0, "c": 40.0}, "so2")
    assert not has(done["checks"], "unsupported", "spike").any()


def test_nines_of_a_newest_hour_never_get_in_as_sound(tmp_path) -> None:
    store = filled(tmp_path / "store")
    for hour in (1, 2, 3):
        deliver(store, hour, {"a": 9999.0, "b": 42.0, "c": 40.0})
        assert told(store, hour) == ("invalid", ("fault_code",))
    alone = filled(tmp_path / "alone", count=1)
    deliver(alone, 1, {"a": 999.9})
    assert told(alone, 1) == ("invalid", ("fault_code",))
