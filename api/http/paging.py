"""Measurements page by page: a cursor that pins what was known, so that no page shifts under its reader."""

import base64
import binascii
import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
import pandas as pd
import pyarrow as pa
from starlette.requests import Request as HttpRequest

from api.http.rows import described
from data import checks
from data.store.reader import StoreReader
from jobs.arguments import ArgumentError
from jobs.export import request as export_request
from jobs.notify.channels import PUBLIC_URL

PAGE, LIMIT = 1_000, 10_000
LONGEST = 2_000  # characters of a cursor
ORDER = ["start", "station", "parameter", "minutes", "source", "statistic"]  # as the store streams


def size(text: str | None, name: str = "limit", default: int = PAGE, most: int = LIMIT, least: int = 1) -> int:
    """
    A whole number of an address.

    Raises
    ------
    ArgumentError
        When it is none, or lies outside.

    Examples
    --------
    >>> size("25"), size(None)
    (25, 1000)
    """
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        raise ArgumentError(name, "api.arguments.no_number", least=least, most=most)
    return int(text)


def cursor(query: Mapping[str, Any], as_of: datetime, last: Mapping[str, Any]) -> str:
    """
    Where a page ended, as an opaque word.

    Parameters
    ----------
    query : mapping
        What was asked; the cursor holds for this question alone.
    as_of : datetime
        What was known when the first page was made.
    last : mapping
        The last row of the page.
    """
    begin, minutes = last["start"].isoformat(), int(last["minutes"])
    place = [begin, last["station"], last["parameter"], minutes, last["source"], last["statistic"]]
    content = orjson.dumps([_question(query), as_of.astimezone(UTC).isoformat(), place])
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def opened(text: str, query: Mapping[str, Any]) -> tuple[datetime, tuple[Any, ...]]:
    """
    The moment and the place of a cursor.

    Raises
    ------
    ArgumentError
        When it is none of ours, or belongs to another question.
    """
    try:
        if len(text) > LONGEST:
            raise ValueError("too long")
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
        question, moment, (start, station, parameter, minutes, source, statistic) = orjson.loads(raw)
        as_of, begin = datetime.fromisoformat(moment), pd.Timestamp(datetime.fromisoformat(start))
        if as_of.tzinfo is None or begin.tzinfo is None or not 1970 <= as_of.year <= 2200:
            raise ValueError("no moment")
        if not all(isinstance(w, str) for w in (station, parameter, source, statistic)) or type(minutes) is not int:
            raise ValueError("no place")
    except (ValueError, TypeError, binascii.Error, OverflowError) as error:
        raise ArgumentError("cursor", "api.arguments.no_cursor") from error
    if question != _question(query):
        raise ArgumentError("cursor", "api.arguments.other_cursor")
    return as_of, (begin, station, parameter, minutes, source, statistic)


def page(
    store: StoreReader, asked: export_request.Request, limit: int, after: tuple[Any, ...] | None
) -> tuple[pd.DataFrame, bool]:
    """
    Rows behind a place, and whether more follow.

    Returns
    -------
    (DataFrame, bool)
        At most `limit` rows that may leave, sorted as the CSV is.
    """
    where = asked.where()
    if after is not None:
        where["start"] = max(asked.start, after[0].to_pydatetime())
    store = store.for_export()
    stations = store.stations(as_of=asked.as_of)
    found: list[pd.DataFrame] = []
    have = 0
    for rows in _frames(store.batches(rows=limit + 1, **where)):
        rows = rows if after is None else _behind(rows, after)
        rows = described(rows, stations)
        found.append(rows)
        have += len(rows)
        if have > limit:
            break
    every = pd.concat(found, ignore_index=True) if found else None
    if every is None or not len(every):
        return pd.DataFrame(), False
    return every.head(limit), have > limit


def _frames(batches: Iterator[pa.RecordBatch]) -> Iterator[pd.DataFrame]:
    for batch in batches:
        rows = checks.frame(batch)
        rows["start"] = pd.to_datetime(rows["start"], utc=True)
        yield rows


def _behind(rows: pd.DataFrame, after: tuple[Any, ...]) -> pd.DataFrame:
    same = rows["start"] == after[0]
    done = [tuple(r) <= after for r in rows.loc[same, ORDER].itertuples(index=False)]
    return rows.drop(index=rows.index[same][done])


def base(request: HttpRequest) -> str:
    """Where readers reach the server: as whoever runs it says, else as this reader did."""
    return os.environ.get(PUBLIC_URL, "").strip().rstrip("/") or str(request.base_url).rstrip("/")


def link(request: HttpRequest, query: Mapping[str, Any], following: str) -> str:
    """Address of the next page."""
    kept = {k: v for k, v in query.items() if k not in ("cursor", "as_of")}
    return f"{base(request)}{request.url.path}?{urlencode({**kept, 'cursor': following})}"


def _question(query: Mapping[str, Any]) -> str:
    """What makes a question: everything but the place, the moment and the size of a page."""
    kept = sorted((k, str(v)) for k, v in query.items() if k not in ("cursor", "as_of", "limit"))
    return hashlib.sha256(orjson.dumps(kept)).hexdigest()[:16]
