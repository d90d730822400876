"""Files that mean harm are refused in one sentence or counted row by row, in little memory and time."""

import ast
import gzip
import io
import os
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from data.store import Store
from jobs.ingest import files as ingest_files
from jobs.ingest.files import ImportFileError

HEAD = "station,parameter,start,minutes,value\n"
ROW = "a:1,pm25,2026-01-01T00:00:00Z,60,1\n"
ROOM = 400 << 20  # what a hostile file may cost at most [bytes]
SECONDS = 20.0
UNPACKING = {"extractall", "extract", "unpack_archive", "eval", "exec"}


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """Every file of this module in bounded memory and time; a loaded machine has room."""
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    yield
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) << 10 < ROOM
    assert time.monotonic() - began < SECONDS


def refused(path: Path, store: Store, form: str = "tidy") -> str:
    """The sentence with which a file is refused; nothing of it is kept."""
    with pytest.raises(ImportFileError) as error:
        ingest_files.run([path], form, "tashkent", store)
    said = str(error.value)
    assert said.endswith("Nothing was stored.")
    assert path.name in said
    assert "\n" not in said
    assert "Traceback" not in said
    assert len(said) < 500
    assert not len(store.spans())
    return said


def counted(path: Path, store: Store) -> dict[str, int]:
    """The reasons of rows that were not kept; every one read is accounted for."""
    done = ingest_files.run([path], "tidy", "tashkent", store)
    rejected: dict[str, int] = done["rejected"]
    assert done["read"] == done["stored"] + done["revised"] + done["unchanged"] + sum(rejected.values())
    return rejected


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


# Texts


def test_a_quote_that_is_never_closed_counts_the_lines_it_swallows(tmp_path: Path, store: Store) -> None:
    lines = ROW.replace("00:00:00", "0{}:00:00")
    good, lost = "".join(lines.format(i) for i in range(3)), ROW * 500
    rejected = counted(written(tmp_path / "open.csv", HEAD + good + '"' + lost), store)
    assert sum(rejected.values()) == 500
    assert ingest_files.BROKEN in rejected


def test_a_million_columns(tmp_path: Path, store: Store) -> None:
    path = written(tmp_path / "wide.csv", ",".join(f"c{i}" for i in range(1_000_000)) + "\n" + "1," * 999_999 + "1\n")
    assert "columns" in refused(path, store)


def test_a_header_without_end(tmp_path: Path, store: Store) -> None:
    assert "header" in refused(written(tmp_path / "endless.csv", b"a" * 20_000_000), store)


def test_a_line_without_end(tmp_path: Path, store: Store) -> None:
    assert "longer than 8 MB" in refused(written(tmp_path / "line.csv", HEAD.encode() + b"a" * 20_000_000), store)


@pytest.mark.parametrize("station", ["a\x00b", "a\x1b[31mb", "x" * 7_000_000, "a\u202eb", "a\rb"])
def test_cells_that_no_screen_can_show(tmp_path: Path, store: Store, station: str) -> None:
    line = ROW.replace("a:1", f'"{station}"' if "\r" in station else station)
    rejected = counted(written(tmp_path / "cells.csv", HEAD + ROW + line), store)
    assert sum(rejected.values()) == 1
    assert store.measurements("tashkent")["station"].tolist() == ["a:1"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\x00" * 5000, b"\xff\xfe" + HEAD.encode("utf-16-le"), (HEAD + ROW).encode("utf-16-le"),
        HEAD.encode() + "é:1,pm25,2026-01-01T00:00:00Z,60,1\n".encode("latin-1"), os.urandom(5000), b"PK\x03\x04" * 900,
        b"PAR1" + os.urandom(900) + b"PAR1", b"\x1f\x8b" + os.urandom(900), b"\x7fELF" + b"\x00" * 99,
        b"<!DOCTYPE html><html><body>not found</body></html>", b"%PDF-1.7\n%" + os.urandom(99),
    ],
)  # fmt: skip
def test_what_is_no_table(tmp_path: Path, store: Store, content: bytes) -> None:
    refused(written(tmp_path / "odd.csv", content), store)


def test_formulas_and_markup_are_text(tmp_path: Path, store: Store) -> None:
    names = ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "'; DROP TABLE measurements; --", "../../../etc/passwd"]
    lines = "".join(ROW.replace("a:1", f'"a:{name}"') for name in names)
    assert counted(written(tmp_path / "text.csv", HEAD + lines), store) == {}
    assert set(store.measurements("tashkent")["station"]) == {f"a:{name}" for name in names}


# Gzip


def _packed(pieces: Iterator[bytes]) -> bytes:
    made = io.BytesIO()
    with gzip.GzipFile(fileobj=made, mode="wb", compresslevel=9) as file:
        for piece in pieces:
            file.write(piece)
    return made.getvalue()


@pytest.mark.parametrize("filling", [b"\n", b"\x00", b"a" * 100 + b"\n", b"a,b,c,d,e\n"])
def test_a_gzip_bomb(tmp_path: Path, store: Store, filling: bytes) -> None:
    piece = filling * (4_000_000 // len(filling))
    bomb = _packed(p for p in [HEAD.encode(), *[piece] * 40])
    assert len(bomb) < 1_000_000
    refused(written(tmp_path / "bomb.csv.gz", bomb), store)


def test_gzip_in_gzip(tmp_path: Path, store: Store) -> None:
    inner = gzip.compress(HEAD.encode() + b"\n" * 50_000_000)
    refused(written(tmp_path / "nested.csv.gz", gzip.compress(inner)), store)


def test_gzip_cut_off(tmp_path: Path, store: Store) -> None:
    whole = gzip.compress((HEAD + ROW * 1000).encode())
    assert "cut off" in refused(written(tmp_path / "cut.csv.gz", whole[:-12]), store)


# JSON


@pytest.mark.parametrize(
    "content",
    ["[" * 1_000_000, '[{"a":' * 300_000, '{"a":' * 300_000, '[{"a":"' + "x" * 20_000_000 + '"}]',
     "[" + "1" * 5_000_000 + "]", '[{"' + '":1,"'.join(map(str, range(400_000))) + '":1}]'],
)  # fmt: skip
def test_json_without_end(tmp_path: Path, store: Store, content: str) -> None:
    refused(written(tmp_path / "deep.json", content), store, "tashkent-open")


# Workbooks

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(path: Path, sheet: str | None = None, **parts: str) -> Path:
    """A sound workbook of openpyxl with some parts replaced or added."""
    from openpyxl import Workbook

    book, made = Workbook(), io.BytesIO()
    book.active.append(HEAD.strip().split(","))
    book.active.append(ROW.strip().split(","))
    book.save(made)
    changed = {**({SHEET: sheet} if sheet else {}), **parts}
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed.pop(name, None) or old.read(name))
        for name, content in changed.items():
            new.writestr(name, content)
    return path


def rows(inside: str, before: str = "") -> str:
    return f'<?xml version="1.0"?>{before}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData></worksheet>'


def cell(text: str) -> str:
    return f'<row r="1"><c t="inlineStr"><is><t>{text}</t></is></c></row>'


DECLARED = [f"<!ENTITY a{i} '{f'&a{i - 1};' * 10}'>" for i in range(1, 12)]
LAUGHS = f"<!DOCTYPE x [<!ENTITY a0 'ha'>{''.join(DECLARED)}]>"
OUTSIDE = "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"


@pytest.mark.parametrize(
    "sheet",
    [rows(cell("&a11;"), LAUGHS), rows(cell("&e;"), OUTSIDE), rows(cell("x"), "<!DOCTYPE x SYSTEM 'http://127.0.0.1:9/x'>")],
)  # fmt: skip
def test_entities_in_a_workbook(tmp_path: Path, store: Store, sheet: str) -> None:
    said = refused(workbook(tmp_path / "entities.xlsx", sheet), store)
    assert "root:" not in said


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
def test_entities_in_other_parts(tmp_path: Path, store: Store, name: str) -> None:
    hostile = f'<?xml version="1.0"?>{LAUGHS}<x xmlns="{MAIN}">&a11;</x>'
    assert "declares entities" in refused(workbook(tmp_path / "parts.xlsx", **{name: hostile}), store)


def test_the_parser_itself_refuses_entities() -> None:
    """Should the look through the bytes miss one (another encoding), the parser does not."""
    import openpyxl
    from defusedxml import EntitiesForbidden
    from openpyxl.xml.functions import iterparse

    assert openpyxl.DEFUSEDXML
    with pytest.raises(EntitiesForbidden):
        list(iterparse(io.BytesIO(f"{OUTSIDE}<x>&e;</x>".encode("utf-16"))))


@pytest.mark.parametrize(
    "inside",
    [
        '<row r="1"/><row r="99999999999"/>',
        '<row r="1">' + "<c/>" * 3_000_000 + "</row>",
        cell("x" * 20_000_000),
        '<row r="1">' + "".join(f'<c t="inlineStr"><is><t>c{i}</t></is></c>' for i in range(3000)) + "</row>",
        f'<row r="1"><c r="{"Z" * 400}1"><v>1</v></c></row>',
    ],
)
def test_sheets_without_end(tmp_path: Path, store: Store, inside: str) -> None:
    refused(workbook(tmp_path / "endless.xlsx", rows(inside)), store)


def test_a_zip_bomb(tmp_path: Path, store: Store) -> None:
    said = refused(workbook(tmp_path / "bomb.xlsx", **{"xl/worksheets/sheet2.xml": " " * 60_000_000}), store)
    assert "times its size" in said
    assert "other than its sheets" in refused(
        workbook(tmp_path / "styles.xlsx", **{"xl/styles.xml": "<xf/>" * 2_000_000}), store
    )


def test_a_zip_that_lies_of_its_size(tmp_path: Path, store: Store) -> None:
    path = workbook(tmp_path / "lie.xlsx", rows(cell("x" * 9_000_000)))
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    raw = raw.replace(struct.pack("<L", size), struct.pack("<L", 100))
    refused(written(path, bytes(raw)), store)


def test_names_of_parts_lead_nowhere(tmp_path: Path, store: Store) -> None:
    names = ["../../evil.xml", "/tmp/evil-of-a-workbook.xml", "xl/../../../evil.xml", "C:\\evil.xml", "a\\..\\evil.xml"]
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    path = workbook(folder / "paths.xlsx", **dict.fromkeys(names, "<x/>"))
    link = zipfile.ZipInfo("xl/link.xml")
    link.external_attr = 0o120777 << 16  # a symbolic link
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    before = {p for p in tmp_path.rglob("*") if "store" not in p.parts}
    assert counted(path, store) == {}
    assert {p for p in tmp_path.rglob("*") if "store" not in p.parts} == before
    assert not Path("/tmp/evil-of-a-workbook.xml").exists()


def test_parts_of_one_name(tmp_path: Path, store: Store) -> None:
    path = workbook(tmp_path / "twice.xlsx")
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, rows(cell("other")))
    assert "of one name" in refused(path, store)


def test_a_zip_of_zips(tmp_path: Path, store: Store) -> None:
    inner = (tmp_path / "inner.zip", b"\x00" * 1000)
    with zipfile.ZipFile(inner[0], "w") as archive:
        archive.writestr("x.csv", HEAD + ROW)
    with zipfile.ZipFile(tmp_path / "outer.xlsx", "w") as archive:
        archive.write(inner[0], "inner.zip")
    refused(tmp_path / "outer.xlsx", store)


# Parquet


def test_parquet_of_a_billion_rows(tmp_path: Path, store: Store) -> None:
    path = tmp_path / "rows.parquet"
    table = pa.table({n: pa.array(["a:1"] * 3_000_000) for n in HEAD.strip().split(",")})
    pq.write_table(table, path, compression="zstd")
    assert path.stat().st_size < 60_000
    assert "more than a table of its size can" in refused(path, store)


def test_parquet_of_one_long_text(tmp_path: Path, store: Store) -> None:
    path, long = tmp_path / "text.parquet", "x" * 500_000
    indices = pa.array([0] * 50_000, pa.int32())
    table = pa.table({n: pa.DictionaryArray.from_arrays(indices, pa.array([long])) for n in HEAD.strip().split(",")})
    pq.write_table(table, path, compression="zstd", use_dictionary=True, store_schema=False)
    assert "texts too long" in refused(path, store)


# What is no file


def test_pipes_devices_loops_and_folders(tmp_path: Path, store: Store) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "pipe or a device" in refused(tmp_path / "pipe.csv", store)
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    assert "pipe or a device" in refused(tmp_path / "zero.csv", store)
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    assert "cannot be opened" in refused(tmp_path / "loop.csv", store)
    (tmp_path / "folder.csv").mkdir()
    assert "is a folder" in refused(tmp_path / "folder.csv", store)


def test_a_pipe_beside_the_files_is_no_station_list(tmp_path: Path, store: Store) -> None:
    os.mkfifo(tmp_path / "stations.csv")
    written(tmp_path / "hours.csv", "station_id,datetime,pm2_5\n1,2026-01-01T00:00:00,5\n")
    done = ingest_files.run([tmp_path / "hours.csv"], "tashkent-open", "tashkent", store)
    assert done["stored"] == 1


def test_nothing_is_ever_unpacked_to_the_disk() -> None:
    """Names inside archives cannot lead anywhere where no code unpacks by them."""
    root = Path(__file__).resolve().parents[2]
    files = [
        p for top in ("api", "cli", "data", "jobs", "models", "pages", "sources") for p in (root / top).rglob("*.py")
    ]
    assert len(files) > 100
    found = [
        (p.name, word) for p in files for node in ast.walk(ast.parse(p.read_text("utf-8")))
        if isinstance(node, ast.Call) and (word := ast.unparse(node.func)).rpartition(".")[2] in UNPACKING
        and not word.endswith((".str.extract", "re.compile"))
    ]  # fmt: skip
    assert found == []


def test_the_largest_honest_ratio_passes(tmp_path: Path, store: Store) -> None:
    """A month of one station repeats itself a lot, and is no bomb."""
    hours = pd.date_range("2020-01-01", periods=20_000, freq="h", tz="UTC")
    lines = "".join(f"a:1,pm25,{h:%Y-%m-%dT%H:%M:%SZ},60,12.5\n" for h in hours)
    path = written(tmp_path / "calm.csv.gz", gzip.compress((HEAD + lines).encode()))
    assert counted(path, store) == {}
    assert zlib.decompress(path.read_bytes(), 31).count(b"\n") == 20_001
