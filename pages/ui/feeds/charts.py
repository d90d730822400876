"""Figures of the feeds page: when each network answered, and how stations drift against their neighbours."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from pages.ui.look.charts import figure
from pages.ui.look.palette import ALARM, GROUND, INK, THIN, WARN
from pages.ui.reader.language import number, t

DOWN, PART, UP = ALARM, WARN, "#5b8c9f"  # told apart by lightness too
EDGES = (0.5, 0.999)  # of the time in a slot: below down, below in part
VERDICTS = {"rises": ALARM, "falls": ALARM, "steady": INK, "unclear": THIN}


def answered(strips: pd.DataFrame, names: dict[tuple[str, str], str], zone: object) -> go.Figure:
    """
    A row per network, a cell per slot of time: answered, in part, not; empty where nobody looked.

    Parameters
    ----------
    strips : DataFrame
        ``network, city, start, up, known`` of `models.quality.uptime.strip`.
    names : mapping
        Row title of each network and city, in the order of the rows.
    zone : ZoneInfo
        Clock of the times.
    """
    wide = strips.pivot_table(index=["network", "city"], columns="start", values="up", dropna=False)
    rows = [key for key in names if key in wide.index]
    wide = wide.loc[rows]
    steps = np.where(wide.isna(), np.nan, np.searchsorted(EDGES, wide.fillna(0).to_numpy(), side="right"))
    said = [[t("feeds.unwatched") if v != v else f"{number(100 * v)} %" for v in line] for line in wide.to_numpy()]
    made = figure(height=70 + 24 * len(rows), hovermode="closest", margin={"t": 8})
    colours = [[0, DOWN], [1 / 3, DOWN], [1 / 3, PART], [2 / 3, PART], [2 / 3, UP], [1, UP]]
    made.add_heatmap(
        z=steps, x=pd.DatetimeIndex(wide.columns).tz_convert(zone).tz_localize(None), y=[names[key] for key in rows],
        colorscale=colours, zmin=-0.5, zmax=2.5, showscale=False, xgap=1, ygap=4,
        customdata=np.array(said, dtype=object),
        hovertemplate="%{y}<br>%{x|%d.%m %H:%M}: <b>%{customdata}</b><extra></extra>",
    )  # fmt: skip
    made.layout.yaxis.update(
        autorange="reversed", rangemode="normal", type="category", showgrid=False, automargin=True, dtick=1
    )
    made.layout.xaxis.update(showgrid=False)
    return made


def drifts(rows: pd.DataFrame, names: dict[str, str], notable: float) -> go.Figure:
    """
    A point with its interval per station: change against the neighbours in 30 days. [%]

    Parameters
    ----------
    rows : DataFrame
        Of `models.quality.drift.drift`, those with a slope.
    names : mapping
        Station names.
    notable : float
        Beyond it a drift is worth a visit. [%]
    """
    rows = rows.sort_values("slope", kind="stable")
    labels = [names.get(s, s) for s in rows["station"]]
    made = figure(height=90 + 22 * len(rows), hovermode="closest", margin={"t": 8, "b": 30})
    made.add_shape(type="rect", yref="y domain", y0=0, y1=1, x0=-notable, x1=notable, fillcolor=GROUND, line_width=0,
                   layer="below")  # fmt: skip
    made.add_scatter(
        x=rows["slope"], y=labels, mode="markers", showlegend=False,
        marker={"size": 9, "color": [VERDICTS[v] for v in rows["verdict"]]},
        error_x={
            "type": "data", "symmetric": False, "array": rows["upper"] - rows["slope"],
            "arrayminus": rows["slope"] - rows["lower"], "thickness": 1.5, "color": THIN,
        },
        customdata=np.stack([rows["lower"], rows["upper"], rows["level"], rows["days"]], axis=-1),
        hovertemplate="%{y}: <b>%{x:.0f} %</b> (%{customdata[0]:.0f}…%{customdata[1]:.0f})<br>"
        "× %{customdata[2]:.2f}, n = %{customdata[3]:.0f}<extra></extra>",
    )  # fmt: skip
    made.layout.xaxis.update(title=t("feeds.drift_axis"), zeroline=True, rangemode="normal", ticksuffix=" %")
    made.layout.yaxis.update(type="category", showgrid=False, automargin=True, rangemode="normal", dtick=1)
    return made
