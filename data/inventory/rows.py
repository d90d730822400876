"""The rows of a register of emission sources: its vocabulary, and reading and checking a file line by line."""

import csv
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import StringIO
from types import MappingProxyType
from typing import Any

from data.errors import CentreError, phrase
from data.inventory import shapes
from data.inventory.capacities import UNITS as SIZES
from data.inventory.capacities import capacities
from data.inventory.fuels import fuels
from data.inventory.spans import first, last, states_end, states_start

Phrase = Mapping[str, Any]
Row = tuple[Phrase, dict[str, str]]  # where it stands in the file, its cells

CATEGORIES = ("heating", "industry", "traffic", "dust", "fire")
UNPLACED = "unknown"  # no position; `ask` and `asked` say who was or would be asked
PLACED = ("plant", "town", "approximate")
QUALITIES = (*PLACED, UNPLACED)
# halted = stopped by a court or an authority and may start again; unknown = nobody has said whether it works.
STATUSES = ("active", "planned", "halted", "closed", "unknown")
# How a row was read: the primary text or two independent sources; one good source or press; nothing that can be shown.
READ = ("verified", "secondary", "unverified")
NOT_YET = "not yet"  # nobody has been asked; a fact, too
NUMBERS = ("lat", "lon", "capacity_year", "stack_height_m", "emission", "emission_year")
COLUMNS = (
    "site", "name_en", "name_ru", "name_uz", "name_kk", "category", "subtype", "lat", "lon", "coord_quality", "shape",
    "fuel", "capacity", "capacity_year", "stack_height_m", "emission", "emission_unit", "emission_year",
    "emission_source", "status", "from", "until", "owner", "ask", "asked", "read", "verified_by", "reference",
    "reference_date", "address", "note", "checked", "review_by",
)  # fmt: skip
# Columns that registers of older releases lack; what they leave open reads as empty.
OPTIONAL = frozenset({
    "shape", "capacity", "capacity_year", "owner", "ask", "asked", "read", "reference_date", "address", "checked",
    "review_by",
})  # fmt: skip
DATES = ("checked", "review_by")
# Units an emission may be given in → grams of PM2.5 a second; 0 = kept and shown, but no PM2.5 rate.
UNITS: Mapping[str, float] = MappingProxyType(
    {
        "g PM2.5/s": 1.0,
        "kg PM2.5/h": 1e3 / 3600.0,
        "t PM2.5/year": 1e6 / (365.25 * 86400.0),
        "t all pollutants/year": 0.0,
        "t coal/year": 0.0,
        "t mazut/year": 0.0,
    }
)
# Units that count more than PM2.5 → grams a second of everything: what the assumed weight cannot exceed.
CEILINGS: Mapping[str, float] = MappingProxyType({"t all pollutants/year": 1e6 / (365.25 * 86400.0)})


@dataclass(frozen=True)
class Subtype:
    """
    A kind of site.

    Attributes
    ----------
    categories : tuple of str
        Categories a site of this kind may be put under.
    fingerprint : str
        Row of the table of fingerprints that stands for it.
    weight : float
        Assumed PM2.5 where the register has none: an order of magnitude of ours to rank with, never shown as an
        emission. [g/s]
    stack : float
        Assumed release height where the register has none. [m]
    """

    categories: tuple[str, ...]
    fingerprint: str
    weight: float
    stack: float


SUBTYPES: Mapping[str, Subtype] = MappingProxyType(
    {
        "power_plant": Subtype(("heating", "industry"), "chp", 80.0, 180.0),
        "chp": Subtype(("heating",), "chp", 60.0, 150.0),
        "heat_plant": Subtype(("heating",), "chp", 15.0, 60.0),
        "boiler": Subtype(("heating",), "stove", 4.0, 30.0),
        "stove": Subtype(("heating",), "stove", 10.0, 8.0),
        "greenhouse": Subtype(("heating",), "stove", 8.0, 8.0),
        "smelter": Subtype(("industry",), "smelter", 30.0, 120.0),
        "metal": Subtype(("industry",), "metal", 15.0, 40.0),
        "cement": Subtype(("industry",), "cement", 20.0, 60.0),
        "kiln": Subtype(("industry",), "kiln", 8.0, 15.0),
        "chemical": Subtype(("industry",), "metal", 5.0, 60.0),
        "industrial_zone": Subtype(("industry",), "metal", 8.0, 20.0),
        "landfill": Subtype(("industry", "fire", "dust"), "kiln", 5.0, 5.0),
        "road": Subtype(("traffic",), "traffic", 3.0, 2.0),
        "railway": Subtype(("traffic",), "traffic", 1.0, 4.0),
        "tailings": Subtype(("dust",), "dust", 5.0, 5.0),
        "ash_dump": Subtype(("dust",), "dust", 4.0, 5.0),
        "quarry": Subtype(("dust",), "dust", 3.0, 3.0),
        "construction": Subtype(("dust",), "dust", 3.0, 3.0),
        "dry_ground": Subtype(("dust",), "dust", 5.0, 2.0),
        "open_burning": Subtype(("fire",), "fire", 5.0, 5.0),
    }
)


class InventoryError(CentreError, ValueError):
    """A register cannot be read; the sentence names file, line and column, and whoever edits the file must mend it."""


def read(text: str, name: str) -> list[Row]:
    """
    Rows of a register, checked.

    Parameters
    ----------
    text : str
        Content of a ``.csv`` or ``.geojson`` file.
    name : str
        Of the file, for the sentences and to tell the two formats apart.

    Returns
    -------
    list of (phrase, dict)
        Where each row stands, and its cells by `COLUMNS`.

    Raises
    ------
    InventoryError
        At the first fault: file, line and column.
    """
    rows = list(_geojson(text, name) if name.endswith((".geojson", ".json")) else _csv(text, name))
    check_rows(rows, name)
    return rows


def _csv(text: str, name: str) -> Iterator[Row]:
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = [column.strip() for column in next(reader, [])]
        _header(header, name)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                raise InventoryError(
                    "data.inventory.cells", file=name, row=_line(reader), count=len(cells), header=len(header)
                )
            row = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
            yield _line(reader), {column: row.get(column, "") for column in COLUMNS}
    except csv.Error as error:
        raise InventoryError("data.inventory.quotes", file=name, row=_line(reader), cause=error) from error


def _line(reader: Any) -> Phrase:
    return phrase("data.inventory.line", number=str(reader.line_num))


def _header(header: list[str], name: str) -> None:
    missing = [column for column in COLUMNS if column not in header and column not in OPTIONAL]
    unknown = [column for column in header if column not in COLUMNS]
    twice = sorted({column for column in header if header.count(column) > 1})
    for key, columns in (
        ("data.inventory.lacks", missing), ("data.inventory.unknown", unknown), ("data.inventory.repeats", twice)
    ):  # fmt: skip
        if columns:
            raise InventoryError(key, parameter=columns[0], file=name, names=columns, known=COLUMNS)


def _geojson(text: str, name: str) -> Iterator[Row]:
    try:
        features = json.loads(text)["features"]
        for number, feature in enumerate(features, 1):
            row = phrase("data.inventory.feature", number=str(number))
            given = {key: "" if value is None else str(value) for key, value in feature["properties"].items()}
            geometry = feature.get("geometry")
            if geometry is not None:
                given |= _place(geometry, name, row)
            yield row, {column: given.get(column, "").strip() for column in COLUMNS}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InventoryError):
            raise
        raise InventoryError("data.inventory.no_geojson", file=name) from error


def _place(geometry: Mapping[str, Any], name: str, row: Phrase) -> dict[str, str]:
    """The cells that a geometry fills: a point's coordinates, or that the site is a line or an area."""
    if geometry["type"] == "Point":
        lon, lat = geometry["coordinates"][:2]
        return {"lat": str(lat), "lon": str(lon)}
    word = shapes.kind(geometry)
    if not word:
        raise InventoryError("data.inventory.no_point", file=name, row=row, kind=geometry["type"])
    return {"shape": word}


def cell(file: str, row: Phrase, column: str, fault: Phrase) -> InventoryError:
    """What is wrong with a cell: where it stands, and a phrase that says it."""
    return InventoryError("data.inventory.cell", parameter=column, file=file, row=row, column=column, fault=fault)


def check_rows(rows: list[Row], name: str) -> None:
    """Refuse the first fault of the rows of the file or table `name`."""
    seen: dict[str, Phrase] = {}
    for where, row in rows:
        for column, fault in faults(row):
            raise cell(name, where, column, fault)
        site = row["site"]
        if site in seen:
            raise cell(name, where, "site", phrase("data.inventory_fault.repeated", text=site, row=seen[site]))
        seen[site] = where


def faults(row: Mapping[str, str]) -> Iterator[tuple[str, Phrase]]:
    """Column and phrase of every fault of a row, the plainest first."""
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["site"]):
        yield "site", phrase("data.inventory_fault.site", text=row["site"])
    if not row["name_en"]:
        yield "name_en", phrase("data.inventory_fault.name")
    yield from _words(row)
    yield from _numbers(row)
    yield from _periods(row)
    if not row["reference"]:
        yield "reference", phrase("data.inventory_fault.reference")


def _periods(row: Mapping[str, str]) -> Iterator[tuple[str, Phrase]]:
    stated: Mapping[str, Callable[[str], bool]] = {
        "from": states_start, "until": states_end, "reference_date": states_end,
        **dict.fromkeys(DATES, lambda text: first(text) is not None),
        "asked": lambda text: text == NOT_YET or first(text) is not None,
    }  # fmt: skip
    for column, fits in stated.items():
        if row[column] and not fits(row[column]):
            yield column, phrase("data.inventory_fault.date", text=row[column])
    start, end = first(row["from"]), last(row["until"])
    if start and end and start > end:
        yield "until", phrase("data.inventory_fault.order", text=row["until"], start=row["from"])
    grammars: Mapping[str, tuple[Callable[[str], object], Phrase]] = {
        "fuel": (fuels, phrase("data.inventory_fault.fuel", text=row["fuel"])),
        "capacity": (capacities, phrase("data.inventory_fault.capacity", text=row["capacity"], known=list(SIZES))),
    }
    for column, (understood, fault) in grammars.items():
        try:
            understood(row[column])
        except ValueError:
            yield column, fault


def _words(row: Mapping[str, str]) -> Iterator[tuple[str, Phrase]]:
    choices = {
        "category": CATEGORIES, "subtype": tuple(SUBTYPES), "coord_quality": QUALITIES, "shape": shapes.SHAPES,
        "status": STATUSES, "read": READ,
    }  # fmt: skip
    for column, known in choices.items():
        needed = column in ("category", "subtype")
        if row[column] not in known and (row[column] or needed):
            yield column, phrase("data.inventory_fault.choice", text=row[column], known=known)
    if row["subtype"] in SUBTYPES and row["category"] not in SUBTYPES[row["subtype"]].categories:
        own = SUBTYPES[row["subtype"]].categories
        yield "category", phrase("data.inventory_fault.category", kind=row["subtype"], known=own)
    if row["emission_unit"] and row["emission_unit"] not in UNITS:
        yield "emission_unit", phrase("data.inventory_fault.choice", text=row["emission_unit"], known=list(UNITS))


def _numbers(row: Mapping[str, str]) -> Iterator[tuple[str, Phrase]]:
    bounds = {"lat": (-90, 90), "lon": (-180, 180), "stack_height_m": (0, 500)}
    bounds |= dict.fromkeys(("capacity_year", "emission_year"), (1950, 2100))
    for column in NUMBERS:
        number = _number(row[column])
        low, high = bounds.get(column, (0, math.inf))
        if row[column] and not low <= number <= high:
            yield column, _out_of(row[column], low, high)
    if bool(row["lat"]) != bool(row["lon"]):
        yield "lon" if row["lat"] else "lat", phrase("data.inventory_fault.coordinate")
    # A shape's quality is that of its line; a site without any place may say so.
    if not row["shape"] and bool(row["lat"]) != (row["coord_quality"] in PLACED):
        yield "coord_quality", phrase("data.inventory_fault.quality")
    if row["shape"] and row["lat"]:
        yield "shape", phrase("data.inventory_fault.shape")
    for column in ("emission_unit", "emission_year", "emission_source"):
        if row["emission"] and not row[column]:
            yield column, phrase("data.inventory_fault.emission")


def _out_of(text: str, low: float, high: float) -> Phrase:
    if math.isinf(high):
        return phrase("data.inventory_fault.number_up", text=text, low=str(low))
    return phrase("data.inventory_fault.number", text=text, low=str(low), high=str(high))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")
