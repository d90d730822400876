"""Tables of one value a line from anybody: who judged them, whose rows they are, and what they say of stations."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.schema import conform
from data.store import Store, open_store
from jobs.ingest.files import run
from sources.files import ImportFileError

START = pd.Timestamp("2025-03-01T00:00Z")
PLACES = {"tashkent": ("41.30", "69.25"), "astana": ("51.15", "71.43")}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "store")


def lines(station: str = "post:1", hours: int = 30, **more: object) -> pd.DataFrame:
    """Hours of one station, values that drift by themselves."""
    stamps = (START + pd.to_timedelta(range(hours), unit="h")).strftime("%Y-%m-%dT%H:%M:%SZ")
    table = pd.DataFrame({"station": station, "parameter": "pm25", "start": stamps, "minutes": 60})
    return table.assign(value=[30 + i % 7 + i / 10 for i in range(hours)], kind="reference", **more).astype(object)


def taken(table: pd.DataFrame, store: Store, folder: Path, city: str | None = "tashkent") -> dict[str, object]:
    path = folder / "table.csv"
    table.to_csv(path, index=False)
    done = run([path], "tidy", city, store)
    assert done["read"] == done["stored"] + done["revised"] + done["unchanged"] + sum(done["rejected"].values())
    return done


def flags(store: Store, city: str = "tashkent") -> list[str]:
    return store.measurements(city).sort_values("start")["flag"].tolist()


def test_a_foreign_ok_is_no_verdict_of_a_centre(store: Store, tmp_path: Path) -> None:
    table = lines(flag="ok", checks="", source="partner")
    table.loc[[9, 15, 20], "value"] = [9999.9, -999.0, 99_999.0]
    taken(table, store, tmp_path)
    found = flags(store)
    assert [found[i] for i in (9, 15, 20)] == ["invalid"] * 3
    assert found.count("ok") == 27


def test_a_run_that_only_quality_control_sees_is_seen_below_a_foreign_flag(store: Store, tmp_path: Path) -> None:
    table = lines(hours=120, flag="ok")
    table.loc[40:99, "value"] = 41.37
    taken(table, store, tmp_path)
    assert flags(store)[60] == "suspect"


def test_an_export_of_a_centre_keeps_its_verdict_and_its_source(store: Store, tmp_path: Path) -> None:
    table = lines("openaq:5", hours=120, flag="ok", checks="", source="openaq", known_at_utc="2025-04-01T00:00:00Z")
    table.loc[40:99, "value"] = 41.37
    table.loc[3, "flag"], table.loc[3, "checks"] = "suspect", "network"
    taken(table, store, tmp_path)
    rows = store.measurements("tashkent").sort_values("start")
    assert set(rows["source"]) == {"openaq"}
    assert rows["flag"].tolist() == ["ok"] * 3 + ["suspect"] + ["ok"] * 116


@pytest.mark.parametrize("source", ["openaq", "airdata-kz", "kazhydromet"])
def test_a_partners_file_never_revises_a_networks_rows(store: Store, tmp_path: Path, source: str) -> None:
    own = pd.DataFrame([{**lines(f"{source}:7", 1).iloc[0].to_dict(), "source": source, "city": "tashkent"}])
    store.append(conform(own, START + pd.Timedelta(days=1)).rows)
    done = taken(lines(f"{source}:7", 5, source=source).assign(value=900.0), store, tmp_path)
    assert (done["stored"], done["revised"]) == (5, 0)
    rows = store.measurements("tashkent")
    assert rows.loc[rows["source"] == source, "value"].tolist() == [30.0]
    assert set(rows.loc[rows["value"] == 900, "station"]) == {f"tidy:{source}:7"}
    assert taken(lines("q:2", 3, source="partner"), store, tmp_path)["stored"] == 3
    assert "partner" in set(store.measurements("tashkent")["source"])


def two_cities() -> pd.DataFrame:
    parts = [
        lines(f"{name}:1", 24, city=name, station_name=f"Post of {name}", lat=lat, lon=lon)
        for name, (lat, lon) in PLACES.items()
    ]
    return pd.concat(parts, ignore_index=True).sample(frac=1, random_state=4)


def test_two_cities_in_one_file_need_no_word_about_them(store: Store, tmp_path: Path) -> None:
    table = two_cities()
    table.loc[table.index[0], "city"] = "atlantis"
    table.loc[table.index[1], "city"] = None
    done = taken(table, store, tmp_path, None)
    assert done["rejected"] == {"no city file for 'atlantis'": 1, "row names no city": 1}
    assert {c: set(store.measurements(c)["station"]) for c in PLACES} == {c: {f"{c}:1"} for c in PLACES}
    assert sum(len(store.measurements(c)) for c in PLACES) == 46
    known = store.stations().set_index("station")
    assert {c: known.loc[f"{c}:1", "city"] for c in PLACES} == {c: c for c in PLACES}


def test_with_a_city_asked_for_rows_of_another_are_refused(store: Store, tmp_path: Path) -> None:
    done = taken(two_cities(), store, tmp_path, "astana")
    assert done["rejected"] == {"row is not of Astana": 24}
    assert (done["stored"], len(store.measurements("tashkent"))) == (24, 0)
    with pytest.raises(ImportFileError, match="rows of Tashkent, not of Astana"):
        taken(lines(city="tashkent"), store, tmp_path, "astana")


DESCRIBED = lines("q:2", 8, source="partner", station_name="", lat="", lon="", licence="")
WRONG = st.sampled_from([
    {}, {"start": "nonsense"}, {"start": "0000-01-01T00:00:00Z"}, {"city": "astana"}, {"kind": "rumour"},
    {"lat": "999", "lon": "0"}, {"lat": "north"}, {"value": "x"}, {"station_name": " "}, {"minutes": "-1"},
])  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.permutations(range(8)), st.integers(0, 7), st.lists(WRONG, min_size=1, max_size=4), st.permutations(range(12))
)
def test_every_station_with_a_row_is_described_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], said: int, wrong: list[dict[str, str]], mixed: list[int]
) -> None:
    table = DESCRIBED.assign(city="tashkent").iloc[order].reset_index(drop=True)
    table.loc[said, ["station_name", "lat", "lon", "licence"]] = ["By the river", "41.3", "69.25", "CC BY 4.0"]
    bad = [{**DESCRIBED.iloc[0].to_dict(), "city": "tashkent", "parameter": "pm10", **w} for w in wrong]
    table = pd.concat([table, pd.DataFrame(bad)], ignore_index=True)
    table = table.iloc[[i for i in mixed if i < len(table)]]
    folder = tmp_path_factory.mktemp("order")
    store = open_store(folder / "store")
    taken(table, store, folder)
    known = store.stations().set_index("station").loc["q:2"]
    assert (known["name"], known["lat"], known["lon"], known["licence"]) == ("By the river", 41.3, 69.25, "CC BY 4.0")


def test_a_station_of_which_nothing_is_kept_is_not_described(store: Store, tmp_path: Path) -> None:
    table = pd.concat([lines(hours=3), lines("post:2", 3).assign(value="broken")])
    assert taken(table, store, tmp_path)["rejected"] == {"number not understood": 3}
    assert store.stations()["station"].tolist() == ["post:1"]


def test_the_newest_description_holds(store: Store, tmp_path: Path) -> None:
    table = lines(hours=3, station_name=["New", "Old", "Newest"]).iloc[[2, 0, 1]]
    taken(table, store, tmp_path)
    assert store.stations()["name"].tolist() == ["Newest"]


def test_a_station_is_described_before_its_rows_are_kept(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(store), "append", killed)
    with pytest.raises(KeyboardInterrupt):
        taken(lines(station_name="Hill"), store, tmp_path)
    assert store.stations()["name"].tolist() == ["Hill"]
