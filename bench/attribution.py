"""Attribution against known truth: simulated runs × three inputs, ablations, and the time of a year and of an hour."""

from __future__ import annotations

import importlib.util
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from bench._attribution_world import PARAMETERS, simulate
from jobs.attribution.from_files import run_files
from models.attribution import SourceAttributor, activity, expectation, plume, sites, split

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
RUNS = SHARED / "data" / "simtruth"
RESULT = ROOT / "bench" / "results" / "attribution.json"
WRONG = {"heating": 0.10, "traffic": 0.35, "industry": 0.30, "dust": 0.05, "regional": 0.15, "fire": 0.05}
FIGURES = ("answered", "net_day_mae", "sta_day_mae", "period_mae", "big_within50", "dominant", "coverage", "width",
           "days_with_interval", "spearman", "top1in3")  # fmt: skip


def scorer() -> Any:
    """The score of tools/score_attribution.py, as it is."""
    spec = importlib.util.spec_from_file_location("score_attribution", SHARED / "tools" / "score_attribution.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.score


def attribute(run: Path, out: Path, keep: tuple[str, ...] = PARAMETERS, prior: dict[str, float] | None = None) -> None:
    """One run through the files of the command, with some parameters removed or another prior."""
    out.mkdir(parents=True, exist_ok=True)
    measured, stated = run / "measurements.csv.gz", run / "prior.csv"
    if set(keep) != set(PARAMETERS):
        table = pd.read_csv(measured)
        measured = out / "measurements.csv"
        table[table["parameter"].isin(keep)].to_csv(measured, index=False)
    if prior is not None:
        stated = out / "prior.csv"
        pd.Series(prior, name="share").rename_axis("category").reset_index().to_csv(stated, index=False)
    zone = json.loads((run / "meta.json").read_text())["clock"]
    inputs = [run / f"{name}.csv" for name in ("stations", "sources", "fingerprints", "hotspots")]
    run_files(measured, run / "weather.csv.gz", *inputs, stated, zone, out)


def scores(keep: tuple[str, ...] = PARAMETERS, prior: dict[str, float] | None = None) -> pd.DataFrame:
    """Figures of every run; one row each."""
    score, rows = scorer(), {}
    for run in sorted(RUNS.glob("*_*")):
        with tempfile.TemporaryDirectory() as folder:
            attribute(run, Path(folder), keep, prior)
            rows[run.name] = score(run, Path(folder))
    return pd.DataFrame(rows).T[list(FIGURES)].astype(float)


@contextmanager
def changed(module: Any, name: str, value: Any) -> Iterator[None]:
    """A constant or function of the model replaced for a while."""
    before = getattr(module, name)
    setattr(module, name, value)
    try:
        yield
    finally:
        setattr(module, name, before)


def flat(prior: Any, reference: Any) -> Any:
    """The stated prior alone, not pooled with the published range."""
    share, _ = expectation.shares(prior, "prior")
    return expectation.Prior(share / share.sum(), np.ones(len(share)))


def always(panel: Any, climate: Any) -> tuple[dict[str, Any], dict[str, float]]:
    """Every activity one: the constant prior."""
    names = ("chp", "heating", "traffic", "industry", "dust", "regional", "fire")
    return {name: np.ones((len(panel.hours), 1)) for name in names}, {"industry": 1.0}


def ablations() -> dict[str, dict[str, float]]:
    """Mean figures without one step of the model at a time."""
    from models.attribution import estimator

    cases = {
        "the model": (split, "CARRY", split.CARRY),
        "without activities": (split, "activities", always),
        "without the low envelope": (split, "ENVELOPE_WEIGHT", 0.0),
        "low envelope alone": (split, "ENVELOPE_WEIGHT", 0.99),
        "without dispersion": (activity, "DISPERSION_POWER", 0.0),
        "without pooling the prior": (estimator, "pool", flat),
        "without carrying to low-cost stations": (split, "CARRY", 0.0),
        "without the update": (split, "solve", lambda expected, *rest: np.zeros_like(expected)),
        "stack height without plume rise": (plume, "RISE", 1.0),
        "inventory times plume (no regression)": (sites, "SITE_SD", 0.01),
    }
    found = {}
    for label, case in cases.items():
        with changed(*case):
            found[label] = scores().mean().round(3).to_dict()
    return found


def timing() -> dict[str, float]:
    """Seconds for a year of 30 stations with 6 parameters (ozone is carried along), and for one live hour."""
    world = simulate(1, days=365, stations=30)
    ozone = world.measurements[world.measurements["parameter"].eq("pm10")].assign(parameter="o3")
    world.measurements = pd.concat([world.measurements, ozone], ignore_index=True)
    last = world.hours[-1]
    past = world.measurements[world.measurements["start"] < last]
    SourceAttributor(zone=world.zone).fit(
        **{**world.tables(), "measurements": past[past["start"] > last - pd.Timedelta("20D")]}
    )
    begun, busy = time.perf_counter(), time.process_time()
    model = SourceAttributor(zone=world.zone).fit(**{**world.tables(), "measurements": past})
    model.transform()
    year, worked = time.perf_counter() - begun, time.process_time() - busy
    hour = world.measurements[world.measurements["start"].eq(last)]
    sky = world.weather[world.weather["start"].eq(last)]
    model.transform(hour, sky)
    begun, busy = time.perf_counter(), time.process_time()
    model.transform(hour, sky)
    live = {"live_hour_s": time.perf_counter() - begun, "live_hour_cpu_s": time.process_time() - busy}
    found = {"year_30_stations_s": year, "year_30_stations_cpu_s": worked, **live}
    return {name: round(value, 3) for name, value in found.items()}


def main() -> None:
    result: dict[str, Any] = {"timing": timing()}
    print(result["timing"])
    if RUNS.exists():
        cases = {
            "all pollutants": {},
            "PM2.5 + wind": {"keep": ("pm25",)},
            "PM2.5 + PM10": {"keep": ("pm25", "pm10")},
            "wrong prior": {"prior": WRONG},
            "wrong prior, PM2.5 + wind": {"prior": WRONG, "keep": ("pm25",)},
        }
        tables = {label: scores(**case) for label, case in cases.items()}
        means = pd.DataFrame({label: table.mean() for label, table in tables.items()}).T.round(3)
        print(means.to_string(), "\n")
        print(tables["all pollutants"].round(3).to_string(), "\n")
        result["scores"] = means.to_dict("index")
        result["runs"] = {label: table.to_dict("index") for label, table in tables.items()}
        result["ablation"] = ablations()
        columns = ["net_day_mae", "period_mae", "dominant", "spearman", "top1in3"]
        print(pd.DataFrame(result["ablation"]).T[columns].to_string())
    else:
        print("scores skipped: shared/data/simtruth is not here")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
