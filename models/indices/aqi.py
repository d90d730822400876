"""Air-quality indices: from a concentration of a stated averaging to index, category and colour."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd

from data.standards.breakpoints import FILES, StandardError, breakpoints
from models.indices.scales import Floats, Integers, scales

__all__ = [
    "STANDARDS",
    "Band",
    "Index",
    "StandardError",
    "averagings",
    "bands",
    "combine",
    "dominant",
    "index",
    "index_frame",
    "index_numbers",
    "written",
]

STANDARDS: tuple[str, ...] = tuple(FILES)


@dataclass(frozen=True)
class Band:
    """
    One category of an index.

    Attributes
    ----------
    number : int
        1 = best.
    category : str
        Its printed English name.
    colour, colour_assist : str
        Hex colours: the standard's own, and one that people with a colour-vision deficiency tell apart.
    index_low, index_high : int
        Index range of the band.
    """

    number: int
    category: str
    colour: str
    colour_assist: str
    index_low: int
    index_high: int


@dataclass(frozen=True)
class Index:
    """
    The index of one pollutant, or of the worst of several.

    Attributes
    ----------
    value : int
        AQI of the US EPA (0 and up), band 1–6 of the European index.
    band : Band
        Category and colours.
    parameter : str
        The pollutant it stands for (the dominant one after `combine`).
    minutes : int
        Averaging of the concentration. [min]
    standard : str
        Key of the standard.
    beyond : bool
        The concentration lies above the scale; `value` is its last number.
    """

    value: int
    band: Band
    parameter: str
    minutes: int
    standard: str
    beyond: bool = False

    @property
    def shown(self) -> str:
        """As it is written: ``500+`` beyond the scale."""
        return written(self.value, beyond=self.beyond)

    @property
    def category(self) -> str:
        """Printed English name of the band."""
        return self.band.category


@cache
def bands(standard: str) -> Mapping[int, Band]:
    """
    The categories of a standard by number, best first.

    Raises
    ------
    StandardError
        When there is no such standard.

    Examples
    --------
    >>> [band.category for band in bands("eaqi-2024").values()][:3]
    ['Good', 'Fair', 'Moderate']
    """
    rows = breakpoints(standard).drop_duplicates("band").sort_values("band").to_dict("records")
    return MappingProxyType(
        {
            int(row["band"]): Band(
                number=int(row["band"]),
                category=str(row["category"]),
                colour=str(row["colour"]),
                colour_assist=str(row["colour_assist"]),
                index_low=int(row["index_low"]),
                index_high=int(row["index_high"]),
            )
            for row in rows
        }
    )


def averagings(standard: str) -> Mapping[str, tuple[int, ...]]:
    """
    The averaging periods a standard accepts, by parameter. [min]

    Raises
    ------
    StandardError
        When there is no such standard.

    Examples
    --------
    >>> averagings("us-epa-2024")["o3"], averagings("eaqi-2024")["pm25"]
    ((60, 480), (60,))
    """
    accepted: dict[str, tuple[int, ...]] = {}
    for parameter, minutes in scales(standard):
        accepted[parameter] = tuple(sorted((*accepted.get(parameter, ()), minutes)))
    return MappingProxyType(accepted)


def index(parameter: str, minutes: int, value: float, standard: str = "us-epa-2024") -> Index | None:
    """
    Index of one concentration, or None where the standard defines none.

    Parameters
    ----------
    parameter : str
        Pollutant.
    minutes : int
        Averaging of the value. A NowCast stands for the period it predicts: 1440 for PM, 480 for ozone. [min]
    value : float
        Concentration; gases at 20 °C and 1013.25 hPa. [µg/m³]
    standard : str
        One of `STANDARDS`.

    Returns
    -------
    Index or None
        None when the value is missing or below zero by more than an instrument's noise (`data.parameters`), when the
        standard does not index this pollutant in this averaging
        (one hour of PM2.5 has no US AQI), or leaves the range to another averaging of the same gas.

    Raises
    ------
    StandardError
        When there is no such standard.

    Notes
    -----
    US EPA, EPA-454/B-24-002 (May 2024): truncate to the printed decimals, draw the straight line within the band,
    round half up. Above 500 the EPA lets the last line go on; no index is told beyond its scale here: 500 and
    `beyond`. Ozone: the 8-hour value up to 0.200 ppm, the 1-hour value from 0.125 ppm, the greater of the two counts.
    SO2: the 1-hour value up to 304 ppb, above it the index stays 200 unless the 24-hour value reaches 305 ppb and sets
    a higher one. Gases go to ppb by `data.parameters.to_ppb`'s factor; a mixing ratio is the same at 20 °C and at
    25 °C.

    European index (EEA, methodology of 2024): hourly values of five pollutants, rounded half up to whole µg/m³.

    Examples
    --------
    >>> index("pm25", 1440, 35.45).value
    100
    >>> index("pm10", 60, 15.5, "eaqi-2024").category
    'Fair'
    >>> index("pm25", 60, 35.45) is None
    True
    """
    scale = scales(standard).get((parameter, minutes))
    if scale is None:
        return None
    values, numbers = scale.index(np.array([value], dtype=np.float64))
    if numbers[0] < 0:
        return None
    past = bool(scale.past(np.array([value], dtype=np.float64))[0])
    return Index(int(values[0]), bands(standard)[int(numbers[0])], parameter, minutes, standard, past)


def written(value: float, *, beyond: bool) -> str:
    """
    An index as it is written.

    Examples
    --------
    >>> written(187, beyond=False), written(500, beyond=True)
    ('187', '500+')
    """
    return f"{value:.0f}+" if beyond else f"{value:.0f}"


def combine(indices: Iterable[Index | None]) -> Index | None:
    """
    The worst of several indices of one place and time; its parameter is the dominant pollutant.

    Parameters
    ----------
    indices : iterable of Index or None
        Of one standard; None is passed over. Of equals the first wins.

    Returns
    -------
    Index or None
        None when there is none to choose from.

    Examples
    --------
    >>> combine([index("pm25", 1440, 60.0), index("no2", 60, 20.0), None]).parameter
    'pm25'
    """
    known = [one for one in indices if one is not None]
    if len({one.standard for one in known}) > 1:
        raise ValueError("indices of different standards cannot be combined; choose one standard")
    return max(known, key=lambda one: (one.value, one.beyond), default=None)


def index_frame(rows: pd.DataFrame, standard: str = "us-epa-2024") -> pd.DataFrame:
    """
    Index of every row of a table, as `index` gives it.

    Parameters
    ----------
    rows : DataFrame
        ``parameter``, ``minutes`` and ``value`` [µg/m³].
    standard : str
        One of `STANDARDS`.

    Returns
    -------
    DataFrame
        On the same row labels: ``index`` and ``band`` (Int64, missing where the standard defines none), ``beyond``
        (the concentration lies above the scale, the index is its last), ``category``, ``colour`` and
        ``colour_assist`` (text, empty where there is none).

    Raises
    ------
    StandardError
        When there is no such standard.

    Examples
    --------
    >>> table = pd.DataFrame({"parameter": ["pm25", "co"], "minutes": [1440, 60], "value": [9.1, 800.0]})
    >>> index_frame(table)["index"].tolist()
    [51, <NA>]
    """
    values = pd.to_numeric(rows["value"], errors="coerce").to_numpy(np.float64)
    minutes = pd.to_numeric(rows["minutes"], errors="coerce").to_numpy(np.float64)
    parameters = rows["parameter"].to_numpy(object)
    found = np.full(len(rows), -1, dtype=np.int64)
    number = np.full(len(rows), -1, dtype=np.int64)
    past = np.zeros(len(rows), dtype=bool)
    for (parameter, averaging), scale in scales(standard).items():
        mine = np.flatnonzero((parameters == parameter) & (minutes == averaging))
        found[mine], number[mine] = scale.index(values[mine])
        past[mine] = scale.past(values[mine])
    known = bands(standard)
    table = pd.DataFrame({"index": _whole(found), "band": _whole(number), "beyond": past}, index=rows.index)
    for name in ("category", "colour", "colour_assist"):
        words = {key: getattr(band, name) for key, band in known.items()}
        table[name] = [words.get(key, "") for key in number.tolist()]
    return table


def index_numbers(
    keys: Sequence[str], parameter: Integers, minutes: Integers, value: Floats, standard: str
) -> Integers:
    """
    The index alone, for many rows at once.

    Parameters
    ----------
    keys : sequence of str
        Parameters that occur.
    parameter : ndarray, shape (n,)
        Place in `keys`.
    minutes : ndarray, shape (n,)
        Averaging. [min]
    value : ndarray, shape (n,)
        Concentration. [µg/m³]
    standard : str
        One of `STANDARDS`.

    Returns
    -------
    ndarray, shape (n,)
        −1 where the standard defines none.

    Examples
    --------
    >>> index_numbers(["pm25"], np.array([0, 0]), np.array([1440, 60]), np.array([9.1, 9.1]), "us-epa-2024").tolist()
    [51, -1]
    """
    found = np.full(len(value), -1, dtype=np.int64)
    places = {key: place for place, key in enumerate(keys)}
    for (key, averaging), scale in scales(standard).items():
        if key in places:
            rows = np.flatnonzero((parameter == places[key]) & (minutes == averaging))
            found[rows] = scale.index(value[rows])[0]
    return found


def _whole(numbers: Integers) -> "pd.arrays.IntegerArray":
    return pd.arrays.IntegerArray(numbers, numbers < 0)


def dominant(rows: pd.DataFrame, by: list[str], standard: str = "us-epa-2024") -> pd.DataFrame:
    """
    Combined index per group: the highest, and the pollutant that set it.

    Parameters
    ----------
    rows : DataFrame
        ``parameter``, ``minutes``, ``value`` [µg/m³] and the columns named in `by`.
    by : list of str
        What one index is for, e.g. ``["station", "start"]``.
    standard : str
        One of `STANDARDS`.

    Returns
    -------
    DataFrame
        `by`, ``parameter`` (dominant), ``minutes`` and the columns of `index_frame`; groups without index are absent.
        Of equal indices the pollutant that comes first in the standard's table is named.
    """
    table = pd.concat([rows[[*by, "parameter", "minutes"]], index_frame(rows, standard)], axis=1)
    order = {key: place for place, key in enumerate(averagings(standard))}
    table = table[table["index"].notna()].assign(order=lambda t: t["parameter"].map(order))
    table = table.sort_values([*by, "index", "order"], ascending=[True] * len(by) + [False, True], kind="stable")
    return table.drop_duplicates(by).drop(columns="order").reset_index(drop=True)
