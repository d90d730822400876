"""What people write on a command line or in an address, understood: moments, lists, names."""

from datetime import UTC, datetime, tzinfo

from data.city import City


class ArgumentError(ValueError):
    """
    An argument cannot be understood; the person who wrote it must change it.

    Attributes
    ----------
    name : str
        Which argument.
    """

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.name = name


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
        raise ArgumentError(name, f"{text[:40]!r} is not an ISO 8601 time; write 2026-01-10T08:00:00+05:00") from error
    if not 1970 <= made.year <= 2200:
        raise ArgumentError(name, f"{text[:40]!r} lies outside 1970 to 2200")
    if made.tzinfo is None:
        if zone is None:
            raise ArgumentError(name, f"{text[:40]!r} has no zone; write it, as in {plain}+05:00")
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
        raise ArgumentError(names[0], f"{begin} must lie before {names[1]} {end}")
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
        raise ArgumentError(name, f"names nothing; choose of {', '.join(known)}")
    unknown = [word for word in chosen if word not in known]
    if unknown:
        raise ArgumentError(name, f"{unknown[0][:40]!r} is not known; choose of {', '.join(known)}")
    return chosen
