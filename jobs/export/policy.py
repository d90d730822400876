"""The registers of measures and techniques as tables that leave: chosen by city, kind and status, typed, as CSV."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from data import clock
from data.city import City, city_files
from data.inventory.inventory import load
from data.measures import measures, techniques
from data.measures.rows import entries, number
from jobs.export.csv_lines import safe

MEASURES = (*measures.COLUMNS, "status_today")
TECHNIQUES = techniques.COLUMNS
LISTS = frozenset({"sites", "pollutants", "cuts", "measures"})
NUMBERS = frozenset(
    {"expected_low", "expected_high", "observed_low", "observed_best", "observed_high", "low", "high"}
)  # fmt: skip
Words = Sequence[str] | None  # None: all


def measures_rows(
    now: datetime, *, city: City | None = None, kind: Words = None, status: Words = None
) -> list[dict[str, str]]:
    """
    Measures with the status they have on the city's day of a moment.

    Parameters
    ----------
    now : datetime
        The centre's clock.
    city : City, optional
        Of one city.
    kind, status : sequence of str, optional
        Of `data.measures.measures.KINDS`; of its `STATUSES`, held to `status_today`.

    Returns
    -------
    list of dict
        `MEASURES` as text.
    """
    zones = {key: one.zone for key, one in city_files().items()}
    made = []
    for row in measures.seed():
        if city is not None and row["city"] != city.key:
            continue
        zone = zones.get(row["city"])
        today = clock.local_date(now, zone) if zone is not None else now.date()
        made.append({**row, "status_today": measures.status_on(measures.measure(row), today)})
    return [row for row in made if _in(row["kind"], kind) and _in(row["status_today"], status)]


def techniques_rows(
    *, city: City | None = None, source_type: Words = None, status: Words = None
) -> list[dict[str, str]]:
    """
    Techniques; of a city those that suit a site of its register or are applied by one of its measures.

    Parameters
    ----------
    city : City, optional
    source_type, status : sequence of str, optional
        Of `data.measures.techniques.SOURCE_TYPES` and `STATUSES`.

    Returns
    -------
    list of dict
        `TECHNIQUES` as text.

    Examples
    --------
    >>> [row["technique"] for row in techniques_rows(source_type=["cement"], status=["verified"])]
    ['cement-mill-filter']
    """
    rows = techniques.seed()
    if city is not None:
        sites = set(load(city.key).sites["site"])
        taken = {row["measure"] for row in measures.seed() if row["city"] == city.key}
        rows = [r for r in rows if sites & {*entries(r["sites"])} or taken & {*entries(r["measures"])}]
    return [row for row in rows if _in(row["source_type"], source_type) and _in(row["status"], status)]


def typed(row: Mapping[str, str]) -> dict[str, Any]:
    """
    A row as plain values: figures as numbers, cells of several entries as lists, what is not stated as None.

    Examples
    --------
    >>> typed({"low": "10", "high": "", "cuts": "pm25;pm10", "note": ""})
    {'low': 10.0, 'high': None, 'cuts': ['pm25', 'pm10'], 'note': None}
    """
    return {name: _typed(name, text) for name, text in row.items()}


def table_csv(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """The same as CSV with a header, also of no rows; no cell runs as a formula."""
    table = pd.DataFrame([[safe(row[name]) for name in columns] for row in rows], columns=list(columns), dtype="str")
    return str(table.to_csv(index=False, lineterminator="\n"))


def _in(word: str, chosen: Words) -> bool:
    return chosen is None or word in chosen


def _typed(name: str, text: str) -> Any:
    if name in LISTS:
        return list(entries(text))
    return number(text) if name in NUMBERS else (text or None)
