"""Errors as their reader sees them: the sentence in the reader's language, and who must act."""

from collections.abc import Mapping
from typing import Any

import orjson

from data.errors import WHO, CentreError, sentence
from jobs.logs import redacted
from pages.ui.reader.language import language


def told(error: CentreError) -> str:
    """The sentence of an error in the reader's language, without secrets; still to be escaped for where it stands."""
    return redacted(error.sentence(language()))


def told_safely(error: CentreError) -> str:
    """As `told`, of an error whose cause was kept, perhaps by another release that knew other words."""
    return of_fields(error.fields(), "")


def kept(row: Mapping[str, Any]) -> tuple[str, str]:
    """
    What went wrong at the last attempt, in the reader's language, and who must act.

    Parameters
    ----------
    row : mapping
        With the columns of `data.errors.columns`: of the table ``status`` or of the outbox. A row of an older release
        has the English sentence alone: it is shown as it was kept, and the operator must act.

    Returns
    -------
    (str, str)
        Both empty where nothing went wrong; the second is one of `data.errors.WHO`.
    """
    plain = row.get("error")
    if not isinstance(plain, str) or not plain:
        return "", ""
    key, who = row.get("error_key"), row.get("error_who")
    if not isinstance(key, str) or not key:
        return redacted(plain), "operator"
    said = of_fields({"key": key, "words": _read(row.get("error_words"))}, plain)
    return said, who if who in WHO else "operator"


def of_fields(fields: Mapping[str, Any], plain: str) -> str:
    """
    The sentence of an error that was kept as its fields, in the reader's language.

    Parameters
    ----------
    fields : mapping
        As `data.errors.CentreError.fields` gives them; empty where an older release kept the sentence alone.
    plain : str
        The English sentence: shown where there are no fields, or another release knew their words.
    """
    try:
        return redacted(sentence(fields["key"], fields["words"], language()))
    except (LookupError, AttributeError, TypeError):
        return redacted(plain)


def _read(words: object) -> Any:
    try:
        return orjson.loads(words) if isinstance(words, str) and words else {}
    except ValueError:
        return None
