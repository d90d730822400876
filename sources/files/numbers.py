"""Numbers in a column of text: separators read in one way for all of it, bounds kept, the rest not understood."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd

from data import checks
from data.checks import NONE, Entries, make

NO_VALUE = ""  # no words: the door itself says "no value"
UNREADABLE = "number not understood"
# Words for "none" in any table, small letters; a mapping adds its own (`missing`).
WORDS = frozenset({"", "-", "--", "---", ".", "nan", "none", "null", "na", "n/a", "#n/a", "nil", "n.d.", "nd"})
LONGEST = 64  # characters; no number is longer
PLAIN = re.compile(r"-?\d+(?:\.\d+)?")

SIMPLE, TWO_READINGS = re.compile(r"-?\d{1,18}(?:([.,])\d{1,18})?"), re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")

_MINUS = str.maketrans(dict.fromkeys("\u2212\u2013\u2014\u2010\u2011\u2012\ufe63\uff0d", "-"))
# Spaces that stand between thousands, or around a number: no-break, figure, punctuation, thin, hair, narrow.
_SPACES = str.maketrans({**dict.fromkeys("\u00a0\u2007\u2008\u2009\u200a\u202f\u2002\u2003\t", " "), "\ufeff": None})
_GROUPS = str.maketrans(dict.fromkeys("’ʼ‘`´", "'"))
_BODY = r"[-+]?[\d.,'][\d.,' ]*(?:[eE][-+]?\d{1,3})?"
_BELOW = (
    r"<=?|≤|⩽|‹|менее|меньше|ниже|не более|не больше|less than|below|under|at most|koʻpi bilan|ko'pi bilan|көп дегенде"
)
_ABOVE = (
    r">=?|≥|⩾|›|более|больше|выше|свыше|не менее|не меньше|more than|greater than|above|over|at least|kamida|кемінде"
)
_TAIL = r"\s*-?\s*(?:dan|тан|тен|дан|ден|нан|нен)\s+"
# Form of a whole cell → the check that says what the number is. Words before it, or after it as Uzbek and Kazakh do.
_FORMS: Sequence[tuple[str, re.Pattern[str]]] = tuple(
    (check, re.compile(form, re.IGNORECASE))
    for check, form in (
        ("", rf"({_BODY})"),
        ("below", rf"(?:{_BELOW})\s*({_BODY})"),
        ("above", rf"(?:{_ABOVE})\s*({_BODY})"),
        ("below", rf"({_BODY}?){_TAIL}(?:kam|past|oz|кам|паст|кем|төмен|аз)"),
        ("above", rf"({_BODY}?){_TAIL}(?:ortiq|koʻp|yuqori|ko'p|ортиқ|кўп|юқори|артық|жоғары|көп)"),
        ("marked", rf"({_BODY})\s*\*+"),
    )
)
_PARTS = re.compile(r"([-+]?)([\d.,'][\d.,' ]*?)(?:[eE]([-+]?\d{1,3}))?")
_ONE = re.compile(r"(\d*)([.,])(\d+)|(\d+)([.,]?)")  # at most one separator, and it is decimal
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:([ ',.])\d{3})(?:\1\d{3})*(?:([.,])(\d+))?")


@dataclass(frozen=True)
class Roles:
    """
    What points and commas of a column were proven to be, by numbers that can be read in one way only.

    Attributes
    ----------
    decimal, group : frozenset of str
        ``1,5`` proves a comma to be decimal, ``1,234.5`` and ``1,234,567`` that it stands between thousands.
    """

    decimal: frozenset[str] = frozenset()
    group: frozenset[str] = frozenset()

    def __or__(self, other: "Roles") -> "Roles":
        return Roles(self.decimal | other.decimal, self.group | other.group)

    def of(self, sign: str) -> str:
        """``decimal``, ``group``, ``both`` or "" where nothing proves it."""
        found = [n for n in ("decimal", "group") if sign in getattr(self, n)]
        return "both" if len(found) > 1 else "".join(found)


@dataclass(frozen=True)
class Numbers:
    """
    A column as numbers.

    Attributes
    ----------
    value : Series of float
        NaN where there is none.
    reject : Series of str
        `UNREADABLE` where a cell says something else than a number or nothing.
    checks : Series
        Of `data.checks`: ``below:0.5``, ``above:1000``, ``marked``; the figure is the file's own, in the file's unit.
    """

    value: pd.Series
    reject: pd.Series
    checks: pd.Series

    @property
    def bound(self) -> pd.Series:
        """Where the number is a bound or marked: such a value is ``suspect``."""
        return pd.Series(checks.each(self.checks, bool), index=self.checks.index, dtype=bool)

    def columns(self, reject: pd.Series, flagged: bool = True) -> dict[str, pd.Series]:
        """
        The columns of a table for `data.schema.conform` that the cells fill.

        Parameters
        ----------
        reject : Series of str
            What is wrong with the rows already; it goes before.
        flagged : bool
            Whether the rows get their flags and checks from here; not where the publisher gives its own.
        """
        given = {"raw_value": self.value, "reject": reject.where(reject != "", self.reject)}
        if not flagged:
            return given
        flag = pd.Series(np.where(self.bound, "suspect", "ok"), index=self.value.index, dtype="str")
        return {**given, "flag": flag, "checks": self.checks}


@dataclass
class _Cell:
    """One distinct text: its parts, and what it is by itself."""

    check: str = ""
    sign: str = ""
    body: str = ""
    exponent: str = ""
    readings: dict[str, tuple[str, str]] = field(default_factory=dict)  # decimal sign → digits, sign between thousands


def roles(columns: Iterable[pd.Series]) -> Roles:
    """
    What the separators of some columns together were proven to be.

    Examples
    --------
    >>> roles([pd.Series(["0,5", "1.234"])])
    Roles(decimal=frozenset({','}), group=frozenset())
    """
    found = Roles()
    for column in columns:
        if not pd.api.types.is_numeric_dtype(column):
            found |= _proven(column.dropna().astype("str").unique())
    return found


def read(texts: pd.Series, missing: frozenset[str] = frozenset(), beside: Roles | None = None) -> Numbers:
    """
    A column of cells as numbers.

    Parameters
    ----------
    texts : Series
        As written, or numbers already.
    missing : frozenset of str
        Further words for "no value", in small letters.
    beside : Roles, optional
        What the other columns of the table prove; asked where this one proves nothing.

    Returns
    -------
    Numbers

    Notes
    -----
    Within a column a point or a comma means one thing. What it means is told by the numbers that have one reading
    only: ``0,045``, ``12.5``, ``1,234.5``, ``1 234,5``. ``1,234`` and ``1.234`` have two; they are read as the others
    say, and where nothing says, the comma is not understood and the point is decimal, as machines write it. Thousands
    may also be divided by a space of any width or an apostrophe. Each piece of a file (some 100,000 lines) is read for
    itself: what one piece proves never moves a number of another.

    A bound (``<0.5``, ``≤``, ``менее``, ``0,5 dan kam``, ``>1000``) and a number with an asterisk are numbers, and
    `Numbers.checks` says what they are.

    Examples
    --------
    >>> read(pd.Series(["1 234,5", "0,5", "−3", "1e3", "x", "-"])).value.tolist()
    [1234.5, 0.5, -3.0, 1000.0, nan, nan]
    >>> read(pd.Series(["-999,0", "5"]), frozenset({"-999"})).value.tolist()
    [nan, 5.0]
    >>> read(pd.Series(["1,234.5", "1,234"])).value.tolist(), read(pd.Series(["1,234"])).reject.tolist()
    ([1234.5, 1234.0], ['number not understood'])
    >>> read(pd.Series(["<0,5", "12*"])).checks.tolist()
    [('below:0.5',), ('marked',)]
    """
    if pd.api.types.is_bool_dtype(texts):
        texts = texts.astype("str")
    if pd.api.types.is_numeric_dtype(texts):
        return _simple(texts.astype("float64"), missing)
    codes, distinct = pd.factorize(texts.astype("str"))
    told = [str(t) for t in distinct]
    beside = beside or Roles()
    if not (beside.decimal - {"."} or beside.group - {","}) and all(map(PLAIN.fullmatch, told)):  # as machines write
        plain = np.array([float(t) for t in told] + [np.nan])
        return _simple(pd.Series(plain[codes], index=texts.index), missing)
    own, sentinels = _proven(told), _sentinels(missing)
    found = [_decided(t, sentinels) or _number(t, own, beside, missing) for t in told]
    found.append((np.nan, NO_VALUE, NONE))  # code -1: an empty cell
    values, reasons, entries = zip(*found, strict=True)
    noted = checks.column(entries).to_numpy()
    return Numbers(
        pd.Series(np.array(values, dtype="float64")[codes], index=texts.index),
        pd.Series(np.array(reasons, dtype=object)[codes], index=texts.index, dtype="str"),
        pd.Series(noted[codes], index=texts.index, dtype=object),
    )


def _simple(value: pd.Series, missing: frozenset[str]) -> Numbers:
    words = pd.Series("", index=value.index, dtype="str")
    return Numbers(value.mask(value.isin(list(_sentinels(missing)))), words, checks.none(value.index))


@lru_cache
def _sentinels(missing: frozenset[str]) -> frozenset[float]:
    """Numbers that stand for "no value", however they are written: -999, -999.0, −999,0."""
    found = (_cell(word) for word in missing)
    return frozenset(float(c.sign + d) for c in found if not c.check for d, _ in c.readings.values())


def _plain(text: str) -> str:
    return text.translate(_SPACES).translate(_MINUS).translate(_GROUPS).strip()


def _cell(text: str) -> _Cell:
    """Parts of a text, and every way in which its separators can be read."""
    plain = _plain(text) if len(text) <= LONGEST else ""
    for check, form in _FORMS:
        if (found := form.fullmatch(plain)) and (parts := _PARTS.fullmatch(found[1].strip())):
            cell = _Cell(check, parts[1], parts[2].strip(), parts[3] or "")
            cell.readings = dict(_readings(cell))
            return cell
    return _Cell()


def _readings(cell: _Cell) -> Iterator[tuple[str, tuple[str, str]]]:
    """
    Decimal sign ("" where there is none) → the digits with a point, and the sign between thousands.

    Examples
    --------
    >>> dict(_readings(_Cell(body="1,234"))), dict(_readings(_Cell(body="1 234,5")))
    ({',': ('1.234', ''), '': ('1234', ',')}, {',': ('1234.5', ' ')})
    """
    if one := _ONE.fullmatch(cell.body):
        if one[2]:
            yield one[2], (f"{one[1] or 0}.{one[3]}", "")
        elif one[5] != ",":
            yield one[5], (one[4], "")
    if not cell.exponent and (many := _GROUPED.fullmatch(cell.body)):
        group, decimal = many[1], many[2] or ""
        whole = cell.body[: many.start(2)] if decimal else cell.body
        if group != decimal:
            yield decimal, (whole.replace(group, "") + (f".{many[3]}" if decimal else ""), group)


def _proven(texts: Iterable[str]) -> Roles:
    decimal: set[str] = set()
    group: set[str] = set()
    for text in texts:
        if simple := SIMPLE.fullmatch(text):
            if simple[1] and not TWO_READINGS.fullmatch(text):
                decimal.add(simple[1])
            continue
        readings = _cell(text).readings
        if len(readings) == 1:
            ((sign, (_, between)),) = readings.items()
            decimal.update({sign} & {".", ","})
            group.update({between} & {".", ","})
    return Roles(frozenset(decimal), frozenset(group))


def _decided(text: str, sentinels: frozenset[float]) -> tuple[float, str, Entries] | None:
    """Most numbers: digits with at most one separator, whose reading no other cell can change."""
    if not SIMPLE.fullmatch(text) or TWO_READINGS.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return (np.nan if value in sentinels else value), "", NONE


def _number(text: str, own: Roles, beside: Roles, missing: frozenset[str]) -> tuple[float, str, Entries]:
    """Value, reason and checks of one distinct text."""
    if {_plain(text).casefold(), " ".join(text.split()).casefold()} & (WORDS | missing):
        return np.nan, NO_VALUE, NONE
    cell = _cell(text)
    digits = _chosen(cell, own, beside)
    if not digits:
        return np.nan, UNREADABLE, NONE
    value = float(f"{cell.sign}{digits}{f'e{cell.exponent}' if cell.exponent else ''}")
    if not np.isfinite(value):
        return np.nan, UNREADABLE, NONE
    if not cell.check and value in _sentinels(missing):
        return np.nan, NO_VALUE, NONE
    return value, "", _entries(cell.check, value)


def _entries(check: str, value: float) -> Entries:
    if not check:
        return NONE
    return (make(check) if check == "marked" else make(check, np.format_float_positional(value, trim="-")),)


def _chosen(cell: _Cell, own: Roles, beside: Roles) -> str:
    """The digits by the reading that holds in this column; empty where none does."""
    if len(cell.readings) < 2:
        return next((digits for digits, _ in cell.readings.values()), "")
    sign = next(s for s in cell.readings if s)
    role = own.of(sign) or beside.of(sign)
    if not role and sign == "." and "," not in (own.decimal | beside.decimal):
        role = "decimal"
    wanted = {"decimal": sign, "group": ""}.get(role)
    return cell.readings[wanted][0] if wanted is not None else ""
