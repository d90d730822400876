"""
The sentences of 0.2's column `reason`: written from the fields for exports, and read for stores and files of then.

For one release: it goes with the column `reason` of exports and the step of `data.store.tables.upgrade`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import checks
from data.checks import Entries
from data.parameters import PARAMETERS
from data.statistic import usual

MEDIAN = "daily median of hourly values"
DAY, HOUR = 1440, 60
JOIN = "; "
LONG_AHEAD = 120  # a future time is told in hours from here on [min]

# An adapter's words that 0.2 wrote into `reason`, by the check and the figures that say the same.
WORDS: Mapping[str, str] = MappingProxyType(
    {
        "clock:6": "clock: the daily cycle says stamped 6 h late, the publisher does not; not moved",
        "network:flagged": "flagged by OpenAQ",
        "network:qc_suspect": "network: QC Name Suspect",
        "network:qc_invalid": "network: QC Name Invalid",
        "network:qc_missing": "network: QC Name Missing",
        "network:qc_unknown": "network: QC Name not understood",
        "network:not_valid": "network: not valid",
        "network:not_valid,maintenance": "network: not valid, maintenance",
        "network:validity_unknown": "network: validity not understood",
        "network:low_confidence": "network: low confidence",
        "network:day_only": "network: it states the day of the value, not the hour",
        "network:unit_unstated": "network: it does not state the unit of the value",
        "static_heat:type": "static heat: the network's type is not a vegetation fire",
        "static_heat:site": "static heat: within 1.5 km of a registered site",
    }
)
# Sentences of adapters that hold the sign that divides parts; they can only be the beginning.
WHOLE = ("stamped 6 h late by the publisher until 2023-10-29; moved back 6 h", WORDS["clock:6"])
FRONT = frozenset({"network", "clock", "static_heat", "channels"})  # told by an adapter, before any note
_ENTRIES = {text: entry for entry, text in WORDS.items()}


def _spell(minutes: int) -> str:
    return {HOUR: "hours", DAY: "days"}.get(minutes, f"{minutes}-minute values")


def _ahead(minutes: str) -> str:
    return f"{minutes} min" if int(minutes) < LONG_AHEAD else f"{int(minutes) / HOUR:.0f} h"


@dataclass(frozen=True)
class _Row:
    """What a sentence says of its row beside the figures: the unit of the parameter, the length of the interval."""

    parameter: str
    minutes: int

    @property
    def unit(self) -> str:
        known = PARAMETERS.get(self.parameter)
        return known.unit if known else ""


def _label(key: str) -> str:
    known = PARAMETERS.get(key)
    return known.label if known else key


# Name of a check and number of its figures → its sentence.
_SENTENCES: Mapping[tuple[str, int], Callable[..., str]] = MappingProxyType(
    {
        ("sentinel", 1): lambda row, v: f"sentinel: {v} stands for no value",
        ("range", 0): lambda row: "range: no number",
        ("range", 3): lambda row, v, low, high: f"range: {v} is outside {low} to {high} {row.unit}",
        ("negative", 1): lambda row, v: f"negative: {v} {row.unit}",
        ("future_time", 1): lambda row, v: f"future time: ends {_ahead(v)} after now",
        ("dead_channel", 1): lambda row, v: f"dead channel: median of the fortnight around {v} {row.unit}",
        ("flat", 1): lambda row, v: f"flat: three days within 4% of {v}",
        ("level", 3): lambda row, v, n, other: (
            f"level: median of the weeks around {v} {row.unit}, {n} other stations have {other}"
        ),
        ("level_break", 2): lambda row, v, other: (
            f"level break: median of the weeks around {v} {row.unit}, the same season of other years has {other}"
        ),
        ("neighbours", 2): lambda row, v, other: (
            f"neighbours: median of the day {v} {row.unit}, expected {other} by others"
        ),
        ("ceiling", 2): lambda row, v, n: f"ceiling: full scale {v} reached {n} times, truth may be higher",
        ("stuck", 1): lambda row, n: f"stuck: {n} equal {_spell(row.minutes)}",
        ("spike", 2): lambda row, v, other: (
            f"spike: {v} where {'the hours' if row.minutes == HOUR else 'those'} around have {other}"
        ),
        ("fractions", 4): lambda row, fine, v, coarse, other: (
            f"fractions: {_label(fine)} {v} above {_label(coarse)} {other}"
        ),
        ("channels", 2): lambda row, a, b: f"channels: A {a}, B {b} µg/m³",
        ("derived", 2): lambda row, dew, air: f"derived from a dew point of {dew} °C at {air} °C",
        ("network", 2): lambda row, what, v: f"network: {what} {v}",
        ("maintenance", 3): lambda row, note, was, why: f"maintenance: {why} [note {note}, was {was}]",
    }
)


def _sentence(entry: str, row: _Row) -> str:
    if entry in WORDS:
        return WORDS[entry]
    name, figures = checks.name(entry), checks.figures(entry)
    made = _SENTENCES.get((name, len(figures)))
    try:
        if made is not None:
            return made(row, *figures)
    except ValueError:  # a figure that is no number, in a file of somebody else's
        pass
    plain = name.replace("_", " ")
    return f"{plain}: {', '.join(figures)}" if figures else plain


def reason(row_parameter: str, minutes: int, flag: str, statistic: str, entries: Entries, note: str) -> str:
    """
    What 0.2 would have written of a row.

    Parameters
    ----------
    row_parameter : str
        Key.
    minutes : int
        Length of the interval. [min]
    flag, statistic : str
        Of the row.
    entries : tuple of str
        Its checks.
    note : str
        Its note. One that reads as the first of these checks is the old text itself, kept at the migration.

    Examples
    --------
    >>> reason("pm25", 60, "suspect", "mean", ("spike:900,43.3",), "mean of 4 readings")
    'mean of 4 readings; spike: 900 where the hours around have 43.3'
    >>> reason("pm25", 60, "suspect", "mean", ("spike:41,12",), "spike: 41 where the hours around have 12")
    'spike: 41 where the hours around have 12'
    """
    row = _Row(row_parameter, minutes)
    old = _old(flag, entries, note)
    if old is not None:
        return JOIN.join([note, *(_sentence(e, row) for e in entries[len(old.checks) :])])
    first = 0
    while first < len(entries) and checks.name(entries[first]) in FRONT:
        first += 1
    front = [MEDIAN] if statistic == "median" and minutes == DAY else []
    parts = [*front, *(_sentence(e, row) for e in entries[:first]), *filter(None, [note])]
    return JOIN.join([*parts, *(_sentence(e, row) for e in entries[first:])])


def remark(flag: str, entries: Entries, note: str) -> str:
    """
    What a note says beside the checks.

    Examples
    --------
    >>> remark("suspect", ("spike:41,12",), "mean of 4 readings; spike: 41 where the hours around have 12")
    'mean of 4 readings'
    >>> remark("suspect", ("spike:41,12",), "fire nearby")
    'fire nearby'
    """
    old = _old(flag, entries, note)
    return note if old is None else old.rest


def _old(flag: str, entries: Entries, note: str) -> "Read | None":
    """What a note says that is the text of an older release, of which the row's checks were read; None of any other."""
    old = read(note, flag) if note else None
    if old is None or not (old.checks or old.median) or entries[: len(old.checks)] != old.checks:
        return None
    return old


def column(table: pa.RecordBatch | pa.Table) -> pa.Array:
    """
    The column `reason` of measurements.

    Parameters
    ----------
    table : RecordBatch or Table
        ``parameter, minutes, flag, statistic, checks, note`` of the store.

    Returns
    -------
    Array of string
        In the same order; only rows with checks and daily medians need a sentence made.
    """
    table = pa.table(table) if isinstance(table, pa.RecordBatch) else table
    told = pc.fill_null(pc.greater(pc.list_value_length(table["checks"]), 0), False)
    median = pc.and_(pc.equal(table["statistic"], "median"), pc.equal(table["minutes"], DAY))
    places = np.flatnonzero(pc.or_(told, pc.fill_null(median, False)).to_numpy())
    notes = pc.fill_null(table["note"], "").cast(pa.string())
    whole = notes.combine_chunks() if isinstance(notes, pa.ChunkedArray) else notes
    if not len(places):
        return whole
    names = ["parameter", "minutes", "flag", "statistic", "checks", "note"]
    part = table.select(names).take(pa.array(places))
    cells = zip(*(part[n].to_pylist() for n in names), strict=True)
    keys = [(p, m, f, s, tuple(e or ()), t or "") for p, m, f, s, e, t in cells]
    known = {key: reason(*key) for key in set(keys)}
    here = np.zeros(len(table), dtype=bool)
    here[places] = True
    return pc.replace_with_mask(whole, pa.array(here), pa.array([known[key] for key in keys], pa.string()))


_TEXTS = ("parameter", "flag", "statistic", "note")


def series(rows: pd.DataFrame) -> pd.Series:
    """
    The column `reason` of a table of measurements.

    Parameters
    ----------
    rows : DataFrame
        ``parameter, minutes, flag, statistic, checks, note``.
    """
    told = [pa.array(rows[n].astype("str"), pa.string()) for n in _TEXTS]
    minutes = pa.array(rows["minutes"].to_numpy(np.int32))
    made = column(pa.table([*told, minutes, checks.to_arrow(rows["checks"])], [*_TEXTS, "minutes", "checks"]))
    return pd.Series(made.to_numpy(zero_copy_only=False), index=rows.index, dtype="str")


# --- reading -----------------------------------------------------------------------------------------------------

_N = r"(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|nan)"
_UNIT = r"(?: \S+)?"
_LABELS = {PARAMETERS[key].label: key for key in ("pm1", "pm25", "pm10", "tsp")}
_LABEL = "(" + "|".join(map(re.escape, _LABELS)) + ")"
MARK = re.compile(r"maintenance: (?P<why>[^;]*) \[note (?P<id>[\w-]+), was (?P<was>ok|suspect|invalid)\]")
_MEDIANS = re.compile("daily median( of hourly values| as delivered| of the network)?")


def _plain(name: str, pattern: str) -> tuple[re.Pattern[str], Callable[..., Entries]]:
    return re.compile(pattern), lambda *figures: (name, *figures)


# Sentence of a check → its name and figures.
_PATTERNS = (
    _plain("sentinel", f"sentinel: {_N} stands for no value"),
    _plain("range", f"range: {_N} is outside {_N} to {_N}{_UNIT}"),
    _plain("range", "range: no number"),
    _plain("negative", f"negative: {_N}{_UNIT}"),
    _plain("future_time", r"future time: ends (\d+) min after now"),
    (re.compile(r"future time: ends (\d+) h after now"), lambda hours: ("future_time", str(int(hours) * HOUR))),
    _plain("dead_channel", f"dead channel: median of the fortnight around {_N}{_UNIT}"),
    _plain("flat", f"flat: three days within 4% of {_N}"),
    _plain("level", rf"level: median of the weeks around {_N}{_UNIT}, (\d+) other stations have {_N}"),
    _plain("level", r"level: (\d+) of (\d+)"),
    _plain(
        "level_break", f"level break: median of the weeks around {_N}{_UNIT}, the same season of other years has {_N}"
    ),
    _plain("neighbours", f"neighbours: median of the day {_N}{_UNIT}, expected {_N} by others"),
    _plain("ceiling", rf"ceiling: full scale {_N} reached (\d+) times, truth may be higher"),
    _plain("stuck", r"stuck: (\d+) equal (?:hours|days|\d+-minute values)"),
    _plain("spike", f"spike: {_N} where (?:the hours|those) around have {_N}"),
    _plain("spike", f"spike: {_N}"),
    (
        re.compile(f"fractions: {_LABEL} {_N} above {_LABEL} {_N}"),
        lambda fine, v, coarse, other: ("fractions", _LABELS[fine], v, _LABELS[coarse], other),
    ),
    _plain("channels", f"channels: A {_N}, B {_N} µg/m³"),
    (re.compile(r"network: (confidence|validity) (-?\d+)"), lambda what, v: ("network", what, v)),
)


@dataclass(frozen=True)
class Read:
    """
    What an old text says.

    Attributes
    ----------
    checks : tuple of str
        Entries, in their order.
    median : bool
        Whether it says that the value is a daily median.
    rest : str
        Its other words.
    """

    checks: Entries = ()
    median: bool = False
    rest: str = ""


def read(text: str, flag: str) -> Read:
    """
    What a text of 0.1 or 0.2 says; words that neither release wrote say nothing.

    Parameters
    ----------
    text : str
        The old `reason`.
    flag : str
        Of the row: of a sound one no text is a check. What stands before a mark of maintenance is judged by the flag
        that the mark names.

    Examples
    --------
    >>> read("daily median of hourly values; stuck: 8 equal days", "suspect")
    Read(checks=('stuck:8',), median=True, rest='')
    >>> read("operator: agrees with the daily median of post 3", "ok")
    Read(checks=(), median=False, rest='operator: agrees with the daily median of post 3')
    """
    parts = _parts(text)
    marks = [MARK.fullmatch(p) for p in parts]
    first = next((i for i, mark in enumerate(marks) if mark), len(parts))
    before = flag if first == len(parts) else str(marks[first]["was"])  # type: ignore[index]
    found: list[str] = []
    rest: list[str] = []
    median = False
    for i, (part, mark) in enumerate(zip(parts, marks, strict=True)):
        if mark:
            found.append(checks.make("maintenance", mark["id"], mark["was"], mark["why"]))
        elif _MEDIANS.fullmatch(part):
            median = True
        elif (before if i < first else flag) != "ok" and (entry := _entry(part)):
            found.append(entry)
        else:
            rest.append(part)
    return Read(tuple(found), median, JOIN.join(rest))


def bare(note: str, ids: Iterable[str]) -> str:
    """
    An old text without the marks of some maintenance notes; any other note as it is.

    Examples
    --------
    >>> bare("spike: 90 where the hours around have 8; maintenance: fan [note m-1, was suspect]", ["m-1"])
    'spike: 90 where the hours around have 8'
    """
    parts = _parts(note)
    gone = frozenset(ids)
    left = [p for p in parts if not ((mark := MARK.fullmatch(p)) and mark["id"] in gone)]
    return note if len(left) == len(parts) else JOIN.join(left)


def _parts(text: str) -> list[str]:
    for whole in WHOLE:
        if text == whole or text.startswith(whole + JOIN):
            rest = text[len(whole) + len(JOIN) :]
            return [whole, *(rest.split(JOIN) if rest else [])]
    return text.split(JOIN) if text else []


def _entry(part: str) -> str:
    if part in _ENTRIES:
        return _ENTRIES[part]
    for pattern, made in _PATTERNS:
        match = pattern.fullmatch(part)
        if match:
            return checks.make(*made(*match.groups()))
    return ""


def fields(rows: pd.DataFrame) -> pd.DataFrame:
    """
    The fields that the old text of rows says.

    Parameters
    ----------
    rows : DataFrame
        ``source, parameter, minutes, flag, reason`` of 0.1 or 0.2.

    Returns
    -------
    DataFrame
        ``checks, statistic, note``; the note is the whole old text, so that it stays readable.
    """
    text = rows["reason"].astype("str").fillna("")
    keys = list(zip(text.to_numpy(object), rows["flag"].to_numpy(object), strict=True))
    known = {key: read(str(key[0]), str(key[1])) for key in set(keys) if key[0]}
    nothing = Read()
    told = [known.get(key, nothing) for key in keys]
    median = np.array([t.median for t in told], dtype=bool)
    statistic = _delivered(rows).mask(median, "median")
    return pd.DataFrame(
        {"checks": checks.column((t.checks for t in told), rows.index), "statistic": statistic, "note": text},
        index=rows.index,
    )


def _delivered(rows: pd.DataFrame) -> pd.Series:
    """The statistic that an adapter of today says of the same rows."""
    source, parameter, minutes = (rows[n] for n in ("source", "parameter", "minutes"))
    gust = (parameter == "wind_gust") & source.isin(["openmeteo", "wis2"]) & (minutes > 0)
    return usual(parameter, minutes).mask(source == "uzhydromet", "instant").mask(gust, "max")
