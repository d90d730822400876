"""Parts of a network that did not come: kept in its status, named to people, asked again from where they ended."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from data import clock
from data.errors import CentreError
from sources.base import Failure, RateLimited

NAMED = 5  # parts named in a sentence; the status holds all
ROLES = ("operator", "developer", "asker", "nobody")  # who must act first


def text(failed: Sequence[Failure]) -> str:
    """
    Failures as a status keeps them.

    Parameters
    ----------
    failed : sequence of Failure
        Of the last attempt.

    Returns
    -------
    str
        JSON list of objects ``part, since, key, who, words``; empty where nothing failed.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> from sources.base import Gone
    >>> text([Failure("waqi:7", Gone("sources.answer.gone", network="waqi"), datetime(2026, 1, 10, tzinfo=UTC))])[:52]
    '[{"part": "waqi:7", "since": "2026-01-10T00:00:00Z",'
    """
    return json.dumps([_plain(one) for one in failed], ensure_ascii=False) if failed else ""


def _plain(one: Failure) -> dict[str, Any]:
    fields = one.error.fields()
    since = clock.iso(one.since, "seconds") if one.since else ""
    return {"part": one.part, "since": since, **{name: fields[name] for name in ("key", "who", "words")}}


def read(kept: object) -> list[dict[str, Any]]:
    """
    What `text` wrote; empty where another release wrote it otherwise.

    Examples
    --------
    >>> read(""), read("{"), read('[{"part": "a", "key": "k", "words": {}}, 7]')
    ([], [], [{'part': 'a', 'key': 'k', 'words': {}}])
    """
    try:
        found = json.loads(kept) if isinstance(kept, str) and kept else []
    except ValueError:
        return []
    needed = {"part", "key", "words"}
    return [one for one in found if isinstance(one, dict) and needed <= set(one)] if isinstance(found, list) else []


def behind(kept: object, oldest: datetime) -> dict[str, datetime]:
    """
    From when on each part that failed is asked again.

    Parameters
    ----------
    kept : str
        As `text` wrote it.
    oldest : datetime
        No part is asked from further back: beyond it lies what the network does not give, or what is a matter of
        back-filling.

    Returns
    -------
    dict
        Part to moment.
    """
    texts = {str(one["part"]): str(one.get("since")) for one in read(kept)}
    since = {part: pd.to_datetime(text, utc=True, errors="coerce", format="ISO8601") for part, text in texts.items()}
    return {part: max(moment.to_pydatetime(), oldest) for part, moment in since.items() if pd.notna(moment)}


def sentence(network: str, kept: Sequence[Mapping[str, Any]], asked: int) -> CentreError | None:
    """
    What failed of a network, as one error that names the parts.

    Parameters
    ----------
    network : str
        Its key.
    kept : sequence of mapping
        As `read` gives them.
    asked : int
        Parts that were asked.

    Returns
    -------
    CentreError or None
        None where nothing failed. Who must act is whoever must for any of them.
    """
    if not kept:
        return None
    who = {str(one.get("who")) for one in kept}
    worst = next((role for role in ROLES if role in who), "nobody")
    first = next(one for one in kept if str(one.get("who")) == worst or worst == "nobody")
    names = [str(one["part"]) for one in kept]
    more = [f"+{len(names) - NAMED}"] if len(names) > NAMED else []
    cause = {"key": first["key"], "words": first["words"]}
    came = max(asked - len(names), 0)
    return CentreError(
        "jobs.collect.partly", who=worst, network=network, came=came, asked=asked, parts=[*names[:NAMED], *more],
        cause=cause,
    )  # fmt: skip


def of(network: str, failed: Sequence[Failure], asked: int) -> CentreError | None:
    """As `sentence`, of failures that were not kept yet."""
    return sentence(network, read(text(failed)), asked)


def patience(failed: Sequence[Failure]) -> float:
    """How long the network asks to be left alone because of its parts; 0 where it does not. [s]"""
    return max((f.error.retry_after for f in failed if isinstance(f.error, RateLimited)), default=0.0)


def together(first: Sequence[Failure], then: Sequence[Failure]) -> tuple[Failure, ...]:
    """Failures of two stretches, earlier and later: each part once, from its earliest loss on."""
    known = {one.part for one in first}
    return (*first, *(one for one in then if one.part not in known))


def earliest(failed: Sequence[Failure]) -> datetime | None:
    """Start of the first loss; None where none is known."""
    return min((one.since for one in failed if one.since), default=None)
