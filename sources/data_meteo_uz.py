"""Uzhydromet's automatic weather stations (data.meteo.uz): ten-minute means. Needs a token, given on application."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import unquote

import pandas as pd

from data.city import City
from sources.base import Answer, BadPayload, Credit, Denied, Quota, understood
from sources.network import Network, moments, number, part, shape, within

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "Temp.Dry.10min.Average": "temperature",
        "RelHumidity.10min.Average": "relative_humidity",
        "Press.Station.10min.Average": "pressure",
        "Wind.Speed.10min.Average": "wind_speed",
        "Wind.Dir.10min.Average": "wind_direction",
        "Prec.Rain.Gauge2.10min.Sum": "precipitation",
    }
)
# The answer names no units; these are what both known readers of it take them for.
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "°C", "relative_humidity": "%", "pressure": "hPa", "wind_speed": "m/s", "wind_direction": "°",
        "precipitation": "mm",
    }
)  # fmt: skip
LENGTH = 10  # as the names of the variables say [min]
COOKIE = "XSRF-TOKEN"
COLUMNS = ("parameter", "start", "raw_value", "raw_unit")


@understood("data_meteo_uz")
def parse(payload: Any, city: str = "", station: str = "") -> pd.DataFrame:
    """
    The ten minutes of a station.

    Parameters
    ----------
    payload : object
        The decoded answer of ``/map/awd/getStation``.
    city : str
        Written into every row.
    station : str
        Its number; without it the name in the answer stands for it.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. A variable without a value makes no row.

    Raises
    ------
    BadPayload
        When the answer holds no variables of a station.

    Notes
    -----
    ``Meastime`` carries its zone. It is read as the END of the ten minutes, as loggers write a mean when it is made;
    the answer does not say so.
    """
    found = part(payload, "Stations")
    sources = found.get("Sources")
    listed = [v for s in (sources if isinstance(sources, list) else [sources]) for v in _variables(s)]
    if not listed:
        raise BadPayload(
            "sources.answer.lacks", network="data_meteo_uz", part="Stations.Sources.Variables", found=shape(payload)
        )
    rows = pd.DataFrame([_row(v) for v in listed if v.get("VariableName") in PARAMETERS and _given(v)], columns=COLUMNS)
    rows["start"] = moments(rows["start"]) - pd.Timedelta(minutes=LENGTH)
    named = station or str(found.get("StationName") or "")
    told = {"source": "data_meteo_uz", "city": city, "kind": "reference", "minutes": LENGTH}
    return rows.astype({"raw_value": "float64"}).assign(
        station=f"data_meteo_uz:{named}" if named.strip() else None, **told
    )


def _variables(source: Any) -> list[dict[str, Any]]:
    listed = source.get("Variables") if isinstance(source, dict) else None
    return [v for v in listed if isinstance(v, dict)] if isinstance(listed, list) else []


def _given(variable: Mapping[str, Any]) -> bool:
    return part(variable, "Value").get("Value") is not None


def _row(variable: Mapping[str, Any]) -> tuple[str, Any, float, str]:
    parameter, said = PARAMETERS[variable["VariableName"]], part(variable, "Value")
    return parameter, said.get("Meastime"), number(said.get("Value")), UNITS[parameter]


class DataMeteoUz(Network):
    """
    The stations that the city file names, one request each.

    In the city file: ``stations``, each with its ``id`` here and, where known, ``name``, ``lat`` and ``lon``.
    """

    name = "data_meteo_uz"
    host = "https://data.meteo.uz"
    credit = Credit("Uzhydromet, automatic weather stations", "https://data.meteo.uz", "none stated", False)
    every = timedelta(minutes=20)
    revises = timedelta(minutes=30)
    first = timedelta(hours=1)
    reach: ClassVar[timedelta | None] = timedelta(hours=3)
    quota = Quota(30, timedelta(minutes=1))  # none is stated
    key = "DATA_METEO_UZ_TOKEN"

    def missing(self) -> Denied | None:
        """The token: Uzhydromet gives it on application."""
        if self.client.secret():
            return None
        return Denied("sources.data_meteo_uz.no_token", network=self.name, parameter=self.key)

    def stations(self, city: City) -> pd.DataFrame:
        """The stations that the city file names."""
        listed = [
            {
                "station": f"data_meteo_uz:{s['id']}",
                "name": str(s.get("name", "")),
                "lat": s.get("lat"),
                "lon": s.get("lon"),
            }
            for s in self._named(city)
        ]
        said = {"source": self.name, "city": city.key, "kind": "reference", "owner": "Uzhydromet", "licence": ""}
        return pd.DataFrame(listed).assign(**said) if listed else pd.DataFrame()

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """The newest ten minutes of each station, where they begin in [since, until)."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """The newest ten minutes by station, and the stations that did not answer."""
        headers = self._opened()
        named = [str(s["id"]) for s in self._named(city)]
        if not named:
            raise Denied("sources.data_meteo_uz.no_stations", network=self.name, parameter="stations", city=city.key)

        def get(station: str, start: datetime) -> pd.DataFrame:
            return within(self._station(city, station, headers), start, until)

        return self.each([(f"data_meteo_uz:{n}", n) for n in named], get, since, {})

    def _station(self, city: City, station: str, headers: Mapping[str, str]) -> pd.DataFrame:
        path, asked = "map/awd/getStation", {"token": self.client.secret(), "id": station}
        content = self.client.send("POST", path, data=asked, headers=headers)
        answer = self.client.decode(content, path) if content and content.strip() else None
        return parse(answer, city.key, station) if answer else pd.DataFrame()  # a silent station answers nothing

    def _opened(self) -> dict[str, str]:
        """
        Headers of a session that the site lets ask: it sets a cookie and wants it back.

        The present weather of the regions, which sets it, is not kept: neither its zone nor whether it was measured
        is stated.
        """
        answer = self.client.get_json("map/getcurrent")
        if not isinstance(answer, list):
            raise BadPayload("sources.answer.no_list", network=self.name, found=shape(answer))
        token = unquote(self.client.session.cookies.get(COOKIE) or "")
        return {"X-Requested-With": "XMLHttpRequest", "X-XSRF-TOKEN": token}

    def _named(self, city: City) -> list[Mapping[str, Any]]:
        return list(city.networks.get(self.name, {}).get("stations", ()))
