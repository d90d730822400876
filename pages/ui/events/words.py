"""Events in words: what, since when, how sure, on which evidence, and how it went from station to station."""

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from jobs.events.looked import Looked
from pages.ui.look.palette import EVENTS
from pages.ui.reader import language
from pages.ui.reader.language import html, number, t, t_unit

SURE = ((0.75, "high"), (0.5, "medium"), (0.0, "low"))
POINTS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
REACHED = 12  # stations whose hour is told; more are counted
STRETCHES = 3  # that are told of a period that was looked at in parts; more are counted


def title(row: Any, zone: ZoneInfo) -> str:
    """`Dust storm since 22 Sep 2025, 15:00 UTC+5`, or from when to when."""
    degree = int(getattr(row, "degree", 0) or 0)
    said: dict[str, object] = {"kind": kind(row.kind)}
    said |= {"degree": degree} if degree else {}
    tail = "_degree" if degree else ""
    if pd.isna(row.end):
        return t(f"events.since{tail}", since=language.at(row.start, zone), **said)
    return t(f"events.span{tail}", start=language.at(row.start, zone), end=language.at(row.end, zone), **said)


def looked(seen: Looked, zone: ZoneInfo, *, none: bool = False) -> str:
    """
    Where in a period events were looked for.

    Parameters
    ----------
    seen : Looked
        What of the period was judged.
    zone : ZoneInfo
        The city's clock.
    none : bool
        No event was found: "none" is said of what was looked at alone.
    """
    if seen.until is None:
        return t("events.not_looked")
    if seen.state == "whole":
        return t("events.none" if none else "events.looked", until=language.at(seen.until, zone))
    told = "; ".join(f"{language.at(a, zone)} – {language.at(b, zone)}" for a, b in seen.spans[-STRETCHES:])
    more = len(seen.spans) - STRETCHES
    told = t("events.looked_more", spans=told, n=more) if more > 0 else told
    return t("events.none_part" if none else "events.looked_part", spans=told)


def kind(key: str) -> str:
    """Name of a kind; the key itself where it is not ours."""
    return t(f"events.kind.{key}") if language.has(f"events.kind.{key}") else key


def sure(value: float) -> str:
    """`confidence medium (0.60)`."""
    word = next(name for low, name in SURE if value >= low)
    return t("events.sure", word=t(f"events.confidence.{word}"), value=number(value, 2))


def peak(row: Any) -> str:
    """The event's highest figure; empty where it has none."""
    if not row.parameter or pd.isna(row.peak):
        return ""
    name = t(f"quantity.parameter.{row.parameter}")
    return t("events.peak", parameter=name, value=number(row.peak), unit=t_unit(row.unit))


def evidence(row: Any, names: Mapping[str, str]) -> list[str]:
    """
    The evidence as sentences.

    Parameters
    ----------
    row : namedtuple
        Of the table `events`.
    names : mapping
        Station id to its name in the reader's language.
    """
    return [_line(one["key"], one["values"], names) for one in json.loads(row.evidence or "[]")]


def _line(key: str, values: Mapping[str, Any], names: Mapping[str, str]) -> str:
    if not language.has(f"events.because.{key}"):
        return key
    return t(f"events.because.{key}", **{name: _said(name, value, names) for name, value in values.items()})


def _said(name: str, value: Any, names: Mapping[str, str]) -> object:
    if name == "station":
        return names.get(value, value)
    if name == "parameter":
        return t(f"quantity.parameter.{value}")
    if name == "bearing":
        return t(f"quantity.wind.{POINTS[round(float(value) / 45) % 8]}")
    if isinstance(value, str):
        return value
    return number(float(value), 0 if float(value) >= 10 or float(value).is_integer() else 1)


def front(row: Any, names: Mapping[str, str], zone: ZoneInfo) -> list[str]:
    """When each station was reached, in that order; the rest counted."""
    reached = json.loads(row.stations or "[]")
    lines = []
    for one in reached[:REACHED]:
        first = pd.Timestamp(one["first"]).to_pydatetime()
        said = {"station": names.get(one["station"], one["station"]),
                "first": f"{language.day(first, zone, year=False)}, {language.clock(first, zone)}"}  # fmt: skip
        key = "reached" if one["peak"] is None or not row.parameter else "reached_peak"
        lines.append(t(f"events.{key}", **said, **({"peak": number(one["peak"])} if key != "reached" else {})))
    return [*lines, t("events.more", n=len(reached) - REACHED)] if len(reached) > REACHED else lines


def card(row: Any, names: Mapping[str, str], zone: ZoneInfo) -> str:
    """An event as HTML that opens: its line, then evidence and front. All values are escaped."""
    symbol, colour, _ = EVENTS.get(row.kind, ("◆", "#6d8296", 0))
    about = [sure(float(row.confidence)), peak(row), t("events.modelled") if row.modelled else ""]
    origin = t("events.computed") if row.by == "centre" else t("events.fed", by=row.by)
    parts = "".join(
        f"<div><b>{html(head)}</b><ul>{''.join(f'<li>{html(x)}</li>' for x in lines)}</ul></div>"
        for head, lines in ((t("events.evidence"), evidence(row, names)), (t("events.front"), front(row, names, zone)))
        if lines
    )
    return (
        f'<details class="ca-event" style="--ca:{colour}"><summary><i aria-hidden="true">{symbol}</i><span>'
        f"<b>{html(title(row, zone))}</b><small>{html(' · '.join(x for x in about if x))}</small></span></summary>"
        f'<div class="ca-why">{parts}</div><small>{html(origin)}</small></details>'
    )
