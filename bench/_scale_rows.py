"""SYNTHETIC hourly rows for `bench.scale`: stations and values that exist nowhere, in the store's own layout."""

import shutil
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from data.checks import none
from data.schema import COLUMNS
from data.store import Store, open_store
from data.store.tables.schemas import MEASUREMENTS

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
MONTHS = 76  # 6.3 years
NOW = datetime(2026, 4, 30, 23, 30, tzinfo=UTC)
STATIONS, PARAMETERS = 12, ("pm25", "pm10", "no2", "so2", "co", "o3")
NAMED = "astana"  # the export asks for a city that is configured; the rows are as synthetic as all others
CITIES = {20: 5, 100: 25}
DONE = "generated"

# A daily and a yearly wave, a level of each station, and noise; one row in thirty is suspect; one in forty is missing.
ROWS = """
SELECT 'synthetic' AS source, format('synthetic_{{:02d}}_{{:02d}}', c, station) AS station, parameter, start,
       CAST(60 AS INTEGER) AS minutes, value,
       CASE WHEN draw % 30 = 0 THEN 'suspect' ELSE 'ok' END AS flag,
       CASE WHEN draw % 30 = 0 THEN [format('spike:{{:.1f}},4', value / 7)] ELSE CAST([] AS VARCHAR[]) END AS checks,
       'mean' AS statistic, '' AS note,
       'simulated' AS kind, value AS raw_value, 'µg/m³' AS raw_unit,
       start + INTERVAL 70 MINUTE + (draw % 900) * INTERVAL 1 SECOND AS known_at,
       CAST(NULL AS TIMESTAMPTZ) AS known_until, city, '{month}' AS month
FROM (
    SELECT *, round((20 + station + 8 * sin(epoch(start) / 13751) + 12 * cos(epoch(start) / 5022642))
                    * (0.4 + (draw % 1000) / 800.0), 1) AS value
    FROM (
        SELECT c, CASE WHEN c = 1 THEN '{named}' ELSE format('synthetic_{{:02d}}', c) END AS city,
               s AS station, p AS parameter, t AS start,
               hash(c, s, p, t) AS draw
        FROM range(1, {cities} + 1) AS a(c), range(1, {stations} + 1) AS b(s), unnest({parameters}) AS d(p),
             range(TIMESTAMPTZ '{begin}', TIMESTAMPTZ '{end}', INTERVAL 1 HOUR) AS e(t)
    )
)
WHERE draw % 40 <> 7
ORDER BY city, parameter, station, start
"""


def month(number: int, cities: int) -> pa.Table:
    """Rows of one month, sorted as the store sorts them."""
    begin, end = (datetime(2020 + n // 12, n % 12 + 1, 1, tzinfo=UTC) for n in (number, number + 1))
    with duckdb.connect(config={"threads": 2, "memory_limit": "3GB"}) as engine:
        engine.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        sql = ROWS.format(
            month=f"{begin:%Y-%m}",
            cities=cities,
            named=NAMED,
            stations=STATIONS,
            parameters=list(PARAMETERS),
            begin=begin.isoformat(),
            end=end.isoformat(),
        )
        return engine.execute(sql).to_arrow_table().cast(MEASUREMENTS)


def generate(folder: Path, millions: int) -> Store:
    """The store of so many million rows; made only where it is not there yet."""
    if not (folder / DONE).exists():
        shutil.rmtree(folder, ignore_errors=True)
        store, begun, rows = open_store(folder), time.perf_counter(), 0
        for number in range(MONTHS):
            part = month(number, CITIES[millions])
            store._measurements.append(part)
            rows += len(part)
        seconds = time.perf_counter() - begun
        (folder / DONE).write_text(f"{rows} rows in {seconds:.0f} s\n")
        print(f"made {rows:,} SYNTHETIC rows in {seconds:.0f} s", file=sys.stderr)
    return open_store(folder)


def minute(number: int, stations: int) -> pd.DataFrame:
    """One minute of every station, as a network delivers it after the newest of the generated rows."""
    start = NOW + timedelta(days=1, minutes=number)
    draw = np.random.default_rng(number)
    values = (20 + draw.gamma(2, 8, stations * len(PARAMETERS))).round(1)
    plain = {"source": "synthetic", "minutes": 1, "kind": "simulated", "start": start, "known_at": start, "flag": "ok"}
    made = pd.DataFrame(
        {
            "city": np.repeat([f"synthetic_{n % 50:02d}" for n in range(stations)], len(PARAMETERS)),
            "station": np.repeat([f"synthetic_{n:05d}" for n in range(stations)], len(PARAMETERS)),
            "parameter": np.tile(PARAMETERS, stations),
            "value": values,
            "raw_value": values,
            "raw_unit": "µg/m³",
            "statistic": "mean",
            "note": "",
            "known_until": pd.to_datetime([pd.NaT] * len(values), utc=True),
            **plain,
        }
    )
    return made.assign(checks=none(made.index)).astype(dict(COLUMNS))[list(COLUMNS)]
