"""Clocks in cells: a column of them is read by one rule, each cell wholly or not at all."""

import re
from collections.abc import Callable, Iterable

HOUR, DAY = 3_600, 86_400  # [s]
NEAR = 1.0  # a fraction of a day is a minute's when it lies so near; Excel keeps it to 1e-9 s [s]

_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d(?:[.,]\d{1,9})?))?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?"
)
_WORDED = re.compile(
    r"(?P<hour>\d{1,2}) ?(?:ч|час|часа|часов|h|hr|hours?|soat|сағ|сағат)\.?"
    r"(?: ?(?P<minute>[0-5]?\d) ?(?:м|мин|min|daq)\.?)?",
    re.IGNORECASE,
)
_NEXT_DAY = re.compile(r"1 day,? 0?0:00(?::00)?")  # 24:00 as a length of time is printed
_POINTED = re.compile(r"(\d{1,2})\.([0-5]\d)")
_NUMBER = re.compile(r"(\d+)(?:[.,](\d+))?")

Rule = Callable[[str], float | None]


def clock(text: str) -> float | None:
    """
    Seconds since midnight of a clock with a colon, with AM or PM, or with a word for hours.

    Examples
    --------
    >>> clock("07:30"), clock("24:00"), clock("12 AM"), clock("01:00 PM"), clock("1 day, 0:00:00"), clock("7 ч 30 мин")
    (27000.0, 86400.0, 0.0, 46800.0, 86400.0, 27000.0)
    >>> clock("24:30"), clock("13 PM"), clock("7"), clock("7-30"), clock("07:60")
    (None, None, None, None, None)
    """
    if _NEXT_DAY.fullmatch(text):
        return float(DAY)
    if worded := _WORDED.fullmatch(text):
        return _seconds(int(worded["hour"]), int(worded["minute"] or 0))
    found = _CLOCK.fullmatch(text)
    if not found or not (found["minute"] or found["half"]):
        return None
    hour = int(found["hour"])
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"] in "Pp" else 0)
    return _seconds(hour, int(found["minute"] or 0), _value(found["second"] or "0"))


def rule(texts: Iterable[str]) -> Rule:
    """
    How the cells of a column of clocks are read.

    Parameters
    ----------
    texts : iterable of str
        Its distinct cells.

    Returns
    -------
    callable
        Text → seconds since midnight, up to 86,400; None where it is not understood.

    Notes
    -----
    What `clock` reads means the same everywhere. Bare numbers are read as the whole column allows: whole hours 0 to 24;
    four digits each (``0730``); hours and minutes with a point, where each such cell has two digits below 60
    (``7.30``); fractions of a day, where none is above 1 and one at least has three decimals (``0.041667``, as a
    spreadsheet keeps 01:00). In a column whose fractions are neither of the two no bare number is understood.

    Examples
    --------
    >>> [rule(column)(column[0]) for column in (["7"], ["7.30", "13.00"], ["0.25", "0.041667"], ["0730", "1300"])]
    [25200.0, 27000.0, 21600.0, 27000.0]
    >>> [rule(column)(column[0]) for column in (["0.5"], ["7.5", "8"], ["7.30", "8.75"], ["25"], ["-1"], ["730"])]
    [None, None, None, None, None, None]
    """
    plain = {t: _trimmed(t) for t in texts}
    numbers = [t for t in plain.values() if _NUMBER.fullmatch(t)]
    bare = next((read for fits, read in _RULES if numbers and fits(numbers)), _unread)

    def read(text: str) -> float | None:
        known = clock(text)
        short = _trimmed(text)
        return known if known is not None else bare(short) if _NUMBER.fullmatch(short) else None

    return read


def _trimmed(text: str) -> str:
    """A whole number without the zeros of its fraction: 7.0 is 7."""
    return re.sub(r"(?<=\d)[.,]0+$", "", text)


def _seconds(hour: int, minute: int = 0, second: float = 0.0) -> float | None:
    whole = hour * HOUR + minute * 60 + second
    return float(whole) if minute < 60 and whole <= DAY else None


def _value(text: str) -> float:
    return float(text.replace(",", "."))


def _broken(numbers: list[str]) -> list[str]:
    return [t for t in numbers if not t.isdigit()]


def _are_hours(numbers: list[str]) -> bool:
    return not _broken(numbers) and any(len(t) <= 2 for t in numbers)


def _are_four_digits(numbers: list[str]) -> bool:
    return all(t.isdigit() and len(t) == 4 and _four_digits(t) is not None for t in numbers)


def _are_pointed(numbers: list[str]) -> bool:
    parts = [_POINTED.fullmatch(t) for t in _broken(numbers)]
    return bool(parts) and all(parts) and any(p and int(p[1]) for p in parts)


def _are_fractions(numbers: list[str]) -> bool:
    return all(_value(t) <= 1 for t in numbers) and any(len(t) > 4 for t in _broken(numbers))


def _hours(text: str) -> float | None:
    return _seconds(int(text)) if text.isdigit() and len(text) <= 2 else None


def _four_digits(text: str) -> float | None:
    return _seconds(int(text[:2]), int(text[2:]))


def _pointed(text: str) -> float | None:
    found = _POINTED.fullmatch(text)
    return _seconds(int(found[1]), int(found[2])) if found else _hours(text)


def of_day(fraction: float) -> float | None:
    """
    Seconds since midnight of a fraction of a day that names a minute.

    Examples
    --------
    >>> of_day(1 / 24), of_day(0.041667), of_day(0.0417)
    (3600.0, 3600.0, None)
    """
    minute = 60.0 * round(fraction * DAY / 60)
    return minute if abs(fraction * DAY - minute) < NEAR else None


def _fraction(text: str) -> float | None:
    return of_day(_value(text))


def _unread(text: str) -> float | None:
    return None


_RULES: tuple[tuple[Callable[[list[str]], bool], Rule], ...] = (
    (_are_hours, _hours),
    (_are_four_digits, _four_digits),
    (_are_fractions, _fraction),
    (_are_pointed, _pointed),
)
