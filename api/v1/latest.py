"""The newest values of a city: the answer most often asked for, made once a minute for all who ask."""

import gzip
import os
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

import orjson
import pandas as pd
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from api.http import etags
from api.http.rows import described, plain, records
from data import clock
from data.city import City
from data.parameters import PARAMETERS
from data.sharing import reading
from data.store.served import demo_store, real_store, served
from jobs.arguments import words
from jobs.statements.answer import withheld
from models.stations.freshness import freshness

DAYS = 7.0
KEPT = 128  # answers
TABLES = ("measurements", "stations")


@dataclass(frozen=True)
class Made:
    """An answer that is kept."""

    body: bytes
    packed: bytes
    tag: str


_kept: OrderedDict[tuple[Any, ...], Made] = OrderedDict()
_busy: dict[tuple[Any, ...], Lock] = {}
_guard = Lock()


def content(where: City, parameters: str | None, now: datetime) -> Mapping[str, Any]:
    """
    Newest sound value of every station and parameter of a city, with its age and freshness.

    Rows that a check doubts never speak as current: where one is newer than the sound value it stands under
    ``flagged``, and its freshness says so.
    """
    shown = served("download")
    chosen = words("parameters", parameters, tuple(PARAMETERS))
    store = shown.store.for_export()
    stations = store.stations(where.key)
    every = store.latest(where.key, chosen, now=now, days=DAYS)
    sound = store.latest(where.key, chosen, now=now, days=DAYS, flags=("ok",))
    doubted = every[every["flag"] != "ok"]
    return {
        "city": where.key,
        "time_zone": str(where.zone),
        "now": now,
        "demo": shown.demo,
        "replay": clock.replaying(),
        "window_days": DAYS,
        "latest": _records(sound, stations, now),
        "flagged": _records(doubted, stations, now, freshness_of=lambda end, minutes: "flagged"),
        "withheld_stations": withheld(served("see").store, store, where),
    }


def _records(
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    now: datetime,
    freshness_of: Callable[[pd.Timestamp, int], str] | None = None,
) -> list[dict[str, Any]]:
    made = described(rows, stations)
    ends, minutes = made["end"], made["minutes"]
    age = ((pd.Timestamp(now) - ends).dt.total_seconds() / 60).clip(lower=0).round(1) if len(made) else []
    told = freshness_of or (lambda end, length: freshness(end, length, now))
    words_of = [told(end, int(length)) for end, length in zip(ends, minutes, strict=True)]
    return records(made.assign(age_minutes=age, freshness=words_of))


def kept(request: HttpRequest) -> Response | None:
    """The answer at once, where it was made in this minute from the same state of the store."""
    if not (real_store().place.fresh() and demo_store().place.fresh()):
        return None  # the state must be asked for over the network, which is no work for the event loop
    found = _kept.get(_key(request))
    return None if found is None else _response(request, found)


def latest(request: HttpRequest, where: City) -> Response:
    """The answer, made by the first of those who ask for it at the same time."""
    key = _key(request)
    with _guard:
        mine = _busy.setdefault(key, Lock())
    with mine:
        found = _kept.get(key)
        if found is None:
            found = _make(where, request.query_params.get("parameters"), key)
    with _guard:
        _busy.pop(key, None)
    return _response(request, found)


def _make(where: City, parameters: str | None, key: tuple[Any, ...]) -> Made:
    answer = content(where, parameters, clock.now())
    body = orjson.dumps(answer, default=plain, option=orjson.OPT_SERIALIZE_NUMPY)
    made = Made(body, gzip.compress(body, 6, mtime=0), etags.weak(body))
    with _guard:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return made


def _response(request: HttpRequest, found: Made) -> Response:
    if etags.known(request, found.tag):
        return etags.unchanged(found.tag)
    headers = {"etag": found.tag, "vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.packed, media_type="application/json", headers={**headers, "content-encoding": "gzip"})
    return Response(found.body, media_type="application/json", headers=headers)


def _key(request: HttpRequest) -> tuple[Any, ...]:
    """The question, its reader, its minute and the state of both stores; cheap, for it is asked in the event loop."""
    real, demo = real_store(), demo_store()
    states = tuple(store.place.state(table) for store in (real, demo) for table in TABLES)
    minute = int(clock.now().timestamp() // 60)
    return (
        str(request.query_params), minute, clock.replaying(), reading.get(), real.uri, states,
        etags.rule_state(), os.environ.get("CLEANAIR_CITIES"),
    )  # fmt: skip
