"""Speed beside openair: the same work on its example data, in process and warm, imports excluded on both sides."""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pandas as pd

from models.averages.averages import time_average
from models.averages.running import running_mean
from models.averages.yearly import aq_stats
from models.trends.scores import model_stats
from models.trends.trends import theil_sen
from models.wind.polar import polar_surface
from models.wind.roses import pollution_rose, wind_rose

SHARED = Path(__file__).resolve().parents[1].parent / "shared"
DATA = SHARED / "data" / "openair-mydata" / "mydata.csv.gz"
CALLS = SHARED / "reference" / "openair" / "timings_and_calls.csv"
OUT = Path(__file__).parent / "results" / "openair.json"
REPEATS = 5
POLLUTANTS = ("no2", "nox", "pm10", "so2")
SURFACES = (("so2", "mean"), ("nox", "mean"), ("pm10", "mean"), ("so2", "cpf90"), ("nox", "cpf90"))

# Run by R where it is there: each call once to warm up, once timed.
R_SCRIPT = """
suppressMessages(library(openair))
given <- commandArgs(trailingOnly = TRUE)
md <- read.csv(gzfile(given[1])); md$date <- as.POSIXct(md$date, format = "%Y-%m-%dT%H:%M:%SZ", tz = "GMT")
ms <- transform(md, mod = 0.9 * no2 + 5)
calls <- read.csv(given[2], stringsAsFactors = FALSE); calls <- calls[calls$name %in% given[-(1:3)], ]
timed <- function(text) { work <- parse(text = text); eval(work); system.time(eval(work))[["elapsed"]] }
calls$elapsed_s <- sapply(calls$call, timed)
write.csv(calls[, c("name", "elapsed_s")], given[3], row.names = FALSE)
"""


def tasks(md):
    """Name in the table of calls → our work, and how many times faster it must be."""
    model = 0.9 * md["no2"] + 5
    found = {
        "timeAverage_month_75": (lambda: time_average(md, "month"), 10),
        "timeAverage_day_75": (lambda: time_average(md, "day"), 10),
        "timeAverage_year_75": (lambda: time_average(md, "year"), 10),
        "timeAverage_month_vector": (lambda: time_average(md, "month", vector_wind=True), 10),
        "rollingMean_o3_8": (lambda: running_mean(md[["o3"]], 8), 10),
        "windRose": (lambda: wind_rose(md), 10),
        "pollutionRose_so2": (lambda: pollution_rose(md, "so2"), 10),
        "modStats": (lambda: model_stats(model, md["no2"]), 10),
        "aqStats": (lambda: aq_stats(md[["no2", "o3", "pm10"]]), 10),
    }
    for name in POLLUTANTS:
        for season in (False, True):
            for memory in (False, True):
                key = f"TheilSen_{name}_deseason{str(season).upper()}_autocor{str(memory).upper()}"
                found[key] = (lambda n=name, s=season, m=memory: slope(md, n, s, m), 10)
    for name, statistic in SURFACES:
        found[f"polarPlot_{name}_{statistic}"] = (lambda n=name, s=statistic: polar_surface(md, n, s), 3)
    return found


def slope(md, name, season, memory):
    months = time_average(md[[name]], "month", 0.0)[name]
    return theil_sen(months, deseason=season, bootstrap="block" if memory else "plain")


def seconds(work):
    """Wall and processor time of the quickest of several warm runs."""
    work()
    taken = []
    for _ in range(REPEATS):
        begun, busy = time.perf_counter(), time.process_time()
        work()
        taken.append((time.perf_counter() - begun, time.process_time() - busy))
    return (min(values) for values in zip(*taken, strict=True))


def side_by_side(names):
    """openair's seconds measured here and now, or None without R and the package."""
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "timed.csv"
        command = ["Rscript", "-e", R_SCRIPT, str(DATA), str(CALLS), str(out), *names]
        if subprocess.run(command, check=False).returncode or not out.exists():
            return None
        return read(out)


def read(path):
    with path.open(newline="") as file:
        return {row["name"]: float(row["elapsed_s"]) for row in csv.DictReader(file)}


def main():
    if not (DATA.exists() and CALLS.exists()):
        sys.exit("the folder ../shared with openair's data and recorded timings is not on this machine")
    md = pd.read_csv(DATA, parse_dates=["date"]).set_index("date")
    work = tasks(md)
    measured = side_by_side(list(work))
    theirs = measured or read(CALLS)
    how = "side by side" if measured else "recorded, not side by side (no R with openair here)"
    print(f"openair's times: {how}; ours: best of {REPEATS}, warm, one thread, load {os.getloadavg()[0]:.1f}")
    rows = []
    for name, (run, target) in work.items():
        ours, busy = seconds(run)
        rows.append({"name": name, "openair_s": theirs[name], "ours_s": round(ours, 4), "cpu_s": round(busy, 4)})
        rows[-1] |= {"times": round(theirs[name] / ours, 1), "target": target, "met": theirs[name] / ours >= target}
    print(pd.DataFrame(rows).to_string(index=False))
    slow = [row["name"] for row in rows if not row["met"]]
    print(f"targets missed: {', '.join(slow) if slow else 'none'}")
    if os.getloadavg()[0] > (os.cpu_count() or 1):
        print("the machine was busy with other work: ours_s holds its waiting too, cpu_s does not")
    OUT.parent.mkdir(exist_ok=True)
    figures = {"openair": how, "load": round(os.getloadavg()[0], 1), "rows": rows}
    OUT.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
