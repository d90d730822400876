"""Air or instrument: whether neighbours, a second channel or another pollutant support a high value."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.checks import make

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]

YES, NO, NOT_JUDGED = "yes", "no", "not_judged"
COLUMNS = ("station", "parameter", "start", "supported", "compared", "ratio")

# What a value may be times its neighbours' highest: the factors by which `series_checks` calls a level wrong; gases
# with few sources differ more within a city.
FACTOR = {"no": 10.0, "so2": 10.0, "h2s": 10.0, "nh3": 10.0}
FACTOR_DEFAULT = 6.0
LONE_FACTOR = 20.0  # times its own usual level, where no neighbour measures: more than any hour of the real histories
# Levels below these count as these, so that ratios of small values say nothing. [µg/m³]
FLOOR = {"pm10": 15.0, "tsp": 20.0, "no2": 20.0, "nox": 20.0, "so2": 20.0, "o3": 40.0, "co": 300.0, "h2s": 2.0}
FLOOR_DEFAULT = 10.0
REACH = 3  # steps in which a neighbour or a channel may have seen the same: this one and the two before
USUAL, USUAL_LEAST = 72, 12  # steps before that make the usual level, and how many of them must be known
HALF = 0.5  # another series supports when it rose by half as much on a logarithmic scale
# Full scales and codes that loggers send for "no value": BAM 1020 (985), SDS011 (999.9, 1999.9), fillers of nines.
CODES = (985.0, 999.0, 999.9, 1985.0, 1999.0, 1999.9, 9985.0, 9999.0, 9999.9, 99999.0)
CODE_FACTOR = 2.0  # of a neighbour that shows that a real level reached the full scale
# Finer fraction → coarser: it is part of it, up to what `row_checks.fractions` allows; the coarser is believed where
# the finer holds a tenth of it, as in dust storms.
COARSER = {"pm1": ("pm25", "pm10", "tsp"), "pm25": ("pm10", "tsp"), "pm10": ("tsp",)}
FINE_WITHIN, COARSE_HOLDS = 1.25, 0.1
ALIKE = 0.001  # two channels that agree to this share are one signal written twice, and no witness of each other
OWN_LIMIT, OWN_STATIONS = 5.0, 2  # times the factor above two stations and more, no channel beside it is believed
APART = ("o3",)  # rises when combustion gases fall: no witness for them, nor they for it


def support(hours: pd.DataFrame, *, minutes: int = 60) -> pd.DataFrame:
    """
    Say of every value whether something else measured in the city supports it.

    Parameters
    ----------
    hours : DataFrame
        ``station, parameter, start, value, flag`` of one city and of one length of interval, every monitor once, no
        model rows; the more of the three days before, the more can be judged. Rows that are not ``ok`` are judged but
        support nothing.
    minutes : int
        Length of the intervals. [min]

    Returns
    -------
    DataFrame
        `COLUMNS`, a row per row in the same order and with the same index. ``supported``: ``yes``, ``no`` or
        ``not_judged`` (nothing to compare with). ``compared``: what decided, in the grammar of `data.checks`:
        ``neighbours:highest,stations``, ``channel:parameter,value``, ``rise:station or parameter,value,usual``,
        ``usual:level``, ``fault_code:value``; empty where nothing was compared. ``ratio``: the value over the figure
        compared with [1]; NaN without one.

    Notes
    -----
    Only the interval itself and earlier ones are looked at, so that a replay answers as the hour itself did. A value
    is supported when it is at most `FACTOR` times the highest of the other stations in the last three intervals, or
    of its own usual level (median of the 72 before); when the other fraction of dust at its station allows it; or when
    another station or another pollutant of its own station rose by half as much on a logarithmic scale. A value that
    is a full scale or a code needs a neighbour within a factor of two, or the coarser fraction. Without neighbours
    only a value above twenty times the usual one is unsupported. Channels that say the same number are one signal,
    and no witness of each other; and five times beyond the factor above two other stations and more, nothing at the
    station itself is believed: what is wrong with a station is often wrong with all of its channels.

    Examples
    --------
    >>> at = pd.Timestamp("2026-01-08", tz="UTC")
    >>> rows = [(s, "pm25", at, v, "ok") for s, v in (("a", 30.0), ("b", 36.0), ("c", 9999.0))]
    >>> made = support(pd.DataFrame(rows, columns=["station", "parameter", "start", "value", "flag"]))
    >>> made[["supported", "compared"]].to_numpy().tolist()
    [['yes', 'neighbours:36,1'], ['yes', 'neighbours:30,1'], ['no', 'fault_code:9999']]
    """
    told = hours[["station", "parameter", "start"]].copy()
    if hours.empty:
        return told.assign(supported="", compared="", ratio=np.nan)
    made = _Judge(_cube(hours, minutes)).all()
    return told.assign(supported=made.supported, compared=made.compared, ratio=made.ratio)


@dataclass(frozen=True)
class _Cube:
    """
    The values as parameters × steps × stations, and the place of every row in it.

    `sound` holds what may support others, `recent` its highest of the last `REACH` steps.
    """

    parameters: list[str]
    stations: list[str]
    sound: Floats
    recent: Floats
    where: tuple[Integers, Integers, Integers]
    value: Floats
    code: Booleans

    def each(self, table: dict[str, float], default: float) -> Floats:
        """A number of each parameter."""
        return np.array([table.get(name, default) for name in self.parameters])


@dataclass(frozen=True)
class _Verdicts:
    supported: npt.NDArray[np.object_]
    compared: npt.NDArray[np.object_]
    ratio: Floats


def _cube(hours: pd.DataFrame, minutes: int) -> _Cube:
    p, parameters = pd.factorize(hours["parameter"].to_numpy(object))
    s, stations = pd.factorize(hours["station"].to_numpy(object))
    step = pd.DatetimeIndex(hours["start"]).as_unit("us").asi8 // (60_000_000 * minutes)
    t = step - step.min()
    value = hours["value"].to_numpy(float)
    names = [str(name) for name in parameters]
    floor = np.array([FLOOR.get(n, FLOOR_DEFAULT) * FACTOR.get(n, FACTOR_DEFAULT) for n in names])
    code = np.isin(value, CODES) & (value > floor[p])
    sound = np.full((len(names), int(t.max()) + 1, len(stations)), np.nan)
    good = (hours["flag"] == "ok").to_numpy(bool) & ~code
    sound[p[good], t[good], s[good]] = value[good]
    recent = sound.copy()
    for back in range(1, REACH):
        recent[:, back:] = np.fmax(recent[:, back:], sound[:, :-back])
    where = (p.astype(np.int64), t.astype(np.int64), s.astype(np.int64))
    return _Cube(names, [str(name) for name in stations], sound, recent, where, value, code)


class _Judge:
    """The questions put to the values of a cube, the cheap ones to all of them, the others to what is left."""

    def __init__(self, cube: _Cube) -> None:
        self.cube = cube
        self.floor = cube.each(FLOOR, FLOOR_DEFAULT)
        self.factor = cube.each(FACTOR, FACTOR_DEFAULT)
        p, t, s = cube.where
        self.highest, self.count = _others(cube.recent, p, t, s)

    def all(self) -> _Verdicts:
        """Every row's verdict."""
        p, _, _ = self.cube.where
        value, base = self.cube.value, np.fmax(self.highest, self.floor[p])
        near = (value <= self.factor[p] * base) & ~self.cube.code
        alone = self.count == 0
        size = len(value)
        made = _Verdicts(np.full(size, YES, object), np.full(size, "", object), np.full(size, np.nan))
        self._by_neighbours(made, np.flatnonzero(near & ~alone))
        made.supported[near & alone] = NOT_JUDGED
        for row in np.flatnonzero(~near).tolist():
            made.supported[row], made.compared[row], made.ratio[row] = self._one(row)
        return made

    def _by_neighbours(self, made: _Verdicts, rows: Integers) -> None:
        highest, count = self.highest[rows], self.count[rows]
        made.compared[rows] = [
            make("neighbours", f"{h:.6g}", n) for h, n in zip(highest.tolist(), count.tolist(), strict=True)
        ]
        made.ratio[rows] = np.divide(self.cube.value[rows], highest, out=np.full(len(rows), np.inf), where=highest > 0)

    def _one(self, row: int) -> tuple[str, str, float]:
        """A value that its neighbours' level does not explain."""
        p, t, s = (int(axis[row]) for axis in self.cube.where)
        value, count = float(self.cube.value[row]), int(self.count[row])
        highest = float(self.highest[row])
        base, factor = float(np.fmax(highest, self.floor[p])), float(self.factor[p]) if count else LONE_FACTOR
        far = count >= OWN_STATIONS and value > OWN_LIMIT * factor * base
        channel = None if far else next(self._channels(p, t, s, value), None)
        if self.cube.code[row]:
            return self._code(value, highest, channel)
        if channel:
            return YES, *channel
        usual = self._usual(p, t, s)
        if value <= factor * usual:
            return YES, make("usual", f"{usual:.6g}"), value / usual
        witness = next(self._risen(p, t, s, value, value / usual, own=not far), None)
        if witness:
            return YES, witness[0], value / witness[1] if witness[1] > 0 else np.inf
        if count:
            return NO, make("neighbours", f"{highest:.6g}", count), value / highest if highest > 0 else np.inf
        if np.isnan(usual) or not self._anything(p, t, s):
            return NOT_JUDGED, "", np.nan
        return NO, make("usual", f"{usual:.6g}"), value / usual

    def _code(self, value: float, highest: float, channel: tuple[str, float] | None) -> tuple[str, str, float]:
        if highest * CODE_FACTOR >= value:
            return YES, make("neighbours", f"{highest:.6g}"), value / highest
        if channel:
            return YES, *channel
        return NO, make("fault_code", f"{value:.6g}"), np.nan

    def _channels(self, p: int, t: int, s: int, value: float) -> Iterator[tuple[str, float]]:
        """Other fractions of dust at the station that allow the value."""
        mine = self.cube.parameters[p]
        for other, name in enumerate(self.cube.parameters):
            level = float(self.cube.recent[other, t, s])
            if _alike(level, value):
                continue
            if name in COARSER.get(mine, ()) and value <= FINE_WITHIN * level:
                yield make("channel", name, f"{level:.6g}"), value / level
            if mine in COARSER.get(name, ()) and level >= COARSE_HOLDS * value:
                yield make("channel", name, f"{level:.6g}"), value / level

    def _usual(self, p: int, t: int, s: int) -> float:
        """Median of the steps before, at least the floor; NaN where too few are known."""
        before = self.cube.sound[p, max(0, t - USUAL) : t, s]
        known = before[~np.isnan(before)]
        return max(float(np.median(known)), float(self.floor[p])) if len(known) >= USUAL_LEAST else float("nan")

    def _risen(self, p: int, t: int, s: int, value: float, rise: float, *, own: bool) -> Iterator[tuple[str, float]]:
        """Other stations' same pollutant, then the station's other pollutants, that rose by half as much."""
        if np.isnan(rise):
            return
        for who, name in enumerate(self.cube.stations):
            if who != s:
                yield from self._rose(p, t, who, name, rise)
        for what, name in enumerate(self.cube.parameters) if own else ():
            same = (name in APART) == (self.cube.parameters[p] in APART)
            if what != p and same and not _alike(float(self.cube.recent[what, t, s]), value):
                yield from self._rose(what, t, s, name, rise)

    def _rose(self, p: int, t: int, s: int, name: str, rise: float) -> Iterator[tuple[str, float]]:
        level = float(self.cube.recent[p, t, s])
        if level > self.floor[p]:
            usual = self._usual(p, t, s)
            if level >= usual * rise**HALF:
                yield make("rise", name, f"{level:.6g}", f"{usual:.6g}"), level

    def _anything(self, p: int, t: int, s: int) -> bool:
        """Whether another pollutant of the station was measured at all."""
        there = ~np.isnan(self.cube.recent[:, t, s])
        there[p] = False
        return bool(there.any())


def _alike(level: float, value: float) -> bool:
    return abs(level - value) <= ALIKE * value


def _others(recent: Floats, p: Integers, t: Integers, s: Integers) -> tuple[Floats, Integers]:
    """Highest of the other stations at each row, NaN without one, and how many they are."""
    low = np.where(np.isnan(recent), -np.inf, recent)
    known = np.isfinite(low)
    top = low.max(axis=2)
    first = low.argmax(axis=2)
    np.put_along_axis(low, first[:, :, None], -np.inf, axis=2)
    second = low.max(axis=2)
    highest = np.where(first[p, t] == s, second[p, t], top[p, t])
    count = known.sum(axis=2)[p, t] - known[p, t, s]
    return np.where(np.isfinite(highest), highest, np.nan), count.astype(np.int64)
