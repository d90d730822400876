"""The situation of a city now: the statements of every pollutant and station, the overall verdict, the wind."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import pandas as pd

from data.parameters import POLLUTANTS
from data.standards.limits import Registry
from models.situation.air import Air, air
from models.situation.scales import SCALES
from models.situation.statement import IndexValue, Statement, Verdict
from models.situation.stating import About, day, now
from models.situation.wind_now import Wind, wind_now

__all__ = ["SCALES", "Situation", "situation"]


@dataclass(frozen=True, eq=False)
class Situation:
    """
    Everything that is said of a city now.

    Attributes
    ----------
    parameter : str
        Headline pollutant.
    parameters : tuple of str
        Pollutants with any row, and the headline one.
    expected : mapping of str to collection of str
        Stations known to measure each.
    """

    parameter: str
    parameters: tuple[str, ...]
    wind: Wind | None
    air: Air
    about: About
    expected: Mapping[str, Collection[str]]

    @cached_property
    def now(self) -> Mapping[str, Statement]:
        """The city's newest hour, by pollutant; formed when it is first asked for."""
        return {name: now(self.air, name, self._about(name)) for name in self.parameters}

    @cached_property
    def day(self) -> Mapping[str, Statement]:
        """The city's day, by pollutant; formed when it is first asked for."""
        return {name: day(self.air, name, self._about(name)) for name in self.parameters}

    def _about(self, parameter: str) -> About:
        return replace(self.about, expected=self.expected.get(parameter))

    @property
    def hour(self) -> Statement:
        """The newest hour of the headline pollutant."""
        return self.now[self.parameter]

    @property
    def figure(self) -> Statement:
        """The day of the headline pollutant."""
        return self.day[self.parameter]

    @property
    def lead(self) -> Statement:
        """What a panel speaks of first: the newest hour, or the day where no hour speaks for the city."""
        return self.hour if self.hour.value is not None else self.figure

    @cached_property
    def leading(self) -> Statement | None:
        """The day of the pollutant that stands highest over its own 24-h limit; None where none was checked."""
        checked = [
            (said.held.ratio, said) for said in self.day.values()
            if said.verdict in ("within", "above") and said.held.ratio is not None
        ]  # fmt: skip
        return max(checked, key=lambda pair: pair[0])[1] if checked else None

    @cached_property
    def judged(self) -> Statement:
        """
        The statement whose verdict is the city's.

        The leading pollutant where any is above its limit, else the headline one: a city is not called within on the
        word of another pollutant while its headline one was not checked.
        """
        above = self.leading is not None and self.leading.verdict == "above"
        return self.leading if above and self.leading is not None else self.figure

    @property
    def verdict(self) -> Verdict:
        """Over every pollutant shown."""
        return self.judged.verdict

    def index(self, scale: str = SCALES[0]) -> IndexValue | None:
        """The worst index of the newest hours over all pollutants; None where nothing current can be indexed."""
        found = [said.indices[scale] for said in self.now.values() if scale in said.indices]
        return max(found, key=lambda one: (one.value, one.beyond), default=None)

    def of_city(self, parameter: str) -> tuple[Statement, Statement]:
        """The city's newest hour and its day of any pollutant, also one without rows."""
        if parameter in self.now:
            return self.now[parameter], self.day[parameter]
        about = replace(self.about, expected=self.expected.get(parameter, ()))
        return now(self.air, parameter, about), day(self.air, parameter, about)

    def of_station(self, station: str, parameter: str = "") -> tuple[Statement, Statement]:
        """A station's newest hour and its day."""
        about = replace(self.about, station=station, expected=None)
        which = parameter or self.parameter
        return now(self.air, which, about), day(self.air, which, about)

    @cached_property
    def stations(self) -> Mapping[str, tuple[Statement, Statement]]:
        """Newest hour and day of every station with any row of the headline pollutant."""
        names = sorted(set(self.air.stations[self.air.of(self.parameter)]))
        return {str(name): self.of_station(str(name)) for name in names}


def situation(
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    moment: datetime,
    *,
    law: str,
    zone: ZoneInfo,
    city: str = "",
    parameter: str = "pm25",
    expected: Mapping[str, Collection[str]] | None = None,
    known: Registry | None = None,
) -> Situation:
    """
    The whole situation of one city.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of the city: four days of hours (all parameters, weather too) and the last daily rows.
    stations : DataFrame
        As `Store.stations` gives them.
    moment : datetime
        Aware.
    law, zone
        Of the city.
    parameter : str
        Headline pollutant.
    expected : mapping of str to collection of str, optional
        Per parameter the stations known to measure it (from `Store.spans`), for "n of N".

    Returns
    -------
    Situation
        Rows and stations are prepared once for all of its statements.
    """
    ready, could = air(rows, stations, moment), expected or {}
    return Situation(
        parameter=parameter,
        parameters=tuple(sorted({parameter, *ready.parameters}, key=POLLUTANTS.index)),
        wind=wind_now(rows, moment),
        air=ready,
        about=About(city, law, zone, known=known),
        expected=could,
    )
