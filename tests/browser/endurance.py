"""A wall for weeks in minutes: `python -m tests.browser.endurance [--cycles 5000] [--out FOLDER]`.

Thousands of refreshes while the data change, then everything that can happen to a screen: restarts, kills, a frozen
server, cut networks, clock steps, midnight, the quiet hour, alarms. Nobody touches the browser.
"""

import argparse
import json
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from tests.browser.driver import ROOT, chromium
from tests.browser.screen import ZONE
from tests.browser.trial import Trial, on_trial
from tests.browser.wire import REFUSED, SILENT

OUT = ROOT / "bench" / "results"
FLAT = 0.10  # of memory, after warming up
STEADY = 0.7  # of the cycles without any fault, so that a leak would show
WARM = 0.15  # of those, before memory is compared
LONGEST = 3600.0  # s
DOWN = 13.0  # s that a server is away


def at_local(trial: Trial, hour: int, minute: int, second: int = 0) -> float:
    """Seconds ahead at which the server's clock stands at the next such local time."""
    real = datetime.now(UTC)
    local = trial.air.now().astimezone(ZONE)
    wanted = local.replace(hour=hour, minute=minute, second=second, microsecond=0)
    wanted += timedelta(days=1) if wanted <= local else timedelta(0)
    return (wanted - real).total_seconds()


def steady(trial: Trial, cycles: int) -> None:
    """Refresh on, with samples of memory now and then."""
    step = max(cycles // 40, 20)
    while trial.screen.cycles < cycles:
        wanted = trial.screen.cycles + step
        if trial.watch(300, lambda _, wanted=wanted: trial.screen.cycles >= wanted) is None:  # type: ignore[misc]
            trial.failures.append(f"only {trial.screen.cycles} of {wanted} refreshes in time")
            return
        trial.sample()
        show(trial)


def midnight(trial: Trial, *, alone: bool) -> None:
    """The day changes on the cities' clocks; `alone`: while the server cannot be reached."""
    trial.step(at_local(trial, 23, 59, 40))
    trial.recover("step of the server's clock to 23:59:40")
    trial.air.tell()
    before = (seen := trial.screen.read()) and seen["date"]
    if alone:
        trial.telling = False
        with trial.gone("network cut over midnight", DOWN):
            trial.wire.cut(SILENT)
    trial.expect("the date changes at midnight", lambda seen: seen["date"] != before and seen["time"] < "12", 40)
    if alone:
        trial.wire.cut("open")
        trial.telling = True
        trial.back("network back after midnight")


def stale(trial: Trial) -> None:
    """One city falls silent while the clock goes on: its figures turn grey, then recover with the data."""
    trial.telling = False
    trial.step(trial.air.ahead.total_seconds() + 10 * 3600)
    trial.air.tell(("tashkent",))
    trial.expect(
        "a silent city turns grey, the other does not",
        lambda seen: {one["city"]: one["aged"] for one in seen["cities"]} == {"tashkent": False, "astana": True},
    )
    trial.watch(6)
    trial.telling = True
    trial.air.tell()
    trial.expect("its figures come back with its data", lambda seen: not any(one["aged"] for one in seen["cities"]))


def alarm(trial: Trial) -> None:
    """An alarm takes the rotation to its view and keeps it there until somebody acknowledges it."""
    held = {"holding": True, "on": "map", "city": "astana"}
    trial.alarm("unacknowledged", "map", "astana")
    trial.expect("the alarm's view", lambda seen: {k: seen[k] for k in held} == held)
    if trial.watch(6, lambda seen: seen["on"] != "map") is not None:
        trial.failures.append("the rotation went on under an alarm")
    trial.alarm("acknowledged", "map", "astana")
    trial.expect("rotation after the acknowledgement", lambda seen: not seen["holding"] and seen["on"] != "map")


def quiet_hour(trial: Trial) -> None:
    """The page starts afresh once, but never under an alarm."""
    trial.alarm("unacknowledged", "city", "tashkent")
    trial.expect("the alarm", lambda seen: seen["holding"])
    before = trial.screen.reloads
    trial.step(at_local(trial, 4, 31))
    if trial.watch(8, lambda _: trial.screen.reloads > before) is not None:
        trial.failures.append("the page started afresh under an alarm")
    trial.air.tell()
    trial.alarm("acknowledged", "city", "tashkent")
    trial.expect("the fresh start of the quiet hour", lambda _: trial.screen.reloads > before, 15)
    trial.recover("fresh start at the quiet hour")
    if trial.watch(5, lambda _: trial.screen.reloads > before + 1) is not None:
        trial.failures.append("the page started afresh twice")


def clock_steps(trial: Trial) -> None:
    """The server's clock, then the browser's own, jump; the screen's stays right."""
    for hours in (1, -2):
        trial.step(trial.air.ahead.total_seconds() + hours * 3600)
        trial.recover(f"step of the server's clock by {hours:+d} h")
    trial.screen.page.evaluate("() => { const plain = Date.now; Date.now = () => plain() + 864e5; }")
    trial.recover("step of the browser's clock by a day")


def faults(trial: Trial, down: float = DOWN) -> None:
    """Each thing that can happen to a wall, once."""
    trial.restart("server restarted", down)
    trial.cut("cable pulled", SILENT, down)
    trial.restart("server killed", 1, kill=True)
    trial.cut("connections refused", REFUSED, down)
    trial.freeze("server frozen", down)
    clock_steps(trial)
    stale(trial)
    midnight(trial, alone=False)
    midnight(trial, alone=True)
    alarm(trial)
    quiet_hour(trial)


def growth(samples: list[dict[str, float]], name: str) -> float:
    """
    How much the last third lies above the first, medians, as a part of it.

    Examples
    --------
    >>> growth([{"heap": 10.0}, {"heap": 10.0}, {"heap": 11.0}], "heap")
    0.1
    """
    values = [s[name] for s in samples]
    third = max(len(values) // 3, 1)
    return round(median(values[-third:]) / median(values[:third]) - 1, 4)


def report(trial: Trial, calm: list[dict[str, float]], begun: float) -> dict[str, Any]:
    """Everything found, and whether each promise was kept."""
    warm = [s for s in calm if s["cycles"] >= WARM * calm[-1]["cycles"]] or calm
    grown = {name: growth(warm, name) for name in ("rss", "heap", "nodes", "listeners")}
    trial.failures += [f"{name} grew by {part:.0%}" for name, part in grown.items() if part > FLAT]
    trial.failures += [f"stale as current: {lie}" for lie in dict.fromkeys(trial.screen.lies)]
    return {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "seconds": round(time.monotonic() - begun),
        "cycles": trial.screen.cycles, "looks": trial.screen.looks, "commits": trial.air.commits,
        "reloads_by_itself": trial.screen.reloads, "stale_as_current": len(trial.screen.lies), "clicks": 0,
        "growth": grown, "rss_mib": [round(warm[0]["rss"]), round(warm[-1]["rss"])],
        "heap_mib": [round(warm[0]["heap"], 1), round(warm[-1]["heap"], 1)],
        "recoveries_s": [{"what": what, "seconds": seconds} for what, seconds in trial.recoveries],
        "slowest_recovery_s": max((s for _, s in trial.recoveries), default=0.0), "failures": trial.failures,
        "samples": [{k: round(v, 1) for k, v in s.items()} for s in trial.samples],
    }  # fmt: skip


def show(trial: Trial) -> None:
    """A line of progress."""
    last = trial.samples[-1]
    sys.stdout.write(
        f"{last['cycles']:6.0f} refreshes  server {last['rss']:6.0f} MiB  page {last['heap']:5.1f} MiB  "
        f"{last['nodes']:.0f} nodes  {len(trial.screen.lies)} lies\n"
    )
    sys.stdout.flush()


def endure(trial: Trial, cycles: int) -> dict[str, Any]:
    """Refresh, then faults until all cycles are done; each fault at least twice in a full run."""
    begun = time.monotonic()
    trial.watch(5)
    steady(trial, int(cycles * STEADY))
    calm = list(trial.samples)
    while True:
        faults(trial)
        trial.sample()
        show(trial)
        if trial.screen.cycles >= cycles or time.monotonic() - begun > LONGEST:
            return report(trial, calm, begun)


def table(found: dict[str, Any]) -> str:
    """For people."""
    lines = [
        f"refreshes            {found['cycles']} in {found['seconds']} s, {found['commits']} changes in the store",
        f"server memory        {found['rss_mib'][0]} → {found['rss_mib'][1]} MiB ({found['growth']['rss']:+.1%})",
        f"page memory          {found['heap_mib'][0]} → {found['heap_mib'][1]} MiB ({found['growth']['heap']:+.1%})",
        f"nodes, listeners     {found['growth']['nodes']:+.1%}, {found['growth']['listeners']:+.1%}",
        f"stale as current     {found['stale_as_current']} in {found['looks']} looks",
        f"fresh starts         {found['reloads_by_itself']} by itself, {found['clicks']} clicks",
        f"slowest recovery     {found['slowest_recovery_s']} s of {len(found['recoveries_s'])}",
    ]
    lines += [f"  {one['seconds']:5.1f} s  {one['what']}" for one in found["recoveries_s"]]
    return "\n".join([*lines, *(f"FAILED: {words}" for words in found["failures"])])


def main() -> int:
    """Run it; exit status 1 where a promise was broken."""
    said = argparse.ArgumentParser(description="A wall for weeks in minutes.")
    said.add_argument("--cycles", type=int, default=5000)
    said.add_argument("--out", type=Path, default=OUT)
    asked = said.parse_args()
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        browser = chromium(playwright)
        with on_trial(browser, Path(place)) as trial:
            found = endure(trial, asked.cycles)
        browser.close()
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "endurance.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", "utf-8")
    sys.stdout.write(table(found) + "\n")
    return int(bool(found["failures"]))


if __name__ == "__main__":
    sys.exit(main())
