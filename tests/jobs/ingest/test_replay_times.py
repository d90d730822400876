"""One import, two moments: a replay shows at each what was over then, flags nothing for its own clock, exports it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from cli.main import main
from data import clock
from data.store import Store, open_store
from jobs.ingest.files import run

FIRST = datetime(2026, 1, 18, tzinfo=UTC)


def moved(monkeypatch: pytest.MonkeyPatch, hours: float) -> datetime:
    moment = FIRST + timedelta(hours=hours)
    monkeypatch.setattr(clock, "_started", {})
    monkeypatch.setenv("CLEANAIR_NOW", moment.isoformat())
    return moment


def published(folder: Path, hours: pd.DatetimeIndex) -> Path:
    """A file of AirData.kz with a post in Astana."""
    rows = pd.DataFrame({"datetime_utc": hours.strftime("%Y-%m-%dT%H:%M:%SZ"), "station_id": "kgmt_1", "source": "kgmt",
                         "station_name": "Post 1", "lat": 51.1, "lon": 71.4, "raw_unit": "µg/m³",
                         "raw_value": [10.0 + i % 7 for i in range(len(hours))]})  # fmt: skip
    rows.to_csv(folder / "pm25.csv", index=False)
    return folder / "pm25.csv"


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three days, imported by a process whose clock stands at the end of the first."""
    moved(monkeypatch, 24)
    hours = pd.date_range(FIRST, periods=72, freq="h")
    store = open_store(tmp_path / "store")
    assert run([published(tmp_path, hours)], "airdata-kz", "astana", store, stamps="start")["flagged"] == {}
    return store


@pytest.mark.parametrize("hours", [24, 60.5])
def test_each_moment_shows_what_was_over(imported: Store, monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    moment = moved(monkeypatch, hours)
    rows = imported.measurements("astana", flags=("ok",))
    assert len(rows) == int(hours)
    assert (rows["known_at"] == rows["start"] + pd.Timedelta(hours=1)).all()
    newest = imported.latest("astana", now=moment)["start"].max()
    assert newest == pd.Timestamp(FIRST) + pd.Timedelta(hours=int(hours) - 1)


def test_history_can_be_read_as_of_any_moment(imported: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    moved(monkeypatch, 72)
    for hours in (1, 30, 72):
        assert len(imported.measurements("astana", as_of=FIRST + timedelta(hours=hours))) == hours


@pytest.mark.parametrize("hours", [24, 60])
def test_a_snapshot_ends_and_is_dated_at_the_clock(
    imported: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hours: int
) -> None:
    moment = moved(monkeypatch, hours)
    words = ["--city", "astana", "--from", "2026-01-17", "--to", "2026-02-01", "--role", "admin"]
    assert main(["snapshot", "--store", str(tmp_path / "store"), *words, "--out", str(tmp_path / "out")]) == 0
    (file,) = (tmp_path / "out").glob("*.csv")
    table = pd.read_csv(file)
    assert len(table) == hours
    assert pd.to_datetime(table["time_end_utc"]).max() == pd.Timestamp(moment)
    assert f"as-of_{moment:%Y%m%dT%H%M%S}Z" in file.name


@pytest.mark.parametrize("ahead", [2, 72])
def test_an_hour_after_the_machines_clock_is_refused_wherever_the_replay_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    late = pd.Timestamp(clock.machine()).ceil("h") + pd.Timedelta(hours=ahead)
    monkeypatch.setenv(clock.VARIABLE, (late + pd.Timedelta(days=30)).isoformat())
    file = published(tmp_path, pd.DatetimeIndex([late - pd.Timedelta(days=10), late]))
    done = run([file], "airdata-kz", "astana", open_store(tmp_path / "store"), stamps="start")
    assert done["stored"] == 1
    assert done["rejected"] == {"start lies ahead of the machine's clock": 1}
