"""Rules of sharing: which reader may see, and which may take, the rows of a source."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from data.city import city_files
from data.errors import CentreError
from data.parameters import PARAMETERS
from data.place import NOWHERE
from data.times import INTERVAL_END

FILE = Path(__file__).parent / "rules" / "sharing.toml"
VARIABLE = "CLEANAIR_SHARING"
ROLES = ("public", "member", "operator", "admin")
NOBODY = "nobody"
EVERY = "*"
EXACT = 6  # decimals of coordinates that count as exact [°]

Purpose = Literal["see", "download", "derive"]


class SharingError(CentreError, ValueError):
    """The file of sharing rules is wrong; the administrator who wrote it must mend it."""

    status = 503


@dataclass(frozen=True)
class Withheld:
    """
    Rows that a reader does not get.

    Attributes
    ----------
    source : str
        A key, or ``*``.
    cities : tuple of str, optional
        Every city where None.
    unless : tuple
        Pairs of source and cities for which another rule holds.
    parameters : tuple of str
        All where empty.
    within : timedelta, optional
        Only rows whose interval ended less than this before the moment that is asked about.
    """

    source: str
    cities: tuple[str, ...] | None = None
    unless: tuple[tuple[str, tuple[str, ...] | None], ...] = ()
    parameters: tuple[str, ...] = ()
    within: timedelta | None = None

    def clause(self, moment: datetime) -> tuple[str, list[Any]]:
        """SQL condition that keeps everything else, and its values."""
        text, values = _match(self.source, self.cities)
        for other in self.unless:
            condition, more = _match(*other)
            text, values = f"{text} AND NOT ({condition})", [*values, *more]
        if self.parameters:
            text += f" AND parameter IN ({', '.join('?' * len(self.parameters))})"
            values = [*values, *self.parameters]
        if self.within is not None:
            text += f" AND {INTERVAL_END} > ?"
            values = [*values, moment - self.within]
        return f"NOT ({text})", values


@dataclass(frozen=True)
class Reader:
    """
    Somebody who reads: a role, and for whom.

    Attributes
    ----------
    role : str
        One of `ROLES`.
    name, organisation : str
        Empty for the public.
    """

    role: str = "public"
    name: str = ""
    organisation: str = ""

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise SharingError(
                "data.sharing.role", who="asker", parameter="role", status=400, role=self.role[:40], known=ROLES
            )

    def reaches(self, role: str) -> bool:
        """
        Whether this reader has a role or one above it.

        Examples
        --------
        >>> Reader("operator").reaches("member"), Reader("admin").reaches("nobody")
        (True, False)
        """
        return role != NOBODY and ROLES.index(self.role) >= ROLES.index(role)


PUBLIC = Reader()
reading: ContextVar[Reader] = ContextVar("reading", default=PUBLIC)


@dataclass(frozen=True, kw_only=True)
class Rule:
    """
    One row of the file.

    Attributes
    ----------
    delay : int
        After the end of an interval. [min]
    decimals : int
        Of coordinates. [°]
    """

    source: str
    country: str
    see: str
    download: str
    basis: str
    status: str = "indicative"
    derive: bool = True
    delay: int = 0
    decimals: int = EXACT
    withhold: tuple[str, ...] = ()
    full: str = "operator"

    def allows(self, reader: Reader, purpose: Purpose) -> bool:
        """Whether a reader may have any row at all."""
        if purpose == "derive":
            return self.derive
        return reader.reaches(self.see) and (purpose == "see" or reader.reaches(self.download))

    def fits(self, source: str, country: str) -> bool:
        """Whether the row is about a source in a country."""
        return self.source in (EVERY, source) and self.country in (EVERY, country)

    def narrows(self, reader: Reader, purpose: Purpose) -> bool:
        """Whether delay, rounding and withheld parameters hold for a reader."""
        return purpose != "derive" and not reader.reaches(self.full)


def rules() -> tuple[Rule, ...]:
    """
    Every rule, the first that fits holds.

    Raises
    ------
    SharingError
        When the file cannot be read or a row is wrong; names the row.

    Examples
    --------
    >>> rules()[-1].source
    '*'
    """
    path = os.environ.get(VARIABLE) or str(FILE)
    try:
        return _read(path, os.stat(path).st_mtime_ns)
    except OSError as error:
        raise SharingError(
            "data.sharing.unreadable", parameter=VARIABLE, file=path, cause=error.strerror, variable=VARIABLE
        ) from error


def state() -> str:
    """A short text that changes when the rules do; keys what was made under them."""
    return _digest(rules())


def rule(source: str, country: str) -> Rule:
    """The rule that holds for a source in a country; for a station outside every city (no country) the strictest."""
    if country:
        return next(r for r in rules() if r.fits(source, country))
    return _strictest(source, rules())


@cache
def _strictest(source: str, held: tuple[Rule, ...]) -> Rule:
    """What every rule that may be meant for a source allows, whatever the country."""
    named = [r for r in held if r.source in (EVERY, source)]
    last = next((i for i, r in enumerate(named) if r.country == EVERY), len(named))
    meant, ranks = named[: last + 1], [*ROLES, NOBODY]
    most = {name: max((getattr(r, name) for r in meant), key=ranks.index) for name in ("see", "download", "full")}
    return replace(
        meant[-1], **most, derive=all(r.derive for r in meant), delay=max(r.delay for r in meant),
        decimals=min(r.decimals for r in meant), withhold=tuple(sorted({p for r in meant for p in r.withhold})),
    )  # fmt: skip


def withheld(reader: Reader, purpose: Purpose) -> tuple[Withheld, ...]:
    """
    What a reader does not get, as conditions of the store.

    Parameters
    ----------
    reader : Reader
        Who reads.
    purpose : {'see', 'download', 'derive'}
        What for.

    Returns
    -------
    tuple of Withheld
        Empty where everything may be had.

    Examples
    --------
    >>> [w.source for w in withheld(Reader("admin"), "see")]
    []
    """
    found: list[Withheld] = []
    before: list[tuple[str, tuple[str, ...] | None]] = []
    for row in rules():
        cities = _cities(row.country)
        unless = tuple(before)
        before.append((row.source, cities))
        # Outside every city the country is not known: what any rule keeps from a reader stays kept.
        match = (row.source, cities if cities is None else (*cities, NOWHERE))
        if not row.allows(reader, purpose):
            found.append(Withheld(*match, unless=unless))
        elif row.narrows(reader, purpose):
            if row.withhold:
                found.append(Withheld(*match, unless=unless, parameters=row.withhold))
            if row.delay:
                found.append(Withheld(*match, unless=unless, within=timedelta(minutes=row.delay)))
    return tuple(found)


def _cities(country: str) -> tuple[str, ...] | None:
    return None if country == EVERY else tuple(c.key for c in city_files().values() if c.country == country)


@cache
def _digest(held: tuple[Rule, ...]) -> str:
    return sha256(repr(held).encode()).hexdigest()[:12]


@cache
def _read(name: str, stamp: int) -> tuple[Rule, ...]:
    path = Path(name)
    try:
        rows = tomllib.loads(path.read_text("utf-8")).get("rule", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SharingError("data.sharing.no_toml", file=path, cause=error) from error
    made = tuple(_rule(path, number, row) for number, row in enumerate(rows, 1))
    if not made or (made[-1].source, made[-1].country) != (EVERY, EVERY):
        raise SharingError("data.sharing.no_last", parameter="source", file=path)
    return made


def _rule(path: Path, number: int, row: Mapping[str, Any]) -> Rule:
    at: dict[str, Any] = {"file": path, "number": number}
    known = {f.name for f in fields(Rule)}
    unknown = set(row) - known
    if unknown:
        first = sorted(unknown)[0]
        raise SharingError("data.sharing.field", parameter=first, name=first, known=sorted(known), **at)
    try:
        made = Rule(**{**row, "withhold": tuple(row.get("withhold", ()))})
    except TypeError as error:
        raise SharingError("data.sharing.needed", **at) from error
    _checked(at, made)
    return made


def _checked(at: Mapping[str, Any], made: Rule) -> None:
    choices: Sequence[tuple[str, Sequence[str]]] = (
        ("see", (*ROLES, NOBODY)), ("download", (*ROLES, NOBODY)), ("full", (*ROLES, NOBODY)),
        ("status", ("verified", "indicative")),
    )  # fmt: skip
    for name, allowed in choices:
        if getattr(made, name) not in allowed:
            raise SharingError("data.sharing.choice", parameter=name, name=name, known=allowed, **at)
    unknown = [p for p in made.withhold if p not in PARAMETERS]
    if unknown:
        raise SharingError("data.sharing.withhold", parameter="withhold", name=unknown[0], **at)
    if not (isinstance(made.delay, int) and made.delay >= 0):
        raise SharingError("data.sharing.delay", parameter="delay", **at)
    if not (isinstance(made.decimals, int) and 0 <= made.decimals <= EXACT):
        raise SharingError("data.sharing.decimals", parameter="decimals", most=EXACT, **at)
    if not isinstance(made.derive, bool):
        raise SharingError("data.sharing.derive", parameter="derive", **at)


def _match(source: str, cities: tuple[str, ...] | None) -> tuple[str, list[Any]]:
    parts, values = ["TRUE"], []
    if source != "*":
        parts, values = ["source = ?"], [source]
    if cities is not None:
        parts.append(f"city IN ({', '.join('?' * len(cities))})" if cities else "FALSE")
    return " AND ".join(parts), [*values, *(cities or ())]
