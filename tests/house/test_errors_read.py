"""No code reads what people read: an error is told by its fields, and a screen says it in its reader's language."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("api", "cli", "data", "jobs", "models", "pages", "sources")
# Methods that look into a text or take it apart, and functions of `re` that do.
LOOKS = frozenset({
    "split", "rsplit", "partition", "rpartition", "startswith", "endswith", "removeprefix", "removesuffix", "find",
    "rfind", "index", "count", "contains", "match", "search", "fullmatch", "findall", "finditer",
})  # fmt: skip
# What other people's libraries say in words alone: (file, function) → why no field of theirs tells it.
FOREIGN: Mapping[tuple[str, str], str] = {
    ("data/store/engines/spark.py", "forgotten"): "the server's code of a lost session stands in gRPC's text alone",
    ("data/store/engines/spark.py", "plain"): "so do the details, among many lines for programmers",
    ("data/store/storage/foreign.py", "trouble"): "obstore, delta-rs and DuckDB wrap the service's code in their text",
}
SAYS = ("st.error", "st.warning", "st.info", "st.success", "st.toast")  # what a screen says of how something went
TELLERS = ("told", "errors.told", "type", "isinstance")  # what a page may give an error to, beside the log


def functions(text: str) -> Iterator[tuple[str, ast.AST]]:
    """Every part of a file by the innermost function it stands in."""

    def walk(node: ast.AST, name: str) -> Iterator[tuple[str, ast.AST]]:
        for child in ast.iter_child_nodes(node):
            inner = child.name if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) else name
            yield inner, child
            yield from walk(child, inner)

    return walk(ast.parse(text), "")


def caught(text: str) -> set[tuple[str, str]]:
    """Names that stand for an error, each with its function: caught, or declared to be one."""
    found: set[tuple[str, str]] = set()
    for function, node in functions(text):
        if isinstance(node, ast.ExceptHandler) and node.name:
            found.add((function, node.name))
        if isinstance(node, ast.arg) and node.annotation is not None and is_error(ast.unparse(node.annotation)):
            found.add((function, node.arg))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found |= {(function, node.target.id)} if is_error(ast.unparse(node.annotation)) else set()
    return found


def is_error(annotation: str) -> bool:
    kinds = {part.strip().rpartition(".")[2] for part in annotation.strip("'\"").split("|")} - {"None"}
    return bool(kinds) and all(kind.endswith(("Error", "Exception")) for kind in kinds)


class Texts:
    """Which expressions of a file are the text of an error: `str(error)`, its `args`, an f-string, their names."""

    def __init__(self, text: str) -> None:
        self.parts = list(functions(text))
        self.errors = caught(text)
        self.texts: set[tuple[str, str]] = set()
        for function, node in self.parts:  # said = str(error)
            if isinstance(node, ast.Assign | ast.NamedExpr) and self.is_text(function, node.value):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                self.texts |= {(function, t.id) for t in targets if isinstance(t, ast.Name)}

    def is_error(self, function: str, node: ast.AST | None) -> bool:
        return isinstance(node, ast.Name) and (function, node.id) in self.errors

    def is_text(self, function: str, node: ast.AST | None) -> bool:
        if isinstance(node, ast.Name):
            return (function, node.id) in self.texts
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("str", "repr"):
            return any(self.is_error(function, arg) for arg in node.args)
        if isinstance(node, ast.JoinedStr):
            return any(self.is_error(function, v.value) for v in node.values if isinstance(v, ast.FormattedValue))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):  # str(error).lower()
            return node.func.attr in ("lower", "casefold", "strip") and self.is_text(function, node.func.value)
        return isinstance(node, ast.Subscript | ast.Attribute) and is_args(node) and self.is_error(function, root(node))

    def read(self) -> Iterator[tuple[str, int]]:
        """Where such a text is looked into."""
        lines: set[int] = set()
        for function, node in self.parts:
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("' '.join"):
                lines |= {id(arg) for arg in node.args}  # ' '.join(text.split()) makes one line of it
            if id(node) in lines:
                continue
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOOKS:
                subjects = [node.func.value, *node.args]
            elif isinstance(node, ast.Compare):
                subjects = [node.left, *node.comparators]
            elif isinstance(node, ast.Subscript) and not is_args(node):
                subjects = [node.value] if not isinstance(node.slice, ast.Slice) else []  # a shorter text is no reading
            else:
                continue
            if any(self.is_text(function, subject) for subject in subjects):
                yield function, node.lineno


def root(node: ast.AST) -> ast.AST:
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node


def is_args(node: ast.AST) -> bool:
    """`error.args`, `error.args[0]`."""
    inner = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(inner, ast.Attribute) and inner.attr == "args"


def found_in(package: str) -> list[tuple[str, str, int]]:
    """File, function and line of each place that reads the text of an error."""
    files = sorted((ROOT / package).rglob("*.py"))
    return [(str(path.relative_to(ROOT)), *place) for path in files for place in Texts(path.read_text("utf-8")).read()]


@pytest.mark.parametrize("package", PACKAGES)
def test_nobody_reads_the_text_of_an_error(package: str) -> None:
    found = found_in(package)
    assert [f"{file}:{line}" for file, function, line in found if (file, function) not in FOREIGN] == []
    places = {(file, function) for file, function, _ in found}
    assert {place for place in FOREIGN if place[0].startswith(f"{package}/")} - places == set(), "these read none"


@pytest.mark.parametrize(
    ("code", "reads"),
    [
        ("    said = str(error)\n    return said.split(':')[0]", True),
        ("    return str(error).lower().startswith('no')", True),
        ("    return 'busy' in f'{error}'", True),
        ("    return re.search('a', error.args[0])", True),
        ("    return MARK.match(repr(error))", True),
        ("    said = error.args[0]\n    return said == 'x'", True),
        ("    return str(error)[:200]", False),
        ("    return ' '.join(str(error).split())", False),
        ("    return str(error).split()[0]", True),
        ("    return error.key.startswith('data.')", False),
        ("    return said.split(':')", False),
    ],
)
def test_the_search_finds_what_it_looks_for(code: str, reads: bool) -> None:
    caught = f"try:\n    work()\nexcept ValueError as error:\n{code}"
    asked = f"def asked(error: OSError | None):\n{code}"
    for text in (f"def f():\n    {caught.replace(chr(10), chr(10) + '    ')}", asked):
        assert bool(list(Texts(text).read())) is reads, text


def screens() -> Iterator[tuple[str, str, ast.AST, Texts]]:
    for path in sorted((ROOT / "pages").rglob("*.py")):
        texts = Texts(path.read_text("utf-8"))
        yield from ((str(path.relative_to(ROOT)), function, node, texts) for function, node in texts.parts)


def test_a_page_gives_an_error_to_nothing_but_its_teller_and_the_log() -> None:
    """So each sentence on a screen is the reader's own language and is escaped where it stands."""
    wrong, told = [], 0
    for file, function, node, texts in screens():
        if isinstance(node, ast.Call) and any(texts.is_error(function, arg) for arg in node.args):
            called = ast.unparse(node.func)
            told += called in TELLERS
            wrong += [f"{file}:{node.lineno}"] if called not in TELLERS and not called.startswith("log.") else []
        if isinstance(node, ast.FormattedValue) and texts.is_error(function, node.value):
            wrong.append(f"{file}:{node.lineno}")
    assert wrong == []
    assert told > 5


def test_what_a_screen_says_comes_from_a_catalog() -> None:
    calls = [(file, node) for file, _, node, _ in screens() if isinstance(node, ast.Call)]
    said = [(file, node) for file, node in calls if ast.unparse(node.func) in SAYS]
    assert len(said) > 10
    wrong = [f"{file}:{node.lineno}" for file, node in said if any(written(arg) for arg in node.args[:1])]
    assert wrong == []


def written(node: ast.AST) -> bool:
    """Whether words stand in the code itself, outside the key of a sentence and its parameters."""
    if isinstance(node, ast.Call):
        return False
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and any(c.isalpha() for c in node.value)
    return any(written(child) for child in ast.iter_child_nodes(node))
