"""The brief's shares: whole answered days of its period alone, weighted, in the words of the page of origins."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pypdfium2 as pdfium
import pytest

from data.attribution.categories import CATEGORIES, EVERY
from data.city import LANGUAGES
from data.city import city as city_of
from data.schema import conform
from data.store import Store, open_store
from data.words import words
from jobs.brief import facts as brief_facts
from jobs.brief.page import draw
from jobs.brief.sentences import Text, text
from jobs.brief.sources import sources
from pages.ui.look import palette
from pages.ui.origins import charts as origins_charts
from pages.ui.reader import language as reader_language

ZONE = ZoneInfo("Asia/Almaty")
MADE = datetime(2025, 1, 20, tzinfo=UTC)
START, END = datetime(2025, 1, 1, tzinfo=ZONE), datetime(2025, 1, 11, tzinfo=ZONE)


def rows(day: str, shares: dict[str, float], total: float = 10.0, **columns: object) -> pd.DataFrame:
    """Shares of one local day, or of a window that begins with it, each with an interval of ±10."""
    plain = {"city": "astana", "span": "day", "minutes": 1440, "status": "ok", "data_level": "gases", "coverage": 1.0}
    made = pd.DataFrame({"category": list(shares), "share": list(shares.values())})
    made = made.assign(lower=made["share"] - 10, upper=made["share"] + 10, contribution=made["share"] * total / 100)
    return made.assign(start=pd.Timestamp(day, tz=ZONE).tz_convert("UTC").as_unit("us"), **{**plain, **columns})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = open_store(tmp_path_factory.mktemp("shares") / "store")
    times = pd.date_range(START, END, freq="h", inclusive="left").tz_convert("UTC")
    air = pd.DataFrame({"start": times, "value": 20.0, "source": "airdata-kz", "station": "airdata-kz:1",
                        "parameter": "pm25", "kind": "reference", "minutes": 60, "city": "astana"})  # fmt: skip
    made.append(conform(air, known_at=MADE).rows)
    return made


@contextmanager
def kept(store: Store, *parts: pd.DataFrame, **status: object) -> Iterator[Store]:
    table = pd.concat(parts, ignore_index=True)
    store.replace("attribution", table)
    if status:
        begin, end = (pd.Timestamp(at).tz_convert("UTC").as_unit("us") for at in (START, END))
        store.replace("attribution_status", pd.DataFrame([{"city": "astana", "first": begin, "last": end, **status}]))
    try:
        yield store
    finally:
        store.replace("attribution", table.iloc[:0])
        if status:
            store.replace("attribution_status", store.table("attribution_status").iloc[:0])


def said(store: Store, code: str = "en") -> Text:
    return text(brief_facts.gather(store, "astana", START, END, MADE), code, MADE)


def printed(store: Store, code: str) -> str:
    document = pdfium.PdfDocument(draw(brief_facts.gather(store, "astana", START, END, MADE), code, MADE))
    try:
        return re.sub(r"\s+", " ", document[0].get_textpage().get_text_range())
    finally:
        document.close()


def test_windows_and_refused_days_are_no_days(store: Store) -> None:
    nothing = rows("2025-01-02", {"heating": float("nan")}, status="few_hours")
    windows = [rows("2025-01-02", {"heating": 47.0}, span=f"{n}d", minutes=1440 * n) for n in (7, 14, 30, 60)]
    with kept(store, nothing, *windows, rows("2025-01-09", {"heating": 47.0}, span="now")):
        assert brief_facts.gather(store, "astana", START, END, MADE)["sources"] is None
        assert said(store).shares_note == "No day of this period was attributed, so there are no shares."
        assert "47 %" not in printed(store, "en")


def test_a_day_weighs_by_what_was_in_the_air(store: Store) -> None:
    smog, clean = {"heating": 80.0, "dust": 20.0}, {"heating": 20.0, "dust": 80.0}
    outside = [rows(day, {"heating": 0.0, "dust": 100.0}, 1000.0) for day in ("2024-12-31", "2025-01-11")]
    with kept(store, rows("2025-01-03", smog, 90.0), rows("2025-01-05", clean, 10.0), *outside):
        made = brief_facts.gather(store, "astana", START, END, MADE)["sources"]
    assert made["shares"] == [
        {"category": "heating", "share": 74.0, "lower": 64.0, "upper": 84.0},
        {"category": "dust", "share": 26.0, "lower": 16.0, "upper": 36.0},
    ]
    assert (made["answered"], made["of"], made["first"], made["last"]) == (2, 10, "2025-01-03", "2025-01-05")


def test_a_day_that_is_not_over_does_not_count(store: Store) -> None:
    with kept(store, rows("2025-01-03", {"heating": 100.0}), rows("2025-01-04", {"dust": 100.0})):
        made = sources(store, city_of("astana"), START, datetime(2025, 1, 4, 12, tzinfo=ZONE))
    assert made is not None
    assert [one["category"] for one in made["shares"]] == ["heating"]
    assert made["of"] == 4


@pytest.mark.parametrize("code", LANGUAGES)
def test_page_and_sheet_call_every_category_the_same(store: Store, code: str) -> None:
    with kept(store, rows("2025-01-03", {key: 100 / len(EVERY) for key in EVERY})):
        sheet = printed(store, code)
    with reader_language.using(code):
        shown = [reader_language.t(f"frame.source.{key}") for key in EVERY]
    assert len(set(shown)) == len(EVERY)
    assert [name for name in shown if name not in sheet] == []


def test_every_renderer_knows_every_category() -> None:
    assert set(origins_charts.ORDER) == set(EVERY)
    assert set(CATEGORIES) <= set(palette.SOURCES)
    for code in LANGUAGES:
        known = set(words("attribution", code).entries)
        assert {f"source.{key}" for key in EVERY} <= known


def test_a_category_that_no_catalog_knows_is_an_error_and_no_other(store: Store) -> None:
    with kept(store, rows("2025-01-03", {"campfires": 100.0})), pytest.raises(KeyError, match=r"source\.campfires"):
        said(store)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_sheet_says_no_less_than_the_page_of_origins(store: Store, code: str) -> None:
    day = rows("2025-01-03", {"heating": 100.0}, data_level="pm25", status="mostly_prior")
    with kept(store, day, notes="mostly_prior,no_pm10,no_hotspots,no_weather,wide_prior"):
        sheet = printed(store, code)
    with reader_language.using(code):
        reasons = ("mostly_prior", "no_pm10", "no_hotspots", "no_weather", "wide_prior")
        shown = [reader_language.t(f"origins.reason.{key}") for key in reasons]
    flat = sheet.replace(" ", "")
    assert [words for words in shown if words.replace(" ", "") not in flat] == []


def test_what_is_true_of_some_days_says_of_how_many(store: Store) -> None:
    days = [rows(f"2025-01-0{n}", {"heating": 100.0}) for n in (2, 3)]
    with kept(store, *days, rows("2025-01-04", {"heating": 100.0}, data_level="pm25", status="mostly_prior")):
        weak = said(store).shares_weak
    assert weak == (
        "Only 3 of 10 days of the period were attributed: the shares do not stand for all of it.",
        "Mostly prior: only PM2.5 is measured. (1 day)",
    )


def test_three_quarters_of_the_days_stand_for_the_period(store: Store) -> None:
    with kept(store, *[rows(f"2025-01-0{n}", {"heating": 100.0}) for n in range(1, 9)]):
        assert said(store).shares_weak == ()
