"""The register of acts on the method page: every act in the reader's language, with the day's state and a link."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.city import LANGUAGES
from data.standards.acts import acts
from models.limits.in_force import own
from pages.ui.method import acts as method_acts
from pages.ui.reader.language import t, using

MAIN = Path(__file__).resolve().parents[3] / "pages" / "main.py"
TODAY = date(2026, 12, 12)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_act_is_shown_in_each_language(code: str) -> None:
    with using(code):
        table = method_acts.table(TODAY)
        names, numbers = table[t("acts.name")], table[t("acts.number")]
        links = table[t("acts.link")].dropna()
    assert set(names) == {act.names[code] for act in acts().values()}
    assert numbers.str.len().gt(0).all()
    assert links.str.fullmatch(r"https://\S+[^;,)]").all()
    assert len(links) >= 10


def test_the_table_says_what_stands_and_what_replaced_it() -> None:
    with using("ru"):
        rows = method_acts.table(TODAY).set_index(t("acts.name"))
        assert rows.loc[acts()["eu-2008-50"].names["ru"], t("acts.today")] == "не действует"
        assert rows.loc[acts()["eu-2008-50"].names["ru"], t("acts.successor")] == "(EU) 2024/2881"
        assert rows.loc[acts()["kz-nmu-rules"].names["ru"], t("acts.today")] == "не известно"
        decree = rows.loc[acts()["uz-up-229-2025"].names["ru"]]
        assert decree[t("acts.number")] == "УП-229 от 24 ноября 2025 г."
        assert decree[t("acts.successor")] == "УП-46 от 25 марта 2026 г."
        assert decree[t("acts.read")] == "из вторых рук (A)"


def test_a_limit_names_its_act_and_marks_a_day_that_is_only_certain() -> None:
    (day,) = own("kz", "pm25", on=TODAY, averaging="24h")
    (dust,) = own("uz", "pm10", on=TODAY, averaging="24h")
    with using("en"):
        assert method_acts.since(day) == "certain by 2023-02-03"
        assert method_acts.since(dust) == "2025-11-20"
        assert "ҚР ДСМ-70" in method_acts.named(day)
        assert "90 % (2008/50/EC) and 85 %" in method_acts.choices_made()


def test_the_page_draws_the_register(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_NOW", "2026-12-12T12:00:00+05:00")
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.query_params["lang"] = "en"
    app.run().switch_page("method.py").run()
    assert not app.exception
    assert "Acts" in [one.value for one in app.subheader]
    assert any("In force from" in frame.value for frame in app.dataframe)
