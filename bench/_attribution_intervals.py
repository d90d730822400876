"""Make data/attribution/intervals.csv: residual quantiles of daily shares on simulated cities.

Run by hand after a change of the model: `python -m bench._attribution_intervals`. The runs of the known-truth data set
are not used here; `bench/attribution.py` checks the coverage on them.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from bench._attribution_world import CATEGORIES, World, simulate, true_days
from models.attribution import SourceAttributor
from models.attribution.intervals import residual_table

PLACES = ((41.31, 69.28, "Asia/Tashkent"), (51.17, 71.43, "Asia/Almaty"))
STARTS = ("2024-01-10", "2024-03-15", "2024-07-01", "2024-10-01", "2024-11-15")
LEVELS = {"gases": ("pm25", "pm10", "so2", "no2", "co"), "pm10": ("pm25", "pm10"), "pm25": ("pm25",)}
OUT = Path(__file__).resolve().parents[1] / "data" / "attribution" / "intervals.csv"


def world(seed: int) -> World:
    """A city of 5 to 14 stations over 60 days in one of five seasons."""
    return simulate(
        seed, place=PLACES[seed % 2], start=STARTS[seed % 5], days=60, stations=5 + seed % 10, prior_error=0.3
    )


def shares(run: World, keep: tuple[str, ...]) -> pd.DataFrame:
    """Estimated daily shares with only the pollutants of `keep`."""
    tables = run.tables()
    tables["measurements"] = tables["measurements"][tables["measurements"]["parameter"].isin(keep)]
    daily = SourceAttributor(zone=run.zone).fit(**{**tables, "sources": None}).daily_
    known = daily[daily["category"].isin(CATEGORIES)].dropna(subset=["share"])
    return known.pivot_table(index="day", columns="category", values="share").reindex(columns=list(CATEGORIES))


def table(seeds: range) -> pd.DataFrame:
    """Quantiles per level and category over all days of all seeds."""
    frames = []
    for level, keep in LEVELS.items():
        runs = [world(seed) for seed in seeds]
        said = [shares(run, keep) for run in runs]
        true = [true_days(run).reindex(part.index) for run, part in zip(runs, said, strict=True)]
        frames.append(residual_table(pd.concat(said), pd.concat(true), level))
    return pd.concat(frames, ignore_index=True)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    found = table(range(100, 100 + count))
    found.round(3).to_csv(OUT, index=False)
    print(found.round(3).to_string())
