"""A file of plumes that somebody hands over, kept for every city without a network."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from data.city import City
from data.errors import CentreError
from data.store import Store
from jobs.methane.keep import Kept, keep
from sources.base import BadPayload
from sources.http import LARGEST
from sources.unep_imeo_mars import parse


def bring_in(store: Store, path: Path, cities: Sequence[City], now: datetime) -> dict[str, Kept]:
    """
    Keep the plumes of the publisher's zip or of its `plumes.csv`.

    Parameters
    ----------
    store : Store
        Where they go.
    path : Path
        The file.
    cities : sequence of City
        For each of them plumes near it are looked for.
    now : datetime
        When it became known.

    Returns
    -------
    dict
        `Kept` by city.

    Raises
    ------
    CentreError
        When the file cannot be read or is none of these.
    """
    try:
        content = path.read_bytes() if path.stat().st_size <= LARGEST else None
    except OSError as error:
        raise CentreError("jobs.methane.unreadable", who="asker", file=path.name, cause=error.strerror) from error
    if content is None:
        raise CentreError("jobs.methane.large", who="asker", file=path.name, most=LARGEST >> 20)
    try:
        rows = parse(content)
    except BadPayload as error:
        raise CentreError("jobs.methane.other_file", who="asker", file=path.name, cause=error) from error
    return {city.key: keep(store, rows, city, now, path.name) for city in cities}
