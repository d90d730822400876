"""What went wrong, as fields: which sentence, who must act, which parameter; the words stand in catalogs."""

from collections.abc import Mapping
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
        What the sentence's placeholders stand for: texts, numbers, lists of texts, or the error that caused this one.

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

    def fields(self) -> dict[str, Any]:
        """The error as plain values, to be kept and shown later: ``key, who, parameter, words``; a cause is its own."""
        said = {k: v.fields() if isinstance(v, CentreError) else _plain(v) for k, v in self.words.items()}
        return {"key": self.key, "who": self.who, "parameter": self.parameter, "words": said}


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
    if isinstance(value, Mapping):  # a cause, kept as its fields
        return sentence(value["key"], value["words"], language)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(str(_written(one, language)) for one in value)
    return value if isinstance(value, int) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _again(kind: type[CentreError], key: str) -> CentreError:
    return kind.__new__(kind, key)  # a class may ask for more than a key; its fields follow as the error's state
