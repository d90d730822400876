"""What always stands on the wall while the views take turns: clock, heartbeat, freshness, worst state, alarms."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from data.clock import local_date
from models.alarms.text import COLUMNS, SHORT
from models.situation.statement import DAY, HOUR, Statement
from models.stations.freshness import amber_after, grey_after
from pages.ui.alarms.board import PRIORITIES, Alarms
from pages.ui.city.city import Picture
from pages.ui.look.palette import STATES
from pages.ui.page import building as page_building
from pages.ui.reader import language
from pages.ui.reader.language import html, t

"""Priority to symbol, in the order in which alarms are listed; symbol, word and colour go together."""
SHOWN = 3


def top(networks: str, *, simulated: bool, replay: bool) -> str:
    """Heartbeat, name, marks of demo and replay, networks, how old the screen is, clock; below it the banner."""
    marks = f'<span class="tag demo">{html(t("frame.demo"))}</span>' if simulated else ""
    marks += f'<span class="tag replay">{html(t("frame.replay"))}</span>' if replay else ""
    nets = f"<span>{html(networks)}</span>" if networks else ""
    return (
        f'<div class="top"><span class="beat"></span><h1>{html(t("frame.centre"))}</h1>{marks}'
        f'<span class="net">{nets}<span class="updated"></span></span>'
        '<span class="clock"><span class="time"></span><small class="date"></small></span></div>'
        '<div class="gone" role="alert"></div>'
    )


def foot(pictures: Sequence[Picture], found: Alarms, views: int, blind: str = "") -> str:
    """Alarms, above them that nobody watches for any, each city's state and freshness, where the rotation stands."""
    steps = "<i><u></u></i>" * views
    return (
        f'<div class="foot"><div class="alarms">{_blind(blind)}{_alarms(pictures, found, SHOWN - bool(blind))}</div>'
        f'<div class="worst">{"".join(_state(p) for p in _worst_first(pictures))}</div>'
        '<div class="rot"><b class="place"></b><span class="next"></span>'
        f'<span class="held">{html(t("wall.held"))}</span><div class="prog">{steps}</div></div></div>'
    )


def _worst_first(pictures: Sequence[Picture]) -> list[Picture]:
    return sorted(pictures, key=lambda p: list(STATES).index(p.verdict))


def _state(picture: Picture) -> str:
    said = f"{picture.name}: {picture.verdict_words()}"
    return (
        f'<div class="is-{picture.verdict} ages"><b><i>{STATES[picture.verdict][0]}</i> {html(said)}</b>'
        f"{fresh(picture, picture.situation.judged)}</div>"
    )


def fresh(picture: Picture, said: Statement | None = None) -> str:
    """Age and coverage of what a panel leads with, or of `said`; the browser lets the age grow by itself."""
    lead = picture.lead if said is None or said.value is None else said
    cover = html(t("frame.coverage", n=lead.of, reporting=lead.n))
    if lead.newest is None:
        old = picture.age is not None
        since = t("wall.nothing_since", age=language.age(picture.age)) if old else t("frame.no_data")
        return f'<span class="fresh grey">{html(since)} · {cover}</span>'
    if lead.daily:
        of_day = html(t("situation.of_day", day=picture.date(lead)))
        return f'<span class="fresh" {age(lead.newest.to_pydatetime(), DAY)}>{of_day} · {cover}</span>'
    ages = age(lead.newest.to_pydatetime(), HOUR)
    return f'<span class="fresh" {ages}>{html(t("wall.newest"))} <span class="age"></span> · {cover}</span>'


def age(end: datetime, minutes: int) -> str:
    """What the browser needs to age a value by itself: end of its interval, limits of amber and grey [min]."""
    amber, grey = 60 * amber_after(minutes), 60 * grey_after(minutes)
    return f'data-end="{end.timestamp() * 1000:.0f}" data-amber="{amber:.0f}" data-grey="{grey:.0f}"'


def _blind(said: str) -> str:
    return f'<div class="blind" role="alert">✕ {html(said)}</div>' if said else ""


def _alarms(pictures: Sequence[Picture], found: Alarms, shown: int) -> str:
    if not found.known:
        return f'<div class="calm">○ {html(t("wall.alarm.unknown"))}</div>'
    aside = t("wall.alarm.aside", n=found.aside) if found.aside else ""
    if not len(found.standing):
        more = f'<small class="more">{html(aside)}</small>' if aside else ""
        return f'<div class="calm">● {html(t("wall.alarm.none"))}</div>{more}'
    by_city = {p.city.key: p for p in pictures}
    lines = [_line(row, by_city.get(row["city"], pictures[0])) for row in found.standing.head(shown).to_dict("records")]
    further = len(found.standing) - shown
    rest = " · ".join(x for x in (t("wall.alarm.further", n=further) if further > 0 else "", aside) if x)
    return "".join(lines) + (f'<small class="more">{html(rest)}</small>' if rest else "")


def _line(row: dict[str, object], picture: Picture) -> str:
    """One alarm: symbol, word of its priority, when it rang, where and what, and whether anybody has taken it."""
    priority = str(row["priority"]) if row["priority"] in PRIORITIES else "low"
    reader = language.language()
    said = str(row.get(SHORT[reader]) or row.get(COLUMNS[reader]) or row["text"])
    place = f"{picture.name}: " if row["city"] else ""
    silent = " silent" if row["no_data"] else ""
    return (
        f'<div class="alarm {html(row["state"])}{silent}"><em class="pri {priority}">{PRIORITIES[priority]} '
        f"{html(t(f'wall.alarm.priority.{priority}'))}</em>"
        f"<div>{html(_moment(row['rung'], picture))} {html(place + said)} "
        f"<small>{html(' · '.join([*_unheard(row, picture), _taken(row)]))}</small></div></div>"
    )


def _moment(at: object, picture: Picture) -> str:
    """The time on the city's clock; with the date where it is not today's."""
    when, zone = pd.Timestamp(at), picture.city.zone  # type: ignore[arg-type]
    same = local_date(when, zone) == local_date(picture.now, zone)
    return (
        language.clock(when, zone) if same else f"{language.day(when, zone, year=False)} {language.clock(when, zone)}"
    )


def _unheard(row: dict[str, object], picture: Picture) -> list[str]:
    """That nothing current can be said, and since when."""
    if not row["no_data"]:
        return []
    since = row["no_data_since"]
    return [t("wall.alarm.silent") if pd.isna(since) else t("wall.alarm.silent_since", moment=_moment(since, picture))]


def _taken(row: dict[str, object]) -> str:
    by = str(row.get("by") or "")
    if row["state"] == "acknowledged" and by:
        return t("wall.alarm.acknowledged_by", name=by)
    return t(f"wall.alarm.{row['state']}")


def building(part: float) -> str:
    """How far the demo world is, as a bar under the head. `part`: [0–1]"""
    share = int(100 * part)
    return (
        f'<div class="building" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{share}">'
        f'<i style="width:{share}%"></i><span>{html(page_building.words(part))}</span></div>'
    )


def bare() -> str:
    """A wall without figures, for when none can be drawn: its clock, and the banner that says why."""
    views = f'<div class="views"><div class="none">{html(t("wall.nothing_drawn"))}</div></div>'
    return top("", simulated=False, replay=False) + views + foot([], Alarms(False, pd.DataFrame(), 0), 0)
