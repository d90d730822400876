"""What a rule of kind limit or index is held to at every step, and at which temperature."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.city import City
from data.rules.alarms import Rule
from data.standards.limits import Limit
from data.times import local_days
from models.limits.in_force import limits, own


def stands_at(rule: Rule) -> float | None:
    """Temperature at which the limit of a rule states a gas; None where there is none. [°C]"""
    if rule.kind != "limit":
        return None
    return next((x.temperature for x in reversed(own(rule.law, rule.parameter, averaging=rule.averaging))), None)


def held_to(rule: Rule, city: City, at: pd.DatetimeIndex) -> tuple[npt.NDArray[np.float64], Limit | None]:
    """
    The threshold of a rule of kind limit or index at every step, and the newest limit behind it.

    Parameters
    ----------
    rule : Rule
    city : City
        Its own law only.
    at : DatetimeIndex
        Ends of the steps.

    Returns
    -------
    ndarray, Limit or None
        NaN on local days on which no such limit was in force.
    """
    if rule.kind == "index":
        return np.full(len(at), rule.threshold), None
    if rule.law != city.law:
        return np.full(len(at), np.nan), None
    days = local_days(at - pd.Timedelta(1, "us"), city.zone).to_numpy().astype("datetime64[D]")
    bars, newest = np.full(len(at), np.nan), None
    for limit in limits(city.law, rule.parameter, averaging=rule.averaging):
        first, last = np.datetime64(limit.start or date.min, "D"), np.datetime64(limit.until or date.max, "D")
        holds = (days >= first) & (days <= last)
        bars[holds] = limit.concentration
        newest = limit if len(holds) and holds[-1] else newest
    return bars, newest
