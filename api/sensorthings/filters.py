"""`$filter`: a small language, read into a tree and answered on columns; nothing of it ever becomes SQL."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from jobs.arguments import ArgumentError, quoted

NAME = "$filter"
LONGEST, DEEPEST = 2_000, 30  # characters; levels of parentheses
COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
TURNED = {"eq": "eq", "ne": "ne", "gt": "lt", "ge": "le", "lt": "gt", "le": "ge"}
FUNCTIONS: Mapping[str, Callable[[str, str], bool]] = {
    "substringof": lambda a, b: a in b, "contains": lambda a, b: b in a,
    "startswith": lambda a, b: a.startswith(b), "endswith": lambda a, b: a.endswith(b),
}  # fmt: skip
TOKEN = re.compile(
    r"\s*(?:(?P<time>\d{4}-\d\d-\d\dT[0-9:.]+(?:Z|[+ -]\d\d:?\d\d))"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])"
    r"|(?P<text>'(?:[^']|'')*')|(?P<path>@?[A-Za-z_][\w.@]*(?:/@?[A-Za-z_][\w.@]*)*)|(?P<mark>[(),]))"
)


@dataclass(frozen=True)
class Value:
    """Something written out: text, number, moment, true, false or null."""

    value: Any


@dataclass(frozen=True)
class Path:
    """A member of an entity, such as `ObservedProperty/name`."""

    name: str


@dataclass(frozen=True)
class Test:
    """A comparison of two sides, or a function of texts."""

    word: str
    left: "Value | Path"
    right: "Value | Path"


@dataclass(frozen=True)
class Not:
    """The opposite."""

    node: "Node"


@dataclass(frozen=True)
class Both:
    """`and` or `or`."""

    word: str
    left: "Node"
    right: "Node"


Node = Test | Not | Both
Columns = Callable[[str], "pd.Series"]
Mask = Any  # an array of booleans; pandas is untyped here


def parse(text: str) -> Node:
    """
    The tree of a filter.

    Raises
    ------
    ArgumentError
        When it is not understood; says where.

    Examples
    --------
    >>> parse("result gt 100 and not resultQuality eq 'ok'").word
    'and'
    """
    if len(text) > LONGEST:
        raise ArgumentError(NAME, "api.filter.too_long", most=LONGEST)
    reader = _Reader(list(_tokens(text)))
    node = reader.either()
    if reader.at < len(reader.tokens):
        raise ArgumentError(NAME, "api.filter.not_understood", text=quoted(reader.tokens[reader.at][1]))
    return node


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, text = 0, text.rstrip()
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found or not found.lastgroup:
            raise ArgumentError(NAME, "api.filter.not_understood", text=quoted(text[at:]))
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


class _Reader:
    """Recursive descent: either → each → one → side."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def look(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def take(self, word: str | None = None) -> tuple[str, str]:
        found = self.look()
        if found[0] == "end":
            raise ArgumentError(NAME, "api.filter.ends_early")
        if word is not None and found[1] != word:
            raise ArgumentError(NAME, "api.filter.needs", word=word, text=quoted(found[1]))
        self.at += 1
        return found

    def either(self) -> Node:
        node = self.each()
        while self.look() == ("path", "or"):
            self.take()
            node = Both("or", node, self.each())
        return node

    def each(self) -> Node:
        node = self.one()
        while self.look() == ("path", "and"):
            self.take()
            node = Both("and", node, self.one())
        return node

    def one(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ArgumentError(NAME, "api.filter.too_deep", most=DEEPEST)
        try:
            return self._one()
        finally:
            self.depth -= 1

    def _one(self) -> Node:
        kind, word = self.look()
        if (kind, word) == ("path", "not"):
            self.take()
            return Not(self.one())
        if word == "(" and kind == "mark":
            self.take()
            node = self.either()
            self.take(")")
            return node
        if kind == "path" and word in FUNCTIONS:
            return self.function()
        left = self.side()
        compare = self.take()[1]
        if compare not in COMPARISONS:
            raise ArgumentError(NAME, "api.filter.no_comparison", text=quoted(compare), known=list(COMPARISONS))
        return Test(compare, left, self.side())

    def function(self) -> Node:
        word = self.take()[1]
        self.take("(")
        left = self.side()
        self.take(",")
        right = self.side()
        self.take(")")
        if self.look()[1] in ("eq", "ne") and self.look()[0] == "path":  # startswith(…) eq true
            wanted = (self.take()[1] == "eq") == (self.take()[1] == "true")
            return Test(word, left, right) if wanted else Not(Test(word, left, right))
        return Test(word, left, right)

    def side(self) -> Value | Path:
        kind, word = self.take()
        if kind == "path" and word in _CONSTANTS:
            return Value(_CONSTANTS[word])
        if kind == "path":
            return Path(word)
        if kind in _LITERALS:
            return Value(_LITERALS[kind](word))
        raise ArgumentError(NAME, "api.filter.no_side", text=quoted(word))


def moment(text: str) -> datetime:
    """A moment with its zone, UTC."""
    try:
        return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ArgumentError(NAME, "api.filter.no_moment", text=quoted(text)) from error


_CONSTANTS: Mapping[str, Any] = {"true": True, "false": False, "null": None}
_LITERALS: Mapping[str, Callable[[str], Any]] = {
    "time": moment, "number": float, "text": lambda t: t[1:-1].replace("''", "'"),
}  # fmt: skip


def mask(node: Node, columns: Columns, rows: int) -> Mask:
    """
    Which rows a filter keeps.

    Parameters
    ----------
    node : Node
        From `parse`.
    columns : callable
        Name of a member → its values; raises `ArgumentError` for a name that is not known.
    rows : int
        How many there are.
    """
    if isinstance(node, Both):
        left, right = mask(node.left, columns, rows), mask(node.right, columns, rows)
        return left & right if node.word == "and" else left | right
    if isinstance(node, Not):
        return ~mask(node.node, columns, rows)
    if (quick := _quick(node, columns)) is not None:
        return quick
    left_side, right_side = _side(node.left, columns, rows), _side(node.right, columns, rows)
    if node.word in FUNCTIONS:
        return _each(lambda a, b: isinstance(a, str) and isinstance(b, str) and FUNCTIONS[node.word](a, b),
                     left_side, right_side)  # fmt: skip
    test = COMPARISONS[node.word]
    if node.word in ("eq", "ne"):
        return _each(lambda a, b: test(a, b) if _alike(a, b) else node.word == "ne", left_side, right_side)
    return _each(lambda a, b: _alike(a, b) and a is not None and test(a, b), left_side, right_side)


def _quick(node: Test, columns: Columns) -> Mask | None:
    """A column of numbers or moments against a value, at the speed of NumPy."""
    if not (node.word in COMPARISONS and isinstance(node.left, Path) and isinstance(node.right, Value)):
        return None
    column, value = columns(node.left.name), node.right.value
    fits = (isinstance(value, float) and pd.api.types.is_float_dtype(column.dtype)) or (
        isinstance(value, datetime) and isinstance(column.dtype, pd.DatetimeTZDtype)
    )
    return COMPARISONS[node.word](column, value).to_numpy(dtype=bool) if fits else None


def bounds(node: Node | None, name: str) -> tuple[datetime | None, datetime | None]:
    """
    Between which moments a member must lie for the filter to hold, both included; None where it says nothing.

    Examples
    --------
    >>> low, high = bounds(parse("t ge 2026-01-01T00:00:00Z and result gt 1"), "t")
    >>> low.year, high
    (2026, None)
    """
    if isinstance(node, Both) and node.word == "and":
        (a, b), (c, d) = bounds(node.left, name), bounds(node.right, name)
        return max(filter(None, (a, c)), default=None), min(filter(None, (b, d)), default=None)
    if isinstance(node, Test) and node.word in COMPARISONS:
        word, left, right = node.word, node.left, node.right
        if isinstance(right, Path):
            word, left, right = TURNED[word], right, left
        if isinstance(left, Path) and left.name == name and isinstance(right, Value):
            at = right.value if isinstance(right.value, datetime) else None
            return (at if word in ("eq", "gt", "ge") else None), (at if word in ("eq", "lt", "le") else None)
    return None, None


def only(node: Node | None, name: str) -> bool:
    """Whether a filter is nothing but bounds of one member."""
    if node is None:
        return True
    if isinstance(node, Both):
        return node.word == "and" and only(node.left, name) and only(node.right, name)
    return isinstance(node, Test) and node.word in ("ge", "lt") and node.left == Path(name)


def _side(side: Value | Path, columns: Columns, rows: int) -> list[Any]:
    if isinstance(side, Value):
        return [side.value] * rows
    return [_bare(v) for v in columns(side.name)]


def _bare(value: Any) -> Any:
    if isinstance(value, pd.Timestamp):
        return None if pd.isna(value) else value.to_pydatetime()
    if value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def _alike(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    if isinstance(a, bool) or isinstance(b, bool):
        return isinstance(a, bool) and isinstance(b, bool)
    return any(isinstance(a, t) and isinstance(b, t) for t in (str, datetime)) or (
        isinstance(a, int | float) and isinstance(b, int | float)
    )


def _each(test: Callable[[Any, Any], bool], left: list[Any], right: list[Any]) -> Any:
    return np.fromiter((bool(test(a, b)) for a, b in zip(left, right, strict=True)), dtype=bool, count=len(left))
