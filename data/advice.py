"""Health advice for every category of an index and every kind of event, in the four languages."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.words import Words, words

FILE = Path(__file__).parent / "rules" / "advice.toml"
CATALOG = "advice"
GROUPS = ("children", "older", "pregnancy", "heart_lungs", "outdoor_workers")
PARTS = ("school", "mask", "window")
ALARMING = "everyone"  # step of an alarm that asks people to act
PARTICLES = ("pm25", "pm10", "pm1", "tsp")


@dataclass(frozen=True)
class Step:
    """
    What a category or an event asks of whom, a row of `data/rules/advice.toml`; empty = nothing beside the ordinary.

    Attributes
    ----------
    groups : str
        Of people at greater risk: `watch`, `reduce`, `avoid` or `inside`.
    school : str
        `reduce`, `move` or `inside`.
    mask : str
        `may`, `wear`, or `gas` where a respirator against particles does not help.
    window : str
        `open`, `choose` or `shut`.
    """

    groups: str
    school: str
    mask: str
    window: str


@dataclass(frozen=True)
class Source:
    """What the advice rests on, and how it was `read`: `primary`, `secondary` or `not_read`."""

    key: str
    title: str
    address: str
    read: str


@dataclass(frozen=True)
class Advice:
    """
    Advice in words of one language.

    Attributes
    ----------
    short : str
        One line, for a wall.
    everyone : str
        For everybody.
    groups : tuple of (str, str)
        Name of a group and what it should do.
    parts : tuple of (str, str)
        School, mask, windows: heading and sentence; the warning of carbon monoxide follows closed windows.
    """

    short: str
    everyone: str
    groups: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]


@cache
def _raw() -> Mapping[str, Any]:
    return MappingProxyType(tomllib.loads(FILE.read_text("utf-8")))


def steps() -> Mapping[str, Mapping[str, str]]:
    """Key of the step by standard and category."""
    return MappingProxyType(dict(_raw()["category"]))


def sources() -> tuple[Source, ...]:
    """What the advice rests on."""
    return tuple(Source(**row) for row in _raw()["source"])


def of_category(standard: str, category: str, language: str, parameter: str = "") -> Advice:
    """
    Advice for a category of an index.

    Parameters
    ----------
    standard, category : str
        As in the breakpoint tables.
    language : str
        One of `data.city.LANGUAGES`.
    parameter : str
        What sets the index; of a gas no mask is advised.

    Raises
    ------
    KeyError
        When the scale has no such category.

    Examples
    --------
    >>> of_category("us-epa-2024", "Good", "en").groups
    ()
    """
    key = steps()[standard][category]
    step = Step(**_raw()["step"][key])
    if step.mask and parameter and parameter not in PARTICLES:
        step = replace(step, mask="gas")
    return _told(step, key, "all", words(CATALOG, language))


def of_event(kind: str, language: str) -> Advice:
    """Advice while an event of a kind (`data.rules.events.KINDS`) goes on."""
    return _told(Step(**_raw()["event"][kind]), kind, "event", words(CATALOG, language))


def of_alarm(language: str, events: Iterable[str] = (), parameter: str = "") -> str:
    """
    One paragraph for an alarm that asks people to act.

    Parameters
    ----------
    language : str
        One of `data.city.LANGUAGES`.
    events : iterable of str
        Kinds of event that the alarm is about; none where it is about a level.
    parameter : str
        What the level is of; of a gas no mask is advised.
    """
    said, raw = words(CATALOG, language), _raw()
    kinds = [kind for kind in events if kind in raw["event"]]
    asked = [Step(**raw["event"][kind]) for kind in kinds] or [Step(**raw["step"][ALARMING])]
    masks = {one.mask for one in asked if one.mask}
    gas = masks == {"gas"} or bool(parameter and parameter not in PARTICLES)
    told = [said.say(f"event.{kind}") for kind in kinds] or [said.say(f"all.{ALARMING}")]
    told.append(said.say("alarm.groups"))
    told += [said.say("mask.gas" if gas else "mask.wear")] if masks - {"may"} else []
    told += [said.say("window.shut"), said.say("co")] if any(one.window == "shut" for one in asked) else []
    return " ".join(told)


def line_of_alarm(language: str, events: Iterable[str] = ()) -> str:
    """One line for a message: of the first kind of event that the alarm is about, else for those at greater risk."""
    said = words(CATALOG, language)
    kind = next((kind for kind in events if kind in _raw()["event"]), "")
    return said.say(f"short.{kind}" if kind else "alarm.line")


def of_days_over(language: str) -> str:
    """A sentence for a period that had days above the limit."""
    return words(CATALOG, language).say("brief.over")


def _told(step: Step, key: str, section: str, said: Words) -> Advice:
    groups = [(said.say(f"group.{g}"), said.say(_of_group(g, step.groups))) for g in GROUPS if step.groups]
    parts = [(said.say(f"part.{p}"), said.say(f"{p}.{getattr(step, p)}")) for p in PARTS if getattr(step, p)]
    if step.window == "shut":
        parts.append((said.say("part.co"), said.say("co")))
    return Advice(said.say(f"short.{key}"), said.say(f"{section}.{key}"), tuple(groups), tuple(parts))


def _of_group(group: str, level: str) -> str:
    return "watch" if level == "watch" else f"{level}.{group}"
