"""The words of the field hold everywhere: no forbidden variant, no wrong letter, no ending glued to a placeholder."""

import re
from dataclasses import astuple

import pytest

from data.city import LANGUAGES
from data.glossary import after_number, forbidden, terms
from data.words import FORMS, plural
from tests.house.texts import Text, entries, texts

CYRILLIC, LATIN = "А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі", "A-Za-z"
# What no text of a language may hold, whatever it is about; the letters of Uzbek are ʻ after o and g, ʼ elsewhere.
LETTERS = {
    "en": {"quotes of another language": "[«»„]"},
    "ru": {"quotes of another language": "[“”„]"},
    "uz": {"apostrophe": f"[{LATIN}][‘’'´]", "ʻ after another letter": "(?<![oOgG])ʻ", "quotes": "[„‚]"},
    "kk": {"quotes of another language": "[“”„]"},
}
MIXED = re.compile(f"[{CYRILLIC}][{LATIN}]|[{LATIN}][{CYRILLIC}]")
# A letter right behind a placeholder, or behind its hyphen, mark or bracket; `{remote}host:port` is code.
GLUED = re.compile(rf"\}}[*`»”)]*([-–]?)([{LATIN}{CYRILLIC}ʻʼ]+)(?!\w*:port)")
# A count before a noun in the genitive plural is right for some counts only; behind these words it is right for most.
COUNTED = re.compile(
    r"(?<!из )(?<!до )(?<!больше )(?<!более )(?<!менее )(?<!меньше )(?<!чем )(?<!последние )(?<!последних )"
    r"(?<!от )(?<!–)\{\w+\}\**[   ](строк|станций|дней|сетей|тревог|значений|сообщений|месяцев|постов|рядов|частей)\b"
)
# `{of} станцияның {n}`: a part without the noun it is a part of.
PART = re.compile(r"(\w+?)(?:ның|нің|дың|дің|тың|тің) \**\{\w+\}\**(?= |,|;|\.|$)(?: (\w+))?")
# Numbers of acts are printed as the act prints them.
ACTS = re.compile(r"data/text/acts/\w+\.toml: number\.")
PARTED = ("станция", "тәулік", "күн", "сағат", "бөлік", "жол", "медиана", "желі", "ай")


def prose(said: str) -> str:
    """A text without code and without the names of its placeholders."""
    return re.sub(r"\{\w+\}", "{n}", re.sub("`[^`]*`", "``", said))


def failing(language: str, pattern: re.Pattern[str]) -> list[str]:
    return [f"{text.where}: {text.said}" for text in texts(language) if pattern.search(prose(text.said))]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_terms(language: str) -> None:
    assert [term.key for term in terms(language)] == [term.key for term in terms("en")]
    assert [term.key for term in terms(language) if not (term.term and term.meaning)] == []
    known = {term.key for term in terms(language)}
    assert [row for row in forbidden(language) if row.term not in known or not row.why] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_says_what_is_forbidden(language: str) -> None:
    found = [
        f"{text.where}: {text.said} | {row.why}"
        for text in texts(language)
        for row in forbidden(language)
        if row.say.search(prose(text.said))
    ]
    assert found == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_letters_and_quotes_are_those_of_the_language(language: str) -> None:
    for name, pattern in LETTERS[language].items():
        assert failing(language, re.compile(pattern)) == [], name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_mixes_two_alphabets(language: str) -> None:
    assert failing(language, MIXED) == []


@pytest.mark.parametrize("language", ["en", "uz"])
def test_cyrillic_stands_in_brackets_only_and_only_originals(language: str) -> None:
    originals = {
        word for term in terms("ru") for word in re.findall(f"[{CYRILLIC}5.]{{2,}}", f"{term.term} {term.original}")
    }
    bare, foreign = [], []
    for text in (x for x in texts(language) if not ACTS.match(x.where)):
        inside = re.findall(r"\(([^()]*)\)", text.said)
        bare += [text.where] if re.search(f"[{CYRILLIC}]", re.sub(r"\([^()]*\)", "", text.said)) else []
        words = re.findall(f"[{CYRILLIC}][{CYRILLIC}5.]+", " ".join(inside))
        foreign += [
            f"{text.where}: {word}" for word in words if word.rstrip(".") not in {x.rstrip(".") for x in originals}
        ]
    assert (bare, foreign) == ([], [])


def glued(language: str, said: str) -> list[str]:
    """What is glued to a placeholder of a text, ordinals with a noun of the glossary apart."""
    allowed = after_number(language)
    return [
        hyphen + letters
        for hyphen, letters in GLUED.findall(said)
        if not (hyphen == "-" and any(letters.startswith(noun) for noun in allowed))
    ]


@pytest.mark.parametrize(
    ("language", "said", "what"),
    [("kk", "{n}-інде", "-інде"), ("ru", "{rank}-я", "-я"), ("uz", "{day}dan", "dan"), ("kk", "**{n}**да", "да")],
)
def test_the_search_for_endings_finds_them(language: str, said: str, what: str) -> None:
    assert glued(language, said) == [what]
    assert glued("uz", "{year}-yilda, {a}–{b}-{month}, {of} tadan {n} tasi") == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_ending_is_glued_to_a_placeholder(language: str) -> None:
    found = {text.where: glued(language, text.said) for text in texts(language)}
    assert {where: words for where, words in found.items() if words} == {}


def test_counts_of_russian_have_a_noun_that_fits_every_count() -> None:
    assert COUNTED.search("подходит {rows} строк")
    assert [astuple(text)[:2] for text in texts("ru") if not text.plural and COUNTED.search(text.said)] == []


def parts(text: Text) -> list[str]:
    """Kazakh parts of a whole that lack their noun: `{of} станцияның {n}`."""
    return [
        match[0]
        for match in PART.finditer(text.said)
        if match[1] in PARTED and not (match[2] or "").startswith((match[1][:3], "пайыз"))
    ]


def test_parts_of_kazakh_have_their_noun() -> None:
    assert parts(Text("", "{of} станцияның {n} осы деңгейге жетті")) == ["станцияның {n} осы"]
    assert parts(Text("", "{n} желінің {good} желісі уақытында")) == []
    assert {text.where: parts(text) for text in texts("kk") if parts(text)} == {}


# Unicode CLDR, chart of plural rules of whole numbers: which counts take which form.
CLDR = {
    "en": {"one": (1,), "other": (0, 2, 11, 21, 100)},
    "ru": {"one": (1, 21, 101), "few": (2, 4, 22, 104), "many": (0, 5, 11, 12, 14, 19, 100, 111, 112)},
    "uz": {"one": (1,), "other": (0, 2, 11, 21, 100)},
    "kk": {"one": (1,), "other": (0, 2, 11, 21, 100)},
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals_follow_the_rules_of_the_language(language: str) -> None:
    for form, counts in CLDR[language].items():
        assert {plural(language, n) for n in counts} == {form}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_plural_has_the_forms_its_language_needs(language: str) -> None:
    needed = {*CLDR[language], "other"}  # `other` is the form of fractions and of numbers written as text
    plurals = {where: set(entry) for where, entry in entries(language) if not isinstance(entry, str)}
    assert plurals
    assert {where: forms for where, forms in plurals.items() if not needed <= forms <= set(FORMS)} == {}
