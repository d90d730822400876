"""Who may act on an alarm: named operators and their PINs, from the environment."""

import hmac
import os
import time
from dataclasses import dataclass
from threading import Lock

from data.errors import CentreError

OPERATORS = "CLEANAIR_OPERATORS"
PIN = "CLEANAIR_OPERATOR_PIN"
TRIES = 5  # wrong PINs in a row
PAUSE = 300.0  # no further try is looked at for so long [s]
LONGEST = 80  # a name is printed in logs and on the wall [characters]


class NotAllowed(CentreError):
    """A person is not who they say, or nobody may act here; the sentence says what to do."""

    who = "asker"
    status = 403


@dataclass(frozen=True)
class Operator:
    """A named person on shift; the name stands beside everything they do."""

    name: str
    organisation: str = ""


@dataclass
class _Tries:
    wrong: int = 0
    until: float = 0.0


_tries: dict[str, _Tries] = {}
_guard = Lock()


def configured() -> bool:
    """
    Whether anybody can sign in on this installation.

    Returns
    -------
    bool
        True where `CLEANAIR_OPERATORS` or `CLEANAIR_OPERATOR_PIN` names a PIN.
    """
    return bool(_listed() or os.environ.get(PIN))


def authenticate(name: str, pin: str) -> Operator:
    """
    The operator whose name and PIN these are.

    Parameters
    ----------
    name : str
        As listed in `CLEANAIR_OPERATORS` (``name:pin`` or ``name:pin:organisation``, separated by ``;``); any name
        where only the shared `CLEANAIR_OPERATOR_PIN` is set.
    pin : str
        Compared in constant time; it is kept nowhere and printed nowhere.

    Returns
    -------
    Operator
        Who acts from now on.

    Raises
    ------
    NotAllowed
        Nobody is configured, no name was given, name and PIN do not belong together, or too many were wrong.
    """
    if not configured():
        raise NotAllowed("jobs.operator.none", who="operator", parameter=OPERATORS, operators=OPERATORS, pin=PIN)
    person = " ".join(name.split())
    if not person or len(person) > LONGEST:
        raise NotAllowed("jobs.operator.name", parameter="name", most=LONGEST)
    listed = _listed()
    counted = person.casefold() if person.casefold() in listed else ""  # unknown names share one count
    shared = "" if listed else os.environ.get(PIN, "")
    known, expected = listed.get(counted, (Operator(person), shared))
    with _guard:
        _refuse_while_paused(counted)
        right = hmac.compare_digest(pin.strip().encode(), expected.encode()) and bool(expected)
        _count(counted, right)
    if not right:
        raise NotAllowed("jobs.operator.wrong", parameter="pin")
    return known


def named() -> tuple[Operator, ...]:
    """
    The operators that `CLEANAIR_OPERATORS` lists.

    Returns
    -------
    tuple of Operator
        Empty where there is only a shared PIN, under which people name themselves.
    """
    return tuple(who for who, _ in _listed().values())


def _listed() -> dict[str, tuple[Operator, str]]:
    """Operator and PIN by the name in lower case; an entry without a PIN is nobody."""
    people: dict[str, tuple[Operator, str]] = {}
    for entry in os.environ.get(OPERATORS, "").split(";"):
        name, pin, organisation = (*(part.strip() for part in entry.split(":", 2)), "", "")[:3]
        if name and pin:
            plain = " ".join(name.split())
            people[plain.casefold()] = (Operator(plain, organisation), pin)
    return people


def _refuse_while_paused(counted: str) -> None:
    left = _tries.get(counted, _Tries()).until - time.monotonic()
    if left > 0:
        raise NotAllowed("jobs.operator.paused", who="nobody", minutes=max(1, round(left / 60)))


def _count(counted: str, right: bool) -> None:
    if right:
        _tries.pop(counted, None)
        return
    seen = _tries.setdefault(counted, _Tries())
    seen.wrong += 1
    if seen.wrong >= TRIES:
        _tries[counted] = _Tries(until=time.monotonic() + PAUSE)
