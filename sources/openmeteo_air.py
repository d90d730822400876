"""Open-Meteo air quality: CAMS global model fields at a point, marked as a model and never a measurement. Keyless."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.city import City
from sources import openmeteo
from sources.base import Credit, understood
from sources.network import Network

# Their indices (european_aqi, us_aqi) are left out: the centre computes its own.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "pm2_5": "pm25",
        "pm10": "pm10",
        "nitrogen_dioxide": "no2",
        "sulphur_dioxide": "so2",
        "ozone": "o3",
        "carbon_monoxide": "co",
        "dust": "dust",
        "aerosol_optical_depth": "aod",
    }
)


@understood("openmeteo_air")
def parse(payload: Any, city: str = "", points: Sequence[Sequence[float]] = ()) -> pd.DataFrame:
    """
    Hours of an answer; as `sources.openmeteo.parse` reads them.

    Parameters
    ----------
    payload : object
        The decoded answer.
    city : str
        Written into every row.
    points : sequence of (lat, lon), optional
        As asked for. The answer's position is that of a finer product, not of the particle cell.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, kind ``model``, values at the stamp (``minutes`` 0).

    Raises
    ------
    BadPayload
        When the answer has not the published shape.
    """
    return openmeteo.parse(payload, city, points, PARAMETERS, OpenMeteoAir.name)


class OpenMeteoAir(Network):
    """The nearest CAMS cell of each point of the city file."""

    name = "openmeteo_air"
    host = "https://air-quality-api.open-meteo.com"
    credit = Credit(
        text="Air quality model: Copernicus Atmosphere Monitoring Service (CAMS), by Open-Meteo.com",
        url="https://open-meteo.com/en/docs/air-quality-api",
        licence="CC BY 4.0",
        may_redistribute=True,
    )
    every = timedelta(hours=3)  # two runs a day, 8 to 10 h behind
    revises = timedelta(hours=36)
    ahead = timedelta(days=3)
    span = timedelta(days=60)
    quota = openmeteo.ALLOWED

    def stations(self, city: City) -> pd.DataFrame:
        """The asked points."""
        return openmeteo.model_stations(city, self.name, self.credit.licence)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Hours starting in [since, until)."""
        return openmeteo.ask(self, city, since, until, "v1/air-quality", PARAMETERS, {"domains": "cams_global"})
