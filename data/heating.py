"""Heating seasons of the cities: dated starts and ends with their source, the rule that opens them, usual days."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = "heating.csv"  # beside the city files
COLUMNS = ("city", "season", "start", "end", "status", "source", "address", "note")
STATUSES = ("verified", "secondary", "unverified")
UNKNOWN = "unknown"
Days = tuple[tuple[int, int], tuple[int, int]]  # first and last day, each (month, day)


@dataclass(frozen=True)
class Season:
    """
    One season of a city as announced, a row of `data/cities/heating.csv`.

    Attributes
    ----------
    year : int
        In which it began.
    start : date or None
        First day on which heat was given to anybody; None = not known.
    end : date or None
        Day of the end, still heated, because heat is turned off in stages; None = not known.
    status : str
        `verified` (two public sources or the act itself), `secondary` or `unverified`.
    """

    city: str
    year: int
    start: date | None
    end: date | None
    status: str
    source: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class Heating:
    """
    What is on file of a city's heating.

    Attributes
    ----------
    usual : pair of (month, day)
        First and last day where nothing better is known.
    below : float or None
        Five days in a row no warmer than this open the season, five warmer ones close it. [°C]
    act : str
        Key of the act that says so, or its name where the register of acts has none.
    seasons : tuple of Season
        By year.
    """

    usual: Days
    below: float | None = None
    act: str = ""
    seasons: tuple[Season, ...] = ()

    def season(self, year: int) -> Season | None:
        """The row of a season, if there is one."""
        return next((s for s in self.seasons if s.year == year), None)


def seasons(path: Path) -> Mapping[str, tuple[Season, ...]]:
    """
    Every dated season by city, oldest first.

    Parameters
    ----------
    path : Path
        The file; a folder of cities need not have one.

    Returns
    -------
    mapping of str to tuple of Season
        Empty without a file.

    Raises
    ------
    ValueError
        When a row is wrong; names the row and what it lacks.
    """
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise ValueError(f"columns must be {', '.join(COLUMNS)}")
        made = [_season(number, row) for number, row in enumerate(reader, 2)]
    found: dict[str, list[Season]] = {}
    for one in sorted(made, key=lambda s: (s.city, s.year)):
        found.setdefault(one.city, []).append(one)
    for rows in found.values():
        if len({s.year for s in rows}) < len(rows):
            raise ValueError(f"{rows[0].city} has two rows of one season")
    return {city: tuple(rows) for city, rows in found.items()}


def _season(number: int, row: Mapping[str, str]) -> Season:
    try:
        made = Season(
            city=row["city"], year=int(row["season"]), start=_day(row["start"]), end=_day(row["end"]),
            status=row["status"], source=row["source"], address=row["address"], note=row["note"],
        )  # fmt: skip
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"line {number}: {error}") from error
    first, last = date(made.year, 1, 1), date(made.year + 1, 12, 31)
    given = [day for day in (made.start, made.end) if day is not None]
    if not given or given != sorted(given) or not all(first <= day <= last for day in given):
        raise ValueError(f"line {number}: a season needs a start or an end, in order, in its year or the next")
    if made.status not in STATUSES or not made.source or not made.address:
        raise ValueError(f"line {number}: status ({', '.join(STATUSES)}), source and address must be stated")
    return made


def _day(text: str) -> date | None:
    return None if text == UNKNOWN else date.fromisoformat(text)
