"""The rules of the alarms and the national triggers they stand for, rows of `data/rules/alarms.toml`."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.city import LANGUAGES, City, city_files
from data.parameters import PARAMETERS
from data.standards.breakpoints import FILES, breakpoints
from data.standards.limits import STATUSES, registry

FILE = Path(__file__).parent / "alarms.toml"
VARIABLE = "CLEANAIR_ALARMS"
PRIORITIES = ("critical", "high", "medium", "low")
VIEWS = ("city", "map", "trend", "sources", "forecast", "health")
EVENTS = ("dust_storm", "stagnation", "smoke", "industrial", "sensor_fault")
ANY = "*"

# Kind → the fields it needs beside those of every rule; a field of another kind is a mistake.
KINDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "limit": ("law", "parameter", "averaging", "stations", "references", "deadband"),
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
WHATS = ("stale", "network")
LONGEST = 24.0  # of a delay; the look back into the data reaches no further [h]


class AlarmRuleError(ValueError):
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

    def acts_in(self, city: City) -> bool:
        """Whether it acts in a city: the city it names, and under its law."""
        return self.city in (ANY, city.key) and self.law in ("", city.law)

    @property
    def threshold(self) -> float:
        """Lowest index of the category, less a half: above it is in the category. [1]"""
        bands = breakpoints(self.standard)
        return float(bands.loc[bands["category"] == self.category, "index_low"].min()) - 0.5


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """A national trigger: whose law, what it says in four languages, and how well that is known."""

    key: str
    law: str
    status: str
    reference: str
    text: Mapping[str, str]

    @property
    def indicative(self) -> bool:
        """Whether every screen must call it indicative: true unless its own text was read."""
        return self.status != "verified"


@dataclass(frozen=True)
class Rules:
    """Every rule and trigger that was read."""

    rules: tuple[Rule, ...]
    triggers: Mapping[str, Trigger] = field(default_factory=dict)

    def of(self, city: City) -> tuple[Rule, ...]:
        """The rules that act in a city, in the order of the file."""
        return tuple(rule for rule in self.rules if rule.acts_in(city))

    def triggers_of(self, rule: Rule, city: City) -> tuple[Trigger, ...]:
        """The triggers of the city's own law that a rule stands for."""
        return tuple(self.triggers[key] for key in rule.stands_for if self.triggers[key].law == city.law)


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
        raise AlarmRuleError(f"{file}: cannot be read ({error.strerror}); set {VARIABLE} to a file of rules") from error


@cache
def _read(file: Path, stamp: int, laws: tuple[tuple[str, str], ...]) -> Rules:
    try:
        raw = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AlarmRuleError(f"{file.name}: {error}; mend the file") from error
    triggers = {key: _trigger(key, row, file.name) for key, row in raw.get("trigger", {}).items()}
    made = tuple(_rule(row, file.name) for row in raw.get("rule", ()))
    keys = [rule.key for rule in made]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice or not made:
        raise AlarmRuleError(f"{file.name}: {', '.join(twice) or 'no rule'}; every key stands once, one at least")
    for rule in made:
        _check(rule, triggers, dict(laws), f"{file.name}: rule {rule.key}")
    return Rules(made, MappingProxyType(triggers))


def _rule(row: Mapping[str, Any], file: str) -> Rule:
    where = f"{file}: rule {row.get('key', '?')}"
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k != "needs"}
    needs = row.get("needs", {})
    odd = sorted(set(needs) - {"stations", "references"}) if isinstance(needs, dict) else ["needs"]
    kind = str(row.get("kind"))
    allowed = {*_ALWAYS, *KINDS.get(kind, ())}
    odd += sorted(set(values) - allowed) if kind in KINDS else []
    if odd:
        raise AlarmRuleError(f"{where}: a rule of kind {kind} has no {', '.join(odd)}; mend the row")
    try:
        return Rule(**values, **needs)
    except TypeError as error:
        raise _mistake(where, error) from error


def _trigger(key: str, row: Mapping[str, Any], file: str) -> Trigger:
    try:
        made = Trigger(key=key, **row)
    except TypeError as error:
        raise _mistake(f"{file}: trigger {key}", error) from error
    _one_of(f"{file}: trigger {key}", "status", made.status, STATUSES)
    _in_four(f"{file}: trigger {key}", made.text)
    return made


def _mistake(where: str, error: TypeError) -> AlarmRuleError:
    """What a dataclass says of its fields, without its name."""
    return AlarmRuleError(f"{where}: {str(error).partition('() ')[2] or error}; mend the row")


def _check(rule: Rule, triggers: Mapping[str, Trigger], laws: Mapping[str, str], where: str) -> None:
    _one_of(where, "kind", rule.kind, tuple(KINDS))
    _one_of(where, "priority", rule.priority, PRIORITIES)
    _one_of(where, "view", rule.view, VIEWS)
    _in_four(where, rule.text)
    _numbers(rule, where)
    missing = [name for name in _NEEDED[rule.kind] if not getattr(rule, name)]
    if missing:
        raise AlarmRuleError(f"{where}: {', '.join(missing)} missing; a rule of kind {rule.kind} needs it")
    _place(rule, laws, where)
    for key in rule.stands_for:
        _one_of(where, "stands_for", key, tuple(triggers))
    _KIND_CHECKS[rule.kind](rule, where)


def _numbers(rule: Rule, where: str) -> None:
    for one in fields(rule):
        value = getattr(rule, one.name)
        if one.type in (float, int) and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0):
            raise AlarmRuleError(f"{where}: {one.name} {value!r} is not a number from 0 up; mend the row")
    if max(rule.on_delay, rule.off_delay) > LONGEST:
        raise AlarmRuleError(f"{where}: a delay is longer than {LONGEST:.0f} h; shorten it")


def _place(rule: Rule, laws: Mapping[str, str], where: str) -> None:
    if rule.city != ANY:
        _one_of(where, "city", rule.city, tuple(laws))
        if rule.law not in ("", laws[rule.city]):
            raise AlarmRuleError(f"{where}: {rule.city} is under the law {laws[rule.city]!r}, not {rule.law!r}")


def _limit(rule: Rule, where: str) -> None:
    _averaging(rule, where)
    known = {(x.jurisdiction, x.parameter, x.averaging) for x in registry().limits if x.law and x.statistic != "year"}
    if (rule.law, rule.parameter, rule.averaging) not in known:
        wanted = f"{rule.parameter} for {rule.averaging}"
        raise AlarmRuleError(f"{where}: the law {rule.law!r} has no limit of {wanted}; name one of data/standards")


def _index(rule: Rule, where: str) -> None:
    _averaging(rule, where)
    _one_of(where, "standard", rule.standard, tuple(FILES))
    bands = breakpoints(rule.standard)
    mine = bands[bands["parameter"] == rule.parameter]
    _one_of(where, "category", rule.category, tuple(dict.fromkeys(mine["category"].astype(str))))


def _event(rule: Rule, where: str) -> None:
    for kind in rule.events:
        _one_of(where, "events", kind, EVENTS)
    _share(where, "confidence", rule.confidence)


def _forecast(rule: Rule, where: str) -> None:
    _averaging(rule, where)
    _share(where, "probability", rule.probability)


def _data(rule: Rule, where: str) -> None:
    _one_of(where, "what", rule.what, WHATS)
    if rule.what == "stale":
        _one_of(where, "parameter", rule.parameter, tuple(PARAMETERS))


_KIND_CHECKS = {"limit": _limit, "index": _index, "event": _event, "forecast": _forecast, "data": _data}


def _averaging(rule: Rule, where: str) -> None:
    _one_of(where, "parameter", rule.parameter, tuple(PARAMETERS))
    _one_of(where, "averaging", rule.averaging, AVERAGINGS[rule.kind])


def _share(where: str, name: str, value: float) -> None:
    if not 0 < value <= 1:
        raise AlarmRuleError(f"{where}: {name} {value!r} is not a share above 0 up to 1; mend the row")


def _one_of(where: str, name: str, value: object, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise AlarmRuleError(f"{where}: {name} {value!r} is not one of {', '.join(allowed)}; mend the row")


def _in_four(where: str, text: object) -> None:
    if not isinstance(text, Mapping) or any(not str(text.get(language, "")).strip() for language in LANGUAGES):
        raise AlarmRuleError(f"{where}: text is needed in {', '.join(LANGUAGES)}; add what is missing")
