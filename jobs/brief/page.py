"""The brief as one A4 page of PDF: text that can be selected, charts as vectors, fonts inside."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jobs.brief import charts
from jobs.brief.sentences import Text, text
from jobs.brief.sheet import ALARM, CALM, GREY, HEIGHT, INK, LINE, MARGIN, PALE, UNSURE, WIDTH, Sheet

SCALES = (1.12, 1.06, 1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)
TALLER = 26.0  # what the charts may grow by where the text is short [mm]
ROOM = WIDTH - 2 * MARGIN
SIGNED = HEIGHT - 24  # the lines for signatures stand here whatever is above
GUTTER = 6.0
HALF = (ROOM - GUTTER) / 2
COLUMNS = (0.12, 0.11, 0.13, 0.12, 0.15, 0.19, 0.18)  # of the table of limits
COLOURS = {"above": ALARM, "within": CALM, "unknown": UNSURE}
Facts = dict[str, Any]


def draw(facts: Facts, language: str, made: datetime) -> bytes:
    """
    The page as PDF.

    Parameters
    ----------
    facts : dict
        As `jobs.brief.gather` gives them.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.
    made : datetime
        Moment that stands on the page and in the file: the same facts and moment give the same bytes.

    Returns
    -------
    bytes
        One page; where a text is long, everything is drawn a little smaller.
    """
    said = text(facts, language, made)
    sheet, _ = fitted(facts, said, made)
    _describe(sheet, facts, said, language)
    return sheet.bytes()


def fitted(facts: Facts, said: Text, made: datetime) -> tuple[Sheet, float]:
    """The sheet at the largest scale that holds everything, and where its text ends. [mm]"""
    for scale in SCALES:
        sheet = Sheet(scale, made)
        end = _page(sheet, facts, said)
        if end <= SIGNED:
            break
    if SIGNED - end > 1:
        sheet = Sheet(scale, made)
        end = _page(sheet, facts, said, min(SIGNED - end, TALLER))
    return sheet, end


def _describe(sheet: Sheet, facts: Facts, said: Text, language: str) -> None:
    pdf = sheet.pdf
    pdf.set_title(f"{said.title}, {said.period}")
    pdf.set_author(said.words.say("page.centre"))
    pdf.set_subject(said.answer[0])
    pdf.set_keywords(f"sha256:{said.checksum}" + (" simulated" if facts["simulated"] else ""))
    pdf.set_creator(f"Clean Air Situation Centre {facts['release']}")
    pdf.set_lang(language)


def _page(sheet: Sheet, facts: Facts, said: Text, spare: float = 0.0) -> float:
    """Draw everything; gives where the last line above the signatures ends."""
    s = sheet.scale
    y = _head(sheet, said)
    y = _answer(sheet, said, y + 2 * s)
    y = _table(sheet, said, y + 2.6 * s)
    y = sheet.heading(MARGIN, y + 2.6 * s, ROOM, said.section("daily"))
    y = charts.days(sheet, facts, said, MARGIN, y + 0.6, ROOM, 27 * s + spare * 0.6)
    right = MARGIN + HALF + GUTTER
    top = y + 2.6 * s
    left_end = _years(sheet, facts, said, MARGIN, top, spare * 0.4)
    left_end = _episodes(sheet, said, MARGIN, left_end + 2.6 * s)
    right_end = _trend(sheet, said, right, top)
    right_end = _sources(sheet, said, right, right_end + 2.6 * s)
    right_end = _quality(sheet, said, right, right_end + 2.6 * s)
    y = _method(sheet, said, max(left_end, right_end) + 2.6 * s)
    _sign(sheet, said)
    if facts["simulated"]:
        sheet.watermark(said.words.say("page.watermark"))
    return y


def _head(sheet: Sheet, said: Text) -> float:
    w = said.words
    sheet.write(MARGIN, 9, ROOM / 2, w.say("page.centre"), 7.6, bold=True, colour=GREY)
    right = f"{w.say('page.kind')} · {said.made}"
    y = sheet.write(MARGIN + ROOM / 2, 9, ROOM / 2, right, 7.6, colour=GREY, align="R")
    sheet.line(MARGIN, y + 0.8, MARGIN + ROOM, y + 0.8, INK, 0.4)
    y = sheet.write(MARGIN, y + 2.2, ROOM, said.title, 17, bold=True)
    y = sheet.write(MARGIN, y, ROOM, f"{said.period} · {said.clock}", 9.4, colour=GREY)
    for mark in said.marks:
        y = sheet.write(MARGIN, y + 0.4, ROOM, mark, 8.4, bold=True, colour=ALARM)
    return y


def _answer(sheet: Sheet, said: Text, y: float) -> float:
    """State as symbol, word and sentence on a pale ground, as tall as its text."""
    s, width = sheet.scale, ROOM - 16
    rest = " ".join(said.answer[1:])
    tall = 3.2 * s + sum(
        sheet.lines(words, width, size, bold) * sheet.font(size, bold)
        for words, size, bold in ((said.words.say(f"state.{said.verdict}"), 11, True),
                                  (said.answer[0], 9.6, True), (rest, 8.2, False)) if words
    )  # fmt: skip
    sheet.box(MARGIN, y, ROOM, tall, fill=PALE)
    sheet.box(MARGIN, y, 1.1, tall, fill=COLOURS[said.verdict])
    sheet.state(MARGIN + 3.6, y + 2 * s, 6.4 * s, said.verdict)
    at, colour = MARGIN + 13, COLOURS[said.verdict]
    end = sheet.write(at, y + 1.5 * s, width, said.words.say(f"state.{said.verdict}"), 11, bold=True, colour=colour)
    end = sheet.write(at, end, width, said.answer[0], 9.6, bold=True)
    if rest:
        sheet.write(at, end, width, rest, 8.2)
    return y + tall


def _table(sheet: Sheet, said: Text, y: float) -> float:
    y = sheet.heading(MARGIN, y, ROOM, said.section("law"))
    widths = [share * ROOM for share in COLUMNS]
    if said.table:
        y = _row(sheet, said.head, widths, y, 6.8, colour=GREY)
    for at, cells in enumerate(said.table):
        sheet.line(MARGIN, y, MARGIN + ROOM, y, LINE, 0.12)
        y = _row(sheet, cells, widths, y + 0.25, 7.6, strong=at == 0)
    return sheet.write(MARGIN, y + 0.5, ROOM, " ".join(said.notes), 6.4, colour=GREY)


def _row(
    sheet: Sheet,
    cells: Sequence[str],
    widths: Sequence[float],
    y: float,
    size: float,
    *,
    colour: str = INK,
    strong: bool = False,
) -> float:
    ends, x = [], MARGIN
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        bold = strong or (at == 0 and colour == INK)
        align = "L" if at == 0 else "R"
        ends.append(sheet.write(x, y, width - 1.5, cell, size, bold=bold, colour=colour, align=align))  # type: ignore[arg-type]
        x += width
    return max(ends) + 0.25


def _years(sheet: Sheet, facts: Facts, said: Text, x: float, y: float, spare: float) -> float:
    y = sheet.heading(x, y, HALF, said.section("years"))
    y = charts.years(sheet, facts, said, x, y + 0.6, HALF, 20 * sheet.scale + spare)
    return sheet.write(x, y + 0.8, HALF, " ".join(said.years), 7.6)


def _trend(sheet: Sheet, said: Text, x: float, y: float) -> float:
    y = sheet.heading(x, y, HALF, said.section("trend"))
    indent = 8.0 if said.direction else 0.0
    if said.direction:
        sheet.arrow(x + 0.8, y + 0.8, 5 * sheet.scale, said.direction)
    y = sheet.write(x + indent, y, HALF - indent, said.trend[0], 8, bold=True)
    rest = " ".join(said.trend[1:])
    return sheet.write(x, y + 0.5, HALF, rest, 7, colour=GREY) if rest else y


def _sources(sheet: Sheet, said: Text, x: float, y: float) -> float:
    y = sheet.heading(x, y, HALF, said.section("sources"))
    if said.shares:
        y = charts.shares(sheet, said.shares, x, y, HALF)
    for words in said.shares_weak:
        y = sheet.write(x, y, HALF, words, 7, bold=True)
    return sheet.write(x, y, HALF, said.shares_note, 7, colour=GREY if said.shares else INK)


def _episodes(sheet: Sheet, said: Text, x: float, y: float) -> float:
    y = sheet.heading(x, y, HALF, said.section("episodes"))
    for at, words in enumerate(said.episodes, 1):
        sheet.write(x, y, 4, f"{at}.", 7.6, colour=GREY)
        y = sheet.write(x + 4, y, HALF - 4, words, 7.6) + 0.5
    return y


def _quality(sheet: Sheet, said: Text, x: float, y: float) -> float:
    y = sheet.heading(x, y, HALF, said.section("quality"))
    for name, value in said.quality:
        left = sheet.write(x, y, HALF * 0.47, name, 7.2, colour=GREY)
        right = sheet.write(x + HALF * 0.49, y, HALF * 0.51, value, 7.2)
        y = max(left, right) + 0.3
    return y


def _method(sheet: Sheet, said: Text, y: float) -> float:
    sheet.line(MARGIN, y, MARGIN + ROOM, y, LINE, 0.2)
    w = said.words
    y = sheet.write(MARGIN, y + 1, ROOM, f"{w.say('section.method')}. {said.method}", 6.3, colour=GREY)
    y = sheet.write(MARGIN, y + 0.3, ROOM, f"{w.say('section.credits')}: {said.credits}.", 6.3, colour=GREY)
    return sheet.write(MARGIN, y + 0.3, ROOM, w.say("page.disclaimer"), 6.3, colour=GREY)


def _sign(sheet: Sheet, said: Text) -> None:
    """Lines for name, signature and date, and the checksum below."""
    w, y = said.words, SIGNED + 10
    for key, x, width in (("approved", 0.0, 92.0), ("signature", 98.0, 46.0), ("date", 150.0, 34.0)):
        sheet.line(MARGIN + x, y, MARGIN + x + width, y, INK, 0.2)
        sheet.write(MARGIN + x, y + 0.5, width, w.say(f"page.{key}"), 6.4, colour=GREY)
    digits = " ".join(said.checksum[at : at + 4] for at in range(0, 16, 4))
    sheet.write(MARGIN, y + 5.2, ROOM, w.say("page.checksum", sum=digits), 6.4, colour=GREY)
