"""How far the checks of a row look before and after it: what a new row may change, and what must be seen to judge."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.quality import fillers, rises
from models.quality.batch import DAY, block_length

HOUR = 60  # [min]
# Checks that quality control makes of values, and makes anew whenever the values around change. What stands beside
# them in `checks` (a network's word, a bound, a note) was said by somebody and is no verdict of ours.
OF_ROWS = frozenset({"sentinel", "negative", "range", "fault_code", "stuck", "spike", "plume", "unsupported"})
OF_DAYS = frozenset({"dead_channel", "flat", "level", "level_break", "neighbours", "ceiling"})  # of the whole history
OWN = OF_ROWS | OF_DAYS | {"fractions"}
APART = frozenset({"sentinel", "negative", "range"})  # their rows help to judge no others; nor do sure fault codes


@dataclass(frozen=True)
class Reach:
    """
    Around rows that are new.

    Attributes
    ----------
    first, last : Timestamp
        Rows whose verdicts they may change, but for what rests on days (`OF_DAYS`): [first, last).
    begin, end : Timestamp
        Rows that must be seen to judge these: [begin, end).
    """

    first: pd.Timestamp
    last: pd.Timestamp
    begin: pd.Timestamp
    end: pd.Timestamp


def reach(first: pd.Timestamp, last: pd.Timestamp, minutes: int) -> Reach:
    """
    Reach of new rows.

    Parameters
    ----------
    first, last : Timestamp
        Start of the first and of the last new row.
    minutes : int
        Length of the intervals; rows of other lengths are other series. [min]

    Notes
    -----
    A fault code is known by the blocks around, `fillers.LEVEL_HOURS` and `fillers.LEVEL_DAYS`. It is left out of what
    judges others: runs of equal values (the blocks around), levels (`rises.SUPPORT_REACH` intervals either side) and
    spreads (`rises.SPREAD_DAYS` before). So a new row may change verdicts as far as both together.

    Examples
    --------
    >>> noon = pd.Timestamp("2026-02-10T12:00Z")
    >>> made = reach(noon, noon, 60)
    >>> [str(t.date()) for t in (made.begin, made.first, made.last, made.end)]
    ['2025-12-25', '2026-01-27', '2026-04-15', '2026-04-25']
    """
    long = int(block_length(np.array([minutes]))[0])
    near, spread = rises.SUPPORT_REACH * minutes, rises.spread_days(minutes) * DAY
    around = fillers.LEVEL_HOURS * HOUR + DAY  # the level is asked once a day
    begin, end = (int(t.timestamp()) // 60 for t in (first, last))
    codes_first = min(begin // long * long - long, begin - around)
    codes_last = max((end // long + 2) * long, end + fillers.LEVEL_DAYS * DAY + DAY)
    judged_first = min(codes_first // long * long - long, codes_first - near - DAY) // DAY * DAY
    judged_last = -(-max((codes_last // long + 2) * long, codes_last + spread + near + DAY) // DAY) * DAY
    before, after = margins(minutes)
    return Reach(_at(judged_first), _at(judged_last), _at(judged_first) - before, _at(judged_last) + after)


def margins(minutes: int) -> tuple[pd.Timedelta, pd.Timedelta]:
    """How long before and after a row everything must be seen to judge it."""
    long = int(block_length(np.array([minutes]))[0])
    near, spread = rises.SUPPORT_REACH * minutes, rises.spread_days(minutes) * DAY
    before = max(2 * long, spread + near + 2 * DAY, fillers.LEVEL_DAYS * DAY + DAY)
    after = max(2 * long, near + fillers.LEVEL_HOURS * HOUR + DAY)
    return pd.Timedelta(minutes=before), pd.Timedelta(minutes=after)


def _at(minute: int) -> pd.Timestamp:
    return pd.Timestamp(minute * 60, unit="s", tz="UTC")
