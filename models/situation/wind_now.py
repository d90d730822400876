"""The wind of the moment over a city."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from models.stations.freshness import Freshness, ended, freshness, not_grey

CALM = 0.5  # below it a wind has no direction worth drawing [m/s]
_RANK = {"reference": 0, "indicative": 1, "simulated": 2, "model": 3}


@dataclass(frozen=True)
class Wind:
    """
    The wind now: mean vector over the stations of the best kind that is not grey.

    Attributes
    ----------
    speed : float
        Mean speed. [m/s]
    direction : float or None
        Where it blows from; None in a calm. [°]
    kind : str
        ``model`` where no instrument speaks.
    """

    speed: float
    direction: float | None
    kind: str
    end: pd.Timestamp
    freshness: Freshness
    n: int


def wind_now(rows: pd.DataFrame, now: datetime) -> Wind | None:
    """
    The wind of the moment, from instruments where one speaks, else from a model.

    Parameters
    ----------
    rows : DataFrame
        With ``wind_speed`` [m/s] and ``wind_direction`` [°].
    now : datetime

    Returns
    -------
    Wind or None
        None where every wind is grey.

    Examples
    --------
    >>> from datetime import UTC
    >>> noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    >>> table = pd.DataFrame({"parameter": ["wind_speed", "wind_direction"], "value": [3.0, 350.0], "kind": "reference",
    ...     "start": pd.Timestamp(noon), "minutes": 0, "flag": "ok", "station": "metar:UTTT", "source": "metar"})
    >>> wind_now(table, noon).direction
    350.0
    """
    winds = ended(rows[rows["parameter"].isin(["wind_speed", "wind_direction"]) & (rows["flag"] == "ok")], now)
    if winds.empty:
        return None
    table = winds.pivot_table(index=["station", "kind", "end", "minutes"], columns="parameter", values="value")
    if "wind_speed" not in table:
        return None
    table = table.reindex(columns=["wind_speed", "wind_direction"]).dropna(subset=["wind_speed"]).reset_index()
    table = table.sort_values("end", kind="stable").drop_duplicates("station", keep="last")
    table = not_grey(table, now)
    ranks = table["kind"].map(_RANK)
    return _mean_wind(table[ranks == ranks.min()], now) if len(table) else None


def _mean_wind(best: pd.DataFrame, now: datetime) -> Wind:
    angle = best["wind_direction"].map(math.radians)
    east, north = (float((best["wind_speed"] * angle.map(f)).mean()) for f in (math.sin, math.cos))
    speed, newest = float(best["wind_speed"].mean()), best.iloc[int(best["end"].argmax())]
    known = math.isfinite(east) and speed >= CALM and math.hypot(east, north) > 0
    direction = round(math.degrees(math.atan2(east, north)) % 360, 6) % 360 if known else None
    fresh = freshness(newest["end"], int(newest["minutes"]), now)
    return Wind(speed, direction, str(newest["kind"]), newest["end"], fresh, len(best))
