"""Facts are fields: no code reads what people wrote or read."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "cli", "data", "jobs", "models", "pages", "sources")
TEXTS = frozenset({"note", "reason"})
MATCHES = {
    *("contains", "count", "endswith", "extract", "extractall", "find", "findall", "finditer", "fullmatch", "index"),
    *("match", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rpartition", "rsplit", "search"),
    *("split", "splitlines", "startswith", "sub"),
}
QUESTION = re.compile(
    r"(?i)\b(\w+\.)?(note|reason)\s+(NOT\s+)?(I?LIKE|RLIKE|SIMILAR|GLOB|~)"
    r"|(?:regexp\w*|contains|instr|strpos|position|starts_with|split\w*|replace)\s*\(\s*(\w+\.)?(note|reason)\b"
)
# The one reader of the texts of older releases; it goes with the next release.
READERS = frozenset({"data/reasons.py"})


def is_text(node: ast.AST) -> bool:
    """Whether an expression is a column, an attribute or a name of text for people, or made of one."""
    if isinstance(node, ast.Name):
        return node.id in TEXTS
    if isinstance(node, ast.Attribute):
        return node.attr in TEXTS or (node.attr in ("str", "array", "values") and is_text(node.value))
    if isinstance(node, ast.Subscript):
        key = node.slice
        return (isinstance(key, ast.Constant) and key.value in TEXTS) or is_text(node.value)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("str", "lower"):
            return any(is_text(given) for given in node.args)
        return isinstance(node.func, ast.Attribute) and is_text(node.func.value)
    return isinstance(node, ast.BoolOp) and any(is_text(value) for value in node.values)


def matched(tree: ast.AST) -> Iterator[int]:
    """Lines where such text is matched, searched or cut."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MATCHES:
            of_modules = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
            subjects = [*node.args] if of_modules or not is_text(node.func.value) else [node.func.value]
            pattern = of_modules or node.func.attr in ("fullmatch", "match", "search", "findall", "finditer", "sub")
            if is_text(node.func.value) or (pattern and any(is_text(s) for s in subjects)):
                yield node.lineno
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.Constant | ast.JoinedStr):
            sought = any(isinstance(o, ast.In | ast.NotIn) for o in node.ops)
            if sought and any(is_text(c) for c in node.comparators):
                yield node.lineno
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and QUESTION.search(node.value):
            yield node.lineno


def files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_code_reads_a_note_or_a_reason(package: str) -> None:
    seen = [p for p in files() if p.relative_to(ROOT).parts[0] == package]
    assert seen
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in seen
        if str(path.relative_to(ROOT)) not in READERS
        for line in matched(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, f"{found}: a fact is a field; read checks, statistic or flag"


@pytest.mark.parametrize(
    "line",
    [
        'rows["note"].str.contains("median")',
        'rows["reason"].fillna("").str.contains("stuck:|flat:", regex=True)',
        'reason.split("; ")',
        "row.note.partition(':')",
        'str(row["reason"]).startswith("x")',
        're.search("median", note)',
        'PART.fullmatch(row["note"])',
        '"daily median" in note',
        'f"[note {key}," not in row["reason"]',
        'rows["note"].str.extract("(x)")',
        '(row["note"] or "").endswith("x")',
        "sql = \"CASE WHEN reason LIKE '%median%' THEN 1 END\"",
        "sql = \"SELECT regexp_replace(k.note, 'a', 'b')\"",
    ],
)
def test_the_search_finds_every_way(line: str) -> None:
    assert list(matched(ast.parse(line))) == [1]


@pytest.mark.parametrize(
    "line",
    ['rows["note"].fillna("")', 'rows["name"].str.contains("x")', 'note != ""', 'rows.groupby("reason")',
     '"a" in names', 'sql = "n.note = coalesce(o.note, \'\')"', 'notes[notes["id"] != key]'],
)  # fmt: skip
def test_it_leaves_what_reads_no_text(line: str) -> None:
    assert not list(matched(ast.parse(line)))
