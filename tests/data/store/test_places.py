"""A station that moved keeps its places with their spans, whichever delivery comes first."""

from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from api.sensorthings.catalogue import build
from data.store import Store, open_store
from data.store.places import standing
from jobs.export.measurements import measurements_csv, tables
from jobs.export.request import Request
from jobs.ingest.files import run
from tests.conftest import NOW, hourly

OLD, NEW, THIRD = (51.1, 71.4), (51.2, 71.6), (51.15, 71.5)
MONTHS = {"2024-01": OLD, "2024-06": NEW, "2024-09": THIRD}
WHOLE = Request(city="astana", start=datetime(2023, 1, 1, tzinfo=UTC), end=datetime(2025, 1, 1, tzinfo=UTC),
                as_of=datetime(2100, 1, 1, tzinfo=UTC))  # fmt: skip


def file(folder: Path, month: str, place: tuple[float, float]) -> Path:
    """Four hours of one station in a month, with where it stood, as a city hands it over."""
    (folder / "map.toml").write_text(
        'name = "m"\nsource = "sensor_community"\nkind = "reference"\nunit = "µg/m3"\nzone = "UTC"\n'
        'stamps = "start"\nminutes = 60\n[columns]\ntime = "start"\nstation = "station"\nname = "name"\n'
        'lat = "lat"\nlon = "lon"\nparameter = "parameter"\nvalue = "value"\n[parameters]\n"pm25" = "pm25"\n'
    )
    hours = pd.date_range(f"{month}-01", periods=4, freq="h").strftime("%Y-%m-%dT%H:%M:%SZ")
    rows = pd.DataFrame({"station": "t:m", "name": f"Place of {month}", "lat": place[0], "lon": place[1],
                         "parameter": "pm25", "start": hours, "value": [1.0, 2.0, 3.0, 4.0]})  # fmt: skip
    rows.to_csv(folder / f"{month}.csv", index=False)
    return folder / f"{month}.csv"


def taken(store: Store, folder: Path, month: str, place: tuple[float, float]) -> None:
    run([file(folder, month, place)], "mapping", "astana", store, mapping=folder / "map.toml")


def by_month(store: Store) -> dict[str, set[tuple[float, float]]]:
    """Places that the CSV gives to the rows of each month."""
    text = b"".join(measurements_csv(store, WHOLE)).decode().splitlines()
    names = text[0].split(",")
    rows = [dict(zip(names, line.split(","), strict=False)) for line in text[1:]]
    found: dict[str, set[tuple[float, float]]] = {}
    for row in rows:
        found.setdefault(row["time_start_utc"][:7], set()).add((float(row["lat"]), float(row["lon"])))
    return found


@pytest.mark.parametrize("order", [list(MONTHS), list(MONTHS)[::-1], ["2024-09", "2024-01", "2024-06"]])
def test_rows_have_the_place_of_their_time(store: Store, tmp_path: Path, order: list[str]) -> None:
    for month in order:
        taken(store, tmp_path, month, MONTHS[month])
    assert by_month(store) == {month: {place} for month, place in MONTHS.items()}
    frame = pd.concat([t.to_pandas() for t in tables(store, WHOLE)])
    assert frame.groupby(frame["time_start_utc"].str[:7])["lat"].agg(set).to_dict() == {
        month: {place[0]} for month, place in MONTHS.items()
    }
    assert store.stations("astana")[["lat", "lon"]].to_numpy().tolist() == [list(THIRD)]
    every = store.stations("astana", every_place=True)
    assert every["valid_from"].isna().tolist() == [True, False, False]
    assert standing(every, pd.Timestamp("2024-07-01", tz="UTC"))["lat"].tolist() == [NEW[0]]
    version = store.version("stations")
    for month in order:
        taken(store, tmp_path, month, MONTHS[month])
    assert store.version("stations") == version, "the same deliveries again change nothing"


def test_what_was_known_before_the_move_stays_known(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, "2024-01", OLD)
    before = datetime.now(UTC)
    taken(store, tmp_path, "2024-06", NEW)
    assert store.stations("astana", as_of=before)["lat"].tolist() == [OLD[0]]


def test_a_finer_position_is_no_move_and_one_of_the_same_rows_a_correction(store: Store, tmp_path: Path) -> None:
    taken(store, tmp_path, "2024-01", OLD)
    taken(store, tmp_path, "2024-06", (51.1004, 71.4003))
    assert len(store.stations("astana", every_place=True)) == 1
    other = open_store(tmp_path / "other")
    taken(other, tmp_path, "2024-01", OLD)
    taken(other, tmp_path, "2024-01", NEW)
    assert other.stations("astana", every_place=True)["lat"].tolist() == [NEW[0]]


def test_a_station_that_moves_while_it_is_collected(store: Store) -> None:
    plain = {"source": "demo", "station": "demo:1", "city": "astana", "kind": "reference", "lon": 71.4}
    store.put_stations(pd.DataFrame([{**plain, "lat": 51.1}]), NOW - pd.Timedelta(days=3))
    store.append(hourly([1.0, 2.0], city="astana"))
    store.put_stations(pd.DataFrame([{**plain, "lat": 51.2}]), NOW)
    every = store.stations(every_place=True)
    assert every["lat"].tolist() == [51.1, 51.2]
    assert every["valid_from"].iloc[1] == every["valid_until"].iloc[0] == pd.Timestamp(NOW)


def test_sensorthings_keeps_the_history_of_a_place(store: Store, tmp_path: Path) -> None:
    for month in ("2024-01", "2024-06"):
        taken(store, tmp_path, month, MONTHS[month])
    made = build(store.spans(), store.stations(every_place=True))
    (thing,) = made.sets["Things"]
    assert made.related("Things", thing, "Locations") == [thing]
    assert made.sets["Locations"][thing]["location"]["coordinates"][:2] == [NEW[1], NEW[0]]
    past = [key for key in made.related("Things", thing, "HistoricalLocations") if key != thing]
    (place,) = made.related("HistoricalLocations", past[0], "Locations")
    assert made.sets["Locations"][place]["location"]["coordinates"][:2] == [OLD[1], OLD[0]]
    assert made.sets["HistoricalLocations"][thing]["time"].startswith("2024-06-01")
