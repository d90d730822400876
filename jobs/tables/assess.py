"""`cleanair assess`: the ledger of a city and period as CSV, against a law, a yardstick or an index."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from data.city import City
from data.city import city as city_of
from data.errors import CentreError
from data.schema import MEASURED
from data.standards.limits import LimitError
from data.store.reader import StoreReader
from jobs.export.csv_lines import safe
from models.indices.aqi import STANDARDS, averagings
from models.indices.index_days import category_days, daily_bands
from models.limits.in_force import groups, limits, usable
from models.limits.ledger import ledger
from models.limits.summation import summation

READ = (
    "source", "station", "parameter", "start", "minutes", "value", "flag", "checks", "statistic", "kind", "city",
    "raw_unit",
)  # fmt: skip
KINDS = (*MEASURED, "simulated")  # models never stand for the air of a city
DECIMALS = {"completeness": 4, "worst_value": 3, "worst_ratio": 4, "highest_part": 4}

Progress = Callable[[int, int], None]


class AssessError(CentreError, ValueError):
    """The assessment that was asked for cannot be made; the person who asked must change the arguments."""

    who, status, exit_status = "asker", 400, 2


def run(
    store: StoreReader,
    city: str,
    start: datetime,
    end: datetime,
    standard: str,
    out: str | Path,
    *,
    flags: Sequence[str] = ("ok",),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """
    Write the ledger of a city.

    Parameters
    ----------
    store : StoreReader
    city : str
        Key of a city file.
    start, end : datetime
        Half-open; aware.
    standard : str
        ``us-epa-2024`` or ``eaqi-2024`` (days per category), ``who-2021``, ``uz`` or ``kz`` (exceedances); a law only
        where it is law.
    out : str or Path
        CSV, UTF-8; replaced only when all went well.
    flags : sequence of str
        Flags that count.
    progress : callable, optional
        Called with (done, all) pollutants.

    Returns
    -------
    dict
        ``city, standard, from, to, lines, out``; for limits also ``exceeded, none, not_checked`` (lines) and
        ``indicative`` (lines whose limit is not verified or whose averaging is only near) and ``exceeded_if_real``
        (lines with intervals above the limit if values that nothing else supports are real).

    Raises
    ------
    AssessError
        Unknown standard, or a law of elsewhere; `exit_status` 2.
    """
    where = city_of(city)
    if start >= end:
        raise AssessError("jobs.assess.empty", parameter="from")
    if standard in STANDARDS:
        table = _index(store, where, start, end, standard, flags, progress)
    else:
        table = _limits(store, where, start, end, standard, flags, progress)
    _write(table, Path(out))
    said: dict[str, Any] = {"city": city, "standard": standard, "from": start.isoformat(), "to": end.isoformat()}
    said |= {"lines": len(table), "out": str(out)}
    if "result" in table:
        said |= {word: int((table["result"] == word).sum()) for word in ("exceeded", "none", "not_checked")}
        said["indicative"] = int(table["indicative"].sum())
        said["exceeded_if_real"] = int((table["exceeded_if_real"].fillna(0) > 0).sum())
    return said


def _limits(
    store: StoreReader,
    city: City,
    start: datetime,
    end: datetime,
    standard: str,
    flags: Sequence[str],
    progress: Progress | None,
) -> pd.DataFrame:
    try:
        held = limits(usable(standard, city.law))
    except LimitError as error:
        raise AssessError("jobs.assess.refused", parameter=error.parameter, city=city.name(), cause=error) from error
    stations, parameters = store.stations(city.key), list(dict.fromkeys(limit.parameter for limit in held))
    parts = []
    for done, parameter in enumerate(parameters, 1):
        mine = [limit for limit in held if limit.parameter == parameter]
        rows = _rows(store, city, [parameter], start, end)
        parts.append(
            ledger(
                rows, mine, start, end, city=city.key, zone=str(city.zone), stations=stations, flags=flags, by_year=True
            )
        )
        if progress:
            progress(done, len(parameters))
    together = groups(standard)
    if together:
        rows = _rows(store, city, sorted({p for group in together for p in group.parameters}), start, end)
        parts.append(
            summation(rows, together, start, end, city=city.key, zone=str(city.zone), stations=stations, flags=flags)
        )
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _index(
    store: StoreReader,
    city: City,
    start: datetime,
    end: datetime,
    standard: str,
    flags: Sequence[str],
    progress: Progress | None,
) -> pd.DataFrame:
    stations, parameters, parts = store.stations(city.key), list(averagings(standard)), []
    for done, parameter in enumerate(parameters, 1):
        rows = _rows(store, city, [parameter], start, end)
        parts.append(daily_bands(rows, standard, start, end, zone=str(city.zone), stations=stations, flags=flags))
        if progress:
            progress(done, len(parameters))
    found = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    return category_days(found, standard, start, end, city=city.key, zone=str(city.zone))


def _rows(store: StoreReader, city: City, parameters: Sequence[str], start: datetime, end: datetime) -> pd.DataFrame:
    return store.measurements(city.key, list(parameters), start, end, kinds=KINDS, columns=READ)


def _write(table: pd.DataFrame, out: Path) -> None:
    rounded = table.round({name: places for name, places in DECIMALS.items() if name in table})
    names = [n for n in rounded if pd.api.types.is_string_dtype(rounded[n])]
    rounded = rounded.assign(**{n: rounded[n].map(safe, na_action="ignore") for n in names})
    part = out.with_name(f".{out.name}.part")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        rounded.to_csv(part, index=False, lineterminator="\n", encoding="utf-8")
        os.replace(part, out)
    finally:
        part.unlink(missing_ok=True)
