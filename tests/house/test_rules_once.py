"""Each rule stands once: age, coverage, end of an interval, text of a time, release, name of a law, local day."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
OURS = ("api", "cli", "data", "jobs", "models", "pages", "sources")

Spelling = Callable[[ast.AST], Iterator[ast.AST]]


def places(spelling: Spelling, *homes: str, tops: tuple[str, ...] = OURS) -> list[str]:
    """Where a rule is spelt outside of its home."""
    found = []
    for path in (p for top in tops for p in sorted((ROOT / top).rglob("*.py"))):
        name = str(path.relative_to(ROOT))
        if name not in homes:
            found += [f"{name}:{node.lineno}" for node in spelling(ast.parse(path.read_text("utf-8")))]  # type: ignore[attr-defined]
    return found


def spelt(spelling: Spelling, text: str) -> int:
    """How often a piece of code spells the rule: proves that the search below can find something."""
    return len(list(spelling(ast.parse(text))))


def called(node: ast.AST) -> str:
    """Last name of what is called: ``timedelta`` of ``pd.timedelta(...)``; empty where nothing is."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def numbers(node: ast.AST) -> set[object]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, int | float)}


def ages(tree: ast.AST) -> Iterator[ast.AST]:
    """The steps of the age rule taken from their home, or the longer of some hours and some intervals by hand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "models.stations.freshness":
            if {"AMBER", "GREY"} & {alias.name for alias in node.names}:
                yield node
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in ("freshness.AMBER", "freshness.GREY"):
            yield node
        elif called(node) in ("max", "maximum", "fmax", "clip") and numbers(node) & {3, 6, 180, 360}:
            times = [n for n in ast.walk(node) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Mult)]
            if any(numbers(n) & {2, 4} for n in times):
                yield node


@pytest.mark.parametrize(
    "text",
    [
        "max(180, 2 * minutes)",
        "(4 / 60 * rows['minutes']).clip(lower=6.0)",
        "np.maximum(6, 4 * length)",
        "from models.stations.freshness import GREY",
    ],
)
def test_the_search_for_ages_finds_them(text: str) -> None:
    assert spelt(ages, text) == 1


def test_how_old_a_value_may_be_is_said_once() -> None:
    assert places(ages, "models/stations/freshness.py") == []


# Three quarters of something else than a period's time.
OTHER_THREE_QUARTERS = {
    "data/demo/dispersion.py": "exponents of the made world",
    "data/demo/gases.py": "titration of ozone in the made world",
    "data/demo/weather.py": "wind of the made world",
    "jobs/brief/page.py": "size of letters",
    "models/attribution/activity.py": "activity by the hour and on weekends",
    "models/forecast/fitting.py": "a sample of errors, not a mean",
    "models/trends/stated.py": "of the stations, not of the time",
    "models/wind/polar.py": "weight of a bin with three hours",
    "pages/ui/events/words.py": "confidence that is called high",
    "pages/ui/look/charts.py": "opacity",
}


def coverages(tree: ast.AST) -> Iterator[ast.AST]:
    """The share itself, and any other name for it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value == 0.75:
            yield node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            names = {ast.unparse(t) for t in (node.targets if isinstance(node, ast.Assign) else [node.target])}
            if any(name.isupper() and ("COVERAGE" in name or "CAPTURE" in name) for name in names):
                yield node


@pytest.mark.parametrize("text", ["good = days[days.coverage >= 0.75]", "LEAST_COVERAGE = 3 / 4"])
def test_the_search_for_coverages_finds_them(text: str) -> None:
    assert spelt(coverages, text) == 1


def test_how_much_of_a_period_a_mean_needs_is_said_once() -> None:
    assert places(coverages, "data/standards/coverage.py", *OTHER_THREE_QUARTERS) == []
    for name in OTHER_THREE_QUARTERS:
        assert spelt(coverages, (ROOT / name).read_text("utf-8")), f"{name} no longer needs to be left out"


def ends(tree: ast.AST) -> Iterator[ast.AST]:
    """A start plus its minutes, in pandas, in Python or in SQL; a fixed number is a delay, not an interval."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            if any(_length(side) for side in (node.left, node.right)):
                yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "minutes * INTERVAL" in node.value:
            yield node


def _length(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or called(node) not in ("to_timedelta", "Timedelta", "timedelta"):
        return False
    given = {k.arg: k.value for k in node.keywords}
    unit = given.get("unit")
    minutes = node.args[0] if isinstance(unit, ast.Constant) and unit.value in ("m", "min") else given.get("minutes")
    return minutes is not None and not isinstance(minutes, ast.Constant)


@pytest.mark.parametrize(
    "text",
    [
        "rows['start'] + pd.to_timedelta(rows['minutes'], unit='min')",
        "start + timedelta(minutes=int(minutes))",
        "question = f'start + minutes * INTERVAL 1 MINUTE > {moment}'",
    ],
)
def test_the_search_for_ends_finds_them(text: str) -> None:
    assert spelt(ends, text) == 1


def test_the_end_of_an_interval_is_computed_once() -> None:
    assert places(ends, "data/times.py") == []


# It says what a written time looks like.
OTHER_TEXTS = ("jobs/export/datapackage.py",)


def texts(tree: ast.AST) -> Iterator[ast.AST]:
    """A time written as ISO 8601 with a Z by hand; ids without hyphens are no such texts."""
    for node in ast.walk(tree):
        if called(node) in ("replace", "removesuffix") and words(node) in ({"+00:00", "Z"}, {"+00:00"}):
            yield node
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "%d" in node.value:
            if node.value.endswith(("%MZ", "%SZ")) and "-%d" in node.value:
                yield node
        elif isinstance(node, ast.JoinedStr):
            for part, after in zip(node.values, node.values[1:], strict=False):
                spec = ast.unparse(part) if isinstance(part, ast.FormattedValue) and part.format_spec else ""
                if "-%d" in spec and isinstance(after, ast.Constant) and str(after.value).startswith("Z"):
                    yield node


def words(node: ast.AST) -> set[str]:
    return {n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


@pytest.mark.parametrize(
    "text",
    [
        "moment.isoformat().replace('+00:00', 'Z')",
        "times.dt.strftime('%Y-%m-%dT%H:%M:%SZ')",
        "f'{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'",
        "f'newest {row.newest:%Y-%m-%d %H:%M}Z'",
    ],
)
def test_the_search_for_texts_of_times_finds_them(text: str) -> None:
    assert spelt(texts, text) == 1


def test_a_time_is_written_once() -> None:
    assert places(texts, "data/clock.py", "data/times.py", *OTHER_TEXTS) == []
    for name in OTHER_TEXTS:
        assert spelt(texts, (ROOT / name).read_text("utf-8")), f"{name} no longer needs to be left out"


def releases(tree: ast.AST) -> Iterator[ast.AST]:
    """Whoever asks the package's metadata, or names the package."""
    for node in ast.walk(tree):
        asked = isinstance(node, ast.ImportFrom) and node.module == "importlib.metadata"
        if asked or (isinstance(node, ast.Constant) and node.value == "clean-air-situation-centre"):
            yield node


def test_the_search_for_releases_finds_them() -> None:
    copy = "from importlib.metadata import version\nrelease = version('clean-air-situation-centre')"
    assert spelt(releases, copy) == 2


def test_the_number_of_the_release_is_asked_for_once() -> None:
    """The method page asks for the numbers of other packages."""
    assert places(releases, "data/release.py", "pages/method.py") == []
    assert spelt(releases, (ROOT / "pages/method.py").read_text("utf-8")) == 1


def laws(tree: ast.AST) -> Iterator[ast.AST]:
    """A key of the name of a law made by hand, where it is looked up."""
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and ast.unparse(node)[2:].startswith(("quantity.law.", "law.")):
            yield node


@pytest.mark.parametrize("text", ["t(f'quantity.law.{city.law}')", "say.say(f'law.{law}')"])
def test_the_search_for_names_of_laws_finds_them(text: str) -> None:
    assert spelt(laws, text) == 1


def test_a_law_is_named_once_on_screens_and_once_in_documents() -> None:
    assert places(laws, "data/words.py", "pages/ui/reader/language.py") == []
    assert [
        spelt(laws, (ROOT / name).read_text("utf-8")) for name in ("data/words.py", "pages/ui/reader/language.py")
    ] == [1, 1]


def days(tree: ast.AST) -> Iterator[ast.AST]:
    """A time moved to a city's clock and cut to its day by hand, or a local midnight moved to UTC by hand."""
    for node in ast.walk(tree):
        cut = isinstance(node, ast.Attribute) and node.attr in ("date", "normalize")
        numpy = called(node) == "astype" and "datetime64[D]" in words(node)
        opened = called(node) == "tz_localize" and "NaT" not in words(node) and "=" in ast.unparse(node)
        if opened or ((cut or numpy) and any(_moved(n) for n in ast.walk(node))):
            yield node


def _moved(node: ast.AST) -> bool:
    """Moved to another clock than UTC."""
    return called(node) in ("tz_convert", "astimezone") and ast.unparse(node.args[0]) not in ("UTC", "'UTC'")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "text",
    [
        "rows['start'].dt.tz_convert(city.zone).dt.date",
        "now.astimezone(zone).date()",
        "at.tz_convert(zone).tz_localize(None).normalize()",
        "at.tz_convert(zone).tz_localize(None).to_numpy().astype('datetime64[D]')",
        "wall.tz_localize(zone, nonexistent='shift_forward', ambiguous=first)",
    ],
)
def test_the_search_for_local_days_finds_them(text: str) -> None:
    assert spelt(days, text) == 1


def test_a_local_day_is_found_once() -> None:
    assert places(days, "data/times.py", "data/clock.py") == []


@pytest.mark.parametrize(("word", "home"), [("TextLayer", "pages/ui/look/basemap.py"), ("openmp", "models/threads.py")])
def test_a_text_on_a_map_and_a_limit_of_threads_are_made_once(word: str, home: str) -> None:
    def said(tree: ast.AST) -> Iterator[ast.AST]:
        yield from (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value == word)

    assert places(said, home) == []
    assert spelt(said, (ROOT / home).read_text("utf-8"))
