"""Regional target indicators: what was not read is never a number, and a wrong row is refused."""

from datetime import date
from pathlib import Path

import pytest

from data.standards.targets import COLUMNS, FILE, TargetError, check, review, seed, targets

WHOLE = {
    "act": "kz-karaganda-249-2024", "country": "kz", "city": "karaganda", "post": "post 5", "parameter": "pm25",
    "year": "2027", "value": "0.03", "unit": "mg/m³", "in_force_from": "2025-03-01", "status": "secondary",
    "read": "secondary", "sure": "B", "reference": "adilet G24K000249M", "checked": "2026-11-30",
    "review_by": "2027-03-01", "note": "",
}  # fmt: skip


def written(folder: Path, **cells: str) -> Path:
    row = WHOLE | cells
    path = folder / "targets.csv"
    path.write_text(",".join(COLUMNS) + "\n" + ",".join(row[name] for name in COLUMNS) + "\n", "utf-8")
    return path


def test_the_decision_of_karaganda_is_on_file_without_the_values_that_nobody_read() -> None:
    made = targets("kz")
    assert {(x.act, x.city, x.in_force_from) for x in made} == {
        ("kz-karaganda-249-2024", "karaganda", date(2025, 3, 1))
    }
    assert {x.year for x in made} == {2027, 2029}
    assert all(x.value is None and x.read == "not_read" and "not asked yet" in x.note for x in made)


def test_the_shipped_rows_lack_nothing_and_fall_due() -> None:
    now = review(date(2026, 12, 1))
    assert (now.rows, now.lacks, now.due) == (len(seed(FILE)), (), ())
    assert len(review(date(2027, 3, 1)).due) == now.rows


def test_a_value_that_was_read_is_kept(tmp_path: Path) -> None:
    (one,) = targets(file=written(tmp_path))
    assert (one.value, one.unit, one.parameter, one.post) == (0.03, "mg/m³", "pm25", "post 5")


WRONG = [
    ("value", "", "read"),  # read, but no value
    ("read", "not_read", "read"),  # a value that nobody read
    ("value", "-1", "value"),
    ("value", "much", "value"),
    ("unit", "ppb", "unit"),
    ("unit", "", "unit"),
    ("post", "unknown", "post"),
    ("parameter", "gold", "parameter"),
    ("year", "soon", "year"),
    ("checked", "yesterday", "checked"),
    ("status", "sure", "status"),
    ("reference", "", "reference"),
]


@pytest.mark.parametrize(("name", "cell", "lack"), WRONG)
def test_a_wrong_row_is_refused_by_the_column_to_mend(tmp_path: Path, name: str, cell: str, lack: str) -> None:
    assert lack in {one.what for one in check(WHOLE | {name: cell})}
    with pytest.raises(TargetError, match=lack):
        targets(file=written(tmp_path, **{name: cell}))
