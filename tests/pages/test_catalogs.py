"""The catalogs: same keys and placeholders in each language, numbers and dates as readers write them."""

import re
import string
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from data.city import LANGUAGES
from data.parameters import PARAMETERS
from data.schema import FLAGS, KINDS
from pages.ui.reader import language
from pages.ui.reader.language import Entry

PAGES = Path(__file__).resolve().parents[2] / "pages"
OTHERS = [code for code in LANGUAGES if code != "en"]


def fields(entry: Entry) -> set[str]:
    texts = [entry] if isinstance(entry, str) else list(entry.values())
    return {name for words in texts for _, name, _, _ in string.Formatter().parse(words) if name}


@pytest.mark.parametrize("code", OTHERS)
def test_same_keys(code: str) -> None:
    assert set(language.catalog(code)) == set(language.catalog("en"))


@pytest.mark.parametrize("code", OTHERS)
def test_same_placeholders(code: str) -> None:
    english = language.catalog("en")
    differing = {
        k for k, entry in language.catalog(code).items() if k in english and fields(entry) != fields(english[k])
    }
    assert differing == set()


@pytest.mark.parametrize("code", LANGUAGES)
def test_plurals_have_the_forms_their_language_needs(code: str) -> None:
    needed = {"one", "few", "many", "other"} if code == "ru" else {"one", "other"}
    short = {k: set(e) for k, e in language.catalog(code).items() if not isinstance(e, str) and not needed <= set(e)}
    assert short == {}


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_entry_is_empty(code: str) -> None:
    assert [k for k, e in language.catalog(code).items() if not (e if isinstance(e, str) else all(e.values()))] == []


def test_uzbek_letters_are_the_right_ones() -> None:
    wrong = re.compile(r"[oOgG][‘’'`]")
    assert [k for k, e in language.catalog("uz").items() if wrong.search(str(e))] == []


@pytest.mark.parametrize("code", ["ru", "kk"])
def test_cyrillic_catalogs_are_translated(code: str) -> None:
    """A sentence without a single Cyrillic letter was forgotten."""
    forgotten = [
        k
        for k, e in language.catalog(code).items()
        if len(re.findall(r"[A-Za-z]{3,}", re.sub(r"\{.*?\}", "", str(e)))) >= 3
        and not re.search(r"[а-яА-ЯёәғқңөұүһіӘҒҚҢӨҰҮҺІ]", str(e))
    ]
    assert forgotten == []


def test_every_key_in_the_pages_exists() -> None:
    used = {
        key
        for path in PAGES.rglob("*.py")
        for key in re.findall(r"""\bt\(\s*["']([a-z_]+\.[^"'{}]+)["']""", path.read_text("utf-8"))
    }
    assert used, "no keys were found: the pattern no longer fits the code"
    assert {key for key in used if not language.has(key)} == set()


def test_vocabularies_are_complete() -> None:
    wanted = [f"quantity.parameter.{k}" for k in PARAMETERS]
    wanted += [f"quantity.kind.{k}" for k in KINDS] + [f"quantity.flag.{k}" for k in FLAGS]
    wanted += [f"quantity.unit.{p.unit}" for p in PARAMETERS.values() if p.unit != "1"]
    assert [key for key in wanted if not language.has(key)] == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [("en", "12,345.5"), ("ru", "12\u202f345,5"), ("uz", "12\u202f345,5"), ("kk", "12\u202f345,5")],
)
def test_numbers(code: str, expected: str) -> None:
    with language.using(code):
        assert language.number(12345.5, 1) == expected


def test_missing_is_never_zero() -> None:
    with language.using("en"):
        assert (language.number(None), language.number(float("nan")), language.age(None)) == ("–", "–", "–")
        assert language.number(-3) == "−3"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("en", "22 Nov 2026"), ("ru", "22 нояб. 2026"), ("uz", "2026-yil 22-noy"), ("kk", "2026 ж. 22 қар.")],
)
def test_dates_are_on_the_citys_clock(code: str, expected: str) -> None:
    with language.using(code):
        assert language.day(datetime(2026, 11, 21, 20, tzinfo=UTC), ZoneInfo("Asia/Tashkent")) == expected


def test_the_clock_of_astana_changed() -> None:
    zone = ZoneInfo("Asia/Almaty")
    assert language.offset(datetime(2024, 2, 29, 12, tzinfo=UTC), zone) == "UTC+6"
    assert language.offset(datetime(2024, 3, 2, tzinfo=UTC), zone) == "UTC+5"


def test_ages() -> None:
    with language.using("ru"):
        said = [language.age(m) for m in (0.2, 12, 119, 300, 2 * 1440, 5 * 1440, 21 * 1440)]
    assert said == [
        "только что",
        "12 мин назад",
        "119 мин назад",
        "5 ч назад",
        "2 дня назад",
        "5 дней назад",
        "21 день назад",
    ]


def test_a_word_nobody_has_does_not_break_a_screen() -> None:
    with language.using("kk"):
        assert language.t("frame.not_there") == "frame.not_there"


def test_outside_text_cannot_become_markup() -> None:
    assert language.html('<img src=x onerror="a">') == "&lt;img src=x onerror=&quot;a&quot;&gt;"
    assert language.markdown("a*b [c](d)") == r"a\*b \[c\]\(d\)"
