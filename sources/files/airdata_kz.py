"""AirData.kz files: one gzipped CSV per pollutant, hourly, as `sources.airdata_kz` reads them live."""

import re

import numpy as np
import pandas as pd

from data.city import city_files
from sources import airdata_kz
from sources.base import BadPayload
from sources.files.profile import ImportFileError, Layout, Options, Profile, used

KEY = "airdata-kz"
LABELS = (*(c for c in airdata_kz.COLUMNS if c != "raw_value"), "parameter", "station_name", "lat", "lon")


def parameter(name: str) -> str:
    """
    Pollutant of a file, which only its name tells.

    Examples
    --------
    >>> parameter("pm25.csv.gz"), parameter("astana_no2_hourly.csv")
    ('pm25', 'no2')
    """
    for word in re.split(r"[^a-z0-9]+", name.lower()):
        if word in airdata_kz.PARAMETERS:
            return airdata_kz.PARAMETERS[word]
    raise ImportFileError("files.format.no_pollutant", file=name)


def parse(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Rows of a piece of the file."""
    try:
        return airdata_kz.parse(table, options.stamps, parameter(options.name), options.city.key, KEY)
    except BadPayload as error:
        raise ImportFileError("files.format.end_stamps", parameter="stamps", file=options.name) from error


def stations(table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of a piece of the file."""
    return airdata_kz.parse_stations(table, options.city.key, KEY)


def home(table: pd.DataFrame) -> str:
    """City whose box holds most of the rows."""
    lat, lon = (_degrees(table[name]) for name in ("lat", "lon"))
    held = {
        key: int((lat.between(city.box[0], city.box[2]) & lon.between(city.box[1], city.box[3])).sum())
        for key, city in city_files().items()
    }
    best = max(held, key=lambda key: held[key])
    return best if held[best] > len(table) / 2 else ""


def _degrees(column: pd.Series) -> pd.Series:
    """Coordinates of rows: the few texts there are of them are read once each."""
    codes, known = pd.factorize(column)
    read = np.append(pd.to_numeric(pd.Series(known), errors="coerce").to_numpy(np.float64), np.nan)
    return pd.Series(read[codes], index=column.index)


PROFILE = Profile(
    key=KEY,
    layouts=(
        Layout(
            name="files.layout.airdata_kz",
            columns=frozenset({*airdata_kz.COLUMNS, "station_name", "lat", "lon"}),
            use=used(("raw_value",), LABELS, left_out={"value_ugm3": "computed", "conversion_note": "computed"}),
            parse=parse,
            stations=stations,
        ),
    ),
    home=home,
)
