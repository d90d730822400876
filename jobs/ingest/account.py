"""The account of an import: every cell of every file is read, a label, or left out by name."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data import checks
from data.place import NOWHERE
from data.store import Appended
from models.quality.uptime import UNSAID
from sources.files import Chunk, Part
from sources.files.heading import DOUBLED
from sources.files.parts import AGAIN

BROKEN_LINE = "broken_line"
NAMED = 20  # broken lines of a file that are named one by one; the rest is one entry


@dataclass
class Batch:
    """Rows waiting to be checked and kept together."""

    rows: list[pd.DataFrame] = field(default_factory=list)
    judged: list[bool] = field(default_factory=list)  # of each part: whether its rows carry a flag of a centre already
    rejects: list[pd.DataFrame] = field(default_factory=list)
    count: int = 0


@dataclass(frozen=True)
class Place:
    """What is left out: a sheet, or a column or a line of a sheet, and why."""

    file: str
    sheet: str
    kind: str  # sheet, column or line
    name: str | int
    why: str


@dataclass
class Account:
    """The summary in the making."""

    read: int = 0
    cells: int = 0
    labels: int = 0
    empty: int = 0
    left_out: dict[Place, int] = field(default_factory=dict)  # cells that are not empty
    more: Counter[Place] = field(default_factory=Counter)  # lines that stand behind the entry of one
    kept: Appended = field(default_factory=Appended)
    amended: int = 0  # rows kept before whose flag or checks are others now
    rejected: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    stations: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)  # stations of a publisher's own list
    outside: Counter[str] = field(default_factory=Counter)
    seen: list[pd.DataFrame] = field(default_factory=list)  # by station: first and last start of a batch
    sheets: Counter[str] = field(default_factory=Counter)  # of each file

    def open(self, part: Part) -> None:
        """Name what stands above and directly below the header of a table; count one that is left out whole."""
        self.sheets[part.file] += 1
        if part.header is None:
            self.leave(Place(part.file, part.sheet, "sheet", part.sheet, part.why), part.filled())
            return
        header = part.header
        for line, why in header.left_out:
            filled = line.filled if line.number > header.line else 0  # what stands above a header is below none
            self.leave(Place(part.file, part.sheet, "line", line.number, why), filled)
        if header.units is not None:
            self.cells += header.units.filled
            self.labels += header.units.filled
        for name, why in header.use.left_out.items() if header.use else ():
            self.leave(Place(part.file, part.sheet, "column", name, why), 0)

    def leave(self, place: Place, cells: int) -> None:
        """Count cells that are left out."""
        self.left_out[place] = self.left_out.get(place, 0) + cells
        self.cells += cells

    def lines(self, part: Part, chunk: Chunk) -> None:
        """Cells of lines that are no rows. A broken line is one measurement read; its other cells are left out."""
        for line in chunk.again:
            self.leave(Place(part.file, part.sheet, "line", line.line, AGAIN), line.cells)
        named = sum(p.why == BROKEN_LINE and (p.file, p.sheet) == (part.file, part.sheet) for p in self.left_out)
        last: Place | None = None
        for line in chunk.lines:
            if named < NAMED or last is None:
                last = Place(part.file, part.sheet, "line", line.line, BROKEN_LINE)
                named += 1
            self.leave(last, max(line.cells - 1, 0))
            self.more[last] += 1
            self.cells += 1
            self.read += 1

    def take(self, part: Part, chunk: Chunk, rows: int) -> None:
        """
        Count the cells of a piece of a table.

        Parameters
        ----------
        part : Part
            Which table.
        chunk : Chunk
            Some of its lines.
        rows : int
            How many measurements were read of them.
        """
        use, table = chunk.use, chunk.table
        for (name, why), cells in chunk.apart.items():
            told = use.left_out.get(name, why) if use and why == DOUBLED else why
            self.leave(Place(part.file, part.sheet, "column", name, told), cells)
        self.read += rows
        self.cells += rows
        if use is None:
            return
        for name, why in use.left_out.items():
            if name in table:
                self.leave(Place(part.file, part.sheet, "column", name, why), _filled(table, [name]))
        labels = _filled(table, [name for name in use.labels if name in table])
        values = [name for name in use.values if name in table]
        self.labels += labels
        self.cells += labels
        self.empty += len(table) * len(values) - _filled(table, values)

    def refuse(self, batch: Batch, reasons: pd.DataFrame, origin: str) -> None:
        """Count rejected rows and keep one excerpt per reason for the rejects table."""
        if reasons.empty:
            return
        grouped = reasons.groupby("reason", sort=False).agg(excerpt=("excerpt", "first"), count=("count", "sum"))
        self.rejected.update({str(r): int(n) for r, n in grouped["count"].items()})
        batch.rejects.append(grouped.reset_index().assign(origin=origin))

    def keep(self, rows: pd.DataFrame, done: Appended) -> None:
        """Count rows of a batch that is in the store."""
        self.kept += done
        for check, count in checks.by_name(rows.loc[rows["flag"] != "ok", "checks"]):
            self.flagged[check or UNSAID] += count
        if len(rows):
            self.first = min(t for t in (self.first, rows["start"].min()) if t is not None)
            self.last = max(t for t in (self.last, rows["start"].max()) if t is not None)
            self.stations |= set(rows["station"].unique())
            times = rows["start"].groupby(rows["station"].astype("str"))
            self.seen.append(times.agg(first="min", last="max"))
            self.outside.update(rows.loc[rows["city"] == NOWHERE, "station"].astype("str").value_counts().to_dict())

    def summary(self) -> dict[str, Any]:
        """As `jobs.ingest.files.run` returns it."""
        return {
            "cells": self.cells,
            "read": self.read,
            "stored": self.kept.stored,
            "revised": self.kept.revised,
            "unchanged": self.kept.unchanged,
            "amended": self.amended,
            "rejected": dict(self.rejected.most_common()),
            "flagged": dict(self.flagged.most_common()),
            "labels": self.labels,
            "left_out": list(self._entries()),
            "empty": self.empty,
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "stations": len(self.stations),
            "outside": dict(self.outside.most_common()),
        }

    def _entries(self) -> Iterator[Mapping[str, Any]]:
        """Every place that is left out; the file where several come, the sheet where it has several."""
        for place, cells in self.left_out.items():
            entry: dict[str, Any] = {"file": place.file} if len(self.sheets) > 1 else {}
            if place.kind != "sheet" and self.sheets[place.file] > 1:
                entry["sheet"] = place.sheet
            entry |= {place.kind: place.name, "why": place.why, "cells": cells}
            if self.more[place] > 1:
                entry["lines"] = self.more[place]
            yield entry


def _filled(table: pd.DataFrame, names: Sequence[str]) -> int:
    return sum(int(table[name].notna().sum()) for name in names)
