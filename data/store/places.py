"""Where a station stood when: spans of validity of its descriptions, one for each place it ever had."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

MOVED = 100.0  # a description this far away is of another place; less is how finely a place is told [m]
KM_PER_DEGREE = 111.2  # of latitude, on a sphere of 6,371 km
VALIDITY = ("valid_from", "valid_until")
_ROUGH = ("generic", "rounded")  # coordinates that are no measured place cannot move
Row = dict[str, Any]


@dataclass(frozen=True)
class Seen:
    """
    When a delivery saw a station, beside what else there is of it.

    Attributes
    ----------
    first, last : Timestamp
        Start of the first and of the last interval that the delivery describes.
    before : bool
        Whether there are rows of it before `first`.
    after : Timestamp
        Start of the next row after `last`, NaT where there is none.
    """

    first: pd.Timestamp
    last: pd.Timestamp
    before: bool
    after: Any


def apart(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """
    Whether two descriptions are of two places: both measured, and more than `MOVED` between them.

    Examples
    --------
    >>> old = {"lat": 51.1, "lon": 71.4}
    >>> apart(old, {"lat": 51.1, "lon": 71.402}), apart(old, {"lat": 51.1})
    (True, False)
    """
    places = [(float(x.get("lat", np.nan)), float(x.get("lon", np.nan))) for x in (one, other)]
    if not np.isfinite(places).all() or any(x.get("coord_quality") in _ROUGH for x in (one, other)):
        return False
    north, east = places[1][0] - places[0][0], (places[1][1] - places[0][1]) * np.cos(np.radians(places[0][0]))
    return bool(np.hypot(north, east) * KM_PER_DEGREE * 1000 > MOVED)


def painted(spans: list[Row], fresh: Row, seen: Seen) -> list[Row]:
    """
    The places of a station after one more description of it.

    Parameters
    ----------
    spans : list of dict
        What held so far, each with `VALIDITY`, in the order of time.
    fresh : dict
        The description as delivered.
    seen : Seen
        Which time it speaks of.

    Returns
    -------
    list of dict
        In the order of time. Where the place is the same the description is replaced; another place holds from the
        first row that came with it, or before all where there is none earlier, up to the next row of another delivery.
        A place that leaves nothing of the old ones corrects them.
    """
    for i, span in enumerate(spans):
        if _holds(span, seen.last):
            if not apart(span, fresh):
                kept = {name: span[name] for name in VALIDITY}
                return [*spans[:i], {**fresh, **kept}, *spans[i + 1 :]]
            break
    since = seen.first if seen.before else pd.NaT
    until = seen.after
    parts = [piece for span in spans for piece in _cut(span, since, until)]
    every = sorted([*parts, {**fresh, "valid_from": since, "valid_until": until}], key=lambda x: _low(x["valid_from"]))
    return _joined(every)


def _cut(span: Row, since: Any, until: Any) -> list[Row]:
    """What a new span leaves of an old one."""
    found = []
    if pd.notna(since) and _low(span["valid_from"]) < since:
        found.append({**span, "valid_until": min(_high(span["valid_until"]), since)})
    if pd.notna(until) and until < _high(span["valid_until"]):
        found.append({**span, "valid_from": max(_low(span["valid_from"]), until)})
    return [{**f, "valid_until": pd.NaT if f["valid_until"] == _HIGH else f["valid_until"]} for f in found]


def _joined(spans: list[Row]) -> list[Row]:
    """Neighbouring spans of one place as one, under the later description."""
    made: list[Row] = []
    for span in spans:
        if made and not apart(made[-1], span):
            made[-1] = {**span, "valid_from": made[-1]["valid_from"]}
        else:
            made.append(span)
    return made


_LOW, _HIGH = pd.Timestamp("1900-01-01", tz="UTC"), pd.Timestamp("2200-01-01", tz="UTC")


def _low(moment: Any) -> pd.Timestamp:
    return _LOW if pd.isna(moment) else moment


def _high(moment: Any) -> pd.Timestamp:
    return _HIGH if pd.isna(moment) else moment


def _holds(span: Row, moment: pd.Timestamp) -> bool:
    return bool(_low(span["valid_from"]) <= moment < _high(span["valid_until"]))


def newest(stations: pd.DataFrame) -> pd.DataFrame:
    """The descriptions that hold to this day, one for each station."""
    return stations[stations["valid_until"].isna()]


def standing(stations: pd.DataFrame, moment: pd.Timestamp) -> pd.DataFrame:
    """The descriptions that held at a moment, one for each station."""
    begins, ends = stations["valid_from"], stations["valid_until"]
    return stations[(begins.isna() | (begins <= moment)) & (ends.isna() | (ends > moment))]
