"""Moments of rows: dates, clocks and zones of cells, read wholly by the one rule of a column, or not at all."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pandas as pd

from sources.files import clocks
from sources.files.profile import FIRST_DAY, LAST_DAY

UNREADABLE = "time not understood"
TWICE = "local hour came twice or never"
LONGEST = 64  # characters of a stamp
UNIX = "unix"  # among a mapping's formats: seconds or milliseconds since 1970
NONE = frozenset({"", "-", "--", "nan", "nat", "none", "null"})  # cells that say nothing
# Serial days of Excel's usual calendar count from here; from 1970 to 2100.
EXCEL_ZERO, EXCEL_SPAN = np.datetime64("1899-12-30", "s").astype(np.int64), (25_569, 73_050)
WEST, EAST = -12 * 3600, 14 * 3600  # offsets in use [s]

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?")
# Since 1970, where the mapping says so; and where only their size does: until 2030, for 2024020107 is an hour too.
_UNIX = ((re.compile(r"\d{9,10}(?:\.\d+)?"), 1.0), (re.compile(r"\d{12,13}(?:\.\d+)?"), 1e3))
_LIKE_UNIX = ((re.compile(r"1[0-8]\d{8}(?:\.\d+)?"), 1.0), (re.compile(r"1[0-8]\d{11}(?:\.\d+)?"), 1e3))
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
# A day and something behind it that is no midnight of Excel, seconds since 1970, or a serial day with a fraction.
_HOUR = re.compile(r"\s*\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:\s+\d|T(?!00:00:00$)\d).*|\d{9,13}(?:\.\d+)?|\d{5}[.,]\d+")
_CLOCK = r"\d{1,2}(?::\d{2}){1,2}(?:[.,]\d{1,9})?(?: ?[AaPp]\.?[Mm]\.?)?|\d{1,2} ?[AaPp]\.?[Mm]\.?"
_ZONE = (
    r"Z|[+\-−–]\d{2}(?::?\d{2})?|\(?(?:UTC|GMT)(?: ?[+\-−–]\d{1,2}(?::?\d{2})?)?\)?"
    r"|\(?[A-Z][A-Za-z]+/[A-Za-z0-9_+\-/]+\)?"
)
_STAMP = re.compile(rf"(?P<date>\S.*?)(?:T|,? )(?P<clock>{_CLOCK})(?: ?(?P<zone>{_ZONE}))?")
_ALONE = re.compile(rf"(?P<clock>{_CLOCK})(?: ?(?P<zone>{_ZONE}))?")
_OFFSET = re.compile(r"(?:UTC|GMT)? ?(?:([+-])(\d{1,2})(?::?(\d{2}))?)?")
_OF_TIME = re.compile(r"[T ,]*%-?[HIMSpfzZ].*$")
# Formats that say no more than they show: the year first, or, with points, the day first as everywhere here.
ALWAYS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%d.%m.%Y")
PROBE = pd.Timestamp(2001, 2, 3)


@dataclass
class _Column:
    """
    The distinct cells of a column, and one more, the last, for its empty ones.

    Attributes
    ----------
    codes : array of int
        Row → cell.
    day, clock : array of float
        Local midnight since 1970 and seconds since it; NaN where the cell names none. [s]
    zone : array of str
        "" where the cell names none.
    silent : array of bool
        The cell says nothing.
    """

    codes: npt.NDArray[np.int64]
    day: npt.NDArray[np.float64]
    clock: npt.NDArray[np.float64]
    zone: npt.NDArray[np.object_]
    silent: npt.NDArray[np.bool_]

    @classmethod
    def blank(cls, codes: npt.NDArray[np.int64], count: int) -> "_Column":
        """Nothing understood yet."""
        nothing = np.full(count + 1, np.nan)
        silent = np.zeros(count + 1, dtype=np.bool_)
        silent[-1] = True
        return cls(codes, nothing, nothing.copy(), np.full(count + 1, "", dtype=object), silent)

    def put(self, cell: int, day: float | None = None, clock: float | None = None, zone: str = "") -> None:
        """What a cell says."""
        self.day[cell] = np.nan if day is None else day
        self.clock[cell] = np.nan if clock is None else clock
        self.zone[cell] = zone


def read(
    given: pd.Series, zone: tzinfo, formats: Sequence[str] = (), clock: pd.Series | None = None
) -> tuple[pd.Series, pd.Series]:
    """
    Moments of the rows of a table.

    Parameters
    ----------
    given : Series
        Stamps, or days where `clock` is given; text, or times already.
    zone : tzinfo
        Of stamps that name none.
    formats : sequence of str
        Of `strptime`, beside `ALWAYS`; `UNIX` for seconds or milliseconds since 1970. Of two that read one text as two
        days (``%d/%m/%Y`` and ``%m/%d/%Y``) only the first counts, for the whole column.
    clock : Series, optional
        Clocks in a column of their own.

    Returns
    -------
    (Series, Series)
        Moments in UTC, NaT where there is none; and why, where a cell says something: `UNREADABLE`, or `TWICE` for a
        local hour that came twice or never when the zone changed.

    Notes
    -----
    Read are days of the formats with any clock of `sources.files.clocks`, 24:00 (the next day's beginning) among
    them; a zone behind it (``Z``, ``+05``, ``+0500``, ``UTC+5``, ``Asia/Tashkent``), which counts before `zone`;
    Excel's serial days; seconds or milliseconds since 1970 where the whole column looks so (2001 to 2030). An offset
    west of Greenwich is read behind a date with the year first only: in ``01.02.2024 00:00-01:00`` it is an hour from,
    to. Such spans are not understood.

    Examples
    --------
    >>> said = pd.Series(["01.02.2024 24:00", "2024-02-01T07:00+0500", "45323.5", "01.02.2024 7-8", None])
    >>> moments, why = read(said, ZoneInfo("Asia/Tashkent"))
    >>> moments.dt.strftime("%d %H:%M").tolist()[:3], why.tolist()
    (['01 19:00', '01 02:00', '01 07:00'], ['', '', '', 'time not understood', ''])
    """
    days = _days(given, tuple(formats))
    day, own, zoned = days.day[days.codes], days.clock[days.codes], days.zone[days.codes]
    silent = days.silent[days.codes]
    seconds = np.nan_to_num(own)
    if clock is not None:
        hours = _clocks(clock, tuple(formats))
        seconds, named, named_day = (getattr(hours, n)[hours.codes] for n in ("clock", "zone", "day"))
        agreed = (np.isnan(named_day) | (named_day == day)) & (np.isnan(own) | (own == 0) | (own == seconds))
        seconds = np.where(agreed & ((zoned == "") | (zoned == named)), seconds, np.nan)
        silent, zoned = silent | hours.silent[hours.codes], named
    moments, why = _moments(day + seconds, zoned, zone)
    found = pd.Series(moments, index=given.index)
    return found.dt.tz_localize("UTC"), pd.Series(np.where(silent, "", why), index=given.index, dtype="str")


def names_an_hour(cells: pd.Series) -> bool:
    """
    Whether any cell of a column of days says more than its day: without a column of hours nothing else can.

    Examples
    --------
    >>> names_an_hour(pd.Series(["01.02.2024", "2024-02-02T00:00:00"])), names_an_hour(pd.Series(["01.02.2024 00:00"]))
    (False, True)
    """
    if pd.api.types.is_datetime64_any_dtype(cells):
        return bool((cells != cells.dt.normalize()).any())
    return any(_HOUR.fullmatch(text) for text in cells.dropna().astype("str").unique())


def zone_named(text: str) -> tzinfo | None:
    """
    The zone that a text names.

    Examples
    --------
    >>> [str(zone_named(t)) for t in ("UTC", "(UTC+5)", "GMT+05:30", "Asia/Almaty", "Mars/Base", "+15:00")]
    ['UTC', 'UTC+05:00', 'UTC+05:30', 'Asia/Almaty', 'None', 'None']
    """
    plain = text.strip("() ").translate(str.maketrans("−–", "--"))
    if plain in ("", "Z"):
        return UTC if plain else None
    if found := _OFFSET.fullmatch(plain):
        offset = int(f"{found[1] or '+'}1") * (int(found[2] or 0) * 3600 + int(found[3] or 0) * 60)
        return timezone(timedelta(seconds=offset)) if WEST <= offset <= EAST and int(found[3] or 0) < 60 else None
    try:
        return ZoneInfo(plain) if "/" in plain else None
    except (KeyError, ValueError, OSError):
        return None


def zone_in(header: str) -> tzinfo | None:
    """
    The zone that stands at the end of a header.

    Examples
    --------
    >>> [str(zone_in(h)) for h in ("Время (UTC)", "Дата и время, UTC+5", "Time Asia/Tashkent", "Время, ч", "Срок")]
    ['UTC', 'UTC+05:00', 'Asia/Tashkent', 'None', 'None']
    """
    found = re.search(
        r"[\s,;(\[]([A-Z][A-Za-z]+/[\w+\-/]+|(?:UTC|GMT)(?: ?[+\-−–]\d{1,2}(?::?\d{2})?)?)[)\]\s]*$", header
    )
    return zone_named(found[1]) if found else None


def _moments(
    naive: npt.NDArray[np.float64], zoned: npt.NDArray[np.object_], zone: tzinfo
) -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.object_]]:
    """Local seconds as moments in UTC, zone by zone, and why there is none."""
    moments = np.full(len(naive), np.datetime64("NaT", "us"))
    why = np.full(len(naive), UNREADABLE, dtype=object)
    inside = np.isfinite(naive) & (naive > FIRST_DAY.timestamp()) & (naive < LAST_DAY.timestamp())
    for name in set(zoned[inside]):
        rows = inside & (zoned == name)
        where = zone_named(str(name)) if name else zone
        if where is not None:
            local = pd.DatetimeIndex((naive[rows] * 1e6).round().astype("int64").astype("datetime64[us]"))
            aware = local.tz_localize(where, ambiguous="NaT", nonexistent="NaT").tz_convert("UTC").tz_localize(None)
            moments[rows] = aware.to_numpy()
            why[rows] = np.where(aware.isna(), TWICE, "")
    return moments, why


def _days(given: pd.Series, formats: tuple[str, ...]) -> _Column:
    """Days of a column, with the clocks and zones behind them."""
    if pd.api.types.is_datetime64_any_dtype(given):
        return _typed(given)
    codes, texts = _distinct(given)
    column = _Column.blank(codes, len(texts))
    unix = _unix(texts, UNIX in formats)
    stamps: dict[int, tuple[str, str, str]] = {}
    for cell, text in enumerate(texts):
        if text.casefold() in NONE:
            column.silent[cell] = True
        elif (second := unix(text)) is not None:
            column.put(cell, second // clocks.DAY * clocks.DAY, second % clocks.DAY, "UTC")
        elif _SERIAL.fullmatch(text):
            column.put(cell, *_serial(float(text.replace(",", "."))))
        else:
            found = _STAMP.fullmatch(text)
            stamps[cell] = (found["date"], found["clock"], found["zone"] or "") if found else (text, "", "")
    patterns = tuple(f for f in formats if f != UNIX)
    known = _dates({date for date, _, _ in stamps.values()}, _kept((*filter(None, map(_date_part, patterns)), *ALWAYS)))
    for cell, (date, clock, zone) in stamps.items():
        seconds = clocks.clock(clock) if clock else None
        if (
            date in known
            and (seconds is not None or not clock)
            and (not _westward(zone) or _YEAR_FIRST.fullmatch(date))
        ):
            column.put(cell, known[date], seconds, zone)
    _whole(column, texts, tuple(stamps), _kept(tuple(f for f in patterns if _OF_TIME.search(f))))
    return column


def _clocks(given: pd.Series, formats: tuple[str, ...]) -> _Column:
    """Clocks of a column of their own, with the zones behind them; a whole stamp keeps its day."""
    codes, texts = _distinct(given)
    column = _Column.blank(codes, len(texts))
    parts = [_ALONE.fullmatch(text) for text in texts]
    alone = [(p["clock"], p["zone"] or "") if p else (text, "") for p, text in zip(parts, texts, strict=True)]
    rule = clocks.rule(text for text, _ in alone if text.casefold() not in NONE)
    for cell, (text, zone) in enumerate(alone):
        if text.casefold() in NONE:
            column.silent[cell] = True
        elif not _westward(zone):
            column.put(cell, clock=rule(text), zone=zone)
    stamps = [i for i, text in enumerate(texts) if np.isnan(column.clock[i]) and _STAMP.fullmatch(text)]
    if stamps:
        whole = _days(pd.Series([texts[i] for i in stamps], dtype="str"), formats)
        for i, cell in zip(stamps, whole.codes, strict=True):
            column.put(i, whole.day[cell], whole.clock[cell], whole.zone[cell])
    return column


def _typed(given: pd.Series) -> _Column:
    """Times that are no text: naive ones stay local."""
    zone = "UTC" if isinstance(given.dtype, pd.DatetimeTZDtype) else ""
    plain = given.dt.tz_convert("UTC").dt.tz_localize(None) if zone else given
    codes, distinct = pd.factorize(plain)
    column = _Column.blank(codes, len(distinct))
    seconds = distinct.to_numpy().astype("datetime64[us]").astype("int64") / 1e6
    column.day[:-1], column.clock[:-1] = seconds // clocks.DAY * clocks.DAY, seconds % clocks.DAY
    column.zone[:-1] = zone
    return column


def _distinct(given: pd.Series) -> tuple[npt.NDArray[np.int64], list[str]]:
    codes, texts = pd.factorize(given.astype("str"))
    plain = (_SPACES.sub(" ", str(t)).strip() for t in texts)
    return codes, [t if len(t) <= LONGEST else "too long" for t in plain]


def _unix(texts: Sequence[str], told: bool) -> Callable[[str], float | None]:
    """How seconds or milliseconds since 1970 are read: where the mapping says so, or the whole column is such."""
    said = [t for t in texts if t.casefold() not in NONE]
    alike = [(form, scale) for form, scale in _LIKE_UNIX if said and all(map(form.fullmatch, said))]
    usual = _UNIX if told else alike

    def read(text: str) -> float | None:
        return next((float(text) / scale for form, scale in usual if form.fullmatch(text)), None)

    return read


def _serial(number: float) -> tuple[float | None, float | None]:
    """Day and clock of a serial day of Excel."""
    day, part = divmod(number, 1)
    clock = clocks.of_day(part) if part else None
    if not EXCEL_SPAN[0] <= day <= EXCEL_SPAN[1] or (part and clock is None):
        return None, None
    return float(EXCEL_ZERO + int(day) * clocks.DAY), clock


def _westward(zone: str) -> bool:
    return zone[:1] in ("-", "−", "–")


def _date_part(pattern: str) -> str:
    """The day of a format whose clock stands behind it, else ""."""
    of_time = _OF_TIME.search(pattern)
    if not of_time:
        return pattern
    date = pattern[: of_time.start()]
    apart = of_time[0][0] in "T ," and not re.search(r"%-?[dmYybBj]", of_time[0])
    return date if apart else ""


@lru_cache
def _kept(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Formats without those that read a text as another day than an earlier one does."""
    kept: list[str] = []
    for pattern in dict.fromkeys(patterns):
        shown = PROBE.strftime(pattern)
        read = [pd.to_datetime(shown, format=k, errors="coerce") for k in kept]
        if all(pd.isna(r) or r == pd.to_datetime(shown, format=pattern, errors="coerce") for r in read):
            kept.append(pattern)
    return tuple(kept)


def _dates(texts: set[str], patterns: tuple[str, ...]) -> dict[str, float]:
    """Text → its midnight, by the first format that reads all of it. [s since 1970]"""
    given = pd.Series(sorted(texts), dtype="str")
    found = pd.Series(pd.NaT, index=given.index, dtype="datetime64[us]")
    for pattern in patterns:
        open_ = found.isna()
        if open_.any():
            found[open_] = pd.to_datetime(given[open_], format=pattern, errors="coerce").astype("datetime64[us]")
    seconds = found.astype("int64") / 1e6
    return {t: float(s) for t, s, gone in zip(given, seconds, found.isna(), strict=True) if not gone}


def _whole(column: _Column, texts: list[str], cells: tuple[int, ...], patterns: tuple[str, ...]) -> None:
    """Cells that no day and clock were found in, by the mapping's formats as they stand."""
    open_ = [c for c in cells if np.isnan(column.day[c])]
    for pattern in patterns if open_ else ():
        given = pd.Series([texts[c] for c in open_], dtype="str")
        aware = "%z" in pattern
        read = pd.to_datetime(given, format=pattern, errors="coerce", utc=aware)
        read = read.dt.tz_localize(None) if aware else read
        for cell, moment in zip(open_, read, strict=True):
            if pd.notna(moment):
                second = moment.timestamp()
                column.put(cell, second // clocks.DAY * clocks.DAY, second % clocks.DAY, "UTC" if aware else "")
        open_ = [c for c in open_ if np.isnan(column.day[c])]
