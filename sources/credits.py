"""Whose data each source key stands for, imports included, and whether they may leave the centre in a file."""

from collections.abc import Mapping
from types import MappingProxyType

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

# Beginnings of licence names that allow passing data on; anything else stays in.
FREE = (
    "cc0", "cc by", "us public domain", "public domain", "odbl", "dbcl", "uk ogl", "open government", "open data",
    "taiwan open government", "etalab", "licence ouverte", "dl-de", "nlod", "iodl", "wmo core data",
)  # fmt: skip


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


def redistributable(source: str, licence: str = "") -> bool:
    """
    Whether rows of a station may leave the centre in a file.

    Parameters
    ----------
    source : str
        Source key of the rows.
    licence : str
        What its station states. Networks that gather many owners (OpenAQ) need it: none stated means no.

    Returns
    -------
    bool
        True only where the source allows it and the station does not forbid it.

    Examples
    --------
    >>> redistributable("openaq", "CC BY 4.0"), redistributable("openaq", ""), redistributable("metar", "")
    (True, False, True)
    """
    if not credit(source).may_redistribute:
        return False
    if not licence.strip():
        return source not in PER_STATION
    return licence.strip().lower().startswith(FREE) and "nd" not in licence.lower().replace("-", " ").split()


PER_STATION = ("openaq", "openaq_archive", "sensorthings", "tidy")
