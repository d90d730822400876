"""The rules of the alarms: the shipped ones hold, and a wrong row is refused in a sentence that names it."""

import tomllib
from datetime import date
from pathlib import Path

import pytest

from data.city import LANGUAGES, cities
from data.rules.alarms import FILE, VARIABLE, AlarmRuleError, review, rules
from data.words import words

WINTER = date(2026, 1, 19)

ROW = """
[[rule]]
key = "r"
kind = "limit"
law = "kz"
parameter = "pm25"
averaging = "24h"
needs = {{ stations = 2 }}
priority = "low"
view = "map"
{more}
[rule.text]
en = "a"
ru = "б"
uz = "v"
kk = "г"
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "alarms.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_rule_of_one_law_never_acts_under_another() -> None:
    book = rules()
    for city in cities().values():
        mine = book.of(city)
        assert mine
        assert {rule.law for rule in mine} <= {"", city.law}
        assert all(trigger.law == city.law for rule in mine for trigger in book.triggers_of(rule, city, WINTER))
    assert {"uz-special-commission", "uz-republican-commission", "uz-notice", "kz-nmu"} == set(book.triggers)


def test_triggers_whose_own_text_was_not_read_are_indicative() -> None:
    assert all(trigger.indicative for trigger in rules().triggers.values())


# Day → what a dust storm in Tashkent stands for; the certain ones, then those whose act may not be in force yet.
STANDING = [
    ("2025-11-23", {"uz-notice"}, set()),
    ("2025-11-25", {"uz-notice"}, {"uz-special-commission"}),
    ("2026-01-19", {"uz-notice", "uz-special-commission"}, set()),
    ("2026-03-01", {"uz-notice", "uz-special-commission"}, set()),
    ("2026-03-02", {"uz-notice"}, set()),
    ("2026-04-01", {"uz-notice"}, {"uz-republican-commission"}),
    ("2026-12-01", {"uz-notice", "uz-republican-commission"}, set()),
    ("2027-03-02", {"uz-notice"}, set()),
    ("2024-02-29", set(), set()),
]


@pytest.mark.parametrize(("day", "certain", "perhaps"), STANDING)
def test_a_trigger_whose_act_has_ended_is_not_shown_as_standing(day: str, certain: set[str], perhaps: set[str]) -> None:
    book, place = rules(), cities()["tashkent"]
    storm = next(rule for rule in book.rules if rule.key == "dust-storm")
    found = book.triggers_of(storm, place, date.fromisoformat(day))
    assert {one.key for one in found if one.certain} == certain
    assert {one.key for one in found if not one.certain} == perhaps
    assert all(("not read" in one.cited("en")) >= (not one.certain) for one in found)


def test_a_trigger_names_its_act_until_when_and_that_no_figure_is_known() -> None:
    (standing,) = (one for one in [rules().triggers["uz-republican-commission"].standing(date(2026, 12, 1))] if one)
    assert standing.cited("ru") == (
        "УП-46 от 25 марта 2026 г., эти полномочия — по 1 марта 2027 г., порога в акте мы не знаем, "
        "известен из вторых рук, индикативно"
    )
    assert "no figure in the act that we know" in standing.cited("en")
    assert rules().triggers["uz-notice"].cited("en").startswith("number not read, in force since 1 March 2024, ")
    commission = rules().triggers["uz-special-commission"]
    assert not [city for city in cities().values() if commission.about(city) and city.key != "tashkent"]


def test_the_review_of_triggers() -> None:
    assert (review(date(2026, 12, 1)).rows, review(date(2026, 12, 1)).lacks) == (4, ())
    assert {one.row for one in review(date(2026, 12, 31)).due} == {"uz-republican-commission", "kz-nmu"}


def test_no_rule_listens_to_one_low_cost_sensor() -> None:
    held = [rule for rule in rules().rules if rule.kind in ("limit", "index")]
    assert all(rule.stations >= 2 or (rule.stations == 0 and rule.references) for rule in held)


def test_a_further_city_gets_the_rules_of_its_law(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (Path(__file__).parents[3] / "data" / "cities").glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "almaty.toml").write_text((tmp_path / "astana.toml").read_text("utf-8"), "utf-8")
    monkeypatch.setenv("CLEANAIR_CITIES", str(tmp_path))
    book = rules()
    assert book.of(cities()["almaty"]) == book.of(cities()["astana"])


def test_catalogs_are_alike() -> None:
    for catalog in ("rules", "acts", "pollution"):
        keys = {language: set(words(catalog, language).entries) for language in LANGUAGES}
        assert all(keys[language] == keys["en"] for language in LANGUAGES)


WRONG = [
    ('law = "kz"', 'law = "uz"\ncity = "astana"', "astana is under the law 'kz'"),
    ('averaging = "24h"', 'averaging = "1h"', "averaging '1h' is not one of single, 24h"),
    ('parameter = "pm25"', 'parameter = "pm99"', "parameter 'pm99'"),
    ('parameter = "pm25"', 'parameter = "h2s"', "no limit of h2s for 24h"),
    ('priority = "low"', 'priority = "urgent"', "priority 'urgent'"),
    ('view = "map"', 'view = "moon"', "view 'moon'"),
    ('law = "kz"', "", "law missing"),
    ('kk = "г"', "", "text is needed in en, ru, uz, kk"),
    ('kind = "limit"', 'kind = "event"', "a rule of kind event has no"),
    ('view = "map"', 'view = "map"\non_delay = 30', "a delay is longer than 24 h"),
    ('view = "map"', 'view = "map"\non_delay = -1', "on_delay -1 is not a number"),
    ('view = "map"', 'view = "map"\nstands_for = ["nobody"]', "stands_for 'nobody'"),
    ("stations = 2", "stations = 2, cars = 1", "has no cars"),
    ('view = "map"', 'view = "map"\nsteps = [[10, 1]]', "steps ((10, 1),) are not pairs"),
    ('view = "map"', 'view = "map"\nwhat = "multiple"', "steps () are not pairs"),
    ('view = "map"', 'view = "map"\nwhat = "multiple"\nsteps = [[0.5, 1]]', "steps ((0.5, 1),) are not pairs"),
    ('view = "map"', 'view = "map"\nwhat = "multiple"\nsteps = [[10, 99]]', "hours up to 72"),
    ('view = "map"', 'view = "map"\nwhat = "stale"', "what 'stale' is not one of"),
    ('key = "r"', "", "key"),
    ("[[rule]]", "[[rule]", "mend the file"),
]


@pytest.mark.parametrize(("old", "new", "said"), WRONG)
def test_a_wrong_row_is_refused_in_a_sentence(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = ROW.format(more="")
    assert len(rules(written(tmp_path, text)).rules) == 1
    other = tmp_path / "wrong"
    other.mkdir()
    with pytest.raises(AlarmRuleError) as refused:
        rules(written(other, text.replace(old, new, 1)))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_each_key_stands_once(tmp_path: Path) -> None:
    with pytest.raises(AlarmRuleError, match="r; every key stands once"):
        rules(written(tmp_path, ROW.format(more="") * 2))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(AlarmRuleError, match="no rule"):
        rules(written(other, ""))


def test_the_file_may_be_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(written(tmp_path, ROW.format(more=""))))
    assert [rule.key for rule in rules().rules] == ["r"]
    monkeypatch.setenv(VARIABLE, str(tmp_path / "none.toml"))
    with pytest.raises(AlarmRuleError, match="cannot be read"):
        rules()


def test_every_rule_is_described_on_the_operators_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "method-alarms.md").read_text("utf-8")
    raw = tomllib.loads(FILE.read_text("utf-8"))
    assert [row["key"] for row in raw["rule"] if f"`{row['key']}`" not in page] == []


def test_a_row_with_parameters_is_a_rule_for_each(tmp_path: Path) -> None:
    text = (
        ROW.format(more="")
        .replace('"r"', '"{parameter}-r"')
        .replace('parameter = "pm25"', 'parameters = ["pm25", "so2"]')
    )
    made = rules(written(tmp_path, text.replace('en = "a"', 'en = "{gas} a"'))).rules
    assert [(rule.key, rule.parameter, rule.text["en"]) for rule in made] == [
        ("pm25-r", "pm25", "PM2.5 a"),
        ("so2-r", "so2", "SO₂ a"),
    ]
