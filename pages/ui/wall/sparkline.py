"""The last days as one small drawing: hours thin, running mean bold, limit dotted, gaps open; a forecast ahead."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from data.clock import local_date
from data.times import interval_end
from pages.ui.look.charts import AHEAD, BACK, Line, regular
from pages.ui.reader import language

UPPER = 14.0  # part of the height in which words above a line have no room [%]
WIDE, HIGH = 1000, 100  # of the drawing, which is stretched over whatever room there is; words are not


def spark(
    hourly: pd.DataFrame,
    running: pd.DataFrame,
    *,
    zone: ZoneInfo,
    now: datetime,
    back: timedelta = BACK,
    lines: Sequence[Line] = (),
    ahead: timedelta = AHEAD,
    forecast: pd.DataFrame | None = None,
) -> str:
    """
    HTML of a series for a screen that is read from afar.

    Parameters
    ----------
    hourly, running : DataFrame
        Columns ``start`` (UTC, start of the hour; of the last hour of a running mean), ``value``.
    zone : ZoneInfo
        The city's clock; its midnights are the ticks.
    now : datetime
        `ahead` before the right edge, `back` after the left one, whatever there is to draw.
    back : timedelta
        How far the left edge lies from it.
    lines : sequence of Line
        Limits of the running mean's averaging.
    ahead : timedelta
        How far the right edge lies after now; now is a line then.
    forecast : DataFrame, optional
        Columns ``start, value, lower, upper`` of the coming hours; drawn dashed, with their band.

    Returns
    -------
    str
        Fills the box it is put into; points stand at the END of their interval.
    """
    first, coming = now - back, pd.DataFrame() if forecast is None else forecast
    hourly, running = (table[table["start"] >= pd.Timestamp(first)] for table in (hourly, running))
    peaks = [float(t["value"].max()) for t in (hourly, running) if len(t)] + [line.value for line in lines]
    peaks += [float(coming[["value", "upper"]].max().max())] if len(coming) else []
    top = max([p for p in peaks if p == p], default=1.0) * 1.12 or 1.0

    def x(moment: datetime) -> float:
        return (moment - first) / (back + ahead) * WIDE

    def y(value: float) -> float:
        return HIGH * (1 - min(max(value / top, 0), 1))

    days = [(x(m.to_pydatetime()), m) for m in midnights(first, now + ahead, zone)]
    drawn = [_band(coming, x, y)] if len(coming) else []
    drawn += [f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="0" y2="{HIGH}"/>' for at, _ in days]
    drawn += [f'<path class="{k}" d="{_path(rows, x, y)}"/>' for k, rows in (("hour", hourly), ("run", running))]
    if ahead:
        drawn.append(f'<line class="here" x1="{x(now):.1f}" x2="{x(now):.1f}" y1="0" y2="{HIGH}"/>')
    if len(coming):
        drawn.append(f'<path class="ahead" d="{_path(coming, x, y)}"/>')
    drawn += [f'<line class="limit" x1="0" x2="{WIDE}" y1="{y(n.value):.2f}" y2="{y(n.value):.2f}"/>' for n in lines]
    words = [_limit(line, y(line.value)) for line in lines]
    words += [_tick(at / WIDE, moment, zone) for at, moment in days if at < WIDE * 0.87]
    svg = f'<svg viewBox="0 0 {WIDE} {HIGH}" preserveAspectRatio="none" role="img">{"".join(drawn)}</svg>'
    return f'<div class="spark"><div class="area">{svg}{"".join(words)}</div></div>'


def _limit(line: Line, at: float) -> str:
    """Its words above the line, or below where it runs along the upper edge."""
    under = " under" if at < UPPER else ""
    return f'<span class="lim{under}" style="top:{at:.1f}%">{language.html(line.words)}</span>'


def _band(rows: pd.DataFrame, x, y) -> str:  # type: ignore[no-untyped-def]
    """The interval of each coming hour as one area."""
    ends = [x(interval_end(start, 60).to_pydatetime()) for start in rows["start"]]
    above = [f"{at:.1f},{y(value):.1f}" for at, value in zip(ends, rows["upper"], strict=True)]
    below = [f"{at:.1f},{y(value):.1f}" for at, value in zip(ends, rows["lower"], strict=True)]
    return f'<path class="band" d="M{" L".join([*above, *reversed(below)])} Z"/>'


def midnights(first: datetime, last: datetime, zone: ZoneInfo) -> list[pd.Timestamp]:
    """The city's midnights between two moments."""
    days = pd.date_range(local_date(first, zone), local_date(last, zone), freq="D", tz=zone)
    return [day for day in days if day >= first]


def _tick(share: float, midnight: pd.Timestamp, zone: ZoneInfo) -> str:
    words = f"{language.weekday(midnight, zone)} {language.day(midnight, zone, year=False)}"
    return f'<span class="tick" style="left:{share:.1%}">{language.html(words)}</span>'


def _path(table: pd.DataFrame, x, y) -> str:  # type: ignore[no-untyped-def]
    """Straight pieces between neighbouring hours; a missing hour lifts the pen."""
    drawn, steps = True, []
    for start, value in regular(table, 60)[["start", "value"]].itertuples(index=False):
        if value != value:
            drawn = True
            continue
        end = interval_end(start, 60).to_pydatetime()
        steps.append(f"{'M' if drawn else 'L'}{x(end):.1f},{y(value):.1f}")
        drawn = False
    return " ".join(steps)
