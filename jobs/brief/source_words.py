"""The shares of sources in words of one language, as the page of origins says them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from data.attribution.categories import UNDETERMINED
from data.words import Words

Facts = dict[str, Any]


@dataclass(frozen=True)
class Share:
    """A source's share with its interval, as numbers and in words. [%]"""

    name: str
    share: float
    lower: float
    upper: float
    words: str


def shares(made: Facts | None, w: Words, origins: Words) -> tuple[Share, ...]:
    """
    Shares with their names, largest first, what stays undetermined last.

    Raises
    ------
    KeyError
        A category for which the catalog `attribution` has no word: it is never called "other".
    """
    rows = sorted(made["shares"] if made else (), key=lambda r: (r["category"] == UNDETERMINED, -r["share"]))
    return tuple(_share(row, w, origins) for row in rows)


def _share(row: Facts, w: Words, origins: Words) -> Share:
    share, lower, upper = (w.number(row[name]) for name in ("share", "lower", "upper"))
    said = w.say("sources.value", share=share, lower=lower, upper=upper)
    return Share(origins.say(f"source.{row['category']}"), row["share"], row["lower"], row["upper"], said)


def weak(made: Facts | None, w: Words, origins: Words) -> list[str]:
    """What weakens the shares; of how many days it is true where not of all."""
    if not made:
        return []
    said = [] if made["enough"] else [w.say("sources.part", n=made["answered"], of=made["of"])]
    for one in made["weak"]:
        reason = origins.say(f"reason.{one['code']}")
        some = one["days"] < made["answered"]
        said.append(w.say("sources.some", reason=reason, n=one["days"]) if some else reason)
    return said


def note(made: Facts | None, w: Words) -> str:
    """Which days the shares are of, or that there are none."""
    if not made:
        return w.say("sources.none")
    first, last = (w.day(date.fromisoformat(made[end])) for end in ("first", "last"))
    return w.say("sources.note", n=made["answered"], of=made["of"], first=first, last=last)
