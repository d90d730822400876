"""The forecast as figures: what was measured and what is coming with its band, yesterday's issue, errors by lead."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import plotly.graph_objects as go

from pages.ui.look.cards import chip, chips
from pages.ui.look.charts import HOVER, Line, clockwork, figure, levels, regular, upright, wall_time
from pages.ui.look.palette import ALARM, CALM, INK, THIN
from pages.ui.reader.language import number, t, t_unit

HOUR = pd.Timedelta(hours=1)
BAND = "rgba(74, 134, 184, 0.20)"
# One look per method, told apart by dash as well as by colour (colour-blind safe, after Okabe & Ito 2008).
LOOKS: Mapping[str, tuple[str, str]] = {
    "model": (INK, "solid"),
    "damped_persistence": ("#3f9a78", "dash"),
    "persistence": ("#8c5a3c", "dot"),
    "climatology": ("#d98f2b", "dashdot"),
    "cams_debiased": ("#b56ca0", "longdash"),
    "cams": ("#7a6a9a", "longdashdot"),
}
SHORT = 6  # hours: a stretch of one method that is shorter has no room for its name
STROKES: Mapping[str, str] = {
    "solid": "━━", "dash": "╍╍", "dot": "┅┅", "dashdot": "╍·", "longdash": "─ ─", "longdashdot": "─·",
}  # fmt: skip


@dataclass(frozen=True)
class Mean:
    """A local day's 24-h mean as forecast; the day runs from `start` to `end`, UTC."""

    start: pd.Timestamp
    end: pd.Timestamp
    value: float
    lower: float
    upper: float
    above: bool


def segments(hours: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """
    Stretches of hours of one method; each begins with the last point before it, so that the line is not broken.

    Examples
    --------
    >>> rows = pd.DataFrame({"method": ["model", "model", "persistence"], "value": [1.0, 2.0, 3.0]})
    >>> [(name, part["value"].tolist()) for name, part in segments(rows)]
    [('model', [1.0, 2.0]), ('persistence', [2.0, 3.0])]
    """
    runs = (hours["method"] != hours["method"].shift()).cumsum()
    for _, part in hours.groupby(runs.to_numpy()):
        first = hours.index.get_loc(part.index[0])
        yield str(part["method"].iloc[0]), hours.iloc[max(first - 1, 0) : first + len(part)]


def coming(
    hourly: pd.DataFrame,
    running: pd.DataFrame,
    hours: pd.DataFrame,
    *,
    now: pd.Timestamp,
    zone: ZoneInfo,
    unit: str,
    lines: Sequence[Line] = (),
    means: Sequence[Mean] = (),
    baselines: Sequence[str] = (),
    simulated: bool = False,
    height: int = 430,
) -> go.Figure:
    """
    Two measured days and three coming ones.

    Parameters
    ----------
    hourly, running : DataFrame
        ``start`` (UTC)``, value``: measured hours and their running 24-h mean. [unit]
    hours : DataFrame
        ``start, value, lower, upper, method`` and one column per baseline.
    now : Timestamp
        Where the coming begins.
    lines : sequence of Line
        Limits of the averaging of `running` and `means`.
    means : sequence of Mean
        24-h means of the coming local days with their intervals.
    baselines : sequence of str
        Columns of `hours` to draw beside.

    Returns
    -------
    Figure
        Points stand at the END of their interval.
    """
    made = figure(height=height, unit=unit, simulated=simulated, margin={"t": 34, "b": 8})
    band(made, hours, zone)
    for table, name, look in (
        (hourly, t("frame.curve.hour"), {"color": THIN, "width": 1.5}),
        (running, t("frame.curve.running"), {"color": INK, "width": 3.4}),
    ):
        if len(table):
            _line(made, regular(table, 60), "value", name, look, zone, unit)
    for method in baselines:
        if method in hours and hours[method].notna().any():
            colour, dash = LOOKS[method]
            look = {"color": colour, "width": 1.3, "dash": dash}
            _line(made, hours, method, t(f"forecast.method.{method}"), look, zone, unit)
    shown(made, hours, zone, unit)
    _means(made, means, zone, unit)
    levels(made, lines)
    _present(made, now, zone)
    starts = [x["start"] for x in (hourly, hours) if len(x)]
    first, last = min(s.min() for s in starts), max(s.max() for s in starts) + HOUR
    clockwork(made, first, last, zone)
    _top(made, [hourly["value"], running["value"], hours["upper"], *(hours[m] for m in baselines if m in hours),
                pd.Series([m.upper for m in means], dtype=float)], lines)  # fmt: skip
    return made


def _line(
    made: go.Figure, table: pd.DataFrame, column: str, name: str, look: dict[str, object], zone: ZoneInfo, unit: str
) -> None:
    made.add_scatter(
        x=wall_time(table["start"] + HOUR, zone), y=table[column].astype(float).round(1), mode="lines", name=name,
        line=look, connectgaps=False, hovertemplate=HOVER + t_unit(unit),
    )  # fmt: skip


def band(made: go.Figure, hours: pd.DataFrame, zone: ZoneInfo) -> None:
    """The 90 % band under everything else."""
    known = hours.dropna(subset=["lower", "upper"])
    if not len(known):
        return
    end = wall_time(known["start"] + HOUR, zone)
    plain = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
    made.add_scatter(x=end, y=known["lower"].round(1), **plain)
    made.add_scatter(x=end, y=known["upper"].round(1), fill="tonexty", fillcolor=BAND, name=t("forecast.band"), **plain)


def shown(made: go.Figure, hours: pd.DataFrame, zone: ZoneInfo, unit: str) -> None:
    """The forecast itself, one look and one name per method."""
    parts = list(segments(hours))
    for method, part in parts:
        colour, dash = LOOKS.get(method, (INK, "dash"))
        made.add_scatter(
            x=wall_time(part["start"] + HOUR, zone), y=part["value"].round(1), mode="lines",
            name=t(f"forecast.method.{method}"),
            line={"color": colour, "width": 2.6, "dash": dash if method != "model" else "dash"},
            hovertemplate=f"{HOVER}{t_unit(unit)}",
        )  # fmt: skip
    if len(parts) > 1:
        for method, part in parts:
            _named(made, method, part, zone)


def _named(made: go.Figure, method: str, part: pd.DataFrame, zone: ZoneInfo) -> None:
    """The method's name over its stretch, and a fine line where it begins."""
    ends = wall_time(part["start"] + HOUR, zone)
    upright(made, ends.iloc[0].to_pydatetime(), {"color": CALM, "width": 1, "dash": "dot"}, opacity=0.6)
    if len(part) >= SHORT:
        words = t(f"forecast.method_short.{method}")
        made.add_annotation(x=ends.iloc[0].to_pydatetime(), y=1, yref="paper", text=words, showarrow=False,
                            xanchor="left", yanchor="bottom", font={"size": 11}, opacity=0.85, xshift=3)  # fmt: skip


def _means(made: go.Figure, means: Sequence[Mean], zone: ZoneInfo, unit: str) -> None:
    """24-h means as bars across their days, with whiskers in the middle."""
    for mean in means:
        colour = ALARM if mean.above else CALM
        across = wall_time(pd.Series([mean.start, mean.start + (mean.end - mean.start) / 2, mean.end]), zone)
        reach = [0.0, mean.upper - mean.value, 0.0], [0.0, mean.value - mean.lower, 0.0]
        made.add_scatter(
            x=across, y=[round(mean.value, 1)] * 3, mode="lines", name=t("forecast.day_mean"),
            line={"color": colour, "width": 3.4},
            error_y={"type": "data", "symmetric": False, "array": reach[0], "arrayminus": reach[1], "thickness": 2,
                     "width": 6, "color": colour},
            hovertemplate=f"<b>%{{y:.0f}}</b> ({number(mean.lower)}–{number(mean.upper)}) {t_unit(unit)}",
        )  # fmt: skip


def _present(made: go.Figure, now: pd.Timestamp, zone: ZoneInfo) -> None:
    at = now.tz_convert(zone).tz_localize(None).to_pydatetime()
    upright(made, at, {"color": CALM, "width": 1.6})
    made.add_annotation(x=at, y=0, yref="paper", text=f"<b>{t('forecast.now')}</b>", showarrow=False, xanchor="right",
                        yanchor="bottom", xshift=-4, font={"size": 12}, opacity=0.85)  # fmt: skip


def _top(made: go.Figure, columns: Sequence[pd.Series], lines: Sequence[Line]) -> None:
    """Room above the highest of everything drawn."""
    tops = [float(c.max()) for c in columns if len(c) and c.notna().any()] + [line.value for line in lines]
    made.layout.yaxis.update(range=[0, max(tops, default=1.0) * 1.12 or 1.0])


def ahead(made: go.Figure, hours: pd.DataFrame, *, now: datetime, zone: ZoneInfo, unit: str) -> None:
    """
    Let a curve of the last hours go on into the coming ones.

    Parameters
    ----------
    made : Figure
        Of `pages.ui.look.charts.hours`; its axes grow.
    hours : DataFrame
        ``start, value, lower, upper, method``.
    """
    if not len(hours):
        return
    edges = [pd.Timestamp(edge).tz_localize(zone) for edge in made.layout.xaxis.range or ()]
    band(made, hours, zone)
    for method, part in segments(hours):
        made.add_scatter(
            x=wall_time(part["start"] + HOUR, zone), y=part["value"].round(1), mode="lines",
            name=t(f"forecast.method.{method}"), line={"color": INK, "width": 2.2, "dash": "dash"},
            hovertemplate=HOVER + t_unit(unit),
        )  # fmt: skip
    _present(made, pd.Timestamp(now), zone)
    first, last = hours["start"].min(), hours["start"].max() + HOUR
    clockwork(made, min(edges, default=first), max([last, *edges]), zone)
    low, high = made.layout.yaxis.range or (0, 1)
    made.layout.yaxis.update(range=[low, max(high, float(hours["upper"].max(skipna=True) or 0) * 1.08)])


def came(
    issue: pd.DataFrame, measured: pd.DataFrame, *, now: pd.Timestamp, zone: ZoneInfo, unit: str,
    simulated: bool = False,
) -> go.Figure:  # fmt: skip
    """
    An earlier issue with its band, and what was measured since.

    Parameters
    ----------
    issue : DataFrame
        ``start, value, lower, upper, method``.
    measured : DataFrame
        ``start, value``.
    """
    made = figure(height=300, unit=unit, simulated=simulated)
    band(made, issue, zone)
    end = wall_time(issue["start"] + HOUR, zone)
    look = {"color": INK, "width": 2.2, "dash": "dash"}
    made.add_scatter(x=end, y=issue["value"].round(1), mode="lines", name=t("forecast.said"), line=look,
                     hovertemplate=HOVER + t_unit(unit))  # fmt: skip
    if len(measured):
        look = {"color": ALARM, "width": 2.4}
        _line(made, regular(measured, 60), "value", t("forecast.came"), look, zone, unit)
    _present(made, now, zone)
    clockwork(made, issue["start"].min(), issue["start"].max() + HOUR, zone)
    _top(made, [issue["upper"], measured["value"] if len(measured) else pd.Series(dtype=float)], ())
    return made


def errors(skill: pd.DataFrame, *, unit: str, simulated: bool = False) -> go.Figure:
    """
    RMSE of every method by lead; what is shown stands out.

    Parameters
    ----------
    skill : DataFrame
        ``lead`` [h]``, method, rmse`` [unit]``, shown``.
    """
    made = figure(height=300, unit=unit, simulated=simulated)
    for method, (colour, dash) in LOOKS.items():
        rows = skill[skill["method"] == method].sort_values("lead")
        if rows["rmse"].notna().any():
            made.add_scatter(
                x=rows["lead"], y=rows["rmse"].round(2), mode="lines+markers", name=t(f"forecast.method.{method}"),
                line={"color": colour, "width": 2.6 if method == "model" else 1.6, "dash": dash},
                marker={"size": [10 if s else 4 for s in rows["shown"]], "color": colour},
                hovertemplate="<b>%{y:.1f}</b>",
            )  # fmt: skip
    made.layout.xaxis.update(title={"text": t("forecast.lead_axis"), "font": {"size": 12}}, dtick=12, range=[0, 74])
    return made


def key(names: Sequence[str], *, bold: Sequence[str] = ()) -> str:
    """
    What the lines of a figure are, as chips under it: a legend inside would leave a phone no room for the curve.

    Parameters
    ----------
    names : sequence of str
        Of `LOOKS`, or ``hour``, ``running``, ``band``, ``day``, ``came``, ``said``.
    bold : sequence of str
        Methods drawn dashed because they are what is shown.
    """
    marks = {
        "hour": (THIN, "──", t("frame.curve.hour")), "running": (INK, "━━", t("frame.curve.running")),
        "band": (INK, "▒", t("forecast.band")), "day": (ALARM, "┿", t("forecast.day_mean")),
        "came": (ALARM, "━━", t("forecast.came")), "said": (INK, "╍╍", t("forecast.said")),
    }  # fmt: skip
    made = []
    for name in names:
        colour, dash = LOOKS.get(name, ("", "solid"))
        stroke = "╍╍" if name in bold else STROKES[dash]
        colour, symbol, words = marks.get(name) or (colour, stroke, t(f"forecast.method.{name}"))
        made.append(chip(words, colour=colour, symbol=symbol))
    return chips(made)
