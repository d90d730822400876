"""Measurements as lines of CSV, joined column by column from pieces that are written once per distinct value."""

import math
import re
from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import reasons
from data.checks import SEPARATOR, divided
from data.parameters import PARAMETERS
from data.times import interval_end
from models.indices.aqi import index_numbers
from models.indices.scales import Integers

STANDARDS = ("eaqi-2024", "us-epa-2024")
UNITS = {key: parameter.unit for key, parameter in PARAMETERS.items()}
# Spreadsheets of East Asia read the wide signs as the narrow ones; what shows nothing may stand before any of them.
RUN = tuple("=+-@＝＋－＠")
FORMULA = re.compile(rf"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[{re.escape(''.join(RUN))}]")
_TEXT = pa.large_string()
PIECE = 4_000  # lines that leave at once, about 1.5 MB


def safe(text: object) -> str:
    """
    Text that no spreadsheet runs as a formula.

    Parameters
    ----------
    text : object
        Anything printable.

    Returns
    -------
    str
        With an apostrophe before ``= + - @`` or a control character.

    Examples
    --------
    >>> safe("=HYPERLINK(1)"), safe("Post 6")
    ("'=HYPERLINK(1)", 'Post 6')
    """
    plain = str(text).replace("\r", " ").replace("\n", " ").replace("\t", " ").replace("\x00", "")
    return f"'{plain}" if FORMULA.match(plain) else plain


class Lines:
    """
    The writer of one export.

    Parameters
    ----------
    head, tail : sequence of sequence
        Cells of each station before and after those of the row, already safe.
    zone : ZoneInfo
        The city's clock.
    delimiter : str
        Between cells.
    comma : bool
        Decimal comma.
    """

    def __init__(
        self, head: Sequence[Sequence[Any]], tail: Sequence[Sequence[Any]], zone: ZoneInfo, delimiter: str, comma: bool
    ) -> None:
        self.zone, self.delimiter, self.comma = zone, delimiter, comma
        self.head = pa.array([self.joined(cells) + delimiter for cells in head], _TEXT)
        self.tail = pa.array([delimiter + self.joined(cells) + delimiter for cells in tail], _TEXT)

    def joined(self, cells: Sequence[Any]) -> str:
        """Cells of a line, quoted where they must be; nothing for None and not-a-number."""
        return self.delimiter.join(self._cell(c) for c in cells)

    def _cell(self, cell: Any) -> str:
        if isinstance(cell, float):
            text = "" if cell != cell else repr(cell).removesuffix(".0")
            return text.replace(".", ",") if self.comma else text
        text = "" if cell is None else str(cell)
        special = any(mark in text for mark in (self.delimiter, '"', "\n", "\r"))
        return '"' + text.replace('"', '""') + '"' if special else text

    def write(self, batch: pa.RecordBatch, station: Integers) -> pa.Array:
        """
        Lines of a batch.

        Parameters
        ----------
        batch : RecordBatch
            Columns of the store.
        station : ndarray
            Place of each row's station in `head` and `tail`.

        Returns
        -------
        Array of large_string
            Each line ended; `pieces` makes bytes of them.
        """
        if not len(batch):
            return pa.array([], _TEXT)
        rows, place = _Numbered(_written(batch)), pa.array(station)
        doubted, told = self._doubts(rows)
        return pc.binary_join_element_wise(
            self.head.take(place),
            self._pieces_of(rows, ("kind", "parameter"), after=True),
            self._number(batch["value"]),
            self._units(rows),
            self._number(batch["raw_value"]),
            self._pieces_of(rows, ("raw_unit",), before=True, after=True),
            self._times(rows),
            doubted,
            self._indices(rows),
            self.tail.take(place),
            _known(rows),
            told,
            pa.scalar("\n", _TEXT),
            pa.scalar("", _TEXT),
        )

    def _pieces_of(
        self, rows: "_Numbered", names: Sequence[str], *, before: bool = False, after: bool = False
    ) -> pa.Array:
        """Cells of text columns, one piece for each distinct combination."""
        row, parts = rows.kinds(*names)
        cells = [[safe(v) if v is not None else "" for v in part.to_pylist()] for part in parts]
        first, last = self.delimiter * before, self.delimiter * after
        made = [first + self.joined(row) + last for row in zip(*cells, strict=True)]
        return pa.array(made, _TEXT).take(row)

    def _doubts(self, rows: "_Numbered") -> tuple[pa.Array, pa.Array]:
        """Flag and its sentence, and at the end of the line the fields that this is made of."""
        row, parts = rows.kinds("parameter", "minutes", "flag", "statistic", "checks", "note")
        first, last = [], []
        for parameter, minutes, *texts in zip(*(part.to_pylist() for part in parts), strict=True):
            flag, statistic, entries, note = (text or "" for text in texts)
            reason = reasons.reason(parameter, minutes, flag, statistic, divided(entries), note)
            first.append(self.delimiter + self.joined([safe(flag), safe(reason)]) + self.delimiter)
            last.append(self.delimiter + self.joined([safe(statistic), safe(entries), safe(note)]))
        return pa.array(first, _TEXT).take(row), pa.array(last, _TEXT).take(row)

    def _units(self, rows: "_Numbered") -> pa.Array:
        row, (keys,) = rows.kinds("parameter")
        made = [self.delimiter + UNITS.get(key, "") + self.delimiter for key in keys.to_pylist()]
        return pa.array(made, _TEXT).take(row)

    def _number(self, column: pa.Array) -> pa.Array:
        text = pc.fill_null(pc.cast(_without_nan(column), _TEXT), "")
        return pc.replace_substring(text, ".", ",") if self.comma else text

    def _times(self, rows: "_Numbered") -> pa.Array:
        """Averaging, start and end in UTC and on the city's clock, its name: once per interval."""
        row, (starts, minutes) = rows.kinds("start", "minutes")
        start = _moments(starts)
        end = interval_end(start, minutes.to_numpy())
        made = pc.binary_join_element_wise(
            minutes.cast(_TEXT), stamped(start), stamped(end), stamped(start, self.zone), stamped(end, self.zone),
            pa.scalar(self._cell(str(self.zone)), _TEXT), pa.scalar(self.delimiter, _TEXT),
        )  # fmt: skip
        return made.take(row)

    def _indices(self, rows: "_Numbered") -> pa.Array:
        """Band and index of the values that are not invalid."""
        batch = rows.batch
        value = batch["value"].to_numpy(zero_copy_only=False)
        usable = np.where(pc.equal(batch["flag"], "invalid").to_numpy(zero_copy_only=False), np.nan, value)
        parameter, (keys,) = rows.kinds("parameter")
        minutes = batch["minutes"].to_numpy(zero_copy_only=False)
        place, names = parameter.to_numpy(), keys.to_pylist()
        found = [index_numbers(names, place, minutes, usable, s) for s in STANDARDS]
        row, parts = _kinds([_numbered(pa.array(f)) for f in found])
        cells = zip(*(part.to_pylist() for part in parts), strict=True)
        return pa.array([self.joined(["" if n < 0 else n for n in row]) for row in cells], _TEXT).take(row)


_Column = tuple[pa.Array, Integers]  # distinct values, and for every row the number of its value
_TABLE = 1 << 20  # combinations that are looked up in a table; more are sorted


def _written(batch: pa.RecordBatch) -> pa.RecordBatch:
    """A batch whose checks are text."""
    at = batch.schema.get_field_index("checks")
    return batch.set_column(at, "checks", pc.binary_join(batch["checks"], SEPARATOR))


class _Numbered:
    """A batch whose columns are turned into numbers once, whoever asks for them."""

    def __init__(self, batch: pa.RecordBatch) -> None:
        self.batch = batch
        self._columns: dict[str, _Column] = {}

    def kinds(self, *names: str) -> tuple[pa.Array, list[pa.Array]]:
        """For every row the number of its combination, and by column the values of each combination."""
        for name in names:
            if name not in self._columns:
                self._columns[name] = _numbered(self.batch[name])
        return _kinds([self._columns[name] for name in names])


def _numbered(column: pa.Array) -> _Column:
    coded = pc.dictionary_encode(column, null_encoding="encode")
    return coded.dictionary, coded.indices.to_numpy(zero_copy_only=False)


def _kinds(columns: Sequence[_Column]) -> tuple[pa.Array, list[pa.Array]]:
    if len(columns) == 1:
        return pa.array(columns[0][1]), [columns[0][0]]
    sizes = [max(len(values), 1) for values, _ in columns]
    if len(columns) > 3 and math.prod(sizes) > _TABLE:  # those of the first that occur are few: then a table will do
        first, parts = _kinds(columns[:-2])
        places = pa.array(np.arange(len(parts[0])))
        row, (place, *others) = _kinds([(places, first.to_numpy()), *columns[-2:]])
        return row, [*(part.take(place) for part in parts), *others]
    code = columns[0][1].astype(np.int64)
    for (_, numbers), size in zip(columns[1:], sizes[1:], strict=True):
        code = code * size + numbers
    kinds, row = _distinct(code, math.prod(sizes))
    places = np.unravel_index(kinds, sizes)
    return pa.array(row), [values.take(pa.array(p)) for (values, _), p in zip(columns, places, strict=True)]


def _distinct(code: Integers, size: int) -> tuple[Integers, Integers]:
    """The numbers below `size` that occur, sorted, and for each of `code` its place among them."""
    if size > _TABLE:
        kinds, row = np.unique(code, return_inverse=True)
        return kinds, row
    seen = np.zeros(size, dtype=bool)
    seen[code] = True
    kinds = np.flatnonzero(seen)
    place = np.zeros(size, dtype=np.int64)
    place[kinds] = np.arange(len(kinds))
    return kinds, place[code]


def _without_nan(column: pa.Array) -> pa.Array:
    """What is not a number is nothing, as a missing value is."""
    odd = pc.is_nan(column)
    return pc.if_else(odd, None, column) if pc.any(odd).as_py() else column


def _moments(column: pa.Array) -> pd.DatetimeIndex:
    naive = column.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    return pd.DatetimeIndex(naive).tz_localize("UTC")


def _known(rows: _Numbered) -> pa.Array:
    """The moment of arrival."""
    row, (moments,) = rows.kinds("known_at")
    return stamped(_moments(moments), unit="us").take(row)


def stamped(moments: pd.DatetimeIndex, zone: ZoneInfo | None = None, unit: str = "s") -> pa.Array:
    """
    Moments in ISO 8601.

    Parameters
    ----------
    moments : DatetimeIndex
        Aware.
    zone : ZoneInfo, optional
        Written on this clock with its offset; in UTC with Z where None.
    unit : str
        How fine: ``s`` or ``us``.

    Returns
    -------
    Array of large_string
        In the same order.

    Examples
    --------
    >>> noon = pd.DatetimeIndex(["2026-01-10T07:00Z"])
    >>> stamped(noon).to_pylist(), stamped(noon, ZoneInfo("Asia/Tashkent")).to_pylist()
    (['2026-01-10T07:00:00Z'], ['2026-01-10T12:00:00+05:00'])
    """
    universal = moments.tz_convert("UTC")
    naive = universal.tz_localize(None) if zone is None else universal.tz_convert(zone).tz_localize(None)
    text = pc.strftime(pa.array(naive).cast(pa.timestamp(unit), safe=False), "%Y-%m-%dT%H:%M:%S").cast(_TEXT)
    ending = pa.scalar("Z", _TEXT) if zone is None else _offset(universal, zone)
    return pc.binary_join_element_wise(text, ending, pa.scalar("", _TEXT))


def _offset(moments: pd.DatetimeIndex, zone: ZoneInfo) -> pa.Array:
    """Offsets from UTC; the zone database is Python's, not the machine's."""
    minutes = (moments.tz_convert(zone).tz_localize(None) - moments.tz_localize(None)) // pd.Timedelta("1min")
    kinds, row = np.unique(minutes.to_numpy(), return_inverse=True)
    text = [f"{'+' if m >= 0 else '-'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in kinds.tolist()]
    return pa.array(text, _TEXT).take(pa.array(row))


def pieces(lines: pa.Array, rows: int = PIECE) -> Iterator[bytes]:
    r"""
    Lines as UTF-8, a few at a time: whoever packs or sends a piece holds up others for as long as it is.

    Parameters
    ----------
    lines : Array of large_string
        As `Lines.write` makes them.
    rows : int
        Lines of a piece.

    Yields
    ------
    bytes
        The text as it lies in memory, without a loop over its rows.

    Examples
    --------
    >>> list(pieces(pa.array(["a\n", "b\n", "c\n"], pa.large_string()), 2))
    [b'a\nb\n', b'c\n']
    """
    for first in range(0, len(lines), rows):
        part = lines.slice(first, rows)
        offsets = np.frombuffer(part.buffers()[1], dtype=np.int64)[part.offset : part.offset + len(part) + 1]
        yield bytes(memoryview(part.buffers()[2])[offsets[0] : offsets[-1]])
