"""Readings become hours only where enough of the hour was seen, and only once it is over."""

from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from data.city import city
from data.schema import conform
from data.store import Store
from jobs.collect.keep import Delivery, keep
from jobs.collect.schedule import Task
from models.quality.hours import hourly_means

BEGIN = pd.Timestamp("2026-01-08T00:00Z")


def readings(minutes: list[int], values: list[float] | None = None, **columns: object) -> pd.DataFrame:
    table = pd.DataFrame({"start": [BEGIN + pd.Timedelta(minutes=m) for m in minutes]})
    plain = {"source": "sensor_community", "station": "sensor_community:1", "parameter": "pm25", "minutes": 0,
             "statistic": "instant", "kind": "indicative", "city": "tashkent", **columns}  # fmt: skip
    return conform(table.assign(value=values or [10.0] * len(minutes), **plain), known_at=BEGIN).rows


@pytest.mark.parametrize(
    ("minutes", "hours"), [([0, 5, 10], 0), ([0, 16, 31], 1), ([1, 14, 20, 44, 50], 1), ([0, 20, 40, 61, 80], 1)]
)
def test_three_quarters_of_the_hour_must_be_seen(minutes: list[int], hours: int) -> None:
    assert len(hourly_means(readings(minutes), BEGIN + pd.Timedelta(hours=2))) == hours


def test_an_unfinished_hour_has_no_mean() -> None:
    assert hourly_means(readings([0, 20, 40]), BEGIN + pd.Timedelta(minutes=59)).empty


def test_invalid_readings_do_not_enter() -> None:
    made = hourly_means(
        readings([0, 20, 40], [10, 20, 30]).assign(flag=["ok", "invalid", "ok"]), BEGIN + pd.Timedelta("2h")
    )
    assert made.empty


def test_the_collector_completes_hours_from_what_it_kept_before(store: Store) -> None:
    task = Task(
        "sensor_community", city("tashkent"), datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 9, tzinfo=UTC)
    )
    for minute in range(0, 70, 10):
        now = (BEGIN + timedelta(minutes=minute + 1)).to_pydatetime()
        outcome = keep(store, Delivery(task, readings([minute], [float(minute)]), pd.DataFrame()), now)
        assert not outcome.error
    (hour,) = store.measurements(minutes=[60]).to_dict("records")
    assert hour["value"] == 25.0
    assert hour["note"] == "mean of 6 readings"
    assert hour["start"] == BEGIN
    assert len(store.measurements(minutes=[0])) == 7
