"""Open-Meteo: hourly weather of the forecast model, and of the reanalysis for the past. Keyless."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.city import City
from data.clock import now
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, numbers, shape, within

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "temperature_2m": "temperature",
        "relative_humidity_2m": "relative_humidity",
        "surface_pressure": "pressure",
        "precipitation": "precipitation",
        "wind_speed_10m": "wind_speed",
        "wind_direction_10m": "wind_direction",
        "wind_gusts_10m": "wind_gust",
        "boundary_layer_height": "boundary_layer_height",
        "cloud_cover": "cloud_cover",
    }
)
# These stand for the hour before their stamp; all others hold at the stamp.
PRECEDING_HOUR = ("precipitation", "wind_gusts_10m")
ARCHIVE = "https://archive-api.open-meteo.com"
RECENT = timedelta(days=80)  # the forecast host keeps about three months
ALLOWED = Quota(5000, timedelta(hours=1))


@understood("openmeteo")
def parse(
    payload: Any,
    city: str = "",
    points: Sequence[Sequence[float]] = (),
    parameters: Mapping[str, str] = PARAMETERS,
    source: str = "openmeteo",
) -> pd.DataFrame:
    """
    Hours of an answer for one place (an object) or several (an array).

    Parameters
    ----------
    payload : object
        The decoded answer.
    city, source : str
        Written into every row.
    points : sequence of (lat, lon), optional
        As asked for; they name the stations, because the answer's own position moves with the model.
    parameters : mapping
        Their names to ours.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, kind ``model``; hours without a value make no row.

    Raises
    ------
    BadPayload
        When the answer has not the published shape.

    Examples
    --------
    >>> rows = parse({"latitude": 41.3, "longitude": 69.25, "utc_offset_seconds": 18000,
    ...               "hourly_units": {"time": "iso8601", "temperature_2m": "°C"},
    ...               "hourly": {"time": ["2026-01-01T05:00"], "temperature_2m": [1.5]}}, points=[(41.311, 69.279)])
    >>> rows.station[0], rows.start[0].isoformat(), int(rows.minutes[0]), float(rows.raw_value[0])
    ('openmeteo:41.311_69.279', '2026-01-01T00:00:00+00:00', 0, 1.5)
    """
    places = _places(payload, points, source)
    parts = []
    for place, (lat, lon) in zip(places, points or [_position(p, source) for p in places], strict=True):
        stamps = _stamps(place, source)
        for theirs, ours in parameters.items():
            if theirs in place["hourly"]:
                parts.append(_series(place, theirs, ours, stamps, source).assign(station=_station(source, lat, lon)))
    if not parts:
        raise BadPayload("sources.answer.none_of", network=source, parts=list(parameters))
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(source=source, city=city, kind="model")


def _places(payload: Any, points: Sequence[Sequence[float]], source: str) -> list[dict[str, Any]]:
    places = payload if isinstance(payload, list) else [payload]
    for place in places:
        if not isinstance(place, dict) or not isinstance(place.get("hourly"), dict):
            raise BadPayload("sources.answer.lacks", network=source, part="hourly", found=shape(place))
        if not isinstance(place["hourly"].get("time"), list) or not isinstance(place.get("hourly_units"), dict):
            raise BadPayload("sources.answer.incomplete", network=source, parts=["hourly.time", "hourly_units"])
    if not places or (points and len(points) != len(places)):
        raise BadPayload("sources.answer.places", network=source, answered=len(places), asked=len(points))
    return places


def _position(place: dict[str, Any], source: str) -> tuple[float, float]:
    try:
        return round(float(place["latitude"]), 4), round(float(place["longitude"]), 4)
    except (KeyError, TypeError, ValueError):
        raise BadPayload("sources.answer.incomplete", network=source, parts=["latitude", "longitude"]) from None


def _station(source: str, lat: float, lon: float) -> str:
    return f"{source}:{lat:g}_{lon:g}"


def _stamps(place: dict[str, Any], source: str) -> pd.Series:
    """Times as UTC: epoch seconds, or local text without a zone whose offset stands beside it."""
    texts = place["hourly"]["time"]
    try:
        if place["hourly_units"].get("time") == "unixtime":
            return pd.Series(pd.to_datetime(pd.to_numeric(pd.Series(texts)), unit="s", utc=True))
        offset = timedelta(seconds=float(place.get("utc_offset_seconds", 0)))
        given = pd.Series([t if isinstance(t, str) else None for t in texts], dtype="str")
        return pd.to_datetime(given, format="ISO8601", utc=True) - offset
    except (TypeError, ValueError, OverflowError):
        raise BadPayload("sources.answer.times", network=source, said=str(texts)[:80]) from None


def _series(place: dict[str, Any], theirs: str, ours: str, stamps: pd.Series, source: str) -> pd.DataFrame:
    values = place["hourly"][theirs]
    if not isinstance(values, list) or len(values) != len(stamps):
        raise BadPayload("sources.answer.uneven", network=source, part=theirs)
    minutes = 60 if theirs in PRECEDING_HOUR else 0
    rows = pd.DataFrame(
        {
            "parameter": ours,
            "start": stamps - timedelta(minutes=minutes),
            "minutes": minutes,
            "raw_value": numbers(pd.Series(values, dtype="object")),
            "raw_unit": str(place["hourly_units"].get(theirs, "")),
        }
    )
    return rows[rows["raw_value"].notna()]


def model_stations(city: City, source: str, licence: str) -> pd.DataFrame:
    """
    The points of a city's file as stations of kind ``model``.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`.
    """
    return pd.DataFrame(
        {
            "source": source,
            "station": _station(source, lat, lon),
            "city": city.key,
            "name": f"Open-Meteo {lat:g}, {lon:g}",
            "lat": float(lat),
            "lon": float(lon),
            "kind": "model",
            "owner": "Open-Meteo",
            "licence": licence,
            "coord_quality": "generic",
        }
        for lat, lon in points_of(city, source)
    )


def points_of(city: City, source: str) -> list[tuple[float, float]]:
    """Points a city's file asks for, else its centre."""
    return [(float(a), float(b)) for a, b in city.networks[source].get("points", [(city.lat, city.lon)])]


def cost(places: int, variables: int, days: float) -> float:
    """
    What one call takes of the quota, by the publisher's rule.

    Examples
    --------
    >>> cost(98, 9, 5), cost(1, 10, 28)
    (98.0, 2.0)
    """
    return places * max(1.0, variables / 10, variables / 10 * days / 14)


class OpenMeteo(Network):
    """Weather at the points of the city file, wind in m/s."""

    name = "openmeteo"
    host = "https://api.open-meteo.com"
    credit = Credit("Weather data by Open-Meteo.com", "https://open-meteo.com/", "CC BY 4.0", True)
    every = timedelta(hours=1)
    revises = timedelta(hours=24)
    ahead = timedelta(days=3)
    span = timedelta(days=60)
    quota = ALLOWED

    def stations(self, city: City) -> pd.DataFrame:
        """The asked points."""
        return model_stations(city, self.name, self.credit.licence)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Hours starting in [since, until): the past beyond 80 days comes from the reanalysis archive."""
        old = since < now() - RECENT
        extra = {"wind_speed_unit": "ms"}
        if old:
            return ask(self, city, since, until, "v1/archive", PARAMETERS, extra, ARCHIVE)
        return ask(self, city, since, until, "v1/forecast", PARAMETERS, extra)


def ask(
    network: Network,
    city: City,
    since: datetime,
    until: datetime,
    path: str,
    parameters: Mapping[str, str],
    extra: Mapping[str, str] = MappingProxyType({}),
    base: str = "",
) -> pd.DataFrame:
    """
    One call for all points of a city and whole days, cut to [since, until).

    Raises
    ------
    SourceError
        As the client and `parse` raise them.
    """
    points = points_of(city, network.name)
    last = until + timedelta(hours=1)  # sums of the preceding hour carry the stamp of its end
    payload = network.client.get_json(
        path,
        {
            "latitude": ",".join(f"{lat:g}" for lat, _ in points),
            "longitude": ",".join(f"{lon:g}" for _, lon in points),
            "hourly": ",".join(parameters),
            "start_date": f"{since.astimezone(UTC):%Y-%m-%d}",
            "end_date": f"{last.astimezone(UTC):%Y-%m-%d}",
            "timeformat": "unixtime",
            "timezone": "GMT",
            **extra,
        },
        cost=cost(len(points), len(parameters), (last - since).days + 1),
        base=base,
    )
    return within(parse(payload, city.key, points, parameters, network.name), since, until)
