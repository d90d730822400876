"""IQAir AirVisual: what it shows of the nearest city, for display only. Needs a key."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from sources.base import BadPayload, Credit, Denied, Quota, RateLimited, understood
from sources.network import INDEX, Network, moments, number, pair, part, shape, within

# Wind and pressure are left out: the network does not say where they come from.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "p2": "pm25",
        "p1": "pm10",
        "o3": "o3",
        "n2": "no2",
        "s2": "so2",
        "co": "co",
        "tp": "temperature",
        "hu": "relative_humidity",
    }
)
# In what a concentration of a paid plan is stated; of the gases no recorded answer says it, so the door rejects them.
UNITS: Mapping[str, str] = MappingProxyType({"p2": "µg/m³", "p1": "µg/m³", "tp": "°C", "hu": "%"})
COLUMNS = ("station", "parameter", "start", "minutes", "raw_value", "raw_unit")
REFUSED = ("incorrect_api_key", "api_key_expired", "permission_denied", "payment_required", "forbidden")
NOWHERE = ("city_not_found", "no_nearest_station")


@understood("iqair")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    The present values of a city or, on a paid plan, of a station.

    Parameters
    ----------
    payload : object
        The decoded answer of ``/nearest_city`` or ``/nearest_station``.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. A concentration makes a row of an hour; where the plan gives the index alone, the
        main pollutant's row holds it with the unit `INDEX`, and the door rejects and counts it.

    Raises
    ------
    Denied, RateLimited
        When the answer says so.
    BadPayload
        When the answer holds no values of a place.

    Notes
    -----
    Which end of the hour ``ts`` names is not stated; it is read as the beginning, which may be an hour off.
    """
    data = _data(payload)
    current = data["current"] if data else {}
    station = f"iqair:{_slug(data)}"
    rows = pd.DataFrame(
        [(station, *row) for row in [*_pollution(part(current, "pollution")), *_weather(part(current, "weather"))]],
        columns=list(COLUMNS),
    )
    rows["start"] = moments(rows["start"])
    return rows.astype({"raw_value": "float64"}).assign(source="iqair", city=city, kind="indicative")


def _pollution(said: dict[str, Any]) -> list[tuple[Any, ...]]:
    given = [name for name in PARAMETERS if isinstance(said.get(name), dict)]
    if said and not given:
        main = said.get("mainus")
        ours = PARAMETERS.get(main, "") if isinstance(main, str) else ""
        return [(ours, said.get("ts"), 60, number(said.get("aqius")), INDEX)]
    return [(PARAMETERS[n], said.get("ts"), 60, number(said[n].get("conc")), UNITS.get(n, "not stated")) for n in given]


def _weather(said: dict[str, Any]) -> list[tuple[Any, ...]]:
    shown = [n for n in ("tp", "hu") if said.get(n) is not None]
    return [(PARAMETERS[n], said.get("ts"), 0, number(said[n]), UNITS[n]) for n in shown]


def _data(payload: Any) -> dict[str, Any]:
    """The place of an answer; empty when the network knows none there."""
    status = payload.get("status") if isinstance(payload, dict) else None
    data = payload.get("data") if isinstance(payload, dict) else None
    if status == "success" and isinstance(data, dict) and isinstance(data.get("current"), dict):
        return data
    said = str(data.get("message")).lower().replace(" ", "_") if isinstance(data, dict) else ""
    if status == "fail" and said in REFUSED:
        raise Denied("sources.setup.key_refused_as", network="iqair", parameter=IQAir.key, said=said)
    if status == "fail" and said == "call_limit_reached":
        raise RateLimited("sources.answer.used_up", retry_after=3600.0, network="iqair")
    if status == "fail" and said in NOWHERE:
        return {}
    raise BadPayload("sources.answer.lacks", network="iqair", part="data.current", found=shape(payload))


def _slug(data: Mapping[str, Any]) -> str:
    return "-".join(str(data.get("name") or data.get("city") or "").casefold().split())


@understood("iqair")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    The place of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`; a whole city stands at one point.
    """
    data = _data(payload)
    if not data:
        return pd.DataFrame()
    lon, lat = pair(part(data, "location").get("coordinates"))  # longitude comes first
    return pd.DataFrame(
        {
            "source": "iqair",
            "station": f"iqair:{_slug(data)}",
            "city": city,
            "name": str(data.get("name") or data.get("city") or ""),
            "lat": [lat],
            "lon": lon,
            "kind": "indicative",
            "owner": "IQAir and its contributors",
            "licence": "no redistribution",
            "coord_quality": "exact" if data.get("name") else "generic",
        }
    )


class IQAir(Network):
    """The city nearest to the centre of ours; with ``plan = "paid"`` in the city file the nearest station."""

    name = "iqair"
    host = "https://api.airvisual.com/v2"
    credit = Credit("IQAir AirVisual and its contributors", "https://www.iqair.com", "no redistribution", False)
    every = timedelta(hours=1)
    revises = timedelta(hours=2)
    first = timedelta(hours=3)
    reach: ClassVar[timedelta | None] = timedelta(hours=3)
    quota = Quota(5, timedelta(minutes=1))  # 500 a day, 10,000 a month
    key = "IQAIR_API_KEY"

    def stations(self, city: City) -> pd.DataFrame:
        """The one place."""
        return parse_stations(self._answer(city), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """What is shown now, where its hour begins in [since, until)."""
        return within(parse(self._answer(city, anew=True), city.key), since, until)

    def _answer(self, city: City, anew: bool = False) -> Any:
        path = "nearest_station" if city.networks.get(self.name, {}).get("plan") == "paid" else "nearest_city"
        query = {"lat": city.lat, "lon": city.lon, "key": self.client.secret()}
        return self.held((path, city.key), lambda: self.client.get_json(path, query), anew)
