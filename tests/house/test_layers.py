"""The house rules that can be read from the code itself: who may import whom, and no name in another's way."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("app", "api", "cli", "pages", "jobs", "models", "sources", "data")
HEAVY = {"sklearn", "statsmodels", "ruptures", "matplotlib"}
FORBIDDEN_NAMES = {"utils", "helpers", "manager", "common", "misc", "v2"}


def files(*tops: str) -> list[Path]:
    found = []
    for top in tops:
        place = ROOT / top
        found += sorted(place.rglob("*.py")) if place.is_dir() else [p for p in [ROOT / f"{top}.py"] if p.exists()]
    return found


def top(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            yield node.module or "", node.lineno


def at_import(path: Path) -> set[str]:
    """Top names imported when the module is loaded, not inside a function."""
    body = ast.parse(path.read_text("utf-8")).body
    nodes = [n for statement in body for n in ([statement] if not isinstance(statement, ast.If) else statement.body)]
    names = [a.name for n in nodes if isinstance(n, ast.Import) for a in n.names]
    names += [n.module or "" for n in nodes if isinstance(n, ast.ImportFrom)]
    return {name.split(".")[0] for name in names}


def test_the_server_stands_above_everything() -> None:
    """`app.py` is no package, so that the contracts in pyproject.toml do not see it; nobody imports it."""
    wrong = [
        f"{path.relative_to(ROOT)}:{line}" for path in files(*OURS) for name, line in imports(path) if name == "app"
    ]
    assert wrong == []


def test_only_notify_and_sources_speak_to_the_network() -> None:
    """The contract in pyproject.toml names the folders that may not use requests; a new one must be among them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    named = set(next(c for c in contracts if c["id"] == "network")["source_modules"])
    jobs = {f"jobs.{p.stem}" for p in (ROOT / "jobs").iterdir() if p.suffix == ".py" or (p / "__init__.py").exists()}
    assert {name for name in named if name.startswith("jobs.")} == jobs - {"jobs.notify", "jobs.__init__"}
    other = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in files(*OURS)
        for name, line in imports(path)
        if name.split(".")[0] in ("urllib3", "httpx") and top(path) != "sources"
    ]
    assert other == []


def test_folders_stay_small_enough_to_find_ones_way() -> None:
    for folder, most in (("jobs", 6), ("pages/ui", 6)):
        assert len([p for p in (ROOT / folder).glob("*.py") if p.stem != "__init__"]) <= most, folder


def test_what_has_no_reader_does_not_draw_on_the_page() -> None:
    """Figures, maps and cards are made as data; a page draws them."""
    shapes = sorted((ROOT / "pages" / "ui" / "look").glob("*.py")) + sorted((ROOT / "pages" / "ui").glob("*/charts.py"))
    assert len(shapes) > 8
    assert [p.name for p in shapes if "streamlit" in {n.split(".")[0] for n, _ in imports(p)}] == []


def caches() -> Iterator[tuple[Path, ast.FunctionDef, ast.Call | ast.expr]]:
    for path in files("pages"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            for mark in node.decorator_list if isinstance(node, ast.FunctionDef) else []:
                if "cache_" in ast.unparse(mark):
                    yield path, node, mark


def test_caches_are_keyed_by_the_stores_version_and_bounded() -> None:
    found = list(caches())
    assert found
    loose = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node, mark in found
        if "max_entries" not in ast.unparse(mark) or not node.args.args or node.args.args[0].arg != "version"
    ]
    assert loose == []


def test_heavy_libraries_wait_until_they_are_needed() -> None:
    """Whatever main.py, the situation or the wall load at start must not pull them in."""
    seen: set[Path] = set()
    queue = [ROOT / "pages" / name for name in ("main.py", "situation.py", "wall.py")]
    while queue:
        path = queue.pop()
        if path in seen or not path.exists():
            continue
        seen.add(path)
        heavy = at_import(path) & HEAVY
        assert not heavy, f"{path.relative_to(ROOT)} loads {sorted(heavy)}"
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in OURS:
                base = ROOT.joinpath(*(node.module or "").split("."))
                queue += [base.with_suffix(".py"), base / "__init__.py"]
                queue += [base / f"{alias.name}.py" for alias in node.names]
    assert len(seen) > 8


def test_no_page_stands_in_anothers_way() -> None:
    """`pages/` comes first on the server's path: a page called `data` would hide the package."""
    taken = sys.stdlib_module_names | set(OURS) | {p.stem for p in ROOT.iterdir()} | {"tests", "bench", "docs"}
    pages = {p.stem for p in (ROOT / "pages").iterdir() if p.suffix == ".py" or p.is_dir()}
    assert pages & (taken - {"pages"}) <= {"__init__", "__pycache__"}
    for path in files("pages"):
        third = {n.split(".")[0] for n, _ in imports(path)}
        assert not third & ({p.stem for p in (ROOT / "pages").glob("*.py")} - {"__init__"}), path


def test_names_tell_the_subject() -> None:
    wrong = [str(p.relative_to(ROOT)) for p in files(*OURS) if p.stem in FORBIDDEN_NAMES]
    assert wrong == []


def test_every_module_opens_with_its_subject() -> None:
    silent = [str(p.relative_to(ROOT)) for p in files(*OURS) if not ast.get_docstring(ast.parse(p.read_text("utf-8")))]
    assert silent == []
