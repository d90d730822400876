"""Words for what an import did not read: sheets, columns and lines, each with its reason."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from data.errors import phrase, sentence

# Why something is left out → its words; a reason that is not here is given as it is.
WHY: Mapping[str, str] = {
    "title": "files.why.title",
    "second_header": "files.why.second_header",
    "column_numbers": "files.why.column_numbers",
    "repeated_header": "files.why.repeated_header",
    "broken_line": "files.why.broken_line",
    "unknown_column": "files.why.unknown_column",
    "unnamed_column": "files.why.unnamed_column",
    "doubled_column": "files.why.doubled_column",
    "unit_unknown": "files.why.unit_unknown",
    "computed": "files.why.computed",
    "not_kept": "files.why.not_kept",
    "other_table": "files.why.other_table",
    "empty_sheet": "files.why.empty_sheet",
}
OTHER = "files.why.other"
WHAT: Mapping[str, str] = {
    "column": "files.left_out.column",
    "line": "files.left_out.line",
    "sheet": "files.left_out.sheet",
}


def reason(key: str) -> str:
    """Key of the sentence for a reason; its words may need it as ``why``."""
    return WHY.get(key, OTHER)


def why(key: str, language: str = "en") -> str:
    """
    Words for a reason.

    Examples
    --------
    >>> why("unnamed_column"), why("unnamed_column", "ru")
    ('a column without a name', 'столбец без названия')
    """
    return sentence(reason(key), {"why": key}, language)


def lines(entries: Iterable[Mapping[str, Any]], file: str, language: str = "en") -> Iterator[str]:
    """
    One line for each entry of ``left_out`` that has a cell, and for each sheet.

    Parameters
    ----------
    entries : iterable of mapping
        As in the summary of `jobs.ingest.files.run`.
    file : str
        The only file, where entries name none.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.

    Examples
    --------
    >>> list(lines([{"column": "Wind", "why": "unknown_column", "cells": 3}], "posts.csv"))
    ['left out: column “Wind” (posts.csv): no column that this format knows; cells: 3']
    """
    for entry in entries:
        what = next(kind for kind in WHAT if kind in entry)
        if entry["cells"] or what == "sheet":
            places = [entry.get("file", file), *([entry["sheet"]] if what != "sheet" and "sheet" in entry else [])]
            told = phrase(reason(entry["why"]), why=entry["why"])
            said = {"name": str(entry[what]), "where": places, "why": told, "n": entry["cells"]}
            yield sentence(WHAT[what], said, language)
