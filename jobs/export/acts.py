"""The register of acts as others read it: each act with whether it stands on a day, and the limits that rest on it."""

from datetime import date
from typing import Any

import pandas as pd

from data.standards.acts import LANGUAGES, Act, acts
from data.standards.limits import registry
from jobs.export.csv_lines import safe

COLUMNS = (
    "act", "country", "number", "date", "in_force_from", "in_force_by", "in_force_until", "stands", "may_act", "figure",
    "address", "read", "sure", "successor", "checked", "review_by", "note", "limits", "names",
)  # fmt: skip


def rows(on: date) -> list[dict[str, Any]]:
    """
    Every act, by `COLUMNS`.

    Parameters
    ----------
    on : datetime.date
        The day ``stands`` is about.

    Returns
    -------
    list of dict
        Days as ISO texts, None where not known; ``stands`` is True, False or None where that is not known; ``limits``
        the keys of the limits and groups that the act states, ``names`` the name by language.

    Examples
    --------
    >>> [row["stands"] for row in rows(date(2026, 12, 12)) if row["act"] in ("eu-2008-50", "eu-2024-2881")]
    [False, True]
    """
    known = registry()
    stated: dict[str, list[str]] = {}
    for one in (*known.limits, *known.groups):
        stated.setdefault(one.source.key, []).append(one.key)
    return [_row(act, on, list(dict.fromkeys(stated.get(act.key, ())))) for act in acts().values()]


def acts_csv(on: date) -> str:
    """The same as CSV: a column per language for the names, keys of limits joined by semicolons."""
    flat = [
        {
            **{name: row[name] for name in COLUMNS if name not in ("limits", "names")},
            "limits": "; ".join(row["limits"]),
            **{f"name_{language}": row["names"][language] for language in LANGUAGES},
        }
        for row in rows(on)
    ]
    table = pd.DataFrame(flat)
    texts = {name: table[name].map(lambda cell: safe(cell) if isinstance(cell, str) else cell) for name in table}
    return str(table.assign(**texts).to_csv(index=False, lineterminator="\n"))


def _row(act: Act, on: date, stated: list[str]) -> dict[str, Any]:
    return {
        "act": act.key,
        "country": act.country,
        "number": act.number,
        "date": _day(act.signed),
        "in_force_from": _day(act.entry),
        "in_force_by": _day(act.by),
        "in_force_until": _day(act.until),
        "stands": act.stands(on),
        "may_act": act.may_act,
        "figure": act.figure,
        "address": act.address,
        "read": act.read,
        "sure": act.sure,
        "successor": act.successor.key if act.successor else None,
        "checked": _day(act.checked),
        "review_by": _day(act.review_by),
        "note": act.note,
        "limits": stated,
        "names": dict(act.names),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
