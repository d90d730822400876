"""The register of sources as a file: a table, or GeoJSON with its points, lines and areas."""

import json
from pathlib import Path
from typing import Any

from data.inventory.inventory import COLUMNS, Inventory
from data.inventory.parties import credits, parties
from data.inventory.rows import NUMBERS
from data.store.served import real_store
from jobs.export.csv_lines import safe
from jobs.register.inventory import sources

CSV_COLUMNS = ("city", *COLUMNS)
WHOLE = ("capacity_year", "emission_year")


def register_csv(key: str) -> str:
    """
    The register of a city.

    Parameters
    ----------
    key : str
        City.

    Returns
    -------
    str
        CSV with the columns `CSV_COLUMNS`; an empty cell means: not known. A header alone without a register.

    Raises
    ------
    InventoryError
        When the register cannot be read.
    """
    table = sources(real_store(), key).sites.assign(city=key)[list(CSV_COLUMNS)]
    texts = {name: table[name].map(safe) for name in CSV_COLUMNS if name not in NUMBERS}
    whole = {name: table[name].astype("Int64") for name in WHOLE}
    return str(table.assign(**texts, **whole).to_csv(index=False, lineterminator="\n"))


def document(key: str) -> dict[str, Any]:
    """
    The register of a city as an object.

    Parameters
    ----------
    key : str
        City.

    Returns
    -------
    dict
        ``city, vintage, sha256, credits, parties, sites``; a site has the columns of the register, None where a cell is
        empty, and ``geometry``, GeoJSON or None.
    """
    register = sources(real_store(), key)
    return {
        "city": key,
        "vintage": register.vintage or None,
        "sha256": register.sha256,
        "credits": [dict(work) for work in credits()],
        "parties": {party: dict(names) for party, names in parties().items()},
        "sites": _sites(register),
    }


def geojson(key: str) -> dict[str, Any]:
    """The register of a city as a GeoJSON FeatureCollection (RFC 7946) that the register reads again."""
    features = [
        {"type": "Feature", "geometry": site.pop("geometry"), "properties": site}
        for site in _sites(sources(real_store(), key))
    ]
    return {"type": "FeatureCollection", "features": features}


def write(key: str, out: Path) -> dict[str, Any]:
    """
    Write the register of a city: `.geojson` and `.json` as such, everything else as CSV.

    Returns
    -------
    dict
        ``out``; ``sites``, how many; ``vintage``.
    """
    makers = {".geojson": geojson, ".json": document}
    made = makers.get(out.suffix.lower())
    text = json.dumps(made(key), ensure_ascii=False, indent=1) + "\n" if made else register_csv(key)
    out.write_text(text, "utf-8")
    register = sources(real_store(), key)
    return {"out": str(out), "sites": len(register.sites), "vintage": register.vintage}


def _sites(register: Inventory) -> list[dict[str, Any]]:
    return [
        {**{name: _cell(row[name], name) for name in COLUMNS}, "geometry": _geometry(register, row)}
        for row in register.sites.to_dict("records")
    ]


def _cell(value: Any, name: str) -> Any:
    if value == "" or value != value:  # NaN is the one value unequal to itself
        return None
    return int(value) if name in WHOLE else value


def _geometry(register: Inventory, row: dict[Any, Any]) -> dict[str, Any] | None:
    if row["site"] in register.shapes:
        return register.shapes[row["site"]]
    return None if row["lat"] != row["lat"] else {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
