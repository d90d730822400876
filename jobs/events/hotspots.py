"""Hot-spots of the satellites' feed in the store, for attribution and for events."""

from datetime import datetime

import pandas as pd

from data.store.reader import StoreReader

PARAMETER = "frp"
NETWORK = "firms"


def hotspots(
    store: StoreReader, key: str, start: datetime, end: datetime, places: pd.DataFrame, *, since: datetime | None = None
) -> pd.DataFrame | None:
    """
    Sure hot-spots of a city and period; static heat of plants and flares is flagged and stays out.

    Parameters
    ----------
    store : StoreReader
        To read.
    key : str
        City.
    start, end : datetime
        Half-open.
    places : DataFrame
        station, lat, lon [°].
    since : datetime, optional
        From when on an answer of the feed counts; any answer by default.

    Returns
    -------
    DataFrame or None
        time, lat, lon [°], frp_mw [MW]; None where no feed delivers them, which is not the same as no fire.
    """
    rows = store.measurements(key, (PARAMETER,), start, end, flags=("ok",), columns=("station", "start", "value"))
    status = store.status()
    answered = status["succeeded"].notna() if since is None else status["succeeded"] >= since
    if not len(rows) and not ((status["network"] == NETWORK) & (status["city"] == key) & answered).any():
        return None
    points = places.drop_duplicates("station")[["station", "lat", "lon"]]
    table = rows.merge(points, on="station").rename(columns={"start": "time", "value": "frp_mw"})
    return table[["time", "lat", "lon", "frp_mw"]]
