"""The questions the store answers in SQL, one text that DuckDB and Spark both read (`engines.duck.WORDS`)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from data import clock
from data.licences import Licensed
from data.place import Stray
from data.schema import COLUMNS, CONTENT, KEY
from data.sharing import Withheld
from data.store.tables.schemas import MONTH
from data.times import INTERVAL_END

# Key columns, and what makes a delivered row differ from the one that is kept.
JOIN_KEY = " AND ".join(f"n.{c} = o.{c}" for c in KEY)
_SAME_KEY = " AND ".join(f"o.{c} = kept.{c}" for c in KEY)


@dataclass(frozen=True)
class Where:
    """
    Which measurements are asked for; every field narrows the answer.

    Attributes
    ----------
    start, end : datetime, optional
        Half-open on the start of the interval.
    as_of : datetime, optional
        What was known at that moment; the latest known where None. See `known` for replays.
    until : datetime, optional
        The moment the reader stands at, where it lies before the present. Intervals that end after it, after `as_of`
        or after the present are hidden.
    strays : sequence of Stray
        Stations that may lie under the name of a city they do not stand in.
    ahead : bool
        Hours that a model foretells are asked for too; what was measured is hidden till its interval is over.
    after : datetime, optional
        Only rows that begin after this moment, hidden or not: for whoever looks for measurements that cannot be.
    withheld : sequence of Withheld
        What rules of sharing keep from the reader.
    licensed : Licensed, optional
        What licences let leave; everything where None.
    judged : bool
        With the verdicts on spans of stations (`data.store.verdicts`); without them for whoever writes rows back.
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
    withheld: Sequence[Withheld] = field(default_factory=tuple)
    licensed: Licensed | None = None
    until: datetime | None = None
    ahead: bool = False
    after: datetime | None = None
    judged: bool = True
    strays: Sequence[Stray] = ()

    def relation(self) -> tuple[str, list[Any]]:
        """SQL for the rows, each in the city it stands in; the label it was stored under is `label` then."""
        if not self.strays:
            return "kept", []
        cases: list[str] = []
        values: list[Any] = []
        for city in self._places():
            text, more = self._at(city)
            cases.append(f"WHEN {text} THEN ?")
            values += [*more, city]
        names = ", ".join(name for name in (*COLUMNS, MONTH) if name != "city")
        standing = f"CASE {' '.join(cases)} ELSE city END AS city"
        return f"(SELECT {names}, {standing}, city AS label FROM kept) AS kept", values

    def _standing_in(self, city: str) -> tuple[str, list[Any]]:
        """SQL condition for the rows of a city: those under its name but for strays, and strays that stand in it."""
        if not self.strays:
            return "city = ?", [city]
        text, values = "label = ?", list[Any]([city])
        for other in self._places():
            if other != city:
                condition, more = self._at(other)
                text, values = f"{text} AND NOT {condition}", [*values, *more]
        if city not in self._places():
            return text, values
        condition, more = self._at(city)
        return f"(({text}) OR {condition})", [*values, *more]

    def _places(self) -> list[str]:
        return sorted({stray.city for stray in self.strays})

    def _at(self, city: str) -> tuple[str, list[Any]]:
        """SQL condition for the measured rows of the strays that stand in a city."""
        names = [stray.station for stray in self.strays if stray.city == city]
        return f"(kind <> 'model' AND station IN ({', '.join('?' * len(names))}))", names

    def clause(self) -> tuple[str, list[Any]]:
        """SQL condition and its values."""
        parts: list[str] = []
        values: list[Any] = []
        if self.as_of is None:
            parts.append("known_until IS NULL")
        else:
            text, more = known(self.as_of)
            parts.append(text)
            values += more
        for text, value in (("start >= ?", self.start), ("start < ?", self.end)):
            if value is not None:
                parts.append(text)
                values.append(value)
        if self.city is not None:
            text, more = self._standing_in(self.city)
            parts.append(text)
            values += more
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
        for hidden in self.withheld:
            now = clock.now()  # a moment to come would end every delay at once
            text, more = hidden.clause(min(self.as_of or now, now))
            parts.append(text)
            values += more
        if self.licensed is not None:
            text, more = self.licensed.clause()
            parts.append(text)
            values += more
        if self.after is not None:
            return " AND ".join([*parts, "start > ?"]), [*values, self.after]
        over = f"(start <= ? AND {INTERVAL_END} <= ?)"  # the first half lets the engine skip whole groups of rows
        parts.append(f"(kind = 'model' OR {over})" if self.ahead else over)
        return " AND ".join(parts), [*values, self.horizon(), self.horizon()]

    def horizon(self) -> datetime:
        """The end of the newest interval that is told."""
        skew = timedelta() if clock.replaying() else clock.SKEW  # as in `clock.horizon`
        asked = [moment + skew for moment in (self.until, self.as_of) if moment is not None]
        return min([*asked, clock.horizon()])


def known(as_of: datetime) -> tuple[str, list[Any]]:
    """
    SQL condition for the rows that were known at a moment, and its values.

    A replay takes the end of an interval for the moment when a row was known that was learned after the replay's own
    moment, unless an older version of it was known.
    """
    text, values, learned = "known_at <= ? AND (known_until IS NULL OR known_until > ?)", [as_of, as_of], clock.begun()
    if learned is None:
        return text, values
    older = f"SELECT 1 FROM kept AS o WHERE o.known_at <= ? AND o.known_until > ? AND {_SAME_KEY}"
    later = f"known_until IS NULL AND known_at > ? AND NOT EXISTS ({older})"
    return f"(({text}) OR ({later}))", [*values, max(as_of, learned), *values]


_DELIVERED = ", ".join(f"n.{c}" for c in (*COLUMNS, MONTH) if c != "known_at")

# A delivery without a note erases none; one whose note and checks are the sentences that 0.2 kept says the same.
SAME_NOTE = "(n.note = '' OR n.note = coalesce(o.note, '') OR n.told = coalesce(o.note, ''))"
SAME = " AND ".join([*(f"n.{c} IS NOT DISTINCT FROM o.{c}" for c in CONTENT if c != "note"), SAME_NOTE])

# A revision is known after what it replaces, if by the smallest step there is.
SPLIT = f"""
SELECT {_DELIVERED},
       greatest(n.known_at, coalesce(o.known_at + INTERVAL '0.000001' SECOND, n.known_at)) AS known_at,
       CASE WHEN o.source IS NULL THEN 'new'
            WHEN {SAME} THEN 'unchanged'
            ELSE 'revised' END AS verdict
FROM incoming n
LEFT JOIN (SELECT * FROM kept WHERE known_until IS NULL AND start BETWEEN ? AND ?) o ON {JOIN_KEY}
"""

ROWS = "SELECT {columns} FROM {kept} WHERE {where} ORDER BY {order}"
BY_STATION = "station, parameter, start, minutes, source, statistic"
BY_TIME = "start, station, parameter, minutes, source, statistic"

LATEST = f"""
SELECT {", ".join(COLUMNS)} FROM (
    SELECT *,
           row_number() OVER (PARTITION BY source, station, parameter, minutes, statistic ORDER BY start DESC) AS place
    FROM {{kept}} WHERE {{where}}
) AS ranked WHERE place = 1
ORDER BY station, parameter, source, minutes, statistic
"""

# Hours known in a local day; a day has as many hours as its zone gives it (25 on 29 February 2024 in Astana).
DAILY = """
SELECT source, station, parameter, kind, minutes, day,
       avg(value) AS value, max(value) AS highest, count(*) AS n,
       count(*) * minutes / CAST(60 AS DOUBLE) AS hours,
       statistic = 'median' AS median, min(raw_unit) AS unit_first, max(raw_unit) AS unit_last
FROM (
    SELECT *, {day} AS day FROM {kept} WHERE {where} AND minutes > 0
) AS dated
GROUP BY source, station, parameter, kind, minutes, statistic, day
ORDER BY station, parameter, source, minutes, statistic, day
"""

SPANS = """
SELECT city, source, station, parameter, minutes, kind, min(start) AS first, max(start) AS last, count(*) AS rows,
       sum(CASE WHEN flag <> 'ok' THEN 1 ELSE 0 END) AS flagged, max(CASE WHEN flag = 'ok' THEN start END) AS sound
FROM {kept} WHERE {where}
GROUP BY city, source, station, parameter, minutes, kind
ORDER BY city, station, parameter, source, minutes
"""

COUNTS = """
SELECT source, flag, kind, count(*) AS rows FROM {kept} WHERE {where}
GROUP BY source, flag, kind ORDER BY source, flag, kind
"""

# Rows by the checks that doubted them: of the entries "level:485,4,39.7" and "spike:9,1" the names "level;spike" stay.
TALLY = """
SELECT city, source, station, parameter, minutes, kind, flag,
       CASE WHEN flag = 'ok' THEN '' ELSE regexp_replace(array_join(checks, ';'), ':[^;]*', '') END AS named,
       count(*) AS rows, min(start) AS first, max(start) AS last
FROM {kept} WHERE {where}
GROUP BY city, source, station, parameter, minutes, kind, flag, named
ORDER BY city, source, station, parameter, minutes, flag, named
"""

# How long after the end of an interval its row is known, where nothing was caught up: the quickest quarter.
_LAG = "(unix_micros(known_at) - unix_micros(start)) / CAST(60000000 AS DOUBLE) - minutes"
LAGS = f"""
SELECT city, source, percentile_cont(0.25) WITHIN GROUP (ORDER BY {_LAG}) AS lag,
       max(known_at) AS known, count(*) AS rows
FROM {{kept}} WHERE {{where}} AND start <= known_at
GROUP BY city, source ORDER BY city, source
"""

# What grows with every row that arrives, also with one that revises another.
MARKS = """
SELECT city, source, max(known_at) AS known, count(*) AS rows
FROM {kept} WHERE {where}
GROUP BY city, source ORDER BY city, source
"""

# The next intervals that end after a moment, in the days around it.
ENDS = f"""
SELECT min(CASE WHEN {INTERVAL_END} > ? THEN {INTERVAL_END} END) AS following,
       max(CASE WHEN {INTERVAL_END} <= ? THEN {INTERVAL_END} END) AS newest
FROM kept WHERE known_until IS NULL AND start > ? AND start <= ?
"""

# When a source has any row at all.
INTERVALS = """
SELECT DISTINCT source, start, minutes FROM {kept} WHERE {where} AND minutes > 0 ORDER BY source, start, minutes
"""

# Types of what these questions answer beside columns of the table.
ANSWERS = {
    "day": "int64", "highest": "float64", "n": "int64", "hours": "float64", "median": "bool",
    "unit_first": "str", "unit_last": "str",
    "first": "datetime64[us, UTC]", "last": "datetime64[us, UTC]", "known": "datetime64[us, UTC]",
    "sound": "datetime64[us, UTC]",
    "named": "str", "lag": "float64", "rows": "int64", "flagged": "int64",
}  # fmt: skip
