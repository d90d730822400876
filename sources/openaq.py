"""OpenAQ: measurements of many owners' stations, by API v3. Needs a key."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.city import City
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, moments, number, numbers, shape, within

# OpenAQ's names are ours, but for these.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "pm25": "pm25",
        "pm10": "pm10",
        "pm1": "pm1",
        "no2": "no2",
        "no": "no",
        "nox": "nox",
        "so2": "so2",
        "o3": "o3",
        "co": "co",
        "temperature": "temperature",
        "relativehumidity": "relative_humidity",
    }
)
PAGE = 1000


@understood("openaq")
def parse(payload: Any, city: str = "", station: str = "openaq:", kind: str = "indicative") -> pd.DataFrame:
    """
    Measurements of one sensor.

    Parameters
    ----------
    payload : object
        The decoded answer of ``/sensors/{id}/measurements`` or ``/hours``: it does not say whose it is.
    city, station, kind : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`; the interval is the stated period. A value OpenAQ flags is suspect.

    Raises
    ------
    BadPayload
        When the answer is no list of measurements with periods.
    """
    results = _results(payload)
    if any(not isinstance(r.get("period"), dict) or not isinstance(r.get("parameter"), dict) for r in results):
        raise BadPayload("sources.answer.incomplete", network="openaq", parts=["period", "parameter"])
    rows = pd.DataFrame(
        [_row(r) for r in results], columns=["parameter", "start", "end", "raw_value", "raw_unit", "flagged"]
    )
    for name in ("start", "end"):
        rows[name] = moments(rows[name])
    rows["minutes"] = (rows["end"] - rows["start"]).dt.total_seconds() / 60
    rows["raw_value"] = numbers(rows["raw_value"])
    flagged = rows["flagged"].astype(bool)
    rows["flag"] = pd.Series("ok", index=rows.index).mask(flagged, "suspect")
    rows["reason"] = pd.Series("", index=rows.index).mask(flagged, "flagged by OpenAQ")
    return rows.drop(columns=["end", "flagged"]).assign(source="openaq", city=city, station=station, kind=kind)


def _row(result: dict[str, Any]) -> dict[str, Any]:
    period, theirs = result["period"], str(result["parameter"].get("name"))
    return {
        "parameter": PARAMETERS.get(theirs, theirs),
        "start": (period.get("datetimeFrom") or {}).get("utc"),
        "end": (period.get("datetimeTo") or {}).get("utc"),
        "raw_value": result.get("value"),
        "raw_unit": str(result["parameter"].get("units") or ""),
        "flagged": (result.get("flagInfo") or {}).get("hasFlags", False),
    }


def _results(payload: Any) -> list[dict[str, Any]]:
    results = payload.get("results") if isinstance(payload, dict) else None
    if not isinstance(results, list) or not all(isinstance(r, dict) for r in results):
        raise BadPayload("sources.answer.lacks", network="openaq", part="results", found=shape(payload))
    return results


@understood("openaq")
def sensors(payload: Any) -> pd.DataFrame:
    """
    The sensors of an answer of ``/locations`` that the centre can use.

    Parameters
    ----------
    payload : object
        The decoded answer.

    Returns
    -------
    DataFrame
        ``sensor``, ``location``, ``station``, ``parameter``, ``kind``, ``last`` (UTC). A second sensor of one
        quantity in a location, by number, is a station of its own: two instruments are never one series.
        Mobile locations are left out.

    Raises
    ------
    BadPayload
        When the answer is no list of locations.
    """
    found = [
        {
            "sensor": sensor["id"],
            "location": place["id"],
            "parameter": PARAMETERS[sensor["parameter"]["name"]],
            "kind": "reference" if place.get("isMonitor") else "indicative",
            "last": (place.get("datetimeLast") or {}).get("utc"),
        }
        for place in _locations(payload)
        for sensor in place.get("sensors") or ()
        if sensor["parameter"]["name"] in PARAMETERS and not place.get("isMobile")
    ]
    rows = pd.DataFrame(found, columns=["sensor", "location", "parameter", "kind", "last"]).sort_values("sensor")
    rows["last"] = moments(rows["last"])
    double = rows.duplicated(["location", "parameter"])
    main = "openaq:" + rows["location"].astype("str")
    rows["station"] = main.mask(double, main + "." + rows["sensor"].astype("str"))
    return rows


def _locations(payload: Any) -> list[dict[str, Any]]:
    places = _results(payload)
    try:
        for place in places:
            _ = place["id"], [(s["id"], s["parameter"]["name"]) for s in place.get("sensors") or ()]
    except (KeyError, TypeError):
        raise BadPayload("sources.answer.incomplete", network="openaq", parts=["id", "sensors"]) from None
    return places


@understood("openaq")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Stations of an answer of ``/locations``.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`. No licence stated is an empty licence: such rows stay in the centre.
    """
    places = {p["id"]: p for p in _locations(payload)}
    own = sensors(payload).drop_duplicates("station")
    return pd.DataFrame(
        {
            "source": "openaq",
            "station": station,
            "city": city,
            "name": str(places[location].get("name") or location),
            "lat": number((places[location].get("coordinates") or {}).get("latitude")),
            "lon": number((places[location].get("coordinates") or {}).get("longitude")),
            "kind": kind,
            "owner": _owner(places[location]),
            "licence": _licence(places[location]).get("name") or "",
            "same_as": "" if station == f"openaq:{location}" else f"openaq:{location}",
            "coord_quality": "exact" if places[location].get("coordinates") else "",
        }
        for station, location, kind in own[["station", "location", "kind"]].itertuples(index=False)
    )


def _licence(place: dict[str, Any]) -> dict[str, Any]:
    """The licence in force: the one without an end, else the last."""
    stated = [x for x in place.get("licenses") or () if isinstance(x, dict)]
    return next((x for x in stated if not x.get("dateTo")), stated[-1] if stated else {})


def _owner(place: dict[str, Any]) -> str:
    named = (_licence(place).get("attribution") or {}).get("name")
    return str(named or (place.get("owner") or {}).get("name") or (place.get("provider") or {}).get("name") or "")


class OpenAQ(Network):
    """Live stations in the city's box; dead ones, which the network still lists, are not asked."""

    name = "openaq"
    host = "https://api.openaq.org/v3"
    credit = Credit("OpenAQ and the owners named at each station", "https://openaq.org", "per station", True)
    every = timedelta(minutes=15)  # answers are cached for as long
    revises = timedelta(hours=6)
    span = timedelta(days=30)  # longer ranges time out there
    quota = Quota(55, timedelta(minutes=1))  # 60 a minute, 2,000 an hour
    key = "OPENAQ_API_KEY"

    def stations(self, city: City) -> pd.DataFrame:
        """Locations in the box, dead ones too: their history may be asked."""
        return parse_stations(self._answer(city), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Measurements whose period starts in [since, until)."""
        found = sensors(self._answer(city))
        alive = found[found["last"] > since]
        parts = [
            parse({"results": list(self._measurements(row.sensor, since, until))}, city.key, row.station, row.kind)
            for row in alive.itertuples()
        ]
        return within(pd.concat(parts, ignore_index=True), since, until) if parts else pd.DataFrame()

    def _answer(self, city: City) -> dict[str, Any]:
        south, west, north, east = city.box
        box = {"bbox": f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}"}
        return {"results": list(self._pages("locations", box))}

    def _measurements(self, sensor: int, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
        # A time without Z would be read in the station's zone.
        times = {
            n: f"{t.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for n, t in (("datetime_from", since), ("datetime_to", until))
        }
        return self._pages(f"sensors/{sensor}/measurements", times)

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Results of all pages; the last is the one shorter than the limit, for ``found`` may be a text, ">1000"."""
        headers = {"X-API-Key": self.client.secret()}
        page = 1
        while True:
            payload = self.client.get_json(path, {**query, "limit": PAGE, "page": page}, headers=headers)
            results = _results(payload)
            yield from results
            if len(results) < PAGE:
                return
            page += 1
