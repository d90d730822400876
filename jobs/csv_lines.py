"""Measurements as lines of CSV, joined column by column from pieces that are written once per distinct value."""

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data.parameters import PARAMETERS
from models.aqi import index_numbers
from models.scales import Integers

STANDARDS = ("eaqi-2024", "us-epa-2024")
UNITS = {key: parameter.unit for key, parameter in PARAMETERS.items()}
# Spreadsheets of East Asia read the wide signs as the narrow ones; what shows nothing may stand before any of them.
RUN = tuple("=+-@＝＋－＠")
FORMULA = re.compile(rf"[\s\x00-\x1f\u200b-\u200f\u2060\ufeff]*[{re.escape(''.join(RUN))}]")
_TEXT = pa.large_string()


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

    def write(self, batch: pa.RecordBatch, station: Integers) -> bytes:
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
        bytes
            UTF-8, each line ended.
        """
        if not len(batch):
            return b""
        between, place = self.delimiter, pa.array(station)
        line = pc.binary_join_element_wise(
            self.head.take(place),
            self._pieces_of(batch, ("kind", "parameter"), after=True),
            self._number(batch["value"]),
            self._named(batch["parameter"], UNITS),
            self._number(batch["raw_value"]),
            self._pieces_of(batch, ("raw_unit",), before=True, after=True),
            self._times(batch),
            self._pieces_of(batch, ("flag", "reason"), before=True, after=True),
            self._indices(batch),
            pa.scalar(between, _TEXT),
            self._pieces_of(batch, ("source",)),
            self.tail.take(place),
            _utc(batch["known_at"]).cast(_TEXT),
            pa.scalar("\n", _TEXT),
            pa.scalar("", _TEXT),
        )
        return _bytes(line)

    def _pieces_of(
        self, batch: pa.RecordBatch, names: Sequence[str], *, before: bool = False, after: bool = False
    ) -> pa.Array:
        """Cells of text columns, one piece for each distinct combination."""
        codes, parts = _coded([batch[n] for n in names])
        cells = [[safe(v) if v is not None else "" for v in part] for part in parts]
        first, last = self.delimiter * before, self.delimiter * after
        made = [first + self.joined(row) + last for row in zip(*cells, strict=True)]
        return pa.array(made, _TEXT).take(pa.array(codes))

    def _named(self, column: pa.Array, names: dict[str, str]) -> pa.Array:
        codes, (values,) = _coded([column])
        made = [self.delimiter + names.get(v, "") + self.delimiter for v in values]
        return pa.array(made, _TEXT).take(pa.array(codes))

    def _number(self, column: pa.Array) -> pa.Array:
        text = pc.fill_null(pc.cast(column, pa.string()), "")
        return (pc.replace_substring(text, ".", ",") if self.comma else text).cast(_TEXT)

    def _times(self, batch: pa.RecordBatch) -> pa.Array:
        """Averaging, start and end in UTC and on the city's clock, its name: once per interval."""
        codes, (starts, minutes) = _coded([batch["start"], batch["minutes"]])
        start = pd.DatetimeIndex(starts).tz_convert("UTC")
        end = start + pd.to_timedelta(minutes, unit="min")
        made = pc.binary_join_element_wise(
            pa.array([str(m) for m in minutes], _TEXT), stamped(start), stamped(end),
            stamped(start, self.zone), stamped(end, self.zone),
            pa.scalar(self._cell(str(self.zone)), _TEXT), pa.scalar(self.delimiter, _TEXT),
        )  # fmt: skip
        return made.take(pa.array(codes))

    def _indices(self, batch: pa.RecordBatch) -> pa.Array:
        """Band and index of the values that are not invalid."""
        value = batch["value"].to_numpy(zero_copy_only=False)
        usable = np.where(pc.equal(batch["flag"], "invalid").to_numpy(zero_copy_only=False), np.nan, value)
        parameter, (keys,) = _coded([batch["parameter"]])
        minutes = batch["minutes"].to_numpy(zero_copy_only=False)
        found = [index_numbers(keys, parameter, minutes, usable, s) for s in STANDARDS]
        codes, parts = _coded([pa.array(f) for f in found])
        made = [self.joined(["" if n < 0 else n for n in row]) for row in zip(*parts, strict=True)]
        return pa.array(made, _TEXT).take(pa.array(codes))


def _coded(columns: Sequence[pa.Array]) -> tuple[Integers, list[list[Any]]]:
    """For every row the number of its combination, and the values of each combination by column."""
    encoded = [pc.dictionary_encode(c, null_encoding="encode") for c in columns]
    codes = np.zeros(len(columns[0]), dtype=np.int64)
    for part in encoded:
        codes = codes * max(len(part.dictionary), 1) + part.indices.to_numpy(zero_copy_only=False)
    kinds, row = np.arange(len(encoded[0].dictionary)), codes
    if len(columns) > 1:
        kinds, row = np.unique(codes, return_inverse=True)
    parts: list[list[Any]] = []
    rest = kinds
    for part in reversed(encoded):
        size = max(len(part.dictionary), 1)
        parts.insert(0, part.dictionary.take(pa.array(rest % size)).to_pylist())
        rest = rest // size
    return row.astype(np.int64), parts


def _utc(column: pa.Array) -> pa.Array:
    codes, (moments,) = _coded([column])
    return stamped(pd.DatetimeIndex(moments), unit="us").take(pa.array(codes))


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


def _bytes(line: pa.Array) -> bytes:
    """The text of an array as it lies in memory, without a loop over its rows."""
    offsets = np.frombuffer(line.buffers()[1], dtype=np.int64)[line.offset : line.offset + len(line) + 1]
    return bytes(memoryview(line.buffers()[2])[offsets[0] : offsets[-1]])
