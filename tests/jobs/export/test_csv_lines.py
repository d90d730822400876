"""Lines written column by column are the lines that one writes cell by cell, whatever the cells hold."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import reasons
from data.parameters import PARAMETERS
from jobs.export import csv_lines
from jobs.export.csv_lines import Lines, pieces, safe
from models.indices.aqi import index

ALMATY = ZoneInfo("Asia/Almaty")
NASTY = (
    "", "plain", "a,b", "a;b", 'say "no"', "two\nlines", "two\rlines", "=1+1", "+7", "-1", "@sum", "\t=1", "＝1",
    "\u200b=1", "with\x00nul", "Пост 6, ул. «Мира»", "'quoted", "nan", "level: 3 of 4; spike: 9",
)  # fmt: skip
NUMBERS = (
    0.0, -0.0, 0.1, 1e-7, 1e-5, 35.0, 35.45, 133.0050971549625, 1e15, 1e16, 1.5e300, -12.5, 17.9814999999999, 5e-324,
    float("nan"), float("inf"), None,
)  # fmt: skip
MOMENTS = (
    datetime(2024, 2, 29, 17, tzinfo=UTC), datetime(2024, 2, 29, 18, tzinfo=UTC), datetime(2024, 2, 29, 19, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 1, 10, 6, 30, 59, 999_999, tzinfo=UTC),
)  # fmt: skip
HEAD = [["demo:1", "'=cmd|' /C", 51.0, None], ["demo:2", 'Post "2", east', 51.123456, float("nan")]]
TAIL = [["demo", "CC BY 4.0"], ["other", "none, asked"]]
ROW = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(("reference", "simulated")),
        "parameter": st.sampled_from(("pm25", "no2", "o3", "wind_speed", "unknown")),
        "value": st.sampled_from(NUMBERS) | st.floats(),
        "raw_value": st.sampled_from(NUMBERS),
        "raw_unit": st.sampled_from((*NASTY, None)),
        "start": st.sampled_from(MOMENTS),
        "minutes": st.sampled_from((0, 20, 60, 480, 1440)),
        "flag": st.sampled_from(("ok", "suspect", "invalid")),
        "statistic": st.sampled_from(("mean", "median")),
        "checks": st.lists(st.sampled_from(("spike:900,43.3", "network:flagged", "odd:=1%2C2", "stuck:8")), max_size=2),
        "note": st.sampled_from((*NASTY, None)) | st.text(max_size=8),
        "known_at": st.sampled_from(MOMENTS),
        "station": st.integers(0, 1),
    }
)
TYPES = {
    "kind": pa.string(), "parameter": pa.string(), "value": pa.float64(), "raw_value": pa.float64(),
    "raw_unit": pa.string(), "start": pa.timestamp("us", "UTC"), "minutes": pa.int32(), "flag": pa.string(),
    "statistic": pa.string(), "checks": pa.list_(pa.string()), "note": pa.string(),
    "known_at": pa.timestamp("us", "UTC"),
}  # fmt: skip


def batch(rows: list[dict[str, Any]]) -> pa.RecordBatch:
    columns = [pa.array([row[name] for row in rows], dtype) for name, dtype in TYPES.items()]
    return pa.record_batch(columns, names=list(TYPES))


def lines(excel: bool) -> Lines:
    return Lines(HEAD, TAIL, ALMATY, ";" if excel else ",", comma=excel)


def one(row: dict[str, Any], excel: bool) -> str:
    """A line, cell by cell, as docs/data-dictionary.md says."""
    comma = (lambda text: text.replace(".", ",")) if excel else str
    start, end = row["start"], row["start"] + timedelta(minutes=row["minutes"])
    usable = row["value"] if row["flag"] != "invalid" else None
    cells = [
        *(plain(c, comma) for c in HEAD[row["station"]]), row["kind"], row["parameter"], number(row["value"], comma),
        PARAMETERS[row["parameter"]].unit if row["parameter"] in PARAMETERS else "", number(row["raw_value"], comma),
        safe(row["raw_unit"] or ""), str(row["minutes"]),
        *(t.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + "Z" for t in (start, end)),
        *(t.astimezone(ALMATY).isoformat(timespec="seconds") for t in (start, end)), "Asia/Almaty",
        row["flag"], safe(reason_of(row)),
        *(band(row, usable, standard) for standard in csv_lines.STANDARDS),
        *TAIL[row["station"]], row["known_at"].isoformat(timespec="microseconds").replace("+00:00", "Z"),
        row["statistic"], safe(";".join(row["checks"])), safe(row["note"] or ""),
    ]  # fmt: skip
    return (";" if excel else ",").join(quoted(c, excel) for c in cells) + "\n"


def reason_of(row: dict[str, Any]) -> str:
    told = (row["parameter"], row["minutes"], row["flag"], row["statistic"], tuple(row["checks"]), row["note"] or "")
    return reasons.reason(*told)


def plain(cell: Any, comma: Any) -> str:
    if isinstance(cell, float):
        return "" if math.isnan(cell) else comma(repr(cell).removesuffix(".0"))
    return cell or ""


def number(value: float | None, comma: Any) -> str:
    missing = value is None or math.isnan(value)
    return "" if missing else comma(pa.scalar(value).cast(pa.string()).as_py())


def band(row: dict[str, Any], value: float | None, standard: str) -> str:
    found = None if value is None else index(row["parameter"], row["minutes"], value, standard)
    return "" if found is None else str(found.value)


def quoted(text: str, excel: bool) -> str:
    special = any(mark in text for mark in (";" if excel else ",", '"', "\n", "\r"))
    return '"' + text.replace('"', '""') + '"' if special else text


@settings(max_examples=25, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=30), st.booleans())
def test_columns_give_the_lines_of_cells(rows: list[dict[str, Any]], excel: bool) -> None:
    place = np.array([row["station"] for row in rows], dtype=np.int64)
    made = b"".join(pieces(lines(excel).write(batch(rows), place), 7)).decode()
    assert made == "".join(one(row, excel) for row in rows)


@pytest.mark.parametrize("table", [0, 1 << 20])
def test_many_combinations_are_numbered_alike(table: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"kind": "reference", "parameter": "pm25", "value": float(i), "raw_value": None, "raw_unit": NASTY[i % 19],
         "start": MOMENTS[i % 5], "minutes": (0, 60, 1440)[i % 3], "flag": ("ok", "suspect")[i % 2],
         "statistic": ("mean", "median")[i % 2], "checks": ([], ["stuck:8"])[i % 3 == 0],
         "note": NASTY[i % 7], "known_at": MOMENTS[i % 4], "station": i % 2}
        for i in range(400)
    ]  # fmt: skip
    monkeypatch.setattr(csv_lines, "_TABLE", table)
    place = np.array([row["station"] for row in rows], dtype=np.int64)
    assert b"".join(pieces(lines(False).write(batch(rows), place))).decode() == "".join(one(r, False) for r in rows)


def test_nothing_gives_nothing() -> None:
    assert list(pieces(lines(False).write(batch([]), np.zeros(0, dtype=np.int64)))) == []
