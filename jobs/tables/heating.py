"""Heating seasons of a city from what is on file and from the temperatures that the store holds."""

from datetime import date, datetime

from data.city import city
from data.store.reader import StoreReader
from models.trends.heating import Calendar, calendar, daily_means

LEAN = ("source", "station", "parameter", "start", "minutes", "value", "flag", "kind")


def heating_calendar(
    store: StoreReader, key: str, start: datetime, until: datetime, known: date | None = None
) -> Calendar:
    """
    The heating seasons of a city.

    Parameters
    ----------
    store : StoreReader
        Whose temperatures the rule reads, where the city has a rule.
    key : str
        Of the city.
    start, until : datetime
        Of the temperatures that are read; an autumn that lies before is told by the usual days.
    known : date, optional
        As in `models.trends.heating.calendar`.

    Returns
    -------
    Calendar
        In the city's zone.
    """
    place = city(key)
    daily = None
    if place.heating.below is not None:
        rows = store.measurements(key, ("temperature",), start, until, columns=LEAN, flags=("ok",))
        daily = daily_means(rows, str(place.zone))
    return calendar(place.heating, str(place.zone), daily, known)
