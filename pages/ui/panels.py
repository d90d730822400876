"""What hangs on the wall, as HTML made from pictures: panels, plans, curves, network health. Values are escaped."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pandas as pd

from data.city import cities
from pages.ui import text
from pages.ui.palette import KINDS, RATIOS, STATES, UNKNOWN
from pages.ui.picture import Picture
from pages.ui.plan import plan
from pages.ui.spark import spark
from pages.ui.text import html, number, t, t_unit

RANKED = 4


def view(name: str, inside: str, look: str) -> str:
    """One of the views that take turns."""
    return f'<section class="view {look}" data-name="{html(name)}">{inside}</section>'


def views(pictures: Sequence[Picture], status: pd.DataFrame) -> str:
    """
    Every view of the wall, in the order in which they take turns.

    Parameters
    ----------
    pictures : sequence of Picture
        One or both cities.
    status : DataFrame
        The store's table of networks.
    """
    several = len(pictures) > 1
    first = t("wall.view.both") if several else pictures[0].name
    made = [view(first, "".join(city(p) for p in pictures), "both" if several else "one")]
    made += [view(t("wall.view.map", city=p.name), town(p), "mapview") for p in pictures]
    made.append(
        view(t("wall.view.trend"), "".join(curve(p) for p in pictures), "trends" if several else "trends single")
    )
    made.append(view(t("wall.view.health"), health(status, [p.city.key for p in pictures], pictures[0].now), "health"))
    return "".join(made)


def fresh(picture: Picture) -> str:
    """Age and coverage; the browser lets the age grow by itself."""
    cover = html(t("frame.coverage", n=picture.situation.known, reporting=picture.situation.reporting))
    if picture.newest is None:
        return f'<span class="fresh grey">{html(t("frame.no_data"))}</span>'
    ages = _age(picture.newest, picture.interval)
    return f'<span class="fresh" {ages}>{html(t("wall.newest"))} <span class="age"></span> · {cover}</span>'


def _age(end: datetime, minutes: int) -> str:
    amber, grey = max(180, 2 * minutes), max(360, 4 * minutes)  # design of the table: age rules
    return f'data-end="{end.timestamp() * 1000:.0f}" data-amber="{amber}" data-grey="{grey}"'


def state(picture: Picture) -> str:
    """State against the city's own law: symbol, word, detail."""
    symbol = STATES[picture.verdict][0]
    return (
        f'<div class="state {picture.verdict}"><i>{symbol}</i><div><b>{html(picture.verdict_words())}</b>'
        f"<span>{html(picture.detail())}</span></div></div>"
    )


def big(picture: Picture) -> str:
    """The city's figure."""
    unit = "<br>".join(html(w) for w in (t_unit(picture.unit), *picture.averaged().split(" · ")))
    return (
        f'<div class="big"><span class="num">{number(picture.value)}</span><span class="unit">{unit}</span>'
        f'<span class="arrow">{html(picture.arrow())}</span></div>'
    )


def chips(picture: Picture) -> str:
    """Index, worst station, wind, leading pollutant; a dashed rim where a model speaks."""
    made = "".join(
        f'<span class="chip{" model" if modelled else ""}">{html(words)}</span>' for words, modelled in picture.chips()
    )
    return f'<div class="chips">{made}</div>'


def city(picture: Picture) -> str:
    """A city's panel."""
    body = [
        f'<div class="cap1"><h2>{html(picture.name)}</h2>{fresh(picture)}</div>',
        f'<div class="row">{state(picture)}{big(picture)}</div>',
        chips(picture),
    ]
    if picture.value is None and not len(picture.hourly):
        body.append(f'<div class="none">{html(t("wall.nothing"))}</div>')
    else:
        body.append(f'<div class="curve">{_spark(picture)}</div>')
        body.append(f'<div class="cap">{html(t("wall.caption", parameter=picture.label()))}</div>')
    body.append(sources(picture) if len(picture.sources) else ranks(picture))
    if picture.unattributed:
        why = t(f"origins.reason.{picture.unattributed}")
        body.append(f'<div class="cap">{html(t("wall.sources"))}: {html(why)}</div>')
    body += [f'<div class="event">⚠ {html(words)}</div>' for words in picture.happening()[:2]]
    return f'<section class="city ages">{"".join(body)}</section>'


def _spark(picture: Picture) -> str:
    return spark(
        picture.hourly, picture.running, zone=picture.city.zone, now=picture.now, lines=picture.lines()
    )  # fmt: skip


def ranks(picture: Picture) -> str:
    """The highest stations now, as bars on one scale."""
    rows = picture.stations[picture.stations["fresh"] != "grey"].dropna(subset=["day"]).head(RANKED)
    if not len(rows):
        return ""
    top = max(float(rows["day"].max()), picture.limit or 0.0) or 1.0
    made = []
    for row in rows.itertuples():
        hot = " hot" if picture.limit and row.day > picture.limit else ""
        kind = f"{KINDS[row.kind]} {html(t(f'quantity.kind.{row.kind}'))}"
        made.append(_rank(html(row.name), row.day / top, "", number(row.day), kind, hot))
    title = html(t("wall.highest"))
    return f'<div class="ranks"><h3>{title} <small>{html(picture.averaged())}</small></h3>{"".join(made)}</div>'


def _rank(name: str, share: float, interval: str, value: str, small: str, look: str) -> str:
    track = f'<span class="track"><i style="width:{min(share, 1):.1%}"></i>{interval}</span>'
    return f'<div class="rank{look}"><span>{name}</span>{track}<span><b>{value}</b> <small>{small}</small></span></div>'


def sources(picture: Picture) -> str:
    """Likely sources with their intervals, when the attribution has run."""
    made = []
    for row in picture.sources.head(4).itertuples():
        width = max(row.upper - row.lower, 0)
        interval = f'<u style="left:{row.lower:.0f}%;width:{width:.0f}%"></u>'
        small = f"({number(row.lower)}–{number(row.upper)}) {row.arrow} {t(f'origins.confidence.{row.confidence}')}"
        look = " hatch" if row.category == "undetermined" else ""
        name = html(t(f"frame.source.{row.category}"))
        made.append(_rank(name, row.share / 100, interval, f"{number(row.share)} %", small, look))
    return f'<div class="sources"><h3>{html(t("wall.sources"))}</h3>{"".join(made)}</div>'


def town(picture: Picture) -> str:
    """A city's plan with its figure beside it."""
    tops = [top for top, _ in RATIOS]
    bands = zip([0.0, *tops], RATIOS, strict=False)
    legend = "".join(_band(low, high, colour, picture.limit) for low, (high, colour) in bands if picture.limit)
    legend += f'<div><em style="background:{UNKNOWN}"></em>{html(t("wall.no_value"))}</div>'
    legend += "".join(f'<div class="kind">{html(words)}</div>' for words in picture.kinds())
    return (
        f'<div class="mapbox">{plan(picture.placed(), picture.city)}</div><div class="side ages">'
        f"<h2>{html(picture.name)}</h2>{fresh(picture)}{state(picture)}{big(picture)}{chips(picture)}"
        f'<div class="legend">{html(picture.averaged())}, {html(t_unit(picture.unit))}'
        f'<div class="keys">{legend}</div></div></div>'
    )


def _band(low: float, high: float, colour: str, limit: float) -> str:
    words = f"&gt; {number(low * limit)}" if high == float("inf") else f"{number(low * limit)}–{number(high * limit)}"
    return f'<div><em style="background:{colour}"></em>{words}</div>'


def curve(picture: Picture) -> str:
    """A city's last days across the whole wall."""
    figure = f"{number(picture.value)} {html(t_unit(picture.unit))}"
    caption = html(t("wall.caption", parameter=picture.label()))
    return (
        f'<section class="city ages"><div class="cap1"><h2>{html(picture.name)} · {figure}</h2>{fresh(picture)}</div>'
        f'<div class="curve">{_spark(picture)}</div><div class="cap">{caption}</div></section>'
    )


def health(status: pd.DataFrame, cities: Sequence[str], now: datetime) -> str:
    """Each network: whether it answers, how long ago, how much, what went wrong."""
    rows = status[status["city"].isin([*cities, ""])] if len(status) else status
    title = f"<h2>{html(t('wall.view.health'))}</h2>"
    if not len(rows):
        return title + f'<div class="none">{html(t("wall.no_networks"))}</div>'
    made = []
    for row in rows.sort_values(["city", "network"]).head(14).itertuples():
        ok = good(row.error, row.succeeded, now)
        since = (now - row.succeeded).total_seconds() / 60 if not pd.isna(row.succeeded) else None
        made.append(
            f'<div class="feed{"" if ok else " bad"}"><i>{"●" if ok else "▲"}</i><b>{html(row.network)}</b>'
            f"<span>{html(_named(row.city))}</span><span>{html(text.age(since))}</span>"
            f'<span class="err">{html(_trouble(row.error) or t("wall.rows", n=int(row.rows)))}</span></div>'
        )
    return title + "".join(made)


def _named(key: str) -> str:
    known = cities()
    return known[key].name(text.language()) if key in known else key


def _trouble(error: str) -> str:
    """What went wrong, without the network's name and address, which stand beside it or on the feeds page."""
    return str(error or "").split(": ", 2)[-1]


def good(error: object, succeeded: object, now: datetime) -> bool:
    """Whether a network counts as answering: no error, and a success within a day."""
    return not error and not pd.isna(succeeded) and now - succeeded < timedelta(days=1)  # type: ignore[operator]


def top(pictures: Sequence[Picture], status: pd.DataFrame, *, simulated: bool, replay: str) -> str:
    """The zone that never turns: heartbeat, name, networks, marks of demo and replay, clock."""
    answering = sum(good(r.error, r.succeeded, pictures[0].now) for r in status.itertuples())
    networks = t("wall.networks", n=len(status), answering=answering) + " · " if len(status) else ""
    marks = f'<span class="tag demo">{html(t("frame.demo"))}</span>' if simulated else ""
    marks += f'<span class="tag replay">{html(t("frame.replay"))}</span>' if replay else ""
    return (
        f'<div class="top"><span class="beat"></span><h1>{html(t("frame.centre"))}</h1>{marks}'
        f'<span class="net">{html(networks)}<span class="updated"></span></span>'
        '<span class="clock"><span class="time"></span>'
        '<small class="date"></small></span></div><div class="gone"></div>'
    )


def foot(pictures: Sequence[Picture], alarms: Sequence[str]) -> str:
    """The zone that never turns, below: alarms or each city's state, and where the rotation stands."""
    lines = [f'<div class="is-above"><i>▲</i>{html(words)}</div>' for words in alarms[:2]]
    lines = lines or [
        f'<div class="is-{p.verdict}"><i>{STATES[p.verdict][0]}</i>{html(p.name)}: {html(p.verdict_words())} '
        f"<small>{html(p.detail())}</small></div>"
        for p in sorted(pictures, key=lambda p: list(STATES).index(p.verdict))
    ]
    return (
        f'<div class="foot"><div class="worst">{"".join(lines)}</div><div class="rot"><b class="place"></b><br>'
        '<span class="next"></span><div class="prog"><i></i></div></div></div>'
    )


def water(words: str) -> str:
    """The word that lies over the demo world."""
    return f'<div class="water">{f"<span>{html(words)}</span>" * 9}</div>'
