"""From tables to figures: the city's clock enters here, and every figure says how it was averaged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from data.times import interval_end
from pages.ui.look.palette import ALARM, GROUND, INK, MODEL, SERIES, THIN
from pages.ui.reader import language
from pages.ui.reader.language import t, t_unit

POINTS = 2000  # a line of more is thinned before it is sent
CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"], "scrollZoom": False}
LOOK: Mapping[str, Any] = {
    "margin": {"l": 8, "r": 8, "t": 26, "b": 8},
    "hovermode": "x unified",
    "showlegend": False,
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    "xaxis": {"showgrid": True, "gridcolor": GROUND, "ticks": "", "automargin": True},
    "yaxis": {"rangemode": "tozero", "gridcolor": GROUND, "zeroline": False, "automargin": True, "nticks": 6},
}
BACK, AHEAD = timedelta(hours=72), timedelta(hours=24)  # the axis of the last days, whatever there is to draw
HOVER = "%{x|%d.%m %H:%M} · <b>%{y:.0f}</b> "


@dataclass(frozen=True)
class Line:
    """A limit or another level across a figure, with the words beside it."""

    value: float
    words: str
    colour: str = ALARM


def wall_time(times: pd.Series, zone: ZoneInfo) -> pd.Series:
    """
    UTC times as the city's clock shows them, without a zone, as plotly draws them.

    Examples
    --------
    >>> utc = pd.Series(pd.to_datetime(["2026-01-01T20:00Z"]))
    >>> str(wall_time(utc, ZoneInfo("Asia/Tashkent"))[0])
    '2026-01-02 01:00:00'
    """
    return times.dt.tz_convert(zone).dt.tz_localize(None)


def thin(table: pd.DataFrame, points: int = POINTS) -> pd.DataFrame:
    """
    At most `points` rows: the highest and lowest of each equal stretch, so that no peak is lost.

    Parameters
    ----------
    table : DataFrame
        Columns ``start, value`` in order of time.
    points : int
        At least 2.

    Returns
    -------
    DataFrame
        Rows of `table`, in order.
    """
    if len(table) <= points:
        return table
    stretch = np.arange(len(table)) * (points // 2) // len(table)
    groups = table["value"].reset_index(drop=True).groupby(stretch)
    kept = sorted({*groups.idxmax().dropna().astype(int), *groups.idxmin().dropna().astype(int)})
    return table.iloc[kept]


def regular(table: pd.DataFrame, minutes: int) -> pd.DataFrame:
    """
    A row for every interval between the first and the last, empty where nothing was measured.

    Parameters
    ----------
    table : DataFrame
        Columns ``start`` (UTC), ``value``; one row per start.
    minutes : int
        Length of the intervals. [min]
    """
    if len(table) < 2:
        return table
    grid = pd.date_range(table["start"].min(), table["start"].max(), freq=f"{minutes}min")
    if len(grid) > 200_000 or not table["start"].isin(grid).all():
        return table
    return table.set_index("start").reindex(grid).rename_axis("start").reset_index()


def figure(*, height: int = 280, unit: str = "", simulated: bool = False, **layout: Any) -> go.Figure:
    """
    An empty figure in the centre's look; the theme of the page gives its ground and its letters.

    Parameters
    ----------
    **layout
        What differs from that look. Given at once, because plotly takes ten times as long to change a layout as to
        make one (16 against 2 ms).
    """
    differs = {k: {**LOOK[k], **v} if isinstance(v, Mapping) and k in LOOK else v for k, v in layout.items()}
    made = go.Figure(layout={**LOOK, "height": height, **differs})
    if unit:
        note(made, t_unit(unit), x=0, y=1, yshift=18, size=12)
    if simulated:
        made.add_annotation(
            text=t("frame.demo_mark"),
            xref="paper",
            yref="paper",
            x=0.5,
            y=0.5,
            showarrow=False,
            font={"size": 42},
            opacity=0.13,
            textangle=-12,
        )
    return made


def across(made: go.Figure, value: float, line: Mapping[str, Any]) -> None:
    """A line over the whole width at a value."""
    made.add_shape(type="line", xref="x domain", x0=0, x1=1, y0=value, y1=value, line=line)


def upright(made: go.Figure, at: Any, line: Mapping[str, Any], opacity: float = 1.0) -> None:
    """A line over the whole height at a moment."""
    made.add_shape(type="line", yref="y domain", y0=0, y1=1, x0=at, x1=at, line=line, opacity=opacity)


def note(made: go.Figure, words: str, *, x: float, y: float, yshift: int = 0, size: int = 12) -> None:
    """Small words in a figure, placed by its edges."""
    made.add_annotation(
        text=words,
        xref="paper",
        yref="paper",
        x=x,
        y=y,
        xanchor="left",
        yanchor="top",
        showarrow=False,
        yshift=yshift,
        font={"size": size},
        opacity=0.75,
    )


def levels(made: go.Figure, lines: Sequence[Line]) -> None:
    """Draw limits as dotted lines with their words on the line, out of the curve's way."""
    for line in lines:
        across(made, line.value, {"color": line.colour, "width": 1.6, "dash": "dot"})
        made.add_annotation(
            text=line.words,
            xref="paper",
            x=0,
            y=line.value,
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"color": line.colour, "size": 12},
        )


def clockwork(made: go.Figure, first: pd.Timestamp, last: pd.Timestamp, zone: ZoneInfo) -> None:
    """
    Ticks at the city's midnights, named in the reader's language.

    Parameters
    ----------
    first, last : Timestamp
        Ends of the axis, UTC.
    """
    start, end = first.tz_convert(zone), last.tz_convert(zone)
    days = pd.date_range(start.normalize(), end, freq="D", tz=zone)
    step = max(1, -(-len(days) // 8))
    shown = [d for d in days[::step] if d >= start]
    words = [
        f"{language.weekday(d, zone)} {language.day(d, zone, year=False)}"
        if step == 1
        else language.day(d, zone, year=False)
        for d in shown
    ]
    made.layout.xaxis.update(
        range=[start.tz_localize(None), end.tz_localize(None)],
        tickmode="array",
        tickvals=[d.tz_localize(None) for d in shown],
        ticktext=words,
    )


def hours(
    hourly: pd.DataFrame,
    running: pd.DataFrame | None = None,
    *,
    zone: ZoneInfo,
    unit: str,
    lines: Sequence[Line] = (),
    model: pd.DataFrame | None = None,
    simulated: bool = False,
    height: int = 280,
    now: datetime | None = None,
) -> go.Figure:
    """
    Hours as a thin line, their running mean bold, a model dotted beside them, limits across.

    Parameters
    ----------
    hourly, running, model : DataFrame
        Columns ``start`` (UTC, start of the hour; of the last hour for a running mean), ``value``. [unit]
    zone : ZoneInfo
        The city's clock.
    lines : sequence of Line
        Limits of the bold line's own averaging.
    now : datetime, optional
        The axis runs from `BACK` before it to `AHEAD` after it, however little there is to draw, so that what is old
        does not fill the width as if it were of today; from the first to the last point without it.

    Returns
    -------
    Figure
        Points stand at the END of their interval; gaps stay open.
    """
    made = figure(height=height, unit=unit, simulated=simulated)
    bold = running if running is not None and len(running) else None
    parts = (
        (model, t("frame.curve.model"), {"color": MODEL, "width": 1.6, "dash": "dot"}),
        (hourly, t("frame.curve.hour"), {"color": THIN, "width": 1.4}),
        (bold, t("frame.curve.running"), {"color": INK, "width": 3.4}),
    )
    ends = []
    for table, name, look in parts:
        if table is None or not len(table):
            continue
        drawn = thin(regular(table, 60))
        end = interval_end(drawn["start"], 60)
        ends += [end.min(), end.max()]
        made.add_scatter(
            x=wall_time(end, zone),
            y=drawn["value"].round(1),
            mode="lines",
            line=look,
            name=name,
            connectgaps=False,
            hovertemplate=HOVER + t_unit(unit),
        )
    levels(made, lines)
    if now is not None:
        clockwork(made, pd.Timestamp(now) - BACK, pd.Timestamp(now) + AHEAD, zone)
    elif ends:
        clockwork(made, min(ends), max(ends), zone)
    if ends:
        top = max(
            [*(float(x["value"].max()) for x, *_ in parts if x is not None and len(x)), *(x.value for x in lines)]
        )
        made.layout.yaxis.update(range=[0, top * 1.12 if top > 0 else 1])
    return made


def many(
    tables: Mapping[str, pd.DataFrame],
    *,
    zone: ZoneInfo,
    unit: str,
    minutes: int = 60,
    lines: Sequence[Line] = (),
    simulated: bool = False,
    height: int = 320,
) -> go.Figure:
    """
    Several series of one averaging, named in a legend and told apart by dash as well as by colour.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name → columns ``start`` (UTC), ``value``.
    minutes : int
        Their averaging. [min]
    """
    made = figure(height=height, unit=unit, simulated=simulated, showlegend=True)
    ends = []
    for i, (name, table) in enumerate(tables.items()):
        if not len(table):
            continue
        drawn = thin(regular(table, minutes))
        end = interval_end(drawn["start"], minutes)
        ends += [end.min(), end.max()]
        look = {"color": SERIES[i % len(SERIES)], "width": 2, "dash": ("solid", "dash", "dot", "dashdot")[i // 4 % 4]}
        made.add_scatter(
            x=wall_time(end, zone),
            y=drawn["value"].round(2),
            mode="lines",
            name=name,
            line=look,
            connectgaps=False,
            hovertemplate=HOVER + t_unit(unit),
        )
    levels(made, lines)
    if ends:
        clockwork(made, min(ends), max(ends), zone)
    return made
