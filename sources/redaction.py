"""No key in anything that is kept or said of a network: what a text, an answer or a field of an error is cleaned of."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, quote_plus

QUERY = re.compile(r"(https?://[^\s?\"'<>]*)\?[^\s\"'<>]*")  # networks repeat our address in their errors
SECRET = re.compile(r"(?i)((?:api[_-]?key|map_key|token|key|appid|apikey|x-api-key)[\"']?\s*[=:]\s*[\"']?)[^&\s\"',}]+")


def redact(text: str, secrets: Sequence[str] = ()) -> str:
    """
    A text without keys.

    Parameters
    ----------
    text : str
        A message or an excerpt of an answer.
    secrets : sequence of str
        Values that must not be seen.

    Returns
    -------
    str
        Keys replaced by ``***``, addresses without their query.

    Examples
    --------
    >>> redact("GET /x?token=abc&n=1 abc", ["abc"])
    'GET /x?token=***&n=1 ***'
    """
    spelled = {form for s in secrets if s for form in (s, quote(s), quote(s, safe=""), quote_plus(s))}
    for secret in sorted(spelled, key=len, reverse=True):
        text = text.replace(secret, "***")
    return SECRET.sub(r"\1***", QUERY.sub(r"\1", text))


def redacted(value: Any) -> Any:
    """
    A field of an error without keys: a text, or a list of texts; anything else as it is.

    Examples
    --------
    >>> redacted("https://a.example/x?token=abc"), redacted(["key=abc", "b"]), redacted(429)
    ('https://a.example/x', ['key=***', 'b'], 429)
    """
    if isinstance(value, str):
        return redact(value)
    return [redacted(one) for one in value] if isinstance(value, list | tuple | set | frozenset) else value
