"""The timeline of the registers: a bar from start to end of each row that states one, planned ones hatched."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import plotly.graph_objects as go

from jobs.register.spans import Span
from pages.ui.look.charts import figure, upright
from pages.ui.look.palette import INK
from pages.ui.registry import words

BAR = 26  # height of one row [px]
SHORTEST = 0.012  # of a bar, as part of the whole width: a planned day is seen, too
LONGEST_NAME = 34  # beside the axis [characters]


@dataclass(frozen=True)
class Bar:
    """One row of the timeline: its name, its time, its status, its colour."""

    name: str
    time: Span
    status: str
    colour: str


def timeline(bars: Sequence[Bar], today: date) -> go.Figure | None:
    """
    A figure of the rows that state when they begin or end.

    Parameters
    ----------
    bars : sequence of Bar
        In the order in which they stand, the first on top.
    today : datetime.date
        What has begun and names no end runs to this day.

    Returns
    -------
    Figure or None
        None where no row states a day.
    """
    drawn = [bar for bar in bars if bar.time.start or bar.time.end]
    if not drawn:
        return None
    spans = ends(drawn, today)
    names = [short(bar.name, n, drawn) for n, bar in enumerate(drawn)]
    made = figure(height=70 + BAR * len(drawn), hovermode="closest",
                  yaxis={"autorange": "reversed", "nticks": len(drawn), "rangemode": "normal"},
                  xaxis={"type": "date"}, bargap=0.35)  # fmt: skip
    made.add_bar(
        orientation="h",
        y=names,
        base=[first.isoformat() for first, _ in spans],
        x=[(last - first).days * 86_400_000 for first, last in spans],
        marker={
            "color": [bar.colour for bar in drawn],
            "pattern": {"shape": [words.mark(bar.status)[1] for bar in drawn], "fgcolor": INK, "solidity": 0.35},
            "line": {"color": [bar.colour for bar in drawn], "width": 1.5},
        },
        customdata=[[bar.name, said(bar), words.status(bar.status)] for bar in drawn],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
    )
    upright(made, today.isoformat(), {"color": INK, "width": 1.5, "dash": "dot"})
    return made


def ends(bars: Sequence[Bar], today: date) -> list[tuple[date, date]]:
    """First and last day of each bar; none shorter than can be seen beside the others."""
    found = []
    for bar in bars:
        first = bar.time.start or bar.time.end or today
        found.append((first, bar.time.end or max(first, first if bar.time.ahead else today)))
    whole = max([today, *(last for _, last in found)]) - min([today, *(first for first, _ in found)])
    least = max(timedelta(days=1), whole * SHORTEST)
    return [(first, max(last, first + least)) for first, last in found]


def said(bar: Bar) -> str:
    """Its time in figures; `≤` where it began by then, `≥` where no earlier."""
    first = f"{bar.time.bound} {words.day(bar.time.start)}" if bar.time.start else "…"
    return f"{first.strip()} – {words.day(bar.time.end) if bar.time.end else '…'}"


def short(name: str, place: int, bars: Sequence[Bar]) -> str:
    """A name that fits beside the axis; two rows of one name stay two."""
    plain = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…"
    safe = plain.replace("<", "‹").replace(">", "›")  # plotly reads tags in a label
    same = sum(bar.name[:LONGEST_NAME] == name[:LONGEST_NAME] for bar in bars[:place])
    return safe + "\u200b" * same
