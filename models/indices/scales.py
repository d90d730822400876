"""The scale of an index: the bands of one pollutant and averaging, in whole steps of the last printed decimal."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from data.parameters import MOLAR_VOLUME_20C, PARAMETERS
from data.standards.breakpoints import breakpoints
from data.standards.rounding import clean, half_up

_PER_PPB: Mapping[str, float] = MappingProxyType({"ppb": 1.0, "ppm": 1e-3})
_CAP = 1e15  # keeps the integer arithmetic of `Scale.index` exact; no concentration comes near

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Scale:
    """
    The bands of one pollutant and averaging.

    Attributes
    ----------
    per_unit : float
        Whole steps per µg/m³ at 20 °C.
    half_up : bool
        Round half up to whole steps; else truncate.
    low, high, index_low, index_high, band : ndarray of int64
        Per band; concentrations in whole steps, both ends inclusive.
    noise : float
        A concentration this far below zero is an instrument's noise and has the index of zero. [µg/m³]
    beyond : str
        Above the last band: ``continue`` and ``hold`` its highest index, of which the first means beyond the scale
        (`past`); empty = no index.
    """

    per_unit: float  # steps per µg/m³
    half_up: bool
    low: Integers
    high: Integers
    index_low: Integers
    index_high: Integers
    band: Integers
    beyond: str
    noise: float = 0.0

    def steps(self, values: Floats) -> Floats:
        """Concentration in whole steps, truncated or rounded half up as the standard says."""
        # First without noise, so that 24 × 9.1 makes 9.1 and 54 ppb written in µg/m³ stay 54 ppb.
        scaled = clean(np.minimum(values * self.per_unit, _CAP))
        return half_up(scaled, 0) if self.half_up else np.floor(scaled)

    def index(self, values: Floats) -> tuple[Integers, Integers]:
        """Index and band number of concentrations [µg/m³]; both −1 where there is none."""
        known = np.isfinite(values) & (values >= -self.noise)
        steps = self.steps(np.where(known, np.maximum(values, 0.0), 0.0)).astype(np.int64)
        row = np.searchsorted(self.low, steps, side="right") - 1
        known &= row >= 0
        row = np.maximum(row, 0)
        above = steps > self.high[-1]
        if self.beyond == "":
            known &= ~above
        if self.beyond == "hold":
            steps = np.minimum(steps, self.high[-1])
        rise, width = (self.index_high - self.index_low)[row], (self.high - self.low)[row]
        # Whole numbers throughout: floor(x + 1/2) of the line, without a rounding of its own.
        line = (2 * rise * (steps - self.low[row]) + width) // (2 * width) + self.index_low[row]
        return np.where(known, np.minimum(line, self.top), -1), np.where(known, self.band[row], -1)

    @property
    def top(self) -> int:
        """The highest index that is printed; what lies above the scale is told as this and ``+``."""
        return int(self.index_high[-1])

    def past(self, values: Floats) -> npt.NDArray[np.bool_]:
        """Whether concentrations lie above the last band of a scale that goes on there. [µg/m³]"""
        known = np.isfinite(values) & (values >= 0)
        steps = self.steps(np.where(known, values, 0.0))
        return np.asarray(known & (steps > self.high[-1]) & (self.beyond == "continue"), dtype=np.bool_)


def _per_unit(parameter: str, unit: str, decimals: int) -> float:
    """Steps of the last printed decimal per µg/m³ at 20 °C."""
    steps = float(10**decimals)
    if unit in _PER_PPB:
        # A mixing ratio does not change with temperature: ppb at 20 °C are the ppb the US EPA states at 25 °C.
        mass = PARAMETERS[parameter].molar_mass
        assert mass is not None
        return MOLAR_VOLUME_20C / mass * (_PER_PPB[unit] * steps)
    return steps


@cache
def scales(standard: str) -> Mapping[tuple[str, int], Scale]:
    """
    The scales of a standard by parameter and averaging. [min]

    Raises
    ------
    StandardError
        When there is no such standard.
    """
    made = {}
    for (parameter, minutes), part in breakpoints(standard).groupby(["parameter", "minutes"], sort=False):
        first, last = part.iloc[0], part.iloc[-1]
        decimals = int(first["decimals"])
        low, high = ((part[name] * 10**decimals).round() for name in ("low", "high"))
        made[str(parameter), int(minutes)] = Scale(
            per_unit=_per_unit(str(parameter), str(first["unit"]), decimals),
            half_up=first["rounding"] == "half-up",
            low=low.to_numpy(np.int64),
            high=high.fillna(low + 1).to_numpy(np.int64),  # an open last band keeps one index, whatever its width
            index_low=part["index_low"].to_numpy(np.int64),
            index_high=part["index_high"].to_numpy(np.int64),
            band=part["band"].to_numpy(np.int64),
            beyond=str(last["beyond"]),
            noise=PARAMETERS[str(parameter)].noise,
        )
    return MappingProxyType(made)
