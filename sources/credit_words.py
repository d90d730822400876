"""Credits and licences in the reader's language, where their words are ours and not those a licence asks to quote."""

from dataclasses import replace

from data.words import words
from sources import SOURCES
from sources.base import Credit
from sources.credits import IMPORTS, credit

OWN = "en"  # the language in which the networks and imports state their credits


def said(source: str, language: str) -> Credit:
    """
    Credit of a source key as a reader's language has it.

    Parameters
    ----------
    source : str
        Key of a network or of an import format.
    language : str
        One of `data.city.LANGUAGES`.

    Returns
    -------
    Credit
        With the words of ``data/text/credits``; as its owner wants it quoted where these have none.

    Examples
    --------
    >>> said("kazhydromet", "ru").text, said("openmeteo", "kk").text
    ('Казгидромет, передано по соглашению', 'Weather data by Open-Meteo.com')
    """
    one = credit(source)
    if language == OWN:
        return one
    known = source if source in SOURCES or source in IMPORTS else "unknown"
    text = words("credits", language).entries.get(f"text.{known}", one.text)
    return replace(one, text=str(text), licence=licence(one.licence, language))


def licence(name: str, language: str) -> str:
    """
    Licence as a reader's language has it; names such as ``CC BY 4.0`` are the same in all.

    Examples
    --------
    >>> licence("none stated", "uz"), licence("CC BY 4.0", "uz")
    ('koʻrsatilmagan', 'CC BY 4.0')
    """
    return name if language == OWN else str(words("credits", language).entries.get(f"licence.{name}", name))
