"""The register of dated measures of air policy: what was announced, what holds, what it should and what it did cut."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from data.facts import Lack, Review
from data.measures.rows import common, day, entries, figures, number, read, reviewed
from data.measures.spans import Span, span
from data.parameters import PARAMETERS

FILE = Path(__file__).parent / "measures.csv"
COLUMNS = (
    "measure", "city", "kind", "sites", "area", "pollutants", "act", "start", "end", "status", "expected_low",
    "expected_high", "expected_basis", "observed_low", "observed_best", "observed_high", "observed_why_not", "says",
    "sure", "source", "address", "checked", "review_by", "name_en", "name_ru", "name_uz", "name_kk", "note",
)  # fmt: skip
KINDS = (
    "ban", "fuel_switch", "filter", "closure", "green_belt", "planned_site", "technique", "notice", "monitoring",
    "programme",
)  # fmt: skip
STATUSES = ("announced", "in_force", "ended", "unknown")
SAYS = ("official", "press")  # who says it: the State in an act or on its own page, or the press alone
SURE = ("A", "B", "C")  # the act's own text or two independent sources; one good source; general knowledge, not read
# Why no observed effect stands: not looked at, not begun, it makes the air known and not cleaner, or (green belts)
# the effect is below anything the stations could show and only the trees that live can be counted.
WHY_NOT = ("not_judged_yet", "not_begun", "cuts_nothing", "only_survival")


@dataclass(frozen=True)
class Measure:
    """
    A measure.

    Attributes
    ----------
    day : datetime.date or None
        First day, or the first of its month; None where no more than the year is known.
    key : str
        Of the row.
    names : mapping
        By language.
    source : str
        Who says it, to be cited.
    kind, status : str
        Of `KINDS` and `STATUSES`; the status is that of `checked`, see `status_on`.
    begins, ends : Span
        Between which days it began or begins, and ended or ends; an end without bounds is one nobody has set.
    open_end : bool
        Whether no end is stated at all.
    act : str
        Key of the register of acts; empty where none is known.
    sites, pollutants : tuple of str
        Keys of the register of sources and of the parameters.
    expected : tuple of (float, float) or None
        Cut of the emissions of what it touches, low and high; negative for a rise. [%]
    observed : tuple of (float, float, float) or None
        Low, best and high of what was found. [%]
    why_not : str
        Of `WHY_NOT`, where nothing is observed.
    sure : str
        Of `SURE`; empty for what is invented.
    checked : datetime.date or None
        Day on which the row was last compared with its source.
    """

    day: date | None
    key: str
    names: Mapping[str, str]
    source: str
    kind: str = "programme"
    status: str = "in_force"
    begins: Span = field(default_factory=Span)
    ends: Span = field(default_factory=Span)
    open_end: bool = True
    act: str = ""
    sites: tuple[str, ...] = ()
    pollutants: tuple[str, ...] = ()
    expected: tuple[float, float] | None = None
    observed: tuple[float, float, float] | None = None
    why_not: str = ""
    sure: str = ""
    checked: date | None = None


def measures() -> Mapping[str, Measure]:
    """
    Every measure of the register by its key, in the order of the file.

    Examples
    --------
    >>> measures()["astana-chp-3-gas"].day
    datetime.date(2023, 10, 1)
    """
    return _measures()


def measures_of(city: str) -> tuple[Measure, ...]:
    """
    Measures of a city, those with a known day first, by day.

    Parameters
    ----------
    city : str
        Key.

    Examples
    --------
    >>> measures_of("nowhere")
    ()
    """
    return _of(city)


def measure(row: Mapping[str, str]) -> Measure:
    """
    A measure from its row.

    Parameters
    ----------
    row : mapping
        Column to text; one that `check` finds nothing wrong with.
    """
    begins, ends = span(row["start"]) or Span(), span(row["end"]) or Span()
    low, high = number(row["expected_low"]), number(row["expected_high"])
    found = [number(row[f"observed_{name}"]) for name in ("low", "best", "high")]
    known = [figure for figure in found if figure is not None]
    return Measure(
        day=begins.day,
        key=row["measure"],
        names={language: row[f"name_{language}"] for language in ("en", "ru", "uz", "kk")},
        source=row["source"],
        kind=row["kind"],
        status=row["status"],
        begins=begins,
        ends=ends,
        open_end=not row["end"],
        act=row["act"],
        sites=entries(row["sites"]),
        pollutants=entries(row["pollutants"]),
        expected=None if low is None or high is None else (low, high),
        observed=(known[0], known[1], known[2]) if len(known) == 3 else None,
        why_not=row["observed_why_not"],
        sure=row["sure"],
        checked=day(row["checked"]),
    )


def status_on(one: Measure, on: date) -> str:
    """
    The status of a measure on a day, as far as it is known.

    Parameters
    ----------
    one : Measure
    on : datetime.date

    Returns
    -------
    str
        Of `STATUSES`. What was announced for a day that has passed, and what nobody confirmed since, is ``unknown``; so
        is what holds "at least until" a day, after that day.

    Examples
    --------
    >>> commission = measures()["tashkent-special-commission"]
    >>> [status_on(commission, date(2025, 11, d)) for d in (23, 24)], status_on(commission, date(2026, 6, 1))
    (['announced', 'in_force'], 'unknown')
    """
    begins, ends = one.begins, one.ends
    if begins.first is not None and on < begins.first:
        return "announced"
    if not one.open_end and ends.last is not None and on > ends.last:
        return "ended"
    if one.status == "announced":
        return "announced" if begins.last is None or on <= begins.last else "unknown"
    if begins.last is None or on < begins.last:  # begun on a day that is not known
        return one.status if one.checked is not None and on >= one.checked else "unknown"
    if not one.open_end and (ends.first is None or on > ends.first):
        return "unknown" if ends.last is None or on < ends.last else one.status
    if one.status == "ended":  # nobody says when
        return "ended" if one.checked is not None and on >= one.checked else "unknown"
    return one.status


def seed() -> list[dict[str, str]]:
    """The rows that ship, as text; what operators publish is laid over them."""
    return [dict(row) for row in _seed()]


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """
    What a row lacks or has wrong.

    Parameters
    ----------
    row : mapping
        Column to text, every one of `COLUMNS`. Whether its act and its sites exist is asked of their registers.

    Returns
    -------
    tuple of Lack
        None for a row that may be published.

    Examples
    --------
    >>> row = seed()[0]
    >>> check(row), [lack.what for lack in check({**row, "kind": "wish", "start": "soon"})]
    ((), ['kind', 'start'])
    """
    known = [name for name in common(row, "measure") if name != "address" or row["address"] or row["sure"] != "C"]
    wrong = dict.fromkeys([*known, *_words(row), *_dates(row), *_effects(row)])  # each column once, in their order
    return tuple(Lack("measures", row["measure"], name) for name in wrong)


def review(today: date) -> Review:
    """
    What the register lacks, and which rows are due for a look.

    Examples
    --------
    >>> review(date(2026, 12, 1)).lacks
    ()
    """
    rows = seed()
    return reviewed("measures", rows, "measure", [lack for row in rows for lack in check(row)], today)


def _words(row: Mapping[str, str]) -> list[str]:
    choices = {"kind": KINDS, "status": STATUSES, "says": SAYS, "sure": SURE}
    wrong = [name for name, known in choices.items() if row[name] not in known]
    wrong += [name for name in ("city", "area", "source") if not row[name]]
    return wrong + ["pollutants"] * bool(set(entries(row["pollutants"])) - set(PARAMETERS))


def _dates(row: Mapping[str, str]) -> list[str]:
    begins, ends = span(row["start"]), span(row["end"])
    wrong = ["start"] * (begins is None or not row["start"]) + ["end"] * (ends is None)
    if begins and ends and begins.first and ends.last and ends.last < begins.first:
        wrong.append("end")
    return wrong


def _effects(row: Mapping[str, str]) -> list[str]:
    belt = row["kind"] == "green_belt"
    wrong = list(figures(row, "expected_low", "expected_high", ("expected_basis",)))
    found = [row[f"observed_{name}"] for name in ("low", "best", "high")]
    if any(found):
        known = [figure for text in found if (figure := number(text)) is not None]
        wrong += ["observed_best"] * (len(known) < 3 or sorted(known) != known or belt)
        wrong += ["observed_why_not"] * bool(row["observed_why_not"])
    else:
        wrong += ["observed_why_not"] * (row["observed_why_not"] not in WHY_NOT)
    if belt:  # no figure of cleaner air is ever printed for trees
        wrong += [name for name in ("expected_low", "expected_high") if row[name]]
        wrong += ["observed_why_not"] * (row["observed_why_not"] != "only_survival")
    return wrong


@cache
def _seed() -> tuple[dict[str, str], ...]:
    return tuple(read(FILE, COLUMNS))


@cache
def _measures() -> Mapping[str, Measure]:
    return {row["measure"]: measure(row) for row in _seed()}


@cache
def _of(city: str) -> tuple[Measure, ...]:
    mine = [one for row in _seed() if row["city"] == city for one in (_measures()[row["measure"]],)]
    return tuple(sorted(mine, key=lambda one: (one.day is None, one.day or date.max)))
