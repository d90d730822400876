"""No code of sources and models decides by the text of an exception: what it must know is a type or a field."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = [p for top in ("sources", "models") for p in sorted((ROOT / top).rglob("*.py"))]
ASKING = {"split", "rsplit", "splitlines", "partition", "startswith", "endswith", "find", "index", "lower", "casefold",
          "replace", "count", "search", "match", "fullmatch", "findall"}  # fmt: skip
ONE_PLACE = {"sources/files/damage.py:arrow_fault"}  # Arrow gives one type and no code


def asks(node: ast.AST) -> bool:
    """Whether something is compared, or a text asked for a part of it."""
    if isinstance(node, ast.Compare):
        return any(isinstance(o, ast.In | ast.NotIn | ast.Eq | ast.NotEq) for o in node.ops)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING


def decides(tree: ast.AST) -> Iterator[str]:
    """Names of functions that ask the text of an exception for something."""
    for function in (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)):
        errors = {n.name for n in ast.walk(function) if isinstance(n, ast.ExceptHandler) and n.name}
        errors |= {a.arg for a in function.args.args if "Exception" in ast.unparse(a.annotation or ast.Constant(""))}
        texts = {f"str({name})" for name in errors} | {f"{name}.args" for name in errors}
        named = {
            target.id
            for n in ast.walk(function)
            if isinstance(n, ast.Assign) and any(text in ast.unparse(n.value) for text in texts)
            for target in n.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(function):
            asked = ast.unparse(node) if asks(node) else ""
            inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)} if asked else set()
            if any(text in asked for text in texts) or named & inside:
                yield function.name


def test_no_text_of_an_exception_decides() -> None:
    found = {f"{p.relative_to(ROOT)}:{name}" for p in FILES for name in decides(ast.parse(p.read_text("utf-8")))}
    assert found == ONE_PLACE


@pytest.mark.parametrize(
    "body",
    ["return 'key' in str(error)", "return str(error).split()", "return re.search('x', str(error))",
     "said = str(error).strip()\n        return said.startswith('x')", "return error.args[0] == 'x'"],
)  # fmt: skip
def test_the_search_sees_what_it_looks_for(body: str) -> None:
    code = f"def read():\n    try:\n        pass\n    except ValueError as error:\n        {body}\n"
    assert list(decides(ast.parse(code)))
