"""Where a table stands in a file: titles, headers, units, sheets, delimiters; and a cell stays below its header."""

import gzip
import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import Workbook

from sources.files import FORMATS, ImportFileError, Part, parts

POSTS = FORMATS["kazhydromet-table"]
HEADER = ("Дата", "Срок", "Номер поста", "NO2", "PM10")
ROWS = [("01.02.2025", "07:00", "3", "0.04", "0.09"), ("01.02.2025", "13:00", "3", "0.05", "0.08")]
Rows = Sequence[Sequence[Any]]


def book(path: Path, **sheets: Rows) -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def csv(path: Path, rows: Rows, delimiter: str = ";", encoding: str = "utf-8") -> Path:
    path.write_bytes("\n".join(delimiter.join(map(str, row)) for row in rows).encode(encoding))
    return path


def one(found: list[Part]) -> tuple[Part, pd.DataFrame]:
    (part,) = found
    chunks = list(part.chunks())
    return part, pd.concat([chunk.table for chunk in chunks], ignore_index=True)


@pytest.mark.parametrize("gap", range(6))
def test_a_cell_stays_below_its_header_wherever_a_name_is_missing(tmp_path: Path, gap: int) -> None:
    rows = [(*row[:gap], more, *row[gap:]) for row, more in zip([HEADER, *ROWS], ("", "x", "y"), strict=True)]
    filled = [[None if cell == "" else cell for cell in row] for row in rows]
    for path, place in (
        (csv(tmp_path / "a.csv", rows), str(gap + 1)),
        (book(tmp_path / "a.xlsx", a=filled), "ABCDEF"[gap]),
    ):
        part, table = one(parts(path, POSTS))
        assert [tuple(row) for row in table.itertuples(index=False)] == ROWS
        assert tuple(table.columns) == HEADER
        assert next(part.chunks()).apart == {(place, "unnamed_column"): 2}


def test_cells_beyond_the_header_of_a_sheet_are_counted(tmp_path: Path) -> None:
    part, table = one(parts(book(tmp_path / "a.xlsx", a=[HEADER, (*ROWS[0], "note"), ROWS[1]]), POSTS))
    assert table.shape == (2, 5)
    assert next(part.chunks()).apart == {("F", "unnamed_column"): 1}


def test_a_name_that_stands_twice_is_refused_where_it_is_used(tmp_path: Path) -> None:
    for cell in ("NO2", " no2 "):
        rows = [(*HEADER, cell), *[(*row, "9") for row in ROWS]]
        for path in (csv(tmp_path / "a.csv", rows), book(tmp_path / "a.xlsx", a=rows)):
            with pytest.raises(ImportFileError, match="twice") as caught:
                parts(path, POSTS)
            assert caught.value.parameter == cell
    rows = [(*HEADER, "Ветер", "Ветер"), *[(*row, "СВ", "Ю") for row in ROWS]]
    part, table = one(parts(csv(tmp_path / "a.csv", rows), POSTS))
    assert next(part.chunks()).apart == {("Ветер", "doubled_column"): 2}
    assert table["Ветер"].tolist() == ["СВ", "СВ"]


@pytest.mark.parametrize("titles", [1, 4, 25])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_titles_above_the_header(tmp_path: Path, titles: int, encoding: str) -> None:
    above = [(f"Наблюдения, лист {i}", "", "", "", "") for i in range(titles)]
    part, table = one(parts(csv(tmp_path / "a.csv", [*above, HEADER, *ROWS], encoding=encoding), POSTS))
    assert part.header is not None
    assert (part.header.line, len(table)) == (titles + 1, 2)
    assert [line.number for line, why in part.header.left_out] == list(range(1, titles + 1))


def test_a_header_that_is_nearly_one_is_named_by_its_line(tmp_path: Path) -> None:
    rows = [("Отчёт", "", ""), ("за февраль", "", ""), ("Дата", "Срок", "NO2"), ("01.02.2025", "07:00", "0.04")]
    with pytest.raises(ImportFileError, match=r"station.*line 3") as caught:
        parts(csv(tmp_path / "a.csv", rows), POSTS)
    assert ".toml" in str(caught.value)


def test_a_line_of_units_joins_the_header(tmp_path: Path) -> None:
    for below in (("", "", "", "мкг/м³", "мг/м³"), ("", "ч:мин", "№", "(мкг/м³)", "[мг/м³]")):
        for path in (
            csv(tmp_path / "a.csv", [HEADER, below, *ROWS]),
            book(tmp_path / "a.xlsx", a=[HEADER, [c or None for c in below], *ROWS]),
        ):
            part, table = one(parts(path, POSTS))
            assert list(table.columns)[3:] == ["NO2, мкг/м³", "PM10, мг/м³"]
            assert len(table) == 2
            assert part.header is not None
            assert part.header.units is not None


def test_numbers_of_columns_are_no_row(tmp_path: Path) -> None:
    part, table = one(parts(csv(tmp_path / "a.csv", [HEADER, (1, 2, 3, 4, 5), *ROWS]), POSTS))
    assert len(table) == 2
    assert part.header is not None
    assert [(line.number, why) for line, why in part.header.left_out] == [(2, "column_numbers")]


def test_a_second_header_line_that_changes_the_meaning_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match=r"line 2 .*максимум.*NO2"):
        parts(csv(tmp_path / "a.csv", [HEADER, ("", "", "", "максимум", ""), *ROWS]), POSTS)


def test_units_below_the_header_of_a_format_with_units_of_its_own(tmp_path: Path) -> None:
    names = ("datetime", "station", "PM2_5", "PM10", "SO2", "CO", "NO2", "NO", "O3")
    rows = [names, ("", "", *["мкг/м³"] * 7), ("2025-01-06 07:20:00", "12", *["0.06"] * 7)]
    with pytest.raises(ImportFileError, match=r"line 2 .*units"):
        parts(csv(tmp_path / "a.csv", rows, ","), FORMATS["kazhydromet"])


def test_every_sheet_under_its_own_header(tmp_path: Path) -> None:
    other = ("Номер поста", "O3", "Срок", "Дата")
    path = book(
        tmp_path / "a.xlsx",
        cover=[("Казгидромет",), ("2025",)],
        first=[HEADER, *ROWS],
        second=[("пост 4",), other, ("4", "0.03", "07:00", "01.02.2025")],
        third=[],
    )
    found = parts(path, POSTS)
    assert [(part.sheet, part.why) for part in found] == [
        ("cover", "other_table"), ("first", ""), ("second", ""), ("third", "empty_sheet"),
    ]  # fmt: skip
    assert found[0].filled() == 2
    second = next(found[2].chunks()).table
    assert second.iloc[0].to_dict() == dict(zip(other, ("4", "0.03", "07:00", "01.02.2025"), strict=True))


def test_a_table_below_a_table_has_a_header_of_its_own(tmp_path: Path) -> None:
    below = ("Дата", "Срок", "Номер поста", "SO2", "NO2")
    rows = [HEADER, *ROWS, below, ("02.02.2025", "07:00", "4", "0.01", "0.06"), below]
    for path in (csv(tmp_path / "a.csv", rows), book(tmp_path / "a.xlsx", a=rows)):
        (part,) = parts(path, POSTS)
        first, second, last = part.chunks()
        assert first.table["NO2"].tolist() == ["0.04", "0.05"]
        assert second.table[["SO2", "NO2"]].to_numpy().tolist() == [["0.01", "0.06"]]
        assert [(b.line, b.cells) for b in (*second.again, *last.again)] == [(4, 5), (6, 5)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_under_which_the_header_is_one(tmp_path: Path, delimiter: str) -> None:
    rows = [("Дата", "Срок", "Номер поста", "PM2.5 (a;b,c|d)", "РМ-2,5"), ("01.02.2025", "07:00", "3", "1", "0.04")]
    quoted = [[f'"{cell}"' if any(c in cell for c in ",;|") else cell for cell in row] for row in rows]
    _, table = one(parts(csv(tmp_path / "a.csv", quoted, delimiter), POSTS))
    assert table.iloc[0].to_dict() == dict(zip(*rows, strict=True))
    declared = [(f"sep={delimiter}",), *quoted]
    part, table = one(parts(csv(tmp_path / "a.csv", declared, delimiter), POSTS))
    assert len(table) == 1
    assert part.header is not None
    assert part.header.line == 2


def test_a_quoted_line_break_in_a_header_and_in_a_cell(tmp_path: Path) -> None:
    text = 'Дата;Срок;Номер поста;Адрес;"NO2,\r\nмг/м³"\r\n01.02.2025;07:00;3;"пр. Абая\r\n2";0,04\r\n'
    (tmp_path / "a.csv").write_bytes(text.encode())
    _, table = one(parts(tmp_path / "a.csv", POSTS))
    assert table.iloc[0].tolist() == ["01.02.2025", "07:00", "3", "пр. Абая\r\n2", "0,04"]


def test_a_quoted_line_break_lies_across_two_blocks(tmp_path: Path) -> None:
    address = '"' + "пр. Абая\n" * 300 + '"'
    rows = 4000  # of 4.5 KB: two blocks of the reader
    lines = [";".join(("Дата", "Срок", "Номер поста", "Адрес", "NO2"))]
    lines += [f"01.02.2025;07:00;{i};{address};0,04" for i in range(rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    _, table = one(parts(tmp_path / "a.csv", POSTS))
    assert table["Номер поста"].tolist() == [str(i) for i in range(rows)]


def test_a_delimiter_at_the_end_of_each_line(tmp_path: Path) -> None:
    rows = [HEADER, *[(*row, "") for row in ROWS]]
    _, table = one(parts(csv(tmp_path / "a.csv", rows), POSTS))
    assert table.shape == (2, 5)


def test_broken_lines_are_named_by_their_number(tmp_path: Path) -> None:
    rows = [HEADER, ROWS[0], ("", "", "", "", ""), ("03.02.2025", "07:00"), ROWS[1], (*ROWS[1], "7", "8")]
    (part,) = parts(csv(tmp_path / "a.csv", rows), POSTS)
    (chunk,) = part.chunks()
    assert [(b.line, b.cells) for b in chunk.lines] == [(4, 2), (6, 7)]


def test_a_workbook_gives_what_the_same_table_as_text_gives(tmp_path: Path) -> None:
    names = ("Дата", "Срок", "Номер поста", "NO2", "Название поста")
    cells = [
        (datetime(2025, 2, 1), time(7), 5, 0.04, 5.0),
        (datetime(2025, 2, 1, 7, 0, 0, 1), timedelta(days=1), 5, 40, True),
    ]
    texts = [
        ("2025-02-01T00:00:00", "07:00:00", "5", "0.04", "5"),
        ("2025-02-01T07:00:00", "24:00:00", "5", "40", "TRUE"),
    ]
    _, sheet = one(parts(book(tmp_path / "a.xlsx", a=[names, *cells]), POSTS))
    _, text = one(parts(csv(tmp_path / "a.csv", [names, *texts]), POSTS))
    pd.testing.assert_frame_equal(sheet, text)


def test_parquet_of_people_is_text(tmp_path: Path) -> None:
    table = pd.DataFrame({"Дата и время": [pd.Timestamp("2025-02-01T07:00")], "Номер поста": [5], "NO2": [40.0]})
    table.to_parquet(tmp_path / "a.parquet")
    _, read = one(parts(tmp_path / "a.parquet", POSTS))
    assert read.iloc[0].tolist() == ["2025-02-01T07:00:00", "5", "40"]


def test_a_sheet_that_lies_of_its_size_is_read_whole(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", a=[HEADER, *ROWS])
    with zipfile.ZipFile(path) as old:
        inside = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name, content in inside.items():
            new.writestr(name, content.replace(b'<dimension ref="A1:E3"', b'<dimension ref="A1:D2"'))
    _, table = one(parts(tmp_path / "b.xlsx", POSTS))
    assert [tuple(row) for row in table.itertuples(index=False)] == ROWS


def zipped(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (OLE, r"Excel \(\.xls\) or Word"),
        (OLE + "Workbook".encode("utf-16-le"), r"old Excel workbook \(\.xls\)"),
        (OLE + "WordDocument".encode("utf-16-le"), "old Word"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xef\xbb\xbf\n <TABLE><tr><td>1</td></tr></TABLE>", "HTML"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (b"{\\rtf1 x}", "RTF"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (zipped("word/document.xml"), "Word document"),
        (zipped("content.xml", "mimetype"), "OpenDocument"),
        (zipped("xl/workbook.bin"), "xlsb"),
        (zipped("a.csv"), "ZIP archive"),
    ],
)
def test_what_is_no_table_is_named_for_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    for packed in (False, True):
        path = tmp_path / "table.xls"
        path.write_bytes(gzip.compress(content) if packed else content)
        for profile in FORMATS.values():
            with pytest.raises(ImportFileError) as caught:
                parts(path, profile)
            if packed and content.startswith(b"PK"):
                assert "gzip" in str(caught.value)
            else:
                sentence = str(caught.value)
                assert re.search(said, sentence)
                assert ".toml" not in sentence


def test_eight_bits_are_cyrillic_only_where_they_are_words(tmp_path: Path) -> None:
    head, row = "station,parameter,start,minutes,value\n", "{},pm25,2026-01-01T00:00:00Z,60,1\n"
    for name, encoding, fine in (("Пост", "cp1251", True), ("Orléans", "latin-1", False)):
        (tmp_path / "a.csv").write_bytes((head + row.format(name)).encode(encoding))
        if fine:
            assert one(parts(tmp_path / "a.csv", FORMATS["tidy"]))[1]["station"][0] == name
        else:
            with pytest.raises(ImportFileError, match="not UTF-8"):
                parts(tmp_path / "a.csv", FORMATS["tidy"])
    damaged = bytearray((head + row.format("Пост номер пять") * 3).encode())
    damaged[len(head) + 1] = ord("x")
    (tmp_path / "a.csv").write_bytes(damaged)
    with pytest.raises(ImportFileError, match="not UTF-8"):
        parts(tmp_path / "a.csv", FORMATS["tidy"])


def test_a_key_that_stands_twice_in_a_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"Дата и время": "x", "Номер поста": 5, "NO2": 1.0}, {"NO2": 1, "NO2": 2}]')
    (part,) = parts(tmp_path / "a.json", POSTS)
    (chunk,) = part.chunks()
    assert chunk.table["NO2"].tolist() == ["1"]
    assert [(b.line, b.cells) for b in chunk.lines] == [(2, 1)]
