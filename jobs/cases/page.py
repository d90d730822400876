"""A case as one A4 page of PDF: text that can be selected, fonts inside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from data.cases.cases import Case
from data.city import city
from jobs.brief.sheet import GREY, HEIGHT, INK, LINE, MARGIN, PALE, WIDTH, Sheet
from jobs.cases.sentences import Text, lines, made, sentences

SCALES = (1.12, 1.0, 0.92, 0.85, 0.78, 0.7, 0.62)
ROOM = WIDTH - 2 * MARGIN
BOTTOM = HEIGHT - 10
MONTHS = (0.36, 0.16, 0.16, 0.16, 0.16)
READINGS = (0.46, 0.14, 0.2, 0.2)
MOST = 18  # months on the page; the newest count, the file has them all


def draw(facts: dict[str, Any], case: Case, language: str, moment: datetime) -> bytes:
    """
    The page as PDF.

    Parameters
    ----------
    facts : dict
        From `jobs.cases.facts.gather`.
    case : Case
        Of which.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.
    moment : datetime
        Stands in the file: the same facts and moment give the same bytes.

    Returns
    -------
    bytes
        One page; where the text is long, everything is drawn a little smaller.
    """
    said = sentences(facts, case, language)
    for scale in SCALES:
        sheet = Sheet(scale, moment)
        if _page(sheet, facts, case, said) <= BOTTOM:
            break
    sheet.pdf.set_title(said.title)
    sheet.pdf.set_lang(language)
    if "simulated" in facts["wind"]["by_kind"]:
        from data.words import words

        sheet.watermark(words("brief", language).say("page.watermark"))
    return sheet.bytes()


def _page(sheet: Sheet, facts: dict[str, Any], case: Case, said: Text) -> float:
    """Draw everything; gives where the last line ends. [mm]"""
    s = sheet.scale
    stamp = made(facts, said, city(case.city).zone)
    y = sheet.write(MARGIN, 9, ROOM, f"{' · '.join(said.marks)} · {stamp}", 7.2, colour=GREY)
    sheet.line(MARGIN, y + 0.8, MARGIN + ROOM, y + 0.8, INK, 0.4)
    y = sheet.write(MARGIN, y + 2.2, ROOM, said.title, 17, bold=True)
    y = sheet.write(MARGIN, y + 0.6, ROOM, said.about, 8.4)
    tall = 2.4 * s + sheet.lines(said.answer, ROOM - 4, 10, True) * sheet.font(10, True)
    sheet.box(MARGIN, y + 1.5 * s, ROOM, tall, fill=PALE)
    y = sheet.write(MARGIN + 2, y + 2.7 * s, ROOM - 4, said.answer, 10, bold=True) + 1.2 * s
    y = _section(sheet, said.section("wind"), said.wind, y)
    y = _table(sheet, said.months[0], said.months[1][-MOST:], MONTHS, y)
    y = _section(sheet, said.section("measured"), said.measured, y)
    y = _table(sheet, *said.readings, READINGS, y)
    for heading, texts in lines(said):
        y = _section(sheet, heading, texts, y)
    y = sheet.write(MARGIN, y + 2 * s, ROOM, said.disclaimer, 7.4, bold=True)
    return sheet.write(MARGIN, y + 0.6, ROOM, said.credits, 6.4, colour=GREY)


def _section(sheet: Sheet, heading: str, texts: Sequence[str], y: float) -> float:
    y = sheet.heading(MARGIN, y + 2.4 * sheet.scale, ROOM, heading)
    for words in texts:
        y = sheet.write(MARGIN, y + 0.3, ROOM, words, 7.8)
    return y


def _table(sheet: Sheet, head: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float],
           y: float) -> float:  # fmt: skip
    for at, cells in enumerate([head, *rows] if rows else []):
        sheet.line(MARGIN, y + 0.5, MARGIN + ROOM, y + 0.5, LINE, 0.12)
        ends, x = [], MARGIN
        for column, (cell, share) in enumerate(zip(cells, shares, strict=True)):
            ends.append(sheet.write(x, y + 0.7, share * ROOM - 1.5, cell, 7.4, bold=not at,
                                    colour=INK if at else GREY, align="R" if column else "L"))  # fmt: skip
            x += share * ROOM
        y = max(ends)
    return y
