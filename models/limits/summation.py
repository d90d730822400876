"""Summation groups: substances whose shares of their single maxima are added, the sum not to exceed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from data.standards.limits import Group
from models.averages.limit_averages import REASONS, Checks, checks
from models.limits.in_force import limits
from models.limits.ledger import finished, lines_of
from models.stations.monitors import once, standing_for_air

# Share of a sum from which one component is said to dominate, by number of components. Order No. 10 of 2025.
DOMINANCE: Mapping[int, float] = MappingProxyType({2: 0.8, 3: 0.7, 4: 0.6})


def summation(
    rows: pd.DataFrame,
    together: Sequence[Group],
    start: datetime,
    end: datetime,
    *,
    city: str,
    zone: str,
    stations: pd.DataFrame | None = None,
    flags: Sequence[str] = ("ok",),
) -> pd.DataFrame:
    """
    Lines of the ledger for groups whose shares of their limits are added.

    Parameters
    ----------
    rows : DataFrame
        Hourly rows of the groups' members.
    together : sequence of Group
        As `models.limits.groups` gives them.
    start, end, city, zone, stations, flags
        As in `models.limits.ledger.ledger`.

    Returns
    -------
    DataFrame
        Columns of `models.limits.ledger.COLUMNS`; ``limit`` is 1, ``worst_value`` the highest sum. An hour counts where
        all members were measured at one station. ``not_checked_dominated``: one component's share of the sum is above
        `DOMINANCE`, the rule does not apply. A group with a member nobody measures is not checked at all.

    Notes
    -----
    ``Σ C / MAC_single`` not above 1; order No. 10 of 18 February 2025, secondary.
    """
    air = once(standing_for_air(rows), stations)
    lines = [
        line
        for group in together
        for line in lines_of(sums(air, group, start, end, zone=zone, flags=flags), group, start, end, zone=zone)
    ]
    return finished(lines, city)


def sums(
    rows: pd.DataFrame, group: Group, start: datetime, end: datetime, *, zone: str, flags: Sequence[str] = ("ok",)
) -> Checks:
    """
    Sum of the shares of a group, hour by hour and station by station. [1]

    Parameters are those of `summation`, for one group.
    """
    everything = rows[rows["parameter"].isin(group.parameters)]
    blank = checks(everything.assign(value=np.nan), "single", start, end, zone=zone, flags=flags)
    names = blank.values.columns
    held = [
        (
            limit.concentration,
            checks(rows[rows["parameter"] == limit.parameter], "single", start, end, zone=zone, flags=flags),
        )
        for limit in limits(group.jurisdiction, on=group.start, averaging="single")
        if limit.parameter in group.parameters
    ]
    shares = np.stack([made.values.reindex(columns=names).div(single).to_numpy() for single, made in held])
    total = shares.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        dominated = shares.max(axis=0) / total > DOMINANCE[len(group.parameters) + len(group.unmeasured)]
    why = np.where(np.isnan(shares).all(axis=0), REASONS.index("missing"), REASONS.index("incomplete")).astype(np.int8)
    if group.unmeasured:
        total = np.full_like(total, np.nan)
    else:
        why[np.isfinite(total)] = 0
        why[dominated] = REASONS.index("dominated")
    values = pd.DataFrame(np.where(dominated, np.nan, total), index=blank.values.index, columns=names)
    return Checks(values, why, values * np.nan, blank.ends, 60, _if_real(held, values, group))


def _if_real(held: Sequence[tuple[float, Checks]], values: pd.DataFrame, group: Group) -> pd.DataFrame | None:
    """The sums if what nothing else supports is the air; None where the rows do not tell, or a member is unmeasured."""
    known = [(single, made.if_real) for single, made in held if made.if_real is not None]
    if group.unmeasured or len(known) < len(held):
        return None
    shares = np.stack([table.reindex(columns=values.columns).div(single).to_numpy() for single, table in known])
    total = shares.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        dominated = shares.max(axis=0) / total > DOMINANCE[len(group.parameters)]
    return pd.DataFrame(np.where(dominated, np.nan, total), index=values.index, columns=values.columns)
