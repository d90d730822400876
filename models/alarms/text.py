"""The text of an alarm in the four languages: its title, its numbers with unit, averaging, limit and status."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from data.city import LANGUAGES, City
from data.parameters import PARAMETERS
from data.rules.alarms import Rule, Trigger
from data.words import Words, words
from models.alarms.readings import Reading

CATALOG = "rules"
COLUMNS: Mapping[str, str] = {"en": "text", "ru": "text_ru", "uz": "text_uz", "kk": "text_kk"}


def texts(rule: Rule, city: City, reading: Reading | None = None, triggers: Sequence[Trigger] = ()) -> dict[str, str]:
    """
    What is shown of an alarm.

    Parameters
    ----------
    rule : Rule
    city : City
    reading : Reading, optional
        The numbers; the title alone without one.
    triggers : sequence of Trigger
        National triggers of this city's law that the rule stands for.

    Returns
    -------
    dict
        Text by column of the table of alarms.

    Examples
    --------
    >>> from data.rules.alarms import rules
    >>> from data.city import city
    >>> rule = next(r for r in rules().rules if r.key == "data-stale")
    >>> texts(rule, city("astana"), Reading(on=True, value=7.0, unit="h"))["text"]
    'No fresh PM2.5 measurement in the city: the newest is 7 h old'
    """
    return {COLUMNS[language]: _text(rule, city, reading, triggers, words(CATALOG, language)) for language in LANGUAGES}


def _text(rule: Rule, city: City, reading: Reading | None, triggers: Sequence[Trigger], say: Words) -> str:
    title = rule.text[say.language]
    if reading is None:
        return title
    parts = [title] if reading.no_data else [*_LINES[rule.what or rule.kind](rule, title, city, reading, say)]
    if reading.no_data:
        moment = reading.since
        parts.append(say.say("line.never") if moment is None else say.say("line.no_data", moment=_clock(moment, city)))
    parts += [
        say.say("line.trigger", text=one.text[say.language], status=_status(one.indicative, say)) for one in triggers
    ]
    return "; ".join([*([say.say("line.simulated")] if reading.simulated else []), *parts])


def _limit(rule: Rule, title: str, city: City, reading: Reading, say: Words) -> Iterator[str]:
    yield say.say(
        "line.limit",
        title=title,
        value=say.level(reading.value),
        unit=_unit(reading.unit, say),
        averaging=say.say(f"averaging.{rule.averaging}"),
        limit=say.level(reading.limit),
        over=say.say(f"over.{rule.averaging}"),
        law=say.law_name(city.law),
        status=_status(reading.indicative, say),
    )
    yield _stations(reading, say)


def _index(rule: Rule, title: str, city: City, reading: Reading, say: Words) -> Iterator[str]:
    basis = say.say(f"basis.{reading.facts['basis']}")
    yield say.say(
        "line.index", title=title, value=say.number(reading.value), basis=basis, limit=say.number(reading.limit)
    )
    yield _stations(reading, say)


def _event(rule: Rule, title: str, city: City, reading: Reading, say: Words) -> Iterator[str]:
    facts = reading.facts
    if not facts:
        yield title
        return
    moment = "" if reading.since is None else _clock(reading.since, city)
    yield say.say("line.event", title=title, moment=moment, confidence=say.number(100 * float(facts["confidence"])))
    if int(facts["degree"]):
        yield say.say("line.degree", degree=int(facts["degree"]))
    parameter = str(facts["parameter"])
    if parameter in PARAMETERS and reading.value == reading.value:
        label, unit = PARAMETERS[parameter].label, _unit(reading.unit, say)
        yield say.say("line.peak", parameter=label, value=say.level(reading.value), unit=unit)
    if facts["by"] == "centre":
        yield say.say("line.by_centre")


def _forecast(rule: Rule, title: str, city: City, reading: Reading, say: Words) -> Iterator[str]:
    facts = reading.facts
    if not facts:
        yield title
        return
    yield say.say(
        "line.forecast",
        title=title,
        probability=say.number(100 * float(facts["probability"])),
        value=say.level(reading.value),
        unit=_unit(reading.unit, say),
        lower=say.level(float(facts["lower"])),
        upper=say.level(float(facts["upper"])),
        limit=say.level(reading.limit),
        status=_status(reading.indicative, say),
    )


def _stale(rule: Rule, title: str, city: City, reading: Reading, say: Words) -> Iterator[str]:
    yield say.say("line.stale", title=title, value=say.number(reading.value))


def _network(rule: Rule, title: str, city: City, reading: Reading, say: Words) -> Iterator[str]:
    names = ", ".join(reading.facts.get("names", ()))
    yield say.say("line.network", title=title, names=names) if names else title


_LINES: Mapping[str, Callable[[Rule, str, City, Reading, Words], Iterator[str]]] = {
    "limit": _limit,
    "index": _index,
    "event": _event,
    "forecast": _forecast,
    "stale": _stale,
    "network": _network,
}


def _stations(reading: Reading, say: Words) -> str:
    return say.say("line.stations", n=int(reading.facts["n"]), of=int(reading.facts["of"]))


def _status(indicative: bool, say: Words) -> str:
    return say.say("status.indicative" if indicative else "status.verified")


def _unit(unit: str, say: Words) -> str:
    return {"µg/m³": say.say("unit.concentration"), "h": say.say("unit.hours")}.get(unit, unit)


def _clock(moment: pd.Timestamp, city: City) -> str:
    """On the city's clock, the offset named."""
    local = moment.tz_convert(city.zone)
    hours, minutes = divmod(int(local.utcoffset().total_seconds() // 60), 60)
    return f"{local:%Y-%m-%d %H:%M} (UTC{hours:+d}{f':{minutes:02d}' if minutes else ''})"
