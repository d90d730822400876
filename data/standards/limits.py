"""Legal limits and guideline values, as rows of `data/standards/limits_*.toml`; what their acts say is in acts.csv."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.errors import CentreError
from data.facts import Due, Lack, Review
from data.parameters import PARAMETERS, UnitError, conversion
from data.standards.acts import UNKNOWN, Act, acts

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
        First and last day in force for certain, of the act where the row names none; None = open.
    perhaps : date or None
        The day of an act whose entry into force is not known, where nothing of the kind was law before: from then to
        `start` the limit may or may not have been law, and nothing is held to it.
    allowed : int or None
        Intervals a year that may lie above.
    hazard_class : int or None
        1 (extremely dangerous) to 4.
    status : str
        ``verified``, ``secondary`` or ``unverified``.
    source : Act
        The act that states it.
    reference : str
        Where the row was read; where its act was, if the row names nothing.
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
    source: Act
    reference: str
    level: str = "limit"
    start: date | None = None
    until: date | None = None
    perhaps: date | None = None
    allowed: int | None = None
    hazard_class: int | None = None
    paragraph: str = ""
    note: str = ""
    temperature: float | None = None
    temperature_act: str = ""

    @property
    def act(self) -> str:
        """What the act is called, in English, for files: name and number."""
        return _cited(self.source)

    @property
    def entry_read(self) -> bool:
        """Whether `start` is the day of entry into force; else it is the day by which it was law for certain."""
        return self.start is None or self.start == self.source.entry or self.start != self.source.by

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
    source: Act
    reference: str
    start: date | None = None
    until: date | None = None
    perhaps: date | None = None
    law: bool = True
    averaging: str = "single"
    statistic: str = "sum of ratios"
    level: str = "limit"
    concentration: float = 1.0  # the limit of the sum. [1]
    allowed: int | None = None

    @property
    def act(self) -> str:
        """What the act is called, in English, for files: name and number."""
        return _cited(self.source)

    @property
    def key(self) -> str:
        """A short name: ``kz group 7``."""
        return f"{self.jurisdiction} group {self.number}"

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


def _cited(act: Act) -> str:
    number = "" if act.number == UNKNOWN or act.number in act.names["en"] else act.number
    told = ", ".join([number, *([str(act.signed)] if act.signed else [])] if number else [])
    return f"{act.names['en']} ({told})" if told else act.names["en"]


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
        With ``limits_*.toml`` and ``acts.csv``.

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
    return _read(folder, _stamps(folder, "limits_*.toml"), _stamps(folder, "acts.csv"))


def _stamps(folder: Path, names: str) -> tuple[tuple[str, int, int], ...]:
    found = ((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in folder.glob(names))
    return tuple(sorted(found))


def review(today: date, folder: Path = FOLDER) -> Review:
    """
    The state of the limits on a day.

    Parameters
    ----------
    today : datetime.date
        Rows whose act must be read again by then are due, those that still hold.

    Returns
    -------
    Review
        A row lacks what it does not state: where it was read, and a first day, which only yardsticks may leave open.
    """
    known = registry(folder)
    rows: list[Limit | Group] = [*known.limits, *known.groups]
    lacks = [Lack("limits", row.key, name) for row in rows for name in _unstated(row)]
    held = [row for row in rows if row.until is None or row.until >= today]
    due = [Due("limits", row.key, row.source.review_by) for row in held if row.source.review_by <= today]
    return Review("limits", len(rows), tuple(lacks), tuple(due))


def _unstated(row: "Limit | Group") -> list[str]:
    return [
        *(["source"] if not row.reference.strip() else []),
        *(["from"] if row.start is None and row.law else []),
    ]


@cache
def _read(folder: Path, stamp: tuple[tuple[str, int, int], ...], of_acts: tuple[tuple[str, int, int], ...]) -> Registry:
    if not stamp:
        raise LimitError("data.limit.no_files", folder=folder)
    book = acts(folder / "acts.csv")
    limits: list[Limit] = []
    groups: list[Group] = []
    for name, *_ in stamp:
        raw = _toml(folder / name)
        limits += [_limit(raw, row, name, book) for row in raw["limits"]]
        groups += [_group(raw, row, name, book) for row in raw.get("groups", ())]
    _check_overlaps(limits)
    return Registry(tuple(_followed(limits)), tuple(groups))


def _followed(limits: Sequence[Limit]) -> Iterator[Limit]:
    """Limits; one that takes up where a row of the same key ends was never in doubt: the older row holds till then."""
    ends = {(one.key, one.statistic, one.until + timedelta(days=1)) for one in limits if one.until}
    for one in limits:
        yield replace(one, perhaps=None) if (one.key, one.statistic, one.start) in ends else one


def _toml(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise LimitError("data.limit.unreadable", file=path.name, cause=error) from error
    missing = [name for name in ("jurisdiction", "law", "limits") if name not in raw]
    if missing:
        raise LimitError("data.limit.missing", parameter=missing[0], file=path.name, names=missing)
    return raw


def _days(raw: Mapping[str, Any], row: Mapping[str, Any], act: Act) -> dict[str, Any]:
    """First and last day of a row, its act's own where it names none; a yardstick for any year has neither."""
    if raw.get("any_year"):
        return {}
    given = "from" in row
    return {
        "start": row["from"] if given else act.begins,
        "until": row.get("until", act.ends),
        "perhaps": None if given else act.perhaps,
    }


def _limit(raw: Mapping[str, Any], row: Mapping[str, Any], file: str, book: Mapping[str, Act]) -> Limit:
    at: dict[str, Any] = {"file": file, "row": f"{row.get('parameter', '?')} {row.get('averaging', '?')}"}
    fields = dict(row)
    try:
        act = book[fields.pop("act")]
        reference = fields.pop("source", act.address)
        days = _days(raw, row, act)
        fields = {name: value for name, value in fields.items() if name not in ("from", "until")}
        made = Limit(
            jurisdiction=raw["jurisdiction"],
            law=raw["law"],
            source=act,
            reference=reference,
            **days,
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


def _group(raw: Mapping[str, Any], row: Mapping[str, Any], file: str, book: Mapping[str, Act]) -> Group:
    try:
        act = book[row["act"]]
        made = Group(
            jurisdiction=raw["jurisdiction"],
            number=row["number"],
            parameters=tuple(row["parameters"]),
            unmeasured=tuple(row.get("unmeasured", ())),
            status=row["status"],
            source=act,
            reference=row.get("source", act.address),
            **_days(raw, row, act),
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
