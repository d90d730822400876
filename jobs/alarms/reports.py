"""What an entry of the alarm log says to people outside, in each language."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data import advice
from data.city import City, cities, city_files
from data.clock import local_date
from data.parameters import PARAMETERS
from data.rules.alarms import PRIORITIES, Rule, rules
from data.rules.triggers import Trigger
from data.standards.limits import Limit, registry
from data.words import Words, words
from models.alarms.expiry import expires
from models.alarms.readings import scale_top
from models.alarms.states import RINGS
from models.alarms.text import NUMBERS, index_words

CATALOG = "alarms"
URGENT = ("critical", "high")  # priorities whose messages say what people should do
DAY = timedelta(hours=24)  # no hourly index rests on as much


@dataclass(frozen=True)
class Report:
    """
    One entry of the log with what its rule says.

    Attributes
    ----------
    at : datetime
        When it happened, UTC.
    city : str
        Key; empty where the rule is not about one city.
    definition : Rule or None
        None where the rule was removed since.
    value : float or None
        In the unit of what the rule compares: a concentration [µg/m³], an index, of a forecast what is expected.
    rang_at : datetime or None
        When the alarm rang that this entry belongs to; None before its first ring.
    rests_on : tuple of datetime or None
        Begin and end of what the value was made of; of a forecast, of the day it is about.
    numbers : mapping
        What the table of alarms says of it now, by language; empty where it has moved on.
    """

    at: datetime
    rule: str
    city: str
    occurrence: str
    action: str
    definition: Rule | None = None
    value: float | None = None
    simulated: bool = False
    triggers: tuple[Trigger, ...] = field(default=())
    rang_at: datetime | None = None
    rests_on: tuple[datetime, datetime] | None = None
    numbers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ends(self) -> datetime | None:
        """When it is over by the calendar; None where only measurements end it."""
        if self.definition is None or self.place is None:
            return None
        return expires(self.definition, self.place, self.rang_at or self.at)

    @property
    def of_a_day(self) -> bool:
        """Whether an index rests on a delivered daily value, because no hours came."""
        return self.kind == "index" and self.rests_on is not None and self.rests_on[1] - self.rests_on[0] >= DAY

    @property
    def priority(self) -> str:
        """``critical``, ``high``, ``medium`` or ``low``; ``high`` where the rule is no longer known."""
        return self.definition.priority if self.definition else "high"

    @property
    def kind(self) -> str:
        """Kind of the rule, empty where it is no longer known."""
        return self.definition.kind if self.definition else ""

    @property
    def parameter(self) -> str:
        """What is compared, where the rule names it."""
        return self.definition.parameter if self.definition else ""

    @property
    def averaging(self) -> str:
        """Over which time."""
        return self.definition.averaging if self.definition else ""

    @property
    def unit(self) -> str:
        """Of value and limit; empty for what is no concentration."""
        if self.definition is not None and self.definition.what == "instrument":
            return PARAMETERS["pm25"].unit  # that of every pollutant
        return PARAMETERS[self.parameter].unit if self.kind in ("limit", "forecast") and self.parameter else ""

    @property
    def limit(self) -> Limit | None:
        """The limit of the city's own law that was in force, for rules that compare with one."""
        rule, place = self.definition, self.place
        if rule is None or place is None or self.kind not in ("limit", "forecast"):
            return None
        on = local_date(self.at, place.zone)
        found = (
            one
            for one in registry().limits
            if one.law
            and (one.jurisdiction, one.parameter, one.averaging) == (place.law, rule.parameter, rule.averaging)
            if one.statistic != "year" and one.in_force(on)
        )
        return next(found, None)

    @property
    def place(self) -> City | None:
        """The city, if it is one of the centre's."""
        return city_files().get(self.city)

    def text(self, language: str) -> str:
        """The rule's text in a language; the rule's name where it is no longer known."""
        return self.definition.text[language] if self.definition else self.rule


def reports(log: pd.DataFrame, alarms: pd.DataFrame) -> list[Report]:
    """
    The log with what the rules and the table of alarms say.

    Parameters
    ----------
    log, alarms : DataFrame
        The tables `alarm_log` and `alarms`.

    Returns
    -------
    list of Report
        By time; entries that belong to no rule (a hand-over) are left out.
    """
    known = rules()
    by_key = {rule.key: rule for rule in known.rules}
    shown = alarms[["rule", "city", "simulated", "occurrence", *NUMBERS.values()]].to_dict("records")
    present = {(row["rule"], row["city"]): row for row in shown}
    made, rang = [], {}
    for row in log[log["rule"] != ""].sort_values("at", kind="stable").to_dict("records"):
        rule, more = by_key.get(row["rule"]), present.get((row["rule"], row["city"]), {})
        place, at = city_files().get(row["city"]), pd.Timestamp(row["at"]).to_pydatetime()
        if row["action"] in RINGS:
            rang[row["occurrence"]] = at
        same = bool(row["occurrence"]) and more.get("occurrence") == row["occurrence"]
        made.append(
            Report(
                at=at,
                rests_on=_span(row.get("rests_on_from"), row.get("rests_on_to")),
                rang_at=rang.get(row["occurrence"]),
                numbers={language: _word(more.get(name)) for language, name in NUMBERS.items()} if same else {},
                **{k: _word(row.get(k)) for k in ("rule", "city", "occurrence", "action")},
                definition=rule,
                value=_within(rule, _figure(row.get("value"))),
                simulated=more.get("simulated") is True,
                triggers=known.triggers_of(rule, place, local_date(at, place.zone)) if rule and place else (),
            )
        )
    return made


def _word(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _span(begin: Any, end: Any) -> tuple[datetime, datetime] | None:
    if pd.isna(begin) or pd.isna(end):
        return None
    return pd.Timestamp(begin).to_pydatetime(), pd.Timestamp(end).to_pydatetime()


def _figure(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None


def _within(rule: Rule | None, value: float | None) -> float | None:
    """Within the scale of the rule: releases before 0.3 kept indices beyond it."""
    return value if rule is None or value is None else min(value, scale_top(rule))


def spoken(language: str) -> Words:
    """The catalog of this subject."""
    return words(CATALOG, language)


def moment(at: datetime, zone: ZoneInfo, said: Words) -> str:
    """
    Date, time and offset on a clock, in figures that every reader knows.

    Examples
    --------
    >>> from datetime import UTC
    >>> moment(datetime(2026, 1, 10, 6, 30, tzinfo=UTC), ZoneInfo("Asia/Tashkent"), spoken("en"))
    '2026-01-10 11:30 (UTC+05:00)'
    """
    local = at.astimezone(zone)
    away = local.isoformat(timespec="minutes")[-6:]
    return said.say("form.moment", day=f"{local:%Y-%m-%d}", clock=f"{local:%H:%M}", offset=f"UTC{away}")


def zone_of(report: Report) -> ZoneInfo:
    """The clock of the report's city, of the centre's first city where it has none."""
    place = report.place or next(iter(cities().values()))
    return place.zone


def where(report: Report, said: Words) -> str:
    """Name of the city."""
    place = report.place
    return place.name(said.language) if place else report.city or said.say("centre.everywhere")


def named(said: Words, section: str, key: str) -> str:
    """The word of a vocabulary, the key itself where the catalog lacks it."""
    return said.say(f"{section}.{key}") if f"{section}.{key}" in said.entries else key


def subject(report: Report, said: Words) -> str:
    """One line: what happened, how urgent, where, what."""
    place, text = where(report, said), report.text(said.language)
    line = said.say("message.subject", **_words(report, said))
    return line if place not in text else line.replace(f"{place}: {text}", text)


def figure(report: Report, said: Words) -> str:
    """The value with its averaging, unit and limit, said as what it is; empty where the rule compares none."""
    if report.value is None or f"message.figure_{report.kind}" not in said.entries:
        return ""
    line = said.say(
        f"message.figure_{report.kind}_day" if report.of_a_day else f"message.figure_{report.kind}",
        parameter=named(said, "parameter", report.parameter),
        averaging=named(said, "averaging", report.averaging),
        value=_value(report, report.value, said),
        unit=named(said, "unit", report.unit),
        day=f"{report.rests_on[0].astimezone(zone_of(report)):%Y-%m-%d}" if report.rests_on else "",
    )
    limit = report.limit
    if limit is None:
        return line
    status = f" ({said.say('message.unverified')})" if limit.indicative else ""
    return line + said.say(
        "message.limit", limit=said.level(limit.concentration), unit=named(said, "unit", report.unit), status=status
    )


def _value(report: Report, value: float, said: Words) -> str:
    index = report.definition is not None and report.kind == "index"
    return index_words(report.definition, value, said) if index else said.level(value)


def lines(report: Report, said: Words) -> list[str]:
    """What a message says below its subject."""
    when = moment(report.at, zone_of(report), said)
    told = [figure(report, said) or (report.numbers.get(said.language, "") if report.kind == "data" else "")]
    if f"message.{report.action}" in said.entries:
        told.append(said.say(f"message.{report.action}", moment=when))
    if report.action != "returned":
        told += [said.say("message.act", who=who(trigger, said)) for trigger in report.triggers]
    if report.action in RINGS and report.priority in URGENT and report.kind in ("limit", "index", "event"):
        told.append(advice.line_of_alarm(said.language, report.definition.events if report.definition else ()))
    return [line for line in told if line]


def who(trigger: Trigger, said: Words) -> str:
    """Who may act by a national trigger, with the act behind it and how well that was read."""
    return f"{trigger.text[said.language]} ({trigger.cited(said.language)})"


def summary(many: Sequence[Report], said: Words) -> str:
    """One line for a flood."""
    names = sorted({where(report, said) for report in many})
    return said.say("message.summary", n=len(many), cities=", ".join(names))


def summary_line(report: Report, said: Words) -> str:
    """One line of a flood's list."""
    when = moment(report.at, zone_of(report), said)
    return said.say("message.summary_line", moment=when, **_words(report, said))


def _words(report: Report, said: Words) -> dict[str, str]:
    return {
        "action": named(said, "action", report.action),
        "priority": named(said, "priority", report.priority).lower(),
        "city": where(report, said),
        "text": report.text(said.language),
    }


def rank(priority: str) -> int:
    """Place of a priority, the most urgent first; an unknown one stands with the high."""
    return PRIORITIES.index(priority) if priority in PRIORITIES else 1
