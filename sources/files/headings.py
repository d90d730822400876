"""Headings of columns: the words, the unit they end in, and what stands for the same letter."""

import re

from data.parameters import UnitError, spell_unit

APOSTROPHES = re.compile("['`\u00b4\u2018\u2019\u02bb\u02bc]")
_PARTICLES = re.compile(r"(?<!\w)[pр][mм][\s\-_]*(\d+)(?:[.,_](\d))?")
_BREAKS = re.compile(r"[\s,;(\[]")


def plain(word: str) -> str:
    """
    A heading as it is compared.

    Without case, doubled spaces and line breaks; all apostrophes are one letter, and particles have one name, with
    Latin or Cyrillic letters, a hyphen or a space, a point or a comma.

    Examples
    --------
    >>> plain("О'lchov  birligi") == plain("о\u2018lchov birligi"), plain("РМ-2,5")
    (True, 'pm2.5')
    """
    words = " ".join(str(word).replace("\u00a0", " ").split()).casefold().replace("ё", "е")
    return _PARTICLES.sub(_particles, APOSTROPHES.sub("\u02bb", words))


def _particles(match: re.Match[str]) -> str:
    return f"pm{match[1]}" + (f".{match[2]}" if match[2] else "")


def is_unit(text: str) -> bool:
    """
    Whether a text is a unit, and no number.

    Examples
    --------
    >>> is_unit("мкг/куб. м"), is_unit("1"), is_unit("пост")
    (True, False, False)
    """
    bare = text.strip(" ,;()[]\n\t")
    if not bare or bare[0].isdigit():
        return False
    try:
        return bool(spell_unit(bare))
    except UnitError:
        return False


def cuts(heading: str) -> list[tuple[str, str]]:
    """
    Ways to part a heading into words and what follows them, the longest words first.

    Examples
    --------
    >>> cuts("PM2.5, мг/куб. м")
    [('PM2.5, мг/куб. м', ''), ('PM2.5, мг/куб.', 'м'), ('PM2.5', 'мг/куб. м')]
    """
    text = str(heading)
    parts = [(text, "")]
    for match in reversed(list(_BREAKS.finditer(text))):
        base, tail = text[: match.start()].rstrip(" ,;("), text[match.start() :].strip(" ,;()[]\n\r\t\u00a0")
        if base.strip() and (base, tail) != parts[-1]:
            parts.append((base, tail))
    return parts
