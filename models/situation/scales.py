"""The air-quality indices of a statement, from its own rows."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from data.standards.coverage import least
from models.indices.aqi import averagings, index
from models.indices.nowcast import STANDS_FOR, WINDOW, nowcast, ozone_nowcast
from models.situation.air import HOUR_NS, Floats, Stamps
from models.situation.statement import IndexValue

US, EUROPEAN = "us-epa-2024", "eaqi-2024"
SCALES = (US, EUROPEAN)
EIGHT = 8  # hours of carbon monoxide


def of_now(parameter: str, value: float, values: Floats, ends: Stamps, codes: Stamps) -> Mapping[str, IndexValue]:
    """
    Indices of the newest hour.

    Parameters
    ----------
    parameter : str
    value : float
        Median of the newest hours. [µg/m³]
    values, ends, codes : ndarray, shape (n,)
        Sound hours of the statement's stations: value [µg/m³], end [ns], number of the station.

    Returns
    -------
    mapping of str to IndexValue
        US: of the median over stations of their NowCasts (PM, ozone) or 8-h means (CO), else of the hour; European:
        of the hour. Scales that do not index it are absent.
    """
    basis, minutes, of = _us_input(parameter, value, values, ends, codes)
    made = {US: _said(parameter, minutes, of, US, basis), EUROPEAN: _said(parameter, 60, value, EUROPEAN, "hour")}
    return MappingProxyType({scale: one for scale, one in made.items() if one is not None})


def of_day(parameter: str, value: float) -> Mapping[str, IndexValue]:
    """The US index of a mean of 24 hours; the European one is for hours."""
    made = _said(parameter, 1440, value, US, "24h")
    return MappingProxyType({} if made is None else {US: made})


def _us_input(parameter: str, value: float, values: Floats, ends: Stamps, codes: Stamps) -> tuple[str, int, float]:
    if parameter == "o3":
        return "nowcast", STANDS_FOR[parameter], float(ozone_nowcast(value))
    if parameter in STANDS_FOR:
        casts = nowcast(_windows(values, ends, codes, WINDOW))
        return "nowcast", STANDS_FOR[parameter], _median(casts)
    if parameter == "co":
        table = _windows(values, ends, codes, EIGHT)
        known = np.isfinite(table).sum(axis=1)
        sums = np.nansum(table, axis=1)
        return "8h", 480, _median(np.where(known >= least(EIGHT), sums / np.maximum(known, 1), np.nan))
    return "hour", 60, value


def _windows(values: Floats, ends: Stamps, codes: Stamps, width: int) -> Floats:
    """The last hours of each station, newest last; NaN = unknown."""
    known, row = np.unique(codes, return_inverse=True)
    newest = np.full(len(known), np.iinfo(np.int64).min)
    np.maximum.at(newest, row, ends)
    age = (newest[row] - ends) // HOUR_NS
    table = np.full((len(known), width), np.nan)
    inside = age < width
    table[row[inside], width - 1 - age[inside]] = values[inside]
    return table


def _median(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


def _said(parameter: str, minutes: int, value: float, scale: str, basis: str) -> IndexValue | None:
    if value != value or minutes not in averagings(scale).get(parameter, ()):
        return None
    found = index(parameter, minutes, max(value, 0.0), scale)
    if found is None:
        return None
    band = found.band
    return IndexValue(
        scale, found.value, band.number, band.category, band.colour, band.colour_assist, parameter, basis,
        beyond=found.beyond,
    )  # fmt: skip
