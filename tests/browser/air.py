"""Air whose truth a test knows: it is written to the store and worked out again here, without the centre's code."""

import time
from collections import deque
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import fmean, median

import pandas as pd

from data.schema import conform
from data.store import Store

CITIES = {"tashkent": (41.31, 69.24), "astana": (51.13, 71.43)}
STATIONS = 3
DAYS = 5
HOUR = timedelta(hours=1)
GREY = 360.0  # min; the table's rule for hourly values
SOURCE = "endurance"


class Air:
    """
    Hours of PM2.5 at three stations a city.

    Parameters
    ----------
    store : Store
        Written.
    offset : Path
        File with the seconds by which the server's clock is ahead of the machine's.
    """

    def __init__(self, store: Store, offset: Path) -> None:
        self.store, self.offset, self.random = store, offset, Random(1)
        self.values: dict[tuple[str, datetime], float] = {}
        self.told: deque[tuple[float, str, int]] = deque(maxlen=4000)  # when, city, its figure from then on
        self.commits = 0
        self.step(0)
        places = [
            {"station": f"{SOURCE}:{city}-{i}", "source": SOURCE, "city": city, "name": f"Station {i}",
             "lat": lat + 0.03 * i, "lon": lon + 0.04 * (i % 2), "station_class": "background", "kind": "reference"}
            for city, (lat, lon) in CITIES.items() for i in range(STATIONS)
        ]  # fmt: skip
        store.put_stations(pd.DataFrame(places))

    def step(self, seconds: float) -> None:
        """Set by how much the server's clock is ahead."""
        fresh = self.offset.with_suffix(".new")
        fresh.write_text(str(seconds), "utf-8")
        fresh.replace(self.offset)
        self.ahead = timedelta(seconds=seconds)
        self._keep(tuple(CITIES))

    def now(self) -> datetime:
        """The server's clock."""
        return datetime.now(UTC) + self.ahead

    def tell(self, cities: tuple[str, ...] = tuple(CITIES)) -> None:
        """Write every hour that has ended and is not known yet, and revise the newest."""
        edge = self.now().replace(minute=0, second=0, microsecond=0)
        rows = []
        for city in cities:
            for station in (f"{SOURCE}:{city}-{i}" for i in range(STATIONS)):
                for back in range(DAYS * 24, 0, -1):
                    start = edge - back * HOUR
                    if back == 1 or (station, start) not in self.values:
                        value = round(self.random.uniform(20, 20 + 200 * (back == 1) + 40), 1)
                        self.values[station, start] = value
                        rows.append({"station": station, "start": start, "value": value, "city": city})
        table = pd.DataFrame(rows).assign(parameter="pm25", minutes=60, kind="reference", source=SOURCE)
        self.store.append(conform(table, known_at=datetime.now(UTC)).rows)
        self.commits += 1
        if self.commits % 100 == 0:
            self.store.compact()
        self._keep(cities)

    def _keep(self, cities: tuple[str, ...]) -> None:
        at = time.monotonic()
        self.told.extend((at, city, figure) for city in cities if (figure := self.figure(city)) is not None)

    def newest(self, city: str) -> datetime:
        """End of the newest hour of a city that has ended by now; long ago where none has."""
        edge = self.now() - HOUR
        ended = [start for station, start in self.values if city in station and start <= edge]
        return max(ended, default=edge - DAYS * 24 * HOUR) + HOUR

    def stale(self, city: str, slack: float = 0.0) -> bool:
        """Whether the newest hour of a city is too old to be shown as current. [min of slack]"""
        return (self.now() - self.newest(city)) / timedelta(minutes=1) > GREY + slack

    def figure(self, city: str) -> int | None:
        """Median over stations of the mean of the newest 24 hours, as the screen rounds it; None without them."""
        last = self.newest(city) - HOUR
        means = []
        for station in (f"{SOURCE}:{city}-{i}" for i in range(STATIONS)):
            hours = [self.values.get((station, last - i * HOUR)) for i in range(24)]
            known = [v for v in hours if v is not None]
            means += [fmean(known)] if len(known) >= 18 else []
        return round(median(means)) if means else None

    def could_be(self, city: str, within: float) -> set[int]:
        """Figures that were true at some time of the last seconds."""
        since = time.monotonic() - within
        mine = [(at, figure) for at, name, figure in self.told if name == city]
        before = [figure for at, figure in mine if at <= since][-1:]
        return {*before, *(figure for at, figure in mine if at > since)}
