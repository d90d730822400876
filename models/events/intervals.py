"""From hours in which something is seen to events: hysteresis, bridged gaps, a least duration."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Booleans = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Spell:
    """
    A run of intervals that belong to one event, as places on the time axis.

    Attributes
    ----------
    first : int
        The first interval.
    last : int
        The last interval in which it was supported.
    raised : int
        The interval at whose end it was known to be an event.
    open : bool
        It may still be going on at the end of the axis.
    """

    first: int
    last: int
    raised: int
    open: bool


def spells(on: npt.ArrayLike, stay: npt.ArrayLike, *, least: int, gap: int) -> list[Spell]:
    """
    Events of a yes-or-no series, judged with nothing later than each interval.

    Parameters
    ----------
    on : array_like of bool
        Strong enough to begin an event.
    stay : array_like of bool
        Strong enough to carry one on; what begins one carries it too.
    least : int
        Supported intervals before it counts.
    gap : int
        Unsupported intervals that are bridged.

    Returns
    -------
    list of Spell
        In order, never overlapping. Shorter spells than `least` are none, but one that is still growing counts as soon
        as it reaches it.

    Examples
    --------
    >>> on, stay = [0, 1, 1, 0, 0, 0, 0], [0, 1, 1, 1, 0, 0, 0]
    >>> spells(on, stay, least=2, gap=1)
    [Spell(first=1, last=3, raised=2, open=False)]
    """
    begins = np.asarray(on, dtype=bool)
    carries = begins | np.asarray(stay, dtype=bool)
    found: list[Spell] = []
    first = last = raised = -1
    count = 0
    for place in np.flatnonzero(carries).tolist():
        if first >= 0 and place - last - 1 > gap:
            found += [Spell(first, last, raised, False)] if raised >= 0 else []
            first = -1
        if first < 0:
            if not begins[place]:
                continue
            first, raised, count = place, -1, 0
        last, count = place, count + 1
        if raised < 0 and count >= least:
            raised = place
    if first >= 0 and raised >= 0:
        found.append(Spell(first, last, raised, len(begins) - 1 - last <= gap))
    return found


def share(seen: npt.ArrayLike, known: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """
    Part of the known columns in which something is seen, by row; NaN where nothing is known.

    Examples
    --------
    >>> share([[True, False], [False, False]], [[True, True], [False, False]]).tolist()
    [0.5, nan]
    """
    there = np.asarray(known, dtype=bool)
    count = there.sum(axis=1)
    hits = (np.asarray(seen, dtype=bool) & there).sum(axis=1)
    return np.asarray(np.where(count > 0, hits / np.maximum(count, 1), np.nan), dtype=np.float64)
