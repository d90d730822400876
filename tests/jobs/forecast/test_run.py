"""The forecast job: what it keeps, what it refuses in words, what it never looks at, and what leaves as a file."""

import io
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.city import city
from data.heating import Heating, Season
from data.store import Store, open_store
from jobs.forecast import run as job
from jobs.forecast import tables as forecast_tables
from jobs.forecast.export import COLUMNS, forecast_csv
from jobs.forecast.inputs import Inputs, gather
from tests.conftest import NOW, hourly

CITY = "tashkent"
DAYS = 30  # too few to learn from: the baselines answer, and a test takes seconds


def waves(days: int = DAYS, until: datetime = NOW, seed: int = 1) -> list[float]:
    """A daily course with noise."""
    hours = np.arange(days * 24)
    noise = np.random.default_rng(seed).normal(0, 6, len(hours))
    return list(np.maximum(60 + 25 * np.sin(2 * np.pi * hours / 24) + noise, 1.0))


def put(store: Store, days: int = DAYS, *, station: str = "x:1", until: datetime = NOW, **columns: object) -> None:
    end = pd.Timestamp(until).floor("h")
    values = waves(days)
    store.append(hourly(values, station=station, first=end - pd.Timedelta(hours=len(values)), **columns))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, dict[str, object]]:
    store = open_store(tmp_path_factory.mktemp("forecast") / "store")
    put(store)
    put(store, station="x:2")
    job.forecast(store, CITY, NOW)
    assert job.judge(store, CITY, NOW) == ["pm25"]
    return store, job.forecast(store, CITY, NOW)


def test_hours_of_the_city_and_its_stations(filled: tuple[Store, dict[str, object]]) -> None:
    store, told = filled
    rows = store.table("forecasts")
    assert list(rows) == list(COLUMNS)
    assert set(rows["station"]) == {"", "x:1", "x:2"}
    figure = rows[rows["station"] == ""].sort_values("lead")
    assert list(figure["lead"]) == list(range(1, 73))
    assert (figure["start"] == figure["issued"] + pd.to_timedelta(figure["lead"] - 1, unit="h")).all()
    assert figure["issued"].iloc[0] == pd.Timestamp(NOW).floor("h")
    assert not rows["simulated"].any()
    assert not rows["weather"].any()
    assert told["refused"] == ""
    assert told["stations"] == 2


def test_what_is_shown_is_the_column_of_its_name(filled: tuple[Store, dict[str, object]]) -> None:
    rows = filled[0].table("forecasts")
    for method, part in rows.groupby("method"):
        assert np.allclose(part["value"], part[str(method)])


def test_a_short_history_is_answered_by_a_baseline_by_name(filled: tuple[Store, dict[str, object]]) -> None:
    assert "model" not in set(filled[0].table("forecasts")["method"])


def test_one_method_is_shown_at_each_judged_lead(filled: tuple[Store, dict[str, object]]) -> None:
    skill = filled[0].table("forecast_skill")
    assert list(skill) == list(forecast_tables.SKILL_COLUMNS)
    assert (skill.groupby(["parameter", "lead"])["shown"].sum() == 1).all()
    assert (skill["first"] < skill["last"]).all()


def test_warnings_hold_the_law_of_the_city_and_its_status(filled: tuple[Store, dict[str, object]]) -> None:
    warnings = filled[0].table("forecast_warnings")
    assert list(warnings) == list(forecast_tables.WARNING_COLUMNS)
    today = NOW.astimezone(city(CITY).zone).date()
    assert set(warnings["day"]) <= {str(today + timedelta(days=n)) for n in range(3)}
    assert set(warnings["standard"]) == {"uz"}
    assert (warnings["limit"] == 60.0).all()
    assert set(warnings["status"]) == {"verified"}
    assert warnings["probability"].between(0, 1).all()
    assert (warnings["lower"] <= warnings["value"]).all()
    assert (warnings["value"] <= warnings["upper"]).all()


def test_the_issue_of_yesterday_is_there_at_the_first_run_and_marked(filled: tuple[Store, dict[str, object]]) -> None:
    history = filled[0].table("forecast_history")
    issued = sorted(history["issued"].unique())
    assert issued == [pd.Timestamp(NOW).floor("h") - pd.Timedelta(hours=24), pd.Timestamp(NOW).floor("h")]
    late = history["computed_at"] - history["issued"]
    assert (late[history["issued"] == issued[0]] > pd.Timedelta(hours=6)).all()
    assert set(history["station"]) == {""}


def test_an_issue_never_looks_at_what_came_later(filled: tuple[Store, dict[str, object]], tmp_path: Path) -> None:
    """Yesterday's issue is the same whatever was measured since."""
    other = open_store(tmp_path / "other")
    put(other)
    put(other, station="x:2")
    last = hourly([900.0] * 20, first=pd.Timestamp(NOW).floor("h") - pd.Timedelta(hours=20), station="x:1")
    other.append(last.assign(known_at=pd.Timestamp(NOW) + pd.Timedelta(hours=1)))
    job.forecast(other, CITY, NOW)
    tables = [s.table("forecast_history").sort_values(["issued", "lead"]) for s in (filled[0], other)]
    then = [t[t["issued"] == t["issued"].min()]["persistence"].to_numpy() for t in tables]
    assert np.allclose(*then)
    now = [t[t["issued"] == t["issued"].max()]["persistence"].to_numpy() for t in tables]
    assert not np.allclose(*now)


def test_past_issues_are_six_hours_apart_and_leave_after_thirty_days() -> None:
    def made(issued: str) -> pd.DataFrame:
        at = pd.Timestamp(issued, tz="UTC")
        return pd.DataFrame({"city": [CITY], "station": [""], "issued": [at], "lead": [1]})

    kept = pd.concat([made("2025-12-01"), made("2026-01-10T03:00")])
    nothing = kept.iloc[:0]
    soon = forecast_tables.history(kept, CITY, nothing, made("2026-01-10T06:00"))
    assert list(soon["issued"].dt.hour) == [3]
    later = forecast_tables.history(kept, CITY, nothing, made("2026-01-10T09:00"))
    assert list(later["issued"].dt.hour) == [3, 9]


def test_a_lead_takes_the_method_of_its_group() -> None:
    errors = pd.DataFrame(
        {"parameter": "pm25", "lead": [6, 6, 12, 12], "n": 100, "rmse": [5.0, 9.0, 8.0, 7.0],
         "method": ["damped_persistence", "persistence"] * 2}
    )  # fmt: skip
    chosen = forecast_tables.choice(errors).set_index("lead")["method"]
    assert set(chosen.loc[4:12]) == {"damped_persistence"}  # better over the group, though not at 12 h


@pytest.mark.parametrize(
    ("parameter", "law", "status"),
    [("pm25", "kz", "secondary"), ("no2", "uz", "unverified"), ("pm10", "uz", "secondary"), ("pm1", "uz", None)],
)
def test_limits_carry_their_status(parameter: str, law: str, status: str | None) -> None:
    place = city("astana" if law == "kz" else CITY)
    found = forecast_tables.limit_of(place, parameter, date(2026, 1, 10))
    assert (found.status if found else None) == status


def test_daily_values_are_refused_in_words(store: Store) -> None:
    put(store, minutes=1440)
    told = job.forecast(store, CITY, NOW)
    assert told["reason"] == "daily_only"
    assert "daily values only" in told["refused"]
    status = store.table("forecast_status")
    assert list(status["reason"]) == ["daily_only"]
    assert not len(store.table("forecasts"))


@pytest.mark.parametrize(
    ("days", "behind", "reason"), [(5, 0, "too_short"), (30, 12, "stale"), (5, 24 * 90, "no_rows")]
)
def test_refusals(store: Store, days: int, behind: int, reason: str) -> None:
    put(store, days, until=NOW - timedelta(hours=behind))
    assert job.forecast(store, CITY, NOW)["reason"] == reason


def test_a_refusal_takes_back_what_was_said_but_not_the_past(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    put(store)
    job.forecast(store, CITY, NOW)
    told = job.forecast(store, CITY, NOW + timedelta(days=1))
    assert told["reason"] == "stale"
    assert not len(store.table("forecasts"))
    assert not len(store.table("forecast_warnings"))
    assert len(store.table("forecast_history"))


def test_a_replay_does_not_know_the_weather_that_came(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store)
    start = pd.Timestamp(NOW).floor("h") - pd.Timedelta(days=20)
    sky = hourly([3.0] * 24 * 23, parameter="wind_speed", station="openmeteo:1", first=start, minutes=0, kind="model")
    store.append(sky.assign(source="openmeteo"))
    assert gather(store, CITY, NOW).weather is not None
    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    assert gather(store, CITY, NOW).weather is None


def test_the_kept_model_is_used_again_and_a_broken_one_is_made_anew(store: Store) -> None:
    put(store)
    job.forecast(store, CITY, NOW)
    file = next((store.folder / "forecast_models").glob("*.pickle"))
    before = file.stat().st_mtime_ns
    job.forecast(store, CITY, NOW)
    assert file.stat().st_mtime_ns == before
    file.write_bytes(b"no model")
    assert job.forecast(store, CITY, NOW)["refused"] == ""
    assert file.stat().st_size > 100


def test_the_file_holds_what_may_leave(filled: tuple[Store, dict[str, object]]) -> None:
    store, _ = filled
    table = pd.read_csv(io.BytesIO(forecast_csv(store, CITY)), keep_default_na=False)
    assert list(table) == list(COLUMNS)
    assert set(table["station"]) == {""}  # nobody described x:1: its licence is not known
    assert table["start"].str.endswith("Z").all()
    assert forecast_csv(store, "astana").decode().strip() == ",".join(COLUMNS)


def test_the_command_writes_the_file(
    filled: tuple[Store, dict[str, object]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cli import main as cli

    monkeypatch.setenv("CLEANAIR_NOW", NOW.isoformat())
    out = tmp_path / "hours.csv"
    assert cli.main(["forecast", "--city", CITY, "--store", str(filled[0].folder), "--out", str(out)]) == 0
    assert out.read_text("utf-8").startswith("city,station,parameter,issued")
    assert cli.main(["forecast", "--store", str(filled[0].folder), "--out", str(out)]) == 2


def test_a_forecast_knows_no_heating_day_that_was_announced_after_its_issue() -> None:
    later = Season("tashkent", 2025, date(2025, 11, 3), None, "secondary", "s", "http://a")
    place = replace(city("tashkent"), heating=Heating(((11, 7), (3, 31)), below=8.0, seasons=(later,)))
    hours = pd.date_range("2025-08-31T19:00Z", "2025-11-05T18:00Z", freq="h")
    mild = pd.DataFrame({"temperature": 14.0}, index=hours)
    ahead = pd.DatetimeIndex(["2025-11-04T12:00Z"])
    heats = {}
    for issued in ("2025-11-02T06:00Z", "2025-11-04T06:00Z"):
        inputs = Inputs(place, pd.Timestamp(issued), pd.DataFrame(), mild, None, "", False)
        heats[issued[:10]] = bool(inputs.season.on(ahead)[0])
    assert heats == {"2025-11-02": False, "2025-11-04": True}
    cold = mild.assign(temperature=mild["temperature"].mask(mild.index >= "2025-10-27T19:00Z", 5.0))
    early = Inputs(place, pd.Timestamp("2025-11-02T06:00Z"), pd.DataFrame(), cold, None, "", False)
    assert early.season.on(ahead).all(), "the rule speaks where no day is known yet"
