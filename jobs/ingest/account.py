"""The account of an import: every cell of every file was read, is a label, or is named as left out."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from data import checks
from data.place import NOWHERE
from data.store import Appended
from models.quality.uptime import UNSAID
from sources.files import Chunk, Layout, Left
from sources.files.use import BROKEN, NO_HEADING, shown


@dataclass
class Batch:
    """Rows waiting to be checked and kept together."""

    rows: list[pd.DataFrame] = field(default_factory=list)
    judged: list[bool] = field(default_factory=list)  # of each part: whether its rows carry a flag of a centre already
    rejects: list[pd.DataFrame] = field(default_factory=list)
    count: int = 0


@dataclass
class Account:
    """The summary in the making."""

    cells: int = 0
    read: int = 0
    labels: int = 0
    empty: int = 0
    kept: Appended = field(default_factory=Appended)
    rejected: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    first: pd.Timestamp | None = None
    last: pd.Timestamp | None = None
    stations: set[str] = field(default_factory=set)
    outside: Counter[str] = field(default_factory=Counter)
    seen: list[pd.DataFrame] = field(default_factory=list)  # by station: first and last start of a batch
    left: dict[tuple[str, str, str, str, str], int] = field(default_factory=dict)
    several: bool = False  # files: each entry of what was left out then names its own

    def leave(self, file: str, sheet: str, left: Left) -> None:
        """Count something that was not read."""
        key = (file, sheet, left.what, left.name, left.why)
        self.left[key] = self.left.get(key, 0) + left.cells
        self.cells += left.cells if left.what != "column" else 0

    def units(self, count: int) -> None:
        """Count the cells of a line of units."""
        self.cells += count
        self.labels += count

    def records(self, count: int) -> None:
        """Count records that are none: each is one measurement read."""
        self.cells += count
        self.read += count

    def take(self, chunk: Chunk, layout: Layout, file: str, sheet: str) -> None:
        """Count the cells of some lines: values, labels, and what no column of the layout is."""
        table = chunk.table
        said = {str(name): int(count) for name, count in table.notna().sum().items()}
        use = layout.used(list(said))
        empty = sum(len(table) - said[name] for name in use.values)
        self.cells += sum(said.values()) + empty
        self.labels += sum(said[name] for name in use.labels)
        self.empty += empty
        for name, why in use.left_out.items():
            if said[name] or why != NO_HEADING:
                self.leave(file, sheet, Left(what="column", name=shown(name), why=why, cells=said[name]))
        if chunk.broken and not chunk.why:
            self.leave(file, sheet, Left(what="line", name="", why=BROKEN, cells=chunk.cells))

    def refuse(self, batch: Batch, reasons: pd.DataFrame, origin: str, *, counted: bool = True) -> None:
        """Count rejected rows and keep one excerpt per reason for the rejects table."""
        if reasons.empty:
            return
        grouped = reasons.groupby("reason", sort=False).agg(excerpt=("excerpt", "first"), count=("count", "sum"))
        if counted:
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
            "rejected": dict(self.rejected.most_common()),
            "empty": self.empty,
            "left_out": self.left_out(),
            "labels": self.labels,
            "flagged": dict(self.flagged.most_common()),
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "stations": len(self.stations),
            "outside": dict(self.outside.most_common()),
        }

    def left_out(self) -> list[dict[str, Any]]:
        """Sheets, columns and lines that were not read, in the order met."""
        return [
            ({"file": file} if self.several else {})
            | ({"sheet": sheet} if sheet and what != "sheet" else {})
            | {what: name, "why": why, "cells": cells}
            for (file, sheet, what, name, why), cells in self.left.items()
        ]
