"""What went wrong, as fields: which sentence, who must act, which parameter; the words stand in catalogs."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from data.words import words

WHO = (
    "nobody",
    "asker",
    "operator",
    "developer",
)  # who can mend it: time alone, who asked, who runs this, who writes it
CATALOGS = "errors"  # folder of `data/text`; one folder below it for each first part of a key


class CentreError(Exception):
    """
    Base of every error that a person may read.

    Nothing but this class makes a sentence of an error, and no code reads one: what a program must know is a field.

    Parameters
    ----------
    key : str
        Of the sentence: ``<catalog>.<section>.<name>``, kept in ``data/text/errors/<catalog>/<language>.toml``.
    who : str, optional
        Who must act, one of `WHO`; the class says it by default.
    parameter : str
        The argument, column or setting that is wrong; empty where none is.
    status : int, optional
        Of the HTTP answer that says it; the class says it by default.
    **said : Any
        What the sentence's placeholders stand for: texts, numbers, lists of texts, a
        `phrase`, or the error that caused this one.

    Attributes
    ----------
    exit_status : int
        Of the command: 1 the work failed, 2 it was asked for wrongly.

    Examples
    --------
    >>> error = CentreError("data.clock.no_zone", parameter="CLEANAIR_NOW", variable="CLEANAIR_NOW", text="2024-12-07")
    >>> str(error)
    'CLEANAIR_NOW=2024-12-07: has no zone; add one, as in 2024-12-07+05:00'
    >>> error.who, error.parameter, error.sentence("ru")[:32]
    ('operator', 'CLEANAIR_NOW', 'CLEANAIR_NOW=2024-12-07: нет час')
    """

    who: str = "operator"
    status: int = 500
    exit_status: int = 1

    def __init__(
        self, key: str, /, *, who: str | None = None, parameter: str = "", status: int | None = None, **said: Any
    ) -> None:
        super().__init__(key)
        self.key, self.parameter, self.words = key, parameter, said
        if who is not None:
            self.who = who
        if status is not None:
            self.status = status

    def __str__(self) -> str:
        return self.sentence("en")

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.key), self.__dict__

    def sentence(self, language: str) -> str:
        """The sentence in a language."""
        return sentence(self.key, self.words, language)

    def fields(self, clean: Callable[[str], str] = str) -> dict[str, Any]:
        """
        The error as plain values, to be kept and shown later: ``key, who, parameter, words``; a cause is its own.

        Parameters
        ----------
        clean : callable
            What every text among them goes through, such as one that takes secrets out.
        """
        words = {name: _plain(value, clean) for name, value in self.words.items()}
        return {"key": self.key, "who": self.who, "parameter": self.parameter, "words": words}


def phrase(key: str, /, **said: Any) -> Mapping[str, Any]:
    """
    Words that stand for a placeholder of a sentence and must be written in the reader's language, too.

    Parameters
    ----------
    key : str
        As of a `CentreError`.
    **said : Any
        What its own placeholders stand for.

    Examples
    --------
    >>> line = phrase("data.inventory.line", number="3")
    >>> CentreError("data.inventory.quotes", file="a.csv", row=line, cause="strange").sentence("en")
    'a.csv, line 3: strange; mend the quotes'
    """
    return {"key": key, "words": said}


def columns(error: CentreError | None, clean: Callable[[str], str] = str) -> dict[str, str]:
    """
    An error as a row of a table keeps it; empty texts for none.

    Parameters
    ----------
    error : CentreError or None
        What went wrong.
    clean : callable
        As for `CentreError.fields`.

    Returns
    -------
    dict of str to str
        ``error`` (the English sentence, for logs and scripts), ``error_key``, ``error_who`` and ``error_words`` (JSON),
        of which `sentence` makes the words in any language.

    Examples
    --------
    >>> columns(CentreError("data.unit.no_gas", label="PM10"))["error_words"]
    '{"label": "PM10"}'
    """
    if error is None:
        return {"error": "", "error_key": "", "error_who": "", "error_words": ""}
    words = json.dumps(error.fields(clean)["words"], ensure_ascii=False)
    return {"error": clean(str(error)), "error_key": error.key, "error_who": error.who, "error_words": words}


def sentence(key: str, said: Mapping[str, Any], language: str) -> str:
    """
    Words of an error that was kept as its fields.

    Parameters
    ----------
    key : str
        Of the sentence.
    said : mapping
        What its placeholders stand for, as `CentreError.fields` gives it.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.
    """
    catalog, _, rest = key.partition(".")
    written = {name: _written(value, language) for name, value in said.items()}
    return words(f"{CATALOGS}/{catalog}", language).say(rest, **written)


def _written(value: Any, language: str) -> object:
    if isinstance(value, CentreError):
        return value.sentence(language)
    if isinstance(value, Mapping):  # a phrase, or a cause that was kept as its fields
        return sentence(value["key"], value["words"], language)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(_written(one, language)) for one in value)
    return value if isinstance(value, int) and not isinstance(value, bool) else _shown(str(value))


def _shown(text: str) -> str:
    """What somebody else wrote, in one line: what would break it or turn its direction is written as its number."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _plain(value: Any, clean: Callable[[str], str]) -> Any:
    if isinstance(value, CentreError):
        return value.fields(clean)
    if isinstance(value, Mapping):  # a phrase, or the fields of a cause
        return {**value, "words": {name: _plain(one, clean) for name, one in value["words"].items()}}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one, clean) for one in value]
    return value if isinstance(value, int | float | bool) or value is None else clean(str(value))


def _again(kind: type[CentreError], key: str) -> CentreError:
    return kind.__new__(kind, key)  # a class may ask for more than a key; its fields follow as the error's state
