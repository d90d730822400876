"""What rows say of their stations: of each station the newest that any of its rows states, whatever their order."""

import pandas as pd

from data.schema import CONTROL

STATION = ["source", "station"]
PLACE = ["lat", "lon", "coord_quality"]


def best(rows: pd.DataFrame) -> pd.DataFrame:
    """
    One description for each station.

    Parameters
    ----------
    rows : DataFrame
        ``source``, ``station`` and what is said of it, for `data.schema.conform_stations`; with ``start`` the newest
        row that says something holds, else the last.

    Returns
    -------
    DataFrame
        Column by column the last that is said; latitude and longitude are one thing, and said only where they are a
        place on Earth. A name that only repeats the id gives way to any other.

    Examples
    --------
    >>> best(pd.DataFrame({"source": "x", "station": "x:1", "name": ["Hill", "", "1"], "lat": [41.0, None, 999.0],
    ...     "lon": [69.0, None, 0.0]}))[["name", "lat", "lon"]].values.tolist()
    [['Hill', 41.0, 69.0]]
    """
    if not len(rows):
        return rows
    said = rows.sort_values("start", kind="stable", na_position="first") if "start" in rows else rows
    said = said.drop_duplicates([n for n in said if n != "start"], keep="last")  # hours of a post say one thing
    texts = [n for n in said if isinstance(said[n].dtype, pd.StringDtype) or said[n].dtype == object]
    said = said.assign(**{n: said[n].mask(said[n].isin(["", None]) | said[n].isna()) for n in texts})
    if {"lat", "lon"} <= set(said):
        known = (
            said["lat"].between(-90, 90) & said["lon"].between(-180, 180) & ((said["lat"] != 0) | (said["lon"] != 0))
        )
        said = said.assign(**{n: said[n].where(known) for n in PLACE if n in said})
    if "name" in said:
        own = said["name"].str.strip().eq(said["station"].str.partition(":")[2]) | said["name"].str.contains(CONTROL)
        said = said.assign(name=said["name"].mask(own.fillna(False).astype(bool)), _id=said["name"])
    last = said.groupby(STATION, sort=False).last().reset_index()
    if "name" in said:
        last["name"] = last["name"].where(last["name"].notna(), last.pop("_id"))
    return last
