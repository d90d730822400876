"""Numbers as people's tables write them: one reading of separators for a column, bounds kept, and nothing guessed."""

import re

import numpy as np
import pandas as pd

from data.checks import NONE, Entries, make

NO_VALUE, NOT_UNDERSTOOD = "no value", "number not understood"
NOTHING = frozenset({"", "nan", "none", "null", "nat", "<na>", "-", "–", "—"})

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u3000\ufeff]+")
_BOUND = re.compile(
    r"^(?P<below><=?|≤|⩽|менее|меньше|ниже|не более|less than|below|кем|төмен)?"
    r"(?P<above>>=?|≥|⩾|более|больше|выше|свыше|more than|above|артық)?"
    r"\s*(?P<number>[+\-−–]?[\d.,'’\s]*\d[\d.,]*(?:e[+\-]?\d+)?)\s*"
    r"(?P<uzbek>(?:dan|дан) (?:kam|oz|кем|төмен|koʻp|ortiq|көп|артық))?(?P<mark>\*+)?$"
)
_MORE = ("koʻp", "ortiq", "көп", "артық")
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[+-]?\d+)?")
_GROUPS = {mark: re.compile(rf"[+-]?[1-9]\d{{0,2}}(?:{re.escape(mark)}\d{{3}})+") for mark in ",."}
_SPACED = re.compile(r"([+-]?\d{1,3})((?:[ '’]\d{3})+)([.,]\d+)?")


def number(texts: pd.Series) -> pd.Series:
    """
    Text as numbers, NaN where it is none.

    Parameters
    ----------
    texts : Series
        Cells of one column, text or numbers.

    Returns
    -------
    Series of float64
        By one reading of separators for the whole column (`read`); a bound is no number here.

    Examples
    --------
    >>> number(pd.Series(["1 234,5", "0,7", "<3", None])).tolist()
    [1234.5, 0.7, nan, nan]
    """
    if pd.api.types.is_numeric_dtype(texts):
        return texts.astype("float64")
    found = read(texts)
    return found["value"].where((found["why"] == "") & (found["checks"].map(len) == 0))


def read(texts: pd.Series) -> pd.DataFrame:
    """
    Cells of a column of values.

    Parameters
    ----------
    texts : Series
        Text or numbers.

    Returns
    -------
    DataFrame
        ``value`` (NaN where it is none), ``checks`` (a bound: ``below``, ``above``, ``marked``) and ``why`` there is
        no value: `NO_VALUE` for a cell that says so, `NOT_UNDERSTOOD` for one that says something else.

    Notes
    -----
    A comma or point that can only be a decimal mark, or only a mark of thousands, somewhere in the column settles
    what it is everywhere. What then still has two readings, as "1,234" among whole numbers, is not understood; a
    point alone is a decimal mark unless the column says otherwise.

    Examples
    --------
    >>> read(pd.Series(["0,7", "1 234,5", "<0,5", "12*", "", "?"]))["value"].tolist()
    [0.7, 1234.5, 0.5, 12.0, nan, nan]
    >>> read(pd.Series(["1,234", "45"]))["why"].tolist()
    ['number not understood', '']
    """
    if pd.api.types.is_numeric_dtype(texts) and not pd.api.types.is_bool_dtype(texts):
        value = texts.astype("float64")
        why = pd.Series("", index=texts.index, dtype="str").mask(value.isna(), NO_VALUE)
        return pd.DataFrame({"value": value, "checks": _none(texts.index), "why": why})
    words = texts.astype("str").fillna("")
    each = {w: _cell(w) for w in words.unique()}
    marks = _marks([c for c in each.values() if isinstance(c, tuple)])
    said = {w: (c if isinstance(c, str) else _value(c, marks)) for w, c in each.items()}
    told = [s if isinstance(s, tuple) else (np.nan, NONE, s) for s in said.values()]
    table = pd.DataFrame({"value": [t[0] for t in told], "why": [t[2] for t in told]}, index=list(said))
    entries = dict(zip(said, [t[1] for t in told], strict=True))
    plain = all(not e for e in entries.values())
    return pd.DataFrame(
        {
            "value": words.map(table["value"]).astype("float64"),
            "checks": _none(texts.index) if plain else words.map(entries),
            "why": words.map(table["why"]),
        }
    )


def _none(index: pd.Index) -> pd.Series:
    column = np.empty(len(index), dtype=object)
    column.fill(NONE)
    return pd.Series(column, index=index, dtype=object)


def _cell(word: str) -> tuple[str, str] | str:
    """Digits and separators of a cell, and what stands around them; or why there is no number."""
    plain = _SPACES.sub(" ", word).strip().casefold().replace("ё", "е")
    if plain in NOTHING:
        return NO_VALUE
    match = _BOUND.match(plain)
    if not match or sum(map(bool, match.group("below", "above", "uzbek"))) > 1:
        return NOT_UNDERSTOOD
    digits = match["number"].replace("−", "-").replace("–", "-").strip()
    spaced = _SPACED.fullmatch(digits)
    if spaced:
        digits = spaced[1] + re.sub(r"[ '’]", "", spaced[2]) + (spaced[3] or "")
    if re.search(r"[ '’]", digits):
        return NOT_UNDERSTOOD
    more = bool(match["above"]) or str(match["uzbek"] or "").endswith(_MORE)
    less = bool(match["below"]) or (bool(match["uzbek"]) and not more)
    return digits, "above" if more else "below" if less else "marked" if match["mark"] else ""


def _marks(cells: list[tuple[str, str]]) -> dict[str, str]:
    """Comma and point → ``decimal``, ``thousands``, or "" where the column does not settle it."""
    seen: dict[str, set[str]] = {",": set(), ".": set()}
    for digits, _ in cells:
        for mark in {",", "."}.intersection(digits):
            if kind := _form(digits, mark):
                seen[mark].add(kind)
    settled = {mark: next(iter(kinds)) if len(kinds) == 1 else "" for mark, kinds in seen.items()}
    if not seen["."] and "decimal" not in seen[","]:
        settled["."] = "decimal"
    return settled


def _form(digits: str, mark: str) -> str:
    """What a mark is by the form of its own cell; "" where two readings are possible, or none."""
    other = "." if mark == "," else ","
    if other in digits:
        return "decimal" if digits.rindex(mark) > digits.rindex(other) else "thousands"
    grouped = bool(_GROUPS[mark].fullmatch(digits))
    if digits.count(mark) > 1:
        return "thousands" if grouped else ""
    return "" if grouped else "decimal"


def _value(cell: tuple[str, str], marks: dict[str, str]) -> tuple[float, Entries, str] | str:
    digits, bound = cell
    plain = _plainly(digits, marks)
    if plain is None or not _PLAIN.fullmatch(plain):
        return NOT_UNDERSTOOD
    value = float(plain)
    if bound == "marked":
        return value, (make(bound),), ""
    return value, (make(bound, f"{value:.15g}"),) if bound else NONE, ""


def _plainly(digits: str, marks: dict[str, str]) -> str | None:
    """The digits with a decimal point and without marks of thousands; None where they cannot be read in one way."""
    kinds = {mark: marks[mark] or _form(digits, mark) for mark in ",." if mark in digits}
    whole, rest = digits, ""
    for mark, kind in kinds.items():
        if kind == "decimal":
            if digits.count(mark) > 1 or rest:
                return None
            whole, _, rest = digits.partition(mark)
    for mark, kind in kinds.items():
        if kind == "thousands" and (mark in rest or not _GROUPS[mark].fullmatch(whole)):
            return None
        whole = whole.replace(mark, "") if kind == "thousands" else whole
    return None if "" in kinds.values() else f"{whole}.{rest}" if rest else whole
