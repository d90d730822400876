"""Errors as their reader sees them: the sentence in the reader's language, and who must act."""

from collections.abc import Mapping
from typing import Any

import orjson

from data.city import CityError
from data.errors import WHO, CentreError, sentence
from data.schema import SchemaError
from data.sharing import SharingError
from data.standards.limits import LimitError
from data.store import StoreError
from jobs.access.roles import MembersError
from jobs.export.request import ExportError
from jobs.logs import redacted
from pages.ui.reader.language import language

# Classes that are no `CentreError` yet; goes when all packages raise it.
OLDER = (StoreError, CityError, LimitError, SchemaError, ExportError, SharingError, MembersError)
SPOKEN = (CentreError, *OLDER)  # what a screen says as it is; anything else is a mistake of ours


def told(error: object) -> str:
    """
    The sentence of an error in the reader's language, without secrets; still to be escaped for where it stands.

    Parameters
    ----------
    error : Exception
        One of `SPOKEN`; of another one its own words.
    """
    return redacted(error.sentence(language()) if isinstance(error, CentreError) else error)


def kept(row: Mapping[str, Any]) -> tuple[str, str]:
    """
    What went wrong at the last attempt of a network, in the reader's language, and who must act.

    Parameters
    ----------
    row : mapping
        Of the table ``status``. A row of an older release has the English sentence alone: it is shown as it was
        kept, and the operator must act.

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
    return _of(key, row.get("error_words"), plain), who if who in WHO else "operator"


def of_fields(key: str, words: Mapping[str, Any], plain: str) -> str:
    """The sentence of an error that was kept as its fields; `plain` where another release knew its words."""
    try:
        return redacted(sentence(key, words, language()))
    except (LookupError, ValueError):
        return redacted(plain)


def _of(key: str, words: object, plain: str) -> str:
    try:
        said = orjson.loads(words) if isinstance(words, str) and words else {}
    except ValueError:
        return redacted(plain)
    return of_fields(key, said, plain) if isinstance(said, dict) else redacted(plain)
