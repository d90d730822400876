"""The text of an alarm in the four languages: its title, its numbers with unit, averaging, limit and status."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import pandas as pd

from data import checks
from data.city import LANGUAGES, City
from data.clock import local_date
from data.parameters import PARAMETERS
from data.rules.alarms import Rule
from data.rules.triggers import Trigger
from data.words import MISSING, Words, words
from models.alarms.instruments import LEVELS
from models.alarms.readings import Reading, scale_top

CATALOG = "rules"
Line = Callable[[Rule, City, Reading, Words], Iterator[str]]


def _columns(name: str) -> Mapping[str, str]:
    return {language: name if language == "en" else f"{name}_{language}" for language in LANGUAGES}


# Columns of the table of alarms by language: the whole text; its beginning, for a wall; its numbers, below a title.
COLUMNS, SHORT, NUMBERS = _columns("text"), _columns("short"), _columns("numbers")


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
        Text by column of the table of alarms: `COLUMNS` the whole; `SHORT` title and first numbers; `NUMBERS` all
        numbers without the title and the triggers.

    Examples
    --------
    >>> from data.rules.alarms import rules
    >>> from data.city import city
    >>> rule = next(r for r in rules().rules if r.key == "data-stale")
    >>> told = texts(rule, city("astana"), Reading(on=True, value=7.0, unit="h"))
    >>> told["text"], told["numbers"]
    ('No fresh PM2.5 measurement in the city: the newest is 7 h old', 'the newest is 7 h old')
    """
    made: dict[str, str] = {}
    for language in LANGUAGES:
        whole, short, numbers = _texts(rule, city, reading, triggers, words(CATALOG, language))
        made |= {COLUMNS[language]: whole, SHORT[language]: short, NUMBERS[language]: numbers}
    return made


def _texts(
    rule: Rule, city: City, reading: Reading | None, triggers: Sequence[Trigger], say: Words
) -> tuple[str, str, str]:
    title = rule.text[say.language]
    if reading is None:
        return title, title, ""
    mark = [say.say("line.simulated")] if reading.simulated else []
    what = rule.what or rule.kind
    lines = [] if reading.no_data else [*_LINES[what](rule, city, reading, say)]
    first = lines[:1]
    titled = say.say(f"line.{_TITLED.get(what, 'titled')}", title=title, said=first[0]) if first else title
    rest = [_no_data(reading, city, say)] if reading.no_data else lines[1:]
    law = [say.say("line.trigger", text=one.text[say.language], status=one.cited(say.language)) for one in triggers]
    return "; ".join([*mark, titled, *rest, *law]), "; ".join([*mark, titled]), "; ".join([*mark, *first, *rest])


def _no_data(reading: Reading, city: City, say: Words) -> str:
    if reading.since is None:
        return say.say("line.never")
    return say.say("line.no_data", moment=_clock(reading.since, city))


def _limit(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    yield say.say(
        "line.limit",
        rank=_rank(reading, say),
        value=say.level(reading.value),
        unit=_unit(reading.unit, say),
        averaging=say.say(f"averaging.{rule.averaging}"),
        limit=say.level(reading.limit),
        over=say.say(f"over.{rule.averaging}"),
        law=say.law_name(city.law),
        status=_status(reading.indicative, say),
    )
    yield _stations(reading, say)


def _multiple(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    facts = reading.facts
    if not facts:
        return
    told, unit = words("pollution", say.language), _unit(reading.unit, say)
    times, hours = say.number(float(facts["times"])), say.number(float(facts["hours"]))
    yield told.say(
        "line.level", value=say.level(reading.value), unit=unit, ratio=say.number(reading.value / reading.limit, 1),
        limit=say.level(reading.limit), law=say.law_name(city.law),
    )  # fmt: skip
    yield told.say("line.step" if float(facts["hours"]) <= 1 else "line.stood", times=times, hours=hours)
    yield told.say("line.supported") if facts["supported"] else told.say("line.alone", hours=hours)
    yield told.say("line.steps")


def _index(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    basis = say.say(f"basis.{reading.facts['basis']}", day=_day(reading, city, say))
    value, limit = index_words(rule, reading.value, say), say.number(reading.limit)
    yield say.say("line.index", rank=_rank(reading, say), value=value, basis=basis, limit=limit)
    yield _stations(reading, say)


def index_words(rule: Rule, value: float, say: Words) -> str:
    """
    An index as it is printed: at the top of its scale with a plus, since the scale says nothing beyond.

    Examples
    --------
    >>> from data.rules.alarms import rules
    >>> rule = next(r for r in rules().rules if r.kind == "index")
    >>> index_words(rule, 211.0, words(CATALOG, "en")), index_words(rule, 17292.0, words(CATALOG, "en"))
    ('211', '500+')
    """
    top = scale_top(rule)
    return f"{say.number(top)}+" if value >= top else say.number(value)


def _day(reading: Reading, city: City, say: Words) -> str:
    """The local day that the value was made of; the months are those of printed documents."""
    if reading.rests_on is None:
        return MISSING
    return words("brief", say.language).day(local_date(reading.rests_on[0], city.zone), year=False)


def _rank(reading: Reading, say: Words) -> str:
    """Which of the stations' values it is."""
    rank, of = int(reading.facts.get("rank", reading.facts["n"])), int(reading.facts["of"])
    key = "only" if of == 1 else str(rank) if f"rank.{rank}" in say.entries else "other"
    return say.say(f"rank.{key}", rank=rank, of=of)


def _event(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    facts = reading.facts
    if not facts:
        return
    moment = "" if reading.since is None else _clock(reading.since, city)
    yield say.say("line.event", moment=moment, confidence=say.number(100 * float(facts["confidence"])))
    if int(facts["degree"]):
        yield say.say("line.degree", degree=int(facts["degree"]))
    parameter = str(facts["parameter"])
    if parameter in PARAMETERS and reading.value == reading.value:
        label, unit = PARAMETERS[parameter].label, _unit(reading.unit, say)
        yield say.say("line.peak", parameter=label, value=say.level(reading.value), unit=unit)
    if facts["by"] == "centre":
        yield say.say("line.by_centre")


def _forecast(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    facts = reading.facts
    if not facts:
        return
    yield say.say(
        "line.forecast",
        probability=say.number(100 * float(facts["probability"])),
        value=say.level(reading.value),
        unit=_unit(reading.unit, say),
        lower=say.level(float(facts["lower"])),
        upper=say.level(float(facts["upper"])),
        limit=say.level(reading.limit),
        status=_status(reading.indicative, say),
    )


def _stale(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    yield say.say("line.stale", value=say.number(reading.value))


def _network(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    names = ", ".join(reading.facts.get("names", ()))
    if names:
        yield say.say("line.network", names=names)


def _instrument(rule: Rule, city: City, reading: Reading, say: Words) -> Iterator[str]:
    facts = reading.facts
    if not facts:
        return
    yield say.say(
        "line.instrument",
        station=facts["names"][say.language],
        parameter=PARAMETERS[str(facts["parameter"])].label,
        value=say.level(reading.value),
        unit=_unit(reading.unit, say),
    )
    yield _compared(str(facts["compared"]), reading, say)
    yield say.say("line.ask_owner", owner=facts["owner"])
    if facts["more"]:
        yield say.say("line.more_series", n=int(facts["more"]))


def _compared(entry: str, reading: Reading, say: Words) -> str:
    """What the value was held against; quality control's own doubt where nothing was compared here."""
    told, figures, unit = checks.name(entry), checks.figures(entry), _unit(reading.unit, say)
    if told == "neighbours" and len(figures) > 1:
        return say.say("compared.neighbours", value=say.level(float(figures[0])), unit=unit, n=int(figures[1]))
    if told == "usual":
        return say.say("compared.usual", value=say.level(float(figures[0])), unit=unit)
    if told in LEVELS and figures:
        return say.say("compared.level", ratio=say.number(float(figures[0]), 2))
    return say.say("compared.fault_code" if told == "fault_code" else "compared.nothing")


_TITLED: Mapping[str, str] = {"event": "event_titled"}  # how a title and its first line are joined
_LINES: Mapping[str, Line] = {
    "limit": _limit,
    "multiple": _multiple,
    "index": _index,
    "event": _event,
    "forecast": _forecast,
    "stale": _stale,
    "network": _network,
    "instrument": _instrument,
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
