"""Attribution from files to files: what `cleanair attribute` does with a folder of tables."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data.times import iso_texts
from jobs.attribution import handed
from models.attribution import InputError, SourceAttributor
from models.attribution.refusal import REASONS

VERSION = "1"
"""Model version: changes whenever the same input would give another answer."""


def digest(path: str | Path | None) -> str | None:
    """SHA-256 of a file, so that a result can be recomputed from the same input."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path is not None else None


def check_zone(zone: str) -> str:
    """The zone itself; `InputError` when there is no such zone."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise InputError("models.attribution.zone", parameter="zone", zone=zone) from error
    return zone


def run_files(
    measurements: str | Path,
    weather: str | Path | None,
    stations: str | Path,
    sources: str | Path | None,
    fingerprints: str | Path | None,
    hotspots: str | Path | None,
    prior: str | Path | None,
    zone: str,
    out: str | Path,
    neighbours: tuple[dict[str, Any], ...] = (),
    seed: int = 0,
) -> dict[str, Any]:
    """
    Attribute the files and write categories.csv, daily.csv, sites.csv and report.json into `out`.

    Parameters
    ----------
    measurements, weather, stations, sources, fingerprints, hotspots, prior : path
        CSV or JSON files, .gz accepted; weather, sources, fingerprints, hotspots and prior may be None. Measurements
        and weather may be exports of this centre.
    zone : str
        IANA zone of the city.
    out : path
        Folder, made when it is missing.

    Returns
    -------
    dict
        What report.json holds: version, inputs with their SHA-256, shares of the period, notes, refusals, counts, and
        ``left_out``: ``table, column, why, cells`` of measurements and weather that do not count.

    Raises
    ------
    InputError
        An input cannot be used; one sentence says which and what to do.
    """
    files = {
        "measurements": measurements,
        "weather": weather,
        "stations": stations,
        "sources": sources,
        "fingerprints": fingerprints,
        "hotspots": hotspots,
        "prior": prior,
    }
    tables = {name: handed.table(path, name) for name, path in files.items()}
    rows, left_out = tables["measurements"], list[dict[str, Any]]()
    if rows is None or tables["stations"] is None:
        raise InputError("models.attribution.files", parameter="measurements")
    model = SourceAttributor(zone=check_zone(zone), neighbours=neighbours, seed=seed)
    tables["measurements"] = handed.measurements(rows, Path(measurements), left_out)
    tables["weather"] = handed.weather(tables["weather"], Path(weather or ""), left_out)
    model.fit(**tables)
    report = summary(model, {name: digest(path) for name, path in files.items()}) | {"left_out": left_out}
    write(model, report, Path(out))
    return report


def summary(model: SourceAttributor, inputs: dict[str, str | None]) -> dict[str, Any]:
    """Everything a reader needs to judge or repeat the result."""
    answered = int((model.parts_[..., 0] == model.parts_[..., 0]).sum())
    return {
        "version": VERSION,
        "zone": model.zone,
        "seed": model.seed,
        "inputs_sha256": inputs,
        "from": model.panel_.hours[0].isoformat(),
        "to": (model.panel_.hours[-1] + pd.Timedelta(hours=1)).isoformat(),
        "stations": len(model.panel_.stations),
        "station_hours": answered,
        "refused_station_hours": int(model.panel_.faulty.sum()),
        "shares": {name: round(value, 4) for name, value in model.shares().items()},
        "prior": {
            name: round(float(v), 4) for name, v in zip(model.categories_, model.fitted_.prior.share, strict=True)
        },
        "notes": {code: REASONS[code] for code in model.notes_},
        "sites_refused": REASONS[model.ranking_.refused] if model.ranking_.refused else None,
        "unlisted": records(model.unlisted_),
        "transboundary": records(model.transboundary_),
        "station_days": {str(k): int(v) for k, v in model.status_["status"].value_counts().items()},
    }


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON, a missing number as null."""
    rows: list[dict[str, Any]] = json.loads(table.round(4).to_json(orient="records"))
    return rows


def write(model: SourceAttributor, report: dict[str, Any], out: Path) -> None:
    """The four files, in the form tools that score or plot them read."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        hours = model.transform()
        hours["start"] = pd.Categorical.from_codes(
            model.panel_.hours.get_indexer(pd.DatetimeIndex(hours["start"])),
            categories=iso_texts(model.panel_.hours),
        )
        hours["contribution"] = hours["contribution"].round(5)
        hours.to_csv(out / "categories.csv", index=False)
        model.daily_.round(5).to_csv(out / "daily.csv", index=False)
        model.sites_.round(6).to_csv(out / "sites.csv", index=False)
        (out / "report.json").write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        told = {"folder": out, "said": error.strerror or error}
        raise InputError("models.attribution.not_written", parameter="out", **told) from error
