"""A wall on trial: a real server with a clock that can be stepped, a network to cut, a browser nobody touches."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
from playwright.sync_api import Browser, CDPSession

from data.store import open_store
from tests.browser.air import Air
from tests.browser.driver import Server
from tests.browser.screen import Screen
from tests.browser.wire import OPEN, Wire

EVERY = 0.1
"""Between refreshes on trial; ten seconds in use. [s]"""
PATIENCE = 8.0  # s; the shortest that the wall has
WITHIN = 10.0  # s; a wall that takes longer to come back has failed
TELL = 8.0  # s between changes in the store


@dataclass
class Trial:
    """
    Everything that a trial holds, and what it found.

    Attributes
    ----------
    recoveries : list of (str, float)
        What was done to the wall, and how long it then took to be right again. [s]
    samples : list of dict
        Cycles, memory of server and browser.
    failures : list of str
        Broken promises, in words.
    """

    server: Server
    wire: Wire
    air: Air
    screen: Screen
    cdp: CDPSession
    recoveries: list[tuple[str, float]] = field(default_factory=list)
    samples: list[dict[str, float]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    telling: bool = True
    within: float = WITHIN
    _told: float = 0.0

    def watch(self, seconds: float, until: Callable[[dict[str, Any]], bool] | None = None) -> float | None:
        """
        Look at the screen, while the data go on changing.

        Returns
        -------
        float or None
            After how long `until` held [s]; None where it never did within the time.
        """
        begun = time.monotonic()
        while (spent := time.monotonic() - begun) < seconds:
            seen = self.screen.read()
            if seen and until and until(seen):
                return spent
            if self.telling and time.monotonic() - self._told > TELL:
                self.air.tell()
                self._told = time.monotonic()
            time.sleep(0.2)
        return None

    def recover(self, what: str) -> None:
        """Wait until the wall is redrawn and right, and keep how long that took."""
        within = self.within
        before, origin = self.screen.cycles, self.screen.reloads
        right = self.watch(
            within + 20,
            lambda seen: (
                not seen["lost"]
                and bool(seen["cities"])
                and self.screen.off(seen).total_seconds() <= 3
                and (self.screen.cycles > before or self.screen.reloads > origin)
            ),
        )
        self.recoveries.append((what, round(right if right is not None else within + 20, 1)))
        if right is None or right > within:
            self.failures.append(f"{what}: not back within {within:.0f} s")

    def expect(self, what: str, holds: Callable[[dict[str, Any]], bool], within: float = 0.0) -> None:
        """A thing that the screen must show before long."""
        within = max(within, self.within)
        if self.watch(within, holds) is None:
            self.failures.append(f"{what}: not seen within {within:.0f} s")

    @contextmanager
    def gone(self, what: str, seconds: float) -> Iterator[None]:
        """The server cannot be reached for a while; then the wall must come back by itself."""
        self.screen.reachable = False
        yield
        self.screen.reached = time.monotonic()
        self.watch(seconds)
        self.expect(f"{what}: marked as old", lambda seen: seen["lost"], self.screen.patience + self.screen.slack)

    def back(self, what: str) -> None:
        """It can be reached again."""
        self.screen.reachable = True
        self.screen.reached = time.monotonic()
        self.screen.stepped()
        self.recover(what)

    def cut(self, what: str, state: str, seconds: float) -> None:
        """Cut the network and mend it."""
        with self.gone(what, seconds):
            self.wire.cut(state)
        self.wire.cut(OPEN)
        self.back(what)

    def restart(self, what: str, seconds: float, *, kill: bool = False) -> None:
        """End the server, by force or not, and start it again."""
        with self.gone(what, seconds):
            if kill and self.server.process:
                self.server.process.kill()
                self.server.process.wait(10)
            self.server.stop()
        self.server.start()
        self.back(what)

    def freeze(self, what: str, seconds: float) -> None:
        """Stop the server's process without ending it, as a machine without memory does."""
        process = self.server.process
        assert process is not None
        with self.gone(what, seconds):
            process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGCONT)
        self.back(what)

    def step(self, seconds: float) -> None:
        """Set the server's clock ahead of the machine's."""
        self.air.step(seconds)
        self.screen.stepped()

    def alarm(self, state: str, view: str, city: str) -> None:
        """Put one alarm into the store."""
        row = {
            "rule": "trial", "city": city, "state": state, "since": pd.Timestamp(self.air.now()), "priority": "high",
            "occurrence": f"trial:{city}", "text": "Trial", "text_ru": "Проверка", "text_uz": "Sinov",
            "text_kk": "Сынақ", "view": view, "by": "",
        }  # fmt: skip
        self.air.store.replace("alarms", pd.DataFrame([row]), key=("rule", "city"))

    def sample(self) -> None:
        """Memory of the server, and of the page after a forced collection."""
        process = self.server.process
        assert process is not None
        self.cdp.send("HeapProfiler.collectGarbage")
        heap = self.cdp.send("Runtime.getHeapUsage")["usedSize"]
        counted = {m["name"]: m["value"] for m in self.cdp.send("Performance.getMetrics")["metrics"]}
        self.samples.append(
            {
                "cycles": self.screen.cycles, "pid": process.pid, "heap": heap / 2**20,
                "rss": psutil.Process(process.pid).memory_info().rss / 2**20,
                "nodes": counted["Nodes"], "listeners": counted["JSEventListeners"],
            }
        )  # fmt: skip


class Moved(Server):
    """The server with the clock that a trial steps."""

    module = ("tests.browser.moved_clock",)


@contextmanager
def on_trial(browser: Browser, folder: Path, query: str = "city=all&rotate=2&lang=ru&theme=dark") -> Iterator[Trial]:
    """A wall that shows what the trial writes."""
    air = Air(open_store(folder / "store"), folder / "offset")
    air.tell()
    server = Moved(
        folder / "store", CLEANAIR_WALL_EVERY=str(EVERY), CLEANAIR_TEST_OFFSET=str(folder / "offset")
    ).start()
    wire = Wire(server.port)
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    try:
        page.goto(f"http://127.0.0.1:{wire.port}/wall?{query}", timeout=90_000)
        page.locator(".wall .num").first.wait_for(timeout=90_000, state="attached")
        cdp = context.new_cdp_session(page)
        for domain in ("Performance", "HeapProfiler"):
            cdp.send(f"{domain}.enable")
        screen = Screen(page, air, patience=PATIENCE)
        screen.stepped()
        trial = Trial(server, wire, air, screen, cdp)
        page.on("pageerror", lambda error: trial.failures.append(f"the page: {error}"))
        yield trial
    finally:
        context.close()
        wire.close()
        server.stop()
