"""No reader of a table of the store asks whether a column is there: the store gives every declared one."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.store.tables.schemas import TABLES

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("api", "cli", "jobs", "models", "pages")
DRAWS = ("st", "pa", "site_marks")  # their `table` is no table of the store
NAMED = {part for name in TABLES for part in (name, name.rpartition("_")[2])} - {"measurements"}
OTHERS = ("models/", "jobs/tables/", "pages/ui/look/", "pages/ui/page/", "pages/ui/trends/")  # their rows are no table
FILES = "models/attribution/"  # takes files of whoever asks too, and says what they lack


class Reader(ast.NodeVisitor):
    """Lines of one function that look for a column in a table of the store."""

    def __init__(self, function: ast.FunctionDef, named: set[str]) -> None:
        every = [*function.args.args, *function.args.kwonlyargs]
        self.tables = {a.arg for a in every if a.arg in named and a.annotation and "Frame" in ast.unparse(a.annotation)}
        self.lines: list[int] = []
        self.generic_visit(function)

    def is_table(self, node: ast.AST) -> bool:
        """Whether an expression is a table of the store, or rows of one."""
        if isinstance(node, ast.Name):
            return node.id in self.tables
        if isinstance(node, ast.IfExp):
            return self.is_table(node.body) or self.is_table(node.orelse)
        if isinstance(node, ast.Subscript):
            return self.is_table(node.value) and not isinstance(node.slice, ast.Constant)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "table":
                return ast.unparse(node.func.value) not in DRAWS
            return self.is_table(node.func.value) and node.func.attr in (
                "sort_values", "reset_index", "assign", "head", "tail", "drop_duplicates", "astype", "dropna",
            )  # fmt: skip
        return isinstance(node, ast.Attribute) and node.attr in ("events", "warnings") and "inputs" in ast.unparse(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            both = isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple)
            pairs = zip(target.elts, node.value.elts, strict=True) if both else [(target, node.value)]
            self.tables |= {to.id for to, value in pairs if isinstance(to, ast.Name) and self.is_table(value)}

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        if self.is_table(node.value):
            self.tables.add(node.target.id)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self.generic_visit(node)
        if node.attr == "columns" and self.is_table(node.value):
            self.lines.append(node.lineno)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        asked = isinstance(node.left, ast.Constant) and isinstance(node.left.value, str)
        if asked and self.is_table(node.comparators[0]) and isinstance(node.ops[0], ast.In | ast.NotIn):
            self.lines.append(node.lineno)
        sets = [s for s in sides if isinstance(s, ast.Call) and ast.unparse(s.func) in ("set", "list")]
        if any(len(s.args) == 1 and self.is_table(s.args[0]) for s in sets):
            self.lines.append(node.lineno)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and self.is_table(node.func.value):
            wide = node.func.attr == "reindex" and any(k.arg == "columns" for k in node.keywords)
            if wide or node.func.attr == "get":
                self.lines.append(node.lineno)


def found(text: str, named: set[str]) -> Iterator[int]:
    """Lines of a module where a reader looks for a column; arguments of these names are tables."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            yield from Reader(node, named).lines


def named(path: str) -> set[str]:
    """Names of arguments that stand for a table of the store in a module."""
    if path.startswith(FILES):
        return set()
    return NAMED if path.startswith(OTHERS) else NAMED | {"table", "rows"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_reader_looks_for_a_column(folder: str) -> None:
    asking = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for line in found(path.read_text("utf-8"), named(path.relative_to(ROOT).as_posix()))
    ]
    assert asking == []


@pytest.mark.parametrize(
    "guard",
    [
        'rows = store.table("outbox")\n    return rows if len(rows.columns) else None',
        'rows = store.table("alarms")\n    return rows.reindex(columns=["rule"])',
        'rows = store.table("forecasts")\n    return rows[rows["city"] == city] if "city" in rows else None',
        'rows = store.table("forecasts")\n    late = rows[rows["lead"] > 3]\n    return "city" not in late',
        'rows = store.table("attribution").sort_values("start")\n    return {"city", "share"} <= set(rows)',
        'return len(kept := store.table("events")) and "city" in kept',
        'return {"kind"} <= set(events)',
        'return events.get("kind")',
        "events = signals.inputs.events\n    return not len(events.columns)",
    ],
)
def test_every_way_to_look_for_one_is_found(guard: str) -> None:
    assert list(found(f"def read(store, city, signals, events: pd.DataFrame):\n    {guard}\n", NAMED))


def test_what_only_reads_a_column_is_not_found() -> None:
    text = """
def read(store, events: pd.DataFrame):
    rows = store.table("events")
    st.table(rows)
    return rows[rows["city"].isin(["a"])], "a" in set(events["city"])
"""
    assert list(found(text, NAMED)) == []
