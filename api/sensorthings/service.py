"""`/sta/v1.1`: the service root, entities by address, and the way along their links."""

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.guard import elsewhere, json, route, understood
from api.http.paging import base
from api.sensorthings import observations
from api.sensorthings.catalogue import catalogue
from api.sensorthings.entities import Answers, bare
from api.sensorthings.options import NAMES, Options, read
from api.sensorthings.paths import Address, NoSuchPath, Step, parse
from api.sensorthings.vocabulary import CONFORMANCE, SETS
from data.store.served import served
from jobs.arguments import quoted

ROOT = "/sta/v1.1"
DEEP = f"{ROOT}/{{rest:path}}"


def root(request: Request) -> Response:
    """The sets there are, and what of the standard is kept."""
    address = base(request) + ROOT
    return json({
        "value": [{"name": name, "url": f"{address}/{name}"} for name in SETS],
        "serverSettings": {"conformance": list(CONFORMANCE)},
    }, headers={"cache-control": "no-cache"})  # fmt: skip


def answer(request: Request) -> Response:
    """Entities at an address."""
    text = str(request.path_params.get("rest", ""))
    if not text.strip("/"):
        understood(request, ())
        return root(request)
    understood(request, NAMES)
    where = parse(text)
    asked = read(where.steps[-1].kind, dict(request.query_params))
    store = served("download").store.for_export()
    answers = Answers(store, catalogue(store), base(request) + ROOT)
    return _last(answers, where, asked, base(request) + request.url.path)


def routes() -> list[Route]:
    """Routes of the service."""
    every: Callable[[str], bool] = lambda path: path.startswith(ROOT)  # noqa: E731
    known = [route(ROOT, root, ()), route(DEEP, answer, None)]
    return [*known, *(elsewhere(path, every, ROOT) for path in (ROOT, DEEP, "/sta", "/sta/{rest:path}"))]


def _last(answers: Answers, where: Address, asked: Options, address: str) -> Response:
    """What the last step of an address leads to."""
    keys = _walk(answers, where.steps)
    last = where.steps[-1]
    if not last.one:
        return json(_set(answers, last.kind, keys, asked, address, ref=where.ref))
    entity = _entity(answers, last.kind, keys[0], bare(asked))
    if where.ref:
        return json({"@iot.selfLink": answers.link(last.kind, keys[0])})
    if not where.member:
        return json(entity)
    if where.member not in entity:
        raise NoSuchPath("api.paths.no_member", member=quoted(where.member))
    value = entity[where.member]
    if not where.value:
        return json({where.member: value})
    return json(value) if isinstance(value, dict) else Response(str(value), media_type="text/plain")


def _set(answers: Answers, kind: str, keys: list[str], asked: Options, address: str, *, ref: bool) -> dict[str, Any]:
    page = answers.page(kind, keys, asked, address)
    return {**page, "value": [{"@iot.selfLink": e["@iot.selfLink"]} for e in page["value"]]} if ref else page


def _entity(answers: Answers, kind: str, key: str, asked: Options) -> dict[str, Any]:
    if kind != "Observations":
        return answers.entity(kind, key, asked)
    rows = observations.one(answers.store, answers.made, key)
    if not len(rows):
        raise NoSuchPath("api.paths.no_observation", id=quoted(key, 80))
    return answers.observation(rows.iloc[0].to_dict(), asked)


def _walk(answers: Answers, steps: tuple[Step, ...]) -> list[str]:
    """Ids at the end of an address; of datastreams where it ends at a set of observations."""
    keys = _all(answers, steps[0].kind)
    for before, step in zip((None, *steps), steps, strict=False):
        if before is not None:
            keys = answers.related(before.kind, keys[0], step.name)
        if step.id is not None:
            keys = _only(answers, step, keys)
        if step.one and not keys:
            raise NoSuchPath("api.paths.no_entity", step=step.name)
    return keys


def _only(answers: Answers, step: Step, keys: list[str]) -> list[str]:
    key = str(step.id)
    if step.kind == "Observations":
        found = key.rpartition("@")[0] in keys and len(observations.one(answers.store, answers.made, key)) > 0
    else:
        found = key in keys
    if not found:
        raise NoSuchPath("api.paths.no_id", step=step.name, id=quoted(key, 80))
    return [key]


def _all(answers: Answers, kind: str) -> list[str]:
    return list(answers.made.series if kind == "Observations" else answers.made.sets[kind])
