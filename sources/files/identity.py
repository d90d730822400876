"""Which post a cell names: one number written in many ways is one post."""

import re

import pandas as pd

_WORDS = r"(?:пост|пнз|post|posti|бекет|бекеті|station)\s*[-.]?\s*"
_NUMBERED = re.compile(rf"(?:{_WORDS})?(?:№|n[o°]?\.?|#)?\s*0*(\d+)(?:[.,]0+)?", re.IGNORECASE)


def post(cell: str) -> str:
    """
    Id of a post as a table writes it.

    Parameters
    ----------
    cell : str
        "5", "05", "№5", "ПНЗ №5", "5.0" are one post; any other text is its own id, with single spaces.

    Examples
    --------
    >>> [post(c) for c in ("05", "№ 5", "ПНЗ-5", " 5.0 ", "5а", "Пост  у реки")]
    ['5', '5', '5', '5', '5а', 'Пост у реки']
    """
    plain = " ".join(cell.replace("\u00a0", " ").split())
    match = _NUMBERED.fullmatch(plain)
    return str(int(match[1])) if match else plain


def ids(cells: pd.Series, source: str) -> pd.Series:
    """
    Station ids of a column of posts.

    Parameters
    ----------
    cells : Series
        Text or numbers, missing where a line names no post.
    source : str
        Key that every id begins with.

    Returns
    -------
    Series of str
        ``source:post``, missing where the cell is empty.
    """
    texts = cells.astype("str")
    named = cells.notna() & (texts.str.strip() != "")
    each = {text: f"{source}:{post(text)}" for text in texts[named].unique()}
    return texts.where(named).map(each)
