"""Years as figures: levels with limits of their averaging, trends with their band, completeness, two cities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from models.trends.trends import Trend
from pages.ui.look.charts import Line, across, figure, upright
from pages.ui.look.heatmaps import PLAIN
from pages.ui.look.palette import ALARM, CALM, GROUND, INK, MODEL, SERIES, THIN
from pages.ui.reader.language import level, number, t, t_unit

DASHES = {"mean": "solid", "median": "dot"}
BAND = "rgba(201, 138, 27, 0.22)"
TREND = "#c98a1b"


@dataclass(frozen=True)
class Mark:
    """A dated measure across a figure."""

    day: date
    words: str


def years(table: pd.DataFrame, unit: str, *, lines: Sequence[Line] = (), simulated: bool = False) -> go.Figure:
    """
    A bar per year; one that is not complete is hatched and named partial.

    Parameters
    ----------
    table : DataFrame
        ``year, mean, days, of, complete``; with ``lower, upper`` the range of the mean is drawn. [unit]
    lines : sequence of Line
        Limits of the year's averaging.
    """
    made = figure(height=360, unit=unit, simulated=simulated, hovermode="closest", bargap=0.45)
    partial = t("trends.partial")
    pairs = zip(table["year"], table["complete"], strict=True)
    starred = table["missing"].ne("") if "missing" in table else [False] * len(table)
    names = [
        f"{y}{'*' * bool(gap)}" if done else f"{y}<br>{partial}" for (y, done), gap in zip(pairs, starred, strict=True)
    ]
    made.add_bar(
        x=names, y=table["mean"].round(2), text=[level(v, 1) for v in table["mean"]], textposition="outside",
        marker={"color": [INK if done else "rgba(109,130,150,0.35)" for done in table["complete"]],
                "pattern": {"shape": ["" if done else "/" for done in table["complete"]], "fgcolor": CALM}},
        customdata=table[["days", "of"]].to_numpy(), cliponaxis=False, error_y=reach(table),
        hovertemplate=f"%{{x}} · <b>%{{y:.1f}}</b> {t_unit(unit)} "
        "(%{customdata[0]}/%{customdata[1]})<extra></extra>",
    )  # fmt: skip
    for line in lines:
        across(made, line.value, {"color": line.colour, "width": 1.6, "dash": "dot"})
        made.add_annotation(text=line.words, xref="paper", x=1.005, y=line.value, xanchor="left", showarrow=False,
                            font={"color": line.colour, "size": 11})  # fmt: skip
    if lines:
        made.update_layout(margin={"r": 40 + 6 * max(len(line.words) for line in lines)})
    highest = [*table["mean"].dropna(), *(table["upper"].dropna() if "upper" in table else [])]
    top = max([*highest, *(x.value for x in lines)], default=1.0)
    made.layout.yaxis.update(range=[0, top * 1.18])
    made.layout.xaxis.update(type="category", showgrid=False)
    return made


def reach(table: pd.DataFrame) -> dict[str, object] | None:
    """The range of each mean as a line through its bar; None where no range is known."""
    if "upper" not in table or table["upper"].isna().all():
        return None
    up, down = ((table[end] - table["mean"]).abs().fillna(0.0).round(2) for end in ("upper", "lower"))
    return {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "thickness": 1.4, "width": 4}


def axis_of_years(made: go.Figure, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Ticks at New Year, with quarters where few years are shown."""
    every = 3 if (last - first).days < 800 else 12
    ticks = pd.date_range(first.normalize().replace(day=1), last, freq="MS")
    ticks = [x for x in ticks if (x.month - 1) % every == 0]
    words = [str(x.year) if x.month == 1 else t(f"station.month.{x.month}") for x in ticks]
    made.layout.xaxis.update(tickmode="array", tickvals=ticks, ticktext=words, range=[first, last])


def months(
    table: pd.DataFrame,
    unit: str,
    *,
    trend: Trend | None = None,
    name: str = "",
    observed: pd.Series | None = None,
    marks: Sequence[Mark] = (),
    model: bool = False,
    simulated: bool = False,
) -> go.Figure:
    """
    Monthly means with their trend line, its 95 % band, and dated measures.

    Parameters
    ----------
    table : DataFrame
        Index = first day of each month; ``value``, missing where the month is incomplete. [unit]
    trend : Trend, optional
    observed : Series, optional
        The raw months behind adjusted ones, drawn thin.
    model : bool
        The months come out of a model.
    """
    made = figure(height=380, unit=unit, simulated=simulated, showlegend=True, legend={"x": 1, "xanchor": "right"})
    index = pd.DatetimeIndex(table.index).tz_localize(None)
    middle = index + pd.Timedelta(days=14)
    hover = f"%{{y:.1f}} {t_unit(unit)}"
    if trend is not None:
        line = trend.at(pd.DatetimeIndex(table.index))
        plain = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False}
        made.add_scatter(x=middle, y=line["lower"].round(2), **plain)
        made.add_scatter(x=middle, y=line["upper"].round(2), **{**plain, "showlegend": True}, fill="tonexty",
                         fillcolor=BAND, name=t("trends.band"))  # fmt: skip
        made.add_scatter(
            x=middle, y=line["estimate"].round(2), mode="lines", name=t("trends.line"), hoverinfo="skip",
            line={"color": TREND, "width": 2.6},
        )  # fmt: skip
    if observed is not None:
        made.add_scatter(
            x=pd.DatetimeIndex(observed.index).tz_localize(None) + pd.Timedelta(days=14), y=observed.round(2),
            mode="lines", name=t("trends.mode.raw"), line={"color": THIN, "width": 1.3}, hovertemplate=hover,
        )  # fmt: skip
    made.add_scatter(
        x=middle, y=table["value"].round(2), mode="lines+markers", name=name or t("trends.mode.raw"),
        connectgaps=False, marker={"size": 6}, hovertemplate=hover,
        line={"color": MODEL if model else INK, "width": 2, "dash": "dot" if model else "solid"},
    )  # fmt: skip
    for place, mark in enumerate(marks, 1):
        at = pd.Timestamp(mark.day)
        upright(made, at, {"color": ALARM, "width": 1.4, "dash": "dash"})
        made.add_annotation(x=at, y=1, yref="paper", text=f"<b>{place}</b>", showarrow=False, xanchor="left",
                            yanchor="top", font={"color": ALARM, "size": 13})  # fmt: skip
    if len(index):
        axis_of_years(made, index[0], index[-1] + pd.Timedelta(days=31))
    return made


def strip(table: pd.DataFrame, years_shown: Sequence[int], until: date, theme: str) -> go.Figure:
    """
    How much of each month is known: years down, months across.

    Parameters
    ----------
    table : DataFrame
        Index = first day of each month; ``days, of, coverage`` [0–1]. A month without a row is 0 %.
    until : date
        Months that begin on it or later have no cell.
    """
    index = pd.DatetimeIndex(table.index)
    cells = table.assign(year=index.year, month=index.month).pivot_table(
        index="year", columns="month", values="coverage"
    )
    cells = (100 * cells.reindex(index=list(years_shown), columns=range(1, 13)).astype(float)).fillna(0.0)
    coming = [[date(y, m, 1) >= until for m in range(1, 13)] for y in cells.index]
    cells = cells.mask(np.array(coming))
    made = figure(height=70 + 27 * len(cells), hovermode="closest", margin={"l": 8, "r": 8, "t": 8, "b": 8})
    words = [[f"{number(v)} %" if v == v else "" for v in line] for line in cells.to_numpy()]
    made.add_heatmap(
        z=cells.round(0).to_numpy(), text=words, hoverongaps=False, x=[t(f"station.month.{m}") for m in range(1, 13)],
        y=[str(y) for y in cells.index],
        colorscale=PLAIN[theme], zmin=0, zmax=100, showscale=False, xgap=2, ygap=2, texttemplate="%{text}",
        hovertemplate="%{x} %{y}: <b>%{z:.0f} %</b><extra></extra>",
    )  # fmt: skip
    made.layout.xaxis.update(showgrid=False, side="top", type="category")
    made.layout.yaxis.update(showgrid=False, autorange="reversed", rangemode="normal", type="category", nticks=30)
    return made


def two(tables: Mapping[str, tuple[pd.DataFrame, str]], unit: str, *, simulated: bool = False) -> go.Figure:
    """
    Two cities' months on one axis.

    Parameters
    ----------
    tables : mapping of str to (DataFrame, str)
        City's name → months with ``value``, and ``mean`` or ``median``: what its days are.
    """
    made = figure(height=340, unit=unit, simulated=simulated, showlegend=True, legend={"x": 1, "xanchor": "right"})
    ends: list[pd.Timestamp] = []
    for place, (name, (table, basis)) in enumerate(tables.items()):
        index = pd.DatetimeIndex(table.index).tz_localize(None)
        if not len(index):
            continue
        ends += [index[0], index[-1]]
        made.add_scatter(
            x=index + pd.Timedelta(days=14), y=table["value"].round(2), mode="lines+markers", connectgaps=False,
            name=f"{name} · {t(f'trends.basis_short.{basis}')}", hovertemplate=f"%{{y:.1f}} {t_unit(unit)}",
            line={"color": SERIES[place], "width": 2, "dash": DASHES[basis]},
            marker={"size": 7, "symbol": ("circle", "diamond")[place % 2]},
        )  # fmt: skip
    if ends:
        axis_of_years(made, min(ends), max(ends) + pd.Timedelta(days=31))
    return made


def counts(table: pd.DataFrame, *, simulated: bool = False) -> go.Figure:
    """
    Days over the national 24-h limit by year: over, checked and below, not checked; they fill the year.

    Parameters
    ----------
    table : DataFrame
        ``year, days_over, days_checked, days``.
    """
    made = figure(height=280, simulated=simulated, barmode="stack", showlegend=True, hovermode="x unified", bargap=0.45,
                  uniformtext={"minsize": 10, "mode": "hide"})  # fmt: skip
    over = table["days_over"].astype("float").fillna(0)
    checked = table["days_checked"].astype("float")
    parts = (
        (over, t("trends.days_over"), ALARM, ""),
        (checked - over, t("trends.days_within"), CALM, ""),
        (table["days"].astype("float") - checked, t("trends.days_unchecked"), GROUND, "/"),
    )
    for values, name, colour, shape in parts:
        made.add_bar(
            x=table["year"].astype(str), y=values, name=name, marker={"color": colour, "pattern": {"shape": shape}},
            text=[number(v) if v else "" for v in np.asarray(values)], hovertemplate="%{y:.0f}", textposition="inside",
            insidetextanchor="middle",
        )  # fmt: skip
    made.layout.xaxis.update(type="category", showgrid=False)
    return made
