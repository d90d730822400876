"""Published snapshots over HTTP: the register, the files, the newest, and a feed of what is new."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

import orjson
import pandas as pd
from starlette.requests import Request as HttpRequest
from starlette.responses import FileResponse, RedirectResponse, Response

from api.http.problems import NotThere
from data.city import city as city_of
from data.clock import iso
from data.store.served import served
from jobs.arguments import quoted
from jobs.export import publish

ATOM = "http://www.w3.org/2005/Atom"
MANY = 100  # entries of the feed


def listed(request: HttpRequest) -> Response:
    """The register, the newest first."""
    key = request.query_params.get("city")
    rows = publish.register(served("download").store, city_of(key[:60]).key if key else None)
    return _json({"snapshots": [_row(r) for r in rows.to_dict("records")]})


def zipped(request: HttpRequest) -> Response:
    """One published file, the same bytes for ever; 410 with its recipe after its time."""
    store, name = served("download").store, str(request.path_params["name"])[:200]
    try:
        path = publish.file(store, name)
    except KeyError as error:
        raise NotThere("api.snapshots.none", name=quoted(name, 200), index="/api/v1/snapshots") from error
    headers = {"cache-control": "public, max-age=31536000, immutable", "access-control-allow-origin": "*"}
    return FileResponse(path, media_type="application/zip", filename=path.name, headers=headers)


def newest(request: HttpRequest) -> Response:
    """Where the newest snapshot of a city is."""
    where = city_of(str(request.query_params.get("city") or "")[:60])
    rows = publish.register(served("download").store, where.key)
    if not len(rows):
        raise NotThere("api.snapshots.none_yet", city=where.key)
    return RedirectResponse(f"/api/v1/snapshots/{rows.iloc[0]['id']}.zip", 307)


def feed(request: HttpRequest) -> Response:
    """What was published, as an Atom feed."""
    base = f"{request.url.scheme}://{request.url.netloc}"
    rows = publish.register(served("download").store).head(MANY)
    made = Element("feed", xmlns=ATOM)
    last = rows["published_at"].max() if len(rows) else pd.Timestamp(0, tz=UTC)
    head = (("id", f"{base}/api/v1/snapshots.atom"), ("title", "Snapshots of the Clean Air Situation Centre"),
            ("updated", iso(last)))  # fmt: skip
    for name, text in head:
        SubElement(made, name).text = text
    SubElement(made, "link", rel="self", href=f"{base}/api/v1/snapshots.atom")
    for row in rows.to_dict("records"):
        _entry(made, base, row)
    body = tostring(made, "utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml", headers={"access-control-allow-origin": "*"})


def _entry(made: Element, base: str, row: Mapping[Any, Any]) -> None:
    entry, link = SubElement(made, "entry"), f"{base}/api/v1/snapshots/{row['id']}.zip"
    author = SubElement(entry, "author")
    for parent, name, text in (
        (entry, "id", link), (entry, "title", str(row["title"])), (entry, "updated", iso(row["published_at"])),
        (author, "name", str(row["published_by"])),
        (entry, "summary", f"{row['rows']} rows as of {iso(row['as_of'])}; SHA-256 {row['sha256']}"),
    ):  # fmt: skip
        SubElement(parent, name).text = text
    SubElement(entry, "link", rel="enclosure", href=link, type="application/zip", length=str(row["bytes"]))


def _row(row: Mapping[Any, Any]) -> dict[str, Any]:
    plain = {str(k): iso(v) if isinstance(v, pd.Timestamp) else v for k, v in row.items()}
    return {**plain, "url": f"/api/v1/snapshots/{row['id']}.zip", "recipe": publish.recipe(row)}


def _json(content: dict[str, Any]) -> Response:
    body = orjson.dumps(content, option=orjson.OPT_SERIALIZE_NUMPY)
    return Response(body, media_type="application/json", headers={"access-control-allow-origin": "*"})
