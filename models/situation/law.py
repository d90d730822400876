"""A statement beside the limit that is law there."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data.clock import local_date
from data.standards.limits import Limit, Registry
from data.standards.temperature import exact, factor
from models.limits.in_force import applicable, compare
from models.situation.statement import (
    BY_HUMIDITY,
    MEDIAN,
    NO_FIGURE,
    NO_LIMIT,
    ONE_HOUR,
    STALE,
    STRADDLES,
    Held,
    Statement,
    Verdict,
)  # fmt: skip


def held(said: Statement, law: str, *, zone: ZoneInfo, known: Registry | None = None) -> Held:
    """
    Hold a statement to the law of the place.

    Parameters
    ----------
    said : Statement
        Of 24 hours or of a day; of one hour nothing is ever said against a 24-h limit.
    law : str
        ``city.law``.
    zone : ZoneInfo
        The city's clock: which day's limits hold.

    Returns
    -------
    Held
        ``not_checked`` with its reason where there is no fresh mean of 24 hours or no such limit. Where only low-cost
        sensors stand, the range without the water on the particles decides: above only if its lower edge is above,
        within only if its upper edge is not; a limit inside the range leaves it unchecked.
    """
    last = said.moment if said.end is None else said.end - pd.Timedelta(1, "us")
    found = applicable(law, said.parameter, local_date(last, zone), averaging="24h", known=known)
    limit = next((x for x in found if x.law), None)
    if said.value is None or said.averaging == "1h":
        return Held("not_checked", NO_FIGURE if said.value is None else ONE_HOUR, None, limit)
    statistic = "median" if said.averaging == "daily_median" else "mean"
    beside = tuple(
        compare(standing(said, x), 1440, x, statistic=statistic) for x in found if not x.law and x.level == "aqg"
    )
    if limit is None:
        return Held("not_checked", NO_LIMIT, beside=beside)
    if said.freshness == "grey":
        return Held("not_checked", STALE, None, limit, limit.indicative, beside)
    value = standing(said, limit)
    compared = value if value != said.value else None
    made = compare(value, 1440, limit, statistic=statistic)
    if made.ratio is None:
        return Held("not_checked", MEDIAN, value / limit.concentration, limit, True, beside, compared)
    word, reason = _word(said, limit, "above" if made.verdict == "above" else "within")
    return Held(word, reason, made.ratio, limit, made.indicative, beside, compared)


def standing(said: Statement, limit: Limit) -> float:
    """
    The value of a statement as it is held to a limit: a gas of known amount at the limit's own temperature.

    A station whose rows were all delivered as mixing ratios is taken there; the rest is held as delivered. [µg/m³]
    """
    plain = float("nan") if said.value is None else said.value
    if not said.levels or limit.temperature is None:
        return plain
    rows = said.basis.frame.iloc[said.basis.at]
    known = pd.Series(exact(rows.assign(parameter=said.parameter)), index=rows["station"].to_numpy())
    sure = known.groupby(level=0).all()
    if not sure.any():
        return plain
    times = factor(limit.temperature)
    return float(np.median([x.value * (times if sure.get(x.station, False) else 1.0) for x in said.levels]))


def _word(said: Statement, limit: Limit, plain: Verdict) -> tuple[Verdict, str]:
    if said.interval != BY_HUMIDITY or said.lower is None or said.upper is None:
        return plain, ""
    low, high = (compare(edge, 1440, limit).verdict for edge in (said.lower, said.upper))
    if low == high:
        return ("above" if low == "above" else "within"), ""
    return "not_checked", STRADDLES
