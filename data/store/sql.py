"""The questions the store answers in SQL, one subset that DuckDB and Spark both read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from data.schema import CONTENT, KEY

# Key columns, and what makes a delivered row differ from the one that is kept.
JOIN_KEY = " AND ".join(f"n.{c} = o.{c}" for c in KEY)


@dataclass(frozen=True)
class Where:
    """
    Which measurements are asked for; every field narrows the answer.

    Attributes
    ----------
    start, end : datetime, optional
        Half-open on the start of the interval.
    as_of : datetime, optional
        What was known at that moment; the latest known where None.
    """

    city: str | None = None
    parameters: Sequence[str] | None = None
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    stations: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    kinds: Sequence[str] | None = None
    flags: Sequence[str] | None = None
    minutes: Sequence[int] | None = None
    without_sources: Sequence[str] = field(default_factory=tuple)

    def clause(self) -> tuple[str, list[Any]]:
        """SQL condition and its values."""
        parts: list[str] = []
        values: list[Any] = []
        if self.as_of is None:
            parts.append("known_until IS NULL")
        else:
            parts.append("known_at <= ? AND (known_until IS NULL OR known_until > ?)")
            values += [self.as_of, self.as_of]
        for text, value in (("city = ?", self.city), ("start >= ?", self.start), ("start < ?", self.end)):
            if value is not None:
                parts.append(text)
                values.append(value)
        for column, chosen in (
            ("parameter", self.parameters),
            ("station", self.stations),
            ("source", self.sources),
            ("kind", self.kinds),
            ("flag", self.flags),
            ("minutes", self.minutes),
        ):
            if chosen is not None:
                parts.append(f"{column} IN ({', '.join('?' * len(chosen))})" if chosen else "FALSE")
                values += list(chosen)
        if self.without_sources:
            parts.append(f"source NOT IN ({', '.join('?' * len(self.without_sources))})")
            values += list(self.without_sources)
        return " AND ".join(parts), values


SPLIT = f"""
SELECT n.* REPLACE (greatest(n.known_at, coalesce(o.known_at + INTERVAL 1 MICROSECOND, n.known_at)) AS known_at),
       CASE WHEN o.source IS NULL THEN 'new'
            WHEN {" AND ".join(f"n.{c} IS NOT DISTINCT FROM o.{c}" for c in CONTENT)} THEN 'unchanged'
            ELSE 'revised' END AS verdict
FROM incoming n
LEFT JOIN (SELECT * FROM kept WHERE known_until IS NULL AND start BETWEEN ? AND ?) o ON {JOIN_KEY}
"""

LATEST = """
SELECT * EXCLUDE (place) FROM (
    SELECT *, row_number() OVER (PARTITION BY source, station, parameter, minutes ORDER BY start DESC) AS place
    FROM kept WHERE {where}
) AS ranked WHERE place = 1
ORDER BY station, parameter, source, minutes
"""

# Hours known in a local day; a day has as many hours as its zone gives it (25 on 29 February 2024 in Astana).
DAILY = """
SELECT source, station, parameter, kind, minutes, day,
       avg(value) AS value, max(value) AS highest, count(*) AS n,
       count(*) * minutes / 60.0 AS hours,
       max(CASE WHEN reason LIKE '%daily median%' THEN 1 ELSE 0 END) = 1 AS median
FROM (SELECT *, CAST(timezone(?, start) AS DATE) AS day FROM kept WHERE {where} AND minutes > 0)
GROUP BY source, station, parameter, kind, minutes, day
ORDER BY station, parameter, source, minutes, day
"""

SPANS = """
SELECT city, source, station, parameter, minutes, kind, min(start) AS first, max(start) AS last, count(*) AS rows,
       sum(CASE WHEN flag <> 'ok' THEN 1 ELSE 0 END) AS flagged
FROM kept WHERE {where}
GROUP BY city, source, station, parameter, minutes, kind
ORDER BY city, station, parameter, source, minutes
"""

COUNTS = """
SELECT source, flag, kind, count(*) AS rows FROM kept WHERE {where}
GROUP BY source, flag, kind ORDER BY source, flag, kind
"""

ORDER = "start, station, parameter, minutes, source"
