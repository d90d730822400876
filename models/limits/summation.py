"""Summation groups: substances whose shares of their single maxima are added, the sum not to exceed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

import numpy as np
import pandas as pd

from data.standards.limits import Group
from data.standards.temperature import held_at
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
        `DOMINANCE`, the rule does not apply. ``not_checked_unmeasured``: hours in which a member was not measured;
        ``exceeded_in_part`` of them are above one with the others alone.

    Notes
    -----
    ``Σ C / MAC_single`` not above 1; order No. 10 of 18 February 2025, secondary.

    The measured members are a lower bound of the sum. It is used only where none of them has more than the group's
    `DOMINANCE` of the part that was measured: more members can but lower its share, so no measured one dominates the
    whole. An unmeasured one may; with a share above that it is at least 1.5 times (of four components; 2.3 of three, 4
    of two) the measured part, so that where the part is above 1 its own single maximum is exceeded instead. Above 1 in
    part is above for certain either way. One member alone is all of its part and never enough.
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
    held = _members(rows, group, start, end, zone, flags)
    shares = np.stack([made.values.reindex(columns=names).div(single).to_numpy() for single, made in held])
    there = np.isfinite(shares)
    part, most = np.nansum(shares, axis=0), np.max(np.where(there, shares, -np.inf), axis=0)
    whole = there.all(axis=0) & (not group.unmeasured)
    dominated = there.any(axis=0) & (most > share(group) * part)
    why = np.full(whole.shape, REASONS.index("missing"), dtype=np.int8)
    why[there.any(axis=0)] = REASONS.index("unmeasured")
    why[whole] = np.where(dominated[whole], REASONS.index("dominated"), 0)
    values, rest = (
        pd.DataFrame(np.where(kept & ~dominated, part, np.nan), index=blank.values.index, columns=names)
        for kept in (whole, ~whole & (there.sum(axis=0) > 1))
    )
    nobody = tuple(name for name, seen in zip(group.parameters, there, strict=True) if not seen.any())
    return Checks(
        values, why, values * np.nan, blank.ends, 60, _if_real(held, values, group), measured=rest,
        unmeasured=(*nobody, *group.unmeasured),
    )  # fmt: skip


def share(group: Group) -> float:
    """
    From which share of its sum one component of a group dominates it. [1]

    Examples
    --------
    >>> from models.limits.in_force import groups
    >>> {group.number: share(group) for group in groups("kz")}["44"]
    0.8
    """
    return DOMINANCE[len(group.parameters) + len(group.unmeasured)]


def _members(
    rows: pd.DataFrame, group: Group, start: datetime, end: datetime, zone: str, flags: Sequence[str]
) -> list[tuple[float, Checks]]:
    """The single maximum of each member and its hours, at the temperature of that limit, in the order of the group."""
    known = {x.parameter: x for x in limits(group.jurisdiction, on=group.start, averaging="single")}
    return [
        (
            known[name].concentration,
            checks(
                held_at(rows[rows["parameter"] == name], known[name].temperature), "single", start, end, zone=zone,
                flags=flags,
            ),
        )
        for name in group.parameters
    ]  # fmt: skip


def _if_real(held: Sequence[tuple[float, Checks]], values: pd.DataFrame, group: Group) -> pd.DataFrame | None:
    """The sums if what nothing else supports is the air; None where the rows do not tell, or a member is unmeasured."""
    known = [(single, made.if_real) for single, made in held if made.if_real is not None]
    if group.unmeasured or len(known) < len(held):
        return None
    shares = np.stack([table.reindex(columns=values.columns).div(single).to_numpy() for single, table in known])
    total = shares.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        dominated = shares.max(axis=0) / total > share(group)
    return pd.DataFrame(np.where(dominated, np.nan, total), index=values.index, columns=values.columns)
