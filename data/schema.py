"""The measurement table and its one door, `conform`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import pandas as pd

from data import checks, clock, columns, possible
from data.columns import entries, excerpts, moments, numbers, texts, told
from data.errors import CentreError
from data.parameters import PARAMETERS, UnitError, conversion
from data.statistic import STATISTICS, usual

UTC_US = columns.UTC_US
MEASURED = possible.MEASURED
ENTRIES = "object"  # a tuple of entries (`data.checks`); a list of strings in the store
COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "source": "str",
        "station": "str",
        "parameter": "str",
        "start": UTC_US,
        "minutes": "int32",
        "value": "float64",
        "flag": "str",
        "checks": ENTRIES,
        "statistic": "str",
        "note": "str",
        "kind": "str",
        "raw_value": "float64",
        "raw_unit": "str",
        "known_at": UTC_US,
        "known_until": UTC_US,
        "city": "str",
    }
)
KEY = ("source", "station", "parameter", "start", "minutes", "statistic")
CONTENT = ("value", "flag", "checks", "note", "kind", "raw_value", "raw_unit", "city")
FLAGS = ("ok", "suspect", "invalid")
KINDS = ("reference", "indicative", "model", "simulated")
REQUIRED = ("source", "station", "parameter", "start", "minutes", "value", "kind", "city")

MOST_TEXT = 1_000  # characters of an id, a unit, a note, an entry of `checks` or a name
# What breaks a line, and what turns the direction of the text beside it.
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

STATION_COLUMNS: Mapping[str, str] = MappingProxyType(
    {
        "source": "str",
        "station": "str",
        "city": "str",
        "name": "str",
        "name_ru": "str",
        "name_uz": "str",
        "name_kk": "str",
        "lat": "float64",
        "lon": "float64",
        "altitude": "float64",
        "station_class": "str",  # traffic, industrial, background or "" (unknown)
        "kind": "str",
        "owner": "str",
        "licence": "str",
        "same_as": "str",  # station id of the same monitor in another network
        "coord_quality": "str",  # exact, rounded, generic or "" (unknown)
    }
)
STATION_CLASSES = ("background", "traffic", "industrial", "")
REJECT_COLUMNS: Mapping[str, str] = MappingProxyType(
    {"source": "str", "at": UTC_US, "reason": "str", "excerpt": "str", "origin": "str", "count": "int64"}
)


class SchemaError(CentreError, ValueError):
    """A table does not fit the schema as a whole; whoever made it must mend it."""

    who = "developer"


@dataclass(frozen=True)
class Conformed:
    """
    What came through the door.

    Attributes
    ----------
    rows : DataFrame
        Conforming rows, sorted by key, one per key (the last delivered wins).
    rejects : DataFrame
        Rows that could not be understood: ``reason``, ``excerpt``.
    """

    rows: pd.DataFrame
    rejects: pd.DataFrame


def empty() -> pd.DataFrame:
    """
    A measurement table without rows.

    Returns
    -------
    DataFrame
        All columns of `COLUMNS` in their types.
    """
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in COLUMNS.items()})


def conform(table: pd.DataFrame, known_at: datetime | None = None) -> Conformed:
    """
    Bring a delivered table into the schema, or say per row why it cannot be.

    Parameters
    ----------
    table : DataFrame
        At least `REQUIRED`; ``start`` aware or a string with its offset. With ``raw_value`` and ``raw_unit``
        and no ``value`` column, the value is converted here. Without a ``statistic`` it is the usual one
        (`data.statistic.usual`). A reader that knows why a row is none says so in ``reject``: the reason; empty else.
    known_at : datetime, optional
        When the centre learned it; needed unless the table has the column.

    Returns
    -------
    Conformed
        Rows of `COLUMNS` and the rejected ones. ``conform(conform(x).rows).rows`` equals ``conform(x).rows``.

    Raises
    ------
    SchemaError
        When a column is missing or times carry no zone: the adapter or import profile must be changed.

    Notes
    -----
    A value that is missing makes no row and is counted as rejected with the reason ``no value``.
    """
    twice = sorted({str(name) for name in table.columns[table.columns.duplicated()]} & {*COLUMNS})
    if twice:
        raise SchemaError("data.schema.twice", parameter=twice[0], columns=twice)
    rows = table.reset_index(drop=True)
    if "value" not in rows and {"raw_value", "raw_unit"} <= set(rows):
        rows["value"] = np.nan
    missing = [name for name in REQUIRED if name not in rows]
    if missing:
        raise SchemaError("data.schema.missing", parameter=missing[0], columns=missing)
    if known_at is not None:
        rows["known_at"] = pd.Timestamp(known_at)
    if "known_at" not in rows and len(rows):
        raise SchemaError("data.schema.known_at", parameter="known_at")
    rows, reasons = _read(rows)
    bad = reasons != ""
    good = rows[~bad].drop_duplicates(list(KEY), keep="last").sort_values(list(KEY), kind="stable")
    rejects = pd.DataFrame({"reason": pd.Series(reasons[bad], dtype="str"), "excerpt": _excerpts(table, reasons)})
    return Conformed(good.astype(dict(COLUMNS))[list(COLUMNS)].reset_index(drop=True), rejects)


def _read(given: pd.DataFrame) -> tuple[pd.DataFrame, npt.NDArray[np.object_]]:
    """Every column in its type, and per row the first reason why it cannot be kept; empty where it can."""
    rows = pd.DataFrame(index=given.index)
    rows["start"], naive = _times(given["start"], "start")
    rows["known_at"] = _times(given["known_at"], "known_at")[0] if len(given) else pd.Series(dtype=UTC_US)
    until = given["known_until"] if "known_until" in given else pd.Series(pd.NaT, index=given.index, dtype=UTC_US)
    rows["known_until"] = _times(until, "known_until")[0]
    for name, default in _BLANK.items():
        rows[name] = texts(given[name]).fillna(default) if name in given else default
    rows = rows.astype(dict.fromkeys(_BLANK, "str"))
    rows["checks"] = entries(given["checks"]) if "checks" in given else checks.none(given.index)
    rows["minutes"] = np.rint(numbers(given["minutes"]))
    rows["value"] = numbers(given["value"])
    if {"raw_value", "raw_unit"} <= set(given):
        rows["raw_value"] = numbers(given["raw_value"])
    else:
        rows["raw_value"], rows["raw_unit"] = rows["value"], rows["parameter"].map(_unit).astype("str")
    rows = _converted(rows)
    lengthless = possible.lengthless(rows)
    usually = usual(rows["parameter"], rows["minutes"])
    rows["statistic"] = rows["statistic"].where(rows["statistic"] != "", usually)
    said = told(given["value"]) | (told(given["raw_value"]) if "raw_value" in given else False)
    lost = told(until) & rows["known_until"].isna().to_numpy()
    return rows, _before(given, _reasons(rows, naive, lengthless, said, lost))


# Columns of text, and what stands where nothing is said.
_BLANK: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("source", "station", "parameter", "statistic", "note", "kind", "raw_unit", "city"), ""),
        "flag": "ok",
    }
)
_EXCERPTS = 100  # rows of one reason that are shown


def _unit(parameter: object) -> str:
    return PARAMETERS[parameter].unit if isinstance(parameter, str) and parameter in PARAMETERS else ""


def _times(column: pd.Series, name: str) -> tuple[pd.Series, npt.NDArray[np.bool_]]:
    """Moments, and rows whose time names no zone; a column of which none does is for the adapter to mend."""
    if pd.api.types.is_datetime64_dtype(column.dtype):
        raise SchemaError("data.schema.no_zone", parameter=name, column=name)
    read, naive = moments(column)
    if naive.any() and naive[told(column)].all():
        text = str(column[naive].iloc[0])
        raise SchemaError("data.schema.no_zone_in", parameter=name, column=name, text=text)
    return read, naive


def _converted(rows: pd.DataFrame) -> pd.DataFrame:
    need = rows["value"].isna() & rows["raw_value"].notna()
    for (parameter, unit), part in rows[need].groupby(["parameter", "raw_unit"], sort=False):
        try:
            factor, offset = conversion(str(parameter), str(unit))
        except (UnitError, KeyError):
            continue
        with np.errstate(over="ignore"):
            rows.loc[part.index, "value"] = part["raw_value"] * factor + offset
    return rows


def _reasons(
    rows: pd.DataFrame,
    naive: npt.NDArray[np.bool_],
    lengthless: npt.NDArray[np.bool_],
    said: npt.NDArray[np.bool_],
    lost: npt.NDArray[np.bool_],
) -> npt.NDArray[np.object_]:
    """First reason, per row, why it cannot be kept; empty where it can."""
    value, raw, minutes = (rows[name].to_numpy(float) for name in ("value", "raw_value", "minutes"))
    nothing = np.isnan(value) & np.isnan(raw)
    tests = (
        ("unknown parameter", ~rows["parameter"].isin(list(PARAMETERS))),
        ("start time without a zone", naive),
        ("no start time", rows["start"].isna()),
        ("no averaging minutes", np.isnan(minutes)),
        ("averaging minutes of 0 for an average", lengthless),
        ("averaging minutes outside 1 to 527,040", (minutes != 0) & ~_between(minutes, *possible.LENGTHS)),
        ("no station", rows["station"].isin(_NOBODY)),
        ("no source", rows["source"].isin(_NOBODY)),
        ("number not understood", nothing & said),
        ("no value", nothing),
        ("unit does not fit the parameter", np.isnan(value)),
        ("value is not finite", np.isinf(value) | np.isinf(raw)),
        ("value beyond what is physically possible", possible.absurd(rows)),
        ("unknown kind", ~rows["kind"].isin(list(KINDS))),
        ("unknown flag", ~rows["flag"].isin(list(FLAGS))),
        ("unknown statistic", ~rows["statistic"].isin(list(STATISTICS))),
        ("check that is no name with figures", ~np.array(checks.each(rows["checks"], checks.readable), dtype=bool)),
        ("text longer than 1,000 characters or with control characters", _unprintable(rows)),
        ("time out of range", possible.outside(rows["start"])),
        ("start lies ahead of the machine's clock", possible.early(rows, clock.machine())),
        ("no time when it became known", rows["known_at"].isna()),
        ("known until a time that cannot be read", lost),
    )
    reasons = np.full(len(rows), "", dtype=object)
    for reason, failed in reversed(tests):
        reasons[np.asarray(failed, dtype=bool)] = reason
    return reasons


def _before(given: pd.DataFrame, reasons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Reasons, the reader's own before the door's."""
    if "reject" not in given:
        return reasons
    said = texts(given["reject"]).fillna("").to_numpy(object)
    return np.where(said != "", said, reasons)


_NOBODY = ["", "nan", "None"]


def _between(values: npt.NDArray[np.float64], low: float, high: float) -> npt.NDArray[np.bool_]:
    return np.asarray((values >= low) & (values <= high), dtype=np.bool_)


def _unprintable(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Rows whose text would break a line, a log or a screen; each distinct text is looked at once."""
    bad = np.array(checks.each(rows["checks"], lambda e: any(map(_odd, e))), dtype=bool)
    for name in ("source", "station", "city", "raw_unit", "note"):
        odd = [t for t in rows[name].unique() if _odd(t)]
        bad = bad | rows[name].isin(odd).to_numpy(bool) if odd else bad
    return bad


def _odd(text: object) -> bool:
    return len(str(text)) > MOST_TEXT or CONTROL.search(str(text)) is not None


def _printable(text: object) -> str:
    """A name in one line, without characters that turn the direction of what stands beside it."""
    return CONTROL.sub(" ", str(text))[:MOST_TEXT]


def _excerpts(table: pd.DataFrame, reasons: npt.NDArray[np.object_]) -> pd.Series:
    """Of each rejected row what was delivered; of one reason the first `_EXCERPTS` rows only."""
    bad = np.flatnonzero(reasons != "")
    first = pd.Series(reasons[bad]).groupby(reasons[bad]).cumcount().to_numpy() < _EXCERPTS
    shown = pd.Series("", index=range(len(bad)), dtype="str")
    shown[first] = excerpts(table.iloc[bad[first]])
    return shown


def conform_stations(table: pd.DataFrame) -> pd.DataFrame:
    """
    Bring a station list into the schema; one row per station, the last delivered wins.

    Parameters
    ----------
    table : DataFrame
        At least ``source``, ``station``, ``city`` and ``kind``.

    Returns
    -------
    DataFrame
        Columns of `STATION_COLUMNS`; text that is unknown is empty, numbers are NaN. A place that is none on Earth, or
        0° N 0° E as devices without a fix send it, is unknown; so are a class that is not known and an altitude at
        which nobody measures. A station without an id or a source is none.

    Raises
    ------
    SchemaError
        When a needed column is missing or a kind is not known.
    """
    missing = [name for name in ("source", "station", "city", "kind") if name not in table]
    if missing:
        raise SchemaError("data.schema.station_missing", parameter=missing[0], columns=missing)
    given = table.reset_index(drop=True)
    rows = pd.DataFrame(index=given.index)
    for name, dtype in STATION_COLUMNS.items():
        if dtype == "str":
            rows[name] = texts(given[name]).fillna("").map(_printable) if name in given else ""
        else:
            rows[name] = numbers(given[name]) if name in given else np.nan
    rows = rows.astype(dict(STATION_COLUMNS))
    odd = sorted(set(rows["kind"]) - set(KINDS))
    if odd:
        raise SchemaError("data.schema.station_choice", parameter="kind", column="kind", values=odd, known=list(KINDS))
    rows = _somewhere(rows[~rows["station"].isin(_NOBODY) & ~rows["source"].isin(_NOBODY)])
    rows["name"] = rows["name"].where(rows["name"].str.strip() != "", rows["station"])
    rows["station_class"] = rows["station_class"].where(rows["station_class"].isin(STATION_CLASSES), "")
    return rows.drop_duplicates(["source", "station"], keep="last")[list(STATION_COLUMNS)].reset_index(drop=True)


HEIGHTS = (-500.0, 9_000.0)  # below the Dead Sea's shore, above the highest summit [m]


def _somewhere(rows: pd.DataFrame) -> pd.DataFrame:
    """Stations whose place is one on Earth, or unknown."""
    lat, lon = rows["lat"], rows["lon"]
    known = lat.between(-90, 90) & lon.between(-180, 180) & ((lat != 0) | (lon != 0))
    place = {name: rows[name].where(known) for name in ("lat", "lon")}
    height = rows["altitude"].where(rows["altitude"].between(*HEIGHTS))
    return rows.assign(**place, altitude=height, coord_quality=rows["coord_quality"].where(known, ""))
