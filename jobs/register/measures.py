"""The measures of a city as trends and lists read them: those of the files, with the published edits over them."""

from data.measures.measures import Measure, measure
from data.store.reader import StoreReader
from jobs.register.overlay import read


def of_city(store: StoreReader, city: str) -> tuple[Measure, ...]:
    """
    A city's measures as they stand, in the order of the register.

    Parameters
    ----------
    store : StoreReader
        The whole one, or a view of the work that derives.
    city : str
        Key.
    """
    return tuple(measure(row) for row in read(store, "measures") if row["city"] == city)
