"""Known tables written as the files that offices send: CSV of any dialect, Excel, Parquet, JSON."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import Any

import pandas as pd
from openpyxl import Workbook

from tests.hostile.corruption.sheet import PARAMETERS, Sheet

ENCODINGS = ("utf-8", "utf-8-sig", "cp1251", "utf-16")


def as_csv(sheet: Sheet, random: Random, folder: Path) -> Path:
    """A CSV: delimiter, encoding, line ends, quotes and packing by chance."""
    delimiter, end = random.choice(",;\t"), random.choice(("\n", "\r\n"))
    text = io.StringIO()
    write = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=random.choice((0, 1)))
    write.writerows([*sheet.above, sheet.head, *sheet.under, *sheet.rows])
    said = (f"sep={delimiter}{end}" if random.random() < 0.1 else "") + text.getvalue()
    data = _encoded(said, random)
    packed = random.random() < 0.2
    path = folder / ("table.csv.gz" if packed else "table.csv")
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def _encoded(text: str, random: Random) -> bytes:
    name = random.choice(ENCODINGS)
    try:
        return text.encode(name)
    except UnicodeEncodeError:  # cp1251 has no ³
        return text.encode("utf-8")


def as_excel(sheet: Sheet, random: Random, folder: Path) -> Path:
    """A workbook; numbers, dates and hours typed or as text."""
    book = Workbook()
    first = book.active
    assert first is not None
    pages = [*([sheet.cover] if sheet.cover else [])]
    typed = random.random() < 0.7
    pages += [[*s.above, s.head, *s.under, *_typed(s, typed, random)] for s in (sheet, *sheet.more)]
    for number, lines in enumerate(pages):
        page = first if number == 0 else book.create_sheet(f"Лист{number + 1}")
        for line in lines:
            page.append([None if cell == "" else cell for cell in line])
    path = folder / "table.xlsx"
    book.save(path)
    return path


def _typed(sheet: Sheet, typed: bool, random: Random) -> list[list[Any]]:
    if not typed:
        return [list(row) for row in sheet.rows]
    hours = random.choice((_time, _length, str))
    readers: dict[str, Callable[[str], Any]] = {"date": _date, "clock": hours, "post": _whole}
    readers |= dict.fromkeys((*PARAMETERS, "value", ""), _number)
    return [
        [_tried(readers.get(c, str), cell) for c, cell in zip(_longer(sheet.columns, row), row, strict=False)]
        for row in sheet.rows
    ]


def _longer(columns: list[str], row: list[str]) -> list[str]:
    return columns + ["other"] * max(0, len(row) - len(columns))


def _tried(read: Callable[[str], Any], cell: str) -> Any:
    try:
        return read(cell) if cell else cell
    except ValueError:
        return cell


def _date(cell: str) -> datetime:
    return datetime.strptime(cell, "%d.%m.%Y")


def _time(cell: str) -> time:
    return datetime.strptime(cell, "%H:%M").time()


def _length(cell: str) -> timedelta:
    hour, _, minute = cell.partition(":")
    return timedelta(hours=int(hour), minutes=int(minute))


def _number(cell: str) -> float:
    return float(cell)


def _whole(cell: str) -> int:
    return int(cell)


def as_parquet(sheet: Sheet, random: Random, folder: Path) -> Path:
    """Parquet of text, numbers typed where every cell of a column is one."""
    table = _frame(sheet)
    if random.random() < 0.5:
        for name in list(table):
            numbers = pd.to_numeric(table[name], errors="coerce")
            if numbers.notna().all():
                table[name] = numbers
    path = folder / "table.parquet"
    table.to_parquet(path, index=random.random() < 0.2)
    return path


def as_json(sheet: Sheet, random: Random, folder: Path) -> Path:
    """A list of records."""
    records = _frame(sheet).to_dict("records")
    path = folder / "table.json"
    told = [{k: v for k, v in r.items() if v is not None or random.random() < 0.5} for r in records]
    path.write_text(json.dumps(told, ensure_ascii=random.random() < 0.5, default=str), "utf-8")
    return path


def _frame(sheet: Sheet) -> pd.DataFrame:
    """Lines cut or filled to the header; a second column of one name gets another, as pandas gives it."""
    width = len(sheet.head)
    rows = [[cell or None for cell in (*row, *[""] * width)][:width] for row in (*sheet.under, *sheet.rows)]
    names: list[str] = []
    for name in sheet.head:
        names.append(name if name not in names else f"{name}.{names.count(name)}")
    return pd.DataFrame(rows, columns=pd.Index(names), dtype="object").loc[:, lambda t: ~t.columns.duplicated()]


FORMATS: Mapping[str, Callable[[Sheet, Random, Path], Path]] = MappingProxyType(
    {"csv": as_csv, "xlsx": as_excel, "parquet": as_parquet, "json": as_json}
)
