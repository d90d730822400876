"""Which limits hold where and when, and how a value may be compared with one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from data.standards.limits import AVERAGINGS, Group, Limit, LimitError, Registry, registry
from data.standards.rounding import above

REFERENCES = ("who-2021",)
Verdict = Literal["within", "above", "not comparable"]

# Why a comparison says less than it seems, or cannot be made; the catalogs carry the sentence.
HOUR_BESIDE_SINGLE = "hour_beside_single"  # a 1-h mean beside a limit for 20 to 30 minutes
OTHER_AVERAGING = "other_averaging"
OTHER_STATISTIC = "other_statistic"  # a median, say, beside a limit for means
NO_VALUE = "no_value"


@dataclass(frozen=True)
class Comparison:
    """
    A value held to a limit.

    Attributes
    ----------
    verdict : {"within", "above", "not comparable"}
        Only own averaging and statistic are compared; a 1-h mean beside a 20–30 min limit with a note.
    ratio : float or None
        Value over limit; None when not comparable.
    indicative : bool
        The limit is not verified, or the averaging is only near.
    note : str
        ``hour_beside_single``, ``other_averaging``, ``other_statistic``, ``no_value`` or empty.
    """

    limit: Limit
    value: float
    verdict: Verdict
    ratio: float | None
    indicative: bool
    note: str = ""

    @property
    def exceedance(self) -> bool:
        """Whether it may be called an exceedance: above, in the limit's own averaging."""
        return self.verdict == "above" and not self.note


def limits(
    jurisdiction: str,
    parameter: str | None = None,
    on: date | None = None,
    *,
    averaging: str | None = None,
    level: str | None = None,
    known: Registry | None = None,
) -> tuple[Limit, ...]:
    """
    Limits of a jurisdiction.

    Parameters
    ----------
    jurisdiction : str
        ``uz``, ``kz``, ``who-2021``, ``eu``.
    parameter : str, optional
        All when left out.
    on : date, optional
        Only those in force on this local day; all that ever were when left out.
    averaging, level : str, optional
        Only these.
    known : Registry, optional
        The shipped registry by default.

    Returns
    -------
    tuple of Limit
        In the registry's order.

    Raises
    ------
    LimitError
        When there is no such jurisdiction.

    Examples
    --------
    >>> [(x.averaging, x.concentration) for x in limits("kz", "pm25", date(2024, 1, 1))]
    [('single', 160.0), ('24h', 35.0)]
    >>> limits("uz", "pm25", date(2024, 1, 1))
    ()
    """
    known = known or registry()
    if jurisdiction not in known.jurisdictions:
        raise LimitError(
            "data.limit.nowhere",
            who="asker",
            parameter="standard",
            status=400,
            jurisdiction=jurisdiction,
            known=known.jurisdictions,
        )
    return tuple(
        limit
        for limit in known.limits
        if limit.jurisdiction == jurisdiction
        and parameter in (None, limit.parameter)
        and averaging in (None, limit.averaging)
        and level in (None, limit.level)
        and (on is None or limit.in_force(on))
    )


def groups(jurisdiction: str, on: date | None = None, *, known: Registry | None = None) -> tuple[Group, ...]:
    """
    Summation groups of a jurisdiction, in force on a day.

    Examples
    --------
    >>> [group.number for group in groups("kz", date(2026, 6, 1))]
    ['1', '2', '3', '4', '5', '7', '8', '33', '40', '44']
    >>> groups("kz", date(2024, 6, 1))
    ()
    """
    found = (known or registry()).groups
    return tuple(g for g in found if g.jurisdiction == jurisdiction and (on is None or g.in_force(on)))


def usable(standard: str, law: str, *, known: Registry | None = None) -> str:
    """
    The standard itself, if a city under `law` may be held to it.

    Parameters
    ----------
    standard : str
        A jurisdiction of the registry.
    law : str
        The city's own jurisdiction.

    Returns
    -------
    str
        `standard`.

    Raises
    ------
    LimitError
        When it is the law of somewhere else, or unknown.

    Examples
    --------
    >>> usable("who-2021", "kz")
    'who-2021'
    >>> usable("uz", "kz")
    Traceback (most recent call last):
    data.standards.limits.LimitError: 'uz' is not law here, 'kz' is; choose one of kz, who-2021
    """
    rows = limits(standard, known=known)
    if any(row.law for row in rows) and standard != law:
        home = (law,) if law in (known or registry()).jurisdictions else ()
        choice = {"standard": standard, "law": law, "known": (*home, *REFERENCES)}
        raise LimitError("data.limit.no_law_here", who="asker", parameter="standard", status=400, **choice)
    return standard


def own(
    law: str,
    parameter: str | None = None,
    on: date | None = None,
    *,
    averaging: str | None = None,
    known: Registry | None = None,
) -> tuple[Limit, ...]:
    """
    Limits of a city's own law; none where no row of that law is on file.

    Examples
    --------
    >>> own("kg", "pm25")
    ()
    """
    known = known or registry()
    return limits(law, parameter, on, averaging=averaging, known=known) if law in known.jurisdictions else ()


def applicable(
    law: str,
    parameter: str | None = None,
    on: date | None = None,
    *,
    averaging: str | None = None,
    references: tuple[str, ...] = REFERENCES,
    known: Registry | None = None,
) -> tuple[Limit, ...]:
    """
    What a city's air is held to: its own law first, then the yardsticks that hold everywhere.

    Parameters
    ----------
    law : str
        The city's jurisdiction, ``city.law``; a city whose law has no file has yardsticks only.
    references : tuple of str
        Yardsticks to add; a law is never one.

    Returns
    -------
    tuple of Limit
        ``limit.law`` tells law and yardstick apart.

    Examples
    --------
    >>> sorted({x.jurisdiction for x in applicable("uz", "pm25", date(2025, 1, 1))})
    ['uz', 'who-2021']
    """
    known = known or registry()
    mine = own(law, parameter, on, averaging=averaging, known=known)
    beside = [limit for key in references for limit in limits(key, parameter, on, averaging=averaging, known=known)]
    return (*mine, *(limit for limit in beside if not limit.law))


def compare(value: float, over: int | str, limit: Limit, *, statistic: str = "mean") -> Comparison:
    """
    Hold a value to a limit, if that is allowed.

    Parameters
    ----------
    value : float
        [µg/m³]
    over : int or str
        What the value is a statistic of: minutes, or a key of `AVERAGINGS` (``year``, ``season``, ``8h`` …).
    limit : Limit
    statistic : str
        ``mean`` or ``median``.

    Returns
    -------
    Comparison
        ``not comparable`` unless the averaging is the limit's own; a 1-h mean may stand beside a 20–30 min
        limit, with the note ``hour_beside_single``, and is then always indicative.

    Examples
    --------
    >>> day = limits("kz", "pm25", date(2024, 1, 1), averaging="24h")[0]
    >>> compare(70.0, 1440, day).ratio, compare(70.0, 60, day).verdict
    (2.0, 'not comparable')
    >>> single = limits("kz", "pm25", date(2024, 1, 1), averaging="single")[0]
    >>> compare(320.0, 60, single).note
    'hour_beside_single'
    """
    note = _obstacle(value, over, limit, statistic)
    if note not in ("", HOUR_BESIDE_SINGLE):
        return Comparison(limit, value, "not comparable", None, limit.indicative, note)
    verdict: Verdict = "above" if above(value, limit.concentration) else "within"
    return Comparison(limit, value, verdict, value / limit.concentration, limit.indicative or bool(note), note)


def _obstacle(value: float, over: int | str, limit: Limit, statistic: str) -> str:
    if value != value:  # NaN
        return NO_VALUE
    if statistic != "mean":
        return OTHER_STATISTIC
    if over == limit.averaging or over in AVERAGINGS[limit.averaging]:
        return ""
    if limit.averaging == "single" and over in (60, "1h"):
        return HOUR_BESIDE_SINGLE
    return OTHER_AVERAGING
