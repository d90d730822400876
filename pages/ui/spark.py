"""The last days as one small drawing: hours thin, their running mean bold, the limit dotted, gaps open."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from pages.ui import text
from pages.ui.charts import Line, regular

LEFT, BOTTOM, TOP = 8, 38, 34  # room for words inside the drawing


def spark(
    hourly: pd.DataFrame,
    running: pd.DataFrame,
    *,
    zone: ZoneInfo,
    now: datetime,
    back: timedelta = timedelta(hours=72),
    lines: Sequence[Line] = (),
    width: int = 880,
    height: int = 300,
) -> str:
    """
    An SVG of a series for a screen that is read from afar.

    Parameters
    ----------
    hourly, running : DataFrame
        Columns ``start`` (UTC, start of the hour; of the last hour of a running mean), ``value``.
    zone : ZoneInfo
        The city's clock; its midnights are the ticks.
    now : datetime
        Right edge.
    back : timedelta
        How far the left edge lies from it.
    lines : sequence of Line
        Limits of the running mean's averaging.

    Returns
    -------
    str
        SVG; its letters are sized in the units of `width`.
    """
    first = now - back
    peaks = [float(t["value"].max()) for t in (hourly, running) if len(t)] + [line.value for line in lines]
    top = max([p for p in peaks if p == p], default=1.0) * 1.08 or 1.0

    def x(moment: datetime) -> float:
        return (moment - first) / back * width

    def y(value: float) -> float:
        return TOP + (height - TOP - BOTTOM) * (1 - min(max(value / top, 0), 1))

    parts = [f'<svg viewBox="0 0 {width} {height}" class="spark" role="img">']
    parts += _ticks(first, now, zone, x, height)
    for name, table in (("hour", hourly), ("run", running)):
        parts.append(f'<path class="{name}" d="{_path(table, x, y)}"/>')
    for line in lines:
        level = y(line.value)
        parts.append(f'<line class="limit" x1="0" x2="{width}" y1="{level:.1f}" y2="{level:.1f}"/>')
        parts.append(f'<text class="lim" x="{LEFT}" y="{level - 8:.1f}">{text.html(line.words)}</text>')
    return "".join([*parts, "</svg>"])


def _ticks(first: datetime, last: datetime, zone: ZoneInfo, x, height: int) -> list[str]:  # type: ignore[no-untyped-def]
    midnights = pd.date_range(first.astimezone(zone).date(), last.astimezone(zone).date(), freq="D", tz=zone)
    made = []
    for midnight in midnights:
        at = x(midnight.to_pydatetime())
        if at < 0:
            continue
        made.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP}" y2="{height - BOTTOM}"/>')
        if at < x(last) - 100:
            words = f"{text.weekday(midnight, zone)} {text.day(midnight, zone, year=False)}"
            made.append(f'<text class="tick" x="{at + 6:.1f}" y="{height - 10}">{text.html(words)}</text>')
    made.append(f'<line class="base" x1="0" x2="{x(last):.1f}" y1="{height - BOTTOM}" y2="{height - BOTTOM}"/>')
    return made


def _path(table: pd.DataFrame, x, y) -> str:  # type: ignore[no-untyped-def]
    """Straight pieces between neighbouring hours; a missing hour lifts the pen."""
    drawn, steps = True, []
    for start, value in regular(table, 60)[["start", "value"]].itertuples(index=False):
        if value != value:
            drawn = True
            continue
        end = start.to_pydatetime() + timedelta(hours=1)
        steps.append(f"{'M' if drawn else 'L'}{x(end):.1f},{y(value):.1f}")
        drawn = False
    return " ".join(steps)
