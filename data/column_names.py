"""Names of columns: one dialect for what the centre writes, and the older and shorter names it also reads."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

# As written → the column of the measurement table. Exports write the names on the left, answers of the API and
# releases before 0.3 those on the right.
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "station_id": "station", "time_start_utc": "start", "averaging_minutes": "minutes", "known_at_utc": "known_at",
        "known_until_utc": "known_until",
    }
)  # fmt: skip
# Of a table with a column per parameter: time and wind have the short names of openair.
WIDE: Mapping[str, str] = MappingProxyType(
    {"time_start_utc": "date", "start": "date", "wind_speed": "ws", "wind_direction": "wd"}
)


def renamed(columns: Iterable[str], names: Mapping[str, str] = ALIASES) -> dict[str, str]:
    """
    Columns of a table that have another name here; where both stand in it, the name of the table is left alone.

    Parameters
    ----------
    columns : iterable of str
        As they are written.
    names : mapping of str to str
        As written → as used.

    Returns
    -------
    dict of str to str
        For `DataFrame.rename`.

    Examples
    --------
    >>> renamed(["station_id", "time_start_utc", "value"])
    {'station_id': 'station', 'time_start_utc': 'start'}
    >>> renamed(["station", "station_id"])
    {}
    """
    there = list(columns)
    found: dict[str, str] = {}
    for name in there:
        own = names.get(name)
        if own and own not in there and own not in found.values():
            found[name] = own
    return found
