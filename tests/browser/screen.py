"""What a wall's screen says, read from its page, and whether that is true."""

import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Error, Page

from tests.browser.air import Air

ZONE = ZoneInfo("Asia/Tashkent")
READ = """() => {
  const host = [...document.querySelectorAll("*")].find(e => e.shadowRoot?.querySelector(".wall"));
  const root = host?.shadowRoot ?? document, wall = root.querySelector(".wall");
  if (!wall || !root.querySelector(".time")) return null;
  const view = root.querySelector(".view[data-view=city]");
  const panels = view ? [...view.querySelectorAll(".city")] : [];
  return {
    origin: performance.timeOrigin, cycles: Number(wall.dataset.cycles), lost: wall.classList.contains("lost"),
    trouble: wall.classList.contains("trouble"), holding: wall.classList.contains("holding"),
    time: root.querySelector(".time").textContent, date: root.querySelector(".date").textContent,
    place: root.querySelector(".place").textContent, on: root.querySelector(".view.on")?.dataset.view,
    city: root.querySelector(".view.on")?.dataset.city,
    cities: panels.map((panel, i) => ({
      city: view.dataset.city.split(" ")[i],
      number: (panel.querySelector(".big.day .num") ?? panel.querySelector(".num")).textContent,
      aged: panel.classList.contains("aged") || !!panel.querySelector(".fresh.grey")})),
  };
}"""


@dataclass
class Screen:
    """
    A wall, watched.

    Parameters
    ----------
    page : Page
        Shows the wall.
    air : Air
        The truth.
    patience : float
        After which a screen without news must call itself old. [s]

    Attributes
    ----------
    reached : float
        When the server could last be reached, by the machine's monotonic clock; the test moves it.
    lies : list of str
        What was shown as current and was not.
    """

    page: Page
    air: Air
    patience: float
    reached: float = 0.0
    reachable: bool = True
    slack: float = 4.0  # s; a refresh under way, a loaded machine
    lies: list[str] = field(default_factory=list)
    cycles: int = 0
    reloads: int = 0
    looks: int = 0
    _last: tuple[float, int] = (0.0, 0)
    _stepped: float = 0.0

    def read(self) -> dict[str, Any] | None:
        """What it says now, checked; None while the page is being loaded."""
        try:
            seen = self.page.evaluate(READ)
        except Error:  # between two documents
            return None
        if seen is None:
            return None
        self._count(seen)
        self._check(seen)
        return dict(seen)

    def stepped(self) -> None:
        """The server's clock was moved: the screen may follow with its next refresh."""
        self._stepped = time.monotonic()

    def _count(self, seen: dict[str, Any]) -> None:
        origin, cycles = self._last
        if seen["origin"] != origin:
            self.reloads += origin != 0.0
        self.cycles += seen["cycles"] - cycles if seen["origin"] == origin and seen["cycles"] >= cycles else 0
        self._last = (seen["origin"], seen["cycles"])

    def _check(self, seen: dict[str, Any]) -> None:
        self.looks += 1
        here = time.monotonic()
        if self.reachable:
            self.reached = here
        if not self.reachable and here - self.reached > self.patience + self.slack and not seen["lost"]:
            self.lies.append(f"{here - self.reached:.1f} s without a server and not marked as old")
        if seen["lost"] or seen["trouble"]:
            return
        settled = here - self._stepped > self.patience + self.slack
        for one in seen["cities"] if settled else []:
            if self.air.stale(one["city"], slack=2) and not one["aged"]:
                self.lies.append(f"{one['city']}: {one['number']} shown as current, its newest value is too old")
            could = self.air.could_be(one["city"], self.patience + self.slack)
            if not one["aged"] and one["number"] not in {"–", *(str(x + d) for x in could for d in (-1, 0, 1))}:
                self.lies.append(f"{one['city']}: shows {one['number']}, true within patience: {sorted(could)}")
        if settled and self.reachable and self.off(seen) > timedelta(seconds=3):
            self.lies.append(f"clock shows {seen['time']}, it is {self.air.now().astimezone(ZONE):%H:%M:%S}")

    def off(self, seen: dict[str, Any]) -> timedelta:
        """By how much its clock differs from the server's."""
        now = self.air.now().astimezone(ZONE)
        hours, minutes, seconds = map(int, seen["time"].split(":"))
        shown = timedelta(hours=hours, minutes=minutes, seconds=seconds)
        away = abs(shown - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second))
        return min(away, timedelta(days=1) - away)
