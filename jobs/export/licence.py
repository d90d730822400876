"""Which rows may leave the centre: the licences of their sources."""

import numpy as np
import pandas as pd

from data.store import Store
from sources.credits import redistributable


def free(spans: pd.DataFrame, stations: pd.DataFrame) -> np.ndarray:
    """Which rows (source, station) may leave, by the licence of the station where it has one, else of the source."""
    licence = stations.set_index(["source", "station"])["licence"].to_dict() if len(stations) else {}
    pairs = zip(spans["source"], spans["station"], strict=True)
    return np.array([redistributable(s, licence.get((s, t), "")) for s, t in pairs], dtype=bool)


def leaving(store: Store) -> frozenset[str]:
    """Stations all of whose rows may leave, by the rules that the store knows and by their licence."""
    spans, described = store.spans(), store.stations()
    may = free(spans, described)
    return frozenset(spans.loc[may, "station"]) - frozenset(spans.loc[~may, "station"])
