"""Forecast skill from rolling origins on Beijing, Bishkek, London and Astana: gates, bands, seconds."""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from bench import _forecast_sets as sets
from models.forecast import Forecaster, exceedance, skill
from models.forecast.skill import JUDGED

OUT = Path(__file__).parent / "results" / "forecast.json"
# Set, whether weather goes in, parameters judged, folds (times fitted anew), share that only serves to learn.
RUNS = (
    ("bishkek", True, ("pm25",), 2, 0.5),
    ("beijing", True, ("pm25",), 2, 0.5),
    ("london", True, ("pm25",), 2, 0.5),
    ("beijing", True, ("pm10", "no2", "o3", "so2", "co"), 1, 0.7),
    ("london", True, ("pm10", "no2", "o3", "so2", "co"), 3, 0.7),
    ("bishkek", False, ("pm25",), 2, 0.5),
    ("astana", False, ("pm25", "pm10", "no2", "so2"), 1, 0.7),
)
ORIGINS = {"bishkek": 1200, "beijing": 600, "london": 1200, "astana": 300}
GATES = {24: 0.10, 72: 0.05}  # less error than damped persistence, with weather
COVERAGE = (0.85, 0.95)
FIT_S, PREDICT_S = 60, 5
DAY_LIMITS = {"beijing": 75.0, "bishkek": 35.0}  # 24-h mean of PM2.5 [µg/m³]: China's grade II; the Kazakh and Uzbek


def judged(name, weathered, parameters, folds, first):
    history, weather, zone = getattr(sets, name)()
    chosen = history[history["parameter"].isin(parameters)]
    begun = time.process_time()
    table = skill(chosen, weather if weathered else None, zone=zone, origins=ORIGINS[name], folds=folds, first=first)
    seconds = (time.process_time() - begun) / (folds * len(parameters))
    known = "measured weather" if weathered else "no weather"
    print(f"\n{name}, {known}: {seconds:.1f} s of processor per fit and judging")
    found = [_lines(name, weathered, parameter, rows) for parameter, rows in table.groupby("parameter", sort=False)]
    return {"set": name, "weather": weathered, "cpu_s": round(seconds, 1), "parameters": found}


def _lines(name, weathered, parameter, rows):
    errors = rows.pivot_table(index="lead", columns="method", values="rmse")
    model = rows[rows["method"] == "model"].set_index("lead")
    gain = 1 - errors["model"] / errors["damped_persistence"]
    shown = rows[rows["shown"]].set_index("lead")
    print(f"  {parameter}: lead, RMSE of damped persistence, climatology, persistence, model, gain, coverage, shown, n")
    for lead in errors.index:
        e = errors.loc[lead]
        print(
            f"    {lead:3d} h {e['damped_persistence']:8.1f} {e['climatology']:8.1f} {e['persistence']:8.1f} "
            f"{e['model']:8.1f} {gain[lead]:7.1%} {model.loc[lead, 'coverage']:6.2f} "
            f"{shown.loc[lead, 'coverage']:6.2f} {shown.loc[lead, 'method']:20s} {int(model.loc[lead, 'n'])}"
        )
    worst = (float(shown["coverage"].min()), float(shown["coverage"].max()))
    missed = [f"{lead} h" for lead, gate in GATES.items() if weathered and gain[lead] < gate]
    if not COVERAGE[0] <= float(shown["coverage"].mean()) <= COVERAGE[1]:
        missed += ["band"] if weathered else []  # the gates are for sets with weather
        print(f"    band outside {COVERAGE[0]} to {COVERAGE[1]}")
    if missed:
        print(f"    MISSED: {', '.join(missed)}")
    return {
        "parameter": parameter, "gain_24": round(float(gain[24]), 3), "gain_72": round(float(gain[72]), 3),
        "coverage": round(float(shown["coverage"].mean()), 3), "coverage_by_lead": [round(c, 3) for c in worst],
        "rmse": {int(k): {m: round(float(v), 2) for m, v in row.items()} for k, row in errors.iterrows()},
        "shown": shown["method"].to_dict(), "missed": missed,
    }  # fmt: skip


def days(name, issues=120):
    """Probability of a day above the limit, said at about noon the day before, against what came."""
    history, weather, zone = getattr(sets, name)()
    chosen = history[history["parameter"] == "pm25"]
    first, last = chosen["start"].min(), chosen["start"].max()
    cut = (first + 0.7 * (last - first)).floor("D") + pd.Timedelta(hours=6)
    found = Forecaster(zone=zone).fit(chosen, weather, until=cut)
    daily = chosen.assign(day=chosen["start"].dt.tz_convert(zone).dt.date).groupby(["station", "day"])["value"]
    truth = daily.mean()[daily.count() >= 18]
    step, out = max(1, (last - cut).days // issues), []
    for moment in pd.date_range(cut, last - pd.Timedelta(days=3), freq=f"{step}D"):
        said = found.predict(moment, chosen, weather)
        tomorrow = (moment.tz_convert(zone) + pd.Timedelta(days=1)).date()
        table = exceedance(said, DAY_LIMITS[name], zone, chosen, residuals=found.residuals())
        out.append(table[table["day"] == tomorrow])
    table = pd.concat(out).set_index(["station", "day"]).join(truth.rename("came"), how="inner")
    hit, p = table["came"] > table["limit"], table["probability"]
    usual = float((truth[[d < cut.date() for d in truth.index.get_level_values("day")]] > DAY_LIMITS[name]).mean())
    brier, blind = float(((p - hit) ** 2).mean()), float(((usual - hit) ** 2).mean())
    bins = pd.cut(p, [-0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
    reliability = (
        table.assign(hit=hit)
        .groupby(bins, observed=True)
        .agg(p=("probability", "mean"), hit=("hit", "mean"), n=("hit", "size"))
    )
    covered = float(((table["came"] >= table["lower"]) & (table["came"] <= table["upper"])).mean())
    print(
        f"\n{name}: day above {DAY_LIMITS[name]:.0f} µg/m³ tomorrow, {len(table)} station-days, {hit.mean():.0%} were"
    )
    print(
        f"  Brier score {brier:.3f}, always saying {usual:.0%}: {blind:.3f}; band of the daily mean holds {covered:.2f}"
    )
    print(reliability.round(2).to_string())
    return {"set": name, "brier": round(brier, 3), "brier_usual": round(blind, 3), "band": round(covered, 3)}


def speed(stations=30, parameters=5, length=365):
    """Fit and predict 30 stations × 72 h × 5 parameters on invented values."""
    random, hours = np.random.default_rng(0), pd.date_range("2025-01-01", periods=24 * length, freq="h", tz="UTC")
    rows = [
        pd.DataFrame({"station": f"s{s}", "parameter": p, "start": hours, "value": random.gamma(4, 10, len(hours))})
        for s in range(stations)
        for p in ("pm25", "pm10", "no2", "o3", "so2")[:parameters]
    ]
    history = pd.concat(rows, ignore_index=True)
    ahead = pd.date_range(hours[0], periods=24 * (length + 3), freq="h")
    weather = pd.DataFrame({"wind_speed": random.gamma(2, 2, len(ahead)), "wind_direction": 90.0}, index=ahead)
    begun, clock = time.perf_counter(), time.process_time()
    found = Forecaster().fit(history, weather)
    fit, fit_cpu = time.perf_counter() - begun, time.process_time() - clock
    begun = time.perf_counter()
    answered = len(found.predict(hours[-1] + pd.Timedelta("1h"), history, weather))
    predict = time.perf_counter() - begun
    print(
        f"\n{stations} stations, {parameters} parameters, a year: fit {fit / parameters:.1f} s per parameter "
        f"({fit_cpu / parameters:.1f} s of processor), predict {predict:.1f} s for {answered:,} hours"
    )
    return {"fit_s": round(fit / parameters, 1), "fit_cpu_s": round(fit_cpu / parameters, 1),
            "predict_s": round(predict, 1), "hours": answered}  # fmt: skip


def main(names):
    if not sets.DATA.is_dir():
        print("skipped: the folder ../shared with real data is not on this machine")
        return 0
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    runs = [judged(*run) for run in RUNS if not names or run[0] in names]
    warned = [days(name) for name in DAY_LIMITS if not names or name in names]
    timed = speed() if not names or "speed" in names else {}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps({"leads": JUDGED, "skill": runs, "days": warned, "speed": timed}, indent=1) + "\n")
    missed = [f"{r['set']} {p['parameter']} {m}" for r in runs for p in r["parameters"] for m in p["missed"]]
    slow = timed and (timed["fit_cpu_s"] > FIT_S or timed["predict_s"] > PREDICT_S)
    print(f"\nmissed: {', '.join(missed) or 'none'}{'; too slow' if slow else ''}")
    return int(bool(missed or slow))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
