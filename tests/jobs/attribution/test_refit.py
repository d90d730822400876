"""Refits of the attribution: what is gathered, what is kept, what is refused, what the file carries."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data import demo
from data.attribution import published
from data.demo.happenings import CODE
from data.store import Store, open_store
from jobs.attribution import export as attribution_export
from jobs.attribution import refit
from jobs.attribution.inputs import gather, weather_of, window
from jobs.attribution.tables import SHARE_COLUMNS
from tests.conftest import NOW, hourly

DAYS = 9
CITY = "tashkent"


@pytest.fixture(scope="module")
def world() -> demo.Demo:
    return demo.build(NOW, days=DAYS, cities=[CITY])


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, world: demo.Demo) -> tuple[Store, dict]:
    store = open_store(tmp_path_factory.mktemp("refit") / "store")
    store.put_stations(world.stations, known_at=NOW - timedelta(days=DAYS))
    store.append(world.measurements)
    return store, refit.refit(store, CITY, NOW)


def test_days_and_the_last_24_hours_are_kept_with_what_recomputes_them(fitted: tuple[Store, dict]) -> None:
    table = fitted[0].table("attribution")
    assert list(table) == list(SHARE_COLUMNS)
    now = table[table["span"] == "now"]
    assert now["share"].sum() == pytest.approx(100, abs=0.01)
    assert ((now["lower"] <= now["share"]) & (now["share"] <= now["upper"])).all()
    assert now["start"].iloc[0] + timedelta(hours=24) == pd.Timestamp(NOW).floor("h")
    assert {"day", "now", "7d"} <= set(table["span"])
    assert set(table["kind"]) == {"simulated"}
    assert table["inputs_sha256"].str.len().eq(64).all()
    assert sum(json.loads(table["prior"].iloc[0]).values()) == pytest.approx(1, abs=0.01)


def test_the_shares_are_near_the_truth_of_the_demo_world(fitted: tuple[Store, dict], world: demo.Demo) -> None:
    names = [c for c in world.truth if c not in ("city", "station", "start")]
    since = world.truth["start"] >= pd.Timestamp(NOW - timedelta(days=7))
    true = world.truth.loc[since, names].mean()
    true = 100 * true / true.sum()
    table = fitted[0].table("attribution")
    said = table[table["span"] == "7d"].set_index("category")["share"]
    assert (said.reindex(names).fillna(0) - true).abs().mean() < 9


def test_a_second_fit_replaces_the_present_and_keeps_the_days(fitted: tuple[Store, dict]) -> None:
    store = fitted[0]
    before = store.table("attribution")
    refit.refit(store, CITY, NOW - timedelta(days=1))
    after = store.table("attribution")
    assert (after["span"] == "now").sum() == (before["span"] == "now").sum()
    assert set(before.loc[before["span"] == "day", "start"]) == set(after.loc[after["span"] == "day", "start"])
    refit.refit(store, CITY, NOW)
    again = store.table("attribution")
    key = ["span", "start", "category"]
    left, right = (x.sort_values(key).reset_index(drop=True)[[*key, "share", "upper"]] for x in (before, again))
    pd.testing.assert_frame_equal(left, right)


def test_too_few_days_name_no_site_and_say_why(fitted: tuple[Store, dict]) -> None:
    store, told = fitted
    assert told["sites_refused"] == "few_days"
    assert not len(store.table("attribution_sites"))
    status = store.table("attribution_status").iloc[0]
    assert status["stations"] > 0
    assert status["refused"] == ""
    assert json.loads(status["transboundary"])


def test_evidence_is_kept_by_key(fitted: tuple[Store, dict]) -> None:
    table = fitted[0].table("attribution_evidence")
    assert {"wind", "hour", "lead_hours"} & set(table["key"])
    assert all(isinstance(json.loads(words), dict) for words in table["params"])


def test_hours_and_shares_tell_the_same_and_follow_the_measurements(
    fitted: tuple[Store, dict], world: demo.Demo
) -> None:
    total = fitted[0].table("attribution_hours").groupby("start")["contribution"].sum()
    shares = fitted[0].table("attribution")
    now = shares.loc[shares["span"] == "now", "contribution"].sum()
    assert total.sort_index().tail(24).mean() == pytest.approx(now, rel=0.03)
    air = world.measurements[world.measurements["parameter"] == "pm25"]
    air = air[air["value"] < CODE]
    both = pd.concat([total, air.groupby("start")["value"].mean()], axis=1, join="inner")
    assert both.corr().iloc[0, 1] > 0.98  # a stuck sensor is in one and not in the other


def test_without_hours_of_pm25_the_reason_is_kept_and_the_present_goes(store: Store) -> None:
    store.append(hourly([5.0] * 30, parameter="so2", station="x:1"))
    told = refit.refit(store, CITY, NOW)
    assert "PM2.5" in told["refused"]
    assert "PM2.5" in store.table("attribution_status")["refused"].iloc[0]
    assert not len(store.table("attribution"))


def test_one_station_without_a_place_gets_categories_only(store: Store) -> None:
    store.append(hourly([30.0 + h % 24 for h in range(24 * 2)], station="x:1"))
    told = refit.refit(store, CITY, NOW)
    assert told["refused"] == ""
    assert {"mostly_prior", "single_station"} <= set(told["notes"].split(","))


def test_the_register_counts_as_of_the_last_day_of_the_window(store: Store) -> None:
    end = datetime(2025, 11, 26, 19, tzinfo=UTC)  # midnight in Tashkent: the last day is the 26th
    days = [gather(store, CITY, end - timedelta(days=2), at) for at in (end, end + timedelta(hours=1))]
    assert ["maxam-chirchiq" in set(one.sources["site"]) for one in days] == [True, False]
    windows = [datetime(year, 12, 2, tzinfo=UTC) for year in (2023, 2026)]
    astana = [gather(store, "astana", at - timedelta(days=2), at).names.set_index("site")["fuel"] for at in windows]
    assert [fuel["astana-chp-3"] for fuel in astana] == ["gas", "gas; coal (reserve)"]


def test_a_model_of_the_weather_fills_only_hours_nobody_measured() -> None:
    start = pd.date_range("2026-01-01", periods=3, freq="h", tz="UTC")
    shared = {"minutes": 60, "parameter": "wind_speed"}
    modelled = pd.DataFrame({"start": start, "value": 9.0, "station": "m", "kind": "model", **shared})
    measured = pd.DataFrame({"start": start[:2], "value": 2.0, "station": "a", "kind": "reference", **shared})
    weather, part = weather_of(pd.concat([modelled, measured]))
    assert weather.sort_values("start")["value"].tolist() == [2.0, 2.0, 9.0]
    assert part == pytest.approx(1 / 3)


def test_wind_directions_of_one_hour_are_not_averaged_over_north() -> None:
    at = pd.to_datetime(["2026-01-01T00:00Z", "2026-01-01T00:30Z"])
    rows = pd.DataFrame({"start": at, "value": [350.0, 10.0], "station": "a", "kind": "reference",
                         "minutes": 10, "parameter": "wind_direction"})  # fmt: skip
    assert weather_of(rows)[0]["value"].tolist() == [10.0]


def test_the_same_rows_have_the_same_digest(fitted: tuple[Store, dict]) -> None:
    one, two = (gather(fitted[0], CITY, *window(NOW, 5)) for _ in range(2))
    other = gather(fitted[0], CITY, *window(NOW, 4))
    assert one.digest == two.digest != other.digest


def test_the_file_carries_everything(fitted: tuple[Store, dict]) -> None:
    import io

    text = attribution_export.attribution_csv(fitted[0], CITY, NOW - timedelta(days=3), NOW)
    table = pd.read_csv(io.BytesIO(text))
    assert list(table) == list(attribution_export.COLUMNS)
    assert table["start"].str.endswith("Z").all()
    assert 2 <= table["start"].nunique() <= 4
    assert not len(attribution_export.days(fitted[0], "astana"))


def test_a_period_of_the_store_as_files(fitted: tuple[Store, dict], tmp_path: Path) -> None:
    report = refit.run_store(fitted[0], CITY, NOW - timedelta(days=6), NOW, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"categories.csv", "daily.csv", "sites.csv", "report.json"}
    assert report["inputs_sha256"]["measurements"]
    with pytest.raises(ValueError, match="holds no hourly measurement"):
        refit.run_store(fitted[0], "astana", NOW - timedelta(days=6), NOW, tmp_path)


def test_every_held_city_is_tried_and_a_failure_stops_no_other(
    fitted: tuple[Store, dict], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> dict:
        raise ValueError("no")

    monkeypatch.setattr(refit, "refit", broken)
    assert [one["refused"] for one in refit.refit_all(fitted[0], NOW)] == ["The attribution failed: no"]


def test_the_printed_score_is_the_one_of_the_bench() -> None:
    bench = Path(__file__).resolve().parents[3] / "bench" / "results" / "attribution.json"
    if not bench.is_file():
        pytest.skip("bench/results/attribution.json is not here")
    found = json.loads(bench.read_text("utf-8"))["scores"]
    names = {"gases": "all pollutants", "pm10": "PM2.5 + PM10", "pm25": "PM2.5 + wind", "wrong_prior": "wrong prior"}
    for level, name in names.items():
        assert published.score(level) == pytest.approx(found[name])


def test_an_attribution_is_due_when_it_is_missing_or_an_hour_old(fitted: tuple[Store, dict], store: Store) -> None:
    from jobs.server.background import HEAVY, _due

    work = HEAVY[0]

    held = fitted[0]
    assert not _due(store, work, NOW, None)
    refit.refit(held, CITY, NOW)
    assert not _due(held, work, NOW + timedelta(minutes=30), None)
    assert _due(held, work, NOW + timedelta(hours=2), None)
    assert not _due(held, work, NOW + timedelta(hours=2), NOW + timedelta(hours=1, minutes=30))


def test_a_refused_city_first_does_not_take_the_zone_from_the_times(store: Store) -> None:
    refused = {"city": "tashkent", "first": pd.NaT, "last": pd.NaT}
    answered = {"city": "astana", "first": pd.Timestamp(NOW), "last": pd.Timestamp(NOW)}
    for status in (refused, answered):
        store.replace("attribution_status", pd.DataFrame([status]), key=["city"])
    kept = store.table("attribution_status").set_index("city")
    assert kept.loc["astana", "last"] == pd.Timestamp(NOW)
    assert pd.isna(kept.loc["tashkent", "last"])
