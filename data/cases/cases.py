"""Case files: what two neighbours ask about a site at their border, what is known of it and what is not."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from data.city import LANGUAGES
from data.errors import CentreError
from data.facts import Due, Lack, Review, lacking
from data.parameters import PARAMETERS

FOLDER = Path(__file__).parent
REGISTER = "cases"
KEY = "case"
STATES = ("open", "measuring", "closed", "unknown")
READ = ("verified", "secondary", "unverified")
UNKNOWN = "unknown"
_TEXTS = ("name", "about", "place", "unknown", "whom")
NUMBERS = ("reference_lat", "reference_lon", "border_from", "border_to", "border_within_km", "near_stations",
           "near_fires", "near_plumes")  # fmt: skip
COLUMNS = (
    "case", "city", "state", "opened", "closed", "sites", "country", "owner", "ask", "asked", "checked", "review_by",
    "read", "source", "appeal_date", "appeal_by", "appeal_read", "reference_lat", "reference_lon",
    "reference_quality", "reference_source", "border_from", "border_to", "border_within_km", "border_source",
    "near_stations", "near_fires", "near_plumes", "asked_for_parameters",
    *(f"{text}_{language}" for text in _TEXTS for language in LANGUAGES),
)  # fmt: skip
_DATES = ("opened", "closed", "checked", "review_by", "appeal_date")
_OPEN = ("opened", "closed", "appeal_date")  # may be `unknown`, which is a statement
LIST = ";"  # between the parts of a cell with several
LINES = "\n"


class CaseError(CentreError, ValueError):
    """A case is unknown, or its file is wrong; the sentence says which."""


@dataclass(frozen=True)
class Case:
    """
    One case.

    Attributes
    ----------
    key, city, state, country : str
        As in the file; the state is of this centre's file, not of the site.
    sites : tuple of str
        Keys of the register of sources.
    lat, lon : float
        Reference point of the bearings. [°]
    sector : (float, float)
        Bearings from there, clockwise, under which the border lies. [°]
    border_km : float
        Within this distance. [km]
    stations_km, fires_km, plumes_km : float
        How near counts as near. [km]
    parameters : tuple of str
        What is to be measured.
    row : mapping of str to str
        The whole row, texts included.
    """

    key: str
    city: str
    state: str
    country: str
    sites: tuple[str, ...]
    lat: float
    lon: float
    sector: tuple[float, float]
    border_km: float
    stations_km: float
    fires_km: float
    plumes_km: float
    parameters: tuple[str, ...]
    row: Mapping[str, str]

    def text(self, name: str, language: str) -> str:
        """A text of the file in a language: ``name``, ``about``, ``place``, ``whom``."""
        return self.row[f"{name}_{language}"]

    def unknown(self, language: str) -> tuple[str, ...]:
        """What nobody has told this centre, sentence by sentence."""
        return tuple(self.row[f"unknown_{language}"].split(LINES))


@cache
def seed() -> list[dict[str, str]]:
    """Every case as a row of text by `COLUMNS`, from the files."""
    return [_flat(tomllib.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.toml"))]


def _flat(given: Mapping[str, Any]) -> dict[str, str]:
    row: dict[str, str] = {}
    for name, value in given.items():
        parts = value.items() if isinstance(value, Mapping) else [("", value)]
        row |= {f"{name}_{part}" if part else name: _cell(cell, name) for part, cell in parts}
    return {column: row.get(column, "") for column in COLUMNS}


def _cell(value: Any, name: str) -> str:
    return (LINES if name in _TEXTS else LIST).join(map(str, value)) if isinstance(value, list) else str(value)


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """
    What a row lacks or states wrongly.

    Examples
    --------
    >>> check(seed()[0])
    ()
    >>> [lack.what for lack in check({**seed()[0], "state": "soon", "border_to": "", "name_uz": " "})]
    ['border_to', 'name_uz', 'state']
    """
    key = row.get(KEY, "")
    empty = lacking(REGISTER, key, [(column, row.get(column, "")) for column in COLUMNS])
    named = {lack.what for lack in empty}
    wrong = [column for column in COLUMNS if column not in named and not _sound(column, row[column])]
    return (*empty, *(Lack(REGISTER, key, column) for column in wrong))


def _sound(column: str, text: str) -> bool:
    choices = {"state": STATES, "read": READ, "appeal_read": READ}
    if column in choices:
        return text in choices[column]
    if column in _DATES:
        return (text == UNKNOWN and column in _OPEN) or _is_date(text)
    if column == "asked_for_parameters":
        return all(name in PARAMETERS for name in text.split(LIST))
    if column in NUMBERS:
        low, high = {"reference_lat": (-90, 90), "reference_lon": (-180, 180)}.get(column, (0, 360))
        return _is_number(text) and low <= float(text) <= high
    return True


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text)
    except ValueError:
        return False


def _is_date(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def review(today: date) -> Review:
    """What the case files lack, and which are to be looked at again by a day."""
    rows = seed()
    due = [Due(REGISTER, row[KEY], date.fromisoformat(row["review_by"]), row["owner"])
           for row in rows if _is_date(row["review_by"]) and row["review_by"] <= today.isoformat()]  # fmt: skip
    return Review(REGISTER, len(rows), tuple(lack for row in rows for lack in check(row)), tuple(due))


def case_of(row: Mapping[str, str]) -> Case:
    """
    A case from its row.

    Raises
    ------
    CaseError
        When the row lacks something.
    """
    if lacks := check(row):
        raise CaseError("data.cases.lacks", who="operator", case=row.get(KEY, ""), columns=[x.what for x in lacks])
    number = {name: float(row[name]) for name in NUMBERS}
    return Case(
        row[KEY], row["city"], row["state"], row["country"], tuple(row["sites"].split(LIST)), number["reference_lat"],
        number["reference_lon"], (number["border_from"], number["border_to"]), number["border_within_km"],
        number["near_stations"], number["near_fires"], number["near_plumes"],
        tuple(row["asked_for_parameters"].split(LIST)), dict(row),
    )  # fmt: skip


def cases() -> dict[str, Case]:
    """Every case by its key."""
    return {row[KEY]: case_of(row) for row in seed()}


def case(key: str, known: Mapping[str, Case] | None = None) -> Case:
    """
    One case.

    Parameters
    ----------
    key : str
        Its key.
    known : mapping of str to Case, optional
        The cases there are, such as those with their published edits; those of the files by default.

    Raises
    ------
    CaseError
        When there is none of this key.
    """
    known = cases() if known is None else known
    if key not in known:
        raise CaseError("data.cases.unknown", who="asker", parameter="case", text=key[:40], known=sorted(known))
    return known[key]
