"""The registry of best available techniques: what cuts which emission, by how much, and where that is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from data.facts import Lack, Review
from data.measures.rows import common, entries, number, read, reviewed
from data.parameters import PARAMETERS

FILE = Path(__file__).parent / "techniques.csv"
COLUMNS = (
    "technique", "source_type", "cuts", "low", "high", "unit", "averaging", "basis", "article", "address", "status",
    "checked", "review_by", "sites", "measures", "name_en", "name_ru", "name_uz", "name_kk", "note",
)  # fmt: skip
# Kinds of site; a test sees to it that none of `data.inventory.rows.SUBTYPES` is missing, which this file may not
# import: the register of sources reads the cities, and they read the measures of this folder.
SOURCE_TYPES = (
    "power_plant", "chp", "heat_plant", "boiler", "stove", "greenhouse", "smelter", "metal", "cement", "kiln",
    "chemical", "industrial_zone", "landfill", "road", "railway", "tailings", "ash_dump", "quarry",
    "construction", "dry_ground", "open_burning",
)  # fmt: skip
# What a figure rests on: conclusions on best available techniques of the European Union; determinations of the US
# clearinghouse (RBLC); the EMEP/EEA guidebook; conclusions and reference books of Kazakhstan; a rule or a local
# determination of the United States; statistics of the US energy agency; a published study.
BASES = (
    "bat-conclusion", "rblc", "emep-eea", "kz-bat-reference", "us-rule", "us-bact", "us-statistics", "study",
)  # fmt: skip
STATUSES = ("verified", "secondary", "unverified")  # text read; read in somebody's copy; not read
# Part of the emission that is cut; or what is still emitted: per m³ of dry gas at 0 °C, at 20 °C (US), parts per
# million of dry gas, per energy of the fuel, per tonne of product.
CUT = "percent"
UNITS = (CUT, "mg/Nm3", "mg/dscm", "ppm", "g/GJ", "kg/t")


@dataclass(frozen=True)
class Technique:
    """
    A technique.

    Attributes
    ----------
    key : str
        Of the row.
    source_type : str
        Kind of site it suits, of `SOURCE_TYPES`.
    cuts, sites, measures : tuple of str
        Keys of parameters, of sites it would suit, and of measures that apply it.
    low, high : float or None
        Range of the cut, or of what remains; no low where only "at most" is written, neither where nothing was read.
    unit : str
        Of `UNITS`; empty without a figure.
    averaging : str
        Of the figure, as its source has it.
    basis, article, address, status : str
        Where it is written, of `BASES` and `STATUSES`.
    names : mapping
        By language.
    """

    key: str
    source_type: str
    cuts: tuple[str, ...]
    low: float | None
    high: float | None
    unit: str
    averaging: str
    basis: str
    article: str
    address: str
    status: str
    sites: tuple[str, ...]
    measures: tuple[str, ...]
    names: Mapping[str, str]


def techniques() -> Mapping[str, Technique]:
    """
    Every technique of the registry by its key, in the order of the file.

    Examples
    --------
    >>> mill = techniques()["cement-mill-filter"]
    >>> mill.low, mill.high, mill.unit, mill.article
    (10.0, 20.0, 'mg/Nm3', '2013/163/EU, BAT 18')
    """
    return _techniques()


def technique(row: Mapping[str, str]) -> Technique:
    """
    A technique from its row.

    Parameters
    ----------
    row : mapping
        Column to text; one that `check` finds nothing wrong with.
    """
    return Technique(
        key=row["technique"],
        source_type=row["source_type"],
        cuts=entries(row["cuts"]),
        low=number(row["low"]),
        high=number(row["high"]),
        unit=row["unit"],
        averaging=row["averaging"],
        basis=row["basis"],
        article=row["article"],
        address=row["address"],
        status=row["status"],
        sites=entries(row["sites"]),
        measures=entries(row["measures"]),
        names={language: row[f"name_{language}"] for language in ("en", "ru", "uz", "kk")},
    )


def seed() -> list[dict[str, str]]:
    """The rows that ship, as text; what operators publish is laid over them."""
    return [dict(row) for row in _seed()]


def check(row: Mapping[str, str]) -> tuple[Lack, ...]:
    """
    What a row lacks or has wrong.

    Parameters
    ----------
    row : mapping
        Column to text, every one of `COLUMNS`. Whether its sites and measures exist is asked of their registers.

    Returns
    -------
    tuple of Lack
        None for a row that may be published.

    Examples
    --------
    >>> row = seed()[1]
    >>> check(row), [lack.what for lack in check({**row, "basis": "hearsay", "unit": ""})]
    ((), ['basis', 'unit'])
    """
    wrong = dict.fromkeys([*common(row, "technique"), *_words(row), *_figure(row)])
    return tuple(Lack("techniques", row["technique"], name) for name in wrong)


def review(today: date) -> Review:
    """
    What the registry lacks, and which rows are due for a look.

    Examples
    --------
    >>> review(date(2026, 12, 1)).lacks
    ()
    """
    rows = seed()
    return reviewed("techniques", rows, "technique", [lack for row in rows for lack in check(row)], today)


def _words(row: Mapping[str, str]) -> list[str]:
    choices = {"source_type": SOURCE_TYPES, "basis": BASES, "status": STATUSES}
    wrong = [name for name, known in choices.items() if row[name] not in known]
    cuts = entries(row["cuts"])
    return wrong + ["cuts"] * (not cuts or bool(set(cuts) - set(PARAMETERS))) + ["article"] * (not row["article"])


def _figure(row: Mapping[str, str]) -> list[str]:
    """A figure needs a unit, an averaging and a text somebody read; without a figure none of the two is written."""
    low, high = number(row["low"]), number(row["high"])
    if not row["low"] and not row["high"]:
        return [name for name in ("unit", "averaging") if row[name]]
    wrong = ["low"] * (bool(row["low"]) and (low is None or low < 0))
    wrong += ["high"] * (high is None or (low is not None and high < low) or (row["unit"] == CUT and high > 100))
    wrong += ["unit"] * (row["unit"] not in UNITS) + ["averaging"] * (not row["averaging"])
    return wrong + ["status"] * (row["status"] == "unverified")


@cache
def _seed() -> tuple[dict[str, str], ...]:
    return tuple(read(FILE, COLUMNS))


@cache
def _techniques() -> Mapping[str, Technique]:
    return {row["technique"]: technique(row) for row in _seed()}
