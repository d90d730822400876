"""`cleanair doctor --facts`: what every register of facts lacks, and what somebody must look at again."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from data.cases import cases
from data.facts import Review
from data.inventory import reviews as inventory
from data.measures import measures, techniques
from data.methane import pledges
from data.rules import alarms
from data.standards import acts, limits, printed, targets

# Every register, by the function that reviews it.
REGISTERS: tuple[Callable[[date], Review], ...] = (
    acts.review,
    limits.review,
    printed.review,
    targets.review,
    alarms.review,
    inventory.review,
    measures.review,
    techniques.review,
    cases.review,
    pledges.review,
)


def examine(today: date, registers: Sequence[Callable[[date], Review]] = REGISTERS) -> dict[str, Any]:
    """
    Review every register.

    Parameters
    ----------
    today : datetime.date
        Rows that must be looked at again by this day are due.
    registers : sequence of callable
        Each gives the `Review` of one register on a day.

    Returns
    -------
    dict
        ``day``; ``lines`` to print; ``lacking`` and ``due``, how many; ``registers``: of each its name, rows, what it
        lacks and what is due.

    Examples
    --------
    >>> examine(date(2026, 12, 1))["lacking"]
    0
    """
    found = [review(today) for review in registers]
    return {
        "day": str(today),
        "lines": [line for one in found for line in _lines(one)],
        "lacking": sum(len(one.lacks) for one in found),
        "due": sum(len(one.due) for one in found),
        "registers": [asdict(one) for one in found],
    }


def _lines(review: Review) -> list[str]:
    mark = "✗" if review.lacks else "✓"
    head = f"{mark} {review.register}: {review.rows} rows, {len(review.lacks)} lacking, {len(review.due)} due"
    lacks = [f"  ✗ {one.row}: {one.what} is missing or wrong" for one in review.lacks]
    due = [f"  · {one.row}: due since {one.on}" + (f", {one.owner}" if one.owner else "") for one in review.due]
    return [head, *lacks, *due]
