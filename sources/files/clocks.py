"""Moments as people's tables write them: a stamp is wholly understood, or it is none."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import pandas as pd

EMPTY, NOT_UNDERSTOOD, TWICE = "no start time", "time not understood", "local hour came twice or never"
DAYS = ("%d.%m.%Y", "%Y-%m-%d", "%d.%m.%y")  # of a day that stands alone; a stroke only where a mapping names it
UNIX = ("unix", "epoch", "%s")  # words of a mapping for seconds, or milliseconds, since 1970
FIRST, LAST = datetime(1970, 1, 2), datetime(2199, 12, 30)  # beyond these a stamp is a typing error
EXCEL = datetime(1899, 12, 30)  # day 0 of its serial numbers
SERIAL = (20_000, 80_000)  # of the years 1954 to 2119

_DATED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?")
_SHIFTED = re.compile(r"(?P<rest>.*:\d\d(?:\.\d+)?)\s*(?P<shift>[+-]\d{1,2}(?::?\d{2})?)")
_NAMED = re.compile(
    r"(?P<rest>.*[\d:])\s*(?:Z|(?:UTC|GMT)\s*(?P<shift>[+-]\d{1,2}(?::?\d{2})?)?|(?P<name>[A-Za-z]+/[\w/+-]+))"
)
_WHOLE = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2})(?:[.,]0+)?)?(?:\s*(?:ч|час|часов|soat|сағ|h)\.?)?")
_POINTED = re.compile(r"(\d{1,2})\.(\d{2})")
_DIGITS = re.compile(r"([01]\d|2[0-4])([0-5]\d)")
_HALVES = re.compile(r"(\d{1,2})(?::(\d{2}))?(?::(\d{2}))?\s*([ap])\.?\s?m\.?")
_LENGTH = re.compile(r"(\d+) days?,? (\d{1,2}):(\d{2})(?::(\d{2}))?")
_FRACTION = re.compile(r"(?:0?[.,]\d{3,}|1(?:[.,]0+)?|0(?:[.,]\d+)?)")
_MIDNIGHT = re.compile(r"(?:1900-01-01|1899-12-31)[T ]00:00(?::00)?")  # Excel's 24:00 under a format of dates


def moments(
    days: pd.Series, clocks: pd.Series | None, formats: Sequence[str], zone: ZoneInfo
) -> tuple[pd.Series, pd.Series]:
    """
    Stamps of a column, or of a column of days and one of hours, as moments.

    Parameters
    ----------
    days : Series of str
        Stamps, or days where `clocks` stand in a column of their own.
    clocks : Series of str or None
        Hours of the day.
    formats : sequence of str
        Of `strptime`, besides ISO; ``unix`` for seconds or milliseconds since 1970.
    zone : ZoneInfo
        Of stamps that name no zone.

    Returns
    -------
    (Series, Series)
        Aware moments in UTC, NaT where there is none; and why there is none: `EMPTY`, `NOT_UNDERSTOOD`, or `TWICE`
        for an hour that the clock's change made come twice or never.

    Notes
    -----
    24:00 is the next day. Excel's serial days and shares of a day are read. A day written with strokes is day first
    where a mapping says so; one cell of the column that can only be month first makes all of them not understood.
    What follows a stamp and is no zone, a clock that is no clock, and "0.25", which may be 00:25 or six o'clock, are
    not understood.

    Examples
    --------
    >>> stamps, why = moments(pd.Series(["01.02.2024 24:00", "45323.5", "01.02.2024 7.30", "1 Feb"]), None,
    ...     ("%d.%m.%Y %H:%M",), ZoneInfo("UTC"))
    >>> stamps.dt.strftime("%d %H:%M").tolist(), why.tolist()
    (['02 00:00', '01 12:00', '01 07:30', nan], ['', '', '', 'time not understood'])
    """
    given = _texts(days)
    hours = None if clocks is None else _texts(clocks)
    shares = hours is not None and _are_shares(hours.unique())
    allowed = _agreed(given.unique(), tuple(formats))
    if hours is None:
        each = {text: _stamp(text, allowed) for text in given.unique()}
        found = pd.Series([each[text] for text in given], index=given.index, dtype="object")
    else:
        pairs = pd.Series(list(zip(given, hours, strict=True)), index=given.index)
        both = {pair: _paired(*pair, allowed, shares) for pair in dict.fromkeys(pairs)}
        found = pd.Series([both[pair] for pair in pairs], index=given.index, dtype="object")
    return _resolved(found, zone)


def names_an_hour(stamps: pd.Series) -> bool:
    """
    Whether any stamp of a column says more than its day: without a column of hours nothing else can.

    Examples
    --------
    >>> names_an_hour(pd.Series(["01.02.2024", "2024-02-02T00:00:00"])), names_an_hour(pd.Series(["01.02.2024 00:00"]))
    (False, True)
    """
    hour = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:\s+\d|T(?!00:00:00$)\d).*|\d{9,13}(?:\.0+)?|\d{5}[.,]\d+")
    return any(hour.fullmatch(text) for text in _texts(stamps).unique())


def _texts(column: pd.Series) -> pd.Series:
    return column.astype("str").fillna("").str.replace("\u00a0", " ").str.strip()


def _agreed(texts: Iterable[str], formats: tuple[str, ...]) -> tuple[str, ...]:
    """The formats, without those of strokes where one cell says that the month comes first."""
    first = any(m and int(m[2]) > 12 for m in (re.match(r"(\d{1,2})/(\d{1,2})/\d{4}", t) for t in texts))
    return tuple(f for f in formats if "/" not in f) if first else formats


def _stamp(text: str, formats: tuple[str, ...]) -> datetime | str:
    """A whole stamp, aware where it names its zone."""
    if text in ("", "nan", "NaT", "None"):
        return EMPTY
    counted = _counted(text)
    if counted is not None:
        return counted
    try:
        rest, zone = _zoned(text)
    except (KeyError, ValueError, OSError):
        return NOT_UNDERSTOOD
    found = _naive(rest, formats)
    if found is None:
        return NOT_UNDERSTOOD
    return found if zone is None else found.replace(tzinfo=zone)


def _zoned(text: str) -> tuple[str, tzinfo | None]:
    """A stamp and the zone at its end, where it names one; KeyError or ValueError where that is no zone."""
    match = _NAMED.fullmatch(text) or _SHIFTED.fullmatch(text)
    if match is None:
        return text, None
    named = match.groupdict()
    if named.get("name"):
        return match["rest"].strip(), ZoneInfo(match["name"])
    shift = match["shift"] or "+0"
    digits = shift[1:].replace(":", "")
    hours, minutes = (int(digits[:-2]), int(digits[-2:])) if len(digits) > 2 else (int(digits), 0)
    if hours > 14 or minutes > 59:
        raise ValueError(shift)
    return match["rest"].strip(), timezone(timedelta(hours=hours, minutes=minutes) * (-1 if shift[0] == "-" else 1))


def _naive(text: str, formats: tuple[str, ...]) -> datetime | None:
    if _DATED.fullmatch(text):
        return _inside(text)
    for pattern in (*(f for f in formats if f not in UNIX), "%Y-%m-%d"):
        found = _parsed(text, pattern)
        if found:
            return found
    day, sign, clock = re.sub(r"\s*[T ]\s*", " ", text, count=1).partition(" ")
    return _joined(day, clock.strip(), formats, False) if sign else None


def _inside(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST < found < LAST else None


def _parsed(text: str, pattern: str) -> datetime | None:
    try:
        found = datetime.strptime(text, pattern)
    except ValueError:
        return None
    return found if FIRST < found.replace(tzinfo=None) < LAST else None


def _paired(day: str, clock: str, formats: tuple[str, ...], shares: bool) -> datetime | str:
    if not day or not clock:
        return EMPTY
    found = _joined(day, clock, formats, shares)
    return NOT_UNDERSTOOD if found is None else found


def _joined(day: str, clock: str, formats: tuple[str, ...], shares: bool) -> datetime | None:
    """A day and an hour of it; the day may be followed by a midnight, as Excel writes days."""
    bare = re.sub(r"[T ]00:00(?::00)?(?:\.0+)?$", "", day)
    hour = _clock(clock, shares)
    for pattern in (*(f.split(" ")[0].split("T")[0] for f in formats if f not in UNIX), *DAYS):
        found = _parsed(bare, pattern)
        if found is not None:
            return None if hour is None else found + hour
    serial = _serial(bare)
    return None if serial is None or hour is None or serial != serial.replace(hour=0, minute=0) else serial + hour


@lru_cache(maxsize=8192)
def _clock(text: str, shares: bool) -> timedelta | None:
    """Time since midnight, up to 24:00; None where it is not wholly understood."""
    plain = text.casefold().strip()
    if shares and _FRACTION.fullmatch(plain):
        return timedelta(minutes=round(float(plain.replace(",", ".")) * 1440))
    if _MIDNIGHT.fullmatch(text):
        return timedelta(days=1)
    plain = re.sub(r"(?<=\d)\.0+$", "", plain) if re.fullmatch(r"\d{1,2}\.0", plain) else plain
    if halves := _HALVES.fullmatch(plain):
        hour, minute, second = int(halves[1]), int(halves[2] or 0), int(halves[3] or 0)
        return _span(hour % 12 + (12 if halves[4] == "p" else 0), minute, second) if 1 <= hour <= 12 else None
    if length := _LENGTH.fullmatch(plain):
        return _span(24 * int(length[1]) + int(length[2]), int(length[3]), int(length[4] or 0))
    for pattern in (_WHOLE, _DIGITS, _POINTED):
        if match := pattern.fullmatch(plain):
            if pattern is _POINTED and int(match[1]) == 0:
                return None  # 0.25 may be a share of a day
            parts = [int(p or 0) for p in match.groups()]
            return _span(parts[0], parts[1], parts[2] if len(parts) > 2 else 0)
    return None


def _span(hour: int, minute: int, second: int) -> timedelta | None:
    inside = minute < 60 and second < 60 and (hour < 24 or (hour, minute, second) == (24, 0, 0))
    return timedelta(hours=hour, minutes=minute, seconds=second) if inside else None


def _are_shares(texts: Iterable[str]) -> bool:
    """Whether hours are shares of a day: one has more decimals than minutes have, and every cell can be one."""
    told = [t for t in texts if t]
    return any(re.fullmatch(r"0?[.,]\d{3,}", t) for t in told) and all(_FRACTION.fullmatch(t) for t in told)


def _counted(text: str) -> datetime | None:
    """Excel's days, or seconds or milliseconds since 1970."""
    if found := _serial(text):
        return found
    number = re.fullmatch(r"(\d{9,10}|\d{12,13})(?:\.0+)?", text)
    if not number:
        return None
    seconds = int(number[1]) / (1000 if len(number[1]) > 10 else 1)
    return datetime.fromtimestamp(seconds, UTC)


def _serial(text: str) -> datetime | None:
    """A day number of Excel, to the second."""
    if not re.fullmatch(r"\d{5}(?:[.,]\d+)?", text):
        return None
    days = float(text.replace(",", "."))
    return EXCEL + timedelta(seconds=round(days * 86400)) if SERIAL[0] <= days < SERIAL[1] else None


def _resolved(found: pd.Series, zone: ZoneInfo) -> tuple[pd.Series, pd.Series]:
    """Moments in UTC of what was understood, each distinct stamp turned once."""
    each: dict[datetime, datetime | None] = {
        stamp: _in_utc(stamp, zone) for stamp in found.unique() if isinstance(stamp, datetime)
    }
    why = {s: s if isinstance(s, str) else TWICE if each[s] is None else "" for s in found.unique()}
    stamps = {s: each.get(s) if isinstance(s, datetime) else None for s in why}
    return pd.to_datetime(found.map(stamps), utc=True), found.map(why).astype("str")


def _in_utc(stamp: datetime, zone: ZoneInfo) -> datetime | None:
    """The moment; None where a local stamp was shown twice, or never."""
    if stamp.tzinfo is not None:
        return stamp.astimezone(UTC)
    first, second = (stamp.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        return None
    moment = first.astimezone(UTC)
    return moment if moment.astimezone(zone).replace(tzinfo=None) == stamp else None
