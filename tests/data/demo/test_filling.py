"""A store gets the newest days first, then the hours, then the years; what is cut off is gone on with."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from data import demo
from data.city import City, city
from data.demo import filling, progress
from data.demo.places import MOVER
from data.store import Store, open_store

NOW = datetime(2026, 1, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _one_city_of_a_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_WATCH", "astana")

    def year(place: City, now: datetime) -> date:
        return place.local(now).date() - timedelta(days=300)

    monkeypatch.setattr(filling, "beginning", year)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "demo")


def spans(store: Store) -> pd.DataFrame:
    return store.spans().groupby("minutes").agg(first=("first", "min"), last=("last", "max"), rows=("rows", "sum"))


def test_the_newest_days_stand_first_then_hours_then_days(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[float, datetime]] = []
    append = store.append

    def kept(rows: pd.DataFrame) -> object:
        done = append(rows)
        seen.append((float(progress.share(store.uri) or 0.0), rows["start"].min().to_pydatetime()))
        return done

    monkeypatch.setattr(store, "append", kept)
    done = demo.fill(store, NOW)
    assert (done.revised, done.unchanged) == (0, 0)
    shares, firsts = zip(*seen, strict=True)
    assert len(seen) == 3
    assert list(shares) == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert firsts[0] > NOW - timedelta(days=3, hours=1)
    assert NOW - timedelta(days=121) < firsts[1] < NOW - timedelta(days=119)
    assert firsts[2] < NOW - timedelta(days=299)
    assert progress.share(store.uri) is None


def test_once_filled_it_only_adds_hours(store: Store) -> None:
    demo.fill(store, NOW)
    before = spans(store)
    again = demo.fill(store, NOW + timedelta(hours=2))
    after = spans(store)
    assert 0 < again.stored < 200
    assert again.revised == 0
    assert after.loc[1440].equals(before.loc[1440])
    assert after.loc[60, "last"] == before.loc[60, "last"] + pd.Timedelta(hours=2)


def test_a_demo_store_of_an_older_release_gets_its_years(store: Store) -> None:
    old = demo.fill(store, NOW, days=90)
    done = demo.fill(store, NOW + timedelta(hours=1))
    held = spans(store)
    assert old.stored + done.stored == held["rows"].sum()
    assert done.revised == 0
    assert held.loc[60, "first"] < pd.Timestamp(NOW) - pd.Timedelta(days=119)
    assert held.loc[1440, "first"] <= pd.Timestamp(NOW) - pd.Timedelta(days=299)
    days = store.daily("astana", ["pm25"], None, None, zone=city("astana").zone)
    known = pd.DatetimeIndex(sorted(set(days["day"])))
    assert len(known) >= 299
    assert (known.to_series().diff().dropna() == pd.Timedelta(days=1)).all()


def test_what_was_cut_off_is_gone_on_with(store: Store, tmp_path: Path) -> None:
    demo.fill(store, NOW, stop=lambda: True)
    assert set(spans(store).index) == {60}
    assert progress.share(store.uri) is None
    demo.fill(store, NOW)
    whole = open_store(tmp_path / "whole")
    demo.fill(whole, NOW)
    pd.testing.assert_frame_equal(spans(store), spans(whole))


def test_small_worlds_are_hours_alone(store: Store) -> None:
    demo.fill(store, NOW, days=4)
    assert set(spans(store).index) == {60}


def test_a_station_that_moved_keeps_its_places(store: Store) -> None:
    demo.fill(store, NOW, days=2)
    history = store.station_history()
    mine = history[history["station"] == f"demo:astana-{MOVER + 1}"].sort_values(["known_at", "valid_from"])
    moved = pd.Timestamp(datetime(2025, 6, 1, tzinfo=city("astana").zone)).tz_convert("UTC")
    assert mine["known_until"].dropna().tolist() == [moved]
    assert mine["lat"].nunique() == 2
    now = store.stations("astana").set_index("station")
    every = store.stations("astana", every_place=True)
    places = every[every["station"] == mine["station"].iloc[0]]
    assert places["valid_until"].tolist() == [moved, pd.NaT]
    assert places["valid_from"].tolist() == [pd.NaT, moved]
    assert now.loc[mine["station"].iloc[0], "lat"] == places["lat"].iloc[1] != places["lat"].iloc[0]
    assert store.stations("astana", as_of=moved - timedelta(days=1)).set_index("station").loc[
        mine["station"].iloc[0], "lat"] == places["lat"].iloc[0]  # fmt: skip
    assert len(now) == 11
    version = store.version("stations")
    demo.fill(store, NOW + timedelta(hours=1), days=2)
    assert store.version("stations") == version
