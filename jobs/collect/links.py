"""Links between networks that outlive a new name: a device that two of them deliver goes on counting once."""

import pandas as pd

from data.schema import conform_stations


def linked(stations: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """
    Stations as delivered, with the link of one whose owner has renamed it since.

    Parameters
    ----------
    stations : DataFrame
        As delivered, for `data.schema.conform_stations`.
    known : DataFrame
        Of the store: ``station, name, same_as``.

    Returns
    -------
    DataFrame
        A city file may link a station by its name (``same_as``), which its owner can change; its id stays. Who comes
        under a new name and without a link keeps the one it had. Under the old name the city file alone decides, so
        that a link taken out of it ends.

    Examples
    --------
    >>> old = pd.DataFrame({"station": ["a:1", "a:2"], "name": ["Yard", "Roof"], "same_as": ["b:7", "b:8"]})
    >>> new = pd.DataFrame({"station": ["a:1", "a:2"], "name": ["Gate", "Roof"], "same_as": ""})
    >>> linked(new.assign(source="a", city="tashkent", kind="indicative"), old)["same_as"].tolist()
    ['b:7', '']
    """
    if not len(known) or not len(stations):
        return stations
    told = conform_stations(stations)
    before = known.drop_duplicates("station", keep="last").set_index("station")
    name, link = (told["station"].map(before[column]).fillna("") for column in ("name", "same_as"))
    renamed = (name != told["name"]) & (told["same_as"] == "")
    return told.assign(same_as=told["same_as"].mask(renamed & (link != ""), link))
