"""What people write on a command line or in an address, understood: moments, lists, names."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from data.city import City
from data.errors import CentreError

SHOWN = 40  # of what somebody wrote, as much as a sentence repeats [characters]


class ArgumentError(CentreError, ValueError):
    """
    An argument cannot be understood; the person who wrote it must change it.

    Parameters
    ----------
    name : str
        Which argument; its `parameter`, and what the sentence's placeholder ``{argument}`` stands for.
    key : str
        Of the sentence.
    **said : Any
        What its other placeholders stand for.
    """

    who, status, exit_status = "asker", 400, 2

    def __init__(self, name: str, key: str, /, **said: Any) -> None:
        super().__init__(key, parameter=name, argument=name, **said)


def quoted(text: str, most: int = SHOWN) -> str:
    r"""
    What somebody wrote, as a sentence may repeat it: short, in quotation marks, control characters spelled out.

    Examples
    --------
    >>> print(quoted("so on\n"), len(quoted("x" * 99)))
    'so on\n' 42
    """
    return repr(text[:most])


def moment(name: str, text: str, zone: tzinfo | None) -> datetime:
    """
    An ISO 8601 moment, UTC.

    Parameters
    ----------
    name : str
        Of the argument, for the error.
    text : str
        ``2026-01-10``, ``2026-01-10T08:00`` or with an offset.
    zone : tzinfo or None
        Clock of a time without a zone; None where the zone must be written.

    Returns
    -------
    datetime
        Aware, UTC.

    Raises
    ------
    ArgumentError
        When it is no time, or has no zone and must have one.

    Examples
    --------
    >>> from zoneinfo import ZoneInfo
    >>> moment("from", "2026-01-10", ZoneInfo("Asia/Tashkent")).isoformat()
    '2026-01-09T19:00:00+00:00'
    """
    # In an address a plus sign that was not escaped arrives as a blank.
    plain = text.strip().replace(" ", "+") if "T" in text else text.strip()
    try:
        made = datetime.fromisoformat(plain)
    except ValueError as error:
        raise ArgumentError(name, "api.arguments.not_a_time", text=quoted(text)) from error
    if not 1970 <= made.year <= 2200:
        raise ArgumentError(name, "api.arguments.outside", text=quoted(text))
    if made.tzinfo is None:
        if zone is None:
            raise ArgumentError(name, "api.arguments.no_zone", text=quoted(text), plain=plain)
        made = made.replace(tzinfo=zone)
    return made.astimezone(UTC)


def period(city: City, begin: str, end: str, names: tuple[str, str] = ("from", "to")) -> tuple[datetime, datetime]:
    """
    A half-open period on the city's clock.

    Raises
    ------
    ArgumentError
        When an end is no time or the period is empty.
    """
    start, stop = moment(names[0], begin, city.zone), moment(names[1], end, city.zone)
    if start >= stop:
        raise ArgumentError(names[0], "api.arguments.not_before", begin=begin, other=names[1], end=end)
    return start, stop


def words(name: str, text: str | None, known: tuple[str, ...]) -> tuple[str, ...] | None:
    """
    A comma-separated list of known words; None where nothing is written.

    Raises
    ------
    ArgumentError
        When a word is not known; names those there are.

    Examples
    --------
    >>> words("parameters", "pm25, no2", ("no2", "pm25"))
    ('pm25', 'no2')
    """
    if not text:
        return None
    chosen = tuple(word.strip() for word in text.split(",") if word.strip())
    if not chosen:
        raise ArgumentError(name, "api.arguments.names_nothing", known=known)
    unknown = [word for word in chosen if word not in known]
    if unknown:
        raise ArgumentError(name, "api.arguments.not_known", text=quoted(unknown[0]), known=known)
    return chosen


def switch(name: str, text: str | None) -> bool:
    """
    A switch, off where nothing is written.

    Raises
    ------
    ArgumentError
        When it is neither 1 nor 0.

    Examples
    --------
    >>> switch("explain", "1"), switch("explain", None)
    (True, False)
    """
    if text not in (None, "", "0", "1", "true", "false"):
        raise ArgumentError(name, "api.arguments.no_switch")
    return text in ("1", "true")
