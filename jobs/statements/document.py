"""A statement as what leaves: a JSON object, and the table of the rows it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import pandas as pd

from data.clock import iso
from data.standards.rounding import clean
from jobs.export.csv_lines import safe
from models.situation.statement import Held, IndexValue, Statement

VERSION = "1"
# One table for whoever opens a number: the statement, then its rows, then what was left out.
COLUMNS = (
    "record", "kind", "city", "station", "parameter", "unit", "averaging", "from_utc", "to_utc", "value", "lower",
    "upper", "arrow", "verdict", "provisional", "reason", "limit_key", "limit_value", "limit_act", "limit_status",
    "limit_temperature", "limit_compared",
    "index_scale", "index_value", "index_band", "age_minutes", "n", "of", "row_station", "row_start_utc",
    "row_minutes", "row_kind", "row_flag", "row_value", "why", "rows",
)  # fmt: skip


def document(said: Statement, *, explain: bool = False) -> dict[str, Any]:
    """
    A statement as plain values.

    Parameters
    ----------
    said : Statement
    explain : bool
        With `rows` and `left_out`.

    Returns
    -------
    dict
        Keys as in the data dictionary; what is not there is None.
    """
    made: dict[str, Any] = {
        "kind": said.kind, "city": said.city, "station": said.station or None, "parameter": said.parameter,
        "unit": said.unit, "averaging": said.averaging, "from": _moment(said.start), "to": _moment(said.end),
        "value": plain(said.value), "lower": plain(said.lower), "upper": plain(said.upper),
        "interval": said.interval or None, "arrow": said.arrow, "verdict": said.verdict,
        "reason": said.missing or said.held.reason or None, "provisional": said.provisional,
        "ratio": plain(said.held.ratio), "limit": _limit(said.held, said.unit),
        "index": _index(said.indices.values()),
        "age_minutes": said.age_minutes, "n": said.n, "of": said.of, "notes": list(said.notes),
    }  # fmt: skip
    if said.level is not None:
        made["level"] = {
            name: plain(value) if isinstance(value, float) else value
            for name, value in asdict(said.level).items()
            if name not in ("value", "lower", "upper")
        }
    if explain:
        made["rows"] = [
            {"station": r.station, "start": _moment(r.start), "minutes": int(r.minutes), "kind": r.kind,
             "flag": r.flag, "value": plain(r.value)}
            for r in said.rows.itertuples()
        ]  # fmt: skip
        made["left_out"] = said.left_out.to_dict("records")
    return made


def explained_csv(statements: Sequence[Statement], *, explain: bool = True) -> bytes:
    """
    Statements as UTF-8 CSV, each followed by the rows it was made from and by what was left out.

    Returns
    -------
    bytes
        `COLUMNS`; `record` is ``statement``, ``row`` or ``left_out``. Times in UTC with a Z.
    """
    lines = [line for said in statements for line in _lines(said, explain)]
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    for name in ("station", "row_station", "why", "limit_act"):
        table[name] = [safe(words) if isinstance(words, str) else "" for words in table[name]]
    return str(table.to_csv(index=False, lineterminator="\n")).encode("utf-8")


def _lines(said: Statement, explain: bool) -> Iterable[dict[str, Any]]:
    made = document(said, explain=explain)
    about = {name: made[name] for name in ("kind", "city", "station", "parameter", "unit", "averaging")}
    limit, index = made["limit"] or {}, made["index"] or {}
    yield {
        **about, "record": "statement", "from_utc": made["from"], "to_utc": made["to"],
        **{name: made[name] for name in ("value", "lower", "upper", "arrow", "verdict", "provisional", "reason")},
        **{name: made[name] for name in ("age_minutes", "n", "of")},
        **{f"limit_{name}": limit.get(name) for name in ("key", "value", "act", "status", "temperature", "compared")},
        **{f"index_{name}": index.get(name) for name in ("scale", "value", "band")},
    }  # fmt: skip
    for row in made.get("rows", ()):
        yield {
            **about, "record": "row", "row_station": row["station"], "row_start_utc": row["start"],
            "row_minutes": row["minutes"], "row_kind": row["kind"], "row_flag": row["flag"], "row_value": row["value"],
        }  # fmt: skip
    for out in made.get("left_out", ()):
        yield {**about, "record": "left_out", "row_station": out["station"], "why": out["why"], "rows": out["rows"]}


def plain(value: float | None) -> float | None:
    """A figure without the noise of the arithmetic."""
    return None if value is None else float(clean(value))


def _moment(at: pd.Timestamp | None) -> str | None:
    return None if at is None else iso(at)


def _limit(held: Held, unit: str) -> dict[str, Any] | None:
    """A limit in the unit of the statement, the temperature of a gas [°C], and the value at it where it is another."""
    limit = held.limit
    if limit is None:
        return None
    return {
        "key": limit.key, "value": limit.concentration, "unit": unit, "act": limit.act, "status": limit.status,
        "temperature": limit.temperature, "compared": plain(held.compared),
    }  # fmt: skip


def _index(found: Iterable[IndexValue]) -> dict[str, Any] | None:
    one = next(iter(found), None)
    if one is None:
        return None
    return {
        "scale": one.scale, "value": one.value, "band": one.category, "band_number": one.band, "beyond": one.beyond,
        "basis": one.basis,
    }  # fmt: skip
