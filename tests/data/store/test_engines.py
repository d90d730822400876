"""The contract of the query engines: every question has the same answer, whoever is asked."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pandas as pd
import pytest

from data import checks, sharing
from data.licences import Licensed
from data.schema import COLUMNS
from data.sharing import Reader
from data.store import Appended, Store, StoreError, open_store
from data.store.engines.choose import VARIABLE, engine
from data.store.shared import SharedStore
from tests.conftest import NOW, hourly
from tests.data.test_sharing import LAST as ELSE

LONG = "2024-02-27T00:00"  # five days from here hold the day of 25 hours, 29 February 2024 in Astana
LEARNED = datetime(2024, 3, 4, tzinfo=UTC)
FIRST, LAST = datetime(2024, 2, 28, 19, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
ENGINES = ("duckdb", "spark")
RULES = """
[[rule]]
source = "low"
country = "KZ"
see = "public"
download = "public"
delay = 1440
withhold = ["no2"]
basis = "an agreement"
"""


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    """Address of a Spark Connect server of this process."""
    pytest.importorskip("pyspark", reason="the extra cluster is not installed")
    server = pytest.importorskip("pysail.spark", reason="the extra cluster is not installed").SparkConnectServer
    running = server(ip="127.0.0.1", port=0)
    running.start(background=True)
    yield f"sc://127.0.0.1:{running.listening_address[1]}"
    running.stop()


def opened(folder: Path, address: str) -> Store:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(VARIABLE, address)
        return open_store(folder)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two cities, networks, kinds and averagings, flags, revisions, and values that tell rows apart."""
    store = opened(tmp_path_factory.mktemp("engines") / "store", "")
    wave = [round(20 + (7 * n % 31) / 3, 2) for n in range(125)]
    plain = {"first": LONG, "city": "astana", "known_at": LEARNED}
    for number, (station, source, parameter, kind) in enumerate(
        [
            ("st:1", "ref", "pm25", "reference"),
            ("st:1", "ref", "no2", "reference"),
            ("st:2", "ref", "pm25", "reference"),
            ("ki'osk №3", "low", "pm25", "indicative"),
            ("ki'osk №3", "low", "no2", "indicative"),
        ]
    ):
        rows = hourly(
            [v + number for v in wave], station=station, source=source, parameter=parameter, kind=kind, **plain
        )
        rows["checks"] = checks.none(rows.index)
        doubted, stuck = ("level:485,4,39.7", "spike:9.5,4"), (f"stuck:{number}",)
        for places, flag, told in ((slice(3, None, 20), "suspect", doubted), (slice(7, None, 25), "invalid", stuck)):
            hit = rows.index[places]
            rows.loc[hit, "flag"] = flag
            rows.loc[hit, "checks"] = checks.column([told] * len(hit), hit)
        store.append(rows)
    store.append(hourly(wave[:40], station="st:1", source="ref", minutes=20, **plain))
    store.append(hourly(wave, station="st:9", source="ref", **{**plain, "city": "tashkent"}))
    medians = hourly([11.5, 12.5], station="st:2", parameter="pm10", source="ref", minutes=1440, **plain)
    store.append(medians.assign(statistic="median"))
    store.append(
        hourly([v + 100 for v in wave[:30]], station="st:1", source="ref", **{**plain, "known_at": LEARNED + LATER})
    )
    spans = [
        ("ki'osk №3", "pm25", 10, 40),
        ("ki'osk №3", "pm25", 30, 60),
        ("st:1", "no2", 100, None),
        ("?", "no2", 1, 2),
    ]
    kept = [verdict(station, parameter, since, until) for station, parameter, since, until in spans]
    store.replace("station_verdicts", pd.DataFrame(kept))
    return store.folder


def verdict(station: str, parameter: str, since: int, until: int | None) -> dict[str, object]:
    """One that holds from so many hours after `LONG`, known two hours after the rows."""
    begin = pd.Timestamp(LONG, tz="UTC")
    return {
        "city": "astana", "station": station, "parameter": parameter, "check": "dead" if until else "deaf",
        "start": begin + pd.Timedelta(hours=since), "until": begin + pd.Timedelta(hours=until) if until else pd.NaT,
        "figure": float(since), "lower": 1.0, "upper": 2.0, "other": "", "doubts": True,
        "known_at": pd.Timestamp(LEARNED) + pd.Timedelta(hours=2), "known_until": pd.NaT,
    }  # fmt: skip


LATER = timedelta(days=2)


@pytest.fixture(scope="module")
def embedded(whole: Path) -> Store:
    return opened(whole, "duckdb")


@pytest.fixture(scope="module", params=ENGINES)
def asked(request: pytest.FixtureRequest, whole: Path) -> Store:
    return opened(whole, request.getfixturevalue("sail") if request.param == "spark" else request.param)


def batches(store: Store, **where: object) -> pd.DataFrame:
    parts = [b.to_pandas() for b in store.batches(rows=100, **where)]
    assert all(0 < len(p) <= 100 for p in parts)
    return pd.concat(parts, ignore_index=True).astype(dict(COLUMNS))


LICENSED = Licensed(("ref", "none"), {"ref": frozenset({"st:2", "st:9"})}, {"low": frozenset({"ki'osk №3", "?"})})
QUESTIONS: Mapping[str, Callable[[Store], pd.DataFrame]] = MappingProxyType(
    {
        "everything": lambda s: s.measurements(),
        "a city and a time": lambda s: s.measurements("astana", ["pm25", "no2"], FIRST, LAST),
        "what was over by then": lambda s: s.measurements("astana", until=FIRST + timedelta(hours=30)),
        "and what a model foretells": lambda s: s.measurements("astana", until=FIRST, ahead=True),
        "a zone of its own": lambda s: s.measurements(
            start=pd.Timestamp(FIRST).tz_convert("Asia/Almaty"), end=pd.Timestamp(LAST)
        ),
        "columns": lambda s: s.measurements("astana", columns=["start", "value", "known_until"]),
        "stations": lambda s: s.measurements(stations=["ki'osk №3", "st:9", "?"]),
        "sources": lambda s: s.measurements(sources=["low"]),
        "kinds and flags": lambda s: s.measurements(kinds=["reference"], flags=["suspect", "invalid"]),
        "minutes": lambda s: s.measurements(minutes=[20, 1440]),
        "without": lambda s: s.measurements(without_sources=["ref", "none"]),
        "licensed": lambda s: s.measurements(licensed=LICENSED),
        "counts of what is licensed": lambda s: s.counts(licensed=LICENSED, flags=["ok"]),
        "as of": lambda s: s.measurements("astana", as_of=LEARNED + timedelta(hours=1)),
        "as of later": lambda s: s.measurements("astana", as_of=LEARNED + 2 * LATER),
        "latest": lambda s: s.latest("astana", now=LAST),
        "latest as of": lambda s: s.latest(None, ["pm25"], now=FIRST, days=2, as_of=LEARNED),
        "daily": lambda s: s.daily("astana", None, None, None, zone="Asia/Almaty"),
        "daily of all flags": lambda s: s.daily(
            None, ["pm25"], FIRST, LAST, zone="Asia/Tashkent", flags=None, kinds=["indicative", "reference"]
        ),
        "spans": lambda s: s.spans(),
        "spans of a city": lambda s: s.spans("tashkent", start=FIRST),
        "counts": lambda s: s.counts(),
        "tally": lambda s: s.tally(),
        "lags": lambda s: s.lags(),
        "marks": lambda s: s.marks(start=FIRST),
        "intervals": lambda s: s.intervals(start=FIRST, end=LAST),
        "batches": lambda s: batches(s, city="astana"),
        "batches as of": lambda s: batches(s, parameters=["pm25"], end=LAST, as_of=LEARNED),
    }
)
EMPTY: Mapping[str, Callable[[Store], pd.DataFrame]] = MappingProxyType(
    {
        "no parameter": lambda s: s.measurements("astana", []),
        "hostile text": lambda s: s.measurements("x' OR '1'='1", ["`", '"', "\\", "{where}", "?"]),
        "before all": lambda s: s.measurements(as_of=LEARNED - timedelta(days=30)),
        "another month": lambda s: s.measurements(start=datetime(2025, 1, 1, tzinfo=UTC)),
        "daily of nothing": lambda s: s.daily("nowhere", None, FIRST, LAST, zone="UTC"),
    }
)


@pytest.mark.parametrize("name", [*QUESTIONS, *EMPTY])
def test_the_answer_is_that_of_the_embedded_engine(asked: Store, embedded: Store, name: str) -> None:
    question = {**QUESTIONS, **EMPTY}[name]
    found, wanted = question(asked), question(embedded)
    assert (len(found) == 0) == (name in EMPTY)
    pd.testing.assert_frame_equal(found, wanted, check_exact=False, rtol=1e-12, atol=0)


def test_a_day_of_25_hours(asked: Store) -> None:
    days = asked.daily("astana", ["pm25"], None, None, zone="Asia/Almaty", stations=["st:2"], flags=None)
    long = days[days["day"] == date(2024, 2, 29)].iloc[0]
    assert (long["n"], long["hours"], long["coverage"]) == (25, 25.0, 1.0)
    assert days[days["day"] == date(2024, 2, 28)]["n"].item() == 24


def test_what_the_checks_said_is_named_without_its_numbers(asked: Store) -> None:
    plain = {(), ("level", "spike"), ("stuck",)}
    assert set(asked.tally(city="astana", judged=False)["checks"]) == plain
    assert set(asked.tally(city="astana")["checks"]) >= {*plain, ("dead",), ("dead", "dead"), ("stuck", "deaf")}


def test_rows_of_a_span_tell_the_verdict(asked: Store) -> None:
    rows = asked.measurements("astana", ["pm25"], stations=["ki'osk №3"]).set_index("start")
    first = pd.Timestamp(LONG, tz="UTC")
    told = {hour: tuple(rows.loc[first + pd.Timedelta(hours=hour), ["flag", "checks"]]) for hour in (9, 10, 32, 35, 59)}
    assert told == {
        9: ("ok", ()),
        10: ("suspect", ("dead:10,1,2",)),
        32: ("invalid", ("stuck:3", "dead:10,1,2", "dead:30,1,2")),
        35: ("suspect", ("dead:10,1,2", "dead:30,1,2")),
        59: ("suspect", ("dead:30,1,2",)),
    }
    before = asked.measurements("astana", ["pm25"], stations=["ki'osk №3"], as_of=LEARNED + timedelta(hours=1))
    assert set(before["flag"].iloc[[9, 10, 35]]) == {"ok"}


@pytest.mark.parametrize("role", ["public", "member"])
def test_rules_of_sharing_narrow_every_engine(
    asked: Store, embedded: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    path = tmp_path / "sharing.toml"
    path.write_text(RULES + ELSE)
    monkeypatch.setenv(sharing.VARIABLE, str(path))
    monkeypatch.setenv("CLEANAIR_NOW", LAST.isoformat())
    mine, theirs = (SharedStore(s, Reader(role)) for s in (asked, embedded))
    pd.testing.assert_frame_equal(mine.measurements("astana"), theirs.measurements("astana"))
    low = mine.measurements("astana", sources=["low"])
    assert set(low["parameter"]) == {"pm25"}
    assert low["start"].max() + pd.Timedelta("1h") <= pd.Timestamp(LAST) - pd.Timedelta("24h")


@pytest.fixture(params=ENGINES)
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return opened(tmp_path / "own", request.getfixturevalue("sail") if request.param == "spark" else request.param)


def test_a_store_is_filled_revised_and_joined(fresh: Store) -> None:
    assert fresh.measurements("tashkent").empty
    assert fresh.append(hourly([1, 2, 3])) == Appended(stored=3)
    assert fresh.append(hourly([1, 2, 3])) == Appended(unchanged=3)
    assert fresh.append(hourly([1, 20, 3, 4])) == Appended(1, 1, 2)  # known at the same moment, and yet later
    assert fresh.measurements().value.tolist() == [1, 20, 3, 4]
    assert fresh.measurements(as_of=NOW).value.tolist() == [1, 2, 3, 4]
    assert (fresh.measurements().known_at - pd.Timestamp(NOW)).max() == pd.Timedelta(microseconds=1)
    fresh.compact()
    assert fresh.measurements().value.tolist() == [1, 20, 3, 4]


@pytest.mark.parametrize("name", ENGINES)
def test_an_answer_is_of_the_version_it_was_asked_of(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    store = opened(tmp_path / "own", request.getfixturevalue("sail") if name == "spark" else name)
    store.append(hourly([1, 2, 3]))
    before = store._measurements.kept()
    store.append(hourly([10, 2, 3, 4], known_at=NOW + LATER))
    question = "SELECT value FROM kept WHERE known_until IS NULL ORDER BY start"
    assert store._engine.ask(question, [], before)["value"].to_pylist() == [1, 2, 3]
    assert store._engine.ask(question, [], store._measurements.kept())["value"].to_pylist() == [10, 2, 3, 4]


def test_a_session_that_the_server_ended_is_begun_again(whole: Path, sail: str) -> None:
    store = opened(whole, sail)
    found = store.counts()
    for again in (store.counts, lambda: batches(store, city="tashkent")):
        store._engine._session.client.release_session()  # type: ignore[attr-defined]
        assert len(again())
    pd.testing.assert_frame_equal(store.counts(), found)


@pytest.mark.parametrize(
    "text", ["spark", "http://x:1/;token=hidden", "sc://", "sc://u:hidden@h:1", "sc://h:1/x?hidden"]
)
def test_a_wrong_engine_is_refused_without_its_secrets(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    if text.startswith("sc://"):
        pytest.importorskip("pyspark", reason="the extra cluster is not installed")
    monkeypatch.setenv(VARIABLE, text)
    with pytest.raises(StoreError, match=f"{VARIABLE}.* the operator must") as told:
        engine()
    assert "hidden" not in str(told.value)


@pytest.mark.filterwarnings("ignore:.*RETRIES_EXCEEDED:UserWarning")
def test_an_engine_that_does_not_answer_is_named_without_its_token(whole: Path) -> None:
    pytest.importorskip("pyspark", reason="the extra cluster is not installed")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{held.getsockname()[1]}"
        store = opened(whole, f"sc://{host}/;token=hidden;use_ssl=false")
        with pytest.raises(StoreError, match=f"the engine at sc://{host} cannot answer") as told:
            store.measurements("astana")
    assert "hidden" not in repr(told.value) + repr(told.value.__cause__) + repr(store._engine)


@pytest.mark.parametrize(
    ("said", "ended", "plainly"),
    [
        ("[INVALID_HANDLE.SESSION_NOT_FOUND] The handle is invalid", True, "[INVALID_HANDLE"),
        ('<_RPC\n\tstatus = INTERNAL\n\tdetails = "session x is not running"\n>', True, "session x is not running"),
        ("[PATH_NOT_FOUND] Path does not exist\nat line 3", False, "[PATH_NOT_FOUND] Path does not exist"),
    ],
)  # fmt: skip
def test_what_a_server_says_is_read_in_one_place(said: str, ended: bool, plainly: str) -> None:
    spark = pytest.importorskip("data.store.engines.spark", reason="the extra cluster is not installed")
    assert spark.forgotten(RuntimeError(said)) is ended
    assert spark.plain(RuntimeError(said)).startswith(plainly)


def test_a_process_without_a_main_file_may_ask() -> None:
    pytest.importorskip("pyspark", reason="the extra cluster is not installed")
    code = "from data.store.engines.spark import SparkEngine; print(SparkEngine('sc://somewhere:1'))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "SparkEngine('sc://somewhere:1')", said.stderr
