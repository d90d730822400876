"""The rules of the alarms and the national triggers they stand for, rows of `data/rules/alarms.toml`."""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.city import LANGUAGES, City, city_files
from data.errors import CentreError, phrase
from data.facts import Due, Review, lacking
from data.parameters import PARAMETERS
from data.rules.triggers import Trigger
from data.standards.acts import acts
from data.standards.breakpoints import FILES, breakpoints
from data.standards.limits import registry
from data.words import words

FILE = Path(__file__).parent / "alarms.toml"
VARIABLE = "CLEANAIR_ALARMS"
PRIORITIES = ("critical", "high", "medium", "low")
VIEWS = ("city", "map", "trend", "sources", "forecast", "health")
EVENTS = ("dust_storm", "stagnation", "smoke", "industrial", "sensor_fault")
ANY = "*"

# Kind → the fields it needs beside those of every rule; a field of another kind is a mistake.
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "limit": ("law", "parameter", "averaging", "stations", "references", "deadband", "what", "steps"),
        "index": ("parameter", "averaging", "standard", "category", "stations", "references", "deadband"),
        "event": ("events", "confidence", "degree"),
        "forecast": ("parameter", "averaging", "probability", "deadband"),
        "data": ("what", "parameter"),
    }
)
_ALWAYS = ("key", "kind", "city", "law", "on_delay", "off_delay", "priority", "view", "text", "stands_for")
# What a kind cannot do without.
_NEEDED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "limit": ("law", "parameter", "averaging", "stations"),
        "index": ("parameter", "averaging", "standard", "category", "stations"),
        "event": ("events", "confidence"),
        "forecast": ("parameter", "averaging", "probability"),
        "data": ("what",),
    }
)
# Averagings that this centre forms hour by hour; a limit for another one cannot ring.
AVERAGINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"limit": ("single", "24h"), "index": ("nowcast",), "forecast": ("24h",)}
)
WHATS = ("stale", "network", "instrument")
MULTIPLE = "multiple"  # of a rule of kind limit: held to many times the limit, by its steps
LONGEST_STEP = 72.0  # for which a step may ask its level to stand [h]
At = Mapping[str, Any]  # where a fault stands: its file and row, as an error's words
LONGEST = 24.0  # of a delay; the look back into the data reaches no further [h]


class AlarmRuleError(CentreError, ValueError):
    """A rule of the alarms is wrong; whoever wrote it must mend it."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    One rule.

    Attributes
    ----------
    key : str
        Its name in the log, for ever.
    kind : str
        Key of `KINDS`.
    city, law : str
        Where it acts: a city or ``*``, and only under this law where one is named.
    on_delay, off_delay : float
        [h]
    deadband : float
        In the unit of what is compared.
    stations, references : int
        So many of any kind, or so many reference instruments; 0 references = they count like any other.
    priority, view : str
        Of `PRIORITIES` and `VIEWS`.
    text : mapping
        Title by language.
    stands_for : tuple of str
        Keys of `Trigger`.
    steps : tuple of (float, float)
        Of what is ``multiple``: so many times the limit, for so long. [1], [h]
    """

    key: str
    kind: str
    priority: str
    view: str
    text: Mapping[str, str]
    city: str = ANY
    law: str = ""
    parameter: str = ""
    averaging: str = ""
    standard: str = ""
    category: str = ""
    events: tuple[str, ...] = ()
    confidence: float = 0.0
    degree: int = 0
    probability: float = 0.0
    what: str = ""
    on_delay: float = 0.0
    off_delay: float = 0.0
    deadband: float = 0.0
    stations: int = 0
    references: int = 0
    stands_for: tuple[str, ...] = ()
    steps: tuple[tuple[float, float], ...] = ()

    def acts_in(self, city: City) -> bool:
        """Whether it acts in a city: the city it names, and under its law."""
        return self.city in (ANY, city.key) and self.law in ("", city.law)

    @property
    def threshold(self) -> float:
        """Lowest index of the category, less a half: above it is in the category. [1]"""
        bands = breakpoints(self.standard)
        return float(bands.loc[bands["category"] == self.category, "index_low"].min()) - 0.5


@dataclass(frozen=True)
class Rules:
    """Every rule and trigger that was read."""

    rules: tuple[Rule, ...]
    triggers: Mapping[str, Trigger] = field(default_factory=dict)

    def of(self, city: City) -> tuple[Rule, ...]:
        """The rules that act in a city, in the order of the file."""
        return tuple(rule for rule in self.rules if rule.acts_in(city))

    def triggers_of(self, rule: Rule, city: City, on: date) -> tuple[Trigger, ...]:
        """The triggers of the city's own law that a rule stands for, those that may stand on a day."""
        mine = (self.triggers[key] for key in rule.stands_for)
        found = (trigger.standing(on) for trigger in mine if trigger.about(city))
        return tuple(trigger for trigger in found if trigger is not None)


def rules(path: Path | None = None) -> Rules:
    """
    Read and check the rules.

    Parameters
    ----------
    path : Path, optional
        The file of `CLEANAIR_ALARMS`, else the shipped one.

    Returns
    -------
    Rules
        In the order of the file.

    Raises
    ------
    AlarmRuleError
        When a row is wrong; the sentence names the row and what to mend.

    Examples
    --------
    >>> {rule.law for rule in rules().rules if rule.kind == "limit"} == {"kz", "uz"}
    True
    """
    file = path or Path(os.environ.get(VARIABLE) or FILE)
    try:
        return _read(file, file.stat().st_mtime_ns, tuple((c.key, c.law) for c in city_files().values()))
    except OSError as error:
        raise AlarmRuleError(
            "data.alarms.unreadable", parameter=VARIABLE, file=file, cause=error.strerror, variable=VARIABLE
        ) from error


@cache
def _read(file: Path, stamp: int, laws: tuple[tuple[str, str], ...]) -> Rules:
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AlarmRuleError("data.alarms.wrong", file=file.name, cause=error) from error
    triggers = {key: _trigger(key, row, file.name) for key, row in raw.get("trigger", {}).items()}
    made = tuple(_rule(row, file.name) for given in raw.get("rule", ()) for row in _each(given))
    keys = [rule.key for rule in made]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise AlarmRuleError("data.alarms.twice", parameter="key", file=file.name, names=twice)
    if not made:
        raise AlarmRuleError("data.alarms.none", file=file.name)
    for rule in made:
        _check(rule, triggers, dict(laws), _at_rule(file.name, rule.key))
    return Rules(made, MappingProxyType(triggers))


def review(today: date, path: Path | None = None) -> Review:
    """The state of the national triggers: none without act and text; due are those whose act must be read again."""
    book = rules(path).triggers
    lacks = (
        lack for one in book.values() for lack in lacking("triggers", one.key, [("act", one.act), *one.text.items()])
    )
    standing = [one for one in book.values() if one.standing(today)]
    due = (Due("triggers", one.key, one.source.review_by) for one in standing if one.source.review_by <= today)
    return Review("triggers", len(book), tuple(lacks), tuple(due))


def _at_rule(file: str, key: object) -> At:
    return {"file": file, "row": phrase("data.alarms.rule", name=key)}


def _each(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A row for each of its ``parameters``, ``{parameter}`` and ``{gas}`` filled in; the row itself without them."""
    names, text = row.get("parameters"), row.get("text")
    if not isinstance(names, list):
        yield row
        return
    for name in names:
        called = {k: str(words("alarms", k).entries.get(f"parameter.{name}", name)) for k in LANGUAGES}
        called = {k: v[:1].upper() + v[1:] for k, v in called.items()}  # it opens a title
        told = {k: str(v).replace("{gas}", called.get(k, str(name))) for k, v in text.items()} if text else text
        key = str(row.get("key", "?")).replace("{parameter}", str(name))
        yield {**{k: v for k, v in row.items() if k != "parameters"}, "key": key, "parameter": name, "text": told}


def _rule(row: Mapping[str, Any], file: str) -> Rule:
    at = _at_rule(file, row.get("key", "?"))
    values: dict[str, Any] = {k: _tuple(v) for k, v in row.items() if k != "needs"}
    needs = row.get("needs", {})
    odd = sorted(set(needs) - {"stations", "references"}) if isinstance(needs, dict) else ["needs"]
    _given(Rule, values, at)
    kind = str(values["kind"])
    _one_of(at, "kind", kind, tuple(KINDS))
    odd += sorted(set(values) - {*_ALWAYS, *KINDS[kind]})
    if odd:
        raise AlarmRuleError("data.alarms.extra", parameter=odd[0], kind=kind, names=odd, **at)
    return Rule(**{**values, **needs})


def _tuple(value: Any) -> Any:
    return tuple(_tuple(one) for one in value) if isinstance(value, list) else value


def _trigger(key: str, row: Mapping[str, Any], file: str) -> Trigger:
    at: At = {"file": file, "row": phrase("data.alarms.trigger", name=key)}
    given = row if isinstance(row, Mapping) else {}
    odd = sorted(set(given) - {one.name for one in fields(Trigger)} | ({"key", "certain"} & set(given)))
    if odd:
        raise AlarmRuleError("data.alarms.field", parameter=odd[0], names=odd, **at)
    _given(Trigger, {"key": key, **given}, at)
    made = Trigger(key=key, **given)
    _one_of(at, "act", made.act, tuple(acts()))
    _in_four(at, made.text)
    if not isinstance(made.until, date | None):
        raise AlarmRuleError("data.alarms.day", parameter="until", name="until", value=repr(made.until), **at)
    return made


def _given(kind: type[Rule | Trigger], values: Mapping[str, Any], at: At) -> None:
    """Refuse a row without what every row of its kind needs."""
    needed = [one.name for one in fields(kind) if one.default is MISSING and one.default_factory is MISSING]
    missing = [name for name in needed if name not in values]
    if missing:
        raise AlarmRuleError("data.alarms.missing", parameter=missing[0], names=missing, **at)


def _check(rule: Rule, triggers: Mapping[str, Trigger], laws: Mapping[str, str], where: At) -> None:
    _one_of(where, "priority", rule.priority, PRIORITIES)
    _one_of(where, "view", rule.view, VIEWS)
    _in_four(where, rule.text)
    _numbers(rule, where)
    alone = {"stations"} if rule.what == MULTIPLE and rule.references else set()
    missing = [name for name in _NEEDED[rule.kind] if name not in alone and not getattr(rule, name)]
    if missing:
        raise AlarmRuleError("data.alarms.needed", parameter=missing[0], names=missing, kind=rule.kind, **where)
    _place(rule, laws, where)
    for key in rule.stands_for:
        _one_of(where, "stands_for", key, tuple(triggers))
    _KIND_CHECKS[rule.kind](rule, where)


def _numbers(rule: Rule, where: At) -> None:
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.type in (float, int) and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise AlarmRuleError("data.alarms.number", parameter=one.name, name=one.name, value=repr(value), **where)
    if max(rule.on_delay, rule.off_delay) > LONGEST:
        raise AlarmRuleError("data.alarms.long", parameter="on_delay", hours=round(LONGEST), **where)


def _place(rule: Rule, laws: Mapping[str, str], where: At) -> None:
    if rule.city != ANY:
        _one_of(where, "city", rule.city, tuple(laws))
        if rule.law not in ("", laws[rule.city]):
            law = laws[rule.city]
            raise AlarmRuleError("data.alarms.law", parameter="law", city=rule.city, law=law, named=rule.law, **where)


def _limit(rule: Rule, where: At) -> None:
    _averaging(rule, where)
    _steps(rule, where)
    known = {(x.jurisdiction, x.parameter, x.averaging) for x in registry().limits if x.law and x.statistic != "year"}
    if (rule.law, rule.parameter, rule.averaging) not in known:
        raise AlarmRuleError(
            "data.alarms.limit",
            parameter="parameter",
            law=rule.law,
            label=rule.parameter,
            averaging=rule.averaging,
            **where,
        )


def _steps(rule: Rule, where: At) -> None:
    """What is held to many times its limit needs steps, and nothing else has any."""
    _one_of(where, "what", rule.what, ("", MULTIPLE))
    sound = all(
        isinstance(step, tuple) and len(step) == 2 and all(isinstance(x, int | float) for x in step)
        and step[0] > 1 and 0 < step[1] <= LONGEST_STEP
        for step in rule.steps
    )  # fmt: skip
    if not sound or bool(rule.steps) != (rule.what == MULTIPLE):
        hours = round(LONGEST_STEP)
        raise AlarmRuleError("data.alarms.steps", parameter="steps", value=repr(rule.steps), hours=hours, **where)


def _index(rule: Rule, where: At) -> None:
    _averaging(rule, where)
    _one_of(where, "standard", rule.standard, tuple(FILES))
    bands = breakpoints(rule.standard)
    mine = bands[bands["parameter"] == rule.parameter]
    _one_of(where, "category", rule.category, tuple(dict.fromkeys(mine["category"].astype(str))))


def _event(rule: Rule, where: At) -> None:
    for kind in rule.events:
        _one_of(where, "events", kind, EVENTS)
    _share(where, "confidence", rule.confidence)


def _forecast(rule: Rule, where: At) -> None:
    _averaging(rule, where)
    _share(where, "probability", rule.probability)


def _data(rule: Rule, where: At) -> None:
    _one_of(where, "what", rule.what, WHATS)
    if rule.what == "stale":
        _one_of(where, "parameter", rule.parameter, tuple(PARAMETERS))


_KIND_CHECKS = {"limit": _limit, "index": _index, "event": _event, "forecast": _forecast, "data": _data}


def _averaging(rule: Rule, where: At) -> None:
    _one_of(where, "parameter", rule.parameter, tuple(PARAMETERS))
    _one_of(where, "averaging", rule.averaging, AVERAGINGS[rule.kind])


def _share(where: At, name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise AlarmRuleError("data.alarms.share", parameter=name, name=name, value=repr(value), **where)


def _one_of(where: At, name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise AlarmRuleError("data.alarms.choice", parameter=name, name=name, value=repr(value), known=allowed, **where)


def _in_four(where: At, text: object) -> None:
    if not isinstance(text, Mapping) or any(not str(text.get(language, "")).strip() for language in LANGUAGES):
        raise AlarmRuleError("data.alarms.languages", parameter="text", known=LANGUAGES, **where)
