"""Rows of text as a file: every column in its order, safe to open in a spreadsheet."""

from collections.abc import Mapping, Sequence

import pandas as pd

from jobs.export.csv_lines import safe


def as_csv(columns: Sequence[str], rows: Sequence[Mapping[str, str]]) -> bytes:
    r"""
    UTF-8 with byte-order mark and comma; text that would run as a formula begins with an apostrophe.

    Parameters
    ----------
    columns : sequence of str
        In their order.
    rows : sequence of mapping
        As `jobs.register.read` gives them.

    Examples
    --------
    >>> as_csv(["site", "note"], [{"site": "a", "note": "=1+1"}]).decode("utf-8-sig")
    "site,note\na,'=1+1\n"
    """
    cells = [[safe(row[name]) for name in columns] for row in rows]
    return pd.DataFrame(cells, columns=list(columns)).to_csv(index=False, lineterminator="\n").encode("utf-8-sig")
