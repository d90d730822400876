"""A note flags what was measured in its span, now and later, and gives it back; nothing is deleted, all is told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import main as cli
from data import clock
from data.checks import single
from data.city import city
from data.schema import conform, empty
from data.store import Store, open_store
from jobs.collect.keep import Delivery, keep
from jobs.collect.schedule import Task
from jobs.ingest import files, maintenance, notes
from models.quality.maintenance import bare, marked

NOON = datetime(2026, 2, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def table(begin: datetime, hours: int, value: float = 40.0, minutes: int = 60, **more: object) -> pd.DataFrame:
    start = pd.date_range(begin, periods=hours * 60 // minutes, freq=f"{minutes}min")
    plain = {"source": "openaq", "station": "openaq:1", "city": "astana", "parameter": "pm25", "kind": "reference"}
    value = value + 3 * (pd.Series(range(len(start))) % 7)
    return pd.DataFrame({**plain, "start": start, "minutes": minutes, "value": value, **more})


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "store")
    before = datetime.now(UTC) - timedelta(minutes=5)
    rows = pd.concat([table(NOON - 24 * HOUR, 24), table(NOON - 24 * HOUR, 24, parameter="pm10", value=80.0)])
    hit = (rows["parameter"] == "pm25") & (rows["start"] == NOON - 3 * HOUR)
    rows["flag"] = hit.map({True: "suspect", False: "ok"})
    rows["checks"] = single("spike:90,40", hit, rows.index)
    made.append(conform(rows, before).rows)
    return made


def flags(store: Store, parameter: str = "pm25", **more: object) -> dict[int, str]:
    rows = store.measurements("astana", [parameter], NOON - 6 * HOUR, NOON + 6 * HOUR, minutes=[60], **more)
    return dict(zip((rows["start"] - pd.Timestamp(NOON)) // pd.Timedelta(HOUR), rows["flag"], strict=True))


def note(store: Store, begin: int, end: int, why: str = "filter changed", **more: str) -> tuple[str, int]:
    return maintenance.add(store, "astana", "openaq:1", NOON + begin * HOUR, NOON + end * HOUR, why, "Aruzhan", **more)


def test_a_note_flags_its_span_and_its_withdrawal_gives_it_back(store: Store) -> None:
    original = flags(store)
    assert original[-3] == "suspect"
    before = clock.now()
    ident, count = note(store, -4, -2, parameter="pm25")
    assert count == 2
    assert flags(store) == {**original, -4: "invalid", -3: "invalid"}
    assert set(flags(store, "pm10").values()) == {"ok"}
    assert flags(store, as_of=before) == original
    row = store.measurements("astana", ["pm25"], NOON - 4 * HOUR, NOON - 3 * HOUR).iloc[0]
    assert (row["checks"], row["note"]) == ((f"maintenance:{ident},ok,filter changed",), "")
    during = clock.now()
    assert maintenance.withdraw(store, ident, "Botir", "wrong station") == 2
    assert flags(store) == original
    assert flags(store, as_of=during)[-4] == "invalid"
    assert len(notes.notes(store)) == 0
    told = notes.log(store)
    assert told[["id", "by", "why", "withdrawn"]].to_numpy().tolist() == [
        [ident, "Aruzhan", "filter changed", False], [ident, "Botir", "wrong station", True],
    ]  # fmt: skip
    with pytest.raises(maintenance.MaintenanceError, match="no note"):
        maintenance.withdraw(store, ident, "Botir")


def test_where_two_notes_overlap_the_other_still_holds(store: Store) -> None:
    original = flags(store)
    first, _ = note(store, -5, -3)
    second, _ = note(store, -4, -2, "pump; [new]")
    maintenance.withdraw(store, first, "Aruzhan")
    assert flags(store) == {**original, -4: "invalid", -3: "invalid"}
    maintenance.withdraw(store, second, "Aruzhan")
    assert flags(store) == original


def test_rows_that_arrive_later_are_flagged_too(store: Store, tmp_path: Path) -> None:
    ident, count = note(store, -1, 2)
    assert count == 2  # the last hour of both parameters
    task = Task("openaq", city("astana"), NOON, NOON + 6 * HOUR)
    outcome = keep(store, Delivery(task, table(NOON, 4), pd.DataFrame()), NOON + 4 * HOUR)
    assert outcome.error == ""
    assert [flags(store)[h] for h in (0, 1, 2, 3)] == ["invalid", "invalid", "ok", "ok"]
    again = keep(store, Delivery(task, table(NOON, 4), pd.DataFrame()), NOON + 5 * HOUR)
    assert (again.stored, again.revised, again.unchanged) == (0, 0, 4)
    maintenance.withdraw(store, ident, "Aruzhan")
    assert [flags(store)[h] for h in (0, 1, 2, 3)] == ["ok"] * 4


def test_the_import_path_is_flagged_too(store: Store, tmp_path: Path) -> None:
    from jobs.export import request, snapshot

    free = {"source": "demo", "station": "demo:1", "kind": "simulated"}  # may leave in a file
    origin = open_store(tmp_path / "origin")
    origin.append(conform(table(NOON - 24 * HOUR, 24, **free), NOON).rows)
    asked = request.Request(city="astana", start=NOON - 24 * HOUR, end=NOON + HOUR, as_of=clock.now())
    done = snapshot.write(origin, asked, "csv", tmp_path)
    other = open_store(tmp_path / "other")
    other.append(conform(table(NOON - 90 * HOUR, 1, **free), NOON).rows)
    maintenance.add(other, "astana", "demo:1", NOON - 4 * HOUR, NOON - 2 * HOUR, "moved", "Aruzhan")
    files.run([done["file"]], "tidy", "astana", other)
    assert [flags(other)[h] for h in (-5, -4, -3, -2)] == ["ok", "invalid", "invalid", "ok"]


def test_hours_made_of_readings_come_back_with_them(store: Store) -> None:
    ident, _ = note(store, 0, 1)
    task = Task("openaq", city("astana"), NOON, NOON + 3 * HOUR)
    for begin in (0, 1):  # the first delivery ends within the hour, so that the hour is made of what is kept
        rows = table(NOON, 2, minutes=10).iloc[begin * 5 : begin * 5 + 5 + 2 * begin]
        keep(store, Delivery(task, rows, pd.DataFrame()), NOON + (begin + 1) * HOUR)
    assert flags(store).get(0) != "ok"
    maintenance.withdraw(store, ident, "Aruzhan")
    assert flags(store)[0] == "ok"
    assert set(store.measurements("astana", ["pm25"], NOON, NOON + HOUR)["flag"]) == {"ok"}


def test_an_unfit_note_is_refused_in_a_sentence(store: Store) -> None:
    for wrong, says in (
        ({"station": "openaq:9"}, "no station"),
        ({"parameter": "gold"}, "no parameter"),
        ({"end": NOON - 9 * HOUR}, "ends before"),
        ({"end": NOON + timedelta(days=400)}, "longer than a year"),
        ({"start": NOON.replace(tzinfo=None)}, "no zone"),
        ({"why": "  "}, "what was done"),
        ({"by": " "}, "name is missing"),
    ):
        given = {"station": "openaq:1", "start": NOON - HOUR, "end": NOON, "why": "x", "by": "y", **wrong}
        with pytest.raises(maintenance.MaintenanceError, match=says):
            maintenance.add(store, "astana", **given)
    assert len(notes.log(store)) == 0


def test_a_day_is_flagged_when_more_than_a_quarter_of_it_is_gone(store: Store) -> None:
    day = conform(table(NOON - 12 * HOUR, 24, minutes=1440), NOON).rows
    for hours, flag in ((5, "ok"), (7, "invalid")):
        span = {"id": ["m-1"], "city": "astana", "station": "openaq:1", "parameter": "", "why": "x"}
        known = pd.DataFrame({**span, "start": [NOON], "end": [NOON + hours * HOUR]})
        assert marked(day, known)["flag"].tolist() == [flag]
    assert len(marked(empty(), known)) == 0


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-6, 6), st.integers(1, 5), st.text(min_size=1, max_size=20)), min_size=1, max_size=4
    ),
    st.sampled_from(
        [
            ("ok", (), ""),
            ("suspect", ("spike:9,1",), ""),
            ("invalid", ("range:5000,0,50",), ""),
            ("ok", (), "mean of 6 readings"),
            ("suspect", ("spike:9,1",), "spike: 9 where the hours around have 1"),
        ]
    ),
)
@pytest.mark.slow
def test_marks_are_taken_away_without_a_trace(
    spans: list[tuple[int, int, str]], state: tuple[str, tuple[str, ...], str]
) -> None:
    rows = conform(table(NOON, 4, flag=state[0], checks=[state[1]] * 4, note=state[2]), NOON).rows
    known = pd.DataFrame(
        [
            {
                "id": f"m-{i}", "city": "astana", "station": "openaq:1", "parameter": "", "why": why,
                "start": NOON + begin * HOUR, "end": NOON + (begin + long) * HOUR,
            }
            for i, (begin, long, why) in enumerate(spans)
        ]
    )  # fmt: skip
    once = marked(rows, known)
    pd.testing.assert_frame_equal(marked(once, known), once)
    pd.testing.assert_frame_equal(bare(once), rows)
    hit = {h for begin, long, _ in spans for h in range(begin, begin + long)} & set(range(4))
    assert [f == "invalid" for f in once["flag"]] == [h in hit or state[0] == "invalid" for h in range(4)]


def test_the_command_line_asks_for_a_pin_where_operators_are_set_up(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CLEANAIR_OPERATOR_PIN", raising=False)
    monkeypatch.setenv("CLEANAIR_STORE", "")  # the command sets it; it is put back afterwards
    monkeypatch.setenv("CLEANAIR_OPERATORS", "Aruzhan:planted-pin")
    command = [
        "maintenance", "add", "--city", "astana", "--station", "openaq:1", "--from", "2026-02-10T13:00",
        "--to", "2026-02-10T15:00", "--why", "fan", "--by", "aruzhan", "--store", str(store.folder),
    ]  # fmt: skip
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert cli.main(command) == 1
    assert "CLEANAIR_PIN" in capsys.readouterr().err
    monkeypatch.setenv("CLEANAIR_PIN", "wrong")
    assert cli.main(command) == 1
    monkeypatch.setenv("CLEANAIR_PIN", "planted-pin")
    assert cli.main(command) == 0
    said = capsys.readouterr()
    assert "4 values flagged" in said.out
    assert "planted-pin" not in said.out + said.err
    ident = notes.notes(store)["id"].iloc[0]
    assert notes.notes(store)["by"].iloc[0] == "Aruzhan"
    assert cli.main(["maintenance", "list", "--store", str(store.folder)]) == 0
    assert ident in capsys.readouterr().out
    assert cli.main(["maintenance", "withdraw", "--store", str(store.folder), "--by", "Aruzhan"]) == 2
    assert cli.main(["maintenance", "withdraw", "--note", ident, "--store", str(store.folder), "--by", "Aruzhan"]) == 0
    assert len(notes.notes(store)) == 0
