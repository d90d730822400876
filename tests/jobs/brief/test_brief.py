"""The brief: its facts are the truth that went in, its page is one page of selectable text in four languages."""

import copy
import re
import string
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pypdfium2 as pdfium
import pytest
from streamlit.testing.v1 import AppTest

from cli import main as cli
from data.attribution.categories import EVERY
from data.city import LANGUAGES
from data.schema import conform
from data.store import Store, open_store, served
from data.words import FOLDER, Entry, words
from jobs.brief import facts as brief_facts
from jobs.brief import figures
from jobs.brief.page import SIGNED, draw, fitted
from jobs.brief.sentences import text
from models.limits.in_force import own
from models.trends.trends import anomalies, theil_sen

ZONE = ZoneInfo("Asia/Almaty")
MADE = datetime(2025, 1, 5, 6, 30, tzinfo=UTC)
START, END = datetime(2024, 1, 1, tzinfo=ZONE), datetime(2025, 1, 1, tzinfo=ZONE)
GAP = (datetime(2024, 7, 1, tzinfo=ZONE), datetime(2024, 7, 31, tzinfo=ZONE))  # thirty days nobody measured
SMOG = (datetime(2024, 1, 10, tzinfo=ZONE), datetime(2024, 1, 15, tzinfo=ZONE))  # five days over the limit of 35
DUST = (datetime(2024, 5, 3, tzinfo=ZONE), datetime(2024, 5, 4, tzinfo=ZONE))


def hours(station: str, parameter: str, value: np.ndarray, times: pd.DatetimeIndex, **columns: object) -> pd.DataFrame:
    plain = {"source": "airdata-kz", "kind": "reference", "minutes": 60, "city": "astana", **columns}
    return pd.DataFrame({"start": times, "value": value}).assign(station=station, parameter=parameter, **plain)


def truth() -> pd.DataFrame:
    begin = datetime(2020, 1, 1, tzinfo=ZONE).astimezone(UTC)
    times = pd.date_range(begin, END.astimezone(UTC), freq="h", inclusive="left")
    noise = np.random.default_rng(3).normal(0, 3, 64)
    value = 20 + noise[(times.year - 2019) * 12 + times.month - 12]  # every month has its own level, none its trend
    value[(times >= SMOG[0]) & (times < SMOG[1])] = 80
    value[(times >= DUST[0]) & (times < DUST[1])] = 120
    kept = ~((times >= GAP[0]) & (times < GAP[1]))
    hourly, midnight = kept & (times >= START), (times < START) & (times.tz_convert(ZONE).hour == 0)
    parts = [hours(f"airdata-kz:{n}", "pm25", value[hourly] + n, times[hourly]) for n in (1, 2, 3)]
    parts += [hours(f"airdata-kz:{n}", "pm25", value[midnight] + n, times[midnight], minutes=1440) for n in (1, 2, 3)]
    late = times >= pd.Timestamp("2024-12-01", tz="UTC")
    parts.append(hours("airdata-kz:1", "h2s", np.full(late.sum(), 12.0), times[late]))
    return conform(pd.concat(parts), known_at=MADE).rows


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = open_store(tmp_path_factory.mktemp("brief") / "store")
    store.append(truth())
    names = {1: "Turan", 2: "Akzhol", 3: "Koktal"}
    store.put_stations(
        pd.DataFrame(
            [{"source": "airdata-kz", "station": f"airdata-kz:{n}", "name": name, "lat": 51.1, "lon": 71.4,
              "city": "astana", "kind": "reference"} for n, name in names.items()]
        ),
        MADE,
    )  # fmt: skip
    return store


@pytest.fixture(scope="module")
def facts(filled: Store) -> brief_facts.Facts:
    return brief_facts.gather(filled, "astana", START, END, MADE)


def printed(page: bytes) -> str:
    document = pdfium.PdfDocument(page)
    assert len(document) == 1
    said = document[0].get_textpage().get_text_range()
    document.close()
    return re.sub(r"\s+", " ", said)


# --- the facts -------------------------------------------------------------------------------------------------------


def test_days_over_checked_and_not_checked(facts: brief_facts.Facts) -> None:
    held = facts["law24"]
    assert (held["limit"], held["over"], held["checked"], held["not_checked"], held["days"]) == (35, 6, 336, 30, 366)
    assert facts["simulated"] is False


def test_the_year_is_annual_only_when_complete(filled: Store, facts: brief_facts.Facts) -> None:
    year = facts["years"][-1]
    assert (year["year"], year["complete"], year["missing"]) == (2024, True, [7])
    assert year["law"] is None  # Kazakhstan has no annual limit in the registry
    part = brief_facts.gather(
        filled, "astana", datetime(2024, 5, 1, tzinfo=ZONE), datetime(2024, 8, 1, tzinfo=ZONE), MADE
    )
    assert part["whole_years"] == []
    assert part["years"][-1]["complete"] is False


def test_episodes_are_the_smog_and_the_dust(facts: brief_facts.Facts) -> None:
    found = [(e["first"], e["last"], e["days"], e["peak"], e["station"]) for e in facts["episodes"]]
    assert found == [("2024-05-03", "2024-05-03", 1, 122, "Koktal"), ("2024-01-10", "2024-01-14", 5, 82, "Koktal")]


def test_a_level_record_has_no_distinguishable_trend(facts: brief_facts.Facts) -> None:
    made = facts["trend"]
    assert made["direction"] == "none"
    assert made["lower"] <= 0 <= made["upper"]
    assert made["n"] == 59


def test_series_without_a_trend_are_seldom_given_one() -> None:
    months = pd.date_range("2022-01-01", periods=36, freq="MS", tz="UTC")
    season = 15 * np.cos(2 * np.pi * np.arange(36) / 12)
    draws = [pd.Series(25 + season + np.random.default_rng(s).normal(0, 4, 36), index=months) for s in range(24)]
    made = [theil_sen(anomalies(series), seed=2, times=199) for series in draws]
    assert sum(t.lower > 0 or t.upper < 0 for t in made) <= 5


def test_a_short_record_is_refused_a_trend(filled: Store) -> None:
    made = brief_facts.gather(
        filled, "astana", datetime(2022, 1, 1, tzinfo=ZONE), datetime(2023, 1, 1, tzinfo=ZONE), MADE
    )
    assert made["trend"]["refused"] == "short"
    assert "less than four years" in text(made, "en", MADE).trend[1]


def test_other_stations_are_no_trend_of_the_air(facts: brief_facts.Facts) -> None:
    changed = copy.deepcopy(facts)
    changed["trend"] |= {"direction": "moved", "stations_both": 1, "stations_either": 5}
    said = text(changed, "en", MADE)
    assert said.trend[0].startswith("At the stations measured in both years")
    assert said.trend[1].startswith("No trend of the air is stated: of 5 stations only 1")
    assert said.direction == ""


def test_a_single_limit_is_beside_an_hour_and_h2s_has_no_daily_one(facts: brief_facts.Facts) -> None:
    row = next(r for r in facts["table"] if r["parameter"] == "h2s")
    assert row["day"] is None
    assert row["single"]["ratio"] == 1.5
    assert "12 / 336" not in " ".join(text(facts, "en", MADE).table[0])
    assert "o3" in facts["absent"]


def test_medians_are_never_exceedances(tmp_path: Path) -> None:
    zone = ZoneInfo("Asia/Tashkent")
    days = pd.date_range("2025-01-01", "2026-01-01", freq="D", tz=zone, inclusive="left").tz_convert("UTC")
    rows = hours("tashkent-open:1", "pm25", np.where(np.arange(365) < 7, 90.0, 30.0), days, minutes=1440,
                 source="tashkent-open", kind="indicative", city="tashkent", statistic="median")  # fmt: skip
    store = open_store(tmp_path / "medians")
    store.append(conform(rows, known_at=MADE).rows)
    made = brief_facts.gather(
        store, "tashkent", datetime(2025, 1, 1, tzinfo=zone), datetime(2026, 1, 1, tzinfo=zone),
        datetime(2026, 2, 1, tzinfo=UTC),
    )  # fmt: skip
    held, said = made["law24"], text(made, "en", MADE)
    assert (held["over"], held["checked"], held["not_checked"], held["medians"], held["medians_over"]) == (
        None, 0, 365, 365, 7,
    )  # fmt: skip
    assert said.verdict == "unknown"
    assert "cannot be stated" in said.answer[0]
    assert any("indicative, no exceedances" in s for s in said.answer)
    assert "no annual mean" in said.years[0]
    assert any("low-cost" in s for s in said.answer)


def test_few_checked_days_never_speak_for_the_period(facts: brief_facts.Facts) -> None:
    changed = copy.deepcopy(facts)
    changed["law24"] |= {"over": 0, "checked": 40, "not_checked": 326}
    assert text(changed, "en", MADE).verdict == "unknown"
    changed["law24"] |= {"over": 10}
    said = text(changed, "en", MADE)
    assert said.verdict == "unknown"
    assert any("10 of 40" in words for words in said.answer)
    assert "Fewer than three quarters of the days: they do not speak for the whole period." in said.answer
    changed["law24"] |= {"over": 0, "checked": 366, "not_checked": 0}
    assert text(changed, "en", MADE).verdict == "within"


def test_the_checksum_is_of_the_facts_alone(facts: brief_facts.Facts) -> None:
    changed = copy.deepcopy(facts)
    changed["law24"]["over"] += 1
    assert brief_facts.checksum(changed) != brief_facts.checksum(facts)
    assert brief_facts.checksum(copy.deepcopy(facts)) == brief_facts.checksum(facts)
    assert text(facts, "en", MADE).checksum == text(facts, "kk", datetime(2026, 1, 1, tzinfo=UTC)).checksum


TO_COME = (datetime(2025, 2, 1, tzinfo=ZONE), datetime(2025, 3, 1, tzinfo=ZONE))


@pytest.mark.parametrize("bounds", [(END, START), TO_COME])
def test_a_period_that_is_empty_or_to_come_is_refused(filled: Store, bounds: tuple[datetime, datetime]) -> None:
    with pytest.raises(brief_facts.BriefError):
        brief_facts.gather(filled, "astana", *bounds, MADE)


def test_a_running_period_says_so(filled: Store) -> None:
    made = brief_facts.gather(
        filled, "astana", datetime(2024, 12, 1, tzinfo=ZONE), datetime(2025, 2, 1, tzinfo=ZONE), MADE
    )
    assert made["last"] == "2025-01-05"
    assert "The period is not over" in text(made, "en", MADE).marks[0]


def test_a_city_without_rows_makes_a_page_that_says_so(filled: Store) -> None:
    made = brief_facts.gather(filled, "tashkent", START, END, MADE)
    said = printed(draw(made, "en", MADE))
    assert "PM2.5 was not measured in this period." in said
    assert "No day of this period is known." in said


# --- the page --------------------------------------------------------------------------------------------------------

FIGURES = {
    "en": ("Air quality in Astana", "6 of 336", "30 of 366 days", "3 May 2024", "Koktal"),
    "ru": ("Качество воздуха: Астана", "6 из 336", "Не проверено 30 дней из 366", "10–14 января 2024 г."),
    "uz": ("Havo sifati: Ostona", "336 kundan 6 tasida", "366 kundan 30 tasi", "10–14-yanvar", "REMidan", "boʻldi"),
    "kk": ("Ауа сапасы: Астана", "күндер саны 6", "366 күннен 30 күн", "10–14 қаңтар", "Қазақстанның орташа тәуліктік"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_of_selectable_text(facts: brief_facts.Facts, language: str) -> None:
    said = printed(draw(facts, language, MADE))
    assert [words for words in FIGURES[language] if words not in said] == []
    assert brief_facts.checksum(facts)[:4] in said
    assert "?" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_not_blank_and_its_charts_have_the_colour_of_alarm(facts: brief_facts.Facts, language: str) -> None:
    document = pdfium.PdfDocument(draw(facts, language, MADE))
    picture = np.asarray(document[0].render(scale=1).to_pil().convert("RGB")).astype(int)
    document.close()
    dark = (picture.sum(axis=2) < 300).mean()
    red = (picture[..., 0] - picture[..., 1] > 90).mean()
    assert 0.01 < dark < 0.2
    assert red > 0.0005


def test_fonts_are_inside_and_have_every_letter(facts: brief_facts.Facts) -> None:
    page = draw(facts, "kk", MADE)
    assert page.count(b"/FontFile2") == 2
    sheet, _ = fitted(facts, text(facts, "kk", MADE), MADE)
    letters = "ʻ ʼ ә ғ қ ң ө ұ ү һ і Ә Ғ Қ Ң Ө Ұ Ү Һ І ₂ − – ÷ × µ ³"
    assert sheet.clean(letters) == letters
    assert sheet.clean("雾 station") == "? station"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_crowded_page_still_fits(facts: brief_facts.Facts, language: str) -> None:
    crowded = copy.deepcopy(facts)
    crowded["table"] = [dict(facts["table"][0]) for _ in range(11)]
    crowded["absent"] = ["o3", "nh3", "tsp", "no", "no2"]
    crowded["episodes"] = [facts["episodes"][0] | {"station": "Very long name of a station in the district " * 2}] * 3
    crowded["law24"] |= {"medians": 200, "medians_over": 20, "indicative": True}
    crowded["law24"] |= {"since": "2024-08-01", "entry_read": False}
    crowded["years"][-1] |= {"complete": False, "missing": list(range(1, 12))}
    crowded["trend"] |= {"direction": "moved", "stations_both": 1, "stations_either": 9}
    crowded["simulated"], crowded["asked_last"] = True, "2025-12-31"
    shares = [{"category": c, "share": 12.5, "lower": 5.0, "upper": 25.0} for c in EVERY]
    weak = ("mostly_prior", "no_pm10", "no_hotspots", "no_weather", "wide_prior")
    crowded["sources"] = {"answered": 200, "of": 366, "first": "2024-01-01", "last": "2024-12-31", "enough": False,
                          "shares": shares, "weak": [{"code": code, "days": 150} for code in weak]}  # fmt: skip
    _, end = fitted(crowded, text(crowded, language, MADE), MADE)
    assert end <= SIGNED


def test_the_same_facts_give_the_same_bytes(facts: brief_facts.Facts) -> None:
    assert draw(facts, "ru", MADE) == draw(copy.deepcopy(facts), "ru", MADE)


def test_the_checksum_stands_in_the_file(facts: brief_facts.Facts) -> None:
    document = pdfium.PdfDocument(draw(facts, "en", MADE))
    about = document.get_metadata_dict()
    document.close()
    assert about["Keywords"] == f"sha256:{brief_facts.checksum(facts)}"
    assert about["Title"].startswith("Air quality in Astana")


MARKS = [("en", "SIMULATED"), ("ru", "ИМИТАЦИЯ"), ("uz", "TAQLID"), ("kk", "ИМИТАЦИЯ")]


@pytest.mark.parametrize(("language", "word"), MARKS)
def test_the_demo_world_carries_its_watermark(facts: brief_facts.Facts, language: str, word: str) -> None:
    assert word not in printed(draw(facts, language, MADE))
    assert printed(draw(facts | {"simulated": True}, language, MADE)).count(word) >= 3


def test_simulated_rows_make_simulated_facts(tmp_path: Path) -> None:
    store = open_store(tmp_path / "demo")
    times = pd.date_range("2024-12-01", periods=240, freq="h", tz="UTC")
    rows = hours("demo:1", "pm25", np.full(240, 20.0), times, source="demo", kind="simulated")
    store.append(conform(rows, known_at=MADE).rows)
    made = brief_facts.gather(
        store, "astana", datetime(2024, 12, 1, tzinfo=ZONE), datetime(2024, 12, 11, tzinfo=ZONE), MADE
    )
    assert made["simulated"] is True
    assert "simulated" in text(made, "en", MADE).marks[0]


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_writes_the_page(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", MADE.isoformat())
    out = tmp_path / "deep" / "astana.pdf"
    command = ["brief", "--city", "astana", "--from", "2024-01-01", "--to", "2025-01-01", "--lang", "uz"]
    assert cli.main([*command, "--out", str(out), "--store", str(filled.folder)]) == 0
    assert "Havo sifati" in printed(out.read_bytes())
    assert [p.name for p in out.parent.iterdir()] == ["astana.pdf"]


def test_a_period_to_come_is_a_wrong_argument(filled: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", MADE.isoformat())
    command = ["brief", "--city", "astana", "--from", "2030-01-01", "--to", "2031-01-01", "--store", str(filled.folder)]
    assert cli.main([*command, "--out", str(tmp_path / "x.pdf")]) == 2
    assert not (tmp_path / "x.pdf").exists()


# --- the screen ------------------------------------------------------------------------------------------------------


def test_the_screen_reads_its_period_from_the_address(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", MADE.isoformat())
    monkeypatch.setenv("CLEANAIR_STORE", str(filled.folder))
    served._opened.cache_clear()
    pages = Path(__file__).resolve().parents[3] / "pages"
    app = AppTest.from_file(pages / "main.py", default_timeout=120)
    app.query_params.update({"lang": "en", "city": "astana", "span": "month", "month": "2024-01"})
    app.run()
    app.switch_page("brief.py")
    app.query_params.update({"lang": "en", "city": "astana", "span": "month", "month": "2024-01"})
    app.run()
    assert not app.exception
    assert not app.error
    said = " ".join(str(e.value) for e in app.get("markdown"))
    assert "1–31 January 2024" in said
    assert "on 5 of 31 checked days" in said
    assert len(app.get("download_button")) == len(LANGUAGES)


# --- the words -------------------------------------------------------------------------------------------------------


def fields(entry: Entry) -> set[str]:
    said = [entry] if isinstance(entry, str) else list(entry.values())
    return {name for part in said for _, name, _, _ in string.Formatter().parse(part) if name}


NO_DOCUMENT = {"glossary"}  # tests/house/test_glossary.py holds it
DOCUMENTS = sorted({p.parent.relative_to(FOLDER).as_posix() for p in FOLDER.rglob("en.toml")} - NO_DOCUMENT)
MAY_BE_EMPTY = {"over.24h"}


@pytest.mark.parametrize(("document", "language"), [(name, code) for name in DOCUMENTS for code in LANGUAGES])
def test_catalogs_have_the_same_keys_and_placeholders(document: str, language: str) -> None:
    english, other = words(document, "en").entries, words(document, language).entries
    assert set(other) == set(english)
    assert {k for k in other if fields(other[k]) != fields(english[k])} == set()
    needed = {"one", "few", "many", "other"} if language == "ru" else {"one", "other"}
    assert {k for k, e in other.items() if not isinstance(e, str) and not needed <= set(e)} == set()
    empty = {k for k, e in other.items() if not (e if isinstance(e, str) else all(e.values()))}
    assert empty <= MAY_BE_EMPTY


def test_uzbek_letters_are_the_right_ones() -> None:
    wrong = re.compile(r"[oOgG][‘’'`]|[a-z][‘’'`][a-z]")
    assert [k for k, e in words("brief", "uz").entries.items() if wrong.search(str(e))] == []


def test_numbers_and_dates() -> None:
    en, ru, uz, kk = (words("brief", code) for code in LANGUAGES)
    assert (en.number(12345.5, 1), ru.number(12345.5, 1)) == ("12,345.5", "12\u202f345,5")
    assert (en.number(None), en.number(-3), en.number(-0.01, 1)) == ("–", "−3", "0.0")
    assert [w.days(date(2024, 2, 10), date(2024, 2, 12)) for w in (en, ru, uz, kk)] == [
        "10–12 February 2024", "10–12 февраля 2024 г.", "2024-yil 10–12-fevral", "2024 жылғы 10–12 ақпан",
    ]  # fmt: skip
    assert en.days(date(2023, 12, 1), date(2024, 1, 2)) == "1 December 2023 – 2 January 2024"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(LookupError, match="choose one of en, kk, ru, uz"):
        words("brief", "fr")


@pytest.mark.parametrize(
    ("code", "said"),
    [("en", "level undetermined: 2 (Akzhol, Turan)"), ("ru", "уровень не определить: 2"),
     ("uz", "darajasi aniqlanmagan: 2"), ("kk", "деңгейі анықталмаған: 2")],
)  # fmt: skip
def test_verdicts_of_the_period_are_said_with_the_quality(filled: Store, code: str, said: str) -> None:
    plain = {"city": "astana", "parameter": "pm25", "check": "level_undetermined", "figure": 0.3, "lower": 0.2,
             "upper": 0.4, "other": "", "doubts": False, "until": pd.NaT, "known_at": pd.Timestamp(MADE)}  # fmt: skip
    rows = [{**plain, "station": f"airdata-kz:{n}", "start": pd.Timestamp(START)} for n in (1, 2)]
    rows += [{**plain, "station": "airdata-kz:3", "start": pd.Timestamp(END), "check": "dead"}]
    before = filled.table("station_verdicts")
    filled.replace("station_verdicts", pd.DataFrame(rows).assign(known_until=pd.NaT))
    try:
        made = brief_facts.gather(filled, "astana", START, END, MADE)
    finally:
        filled.replace("station_verdicts", before)
    assert [row["check"] for row in made["quality"]["verdicts"]] == ["level_undetermined"], (
        "a later one is of no concern"
    )
    assert any(said in value for _, value in text(made, code, MADE).quality)


@pytest.mark.parametrize(
    ("read", "said"), [(True, "in force since 1 August 2024"), (False, "was law by 1 August 2024")]
)
def test_a_day_that_is_only_certain_is_not_called_the_day_of_entry(
    facts: brief_facts.Facts, read: bool, said: str
) -> None:
    told = copy.deepcopy(facts)
    told["law24"] |= {"since": "2024-08-01", "entry_read": read}
    assert sum(said in line for line in text(told, "en", MADE).answer) == 1


def test_the_law_of_uzbekistan_is_certain_by_its_first_bulletin() -> None:
    held = figures.held(pd.DataFrame(), own("uz", "pm25", averaging="24h"), pd.DataFrame(), date(2024, 1, 1),
                        date(2024, 12, 31))  # fmt: skip
    assert held is not None
    assert (held["since"], held["entry_read"], held["days"]) == ("2024-08-01", False, 153)
