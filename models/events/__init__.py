"""Events in a city's air: dust storms, stagnation, smoke, industrial episodes, faults of sensor networks."""

import numpy as np
import pandas as pd

from models.events.dust import dust_storm
from models.events.event import COLUMNS, METHOD, events
from models.events.faults import sensor_fault
from models.events.industrial import industrial
from models.events.intervals import Booleans
from models.events.panel import Panel, panel
from models.events.smoke import smoke
from models.events.stagnation import stagnation

__all__ = ["COLUMNS", "METHOD", "Panel", "detect", "panel"]


def detect(seen: Panel, *, city: str, simulated: bool = False) -> pd.DataFrame:
    """
    Every event of a city within a panel.

    Parameters
    ----------
    seen : Panel
        From `panel`; nothing later than an interval is used to judge it, so that the newest hours are judged as they
        will be judged for ever, except where values arrive late.
    city : str
        Key.
    simulated : bool
        The rows are the demo world's.

    Returns
    -------
    DataFrame
        `COLUMNS` and ``raised``, sorted by start; ``end`` is NaT while an event may go on, ``evidence`` and
        ``stations`` are JSON lists, ``footprint`` a GeoJSON geometry.
    """
    dust = events(dust_storm(seen), seen, city=city, simulated=simulated)
    apart = covered(dust, seen)
    traces = [stagnation(seen, apart), smoke(seen, apart), *industrial(seen)]
    traces += [sensor_fault(seen)] if seen.step == 1 else []
    parts = [dust, *(events(t, seen, city=city, simulated=simulated) for t in traces)]
    parts = [p for p in parts if len(p)]
    if not parts:
        return dust
    return pd.concat(parts, ignore_index=True).sort_values(["start", "kind", "parameter"]).reset_index(drop=True)


def covered(found: pd.DataFrame, seen: Panel) -> Booleans:
    """Intervals of a panel that lie within any of the events."""
    mask = np.zeros(len(seen.times), dtype=np.bool_)
    for row in found.itertuples():
        mask |= np.asarray((seen.times >= row.start) & ((row.end is pd.NaT) | (seen.times < row.end)), dtype=np.bool_)
    return mask
