"""Credits are words of the reader's language, except where a licence asks to be quoted."""

import pytest

from data.city import LANGUAGES
from data.words import words
from sources import SOURCES
from sources.credit_words import OWN, licence, said
from sources.credits import IMPORTS, credit

KEYS = [*SOURCES, *IMPORTS]
# Sources whose licence or title is quoted as it is.
QUOTED = {
    "openmeteo": "the notice that its licence asks for",
    "openmeteo_air": "the notice that its licence asks for",
    "cams_ads": "the notice that the Copernicus licence asks for",
    "unep_imeo_mars": "the notice that its licence asks for",
    "airdata_kz": "title and authors of a published data set",
    "airdata-kz": "title and authors of a published data set",
}
NAMES = ("CC ", "CC0", "ODbL")  # licences that are called the same everywhere
OTHERS = [code for code in LANGUAGES if code != OWN]


@pytest.mark.parametrize("language", OTHERS)
def test_every_credit_is_said_or_quoted(language: str) -> None:
    entries = words("credits", language).entries
    told = {key.removeprefix("text.") for key in entries if key.startswith("text.")}
    assert told == {*KEYS, "unknown"} - set(QUOTED)
    assert [key for key in KEYS if (said(key, language).text == credit(key).text) != (key in QUOTED)] == []


@pytest.mark.parametrize("language", OTHERS)
def test_every_licence_is_a_name_or_words(language: str) -> None:
    entries = words("credits", language).entries
    told = {key.removeprefix("licence.") for key in entries if key.startswith("licence.")}
    assert told == {name for name in (credit(key).licence for key in KEYS) if not name.startswith(NAMES)}
    assert licence("CC BY 4.0", language) == "CC BY 4.0"


def test_what_a_reader_may_do_does_not_depend_on_the_language() -> None:
    for key in KEYS:
        allowed = {(said(key, code).url, said(key, code).may_redistribute) for code in LANGUAGES}
        assert allowed == {(credit(key).url, credit(key).may_redistribute)}
    assert said("nobody", "ru").text == "Источник без указанной лицензии"
