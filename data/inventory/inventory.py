"""The register of emission sources of each city: a file that operators edit, checked line by line when it is read."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd

from data.city import city_files
from data.errors import phrase
from data.inventory.rows import COLUMNS, FUELS, NUMBERS, SUBTYPES, UNITS, InventoryError, Row, cell, day_of, read

FOLDER = Path(__file__).parent
VARIABLE = "CLEANAIR_INVENTORY"
FAR = 12.0  # beyond it a point cannot belong to a city's register [°]
__all__ = ["COLUMNS", "SUBTYPES", "Inventory", "InventoryError", "left_out", "load", "sources"]


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
    """

    sites: pd.DataFrame
    vintage: str
    sha256: str


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
    >>> register.sites.set_index("site").loc["astana-chp-3", "fuel"]
    'gas'
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
    return parsed(text, city, file.name, sha256(content).hexdigest())


def parsed(text: str, city: str, name: str, digest: str) -> Inventory:
    """
    A register from its text, checked as a file is.

    Parameters
    ----------
    text : str
        With the header of `COLUMNS`.
    city : str
        Key.
    name : str
        Of the file, for the sentences and to tell ``.csv`` and ``.geojson`` apart.
    digest : str
        SHA-256 of what it was read from.

    Raises
    ------
    InventoryError
        At the first cell that is wrong.
    """
    rows = read(text, name)
    _near(rows, city, name)
    sites = _frame([row for _, row in rows])
    return Inventory(sites, str(max(sites["checked"], default="")), digest)


def sources(inventory: Inventory, day: date | None = None) -> pd.DataFrame:
    """
    The sites that can be ranked as sources, in the form the attribution takes.

    Parameters
    ----------
    inventory : Inventory
        A city's register.
    day : date, optional
        Sites that were not at work on it are left out; without it only the status counts.

    Returns
    -------
    DataFrame
        ``site, category, subtype`` (of the fingerprints), ``lat, lon, stack_m, pm25_gps`` [g/s], ``assumed`` (the
        rate is `SUBTYPES`' weight for want of a known one), ``coord_quality``, ``kind`` (subtype of the register).

    Examples
    --------
    >>> sources(load("astana"))[["site", "subtype", "assumed"]].to_dict("records")[0]
    {'site': 'astana-chp-1', 'subtype': 'chp', 'assumed': True}
    """
    kept = inventory.sites[_reasons(inventory, day) == ""]
    kinds = [SUBTYPES[name] for name in kept["subtype"]]
    factor = kept["emission_unit"].map(UNITS).astype("float64")
    known = (kept["emission"] * factor).where(factor > 0).astype("float64")
    weight = [kind.weight * _fuel(fuel) for kind, fuel in zip(kinds, kept["fuel"], strict=True)]
    assumed = pd.Series(weight, index=kept.index, dtype="float64")
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
    if row["status"] != "active":
        return str(row["status"]) or "not known whether it is active"
    begun, ended = day_of(str(row["from"])), day_of(str(row["until"]))
    if day is not None and begun is not None and day < begun:
        return f"began {row['from']}"
    if day is not None and ended is not None and day > ended:
        return f"ended {row['until']}"
    return "no coordinates" if np.isnan(float(str(row["lat"]))) else ""


def _fuel(fuel: str) -> float:
    return FUELS.get(fuel.split(";")[0].strip(), 1.0)
