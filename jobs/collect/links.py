"""Links between networks that outlive a new name: a device that two of them deliver goes on counting once."""

import pandas as pd


def linked(stations: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """
    Stations as delivered, with the link of one whose owner has renamed it since.

    Parameters
    ----------
    stations : DataFrame
        As delivered: ``station``, and ``name, same_as`` where the network tells them.
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
    >>> linked(pd.DataFrame({"station": ["a:1", "a:2"], "name": ["Gate", "Roof"], "same_as": ""}), old).same_as.tolist()
    ['b:7', '']
    """
    if not len(known) or not {"name", "same_as"} <= set(stations):
        return stations
    before = known.drop_duplicates("station", keep="last").set_index("station")
    was = {column: stations["station"].map(before[column]).fillna("") for column in ("name", "same_as")}
    renamed = (was["name"] != stations["name"].fillna("")) & (stations["same_as"].fillna("") == "")
    return stations.assign(same_as=stations["same_as"].mask(renamed & (was["same_as"] != ""), was["same_as"]))
