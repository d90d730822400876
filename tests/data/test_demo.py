"""The demo world is reproducible, marked, alive at any moment, and its truth adds up."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data import demo
from data.city import FOLDER
from data.demo.noise import salt, smooth, trailing, white
from data.demo.places import CATEGORIES, DEAD, STUCK
from data.demo.weather import sun_height
from data.demo.world import HOURS_OF
from data.schema import COLUMNS, KEY, conform
from data.store import open_store

NOW = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)
MOMENTS = [datetime(2025, 7, 3, 4, 0, tzinfo=UTC), NOW, datetime(2026, 11, 21, 23, 59, tzinfo=UTC)]


@pytest.fixture(scope="module")
def world():
    return demo.build(NOW)


@pytest.fixture(scope="module", params=MOMENTS, ids=lambda moment: f"{moment:%Y-%m-%d}")
def any_world(request):
    return request.param, demo.build(request.param, days=40)


def of(world, city, number, parameter):
    rows = world.measurements
    mine = rows[(rows["station"] == f"demo:{city}-{number + 1}") & (rows["parameter"] == parameter)]
    return mine.set_index("start")["value"]


def test_same_seed_same_world_and_another_seed_another():
    world, again = (demo.build(NOW, days=12, cities=["tashkent"]) for _ in range(2))
    for name in ("measurements", "stations", "truth", "sources", "hotspots", "true_sites", "faults", "happenings"):
        pd.testing.assert_frame_equal(getattr(world, name), getattr(again, name))
    other = demo.build(NOW, days=3, seed=2, cities=["tashkent"])
    assert not other.measurements.merge(world.measurements, on=list(KEY))["value_x"].equals(
        other.measurements.merge(world.measurements, on=list(KEY))["value_y"]
    )


@pytest.mark.parametrize("later", [timedelta(hours=1), timedelta(days=1, hours=5), timedelta(days=35)])
def test_rebuilt_later_every_row_returns_and_only_new_ones_join(world, later):
    after = demo.build(NOW + later).measurements
    common = world.measurements[world.measurements["start"] >= after["start"].min()]
    joined = common.merge(after, on=list(KEY), how="left", suffixes=("", "_later"), indicator=True)
    assert (joined["_merge"] == "both").all()
    for name in ("value", "flag", "kind", "known_at", "city"):
        assert joined[name].equals(joined[f"{name}_later"].rename(name)), name
    assert len(after) > len(common)


def test_a_shorter_history_is_the_end_of_a_longer_one(world):
    short = demo.build(NOW, days=10, cities=["astana"]).measurements
    joined = short.merge(world.measurements, on=list(KEY), suffixes=("", "_long"))
    assert len(joined) == len(short)
    assert joined["value"].equals(joined["value_long"].rename("value"))


def test_every_row_says_simulated_and_passes_the_door_unchanged(world):
    rows = world.measurements
    assert set(rows["kind"]) == {"simulated"}
    assert set(rows["source"]) == {"demo"}
    assert set(world.stations["kind"]) == {"simulated"}
    assert world.stations["name"].str.startswith("Demo").all()
    assert world.sources["site"].str.startswith("Demo").all()
    assert list(rows.columns) == list(COLUMNS)
    small = rows.head(5000)
    pd.testing.assert_frame_equal(conform(small).rows, small)
    assert demo.is_demo(rows)
    assert not demo.is_demo(rows.assign(kind="model"))


def test_nothing_is_known_before_its_hour_is_over(any_world):
    now, world = any_world
    rows = world.measurements
    assert (rows["known_at"] >= rows["start"] + pd.Timedelta(hours=1)).all()
    assert (rows["known_at"] <= now).all()


def test_most_stations_are_fresh_at_any_moment(any_world):
    now, world = any_world
    rows = world.measurements[world.measurements["parameter"] == "pm25"]
    age = pd.Timestamp(now) - (rows.groupby(["city", "station"])["start"].max() + pd.Timedelta(hours=1))
    fresh = (age < pd.Timedelta(hours=3)).groupby("city").sum()
    assert (fresh >= 7).all()


def test_stations_have_names_classes_places_and_both_sorts_of_instrument(world):
    stations = world.stations
    for name in ("name", "name_ru", "name_uz", "name_kk"):
        assert (stations[name].str.len() > 5).all()
        assert stations.groupby("city")[name].nunique().eq(11).all()
    assert set(stations["station_class"]) == {"background", "traffic", "industrial", ""}
    assert stations["owner"].str.contains("reference").sum() == 8
    assert stations["owner"].str.contains("low-cost").sum() == 12
    assert stations[["lat", "lon"]].notna().all(axis=None)


def test_parameters_by_city(world):
    have = world.measurements.groupby("city")["parameter"].agg(set)
    pollutants = {"pm25", "pm10", "no2", "so2", "co", "o3"}
    weather = {"temperature", "relative_humidity", "wind_speed", "wind_direction", "pressure", "precipitation"}
    assert have["tashkent"] == pollutants | weather | {"boundary_layer_height"}
    assert have["astana"] == have["tashkent"] | {"h2s"}


def test_truth_is_complete_positive_and_near_what_is_measured(world):
    truth = world.truth
    parts = truth[list(CATEGORIES)]
    assert len(truth) == 2 * 10 * HOURS_OF * 24
    assert (parts >= 0).all(axis=None)
    assert np.isfinite(parts).all(axis=None)
    seen = world.measurements[world.measurements["parameter"] == "pm25"]
    both = truth.assign(true=parts.sum(axis=1)).merge(seen, on=["station", "start"])
    reference = world.stations.loc[world.stations["owner"].str.contains("reference"), "station"]
    both = both[both["station"].isin(reference)]
    assert (np.abs(both["value"] - both["true"]) / both["true"].clip(lower=10)).median() < 0.08


@pytest.mark.parametrize(("city", "low", "high"), [("tashkent", 40, 150), ("astana", 20, 120)])
def test_winter_levels_are_plausible_and_exceed_summer(world, city, low, high):
    def mean(built):
        truth = built.truth[built.truth["city"] == city]
        return float(truth[list(CATEGORIES)].sum(axis=1).mean())

    assert low < mean(world) < high
    assert mean(demo.build(datetime(2026, 7, 20, tzinfo=UTC), cities=[city])) < 0.7 * mean(world)


def test_winter_heating_leads_and_summer_has_hardly_any(world):
    summer = demo.build(datetime(2026, 7, 25, tzinfo=UTC), days=30).truth
    for city, table in world.truth.groupby("city"):
        assert table[list(CATEGORIES)].mean().idxmax() == "heating"
        warm = summer.loc[summer["city"] == city, list(CATEGORIES)].mean()
        assert warm["heating"] < 0.2 * warm.sum()


@pytest.mark.parametrize("city", ["tashkent", "astana"])
def test_a_coarse_dust_storm_within_the_last_month(any_world, city):
    _, world = any_world
    pm10, pm25 = of(world, city, 1, "pm10"), of(world, city, 1, "pm25")
    both = pd.DataFrame({"pm10": pm10, "pm25": pm25}).dropna()
    storm = both[(both["pm10"] > 1000) & (both["pm25"] / both["pm10"] < 0.25)]
    assert len(storm) >= 2
    assert (both["pm25"] / both["pm10"]).median() > 0.4


def test_storms_and_inversions_begin_on_fixed_days():
    first = demo.build(NOW, days=60, cities=["tashkent"]).truth
    later = demo.build(NOW + timedelta(days=9), days=60, cities=["tashkent"]).truth
    joined = first.merge(later, on=["station", "start"])
    assert np.allclose(joined["dust_x"], joined["dust_y"])


def test_an_inversion_within_the_last_week(any_world):
    now, world = any_world
    rows = world.measurements[world.measurements["start"] >= pd.Timestamp(now) - pd.Timedelta(days=9)]
    for city, mine in rows.groupby("city"):
        mast = mine[mine["station"] == f"demo:{city}-weather"]
        wide = mast.pivot_table(index="start", columns="parameter", values="value")
        nights = wide["boundary_layer_height"].rolling(24).mean()
        winds = wide["wind_speed"].rolling(24).mean()
        assert nights.min() < 0.6 * nights.max()
        assert winds.min() < 0.6 * winds.max()


def test_one_station_is_silent_for_days_whatever_the_date(any_world):
    now, world = any_world
    for city in ("tashkent", "astana"):
        series = of(world, city, DEAD, "pm25")
        silence = pd.Timestamp(now) - series.index.max()
        assert pd.Timedelta(days=4) < silence < pd.Timedelta(days=36)
        assert len(series) > 24


def test_one_station_stands_still_for_days(any_world):
    _, world = any_world
    for city in ("tashkent", "astana"):
        series = of(world, city, STUCK, "pm25")
        runs = series.groupby((series != series.shift()).cumsum()).size()
        assert runs.max() > 100
        healthy = of(world, city, 1, "pm25")
        assert healthy.groupby((healthy != healthy.shift()).cumsum()).size().max() < 6


def test_faults_name_what_was_put_in(world):
    assert set(world.faults["kind"]) == {"stuck", "spike", "code"}
    spike = world.faults[(world.faults["kind"] == "spike") & (world.faults["parameter"] == "pm25")].iloc[0]
    rows = world.measurements
    series = rows[(rows["station"] == spike["station"]) & (rows["parameter"] == "pm25")].set_index("start")["value"]
    around = series[spike["start"] - pd.Timedelta(hours=6) : spike["start"] + pd.Timedelta(hours=6)]
    assert series[spike["start"]] > 3 * around.median()


def test_gaps_exist_and_are_gaps_not_zeros(world):
    series = of(world, "astana", 2, "no2")
    hours = (series.index.max() - series.index.min()) / pd.Timedelta(hours=1) + 1
    assert 0.85 < len(series) / hours < 0.995


def test_calms_have_no_direction(world):
    mast = world.measurements[world.measurements["station"] == "demo:tashkent-weather"]
    wide = mast.pivot_table(index="start", columns="parameter", values="value")
    assert wide.loc[wide["wind_speed"] == 0, "wind_direction"].isna().all()
    assert wide.loc[wide["wind_speed"] > 0, "wind_direction"].between(1, 360).all()
    assert 0.02 < (wide["wind_speed"] == 0).mean() < 0.35


def test_an_upwind_site_is_seen_downwind():
    world = demo.build(datetime(2026, 1, 20, tzinfo=UTC), days=60, cities=["tashkent"])
    foundry = world.sources.set_index("site").loc["Demo foundry South-East"]
    station = world.stations.set_index("station").loc["demo:tashkent-1"]
    bearing = np.degrees(np.arctan2(foundry["lon"] - station["lon"], (foundry["lat"] - station["lat"]) / 0.75)) % 360
    rows = world.measurements[world.measurements["station"] == "demo:tashkent-weather"]
    wind = rows.pivot_table(index="start", columns="parameter", values="value")
    truth = world.truth[world.truth["station"] == "demo:tashkent-1"].set_index("start")["industry"]
    off = np.abs((wind["wind_direction"] - bearing + 180) % 360 - 180)
    windy = wind["wind_speed"] > 1
    assert truth[windy & (off < 30)].mean() > 2 * truth[windy & (off > 120)].mean()


def test_summer_has_fires_and_most_are_reported():
    world = demo.build(datetime(2026, 9, 1, tzinfo=UTC), days=150)
    assert len(world.hotspots) >= 8
    assert world.hotspots["time"].is_unique or world.hotspots["city"].nunique() == 2
    assert world.truth["fire"].max() > 5


def test_the_sun_and_the_noise():
    hours = np.arange(490_000, 490_000 + 24 * 365)
    sun = sun_height(hours, 51.0, 71.0)
    assert 0.45 < (sun > 0).mean() < 0.55
    drawn = smooth(salt(3, "a"), hours, 7.0)
    assert abs(drawn.std() - 1) < 0.1
    keys = np.array([salt(3, "a"), salt(3, "b")])
    assert np.allclose(smooth(keys[None, :], hours[:, None], 7.0)[:, 0], drawn)
    assert abs(np.corrcoef(white(keys[0], hours), white(keys[1], hours))[0, 1]) < 0.05
    assert np.allclose(trailing(np.ones(50), 12), 1)


def test_a_new_city_file_is_all_a_new_demo_city_needs(tmp_path, monkeypatch):
    text = (FOLDER / "astana.toml").read_text("utf-8")
    (tmp_path / "almaty.toml").write_text(text.replace("[51.150, 71.440]", "[43.24, 76.92]"), "utf-8")
    monkeypatch.setenv("CLEANAIR_CITIES", str(tmp_path))
    world = demo.build(NOW, days=2)
    assert set(world.stations["city"]) == {"almaty"}
    assert world.measurements["value"].notna().all()
    assert abs(world.stations["lat"].mean() - 43.24) < 0.1


def test_sites_of_one_name_in_two_cities_go_their_own_ways(world):
    rates = world.sources.pivot_table(index="site", columns="city", values="pm25_gps")
    assert (rates["astana"] != rates["tashkent"]).all()


def test_a_moment_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        demo.build(datetime(2026, 1, 1))


def test_many_stations_measure_everything():
    world = demo.build(NOW, days=2, cities=["tashkent"], stations=30)
    pollutants = world.measurements[world.measurements["station"] != "demo:tashkent-weather"]
    assert pollutants["station"].nunique() == 29  # the silent one has handed in nothing of these two days
    assert pollutants.groupby("station")["parameter"].nunique().eq(6).all()
    assert world.stations["name"].is_unique


def test_files_hold_the_contract_of_the_attribution_command(tmp_path, world):
    folder = demo.write_run(world, "astana", tmp_path / "run")
    frames = {path.name: pd.read_csv(path) for path in folder.glob("*.csv*")}
    assert list(frames["measurements.csv.gz"]) == ["station", "parameter", "start", "minutes", "value"]
    assert frames["measurements.csv.gz"]["start"].str.endswith("Z").all()
    assert {"start", "wind_speed", "wind_direction", "temperature"} <= set(frames["weather.csv.gz"])
    assert len(frames["weather.csv.gz"]) == HOURS_OF * 24
    assert list(frames["stations.csv"]) == ["station", "kind", "lat", "lon"]
    assert set(frames["stations.csv"]["kind"]) == {"reference", "indicative"}
    site_columns = ["site", "category", "subtype", "lat", "lon", "stack_m", "pm25_gps"]
    assert list(frames["sources.csv"]) == site_columns
    assert list(frames["fingerprints.csv"]) == ["subtype", "category", "pm25", "pm10", "so2", "nox", "co"]
    assert set(frames["sources.csv"]["subtype"]) <= set(frames["fingerprints.csv"]["subtype"])
    assert frames["prior.csv"]["share"].sum() == pytest.approx(1.0)
    assert list(frames["truth_categories.csv.gz"]) == ["station", "start", *CATEGORIES]
    assert not frames["truth_sites.csv"].set_index("site").loc["Demo idle works North-East", "active"]
    assert "Demo unlisted kiln North-West" not in set(frames["sources.csv"]["site"])
    meta = json.loads((folder / "meta.json").read_text("utf-8"))
    assert meta["clock"] == "Asia/Almaty"
    assert meta["simulated"] is True
    with pytest.raises(ValueError, match="tashken"):
        demo.write_run(world, "tashken", tmp_path)


def test_filling_a_store_twice_adds_only_what_is_new(tmp_path):
    store = open_store(tmp_path / "demo")
    first = demo.fill(store, NOW, days=4)
    assert (first.revised, first.unchanged) == (0, 0)
    second = demo.fill(store, NOW + timedelta(hours=2), days=4)
    assert 0 < second.stored < 300
    assert second.revised == 0
    assert 0 < second.unchanged < first.stored
    assert demo.is_demo(store.measurements(city="astana", parameters=["pm25"]))
    status = store.status()
    assert set(status["network"]) == {"demo"}
    assert (status["newest"] <= NOW + timedelta(hours=2)).all()
    assert len(store.stations("tashkent")) == 11


def test_a_store_filled_step_by_step_equals_one_filled_at_once(tmp_path):
    step, once = open_store(tmp_path / "step"), open_store(tmp_path / "once")
    moments = [NOW, NOW + timedelta(hours=7), NOW + timedelta(hours=9)]
    for moment in moments:
        demo.fill(step, moment, days=2)
    demo.fill(once, moments[-1], days=2)
    since = moments[-1] - timedelta(days=2)
    pd.testing.assert_frame_equal(step.measurements(start=since), once.measurements(start=since))


def test_checks_are_applied_before_rows_are_kept(tmp_path):
    store = open_store(tmp_path / "demo")
    demo.fill(store, NOW, days=2, check=lambda rows: rows.assign(flag="suspect", reason="looked at"))
    assert set(store.measurements(city="astana")["flag"]) == {"suspect"}


def test_the_stuck_station_is_found_by_the_checks() -> None:
    from models.quality.quality import flag

    world = demo.build(NOW, days=30, cities=("tashkent",))
    faults = world.faults[(world.faults["kind"] == "stuck") & (world.faults["parameter"] == "pm25")]
    rows = flag(world.measurements, now=NOW)
    checked = 0
    for fault in faults.itertuples():
        mine = rows[(rows["station"] == fault.station) & (rows["parameter"] == "pm25")]
        during = mine[(mine["start"] >= fault.start) & (mine["start"] < fault.end)]
        if len(during) >= 48:
            checked += 1
            assert (during["flag"] != "ok").mean() > 0.9
    assert checked
