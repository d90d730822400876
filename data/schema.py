"""The measurement table and its one door, `conform`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from data import checks
from data.errors import CentreError
from data.parameters import PARAMETERS, UnitError, conversion
from data.statistic import STATISTICS, usual
from data.times import OFFSET

UTC_US = "datetime64[us, UTC]"
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
MEASURED = ("reference", "indicative")
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
    rows = table.copy()
    if "value" not in rows and {"raw_value", "raw_unit"} <= set(rows):
        rows["value"] = np.nan
    missing = [name for name in REQUIRED if name not in rows]
    if missing:
        raise SchemaError("data.schema.missing", parameter=missing[0], columns=missing)
    if known_at is not None:
        rows["known_at"] = pd.Timestamp(known_at)
    if "known_at" not in rows and len(rows):
        raise SchemaError("data.schema.known_at", parameter="known_at")
    rows = _fill(rows)
    reasons = _told(rows, _reasons(rows))
    bad = reasons != ""
    rejects = pd.DataFrame({"reason": reasons[bad], "excerpt": _excerpts(table[bad.to_numpy()])})
    good = rows[~bad].drop_duplicates(list(KEY), keep="last").sort_values(list(KEY), kind="stable")
    return Conformed(good.astype(dict(COLUMNS))[list(COLUMNS)].reset_index(drop=True), rejects.reset_index(drop=True))


def _fill(rows: pd.DataFrame) -> pd.DataFrame:
    rows["start"] = _times(rows["start"], "start")
    rows["known_at"] = _times(rows["known_at"], "known_at") if len(rows) else pd.Series(dtype=UTC_US)
    until = rows["known_until"] if "known_until" in rows else pd.Series(pd.NaT, index=rows.index)
    rows["known_until"] = pd.to_datetime(until, utc=True).astype(UTC_US)
    if not {"raw_value", "raw_unit"} <= set(rows):
        rows["raw_value"], rows["raw_unit"] = rows["value"], rows["parameter"].map(_unit)
    for name, default in (("flag", "ok"), ("note", "")):
        rows[name] = rows[name].fillna(default) if name in rows else default
    rows["checks"] = checks.column(rows["checks"], rows.index) if "checks" in rows else checks.none(rows.index)
    rows["value"] = pd.to_numeric(rows["value"], errors="coerce")
    rows["raw_value"] = pd.to_numeric(rows["raw_value"], errors="coerce")
    rows["raw_unit"] = rows["raw_unit"].fillna("").astype(str)
    rows["minutes"] = pd.to_numeric(rows["minutes"], errors="coerce")
    said = rows["statistic"].astype("str") if "statistic" in rows else pd.Series("", index=rows.index, dtype="str")
    rows["statistic"] = said.where(said.fillna("") != "", usual(rows["parameter"], rows["minutes"]))
    return _converted(rows)


def _unit(parameter: object) -> str:
    return PARAMETERS[parameter].unit if isinstance(parameter, str) and parameter in PARAMETERS else ""


def _times(column: pd.Series, name: str) -> pd.Series:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return column.astype(UTC_US)
    if pd.api.types.is_datetime64_dtype(column.dtype):
        raise SchemaError("data.schema.no_zone", parameter=name, column=name)
    texts = column.astype("str")
    parsed = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")
    naive = parsed.notna() & ~texts.str.contains(OFFSET, na=False)
    if naive.any():
        raise SchemaError("data.schema.no_zone_in", parameter=name, column=name, text=texts[naive].iloc[0])
    return parsed.astype(UTC_US)


def _converted(rows: pd.DataFrame) -> pd.DataFrame:
    need = rows["value"].isna() & rows["raw_value"].notna()
    for (parameter, unit), part in rows[need].groupby(["parameter", "raw_unit"], sort=False):
        try:
            factor, offset = conversion(str(parameter), str(unit))
        except (UnitError, KeyError):
            continue
        rows.loc[part.index, "value"] = part["raw_value"] * factor + offset
    return rows


def _reasons(rows: pd.DataFrame) -> pd.Series:
    """First reason, per row, why it cannot be kept; empty where it can."""
    tests = (
        ("unknown parameter", ~rows["parameter"].isin(list(PARAMETERS))),
        ("no start time", rows["start"].isna()),
        ("no averaging minutes", rows["minutes"].isna() | (rows["minutes"] < 0)),
        ("no station", rows["station"].isna() | rows["station"].astype(str).isin(["", "nan", "None"])),
        ("no source", rows["source"].isna() | rows["source"].astype(str).isin(["", "nan", "None"])),
        ("no value", rows["raw_value"].isna() & rows["value"].isna()),
        ("unit does not fit the parameter", rows["value"].isna()),
        ("value is not finite", ~np.isfinite(rows["value"].fillna(0))),
        ("unknown kind", ~rows["kind"].isin(list(KINDS))),
        ("unknown flag", ~rows["flag"].isin(list(FLAGS))),
        ("unknown statistic", ~rows["statistic"].isin(list(STATISTICS))),
        ("check that is no name with figures", ~pd.Series(checks.each(rows["checks"], checks.readable), rows.index)),
        ("text longer than 1,000 characters or with control characters", _unprintable(rows)),
        ("time out of range", (rows["start"].dt.year < 1970) | (rows["start"].dt.year > 2200)),
    )
    reasons = pd.Series("", index=rows.index, dtype="str")
    for reason, failed in reversed(tests):
        reasons[failed.fillna(True).to_numpy(bool)] = reason
    return reasons


def _told(rows: pd.DataFrame, reasons: pd.Series) -> pd.Series:
    """Reasons, the reader's own before the door's."""
    if "reject" not in rows:
        return reasons
    said = rows["reject"].fillna("").astype("str")
    return said.where(said != "", reasons)


def _unprintable(rows: pd.DataFrame) -> pd.Series:
    """Rows whose text would break a line, a log or a screen; each distinct text is looked at once."""
    bad = pd.Series(checks.each(rows["checks"], lambda e: any(map(_odd, e))), index=rows.index, dtype=bool)
    for name in ("source", "station", "city", "raw_unit", "note"):
        if name in rows:
            odd = [t for t in rows[name].dropna().unique() if _odd(t)]
            bad |= rows[name].isin(odd) if odd else False
    return bad


def _odd(text: object) -> bool:
    return len(str(text)) > MOST_TEXT or CONTROL.search(str(text)) is not None


def _printable(text: object) -> str:
    """A name in one line, without characters that turn the direction of what stands beside it."""
    return CONTROL.sub(" ", str(text))[:MOST_TEXT]


def _excerpts(rows: pd.DataFrame) -> list[str]:
    return [str({k: v for k, v in row.items() if pd.notna(v)})[:300] for row in rows.to_dict("records")]


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
        Columns of `STATION_COLUMNS`; text that is unknown is empty, numbers are NaN.

    Raises
    ------
    SchemaError
        When a needed column is missing or a kind or class is not known.
    """
    rows = table.copy()
    missing = [name for name in ("source", "station", "city", "kind") if name not in rows]
    if missing:
        raise SchemaError("data.schema.station_missing", parameter=missing[0], columns=missing)
    for name, dtype in STATION_COLUMNS.items():
        blank: object = "" if dtype == "str" else np.nan
        rows[name] = rows[name].fillna(blank) if name in rows and dtype == "str" else rows.get(name, blank)
        if dtype == "str":
            rows[name] = rows[name].map(_printable)
    rows["name"] = rows["name"].where(rows["name"] != "", rows["station"])
    for name, known in (("kind", KINDS), ("station_class", STATION_CLASSES)):
        odd = sorted(set(rows[name]) - set(known))
        if odd:
            allowed = [word for word in known if word]
            raise SchemaError("data.schema.station_choice", parameter=name, column=name, values=odd, known=allowed)
    rows = rows.drop_duplicates(["source", "station"], keep="last")
    return rows.astype(dict(STATION_COLUMNS))[list(STATION_COLUMNS)].reset_index(drop=True)
