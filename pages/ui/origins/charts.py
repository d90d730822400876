"""The sources of PM2.5 as figures: a river of categories, a share with its interval by day, a polar surface."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.ui.look.charts import clockwork, figure, wall_time
from pages.ui.look.palette import CALM, GROUND, SOURCES
from pages.ui.reader.language import number, t, t_unit

ORDER = ("heating", "traffic", "industry", "dust", "fire", "regional", "undetermined")
"""From the bottom of the river to its surface."""
GAP = pd.Timedelta(hours=1)
GRID = 2  # every second point of a surface is drawn: 101 × 101
SURFACE = ((0.0, "#5b7fa6"), (0.35, "#9fb6a0"), (0.6, "#d9b25e"), (0.8, "#c4623a"), (1.0, "#7a2430"))
POINTS: Mapping[str, tuple[float, float]] = {"n": (0, 1), "e": (1, 0), "s": (0, -1), "w": (-1, 0)}


def runs(hours: pd.DataFrame, step: pd.Timedelta = GAP) -> list[pd.DataFrame]:
    """
    Stretches of hours without a hole; a hole is missing and is drawn as such, not as zero.

    Parameters
    ----------
    hours : DataFrame
        Index of starts, one column per category.
    step : Timedelta
        Between starts where nothing is missing.

    Examples
    --------
    >>> at = pd.to_datetime(["2026-01-01T00Z", "2026-01-01T01Z", "2026-01-01T05Z"])
    >>> [len(part) for part in runs(pd.DataFrame({"dust": [1.0, 2.0, 3.0]}, index=at))]
    [2, 1]
    """
    number_of = (hours.index.to_series().diff() > step).cumsum().to_numpy()
    return [part for _, part in hours.groupby(number_of)]


def coarser(hours: pd.DataFrame, points: int = 750) -> pd.DataFrame:
    """Means over enough whole hours that a river has at most so many points; a run with a hole is missing."""
    span = (hours.index[-1] - hours.index[0]) / GAP + 1 if len(hours) else 0
    step = next((s for s in (1, 3, 6, 12, 24) if span / s <= points), 24)
    if step == 1:
        return hours
    grouped = hours.resample(f"{step}h")
    return grouped.mean()[grouped.size() >= step / 2]


def river(hours: pd.DataFrame, *, zone: ZoneInfo, unit: str, simulated: bool = False, height: int = 360) -> go.Figure:
    """
    Contributions stacked over time; what stays undetermined is hatched.

    Parameters
    ----------
    hours : DataFrame
        ``start`` (UTC), ``category``, ``contribution`` [unit].
    """
    made = figure(
        height=height, unit=unit, simulated=simulated, showlegend=True, margin={"t": 44},
        legend={"traceorder": "normal", "itemsizing": "constant", "y": 1.07},
    )  # fmt: skip
    wide = hours.pivot_table(index="start", columns="category", values="contribution").sort_index()
    if not len(wide):
        return made
    drawn = coarser(wide)
    step = max(pd.Timedelta(drawn.index.to_series().diff().min()), GAP) if len(drawn) > 1 else GAP
    names = [c for c in ORDER if c in drawn and drawn[c].max() > 0]
    for i, part in enumerate(runs(drawn, step)):
        for name in names:
            made.add_trace(_layer(name, part, step, zone, group=f"run{i}", first=i == 0))
    clockwork(made, wide.index[0], wide.index[-1] + GAP, zone)
    return made


def _layer(name: str, part: pd.DataFrame, step: pd.Timedelta, zone: ZoneInfo, *, group: str, first: bool) -> go.Scatter:
    ends = pd.Series(part.index + step)
    colour = SOURCES.get(name, CALM)
    look: dict[str, object] = {"fillcolor": colour}
    if name == "undetermined":
        look = {"fillpattern": {"shape": "/", "fgcolor": "#8f99a3", "bgcolor": "rgba(143,153,163,.12)", "size": 6}}
    return go.Scatter(
        x=wall_time(ends, zone), y=part[name].clip(lower=0).round(2), mode="lines", stackgroup=group,
        line={"width": 0.5, "color": "rgba(255,255,255,.3)"}, name=t(f"frame.source.{name}"), legendgroup=name,
        showlegend=first, hovertemplate="<b>%{y:.0f}</b>", **look,
    )  # fmt: skip


def by_day(days: pd.DataFrame, category: str, *, zone: ZoneInfo, simulated: bool = False) -> go.Figure:
    """
    One category's share by local day with its 90 % interval; refused days stay open.

    Parameters
    ----------
    days : DataFrame
        ``start`` (UTC, local midnight), ``share, lower, upper`` [%]; a refused day is missing.
    """
    made = figure(height=240, unit="%", simulated=simulated)
    rows = days.sort_values("start")
    if not len(rows):
        return made
    noon = wall_time(rows["start"] + pd.Timedelta(hours=12), zone)
    colour = SOURCES.get(category, CALM)
    made.add_scatter(
        x=noon, y=rows["share"].round(1), mode="markers", marker={"color": colour, "size": 8},
        error_y={"type": "data", "symmetric": False, "array": (rows["upper"] - rows["share"]).round(1),
                 "arrayminus": (rows["share"] - rows["lower"]).round(1), "thickness": 1.4, "width": 0,
                 "color": colour},
        hovertemplate="%{x|%d.%m} · <b>%{y:.0f} %</b>", name=t(f"frame.source.{category}"),
    )  # fmt: skip
    clockwork(made, rows["start"].min(), rows["start"].max() + pd.Timedelta(days=1), zone)
    made.layout.yaxis.update(range=[0, min(100.0, float(rows["upper"].max(skipna=True) or 100) * 1.08)])
    return made


def polar(surface: pd.DataFrame, unit: str, *, height: int = 420) -> go.Figure:
    """
    What the wind brings: the surface over wind speed and the direction it comes from.

    Parameters
    ----------
    surface : DataFrame
        ``u, v`` [m/s], ``z`` [unit] of `models.wind.polar.polar_surface`.
    """
    grid = surface.pivot_table(index="v", columns="u", values="z", dropna=False).iloc[::GRID, ::GRID]
    reach = float(np.abs(surface.dropna()[["u", "v"]]).to_numpy().max())
    made = go.Figure(
        go.Heatmap(
            x=grid.columns.to_numpy().round(2), y=grid.index.to_numpy().round(2), z=grid.to_numpy().round(2),
            colorscale=[list(pair) for pair in SURFACE], hoverongaps=False, zsmooth="best",
            colorbar={"title": {"text": t_unit(unit)}, "thickness": 12, "len": 0.85},
            hovertemplate=f"<b>%{{z:.0f}}</b> {t_unit(unit)}",
        )
    )  # fmt: skip
    for ring in _rings(reach):
        made.add_shape(type="circle", x0=-ring, x1=ring, y0=-ring, y1=ring, line={"color": GROUND, "width": 1.2})
        words = f"{number(ring)} {t_unit('m/s')}"
        made.add_annotation(x=ring * 0.71, y=ring * 0.71, text=words, showarrow=False, font={"size": 11}, opacity=0.8)
    for point, (east, north) in POINTS.items():
        made.add_annotation(x=east * reach * 1.1, y=north * reach * 1.1, text=f"<b>{t(f'quantity.wind.{point}')}</b>",
                            showarrow=False)  # fmt: skip
    span = [-1.2 * reach, 1.2 * reach]
    plain = {"visible": False, "range": span}
    made.update_layout(
        height=height, margin={"l": 0, "r": 0, "t": 8, "b": 8}, plot_bgcolor="rgba(0,0,0,0)",
        xaxis={**plain, "scaleanchor": "y", "constrain": "domain"}, yaxis={**plain, "constrain": "domain"},
    )  # fmt: skip
    return made


def _rings(reach: float) -> list[float]:
    """
    Round wind speeds inside a reach. [m/s]

    Examples
    --------
    >>> _rings(7.2)
    [2.0, 4.0, 6.0]
    """
    step = next((s for s in (0.5, 1.0, 2.0, 5.0, 10.0) if reach / s <= 4), 20.0)
    return [float(x) for x in np.arange(step, reach + 1e-9, step)]
