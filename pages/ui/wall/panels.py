"""What hangs on the wall, as HTML made from pictures: panels, plans, curves, network health. Values are escaped."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from data.city import cities
from jobs.collect.offline import UNREACHED, offline
from models.situation.statement import Statement
from pages.ui.city import advice
from pages.ui.city.city import ARROWS, Picture
from pages.ui.events import footprints
from pages.ui.look.palette import KINDS, RATIOS, STATES, UNKNOWN
from pages.ui.reader import errors, language
from pages.ui.reader.language import html, level, number, t, t_unit
from pages.ui.wall import panel_forecast, panel_origins
from pages.ui.wall.frame import fresh
from pages.ui.wall.plan import plan
from pages.ui.wall.sparkline import spark

RANKED = 4
LISTED = 13  # networks for which there is room


def view(kind: str, cities: Sequence[Picture], name: str, inside: str, look: str) -> str:
    """One of the views that take turns; an alarm finds it by its kind and city."""
    keys = " ".join(p.city.key for p in cities)
    told = f'data-view="{kind}" data-city="{html(keys)}" data-name="{html(name)}"'
    return f'<section class="view {look}" {told}>{inside}</section>'


def views(pictures: Sequence[Picture], status: pd.DataFrame, networks: str) -> list[str]:
    """
    Every view of the wall, in the order in which they take turns.

    Parameters
    ----------
    pictures : sequence of Picture
        One or more cities; two share a view.
    status : DataFrame
        The store's table of networks.
    networks : str
        How many of them answer, in words.
    """
    pairs = [pictures[i : i + 2] for i in range(0, len(pictures), 2)]
    made = [_beside("city", pair, _names(pair), city) for pair in pairs]
    made += [view("map", [p], t("wall.view.map", city=p.name), town(p), "mapview ages") for p in pictures]
    made += [
        view("trend", pair, t("wall.view.trend"), "".join(curve(p) for p in pair), f"trends {_many(pair)}")
        for pair in pairs
    ]
    made += [_beside("sources", pair, t("wall.view.sources"), panel_origins.origins) for pair in pairs]
    made += [_beside("forecast", pair, t("wall.view.forecast"), panel_forecast.forecast) for pair in pairs]
    body = health(status, [p.city.key for p in pictures], pictures[0].now, networks)
    return [*made, view("health", pictures, t("wall.view.health"), body, "health")]


def _beside(kind: str, pair: Sequence[Picture], name: str, draw: Callable[[Picture], str]) -> str:
    return view(kind, pair, name, "".join(draw(p) for p in pair), _many(pair))


def _many(pair: Sequence[Picture]) -> str:
    return "both" if len(pair) > 1 else "one"


def _names(pair: Sequence[Picture]) -> str:
    return t("wall.view.both") if len(pair) > 1 else pair[0].name


def state(picture: Picture) -> str:
    """State against the city's own law: symbol, word, detail."""
    symbol = STATES[picture.verdict][0]
    few = " provisional" if picture.provisional else ""
    return (
        f'<div class="state {picture.verdict}{few}"><i>{symbol}</i><div><b>{html(picture.verdict_words())}</b>'
        f"<span>{html(picture.detail())}</span></div></div>"
    )


def big(picture: Picture) -> str:
    """The newest hour and the day, each with its own arrow."""
    pair = picture.figures()
    return f'<div class="figures">{"".join(_figure(picture, said, short=len(pair) > 1) for said in pair)}</div>'


def _figure(picture: Picture, said: Statement, *, short: bool) -> str:
    """A figure; beside another one its averaging is a number of hours, for which there is room."""
    hours = t(f"wall.averaged.{said.averaging}") if short else ""
    words = (picture.label(), hours) if short else tuple(picture.averaged(said).split(" · "))
    unit = "<br>".join(html(w) for w in (t_unit(picture.unit), *words))
    heading = html(picture.heading(said))
    arrow = f'<span class="arrow" role="img" aria-label="{heading}">{html(ARROWS[said.arrow])}</span>'
    return (
        f'<div class="big {said.kind}"><span class="num">{level(said.value)}</span><span class="unit">{unit}</span>'
        f"{arrow if said.arrow else ''}</div>"
    )


def chips(picture: Picture) -> str:
    """Index, worst station, wind, leading pollutant; a dashed rim where a model speaks."""
    return _chips(picture.chips())


def _side_chips(picture: Picture) -> str:
    """The ones for which there is room beside a plan."""
    wind = picture.situation.wind
    made = [(picture.index(), False), (picture.wind(), wind is not None and wind.kind == "model")]
    return _chips([(words, modelled) for words, modelled in made if words])


def _chips(made: Sequence[tuple[str, bool]]) -> str:
    spans = (f'<span class="chip{" model" if modelled else ""}">{html(words)}</span>' for words, modelled in made)
    return f'<div class="chips">{"".join(spans)}</div>'


def city(picture: Picture) -> str:
    """A city's panel."""
    body = [
        f'<div class="cap1"><h2>{html(picture.name)}</h2>{fresh(picture)}</div>',
        f'<div class="row">{state(picture)}{big(picture)}</div>',
        chips(picture),
    ]
    told = advice.line(picture)
    body += [f'<div class="cap advice">{html(told)}</div>'] if told else []
    if picture.lead.value is None and not len(picture.hourly):
        body.append(f'<div class="none">{html(t("wall.nothing"))}</div>')
    else:
        body.append(f'<div class="curve">{_spark(picture)}</div>')
        body.append(f'<div class="cap">{html(_caption(picture))}</div>')
    body.append(panel_origins.short(picture) if len(picture.sources) else ranks(picture))
    if picture.unattributed:
        why = t(f"origins.reason.{picture.unattributed}")
        body.append(f'<div class="cap">{html(t("wall.sources"))}: {html(why)}</div>')
    body += [f'<div class="event">⚠ {html(words)}</div>' for words in picture.happening()[:2]]
    return f'<section class="city ages">{"".join(body)}</section>'


def _caption(picture: Picture) -> str:
    """What the curve is made of; whose hours they are where they do not stand for the city."""
    words = t("wall.caption", parameter=picture.label())
    return f"{words}; {picture.alone()}" if picture.alone() else words


def _spark(picture: Picture) -> str:
    return spark(
        picture.hourly, picture.running, zone=picture.city.zone, now=picture.now, lines=picture.lines()
    )  # fmt: skip


def ranks(picture: Picture) -> str:
    """The highest stations, as bars on one scale: those whose day is of the time that the city's day is of."""
    rows = picture.stations[~picture.apart()].dropna(subset=["day"]).head(RANKED)
    if not len(rows):
        return ""
    top = max(float(rows["day"].max()), picture.limit or 0.0) or 1.0
    made = []
    for row in rows.itertuples():
        hot = " hot" if row.verdict == "above" else ""
        kind = f"{KINDS[row.kind]} {html(t(f'quantity.kind.{row.kind}'))}"
        made.append(panel_origins.rank(html(row.name), row.day / top, "", level(row.day), kind, hot))
    title = html(t("wall.highest"))
    return f'<div class="ranks"><h3>{title} <small>{html(picture.averaged())}</small></h3>{"".join(made)}</div>'


def town(picture: Picture) -> str:
    """A city's plan with its figure beside it."""
    tops = [top for top, _ in RATIOS]
    bands = zip([0.0, *tops], RATIOS, strict=False)
    legend = "".join(_band(low, high, colour, picture.limit) for low, (high, colour) in bands if picture.limit)
    legend += f'<div><em style="--of:{UNKNOWN}"></em>{html(t("wall.no_value"))}</div>'
    legend += "".join(f'<div class="kind">{html(words)}</div>' for words in picture.kinds())
    areas = footprints.words(picture.events)
    legend += "".join(f'<div class="kind lies"><em></em>{html(words)}</div>' for words in areas)
    return (
        f'<div class="mapbox">{plan(picture.placed(), picture.city, picture.events)}</div><div class="side">'
        f"<h2>{html(picture.name)}</h2>{fresh(picture)}{state(picture)}{big(picture)}{_side_chips(picture)}"
        f'<div class="legend">{html(picture.averaged())}, {html(t_unit(picture.unit))}'
        f'<div class="keys">{legend}</div></div></div>'
    )


def _band(low: float, high: float, colour: str, limit: float) -> str:
    words = f"&gt; {number(low * limit)}" if high == float("inf") else f"{number(low * limit)}–{number(high * limit)}"
    return f'<div><em style="--of:{colour}"></em>{words}</div>'


def curve(picture: Picture) -> str:
    """A city's last days across the whole wall."""
    said = picture.lead
    words = f"{t_unit(picture.unit)} · {picture.averaged(said)}"
    figure = f'<b class="figure">{level(said.value)}</b> <small>{html(words)}</small>'
    caption = html(_caption(picture))
    return (
        f'<section class="city ages"><div class="cap1"><h2>{html(picture.name)} {figure}</h2>{fresh(picture)}</div>'
        f'<div class="curve">{_spark(picture)}</div><div class="cap">{caption}</div></section>'
    )


def networks(status: pd.DataFrame, now: datetime) -> str:
    """How many networks answer, in words; nothing before the first was asked."""
    answering = sum(good(row.error, row.succeeded, now) for row in status.itertuples())
    counted = t("wall.networks", n=len(status), answering=answering) if len(status) else ""
    return f"{counted} · {t('wall.offline')}" if offline(status) else counted


def health(status: pd.DataFrame, cities: Sequence[str], now: datetime, networks: str) -> str:
    """Each network: whether it answers, how long ago, how much, what went wrong; the failing ones first.

    Where none is reached from here, the title says so once and the rows do not.
    """
    rows = status[status["city"].isin([*cities, ""])] if len(status) else status
    title = f'<div class="cap1"><h2>{html(t("wall.view.health"))}</h2><b class="figure">{html(networks)}</b></div>'
    if not len(rows):
        return title + f'<div class="none">{html(t("wall.no_networks"))}</div>'
    rows = rows.assign(ok=[good(row.error, row.succeeded, now) for row in rows.itertuples()])
    rows = rows.sort_values(["ok", "city", "network"], kind="stable")
    made, away = [], offline(status) is not None
    for row in rows.head(LISTED).itertuples():
        since = (now - row.succeeded).total_seconds() / 60 if not pd.isna(row.succeeded) else None
        made.append(
            f'<div class="feed{"" if row.ok else " bad"}"><i>{"●" if row.ok else "▲"}</i><b>{html(row.network)}</b>'
            f"<span>{html(_named(row.city))}</span><span>{html(language.age(since))}</span>"
            f'<span class="err">{html(_trouble(row, away) or _rows(row))}</span></div>'
        )
    more = len(rows) - LISTED
    rest = f'<div class="cap">{html(t("wall.further_networks", n=more))}</div>' if more > 0 else ""
    return f"{title}{''.join(made)}{rest}"


def _named(key: str) -> str:
    known = cities()
    return known[key].name(language.language()) if key in known else key


def _rows(row: Any) -> str:
    """How much came, and of how many parts where some failed."""
    rows = t("wall.rows", n=int(row.rows))
    parts = {"came": int(row.parts - row.parts_failed), "asked": int(row.parts)}
    return t("wall.parts", rows=rows, **parts) if row.parts_failed else rows


def _trouble(row: Any, away: bool) -> str:
    """Who must act, which is read first, and what went wrong; the screen cuts it off where it is too long."""
    if away and row.error_key in UNREACHED:
        return t("feeds.unreached")
    said, who = errors.kept(row._asdict())
    return f"{t(f'feeds.who.{who}')} · {said}" if said else ""


def good(error: object, succeeded: object, now: datetime) -> bool:
    """Whether a network counts as answering: no error, and a success within a day."""
    return not error and not pd.isna(succeeded) and now - succeeded < timedelta(days=1)  # type: ignore[operator]


def water(words: str) -> str:
    """The word that lies over the demo world."""
    return f'<div class="water">{f"<span>{html(words)}</span>" * 9}</div>'
