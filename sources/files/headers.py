"""Headers of handed-over tables: one spelling of each, and the unit that stands at the end."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from data.units import spelling

APOSTROPHES = str.maketrans(dict.fromkeys("\u2018\u2019\u02bb\u02bc`\u00b4\u02b9\u2032", "'"))
# Cyrillic letters that look like Latin ones, as formulas are typed: РМ, СО, NО2, Н2S.
_ALIKE = str.maketrans("авекмнорстух", "abekmhopctyx")
_WORD = re.compile(r"[^\W\d_]+")
_PM = re.compile(r"\bpm[\s\-_]*(?=\d)")
_APART = " ,;:-_"
_UNIT_LIKE = re.compile(r"[,;(\[{/%³°]|\bв\b|\d\s*$")


@dataclass(frozen=True)
class Tail:
    """
    What stands behind the known part of a header.

    Attributes
    ----------
    unit : str
        Our spelling, "" where none is stated.
    unread : bool
        Something that should be a unit is stated and is none that we know.
    other : bool
        Words that are no unit: the column is another one.
    """

    unit: str = ""
    unread: bool = False
    other: bool = False


def plain(header: object) -> str:
    """
    A header without case, doubled spaces and forms of letters, so that two spellings of one are equal.

    Examples
    --------
    >>> plain("O‘lchov  birligi") == plain("O'lchov birligi") == plain("Oʻlchov birligi")
    True
    >>> plain("РМ-2,5") == plain("PM2.5") == plain("PM₂.₅"), plain("№"), plain("NО2")
    (True, '#', 'no2')
    """
    text = unicodedata.normalize("NFKC", str(header).translate(APOSTROPHES).replace("№", "#")).casefold()
    text = " ".join(text.replace("ё", "е").split()).rstrip(" :")
    text = _WORD.sub(_latin, text)
    return re.sub(r"(?<=\d),(?=\d)", ".", _PM.sub("pm", text))


def _latin(word: re.Match[str]) -> str:
    folded = word[0].translate(_ALIKE)
    return folded if folded.isascii() else word[0]


def split(header: str, known: Mapping[str, object]) -> tuple[str, Tail]:
    """
    The known header that a header begins with, and what stands behind it.

    Parameters
    ----------
    header : str
        As written.
    known : mapping
        Headers in plain spelling → what each is.

    Returns
    -------
    (str, Tail)
        "" where it begins with none.

    Examples
    --------
    >>> known = {"no2": "no2", "pm2.5": "pm25", "диоксид азота": "no2"}
    >>> for header in ("NO2, мг/м³", "РМ-2,5 мкг/м3", "NO2 (диоксид азота), ppb", "PM2.5, кг", "NO2 флаг", "NO2x"):
    ...     print(split(header, known))
    ('no2', Tail(unit='mg/m³', unread=False, other=False))
    ('pm2.5', Tail(unit='µg/m³', unread=False, other=False))
    ('no2', Tail(unit='ppb', unread=False, other=False))
    ('pm2.5', Tail(unit='', unread=True, other=False))
    ('no2', Tail(unit='', unread=False, other=True))
    ('', Tail(unit='', unread=False, other=False))
    """
    text = plain(header)
    if text in known:
        return text, Tail()
    begun = [k for k in known if text.startswith(k) and _ends(text[len(k) :])]
    if not begun:
        return "", Tail()
    base = max(begun, key=len)
    rest = text[len(base) :].strip(_APART)
    inner = re.match(r"\(([^()]*)\)", rest)
    if inner and known.get(inner[1].strip()) == known[base]:  # the same, in other words
        rest = rest[inner.end() :]
        if not rest.strip(_APART):
            return base, Tail()
        return base, _tail(rest.strip(_APART), rest)
    return base, _tail(rest, text[len(base) :])


def _ends(rest: str) -> bool:
    """Whether a word ends where the rest begins: "no" does not end in "no2", nor "pm2.5" in "pm2.5-10"."""
    return not rest[0].isalnum() and not re.match(r"[-.–]\s?\d", rest)


def _tail(rest: str, behind: str) -> Tail:
    units = [spelling(part) for part in _parts(rest)]
    if whole := spelling(rest):
        return Tail(unit=whole) if rest else Tail()
    if units and None not in units and len(set(units)) == 1:
        return Tail(unit=str(units[0]))
    unread = behind.lstrip()[:1] in (",", ";", "(", "[", "{") or _UNIT_LIKE.search(rest) is not None
    return Tail(unread=unread, other=not unread)


def _parts(rest: str) -> Iterable[str]:
    """Pieces between commas and brackets: a name may carry its unit twice, by itself and from a line of units."""
    return [p for p in (part.strip(_APART) for part in re.split(r"[,;]|(?<=\S)(?=\()", rest)) if p]
