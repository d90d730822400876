"""A station belongs to the city it stands in: at the door, when read, and among its neighbours."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.place import home, placed
from data.schema import STATION_COLUMNS, conform_stations
from data.sharing import PUBLIC, rule, withheld
from data.store import Store
from jobs.ingest.files import run
from models.quality.batch import batch
from tests.conftest import NOW, hourly

FAR, HERE, THERE = (46.84, 74.97), (49.9, 73.1), (51.1, 71.4)  # Lake Balkhash, Karaganda, Astana


def stations(**places: tuple[float, float]) -> pd.DataFrame:
    """Stations that their publisher calls Karaganda's."""
    return pd.DataFrame([{"source": "demo", "station": f"demo:{name}", "city": "karaganda", "kind": "reference",
                          "lat": lat, "lon": lon} for name, (lat, lon) in places.items()])  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "place", "label", "city"),
    [("reference", FAR, "karaganda", ""), ("indicative", THERE, "karaganda", "astana"),
     ("reference", HERE, "karaganda", "karaganda"), ("reference", (np.nan, np.nan), "karaganda", "karaganda"),
     ("model", FAR, "karaganda", "karaganda"), ("reference", FAR, "atlantis", "atlantis"),
     ("reference", THERE, "", "astana")],
)  # fmt: skip
def test_the_box_decides(kind: str, place: tuple[float, float], label: str, city: str) -> None:
    assert home("x:1", kind, *place, label) == city


def test_a_station_that_a_city_file_names_is_its_own() -> None:
    assert home("metar:UCFM", "reference", 43.061, 74.478, "bishkek") == "bishkek"
    assert home("metar:XXXX", "reference", 43.061, 74.478, "bishkek") == ""


@pytest.fixture
def labelled(store: Store) -> Store:
    """A store of an older release: rows and stations under the label of their publisher."""
    for name, value in (("far", 100.0), ("here", 10.0), ("there", 1.0)):
        store.append(hourly([value] * 3, station=f"demo:{name}", city="karaganda"))
    rows = conform_stations(stations(far=FAR, here=HERE, there=THERE)).assign(known_at=NOW, known_until=pd.NaT)
    store.replace("stations", rows[[*STATION_COLUMNS, "known_at", "known_until"]])
    return store


def test_a_wrong_label_in_the_store_is_read_right(labelled: Store) -> None:
    for key, values in (("karaganda", {10.0}), ("astana", {1.0}), ("", {100.0})):
        assert set(labelled.measurements(key)["value"]) == values
        assert set(labelled.daily(key, None, None, None, zone="UTC")["value"]) == values
        assert set(labelled.latest(key, now=NOW)["value"]) == values
        assert labelled.spans(key)["city"].tolist() == [key]
        assert labelled.stations(key)["city"].tolist() == [key]
    assert labelled.spans()["city"].tolist() == ["", "astana", "karaganda"]
    assert labelled.marks()["city"].tolist() == ["", "astana", "karaganda"]
    assert set(labelled.measurements()["city"]) == {"", "astana", "karaganda"}
    found = pd.concat([b.to_pandas() for b in labelled.batches(city="karaganda")])
    assert set(found["station"]) == {"demo:here"}


def test_what_arrives_goes_where_it_stands() -> None:
    rows = pd.concat([hourly([1.0], station=f"demo:{n}", city="karaganda") for n in ("far", "here", "there", "new")])
    done = placed(rows, conform_stations(stations(far=FAR, here=HERE, there=THERE)))
    assert done["city"].tolist() == ["", "karaganda", "astana", "karaganda"]


def test_outside_every_city_nobody_is_a_neighbour() -> None:
    cities = {"a": "", "b": "", "c": "x", "d": "x"}
    rows = pd.concat([hourly([1.0], station=f"demo:{name}", city=city) for name, city in cities.items()])
    network = batch(rows.reset_index(drop=True)).network
    assert len(set(network[:2])) == 2
    assert len(set(network[2:])) == 1
    assert not set(network[:2]) & set(network[2:])


def test_rules_of_any_country_hold_outside_every_city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sharing.toml"
    path.write_text("""
[[rule]]
source = "net"
country = "KZ"
see = "operator"
download = "nobody"
basis = "a letter"
[[rule]]
source = "*"
country = "*"
see = "public"
download = "public"
basis = "open"
""")
    monkeypatch.setenv("CLEANAIR_SHARING", str(path))
    assert (rule("net", "").see, rule("net", "UZ").see, rule("other", "").see) == ("operator", "public", "public")
    assert "" in (withheld(PUBLIC, "see")[0].cities or ())


def test_an_import_names_what_stands_in_no_city(tmp_path: Path, store: Store) -> None:
    hours = pd.date_range("2024-01-01", periods=4, freq="h").strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = [pd.DataFrame({"datetime_utc": hours, "station_id": f"kgmt_{i}", "source": "kgmt", "station_name": "Post",
                           "lat": lat, "lon": lon, "raw_value": 5.0, "raw_unit": "µg/m³"})
             for i, (lat, lon) in {96: FAR, 21: HERE}.items()]  # fmt: skip
    pd.concat(parts).to_csv(tmp_path / "so2.csv", index=False)
    done = run([tmp_path / "so2.csv"], "airdata-kz", "karaganda", store, stamps="start")
    assert (done["stored"], done["outside"]) == (8, {"airdata-kz:kgmt_96": 4})
    assert set(store.measurements("karaganda")["station"]) == {"airdata-kz:kgmt_21"}
    assert store.stations("")["station"].tolist() == ["airdata-kz:kgmt_96"]
