"""Entities of a set as JSON: filtered, ordered, paged, with their links and what is expanded in them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import pandas as pd

from api.sensorthings import filters, observations
from api.sensorthings.catalogue import Catalogue
from api.sensorthings.options import Options, token
from api.sensorthings.vocabulary import RELATIONS, SETS
from data.store.reader import ExportReader
from jobs.arguments import ArgumentError, quoted

MOST = 5_000  # entities of one answer, expanded ones included
READS = 200  # datastreams of one answer whose observations are expanded
IDS = ("id", "@iot.id")
PLAIN = "$(),'/:;=@"  # may stand in a query as it is


class Answers:
    """
    Answers for one request.

    Parameters
    ----------
    store : ExportReader
        What may leave.
    made : Catalogue
        Its entities.
    root : str
        Address of the service.
    """

    def __init__(self, store: ExportReader, made: Catalogue, root: str) -> None:
        self.store, self.made, self.root = store, made, root
        self.given = self.reads = 0

    # --- sets ------------------------------------------------------------------------------------------------------

    def page(self, kind: str, keys: Sequence[str], asked: Options, address: str) -> dict[str, Any]:
        """
        One page of a set.

        Parameters
        ----------
        kind : str
            The set.
        keys : sequence of str
            Ids it is made of; of datastreams where `kind` is Observations.
        asked : Options
            What is asked.
        address : str
            Where the page is, for the link to the next.
        """
        if kind == "Observations":
            return self._observations(keys, asked, address)
        chosen = self._chosen(kind, keys, asked)
        shown = chosen[asked.skip : asked.skip + asked.top]
        content: dict[str, Any] = {"@iot.count": len(chosen)} if asked.count else {}
        if asked.top and len(chosen) > asked.skip + asked.top:
            content["@iot.nextLink"] = _next(address, asked, {"$skip": str(asked.skip + asked.top)})
        return {**content, "value": [self.entity(kind, key, asked) for key in shown]}

    def _chosen(self, kind: str, keys: Sequence[str], asked: Options) -> list[str]:
        chosen = list(keys)
        if asked.filter is not None:

            def column(name: str) -> pd.Series:
                self._known(kind, name, filters.NAME)
                return pd.Series([comparable(name, self.member(kind, k, name)) for k in chosen], dtype=object)

            kept = filters.mask(asked.filter, column, len(chosen))
            chosen = [k for k, keep in zip(chosen, kept, strict=True) if keep]
        for name, down in reversed(asked.order):
            self._known(kind, name, "$orderby")
            chosen.sort(key=lambda k: _rank(self.member(kind, k, name)), reverse=down)
        return chosen

    def _observations(self, keys: Sequence[str], asked: Options, address: str) -> dict[str, Any]:
        self.reads += 1
        if self.reads > READS:
            raise ArgumentError("$expand", "api.options.too_many_streams", most=READS)
        streams = [k for k in keys if k in self.made.series]
        found = observations.read(self.store, self.made, streams, asked, lambda key, name: self._of_stream(key, name))
        content: dict[str, Any] = {} if found.count is None else {"@iot.count": found.count}
        if found.more and asked.top:
            content["@iot.nextLink"] = _next(address, asked, _following(found.rows, asked))
        rows = found.rows.to_dict("records")
        return {**content, "value": [self.observation(row, asked) for row in rows]}

    def _of_stream(self, key: str, name: str) -> Any:
        self._known("Datastreams", name, filters.NAME)
        return comparable(name, self.member("Datastreams", key, name))

    # --- one -------------------------------------------------------------------------------------------------------

    def entity(self, kind: str, key: str, asked: Options) -> dict[str, Any]:
        """One entity with its links."""
        return self._dressed(kind, key, self.made.sets[kind][key], asked)

    def observation(self, row: Mapping[str, Any], asked: Options) -> dict[str, Any]:
        """One observation with its links."""
        row = dict(row)
        return self._dressed("Observations", row["id"], observations.members(row), asked, row)

    def _dressed(
        self, kind: str, key: str, members: Mapping[str, Any], asked: Options, row: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        self.given += 1
        if self.given > MOST:
            raise ArgumentError("$expand", "api.options.too_many_entities", most=MOST)
        link = self.link(kind, key)
        content: dict[str, Any] = {"@iot.id": key, "@iot.selfLink": link, **members}
        content |= {f"{name}@iot.navigationLink": f"{link}/{name}" for name in RELATIONS[kind]}
        if asked.select:
            content = self._selected(kind, content, asked.select)
        for name, inner in asked.expand.items():
            content.pop(f"{name}@iot.navigationLink", None)
            content |= self._expanded(kind, key, name, inner, link, row)
        return content

    def _selected(self, kind: str, content: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in wanted:
            first = name.partition("/")[0]
            self._known(kind, first, "$select")
            real = {"id": "@iot.id", "selfLink": "@iot.selfLink"}.get(first, first)
            real = f"{first}@iot.navigationLink" if first in RELATIONS[kind] else real
            found |= {real: content[real]} if real in content else {}
        return found

    def _expanded(
        self, kind: str, key: str, name: str, asked: Options, link: str, row: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        leads = RELATIONS[kind][name]
        keys = self.related(kind, key, name, row)
        if name not in SETS:
            return {name: self.entity(leads, keys[0], asked)} if keys else {}
        page = self.page(leads, keys, asked, f"{link}/{name}")
        return {name: page.pop("value"), **{f"{name}{extra}": v for extra, v in page.items()}}

    # --- links -----------------------------------------------------------------------------------------------------

    def related(self, kind: str, key: str, name: str, row: Mapping[str, Any] | None = None) -> list[str]:
        """Ids that a relation leads to; of datastreams where it leads to observations."""
        if kind == "Observations":
            stream = str(row["stream"]) if row is not None else key.rpartition("@")[0]
            if name == "Datastream":
                return [stream]
            thing = self.made.series[stream].thing
            return [thing] if thing in self.made.sets["FeaturesOfInterest"] else []
        if (kind, name) == ("Datastreams", "Observations"):
            return [key]
        if kind == "FeaturesOfInterest":
            return self.made.related("Things", key, "Datastreams")
        return self.made.related(kind, key, name)

    def link(self, kind: str, key: str) -> str:
        """Address of an entity."""
        return f"{self.root}/{kind}('{quote(key.replace(chr(39), chr(39) * 2), safe=':@~+,')}')"

    # --- members ---------------------------------------------------------------------------------------------------

    def member(self, kind: str, key: str, name: str) -> Any:
        """A member by its path, `properties/city` or `Thing/name`; None where an entity lacks it."""
        if name in IDS:
            return key
        first, _, rest = name.partition("/")
        if first in RELATIONS[kind] and rest:
            keys = self.related(kind, key, first)
            return self.member(RELATIONS[kind][first], keys[0], rest) if keys and first not in SETS else None
        found: Any = self.made.sets[kind][key]
        for part in name.split("/"):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def _known(self, kind: str, name: str, option: str) -> None:
        first, _, rest = name.partition("/")
        if first in RELATIONS[kind]:
            if option == "$select":
                return
            if not rest or first in SETS:
                raise ArgumentError(option, "api.options.no_single_member", name=quoted(name), kind=kind)
            self._known(RELATIONS[kind][first], rest, option)
        elif first not in (*MEMBERS[kind], *IDS, "selfLink", "@iot.selfLink"):
            raise ArgumentError(option, "api.options.none_such", kind=kind, name=quoted(name), known=MEMBERS[kind])


_NAMED = ("name", "description", "properties")
MEMBERS: Mapping[str, tuple[str, ...]] = {
    "Things": _NAMED,
    "Locations": (*_NAMED, "encodingType", "location"),
    "HistoricalLocations": ("time",),
    "Datastreams": (*_NAMED, "observationType", "unitOfMeasurement", "observedArea", "phenomenonTime", "resultTime"),
    "Sensors": (*_NAMED, "encodingType", "metadata"),
    "ObservedProperties": (*_NAMED, "definition"),
    "Observations": ("phenomenonTime", "resultTime", "result", "resultQuality", "validTime", "parameters"),
    "FeaturesOfInterest": (*_NAMED, "encodingType", "feature"),
}


def comparable(name: str, value: Any) -> Any:
    """A member as a filter compares it: a moment for a time, the beginning of an interval."""
    if isinstance(value, str) and name.rpartition("/")[2] in ("time", "phenomenonTime", "resultTime"):
        return datetime.fromisoformat(value.partition("/")[0]).astimezone(UTC)
    return value if isinstance(value, str | int | float | bool) else None


def _rank(value: Any) -> tuple[bool, str, Any]:
    plain = value if isinstance(value, str | int | float) else None
    return plain is not None, type(plain).__name__ if isinstance(plain, str) else "", plain if plain is not None else ""


def _following(rows: pd.DataFrame, asked: Options) -> dict[str, str]:
    """Options of the next page: where this one ended in time, so that no page is read twice."""
    if asked.order and asked.order[0][0] != "phenomenonTime":
        return {"$skip": str(asked.skip + asked.top)}
    last = rows["start"].iloc[-1]
    given = int((rows["start"] == last).sum())
    if asked.token and asked.token[0] == last.to_pydatetime() and given == len(rows):
        given += asked.token[1]
    elif not asked.token and asked.skip and given == len(rows):
        return {"$skip": str(asked.skip + asked.top)}
    return {"$skip": "", "$skiptoken": token(last, given)}


def _next(address: str, asked: Options, following: Mapping[str, str]) -> str:
    query = {k: v for k, v in {**asked.asked, **following}.items() if v != ""}
    return f"{address}?{urlencode(query, quote_via=quote, safe=PLAIN)}"


def bare(asked: Options) -> Options:
    """Of a single entity only `$select` and `$expand` are asked."""
    if asked.filter or asked.order or asked.count or asked.skip or asked.token:
        raise ArgumentError("$filter", "api.options.of_a_set")
    return replace(asked, top=1)
