"""Which station a cell names: one post has one id, however a table or a spreadsheet writes its number."""

import re
import unicodedata

import pandas as pd

# Words before a post's number, in small letters; they say nothing that the number does not.
_NUMBER = re.compile(
    r"(?:(?:наблюдательный )?(?:пост|пнз|кпнз|станция|бекет|бекеті|пункт|post|posti|stansiya|station|punkt)\.?)?"
    r" ?(?:№|#|n[°o]\.? ?|номер|nomer|raqami)? ?(?P<number>\d+)(?:[.,]0+)?(?P<letter> ?[^\W\d_])?",
    re.IGNORECASE,
)


def post(name: str) -> str:
    """
    A post's id of what a cell says.

    Parameters
    ----------
    name : str
        As written.

    Returns
    -------
    str
        Of a number its digits without leading zeros, without a sign or a word for "post" before it and without a
        spreadsheet's ``.0``; a letter behind it stays. Any other name as it is, with single spaces.

    Examples
    --------
    >>> {post(n) for n in ("5", "05", "№5", "№ 05", " 5 ", "5.0", "Пост 5", "ПНЗ №5", "post №5")}
    {'5'}
    >>> [post(n) for n in ("5а", "05 А", "000", "Пост Северный", "КазГУ  2", "5-6", "5.5")]
    ['5а', '5А', '0', 'Пост Северный', 'КазГУ 2', '5-6', '5.5']
    """
    plain = " ".join(name.split())
    found = _NUMBER.fullmatch(plain)
    if not found or (found["letter"] and re.search(r"[.,]0+[^\d]*$", plain)):
        return plain
    digits = "".join(str(unicodedata.decimal(d)) for d in found["number"])
    return f"{digits.lstrip('0') or '0'}{(found['letter'] or '').strip()}"


def posts(named: pd.Series) -> pd.Series:
    """
    Ids of a column, missing where a cell is empty.

    Examples
    --------
    >>> posts(pd.Series(["05", None, "№5"])).tolist()
    ['5', nan, '5']
    """
    texts = named.astype("str")
    return texts.map({t: post(str(t)) for t in texts.dropna().unique()}).where(
        named.notna() & (texts.str.strip() != "")
    )
