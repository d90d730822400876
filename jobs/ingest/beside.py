"""New rows of a city judged together with the kept rows around them, so that batches make no difference."""

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks, clock
from data.parameters import POLLUTANTS
from data.schema import COLUMNS, KEY
from data.store import Store
from jobs.ingest import held
from jobs.ingest.notes import standing
from models.quality.batch import DAY
from models.quality.quality import flag, summarised
from models.quality.reach import Reach, margins, reach
from models.quality.series_checks import Told, told

PIECE = pd.Timedelta(days=366)  # of history that is judged at once
GAP = 30  # days between two days whose word changed that are still judged at once
Span = tuple[pd.Timestamp, pd.Timestamp]


@dataclass(frozen=True)
class Asked:
    """
    New rows, and the question what they and the kept rows around them are worth.

    Attributes
    ----------
    store : Store
        Holds the rows around.
    city : str
        Key.
    minutes : int
        Length of the intervals; other lengths are other series. [min]
    rows : DataFrame
        Measured rows of pollutants, one a key.
    judged : ndarray of bool
        Those that a centre has checked.
    exact : bool
        Whether other figures of a check are news of a kept row.
    """

    store: Store
    city: str
    minutes: int
    rows: pd.DataFrame
    judged: npt.NDArray[np.bool_]
    exact: bool

    def answered(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """
        Judge.

        Returns
        -------
        (DataFrame, DataFrame)
            The rows with flags, and the kept rows whose verdict is another now.
        """
        known = self.rows[:0] if self.store.is_empty() else self.store.spans(self.city, **self._own())
        if not len(known):
            return flag(self.rows, now=clock.machine(), judged=self.judged), self.rows[:0]
        around = reach(self.rows["start"].min(), self.rows["start"].max(), self.minutes)
        held_from, held_to = known["first"].min().floor("D"), known["last"].max().floor("D") + pd.Timedelta(days=1)
        pieces = self._pieces(around, held_from, held_to)
        seen: dict[Span, _Both] = {}
        if len(pieces) == 1:  # while rows arrive hour by hour what lies around is read once
            seen[pieces[0]] = self._both(pieces[0], around)
        own = [self._table(span, seen.get(span) or self._both(span, around)) for span in pieces]
        days, far = self._days(own, [(held_from, pieces[0][0]), (pieces[-1][1], held_to)])
        told_ = [self._piece(span, seen.get(span) or self._both(span, around), days) for span in [*pieces, *far]]
        fresh, old = ([t for t in tables if len(t)] for tables in zip(*told_, strict=True))
        return pd.concat(fresh, ignore_index=True), pd.concat(old, ignore_index=True) if old else self.rows[:0]

    def _own(self) -> dict[str, Any]:
        return {"minutes": [self.minutes], "kinds": held.KINDS, "judged": False}

    def _pieces(self, around: Reach, held_from: pd.Timestamp, held_to: pd.Timestamp) -> list[Span]:
        """The span whose verdicts may change, in pieces that fit into memory."""
        first = min(held_from, self.rows["start"].min().floor("D"))
        last = max(held_to, self.rows["start"].max().floor("D") + pd.Timedelta(days=1))
        begin, end = max(around.first, first), min(around.last, last)
        edges = [*pd.date_range(begin, end, freq=PIECE, inclusive="left"), end]
        return list(pairwise(edges))

    def _table(self, span: Span, both: "_Both") -> pd.DataFrame:
        """Days of a span."""
        table = summarised(both.rows, both.apart)
        start = pd.to_datetime(table["day"], unit="D", utc=True)
        return table[(start >= span[0]) & (start < span[1])]

    def _days(self, own: list[pd.DataFrame], beside: list[Span]) -> tuple[Told, list[Span]]:
        """What all days say, and spans beside the pieces of which they say something else than before."""
        sides = [held.days(self.store, self.city, self.minutes, *span) for span in beside if span[0] < span[1]]
        tables = [t for t in (*own, *(table for table, _ in sides)) if len(t)]
        days = told(pd.concat(tables, ignore_index=True)) if tables else Told({}, {})
        far = [day for table, said in sides for day in held.moved(table, said, days, self.exact)]
        return days, _spans(far)

    def _piece(self, span: Span, both: "_Both", days: Told) -> tuple[pd.DataFrame, pd.DataFrame]:
        """New rows of a span, and the kept ones that are seen otherwise."""
        seen = flag(both.rows, now=clock.machine(), judged=both.judged, days=days, apart=both.apart)
        within = ((seen["start"] >= span[0]) & (seen["start"] < span[1])).to_numpy()
        fresh = seen[within & ~both.kept]
        mine = np.flatnonzero(within & both.kept & ~both.judged)
        after, before = standing(self.store, seen.iloc[mine]), both.before.iloc[mine]
        return fresh, after[_changed(before, after, self.exact)]

    def _both(self, span: Span, around: Reach) -> "_Both":
        """New and kept rows of a span and of what must be seen to judge it."""
        before, after = margins(self.minutes)
        begin, end = span[0] - 2 * before, span[1] + 2 * after  # fault codes of what is seen must be known too
        if around.first <= span[0] and span[1] <= around.last:
            begin, end = max(begin, around.begin), min(end, around.end)
        kept = self.store.measurements(
            self.city, list(POLLUTANTS), begin.to_pydatetime(), end.to_pydatetime(), **self._own()
        )
        here = ((self.rows["start"] >= begin) & (self.rows["start"] < end)).to_numpy()
        new = self.rows[here].astype(COLUMNS)
        names = list(KEY)
        again = pd.concat([kept[names], new[names]], ignore_index=True).duplicated(keep="last").to_numpy()[: len(kept)]
        kept = kept[~again].reset_index(drop=True)
        stand = held.assessed(self.store, kept)
        plain = pd.concat([kept[stand], held.opened(kept[~stand])]).sort_index() if stand.any() else held.opened(kept)
        inside = ((kept["start"] >= around.first) & (kept["start"] < around.last)).to_numpy()
        known = np.where(inside | stand, np.nan, held.apart(kept))
        return _Both(
            pd.concat([plain, new], ignore_index=True), kept, np.r_[stand, self.judged[here]],
            np.r_[known, np.full(len(new), np.nan)], np.arange(len(kept) + len(new)) < len(kept),
        )  # fmt: skip


@dataclass(frozen=True)
class _Both:
    """Kept rows as they came, then new ones; `before` the kept ones as they are, `kept` which they are."""

    rows: pd.DataFrame
    before: pd.DataFrame
    judged: npt.NDArray[np.bool_]
    apart: npt.NDArray[np.float64]
    kept: npt.NDArray[np.bool_]


def _spans(days: list[int]) -> list[Span]:
    """Days as spans, those near each other in one."""
    if not days:
        return []
    told_ = np.unique(np.array(days, dtype=np.int64))
    cut = np.flatnonzero(np.diff(told_) > GAP) + 1
    ends = [(int(part[0]), int(part[-1]) + 1) for part in np.split(told_, cut)]
    return [tuple(pd.Timestamp(d * DAY * 60, unit="s", tz="UTC") for d in pair) for pair in ends]  # type: ignore[misc]


def _changed(before: pd.DataFrame, after: pd.DataFrame, exact: bool) -> npt.NDArray[np.bool_]:
    """Rows with another flag, another check or, where it is asked, other figures."""
    alike = partial(checks.each, answer=lambda e: frozenset(e if exact else checks.names(e)))
    told_ = np.array([a != b for a, b in zip(alike(before["checks"]), alike(after["checks"]), strict=True)], dtype=bool)
    return np.asarray(told_ | (before["flag"].to_numpy(object) != after["flag"].to_numpy(object)), dtype=np.bool_)
