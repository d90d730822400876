"""The sources of a city as attribution, maps and lists read them: the file, with the published edits over it."""

from dataclasses import replace
from hashlib import sha256

import pandas as pd

from data.inventory import inventory
from data.inventory.inventory import Inventory
from data.store.reader import StoreReader
from jobs.register import kept, sites
from jobs.register.overlay import read


def sources(store: StoreReader, city: str) -> Inventory:
    """
    A city's register of sources as it stands.

    Parameters
    ----------
    store : StoreReader
        The whole one, or a view of the work that derives.
    city : str
        Key.

    Returns
    -------
    Inventory
        The file's own where nobody edited it; else with a digest that names the edits, too.

    Raises
    ------
    InventoryError
        When the file cannot be read, or an edited row no longer fits this release.
    """
    book = inventory.load(city)
    edits = kept.published(store, sites.NAME)
    touched = {e.row for e in edits}
    rows = [r for r in read(store, sites.NAME) if r[sites.KEY] in touched and r[sites.CITY] == city] if edits else []
    kept_rows = book.sites[~book.sites[sites.KEY].isin(touched)]
    if not rows and len(kept_rows) == len(book.sites):
        return book
    fresh = inventory.of_rows(city, rows, sites.drawn(book, rows)).sites
    both = pd.concat([kept_rows, fresh]) if len(kept_rows) else fresh
    place = {key: n for n, key in enumerate([*book.sites[sites.KEY], *fresh[sites.KEY]][::-1])}
    both = both.sort_values(sites.KEY, key=lambda keys: -keys.map(place), ignore_index=True, kind="stable")
    named = "\n".join([book.sha256, *(e.id for e in edits)])
    shapes = sites.drawn(book, both.to_dict("records"))
    return replace(book, sites=both, shapes=shapes, vintage=str(max(both["checked"], default="")),
                   sha256=sha256(named.encode()).hexdigest())  # fmt: skip
