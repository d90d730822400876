"""Days of every channel in figures, so that years of history help to judge a few hours without being read again."""

from collections.abc import Hashable

import numpy as np
import pandas as pd

from data.place import NOWHERE
from models.quality.batch import DAY, Batch, firsts, joined, lengths

CHANNEL = ("source", "station", "parameter", "minutes")
COLUMNS = (*CHANNEL, "place", "day", "middle", "low", "high", "count", "highest", "times")
"""Of a table of days: `place` whose stations are compared, `day` since 1970 (UTC), median, 10th and 90th percentile,
rows, highest value and how often it was met."""

Channel = tuple[Hashable, ...]


def day_table(batch: Batch, rows: pd.DataFrame) -> pd.DataFrame:
    """
    Days of a batch.

    Parameters
    ----------
    batch : Batch
        Rows that are possible and no fault codes.
    rows : DataFrame
        The table that the batch was made of.

    Returns
    -------
    DataFrame
        `COLUMNS`, a line per channel and UTC day, sorted so.
    """
    day = batch.start // DAY
    key = joined(batch.series, day)  # ascending along the batch: it is sorted by series and start
    begins = firsts(key)
    count = lengths(begins, len(key))
    ranked = batch.value[np.lexsort((batch.value, key))]
    highest = ranked[begins + count - 1]
    met = np.add.reduceat(batch.value == np.repeat(highest, count), begins) if len(begins) else count
    named = rows.iloc[batch.order[begins]]
    told = {name: named[name].to_numpy() for name in CHANNEL}
    return pd.DataFrame(
        told
        | {
            "place": _place(named),
            "day": day[begins],
            "middle": (ranked[begins + (count - 1) // 2] + ranked[begins + count // 2]) / 2,
            "low": ranked[begins + (count - 1) // 10],
            "high": ranked[begins + count - 1 - (count - 1) // 10],
            "count": count.astype(np.float64),
            "highest": highest,
            "times": met.astype(np.int64),
        }
    )


def channels(batch: Batch, rows: pd.DataFrame) -> dict[int, Channel]:
    """The channel of each series of a batch."""
    begins = firsts(batch.series)
    named = rows.iloc[batch.order[begins]][list(CHANNEL)]
    return dict(zip(batch.series[begins].tolist(), named.itertuples(index=False, name=None), strict=True))


def _place(rows: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """City of each row; outside every city nobody is a neighbour."""
    if "city" not in rows:
        return np.full(len(rows), "", dtype=object)
    city = rows["city"].to_numpy(object)
    return np.asarray(np.where(city == NOWHERE, rows["station"].to_numpy(object), city), dtype=object)
