"""Sheets of coloured cells: days of a calendar, hours of a week, completeness of months."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.ui.look.charts import figure
from pages.ui.look.palette import RATIOS
from pages.ui.reader.language import number, t, t_unit

BLANK = "rgba(128, 140, 152, 0.16)"
FEW = "rgba(128, 140, 152, 0.45)"
# Ramps away from the ground of either theme; opaque, so that the numbers in the cells stand out from them.
PLAIN = {
    "light": [[0.0, "#dfe7ee"], [0.5, "#7ba6ca"], [1.0, "#1f4f7d"]],
    "dark": [[0.0, "#232d36"], [0.5, "#3f6f99"], [1.0, "#b4d3ec"]],
}


def scale(limit: float | None, high: float, theme: str) -> tuple[list[list[object]], float]:
    """Colour scale and its upper end: steps at fixed shares of a limit, a plain ramp where there is none."""
    if not limit:
        return [list(stop) for stop in PLAIN[theme]], high or 1.0
    top = max(2.5 * limit, high)
    edges = [0.0, *(min(r * limit / top, 1.0) for r, _ in RATIOS)]
    return [[e, c] for (_, c), a, b in zip(RATIOS, edges, edges[1:], strict=False) for e in (a, b)], top


def calendar(
    days: pd.DataFrame,
    unit: str,
    limit: float | None,
    *,
    until: date | None = None,
    months: int = 12,
    theme: str = "light",
) -> go.Figure:
    """
    A row for each of the last months, a cell for each day; grey where too little of the day was known.

    Parameters
    ----------
    days : DataFrame
        ``day`` (date)``, value`` (missing = incomplete)``, coverage`` [0–1]; days without a row stay empty.
    unit : str
        Of the values.
    limit : float or None
        24-h limit whose shares colour the cells; only for means of days.
    until : date, optional
        Last day of the sheet, by default that of `days`; later days have no cell.
    """
    at = pd.to_datetime(days["day"])
    end = pd.Timestamp(until) if until else at.max()
    last = end.to_period("M")
    sheet = pd.period_range(last - (months - 1), last, freq="M")
    table = days.assign(row=at.dt.to_period("M"), column=at.dt.day)
    table = table[table["row"].isin(sheet)]
    cells = ((table["row"] - sheet[0]).map(lambda x: x.n).to_numpy(int), table["column"].to_numpy(int) - 1)
    grid = {"index": sheet, "columns": range(1, 32)}
    values, shares = (
        pd.DataFrame(_placed((months, 31), cells, table[c].to_numpy(float)), **grid) for c in ("value", "coverage")
    )
    names = [_row(month, values.loc[month], end) for month in sheet]
    made = figure(height=64 + 25 * len(sheet), hovermode="closest", margin={"l": 8, "r": 8, "t": 8, "b": 8})
    exists = np.array([[1.0 if d <= _length(month, end) else np.nan for d in range(1, 32)] for month in sheet])
    _flat(made, exists, names, BLANK, np.full(exists.shape, t("station.day_none"), dtype=object))
    few = np.where(shares.notna() & values.isna(), 1.0, np.nan)
    said = [[t("station.day_few", share=number(100 * x)) if x == x else "" for x in line] for line in shares.to_numpy()]
    _flat(made, few, names, FEW, np.array(said, dtype=object))
    colours, top = scale(limit, float(np.nanmax(values.to_numpy())) if values.notna().any(axis=None) else 1.0, theme)
    made.add_heatmap(
        z=values.round(1).to_numpy(), x=list(range(1, 32)), y=names, colorscale=colours, zmin=0, zmax=top,
        showscale=False, xgap=2, ygap=2, texttemplate="%{z:.0f}",
        hovertemplate=f"%{{y}}, %{{x}}: <b>%{{z:.0f}}</b> {t_unit(unit)}<extra></extra>",
    )  # fmt: skip
    made.layout.xaxis.update(showgrid=False, dtick=5, tick0=5, side="top", range=[0.5, 31.5])
    made.layout.yaxis.update(showgrid=False, autorange="reversed", rangemode="normal", nticks=40, type="category")
    return made


def _placed(shape: tuple[int, int], at: tuple[np.ndarray, np.ndarray], values: np.ndarray) -> np.ndarray:
    """Values in their cells, nothing elsewhere."""
    cells = np.full(shape, np.nan)
    cells[at] = values
    return cells


def _length(month: pd.Period, end: pd.Timestamp) -> int:
    """Days of a month that are over by `end`."""
    return end.day if month == end.to_period("M") else month.days_in_month


def _row(month: pd.Period, line: pd.Series, end: pd.Timestamp) -> str:
    return f"{t(f'station.month.{month.month}')} {month.year} · {int(line.notna().sum())}/{_length(month, end)}"


def _flat(made: go.Figure, cells: np.ndarray, names: Sequence[str], colour: str, said: np.ndarray) -> None:
    made.add_heatmap(
        z=cells, x=list(range(1, 32)), y=list(names), colorscale=[[0, colour], [1, colour]], showscale=False,
        xgap=2, ygap=2, customdata=said, hovertemplate="%{y}, %{x}: %{customdata}<extra></extra>",
    )  # fmt: skip


def week(
    profile: pd.DataFrame, unit: str, *, top: float | None = None, height: int = 250, theme: str = "light"
) -> go.Figure:
    """
    Hours across, weekdays down; the number of the mean in its cell.

    Parameters
    ----------
    profile : DataFrame
        ``weekday`` (Monday = 0)``, hour, mean, lower, upper, n``.
    top : float, optional
        Upper end of the colours, to give two sheets one scale. [unit]
    """
    made = figure(height=height, hovermode="closest", margin={"l": 8, "r": 8, "t": 8, "b": 8})
    at = (profile["weekday"].to_numpy(int), profile["hour"].to_numpy(int))
    parts = {c: _placed((7, 24), at, profile[c].to_numpy(float)) for c in ("mean", "lower", "upper", "n")}
    made.add_heatmap(
        z=parts["mean"].round(2), x=[f"{h:02d}" for h in range(24)],
        y=[t(f"time.weekday.{d}") for d in range(1, 8)], colorscale=PLAIN[theme], zmin=0,
        zmax=top or float(profile["mean"].max()), showscale=False, xgap=1, ygap=1, texttemplate="%{z:.0f}",
        customdata=np.dstack([parts[c] for c in ("lower", "upper", "n")]),
        hovertemplate=f"%{{y}} %{{x}}:00 · <b>%{{z:.0f}}</b> {t_unit(unit)} "
        "(%{customdata[0]:.0f}–%{customdata[1]:.0f}), n = %{customdata[2]:.0f}<extra></extra>",
    )  # fmt: skip
    made.layout.xaxis.update(showgrid=False, type="category", nticks=12)
    made.layout.yaxis.update(showgrid=False, autorange="reversed", rangemode="normal", type="category", nticks=7)
    return made
