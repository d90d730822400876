"""The register of emission sources of each city: a file that operators edit, checked line by line when it is read."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from data.city import city_files
from data.errors import phrase
from data.inventory import fuels
from data.inventory.rows import CEILINGS, COLUMNS, NUMBERS, SUBTYPES, UNITS, InventoryError, Row, cell, check_rows, read
from data.inventory.shapes import Geometry, shapes
from data.inventory.spans import first, last

FOLDER = Path(__file__).parent
VARIABLE = "CLEANAIR_INVENTORY"
SHAPES = ".shapes.geojson"  # ending of the file with the lines and areas of a table
ENDED = ("halted", "closed", "unknown")  # were at work until the last day that the row states
FAR = 12.0  # beyond it a point cannot belong to a city's register [°]
__all__ = ["COLUMNS", "SUBTYPES", "Inventory", "InventoryError", "left_out", "load", "of_rows", "seed_rows", "sources"]


@dataclass(frozen=True)
class Inventory:
    """
    One city's register as read.

    Attributes
    ----------
    sites : DataFrame
        `COLUMNS`; unknown text is empty, unknown numbers are NaN.
    vintage : str
        Newest day on which a row was checked against its reference, ISO; empty for an empty register.
    sha256 : str
        Of the file's bytes: what a result was computed from.
    shapes : mapping of str to dict
        GeoJSON geometry of each site that is a line or an area. [°]
    """

    sites: pd.DataFrame
    vintage: str
    sha256: str
    shapes: Mapping[str, Geometry] = field(default_factory=dict)


def load(city: str, path: str | Path | None = None) -> Inventory:
    """
    Read and check the register of a city.

    Parameters
    ----------
    city : str
        Key.
    path : path, optional
        A file of its own (``.csv`` or ``.geojson``); else ``<city>.csv`` or ``<city>.geojson`` in the folder that
        `CLEANAIR_INVENTORY` names, else the shipped one.

    Returns
    -------
    Inventory
        Empty when a city has no register: then there is no attribution to sites.

    Raises
    ------
    InventoryError
        When the file cannot be read or a cell is wrong.

    Examples
    --------
    >>> register = load("astana")
    >>> register.sites.set_index("site").loc["astana-chp-3", "from"]
    '2023-10'
    >>> len(load("nowhere").sites)
    0
    """
    file = Path(path) if path is not None else _find(city)
    if file is None:
        return Inventory(_frame([]), "", sha256(b"").hexdigest())
    try:
        content = file.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise InventoryError("data.inventory.unreadable", file=file.name, cause=error.strerror) from error
    except UnicodeDecodeError as error:
        raise InventoryError("data.inventory.no_utf", file=file.name) from error
    return _made(city, file.name, read(text, file.name), _shapes(text, file), sha256(content).hexdigest())


def _made(city: str, name: str, rows: list[Row], drawn: dict[str, Geometry], digest: str) -> Inventory:
    _near(rows, city, name)
    _drawn(rows, drawn, name)
    sites = _frame([row for _, row in rows])
    return Inventory(sites, str(max(sites["checked"], default="")), digest, drawn)


def of_rows(
    city: str, rows: Iterable[Mapping[str, str]], drawn: Mapping[str, Geometry] = MappingProxyType({})
) -> Inventory:
    """
    A register of rows that stand elsewhere, such as the shipped ones with an operator's corrections.

    Parameters
    ----------
    city : str
        Key; points must lie near it.
    rows : iterable of mapping
        Texts by column; what a row lacks of `COLUMNS` is empty, what it has beyond them is left out.
    drawn : mapping of str to dict, optional
        GeoJSON geometry of each site that is a line or an area. [°]

    Returns
    -------
    Inventory
        Its digest is over the cells.

    Raises
    ------
    InventoryError
        At the first fault: row and column.

    Examples
    --------
    >>> cells = [row for row in seed_rows("astana") if row["site"] == "astana-chp-2"]
    >>> of_rows("astana", cells).sites["capacity"].tolist()
    ['555 MW el; 1917 Gcal/h']
    """
    kept = [
        (phrase("data.inventory.line", number=str(number)), {c: str(row.get(c, "")).strip() for c in COLUMNS})
        for number, row in enumerate(rows, 2)
    ]
    check_rows(kept, city)
    content = "\n".join("\t".join(row.values()) for _, row in kept)
    return _made(city, city, kept, dict(drawn), sha256(content.encode()).hexdigest())


def seed_rows(city: str) -> list[dict[str, str]]:
    """The rows of a city's shipped file as text, whatever an operator's folder holds; none without a file."""
    file = FOLDER / f"{city}.csv"
    return [row for _, row in read(file.read_text("utf-8"), file.name)] if file.is_file() else []


def sources(inventory: Inventory, day: date | None = None) -> pd.DataFrame:
    """
    The sites that can be ranked as sources, in the form the attribution takes.

    Parameters
    ----------
    inventory : Inventory
        A city's register.
    day : date, optional
        Sites that were not at work on it are left out, and what a site burned on it counts; without it the status and
        the fuel of today do.

    Returns
    -------
    DataFrame
        ``site, category, subtype`` (of the fingerprints), ``lat, lon, stack_m, pm25_gps`` [g/s], ``assumed`` (the
        rate is `SUBTYPES`' weight for want of a known one, at most what is known of all pollutants together),
        ``coord_quality``, ``kind`` (subtype of the register).

    Examples
    --------
    >>> sources(load("astana"))[["site", "subtype", "assumed"]].to_dict("records")[0]
    {'site': 'astana-chp-1', 'subtype': 'chp', 'assumed': True}
    """
    kept = inventory.sites[_reasons(inventory, day) == ""]
    kinds = [SUBTYPES[name] for name in kept["subtype"]]
    factor = kept["emission_unit"].map(UNITS).astype("float64")
    known = (kept["emission"] * factor).where(factor > 0).astype("float64")
    weight = [kind.weight * fuels.factor(fuel, day) for kind, fuel in zip(kinds, kept["fuel"], strict=True)]
    ceiling = kept["emission"] * kept["emission_unit"].map(CEILINGS).astype("float64")
    assumed = pd.Series(weight, index=kept.index, dtype="float64").clip(upper=ceiling.fillna(np.inf))
    stack = pd.Series([kind.stack for kind in kinds], index=kept.index, dtype="float64")
    table = kept[["site", "category", "lat", "lon", "coord_quality"]].assign(
        kind=kept["subtype"],
        subtype=[kind.fingerprint for kind in kinds],
        stack_m=kept["stack_height_m"].fillna(stack),
        pm25_gps=known.fillna(assumed),
        assumed=known.isna(),
    )
    order = ["site", "category", "subtype", "lat", "lon", "stack_m", "pm25_gps", "assumed", "coord_quality", "kind"]
    return table[order].reset_index(drop=True)


def left_out(inventory: Inventory, day: date | None = None) -> pd.DataFrame:
    """
    The sites that cannot be ranked, each with the reason.

    Returns
    -------
    DataFrame
        ``site, category, reason``.

    Examples
    --------
    >>> table = left_out(load("tashkent")).set_index("site")
    >>> table.loc["keles-landfill", "reason"]
    'closed'
    """
    reason = _reasons(inventory, day)
    return inventory.sites[["site", "category"]].assign(reason=reason)[reason != ""].reset_index(drop=True)


def _find(city: str) -> Path | None:
    places = [Path(os.environ[VARIABLE])] if os.environ.get(VARIABLE) else []
    candidates = (place / f"{city}{end}" for place in (*places, FOLDER) for end in (".csv", ".geojson"))
    return next((file for file in candidates if file.is_file()), None)


def _shapes(text: str, file: Path) -> dict[str, Geometry]:
    """The lines and areas of a register: its own where it is GeoJSON, else those of the file beside it."""
    beside = file.with_name(file.name.removesuffix(file.suffix) + SHAPES)
    own = file.suffix == ".geojson"
    try:
        return shapes(text if own else beside.read_text("utf-8-sig")) if own or beside.is_file() else {}
    except (OSError, ValueError) as error:
        raise InventoryError("data.inventory.no_shapes", file=beside.name, cause=error) from error


def _drawn(rows: list[Row], drawn: Mapping[str, Geometry], name: str) -> None:
    """Refuse a row that is said to be a line or an area and has none, and a line that belongs to no such row."""
    said = {row["site"] for _, row in rows if row["shape"]}
    missing = sorted(said ^ set(drawn))
    if missing:
        raise InventoryError("data.inventory.one_sided", parameter="shape", file=name, names=missing)


def _near(rows: list[Row], key: str, name: str) -> None:
    """Refuse a point that cannot matter to the city; its coordinates are most likely swapped."""
    place = city_files().get(key)
    for where, row in rows if place is not None else ():
        if place is not None and row["lat"]:
            apart = max(abs(float(row["lat"]) - place.lat), abs(float(row["lon"]) - place.lon))
            if apart > FAR:
                far = phrase("data.inventory_fault.swapped", lat=row["lat"], lon=row["lon"], apart=round(apart))
                raise cell(name, where, "lat", far)


def _frame(rows: list[dict[str, str]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    for column in NUMBERS:
        table[column] = pd.to_numeric(table[column].replace("", None), errors="coerce").astype("float64")
    return table


def _reasons(inventory: Inventory, day: date | None) -> pd.Series:
    """Why each site cannot be ranked; empty where it can."""
    told = [_reason(row, day) for row in inventory.sites.to_dict("records")]
    return pd.Series(told, index=inventory.sites.index, dtype="str")


def _reason(row: Mapping[str, object], day: date | None) -> str:
    status, begun, ended = str(row["status"]), first(str(row["from"])), last(str(row["until"]))
    worked_then = status in ENDED and day is not None and ended is not None and day <= ended
    if status != "active" and not worked_then:
        return status if status not in ("", "unknown") else "not known whether it is active"
    if day is not None and begun is not None and day < begun:
        return f"began {row['from']}"
    if day is not None and ended is not None and day > ended:
        return f"ended {row['until']}"
    if row["shape"]:
        return f"{row['shape']}, not a point"
    return "no coordinates" if np.isnan(float(str(row["lat"]))) else ""
