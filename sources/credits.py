"""Whose data each source key stands for, imports included, and whether they may leave the centre in a file."""

from collections.abc import Mapping
from types import MappingProxyType

from data.licences import Terms
from data.licences import redistributable as redistributable
from sources.base import Credit

UNKNOWN = Credit("Source without a stated licence", "", "none stated", False)

# Keys of imported rows are the names of their formats.
IMPORTS: Mapping[str, Credit] = MappingProxyType(
    {
        "airdata-kz": Credit(
            "AirData.kz. Open Air Quality Dataset for Kazakhstan. Global Shapers Almaty Hub; Kazhydromet, OpenAQ",
            "https://github.com/qazybekb/AirDatakz-OpenData",
            "CC BY-NC 4.0",
            True,
        ),
        # The national open-data terms allow redistribution with a link and without distortion; the city portal
        # names no others.
        "tashkent-open": Credit(
            "City of Tashkent, open data set 133 “Air Tashkent”",
            "https://opendata.tashkent.uz",
            "open data with a link to the source",
            True,
        ),
        "airnow-dos": Credit(
            "U.S. Department of State and U.S. EPA, AirNow; preliminary, not fully verified",
            "https://www.airnow.gov",
            "US Public Domain",
            True,
        ),
        "kazhydromet": Credit(
            "Kazhydromet, handed over under agreement", "https://www.kazhydromet.kz", "none stated", False
        ),
        "kazhydromet-table": Credit(
            "Kazhydromet, handed over under agreement", "https://www.kazhydromet.kz", "none stated", False
        ),
        "uzhydromet-table": Credit(
            "Uzhydromet, handed over under agreement", "https://hydromet.uz", "none stated", False
        ),
        "eea": Credit(
            "European Environment Agency and the countries that report to it",
            "https://eeadmz1-downloads-webapp.azurewebsites.net",
            "CC BY 4.0",
            True,
        ),
        "tidy": Credit("Imported in the centre's own format", "", "as named in the file", True),
        "demo": Credit("Simulated by this centre; not measured anywhere", "", "CC0 1.0", True),
    }
)  # fmt: skip

PER_STATION = ("openaq", "openaq_archive", "sensorthings", "tidy")  # gather many owners


def credit(source: str) -> Credit:
    """
    Credit of a source key.

    Parameters
    ----------
    source : str
        Key of a network or of an import format.

    Returns
    -------
    Credit
        For a key nobody knows: no licence stated, so its data stay in.

    Examples
    --------
    >>> credit("openmeteo").licence, credit("nobody").may_redistribute
    ('CC BY 4.0', False)
    """
    from sources import SOURCES  # the networks state their own; late, because they import their base from here

    if source in SOURCES:
        return SOURCES[source].credit
    return IMPORTS.get(source, UNKNOWN)


def terms() -> Mapping[str, Terms]:
    """
    What every source says of passing its rows on, for the gate of the store (`data.licences`).

    Examples
    --------
    >>> terms()["openaq"]
    Terms(passes_on=True, per_station=True)
    >>> redistributable("openaq", "CC BY 4.0"), redistributable("openaq", ""), redistributable("metar", "")
    (True, False, True)
    """
    from sources import SOURCES

    return {key: Terms(credit(key).may_redistribute, key in PER_STATION) for key in (*SOURCES, *IMPORTS)}
