"""What agencies print, held against what is on file: a value without a row lacks, one no longer printed is due."""

from datetime import date
from pathlib import Path

import pytest

from data.standards.limits import registry
from data.standards.printed import COLUMNS, FILE, PrintedError, printed, review

TODAY = date(2026, 12, 1)
ROW = "uz,Uzhydromet,{day},{parameter},{value},{unit},not stated,,somewhere"


def written(folder: Path, *rows: str) -> Path:
    path = folder / "printed.csv"
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", "utf-8")
    return path


def test_every_printed_value_has_its_limit_and_the_old_ones_ask_to_be_looked_at() -> None:
    assert FILE.read_text("utf-8").splitlines()[0] == ",".join(COLUMNS)
    found = review(TODAY)
    assert (found.rows, found.lacks) == (len(printed()), ())
    due = {(one.row, str(one.on), one.owner) for one in found.due}
    assert due == {
        ("uz pm10 500 2025-10-07", "2025-12-28", "Uzhydromet"),
        ("uz pm25 35 2025-10-07", "2026-01-08", "Uzhydromet"),
    }
    assert review(date(2025, 11, 1)).due == ()


def test_a_printed_value_without_a_row_is_lacking(tmp_path: Path) -> None:
    told = ROW.format(day="2026-11-30", parameter="pm10", value=250, unit="µg/m³")
    path = written(tmp_path, told, ROW.format(day="2026-11-30", parameter="co", value=5, unit="mg/m³"))
    assert [(one.row, one.what) for one in review(TODAY, path).lacks] == [("uz pm10 250 2026-11-30", "limit")]
    assert review(date(2026, 11, 29), path).rows == 0
    without = registry()
    lost = type(without)(tuple(x for x in without.limits if (x.parameter, x.averaging) != ("pm10", "24h")))
    assert {one.row for one in review(TODAY, known=lost).lacks} == {
        f"uz pm10 300 {day}" for day in ("2025-11-20", "2025-11-24", "2025-12-28")
    }


@pytest.mark.parametrize(
    ("more", "says"), [({"unit": "ppq"}, "ppq"), ({"value": "much"}, "much"), ({"day": "soon"}, "soon")]
)
def test_a_wrong_row_is_one_sentence(tmp_path: Path, more: dict[str, str], says: str) -> None:
    plain = {"day": "2026-11-30", "parameter": "pm10", "value": "300", "unit": "µg/m³"}
    with pytest.raises(PrintedError, match=says):
        printed(written(tmp_path, ROW.format(**{**plain, **more})))
