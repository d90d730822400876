"""What the status of a network keeps of an error: its key, who must act and its words, beside the English sentence."""

import json
from datetime import timedelta

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import write_deltalake

from data.city import city
from data.errors import CentreError, sentence
from data.store import Store, open_store
from data.store.tables.schemas import STATUS
from jobs.collect.keep import Delivery, keep
from jobs.collect.schedule import Task
from tests.conftest import NOW

ERROR = CentreError("data.clock.no_zone", who="nobody", variable="metar", text="x")


def delivery(error: Exception | None) -> Delivery:
    task = Task("metar", city("tashkent"), NOW - timedelta(hours=1), NOW)
    return Delivery(task, pd.DataFrame(), pd.DataFrame(), error)  # type: ignore[arg-type]


def test_an_error_is_kept_as_its_fields_and_goes_with_the_next_success(store: Store) -> None:
    keep(store, delivery(ERROR), NOW)
    (row,) = store.status().to_dict("records")
    assert (row["error"], row["error_key"], row["error_who"]) == (str(ERROR), ERROR.key, "nobody")
    assert sentence(row["error_key"], json.loads(row["error_words"]), "kk") == ERROR.sentence("kk")
    keep(store, delivery(None), NOW + timedelta(minutes=1))
    (row,) = store.status().to_dict("records")
    assert [row[name] for name in ("error", "error_key", "error_who", "error_words")] == [""] * 4


def test_a_status_of_an_older_release_is_read_and_written_on(store: Store) -> None:
    names = [name for name in STATUS.names if not name.startswith("error_")]
    older = pa.schema([STATUS.field(name) for name in names])
    row = {"network": "metar", "city": "tashkent", "rows": 1, "rejected": 0, "error": "no answer"}
    store.put_stations(pd.DataFrame([{"source": "demo", "station": "a", "city": "tashkent", "kind": "reference"}]), NOW)
    write_deltalake(str(store.folder / "status"), pa.Table.from_pylist([row], schema=older))
    again = open_store(store.folder)
    assert again.status()["error"].tolist() == ["no answer"]
    keep(again, delivery(ERROR), NOW)
    (kept,) = again.status().to_dict("records")
    assert (kept["error_key"], kept["rows"]) == (ERROR.key, 1)


@pytest.mark.parametrize("value", [None, ""])
def test_what_is_not_said_is_empty(store: Store, value: str | None) -> None:
    store.put_status("metar", "tashkent", error="x", error_key=value)
    assert store.status()["error_key"].tolist() == [""]
