"""Events against known truth: dust storms, smoke and stagnation in simulated cities, judged as of each hour."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data import demo
from data.city import city
from data.demo import places
from data.demo.simulation import RUN_UP
from data.demo.weather import STILL_LASTS, weather
from models.events import Panel, covered, detect, panel
from models.quality.quality import flag

ROOT = Path(__file__).resolve().parents[1]
RUNS = ROOT.parent / "shared" / "data" / "simtruth"
RESULT = ROOT / "bench" / "results" / "events.json"
HOUR = pd.Timedelta(hours=1)
WEIGHTY = 15.0  # dust alone as much as WHO's 24-h guideline of PM2.5; less is no storm to anybody [µg/m³]
SMOKY = 0.25  # share of fires in PM2.5 that smoke is meant to be found from
DEMO_END = datetime(2026, 5, 1, tzinfo=UTC)


def shared_run(folder: Path) -> tuple[Panel, pd.DataFrame]:
    """A simulated run as the detectors see it after the quality checks, and the true PM2.5 by category."""
    stations = pd.read_csv(folder / "stations.csv").assign(source="run", owner="run", same_as="")
    rows = pd.read_csv(folder / "measurements.csv.gz").assign(source="run", city=folder.name.split("_")[0])
    rows = rows.assign(kind=rows["station"].map(stations.set_index("station")["kind"]), flag="ok")
    sky = pd.read_csv(folder / "weather.csv.gz").drop(columns="solar_radiation")
    sky = sky.melt("start", var_name="parameter", value_name="value").dropna()
    sky = sky.assign(station="mast", source="run", kind="reference", minutes=60, flag="ok", city="")
    rows = pd.concat([rows, sky], ignore_index=True)
    rows["start"] = pd.to_datetime(rows["start"], utc=True).astype("datetime64[us, UTC]")
    fires = pd.read_csv(folder / "hotspots.csv").assign(time=lambda t: pd.to_datetime(t["time"], utc=True))
    truth = pd.read_csv(folder / "truth_categories.csv.gz").assign(start=lambda t: pd.to_datetime(t["start"], utc=True))
    seen = panel(flag(rows), stations, rows["start"].min(), rows["start"].max() + HOUR, fires=fires)
    return seen, truth


def demo_run(key: str, seed: int) -> tuple[Panel, pd.DataFrame, pd.Series]:
    """Half a year of a demo city with another seed, its truth, and the hours within its inversions."""
    days = 180
    world = demo.build(DEMO_END, days=days, seed=seed, cities=[key])
    start, place = pd.Timestamp(DEMO_END) - pd.Timedelta(days=days), city(key)
    fires = world.hotspots.drop(columns="city")
    stations = world.stations.assign(
        kind=np.where(world.stations["owner"] == places.REFERENCE, "reference", "indicative")
    )
    seen = panel(flag(world.measurements), stations, start, DEMO_END, fires=fires)
    hours = np.arange(int(start.timestamp() // 3600) - RUN_UP, int(DEMO_END.timestamp() // 3600), dtype=np.int64)
    sky = weather(seed, key, hours, place.lat, place.lon, places.climate(key))
    lid = (sky.still < STILL_LASTS) & (sky.storm > 30)
    return seen, world.truth, pd.Series(lid[RUN_UP:], seen.times)


def true_hours(truth: pd.DataFrame) -> dict[str, pd.Series]:
    """Hours in which dust dominates at most stations, the same with weight, and hours of smoke."""
    table = truth.drop(columns="city", errors="ignore").set_index(["start", "station"])
    part = table.div(table.sum(axis=1), axis=0)
    dust = (part["dust"] > 0.5).groupby("start").mean() > 0.5
    heavy = table["dust"].groupby("start").median() >= WEIGHTY
    return {"dust": dust, "storm": dust & heavy, "smoke": (part["fire"] >= SMOKY).groupby("start").mean() > 0.5}


def runs(hours: pd.Series, gap: int = 6, least: int = 3) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """Stretches of true hours, bridged and long enough to be an event."""
    at = np.flatnonzero(hours.to_numpy())
    if not len(at):
        return []
    parts = np.split(at, np.flatnonzero(np.diff(at) > gap) + 1)
    return [(hours.index[p[0]], hours.index[p[-1]] + HOUR) for p in parts if len(p) >= least]


def score(found: pd.DataFrame, seen: Panel, truth: pd.Series, strict: pd.Series | None = None) -> dict[str, Any]:
    """
    Hours and events found, against true ones.

    Parameters
    ----------
    truth : Series
        True hours that count for precision; an event that touches none is false.
    strict : Series, optional
        True hours that must be found; `truth` by default.
    """
    truth = truth.reindex(seen.times, fill_value=False)
    wanted = truth if strict is None else strict.reindex(seen.times, fill_value=False)
    said = covered(found, seen)
    events, delays = runs(wanted), []
    for begin, end in events:
        hit = found[(found["start"] < end) & (found["end"].isna() | (found["end"] > begin))]
        if len(hit):
            delays.append(max(((hit["raised"].min() - begin) / HOUR), 0.0))
    right = [bool(truth[(truth.index >= r.start) & ((r.end is pd.NaT) | (truth.index < r.end))].any())
             for r in found.itertuples()]  # fmt: skip
    return {
        "hours_true": int(wanted.sum()), "hours_found": int(said.sum()),
        "precision": _share(truth[said]), "recall": _share(pd.Series(said, seen.times)[wanted]),
        "events_true": len(events), "events_hit": len(delays), "events_found": len(right),
        "events_false": right.count(False),
        "delay": float(np.median(delays)) if delays else None, "delay_worst": max(delays, default=None),
    }  # fmt: skip


def _share(part: pd.Series) -> float | None:
    return round(float(part.mean()), 3) if len(part) else None


def worlds() -> Iterator[tuple[str, Panel, pd.DataFrame, pd.Series | None]]:
    """Every simulated city there is."""
    for folder in sorted(RUNS.glob("*_*")):
        yield folder.name, *shared_run(folder), None
    for key in ("tashkent", "astana"):
        for seed in (11, 12):
            yield f"demo {key} {seed}", *demo_run(key, seed)


def without(seen: Panel, *, sky: bool = False) -> Panel:
    """The same without any weather and without hot-spots: concentration evidence only."""
    return seen if sky else Panel(seen.times, seen.step, seen.stations, seen.air, {}, frozenset(), seen.delivered,
                                  seen.faulty, None, seen.limits)  # fmt: skip


def scored() -> dict[str, Any]:
    """Every world and question."""
    answer: dict[str, Any] = {}
    for name, seen, truth, lid in worlds():
        begun = time.perf_counter()
        found = detect(seen, city="any")
        seconds = time.perf_counter() - begun
        true = true_hours(truth)
        of = {kind: found[found["kind"] == kind] for kind in ("dust_storm", "smoke", "stagnation")}
        bare = detect(without(seen), city="any")
        answer[name] = {
            "seconds": round(seconds, 2),
            "dust, every true hour": score(of["dust_storm"], seen, true["dust"]),
            "dust, storms": score(of["dust_storm"], seen, true["dust"], true["storm"]),
            "dust, storms, no weather": score(bare[bare["kind"] == "dust_storm"], seen, true["dust"], true["storm"]),
            "smoke": score(of["smoke"], seen, true["smoke"]),
            "confidence": {k: _middle(v) for k, v in of.items()},
            "confidence, no weather": {k: _middle(bare[bare["kind"] == k]) for k in of},
            "counts": found["kind"].value_counts().to_dict(),
        }
        if lid is not None:
            answer[name]["stagnation"] = score(of["stagnation"], seen, lid)
    return answer


def _middle(found: pd.DataFrame) -> float | None:
    return round(float(found["confidence"].median()), 2) if len(found) else None


def main() -> None:
    answer = scored()
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(answer, indent=1), "utf-8")
    for question in ("dust, every true hour", "dust, storms", "dust, storms, no weather", "smoke", "stagnation"):
        print(f"\n{question}")
        rows = {name: one[question] for name, one in answer.items() if question in one}
        print(pd.DataFrame(rows).T.to_string())
    print(
        {
            name: (one["seconds"], one["confidence"], one["confidence, no weather"], one["counts"])
            for name, one in answer.items()
        }
    )


if __name__ == "__main__":
    main()
