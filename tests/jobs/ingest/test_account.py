"""The account of an import: cells are counted one by one, and every sheet, column and line is used or named."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from data.store import Store
from jobs.ingest import left_out
from jobs.ingest.files import run
from tests.jobs.ingest.test_files import balanced
from tests.sources.files.test_parts import HEADER, ROWS, book, csv


def filled(path: Path) -> int:
    """Cells of a workbook that hold anything, wherever they stand."""
    from openpyxl import load_workbook

    sheets = load_workbook(path).worksheets
    return sum(cell is not None for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row)


def taken(path: Path, store: Store, form: str = "kazhydromet-table") -> dict[str, Any]:
    return balanced(run([path], form, "astana", store))


def test_every_cell_of_a_workbook_is_counted_once(tmp_path: Path, store: Store) -> None:
    path = book(
        tmp_path / "a.xlsx",
        cover=[("Казгидромет", None), (None, "2025")],
        first=[
            ("Отчёт",),
            (*HEADER, None, "Ветер"),
            (None, None, None, "мг/м³", "мг/м³"),
            (*ROWS[0], "x", "СВ"),
            ROWS[1],
        ],
        second=[HEADER, ("02.02.2025", "07:00", "4", None, "0.06"), ("02.02.2025", "13:00", "4", "0.05", "мало")],
    )  # fmt: skip
    done = taken(path, store)
    headers, titles = 6 + 5, 1
    assert done["cells"] - done["empty"] == filled(path) - headers - titles
    assert (done["read"], done["stored"], done["empty"]) == (8, 6, 1)
    assert done["labels"] == 4 * 3 + 2
    assert done["left_out"] == [
        {"sheet": "cover", "why": "other_table", "cells": 2},
        {"sheet": "first", "line": 1, "why": "title", "cells": 0},
        {"sheet": "first", "column": "Ветер", "why": "unknown_column", "cells": 1},
        {"sheet": "first", "column": "F", "why": "unnamed_column", "cells": 1},
    ]


def test_units_below_the_header_are_the_units_of_the_values(tmp_path: Path, store: Store) -> None:
    rows = [HEADER, ("", "", "", "мкг/м³", "мг/м³"), ROWS[0]]
    taken(csv(tmp_path / "a.csv", rows), store)
    values = store.measurements("astana").set_index("parameter")["value"]
    assert values.to_dict() == pytest.approx({"no2": 0.04, "pm10": 90.0})


def test_text_gives_the_account_of_the_same_workbook(tmp_path: Path, store: Store) -> None:
    rows = [("Отчёт", "", "", "", ""), HEADER, ROWS[0], ("", "", "5", "0.05", "")]
    text = taken(csv(tmp_path / "a.csv", rows), store)
    sheet = taken(book(tmp_path / "a.xlsx", a=[[c or None for c in row] for row in rows]), store)
    for key in ("cells", "read", "labels", "empty", "rejected", "left_out"):
        assert text[key] == sheet[key], key
    assert (text["cells"], text["empty"], text["labels"]) == (5 + 2 + 1, 1, 4)


def test_broken_lines_are_named_and_their_cells_are_counted(tmp_path: Path, store: Store) -> None:
    rows = [HEADER, ROWS[0], *[("03.02.2025", "07:00", "3")] * 30, ROWS[1]]
    done = taken(csv(tmp_path / "a.csv", rows), store)
    assert done["cells"] - done["empty"] == 5 + 30 * 3 + 5
    lines = [entry for entry in done["left_out"] if entry["why"] == "broken_line"]
    assert [entry["line"] for entry in lines] == list(range(3, 23))
    assert (lines[0]["cells"], lines[-1]["lines"], lines[-1]["cells"]) == (2, 11, 22)
    assert done["rejected"] == {"line with too many or too few fields": 30}


def test_of_several_files_each_entry_names_its_own(tmp_path: Path, store: Store) -> None:
    csv(tmp_path / "a.csv", [(*HEADER, "Ветер"), (*ROWS[0], "СВ")])
    csv(tmp_path / "b.csv", [HEADER, ROWS[1]])
    done = balanced(run([tmp_path / "?.csv"], "kazhydromet-table", "astana", store))
    assert done["left_out"] == [{"file": "a.csv", "column": "Ветер", "why": "unknown_column", "cells": 1}]


@pytest.mark.parametrize("form", ["airdata-kz", "tidy", "kazhydromet"])
def test_code_written_layouts_name_what_they_do_not_read(tmp_path: Path, store: Store, form: str) -> None:
    cells = {
        "airdata-kz": {
            "datetime_utc": "2024-12-01 04:00:00-08:00", "station_id": "kgmt_4", "station_name": "x", "source": "kgmt",
            "lat": "51.12", "lon": "71.43", "raw_value": "0.03", "raw_unit": "mg/m3", "value_ugm3": "30", "more": "1",
        },
        "tidy": {
            "station": "a:1", "parameter": "pm25", "start": "2026-01-01T00:00:00Z", "minutes": "60", "value": "3",
            "known_at": "2026-01-01T02:00:00Z", "more": "1",
        },
        "kazhydromet": {
            "datetime": "2025-01-06 07:20:00", "station": "12", "PM2_5": "0.06", "PM10": "0.06", "SO2": "", "CO": "1",
            "NO2": "0.1", "NO": "0.1", "O3": "0.1", "year": "2025", "more": "1",
        },
    }[form]  # fmt: skip
    done = taken(csv(tmp_path / "pm25.csv", [list(cells), list(cells.values())], ","), store, form)
    assert done["cells"] - done["empty"] == sum(bool(cell) for cell in cells.values())
    assert {"column": "more", "why": "unknown_column", "cells": 1} in done["left_out"]
    assert sum(entry["cells"] for entry in done["left_out"]) == 2
    assert done["read"] == (7 if form == "kazhydromet" else 1)


@pytest.mark.parametrize("language", ["en", "ru", "uz", "kk"])
def test_what_is_left_out_is_said_in_words(language: str) -> None:
    entries = [
        {"sheet": "cover", "why": "empty_sheet", "cells": 0},
        {"sheet": "first", "column": "Ветер", "why": "unknown_column", "cells": 3},
        {"line": 7, "why": "something_new", "cells": 2},
        {"line": 1, "why": "title", "cells": 0},
    ]
    said = list(left_out.lines(entries, "a.xlsx", language))
    assert len(said) == 3
    assert "a.xlsx, first" in said[1]
    assert "something_new" in said[2]
    assert left_out.why("unknown_column", language) in said[1]


def test_a_workbook_without_a_table(tmp_path: Path, store: Store) -> None:
    from sources.files import ImportFileError

    Workbook().save(tmp_path / "a.xlsx")
    with pytest.raises(ImportFileError, match="no sheet with anything"):
        taken(tmp_path / "a.xlsx", store)
