"""Stores of 0.1 and 0.2 open with every row they had, whatever ends the upgrade on its way."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from deltalake import DeltaTable

from data import reasons
from data.checks import column, name
from data.schema import conform
from data.store import Store, open_store
from data.store.tables.layout import FILE, SCHEMA, fit, written
from jobs.ingest import maintenance
from models.quality.maintenance import bare
from tests.stores import HERE, NAMES, expected, same, unpacked

ROOT = Path(__file__).resolve().parents[3]
LATER = datetime(2026, 1, 12, tzinfo=UTC)

# How a process ends on its way: before anything, within the rewriting, between commit and mark, within the mark.
ENDS = {
    "before": "upgrade.write_deltalake = die",
    "first piece": "upgrade.told = die",
    "a later piece": "upgrade.told = after(upgrade.told, 1)",
    "after the last piece": "upgrade._rewritten = ended(upgrade._rewritten)",
    "after the commit": "layout.mark = lambda at, number=3: die() if number == 3 else old_mark(at, number)",
    "within the mark": "os.replace = die; Path.replace = die; os.rename = die; Path.rename = die",
}
SCRIPT = """
import os, signal, sys, time
from pathlib import Path
from data.store.tables import layout, upgrade
old_mark = layout.mark

def die(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)

def after(work, times):
    left = [times]
    def once(*given):
        left[0] -= 1
        return work(*given) if left[0] >= 0 else die()
    return once

def ended(work):
    def all_of_it(*given):
        yield from work(*given)
        die()
    return all_of_it

layout.fit(sys.argv[1])
"""


def run(folder: Path, change: str) -> subprocess.Popen[bytes]:
    script = SCRIPT.replace("\nlayout.fit", f"\n{change}\nlayout.fit")
    command = [sys.executable, "-c", script, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, env=None, stderr=subprocess.PIPE)


@pytest.mark.parametrize("which", NAMES)
def test_every_row_moment_and_table_is_as_its_release_read_it(which: str, tmp_path: Path) -> None:
    folder, said = unpacked(which, tmp_path), expected(which)
    before = DeltaTable(str(folder / "measurements")).version()
    store = open_store(folder)
    assert written(folder) == SCHEMA
    assert store.version("measurements") == f"measurements={before + 1}"  # one commit
    same(store, said)
    fit(folder)
    assert open_store(folder).version("measurements") == f"measurements={before + 1}"
    store.compact()
    same(open_store(folder), said)


@pytest.mark.parametrize("end", list(ENDS))
def test_a_process_that_is_killed_loses_nothing(end: str, tmp_path: Path) -> None:
    folder, said = unpacked("0.2-full", tmp_path), expected("0.2-full")
    process = run(folder, ENDS[end])
    _, trouble = process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL, trouble.decode()
    assert written(folder) == 2
    same(open_store(folder), said)
    assert written(folder) == SCHEMA
    overwritten = [c for c in DeltaTable(str(folder / "measurements")).history() if "Overwrite" in str(c)]
    assert len(overwritten) == 1


def test_a_store_of_the_first_release_is_killed_and_opens(tmp_path: Path) -> None:
    folder = unpacked("0.1-full", tmp_path)
    process = run(folder, ENDS["after the commit"])
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    assert (folder / FILE).exists()  # 1 → 2 was done
    same(open_store(folder), expected("0.1-full"))


def test_whoever_opens_meanwhile_waits(tmp_path: Path) -> None:
    folder, said = unpacked("0.2-full", tmp_path), expected("0.2-full")
    begun = tmp_path / "begun"
    slow = f"""
old_told = upgrade.told
def slowly(*given):
    Path({str(begun)!r}).touch()
    time.sleep(1.5)
    return old_told(*given)
upgrade.told = slowly"""
    first = run(folder, slow)
    until = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    assert written(folder) == 2
    store = open_store(folder)  # waits for the lock of the first
    assert written(folder) == SCHEMA
    same(store, said)
    _, trouble = first.communicate(timeout=60)
    assert first.returncode == 0, trouble.decode()
    overwritten = [c for c in DeltaTable(str(folder / "measurements")).history() if "Overwrite" in str(c)]
    assert len(overwritten) == 1


def test_the_old_text_stays_in_the_note_and_says_the_fields(tmp_path: Path) -> None:
    said = expected("0.2-full")
    at = {column: i for i, column in enumerate(said["columns"])}
    rows = open_store(unpacked("0.2-full", tmp_path)).measurements()
    texts = [said["rows"][i][at["reason"]] for i in said["measurements"]]
    assert rows["note"].tolist() == texts
    doubted = own(rows[rows["flag"] != "ok"])
    assert all(doubted["checks"].map(len) > 0)
    assert (rows.loc[rows["flag"] == "ok", "checks"].map(len) == 0).all()
    medians = rows[rows["statistic"] == "median"]
    assert set(medians["minutes"]) == {1440}
    words = [t for t, s in zip(texts, rows["statistic"], strict=True) if "daily median" in t and s != "median"]
    assert words  # remarks that both releases took for medians


def own(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose text the release wrote itself, and not a file of somebody else's."""
    return rows[~rows["station"].str.startswith("tidy:")]


def lean(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows as the adapters of today deliver them: without what the checks say in the note."""
    cells = zip(rows["flag"], rows["checks"], rows["note"], strict=True)
    return rows.assign(note=[reasons.remark(*cell) for cell in cells])


@pytest.mark.parametrize("which", NAMES)
def test_a_delivery_of_the_same_rows_revises_nothing(which: str, tmp_path: Path) -> None:
    store = open_store(unpacked(which, tmp_path))
    rows = store.measurements()
    for again in (rows, rows.assign(note=""), lean(own(rows))):
        done = store.append(again.assign(known_at=pd.Timestamp(LATER), known_until=pd.NaT))
        assert (done.stored, done.revised, done.unchanged) == (0, 0, len(again))
    changed = rows.head(1).assign(note="another remark", known_at=pd.Timestamp(LATER), known_until=pd.NaT)
    assert store.append(changed).revised == 1


@pytest.mark.parametrize("which", ["0.1-full", "0.2-full"])
def test_the_sentence_is_made_of_the_fields_as_it_was_of_the_text(which: str, tmp_path: Path) -> None:
    rows = open_store(unpacked(which, tmp_path)).measurements()
    mine = own(rows)
    assert reasons.series(lean(mine)).tolist() == mine["note"].tolist()
    assert len(mine)


def without_marks(flag: str, reason: str) -> tuple[str, str]:
    """What 0.2 made of a text when all its notes were withdrawn."""
    parts = reason.split("; ")
    marks = [reasons.MARK.fullmatch(p) for p in parts]
    first = next(i for i, mark in enumerate(marks) if mark)
    later = any(not mark for mark in marks[first:])
    was = str(marks[first]["was"])  # type: ignore[index]
    left = "; ".join(p for p, mark in zip(parts, marks, strict=True) if not mark)
    return ("suspect" if later and was == "ok" else was), left


def test_marks_of_older_notes_are_taken_away_without_a_trace(tmp_path: Path) -> None:
    rows = open_store(unpacked("0.2-full", tmp_path)).measurements()
    noted = rows[rows["checks"].map(lambda entries: any(name(e) == "maintenance" for e in entries))]
    texts = reasons.series(noted)
    given_back = bare(noted)
    made = list(zip(given_back["flag"], reasons.series(given_back), strict=True))
    assert made == [without_marks(f, t) for f, t in zip(noted["flag"], texts, strict=True)]
    assert len(made) > 5
    assert all("maintenance" not in note for note in given_back["note"])


def test_a_note_that_an_older_release_kept_can_be_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", LATER.isoformat())
    store: Store = open_store(unpacked("0.2-full", tmp_path))
    before = store.measurements()
    marked = before["checks"].map(lambda entries: any("m-aaaaaaa1" in e for e in entries))
    assert marked.any()
    assert maintenance.withdraw(store, "m-aaaaaaa1", "Aruzhan") > 0
    after = store.measurements()
    key = ["source", "station", "parameter", "start", "minutes", "statistic"]
    both = before[marked].merge(after, on=key, suffixes=("_before", ""))
    assert len(both) == marked.sum()
    assert not any("m-aaaaaaa1" in e for entries in both["checks"] for e in entries)
    assert not both["note"].str.contains("m-aaaaaaa1").any()
    others = both["checks"].map(lambda entries: any("m-aaaaaaa" in e for e in entries))
    alone = both[~others]
    texts = reasons.series(before[marked]).tolist()
    flags = {
        tuple(k): without_marks("invalid", t)[0] for k, t in zip(before.loc[marked, key].to_numpy(), texts, strict=True)
    }
    assert [flags[tuple(k)] for k in alone[key].to_numpy()] == alone["flag"].tolist()


def test_gusts_sums_and_readings_become_what_the_adapters_say(tmp_path: Path) -> None:
    rows = pd.DataFrame(
        [("openmeteo", "wind_gust", 60, "max"), ("metar", "wind_gust", 0, "instant"), ("tidy", "wind_gust", 60, "mean"),
         ("openmeteo", "precipitation", 60, "sum"), ("uzhydromet", "so2", 1440, "instant"), ("x", "pm25", 60, "mean")],
        columns=["source", "parameter", "minutes", "wanted"],
    )  # fmt: skip
    made = reasons.fields(rows.assign(flag="ok", reason="", station="x:1"))
    assert made["statistic"].tolist() == rows["wanted"].tolist()


@pytest.mark.parametrize(
    ("minutes", "flag", "text", "statistic", "checks"),
    [
        (60, "ok", "", "mean", ()),
        (1440, "suspect", "daily median of hourly values; stuck: 8 equal days", "median", ("stuck:8",)),
        (60, "invalid", f"{reasons.WHOLE[0]}; negative: -4 µg/m³", "mean", ("negative:-4",)),
        (60, "suspect", "operator: span gas; wait 20 min; stuck: 7 equal hours", "mean", ("stuck:7",)),
        (1440, "ok", "operator: agrees with the daily median of post 3", "mean", ()),
        (60, "ok", "spike: 9", "mean", ()),
        (60, "suspect", "spike: seen by the operator, real: a fire nearby", "mean", ()),
        (1440, "invalid", "daily median of hourly values; maintenance: W [note m-1, was ok]", "median",
         ("maintenance:m-1,ok,W",)),
        (60, "invalid", "future time: ends 3 h after now; range: 55 is outside 0 to 50 µg/m³", "mean",
         ("future_time:180", "range:55,0,50")),
        (60, "invalid", "spike: 9; maintenance: W [note m-1, was ok]", "mean", ("maintenance:m-1,ok,W",)),
    ],
)  # fmt: skip
def test_what_an_old_text_says(minutes: int, flag: str, text: str, statistic: str, checks: tuple[str, ...]) -> None:
    row = pd.DataFrame({"source": "x", "parameter": "pm25", "minutes": [minutes], "flag": flag, "reason": text})
    made = reasons.fields(row).iloc[0]
    assert (made["statistic"], made["checks"], made["note"]) == (statistic, checks, text)
    assert reasons.reason("pm25", minutes, flag, made["statistic"], made["checks"], made["note"]) == text


def test_a_new_mark_stands_behind_an_old_text() -> None:
    told = reasons.reason(
        "pm25", 60, "invalid", "mean", ("spike:41,12", "maintenance:m-2,suspect,fan%2C new"),
        "spike: 41 where the hours around have 12",
    )  # fmt: skip
    assert told == "spike: 41 where the hours around have 12; maintenance: fan, new [note m-2, was suspect]"


def test_the_folder_is_small() -> None:
    assert sum(p.stat().st_size for p in HERE.rglob("*") if p.is_file() and p.suffix != ".pyc") < 200_000


def test_rows_of_the_old_key_meet_the_new_one() -> None:
    twice = pd.DataFrame(
        {"source": "x", "station": "x:1", "parameter": "pm25", "start": pd.Timestamp("2026-01-01T00:00Z"),
         "value": [1.0, 2.0], "minutes": 1440, "kind": "reference", "city": "astana",
         "statistic": ["mean", "median"], "checks": column([(), ()])}
    )  # fmt: skip
    assert len(conform(twice, LATER).rows) == 2
