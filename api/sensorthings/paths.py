"""Resource paths: `Things('id')/Datastreams`, step by step."""

import re
from dataclasses import dataclass

from api.http.problems import NotThere
from api.sensorthings.vocabulary import RELATIONS, SETS
from jobs.arguments import quoted

LONGEST = 1_000
STEP = re.compile(r"(?P<name>[A-Za-z]+|\$value|\$ref)(?:\((?P<id>'(?:[^']|'')*'|-?\d{1,18})\))?(?:/|$)")


class NoSuchPath(NotThere, ValueError):
    """There is nothing at this address."""


@dataclass(frozen=True)
class Step:
    """A set or a relation, with the id of one of its entities where it is given."""

    name: str
    kind: str
    one: bool
    id: str | None = None


@dataclass(frozen=True)
class Address:
    """Steps, and what is wanted of the last: a member of the entity, its bare value, or references."""

    steps: tuple[Step, ...]
    member: str = ""
    value: bool = False
    ref: bool = False


def parse(text: str) -> Address:
    """
    An address below the service root.

    Raises
    ------
    NoSuchPath
        When a step leads nowhere.

    Examples
    --------
    >>> [step.kind for step in parse("Things('a')/Datastreams('b/c')/Observations").steps]
    ['Things', 'Datastreams', 'Observations']
    """
    if len(text) > LONGEST:
        raise NoSuchPath("api.paths.too_long")
    steps: list[Step] = []
    member, value, ref, at = "", False, False, 0
    text = text.removesuffix("/")
    while at < len(text):
        found = STEP.match(text, at)
        if not found or value or ref:
            raise NoSuchPath("api.paths.nothing_at", text=quoted(text[at:]))
        name, given = found["name"], found["id"]
        at = found.end()
        key = given[1:-1].replace("''", "'") if given and given.startswith("'") else given
        if name in ("$value", "$ref") and key is None and steps:
            value, ref = name == "$value", name == "$ref"
        elif not member and (step := _step(steps, name, key)):
            steps.append(step)
        elif not member and steps and steps[-1].one and key is None and not name.startswith("$"):
            member = name
        else:
            raise NoSuchPath("api.paths.nothing_at", text=quoted(name))
    if (value and not member) or (ref and member) or not steps:
        raise NoSuchPath("api.paths.nothing")
    return Address(tuple(steps), member, value, ref)


def _step(before: list[Step], name: str, key: str | None) -> Step | None:
    if not before:
        return Step(name, name, key is not None, key) if name in SETS else None
    related = RELATIONS[before[-1].kind]
    if not before[-1].one or name not in related:
        return None
    single = name not in SETS
    return None if single and key is not None else Step(name, related[name], single or key is not None, key)
