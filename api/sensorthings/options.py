"""The query options of SensorThings: `$filter $expand $select $orderby $top $skip $count`, understood."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from api.http.paging import size
from api.sensorthings import filters
from api.sensorthings.vocabulary import RELATIONS
from data.clock import iso
from jobs.arguments import ArgumentError, quoted

PAGE, LIMIT, FURTHEST, LEVELS = 100, 1_000, 100_000, 3
NAMES = ("$filter", "$expand", "$select", "$orderby", "$top", "$skip", "$count", "$skiptoken")


@dataclass(frozen=True)
class Options:
    """
    What is asked of a set of entities.

    Attributes
    ----------
    expand : mapping
        Relation → what is asked of the entities it leads to.
    order : tuple of (str, bool)
        Members, and whether from high to low.
    token : tuple of (datetime, int), optional
        Where the page before ended: moment of its last row, and how many rows of that moment were given.
    asked : mapping
        As it was written, for the link to the next page.
    """

    filter: filters.Node | None = None
    expand: Mapping[str, "Options"] = field(default_factory=dict)
    select: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    top: int = PAGE
    skip: int = 0
    count: bool = False
    token: tuple[datetime, int] | None = None
    asked: Mapping[str, str] = field(default_factory=dict)


def read(kind: str, query: Mapping[str, str], level: int = 0) -> Options:
    """
    Options of a request for entities of a set.

    Raises
    ------
    ArgumentError
        When one is not known or not understood.

    Examples
    --------
    >>> read("Datastreams", {"$top": "5", "$expand": "Observations($top=1),Thing"}).expand["Observations"].top
    1
    """
    for name in query:
        if name not in NAMES:
            raise ArgumentError(name[:40], "api.options.unknown", known=NAMES)
    count = query.get("$count", "false")
    if count not in ("true", "false"):
        raise ArgumentError("$count", "api.options.no_truth")
    text = query.get("$filter")
    return Options(
        filter=filters.parse(text) if text is not None else None,
        expand=_expand(kind, query["$expand"], level) if query.get("$expand") else {},
        select=tuple(_members("$select", query["$select"])) if query.get("$select") else (),
        order=tuple(_orders(query["$orderby"])) if query.get("$orderby") else (),
        top=size(query.get("$top"), "$top", PAGE, LIMIT, 0),
        skip=size(query.get("$skip"), "$skip", 0, FURTHEST, 0),
        count=count == "true",
        token=_token(query["$skiptoken"]) if "$skiptoken" in query else None,
        asked=dict(query),
    )


def token(start: datetime, given: int) -> str:
    """Where a page ended."""
    return f"{iso(start)}~{given}"


def _token(text: str) -> tuple[datetime, int]:
    moment, mark, given = text.partition("~")
    if not mark:
        raise ArgumentError("$skiptoken", "api.options.no_token")
    try:
        at = filters.moment(moment)
    except ArgumentError as error:
        raise ArgumentError("$skiptoken", "api.options.no_token") from error
    if at.tzinfo is None or not 1970 <= at.year <= 2200:
        raise ArgumentError("$skiptoken", "api.options.no_token")
    return at, size(given, "$skiptoken", 0, FURTHEST, 0)


def _members(name: str, text: str) -> Iterable[str]:
    for word in (w.strip() for w in text.split(",")):
        if not word.replace("@iot.", "").replace("/", "").replace("_", "").isalnum() or len(word) > 60:
            raise ArgumentError(name, "api.options.no_member", text=quoted(word))
        yield word


def _orders(text: str) -> Iterable[tuple[str, bool]]:
    for part in text.split(","):
        words = part.split()
        if not 1 <= len(words) <= 2 or (len(words) == 2 and words[1].lower() not in ("asc", "desc")):
            raise ArgumentError("$orderby", "api.options.no_such_order", text=quoted(part.strip()))
        (member,) = _members("$orderby", words[0])
        yield member, len(words) == 2 and words[1].lower() == "desc"


def _expand(kind: str, text: str, level: int) -> dict[str, Options]:
    if level >= LEVELS:
        raise ArgumentError("$expand", "api.options.too_deep", most=LEVELS)
    found: dict[str, Options] = {}
    for part in split(text, ","):
        path, mark, inner = part.strip().partition("(")
        if mark and not inner.endswith(")"):
            raise ArgumentError("$expand", "api.options.open_bracket", text=quoted(part.strip()))
        first, _, rest = path.strip().partition("/")
        if first not in RELATIONS[kind]:
            raise ArgumentError("$expand", "api.options.no_relation", text=quoted(first), known=list(RELATIONS[kind]))
        query = dict(_pair(option) for option in split(inner[:-1], ";") if option.strip()) if mark else {}
        if rest:  # Datastreams/Observations is short for Datastreams($expand=Observations)
            query = {"$expand": f"{rest}{mark}{inner}"}
        found[first] = read(RELATIONS[kind][first], query, level + 1)
    return found


def _pair(text: str) -> tuple[str, str]:
    name, mark, value = text.strip().partition("=")
    if not mark:
        raise ArgumentError("$expand", "api.options.no_option", text=quoted(text.strip()))
    return name, value


def split(text: str, mark: str) -> list[str]:
    """Parts of a text between marks that stand outside brackets and quotes."""
    parts, depth, quoted, begun = [], 0, False, 0
    for at, letter in enumerate(text):
        quoted ^= letter == "'"
        if not quoted:
            depth += (letter == "(") - (letter == ")")
            if letter == mark and depth == 0:
                parts.append(text[begun:at])
                begun = at + 1
    return [*parts, text[begun:]]
