"""Faults of a sensor network: half of its stations stuck or silent at once while others go on."""

from functools import partial

import numpy as np
import pandas as pd

from data.rules.events import values
from models.events.event import Evidence, Trace, ramp
from models.events.intervals import Booleans, share
from models.events.panel import Panel


def sensor_fault(panel: Panel) -> Trace:
    """
    Hours in which a network, not a sensor, fails.

    Parameters
    ----------
    panel : Panel
        Its flags say which values are stuck or dead; stations that delivered within two days and do not now are silent.

    Returns
    -------
    Trace
        Its figure is the number of stations; a single station is left to the quality checks.
    """
    rule = values("sensor_fault")
    lived = panel.delivered.shift(1, fill_value=False).rolling(panel.places(rule["lived"]), min_periods=1).max() > 0
    silent = lived & ~panel.delivered
    lost = (panel.faulty & panel.delivered) | silent
    counted = lived | panel.delivered
    seen = pd.DataFrame(False, index=panel.times, columns=panel.delivered.columns)
    for _, members in panel.stations.groupby("network").groups.items():
        mine = [s for s in members if s in seen]
        part = share(lost[mine], counted[mine])
        broken = (part >= rule["share"]) & (lost[mine].sum(axis=1).to_numpy() >= rule["stations"])
        seen[mine] = lost[mine].to_numpy() & broken[:, None]
    on = seen.any(axis=1)
    fresh = on & ~(on.rolling(panel.places(rule["longest"])).min() == 1)
    hours = fresh.to_numpy(np.bool_)
    return Trace(
        "sensor_fault", hours, hours, panel.places(rule["least"]), panel.places(rule["gap"]), "", "",
        seen.sum(axis=1).astype("float64"), seen, pd.DataFrame(index=panel.times),
        partial(_evidence, panel, seen, silent),
    )  # fmt: skip


def _evidence(panel: Panel, seen: pd.DataFrame, silent: pd.DataFrame, mask: Booleans) -> list[Evidence]:
    part = seen[mask]
    hit = list(part.columns[part.any()])
    networks = panel.stations.loc[hit, "network"]
    lines = []
    for network, members in networks.groupby(networks).groups.items():
        mine = list(members)
        of = int((panel.stations["network"] == network).sum())
        still = float((silent[mask][mine] & part[mine]).to_numpy().sum() / max(part[mine].to_numpy().sum(), 1))
        key = "network_silent" if still >= 0.5 else "network_stuck"
        said: dict[str, float | str] = {"network": str(network), "n": len(mine), "of": of}
        lines.append(Evidence(key, said, 0.4 / networks.nunique(), ramp(len(mine) / of, 0.3, 1.0)))
    sound = panel.delivered[mask].drop(columns=hit).any(axis=1).mean() if panel.delivered.shape[1] > len(hit) else 0.0
    key = "others_deliver" if sound >= 0.5 else "others_silent"
    lines.append(Evidence(key, {}, 0.4, float(sound)))
    hours = float(mask.sum() * panel.step)
    return [*lines, Evidence("lasts", {"hours": hours}, 0.2, ramp(hours, 0.0, 12.0))]
