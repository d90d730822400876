"""Records of a JSON file as tables of text, one piece at a time, also where the file breaks off in the middle."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from textwrap import shorten
from typing import Any, BinaryIO

import pandas as pd

from sources.files.cells import text
from sources.files.grid import Broken

PIECE = 20_000  # records held at once
CUT = "file cut off in the middle of a record"
ODD = "record is not an object of plain values, each key once"
SEARCHED = 100_000  # parts of a file in which its list of records must begin
LONGEST = 128 << 10  # bytes in which a record must end and the list begin: whatever is longer or deeper is none
DEEPEST = 1_000  # levels opened and not closed
TOO_LONG = f"a record longer than {LONGEST >> 10} KB or of too many levels"


class NoRecords(ValueError):
    """The JSON holds no list of records."""


class Endless(ValueError):
    """Many bytes were read and no record came to its end."""


class Reading:
    """A file that says so when `LONGEST` bytes or `DEEPEST` levels were read since `told`."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.since, self.depth = file, 0, 0

    def read(self, size: int = -1) -> bytes:
        """As the file does."""
        if self.since > LONGEST:
            raise Endless(TOO_LONG)
        data = self.file.read(size)
        self.since += len(data)
        self.depth += sum(data.count(c) for c in (b"[", b"{")) - sum(data.count(c) for c in (b"]", b"}"))
        if self.depth > DEEPEST:
            raise Endless(TOO_LONG)
        return data

    def told(self) -> None:
        """A record came to its end."""
        self.since = self.depth = 0


@dataclass(frozen=True)
class Piece:
    """Some records: every column text; what was no record, by its number in the list from 1, and why."""

    table: pd.DataFrame
    first: int = 1
    broken: tuple[Broken, ...] = ()
    why: str = ""


class Once(dict[str, Any]):
    """An object of a file, which remembers a key that stands in it twice."""

    doubled = False

    def __setitem__(self, key: str, value: Any) -> None:
        self.doubled = self.doubled or key in self
        super().__setitem__(key, value)


def pieces(open_file: Callable[[], BinaryIO]) -> Iterator[Piece]:
    """
    Records of the first list in a file, whatever object it stands in.

    Parameters
    ----------
    open_file : callable
        Opens the file; it is read twice, the first time only up to its list.

    Yields
    ------
    Piece
        At most `PIECE` records. Of a file that breaks off every whole record is given; the broken one is counted.

    Raises
    ------
    NoRecords
        When there is no list.
    """
    ijson = import_module("ijson")  # for JSON files alone

    with open_file() as file:
        prefix = _prefix(ijson, Reading(file))
    with open_file() as file:
        reading = Reading(file)
        records = ijson.items(reading, prefix, use_float=True, buf_size=16 << 10, map_type=Once)
        names: dict[str, None] = {}
        first = 1
        while True:
            held, broken = _upto(ijson, records, reading)
            good = [_text(r) for r in held if _plain(r)]
            odd = tuple(Broken(i, _filled(r), _excerpt(r)) for i, r in enumerate(held, first) if not _plain(r))
            names |= {name: None for record in good for name in record}
            if held:
                table = pd.DataFrame(good, columns=pd.Index(list(names)), dtype="str")
                yield Piece(table, first, odd, ODD)
            first += len(held)
            if broken:
                yield Piece(pd.DataFrame(), first, (Broken(first, 1, broken),), CUT)
            if broken or len(held) < PIECE:
                return


def _prefix(ijson: Any, file: Reading) -> str:
    """Where the records stand: below the first list."""
    try:
        events = islice(ijson.parse(file, buf_size=16 << 10), SEARCHED)
        return next(f"{prefix}.item".lstrip(".") for prefix, event, _ in events if event == "start_array")
    except (StopIteration, ijson.JSONError, Endless) as error:
        raise NoRecords("no list of records") from error


def _upto(ijson: Any, records: Iterator[Any], reading: Reading) -> tuple[list[Any], str]:
    """Records until a piece is full, the file ends or it breaks; then what broke it."""
    held: list[Any] = []
    try:
        for record in islice(records, PIECE):
            held.append(record)
            reading.told()
    except (ijson.JSONError, UnicodeDecodeError, RecursionError, Endless) as error:
        return held, f"after {len(held)} whole records of the last piece: {shorten(str(error), 120, placeholder='…')}"
    return held, ""


def _excerpt(record: Any) -> str:
    try:
        return str(record)[:200]
    except RecursionError:
        return "too deeply nested to be shown"


def _plain(record: Any) -> bool:
    """Whether a record is an object of plain values, each with a key of its own."""
    return (
        isinstance(record, Once) and not record.doubled and not any(isinstance(v, dict | list) for v in record.values())
    )


def _filled(record: Any) -> int:
    """Cells of what is no record that are not empty; whatever lies deeper counts as one."""
    values = record.values() if isinstance(record, dict) else [record]
    return sum(value not in (None, "") for value in values)


def _text(record: dict[str, Any]) -> dict[str, str | None]:
    return {str(k): text(v) for k, v in record.items()}
