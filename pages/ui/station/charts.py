"""A station's hours as figures: valid ones as a line, doubtful ones as symbols, raw beside corrected."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from data.times import interval_end
from pages.ui.look.charts import HOVER, Line, clockwork, figure, levels, regular, thin, wall_time
from pages.ui.look.palette import ALARM, INK, THIN, WARN
from pages.ui.reader import doubts
from pages.ui.reader.language import html, t, t_unit

FLAGS = {"suspect": ("x-thin-open", WARN), "invalid": ("cross-thin-open", ALARM)}
STEEP = 1.6  # a doubtful value may lift the axis by so much; beyond it stands at the edge with its number
LEGEND = {"x": 1, "xanchor": "right"}  # leaves the corner to the unit
LONG = 150  # letters of what the checks say in a tooltip


def hours(
    rows: pd.DataFrame,
    running: pd.DataFrame,
    *,
    zone: ZoneInfo,
    unit: str,
    minutes: int,
    lines: Sequence[Line] = (),
    simulated: bool = False,
    height: int = 340,
) -> go.Figure:
    """
    Every row of a stretch.

    Parameters
    ----------
    rows : DataFrame
        ``start, minutes, parameter, value, flag, checks, note`` of one averaging.
    running : DataFrame
        ``start, value``: 24-h means, drawn bold; empty for daily rows.
    minutes : int
        Averaging of `rows`. [min]
    lines : sequence of Line
        Limits of the bold line's averaging.

    Returns
    -------
    Figure
        Points at the END of their interval; gaps stay open; flagged rows are no part of any line.
    """
    made = figure(height=height, unit=unit, simulated=simulated, showlegend=True, hovermode="closest", legend=LEGEND)
    sound = rows.loc[rows["flag"] == "ok", ["start", "value"]].drop_duplicates("start")
    name = t("station.curve_day") if minutes >= 1440 else t("station.curve_hour", minutes=minutes)
    mode = {"mode": "lines+markers", "marker": {"size": 5}} if minutes >= 1440 else {"mode": "lines"}
    if len(sound):
        drawn = thin(regular(sound, minutes)) if minutes else sound
        _line(made, drawn, minutes, zone, unit, name, {"color": INK if minutes >= 1440 else THIN, "width": 1.6}, mode)
    if len(running):
        look = {"color": INK, "width": 3.2}
        _line(made, thin(regular(running, 60)), 60, zone, unit, t("frame.curve.running"), look, {"mode": "lines"})
    levels(made, lines)
    top = max([*sound["value"].tail(100_000), *running["value"].dropna(), *(x.value for x in lines)], default=0.0)
    flagged = rows[rows["flag"] != "ok"]
    edge = _edge(top, flagged)
    for flag, (symbol, colour) in FLAGS.items():
        _flagged(made, flagged[flagged["flag"] == flag], minutes, zone, unit, flag, symbol, colour, edge)
    if len(rows):
        ends = interval_end(rows["start"], minutes)
        clockwork(made, ends.min(), ends.max(), zone)
    made.layout.yaxis.update(range=[min(0.0, float(sound["value"].min()) if len(sound) else 0.0), edge * 1.08])
    return made


def _line(
    made: go.Figure, table: pd.DataFrame, minutes: int, zone: ZoneInfo, unit: str, name: str,
    look: dict[str, object], mode: dict[str, object],
) -> None:  # fmt: skip
    made.add_scatter(
        x=wall_time(interval_end(table["start"], minutes), zone), y=table["value"].round(2), name=name,
        line=look, connectgaps=False, hovertemplate=f"{HOVER}{t_unit(unit)}<extra></extra>", **mode,
    )  # fmt: skip


def _edge(top: float, flagged: pd.DataFrame) -> float:
    """Upper end of the axis: a wild value must not press the sound ones flat."""
    if not len(flagged):
        return top or 1.0
    wild = float(flagged["value"].max())
    return max(wild, 1.0) if top <= 0 else max(top, min(wild, top * STEEP))


def _flagged(
    made: go.Figure, rows: pd.DataFrame, minutes: int, zone: ZoneInfo, unit: str, flag: str, symbol: str, colour: str,
    edge: float,
) -> None:  # fmt: skip
    if not len(rows):
        return
    off = rows["value"] > edge
    made.add_scatter(
        x=wall_time(interval_end(rows["start"], minutes), zone), y=rows["value"].clip(upper=edge, lower=0.0),
        mode="markers", name=t(f"quantity.flag.{flag}"),
        marker={"symbol": ["triangle-up" if o else symbol for o in off], "size": 7,
                "color": colour, "line": {"color": colour, "width": 1.6}},
        customdata=[[v, html(r if len(r) <= LONG else f"{r[:LONG]}…")]
                    for v, r in zip(rows["value"].round(2), doubts.of(rows), strict=True)],
        hovertemplate=f"%{{x|%d.%m %H:%M}} · <b>%{{customdata[0]}}</b> {t_unit(unit)}<br>%{{customdata[1]}}"
        "<extra></extra>",
    )  # fmt: skip


def dried(table: pd.DataFrame, *, zone: ZoneInfo, unit: str, simulated: bool = False) -> go.Figure:
    """
    What a low-cost sensor said, and the same without the water on its particles, with the band of the assumption.

    Parameters
    ----------
    table : DataFrame
        ``start, raw, corrected, corrected_low, corrected_high``, hourly.
    """
    made = figure(height=260, unit=unit, simulated=simulated, showlegend=True, legend=LEGEND)
    full = regular(table[["start", "raw", "corrected", "corrected_low", "corrected_high"]].assign(value=0.0), 60)
    end = wall_time(interval_end(full["start"], 60), zone)
    hover = {"hovertemplate": f"{HOVER}{t_unit(unit)}<extra></extra>", "connectgaps": False}
    plain = {"mode": "lines", "hoverinfo": "skip", "showlegend": False, "line": {"width": 0}}
    band = full[["corrected_low", "corrected_high"]].interpolate(limit=1)
    made.add_scatter(x=end, y=band["corrected_low"], **plain)
    made.add_scatter(x=end, y=band["corrected_high"], fill="tonexty", fillcolor="rgba(79,154,114,0.25)", **plain)
    made.add_scatter(x=end, y=full["raw"].round(1), name=t("station.raw"), line={"color": THIN, "width": 1.6}, **hover)
    look = {"color": "#4f9a72", "width": 2.2, "dash": "dash"}
    made.add_scatter(x=end, y=full["corrected"].round(1), name=t("station.corrected"), line=look, **hover)
    clockwork(made, table["start"].min(), interval_end(table["start"].max(), 60), zone)
    return made
