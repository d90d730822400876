"""Legal limits and guideline values, as rows of `data/standards/limits_*.toml`."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.errors import CentreError
from data.parameters import PARAMETERS, UnitError, conversion

FOLDER = Path(__file__).parent

# Averaging → minutes of the intervals that are compared as they come; empty where a mean must be made first.
AVERAGINGS: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"single": (20, 30), "1h": (60,), "8h": (480,), "24h": (1440,), "season": (), "year": ()}
)
STATUSES = ("verified", "secondary", "unverified")
LEVELS = ("limit", "aqg", "it-4", "it-3", "it-2", "it-1")


class LimitError(CentreError, ValueError):
    """A limit is unknown, or its file or its use is wrong; whoever wrote or asked must mend it."""


@dataclass(frozen=True, kw_only=True)
class Limit:
    """
    One limit or guideline value.

    Attributes
    ----------
    jurisdiction : str
        ``uz``, ``kz``, ``who-2021``, ``eu``.
    law : bool
        Law in its jurisdiction; False for a yardstick such as WHO's.
    averaging : str
        Key of `AVERAGINGS`; ``single`` is a sample of 20 to 30 minutes.
    statistic : str
        What is compared: the interval's mean, a percentile of the year's days, the highest of the day.
    level : str
        ``limit``, or WHO's ``aqg`` and ``it-1`` to ``it-4``.
    value, unit
        As the act states them.
    start, until : date or None
        First and last day in force; None = open.
    allowed : int or None
        Intervals a year that may lie above.
    hazard_class : int or None
        1 (extremely dangerous) to 4.
    status : str
        ``verified``, ``secondary`` or ``unverified``.
    temperature : float or None
        At which the value of a gas stands, at 101.325 kPa [°C]; None for particles, and where nothing states it.
    temperature_act : str
        What states it: key of an act, or ``stated`` by the act of the limit itself.
    """

    jurisdiction: str
    law: bool
    parameter: str
    averaging: str
    statistic: str
    value: float
    unit: str
    status: str
    act: str
    reference: str
    level: str = "limit"
    start: date | None = None
    until: date | None = None
    allowed: int | None = None
    hazard_class: int | None = None
    paragraph: str = ""
    note: str = ""
    temperature: float | None = None
    temperature_act: str = ""

    @property
    def concentration(self) -> float:
        """The value in the parameter's own unit; a gas at `temperature`, to which values are taken. [µg/m³]"""
        factor, offset = conversion(self.parameter, self.unit)
        return round(self.value * factor + offset, 6)

    @property
    def indicative(self) -> bool:
        """Whether every screen and file must call it indicative: true unless verified."""
        return self.status != "verified"

    @property
    def key(self) -> str:
        """A short name, the same as long as value and averaging stand: ``kz pm25 24h``."""
        return " ".join((self.jurisdiction, self.parameter, self.averaging, *([self.level] if not self.law else [])))

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (self.start is None or self.start <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True, kw_only=True)
class Group:
    """
    Substances whose shares of their single maxima are added, the sum not to exceed 1.

    Attributes
    ----------
    parameters : tuple of str
        Those the centre can know.
    unmeasured : tuple of str
        Those nobody here measures; with any, the sum is a lower bound.
    """

    jurisdiction: str
    number: str
    parameters: tuple[str, ...]
    unmeasured: tuple[str, ...]
    status: str
    act: str
    reference: str
    start: date | None = None
    until: date | None = None
    law: bool = True
    averaging: str = "single"
    statistic: str = "sum of ratios"
    level: str = "limit"
    concentration: float = 1.0  # the limit of the sum. [1]
    allowed: int | None = None

    @property
    def parameter(self) -> str:
        """The members joined: ``no2+so2``."""
        return "+".join((*self.parameters, *self.unmeasured))

    @property
    def indicative(self) -> bool:
        """Whether every screen and file must call it indicative: true unless verified."""
        return self.status != "verified"

    def in_force(self, on: date) -> bool:
        """Whether it holds on a day."""
        return (self.start is None or self.start <= on) and (self.until is None or on <= self.until)


@dataclass(frozen=True)
class Registry:
    """Every limit and summation group that was read."""

    limits: tuple[Limit, ...]
    groups: tuple[Group, ...] = ()

    @property
    def jurisdictions(self) -> tuple[str, ...]:
        """Keys in the order of their files."""
        return tuple(dict.fromkeys(limit.jurisdiction for limit in self.limits))


def registry(folder: Path = FOLDER) -> Registry:
    """
    Read and check the limit files of a folder.

    Parameters
    ----------
    folder : Path
        With ``limits_*.toml``.

    Returns
    -------
    Registry
        In the order of the files.

    Raises
    ------
    LimitError
        When a row is wrong; the sentence names the file, the row and what to mend.

    Examples
    --------
    >>> registry().jurisdictions
    ('eu', 'kz', 'uz', 'who-2021')
    """
    stamps = ((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in folder.glob("limits_*.toml"))
    return _read(folder, tuple(sorted(stamps)))


@cache
def _read(folder: Path, stamp: tuple[tuple[str, int, int], ...]) -> Registry:
    if not stamp:
        raise LimitError("data.limit.no_files", folder=folder)
    limits: list[Limit] = []
    groups: list[Group] = []
    for name, *_ in stamp:
        raw = _toml(folder / name)
        limits += [_limit(raw, row, name) for row in raw["limits"]]
        groups += [_group(raw, row, name) for row in raw.get("groups", ())]
    _check_overlaps(limits)
    return Registry(tuple(limits), tuple(groups))


def _toml(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LimitError("data.limit.unreadable", file=path.name, cause=error) from error
    missing = [name for name in ("jurisdiction", "law", "limits", "acts") if name not in raw]
    if missing:
        raise LimitError("data.limit.missing", parameter=missing[0], file=path.name, names=missing)
    return raw


def _limit(raw: Mapping[str, Any], row: Mapping[str, Any], file: str) -> Limit:
    at: dict[str, Any] = {"file": file, "row": f"{row.get('parameter', '?')} {row.get('averaging', '?')}"}
    fields = dict(row)
    try:
        act = raw["acts"][fields.pop("act")]
        made = Limit(
            jurisdiction=raw["jurisdiction"],
            law=raw["law"],
            act=act["title"],
            reference=act["reference"],
            note=fields.pop("note", act.get("note", "")),
            start=fields.pop("from", None),
            **_temperature(raw, fields),
            **fields,
        )
    except (KeyError, TypeError) as error:
        raise LimitError("data.limit.row", cause=error, **at) from error
    _check(made, at)
    return made


def _temperature(raw: Mapping[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The temperature at which a gas is stated: the row's own, else that of its file."""
    own = {name: fields.pop(name, raw.get(name)) for name in ("temperature", "temperature_act")}
    known = PARAMETERS.get(str(fields.get("parameter")))
    if known is None or known.molar_mass is None or own["temperature"] is None:
        return {}
    return {"temperature": float(own["temperature"]), "temperature_act": str(own["temperature_act"] or "")}


def _check(limit: Limit, at: Mapping[str, Any]) -> None:
    known: Sequence[tuple[str, str, Sequence[str]]] = (
        ("parameter", limit.parameter, tuple(PARAMETERS)),
        ("averaging", limit.averaging, tuple(AVERAGINGS)),
        ("status", limit.status, STATUSES),
        ("level", limit.level, LEVELS),
    )
    for name, value, allowed in known:
        if value not in allowed:
            raise LimitError("data.limit.choice", parameter=name, name=name, value=repr(value), known=allowed, **at)
    if not (isinstance(limit.value, int | float) and limit.value > 0):
        raise LimitError("data.limit.value", parameter="value", value=repr(limit.value), **at)
    if limit.start and limit.until and limit.start > limit.until:
        raise LimitError("data.limit.order", parameter="from", start=limit.start, until=limit.until, **at)
    if limit.hazard_class not in (None, 1, 2, 3, 4):
        raise LimitError("data.limit.hazard", parameter="hazard_class", value=repr(limit.hazard_class), **at)
    try:
        conversion(limit.parameter, limit.unit)
    except UnitError as error:
        raise LimitError("data.limit.unit", parameter="unit", cause=error, **at) from error


def _check_overlaps(limits: Sequence[Limit]) -> None:
    for one, other in combinations(limits, 2):
        same = (one.key, one.statistic, one.level) == (other.key, other.statistic, other.level)
        first, last = (
            max(one.start or date.min, other.start or date.min),
            min(one.until or date.max, other.until or date.max),
        )
        if same and first <= last:
            raise LimitError("data.limit.overlap", parameter="until", row=one.key, day=first)


def _group(raw: Mapping[str, Any], row: Mapping[str, Any], file: str) -> Group:
    try:
        act = raw["acts"][row["act"]]
        made = Group(
            jurisdiction=raw["jurisdiction"],
            number=row["number"],
            parameters=tuple(row["parameters"]),
            unmeasured=tuple(row.get("unmeasured", ())),
            status=row["status"],
            act=act["title"],
            reference=act["reference"],
            start=row.get("from"),
            until=row.get("until"),
        )
    except KeyError as error:
        name, number = error.args[0], row.get("number", "?")
        raise LimitError(
            "data.limit.group_missing", parameter=str(name), file=file, number=number, name=name
        ) from error
    odd = [name for name in made.parameters if name not in PARAMETERS]
    if odd or made.status not in STATUSES:
        raise LimitError("data.limit.group_unknown", file=file, number=made.number, values=odd or made.status)
    return made
