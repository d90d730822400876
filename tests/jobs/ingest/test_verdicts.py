"""The look for verdicts keeps what it finds, once, with its history; collection never writes them into rows."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.city import city
from data.store import Store
from jobs.ingest import verdicts
from jobs.ingest.quality import checked
from jobs.tables import assess
from tests.conftest import hourly

HOME = city("tashkent")
FIRST = datetime(2025, 9, 30, 19, tzinfo=UTC)  # midnight in Tashkent
END = datetime(2025, 12, 31, 19, tzinfo=UTC)
HOURS = int((END - FIRST) / timedelta(hours=1))
RANDOM = np.random.default_rng(3)


def kept(store: Store, values: np.ndarray, station: str, parameter: str = "pm25") -> None:
    store.append(hourly(list(values.round(3)), station=station, parameter=parameter, first=FIRST.replace(tzinfo=None)))


@pytest.fixture
def filled(store: Store) -> Store:
    """Five stations of one air, of which one reads a fifth from the second month on; a copied PM10."""
    air = 40 * np.exp(np.cumsum(RANDOM.normal(0, 0.05, HOURS)) - 0.0)
    air = np.clip(air, 15, 200)
    for n in range(5):
        values = air * np.exp(RANDOM.normal(0, 0.1, HOURS))
        if n == 4:
            values[31 * 24 :] /= 5
            kept(store, values, "demo:4", "pm10")
        kept(store, values, f"demo:{n}")
    return store


def test_what_is_found_is_kept_and_read(filled: Store) -> None:
    done = verdicts.refresh(filled, HOME, END)
    found = verdicts.current(filled, "tashkent")
    assert done == {"verdicts": len(found), "new": len(found), "changed": 0, "gone": 0}
    out = found[found["check"] == "out_of_level"]
    assert (out["station"].tolist(), out["parameter"].tolist()) == (["demo:4"], ["pm25"])
    assert out["figure"].iloc[0] == pytest.approx(0.2, rel=0.1)
    assert set(found.loc[found["check"] == "copied", "parameter"]) == {"pm25", "pm10"}
    rows = filled.measurements("tashkent", ["pm25"], datetime(2025, 12, 1, tzinfo=UTC), stations=["demo:4"])
    assert set(rows["flag"]) == {"suspect"}
    status = filled.table("verdict_status").iloc[0]
    assert (status["city"], status["channels"], status["verdicts"]) == ("tashkent", 6, len(found))
    assert (status["computed_at"], status["newest"]) == (pd.Timestamp(END), pd.Timestamp(END))


def test_a_second_look_changes_nothing(filled: Store) -> None:
    verdicts.refresh(filled, HOME, END)
    version = filled.version("station_verdicts")
    done = verdicts.refresh(filled, HOME, END + timedelta(hours=1))
    assert (done["new"], done["changed"], done["gone"]) == (0, 0, 0)
    assert filled.version("station_verdicts") == version


def test_a_verdict_that_fell_stays_for_who_asks_as_of_then(filled: Store) -> None:
    verdicts.refresh(filled, HOME, END)
    then = filled.table("station_verdicts")["known_at"].max().to_pydatetime()
    rows = filled.measurements("tashkent", ["pm25"], stations=["demo:4"], judged=False)
    late = rows["start"] >= pd.Timestamp(FIRST) + pd.Timedelta(days=31)
    better = rows.assign(value=rows["value"].where(~late, rows["value"] * 5), known_at=pd.Timestamp.now("UTC"))
    filled.append(better)
    done = verdicts.refresh(filled, HOME, END)
    assert done["gone"] >= 1
    assert "out_of_level" not in set(verdicts.current(filled)["check"])
    week = {"parameters": ["pm25"], "start": END - timedelta(days=7), "stations": ["demo:4"]}
    assert set(filled.measurements("tashkent", as_of=then, **week)["flag"]) == {"suspect"}
    assert set(filled.measurements("tashkent", **week)["flag"]) == {"ok"}


def test_a_city_leaves_the_verdicts_of_another_alone(filled: Store) -> None:
    verdicts.refresh(filled, HOME, END)
    held = len(verdicts.current(filled, "tashkent"))
    verdicts.refresh(filled, city("astana"), END)
    assert len(verdicts.current(filled, "tashkent")) == held > 0
    assert set(filled.table("verdict_status")["city"]) == {"tashkent", "astana"}


def test_collection_does_not_write_verdicts_into_rows(filled: Store) -> None:
    verdicts.refresh(filled, HOME, END)
    fresh = hourly([9.0] * 3, station="demo:4", first=END.replace(tzinfo=None))
    done = filled.append(checked(filled, fresh, END + timedelta(hours=3)))
    assert done.revised == 0
    names = {e.partition(":")[0] for cell in filled.measurements("tashkent", judged=False)["checks"] for e in cell}
    assert not names & {"out_of_level", "copied"}


def test_an_empty_city_is_looked_at_too(store: Store) -> None:
    assert verdicts.refresh(store, HOME, END)["verdicts"] == 0
    assert pd.isna(store.table("verdict_status")["newest"].iloc[0])


def test_the_ledger_does_not_hold_doubted_rows_against_anybody(filled: Store, tmp_path: Path) -> None:
    filled.put_stations(
        pd.DataFrame([{"source": "demo", "station": f"demo:{n}", "city": "tashkent", "kind": "reference",
                       "lat": 41.3, "lon": 69.2} for n in range(5)])
    )  # fmt: skip
    asked = (filled, "tashkent", datetime(2025, 12, 1, tzinfo=UTC), END, "who-2021", tmp_path / "ledger.csv")
    before, after = {}, {}
    for counts in (before, after):
        assess.run(*asked)
        table = pd.read_csv(asked[-1]).query("averaging == '24h'")
        counts.update(table.groupby("parameter")["checked"].max())
        verdicts.refresh(filled, HOME, END)
    assert (before["pm10"], after["pm10"]) == (31, 0)  # the copied channel is the only one
    assert after["pm25"] == before["pm25"] * 4 / 5
