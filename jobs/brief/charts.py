"""Charts of the brief, drawn as vectors: the city's days with the 24-h limit, its years, shares with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from jobs.brief.sentences import Text
from jobs.brief.sheet import ALARM, GREY, INK, LINE, Sheet
from jobs.brief.source_words import Share

OVER, UNDER = ALARM, "#8fa3b5"
OVER_SOFT, UNDER_SOFT = "#dfa19c", "#cfd9e1"  # daily medians: indicative only
BAND = "#eef0f2"
SMALL = 6.2
LABEL = 29.0  # room for the name of a line beside its chart [mm]
Facts = dict[str, Any]


def days(sheet: Sheet, facts: Facts, said: Text, x: float, y: float, width: float, high: float) -> float:
    """
    A bar for each day, those over the limit in the colour of alarm, days without a figure as gaps on grey.

    Returns
    -------
    float
        Where it ends. [mm]
    """
    first, last = (date.fromisoformat(facts[end]) for end in ("first", "last"))
    values = {date.fromisoformat(day): value for day, value in facts["series"]}
    lines = [(date.fromisoformat(a), date.fromisoformat(b), limit) for a, b, limit in facts["limit_lines"]]
    left, room = x + 8, width - 8
    top = nice(max([*values.values(), *(1.15 * limit for *_, limit in lines), 1.0]))
    _scale(sheet, said, left, y, room, high, top)
    step = room / ((last - first).days + 1)
    soft = facts["basis"] == "median"
    for day in _range(first, last):
        at = left + (day - first).days * step
        if day not in values:
            sheet.box(at, y, step, high, fill=BAND)
            continue
        over = any(a <= day <= b and values[day] > limit for a, b, limit in lines)
        tall = high * values[day] / top
        colour = (OVER_SOFT if over else UNDER_SOFT) if soft else (OVER if over else UNDER)
        sheet.box(at, y + high - tall, max(step * 0.86, 0.05), tall, fill=colour)
    for a, b, limit in lines:
        begin, end = max(a, first), min(b, last)
        level = y + high * (1 - limit / top)
        ends = (left + (begin - first).days * step, left + ((end - first).days + 1) * step)
        sheet.line(ends[0], level, ends[1], level, INK, 0.3, 1.2)
    _months(sheet, said, first, last, left, y + high, room, step)
    return _legend(sheet, said, lines, soft, left, y + high + 3.4 * sheet.scale)


def nice(value: float) -> float:
    """
    The next round number for the top of an axis.

    Examples
    --------
    >>> [nice(x) for x in (38, 93.6, 250, 1.0)]
    [40.0, 100.0, 300.0, 1.0]
    """
    power = 10 ** math.floor(math.log10(value))
    return next(float(step * power) for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if step * power >= value * 0.9999)


def _scale(sheet: Sheet, said: Text, left: float, y: float, room: float, high: float, top: float) -> None:
    sheet.line(left, y + high, left + room, y + high, GREY, 0.2)
    for part in (0, 0.5, 1):
        level = y + high * (1 - part)
        if part:
            sheet.line(left, level, left + room, level, LINE, 0.12)
        words = said.words.level(top * part)
        sheet.write(left - 9, level - 1.3 * sheet.scale, 8, words, SMALL, colour=GREY, align="R")


def _range(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def _months(sheet: Sheet, said: Text, first: date, last: date, left: float, y: float, room: float, step: float) -> None:
    """Ticks below the days: weeks of a month, months of a year, years of more."""
    count = (last - first).days + 1
    if count <= 62:
        ticks = [(d, said.words.day(d, year=False)) for d in _range(first, last) if (d - first).days % 7 == 0]
    elif count <= 800:
        firsts = [d for d in _range(first, last) if d.day == 1]
        keep = firsts[:: 1 + len(firsts) // 14]
        ticks = [(d, said.words.say(f"month_short.{d.month}")) for d in keep]
    else:
        ticks = [(d, str(d.year)) for d in _range(first, last) if (d.month, d.day) == (1, 1)]
    for (day, words), following in pairwise([*ticks, (last, "")]):
        at = left + (day - first).days * step
        sheet.line(at, y, at, y + 0.8, GREY, 0.2)
        if left + room - at > 6:
            wide = max(left + (following[0] - first).days * step - at, 8)
            sheet.write(at + 0.6, y + 0.3, wide, words, SMALL, colour=GREY)


def _legend(sheet: Sheet, said: Text, lines: Sequence[Any], soft: bool, x: float, y: float) -> float:
    w = said.words
    names = [(OVER_SOFT if soft else OVER, "above"), (UNDER_SOFT if soft else UNDER, "within"), (BAND, "unknown")]
    size = 2.0 * sheet.scale
    for colour, key in names if lines else names[1:]:
        sheet.box(x, y + 0.3, size, size, fill=colour)
        words = w.say(f"chart.{key}")
        end = sheet.write(x + size + 0.8, y, 60, words, SMALL, colour=GREY)
        x += size + 0.8 + sheet.pdf.get_string_width(words) + 4
    end = y + size
    if lines:
        sheet.line(x, y + size / 2 + 0.3, x + 6, y + size / 2 + 0.3, INK, 0.3, 1.2)
        words = w.say("chart.limit", limit=w.level(lines[-1][2]))
        end = sheet.write(x + 7, y, 60, words, SMALL, colour=GREY)
        x += 7 + sheet.pdf.get_string_width(words) + 4
    if soft:
        end = sheet.write(x, y, 70, w.say("chart.median"), SMALL, bold=True, colour=GREY)
    return end


def years(sheet: Sheet, facts: Facts, said: Text, x: float, y: float, width: float, high: float) -> float:
    """A bar for each year, filled where it is complete; annual limits as lines with their value."""
    rows = facts["years"]
    if not rows:
        return y
    marks = _marks(rows, said)
    top = max([row["upper"] or row["mean"] for row in rows] + [limit for limit, _ in marks]) * 1.25
    span = rows[-1]["year"] - rows[0]["year"] + 1  # a year without any day is a gap of its own
    step = min((width - LABEL) / span, 14)
    for row in rows:
        _year(sheet, said, row, x + (row["year"] - rows[0]["year"]) * step, y, step, high, top)
    right = x + step * span
    sheet.line(x, y + high, right, y + high, GREY, 0.2)
    for limit, words in marks:
        level = y + high * (1 - limit / top)
        sheet.line(x, level, right + 1, level, INK, 0.3, 1.2)
        sheet.write(right + 2.2, level - 1.4 * sheet.scale, LABEL, words, SMALL)
    return sheet.write(x, y + high + 6 * sheet.scale, width, said.words.say("years.legend"), SMALL, colour=GREY)


def _marks(rows: Sequence[Facts], said: Text) -> list[tuple[float, str]]:
    """Annual limit and guideline that hold at the end; none beside medians, which no limit is made for."""
    made: list[tuple[float, str]] = []
    if rows[-1]["basis"] == "median":
        return made
    for key, label in (("law", "annual"), ("who", "who")):
        held = rows[-1][key]
        if held:
            star = "*" if held["indicative"] else ""
            made.append((held["limit"], said.words.say(f"chart.{label}", limit=said.words.level(held["limit"]) + star)))
    return made


def _year(sheet: Sheet, said: Text, row: Facts, x: float, y: float, step: float, high: float, top: float) -> None:
    tall = high * row["mean"] / top
    whole = row["complete"] and row["basis"] == "mean"
    bar = (x + step * 0.15, y + high - tall, step * 0.7, tall)
    sheet.box(*bar, fill=UNDER if whole else "", edge=UNDER)
    if row["upper"] is not None:
        middle, ends = x + step / 2, [y + high * (1 - row[end] / top) for end in ("lower", "upper")]
        sheet.line(middle, ends[0], middle, ends[1], INK, 0.3)
    above = y + high * (1 - (row["upper"] or row["mean"]) / top) - 2.9 * sheet.scale
    sheet.write(x, above, step, said.words.level(row["mean"]), SMALL, bold=whole, align="C")
    sheet.write(x, y + high + 0.4, step, str(row["year"]), SMALL, colour=GREY, align="C")
    share = said.words.number(100 * row["coverage"])
    sheet.write(x, y + high + 2.9 * sheet.scale, step, f"{share} %", SMALL - 0.6, colour=GREY, align="C")


def shares(sheet: Sheet, rows: Sequence[Share], x: float, y: float, width: float) -> float:
    """A bar for each source with the interval of its share."""
    name, value = width * 0.34, width * 0.25
    room, high = width - name - value - 3, 3.5 * sheet.scale
    scale = max([row.upper for row in rows] + [1.0])
    for row in rows:
        sheet.write(x, y, name, row.name, 7)
        left, middle = x + name, y + high * 0.42
        sheet.box(left, y + high * 0.15, room * row.share / scale, high * 0.55, fill=UNDER if row.share else "")
        sheet.line(left + room * row.lower / scale, middle, left + room * row.upper / scale, middle, INK, 0.35)
        for end in (row.lower, row.upper):
            at = left + room * end / scale
            sheet.line(at, middle - 0.8, at, middle + 0.8, INK, 0.35)
        sheet.write(x + width - value, y, value, row.words, 7, align="R")
        y += high
    return y
