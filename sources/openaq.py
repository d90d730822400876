"""OpenAQ: measurements of many owners' stations, by API v3. Needs a key."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from itertools import count
from types import MappingProxyType
from typing import Any

import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from data.clock import iso
from sources.base import Answer, BadPayload, Credit, Failure, Quota, SourceError, TooMuch, understood
from sources.network import Network, moments, number, numbers, shape, within

FLAGGED = make("network", "flagged")
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
DEEPEST = 4  # page of a stretch; from an offset of 4,000 on every answer is 408, and repeating it may cost the key
SHORTEST = timedelta(hours=1)  # a stretch that is not answered is halved, down to this


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
    rows["checks"] = checks.single(FLAGGED, flagged, rows.index)
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
    # 60 a minute and 2,000 an hour, with room for a person who uses the key beside it.
    quota = Quota(55, timedelta(minutes=1), (Quota(1900, timedelta(hours=1)),))
    key = "OPENAQ_API_KEY"

    def stations(self, city: City) -> pd.DataFrame:
        """Locations in the box, dead ones too: their history may be asked."""
        return parse_stations(self._answer(city), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Measurements whose period starts in [since, until)."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """Measurements by sensor, and the sensors that did not answer."""
        found = sensors(self._answer(city))
        found["part"] = found["station"] + " " + found["parameter"]
        first = [behind.get(part, since) for part in found["part"]]
        alive = found[[last > start for last, start in zip(found["last"], first, strict=True)]]

        def get(row: Any, start: datetime) -> Answer:
            return self._series(row, city, start, until)

        return self.each([(row.part, row) for row in alive.itertuples()], get, since, behind)

    def _series(self, row: Any, city: City, since: datetime, until: datetime) -> Answer:
        """What a sensor measured, as far as it is answered."""
        results, rest, error = self._measurements(row.sensor, since, until)
        rows = within(parse({"results": results}, city.key, row.station, row.kind), since, until)
        return Answer(rows, () if error is None else (Failure(row.part, error, rest),))

    def _answer(self, city: City) -> dict[str, Any]:
        south, west, north, east = city.box
        box = {"bbox": f"{west:.4f},{south:.4f},{east:.4f},{north:.4f}"}
        return self.held(("locations", *city.box), lambda: {"results": list(self._pages("locations", box))})  # type: ignore[no-any-return]

    def _measurements(
        self, sensor: int, since: datetime, until: datetime
    ) -> tuple[list[dict[str, Any]], datetime, SourceError | None]:
        """
        Results of a sensor, up to when they are whole, and what ended them early.

        A stretch that is too much for the network is halved; none is ever asked for twice.
        """
        found: list[dict[str, Any]] = []
        waiting = [(since, until)]
        while waiting:
            begin, end = waiting.pop()
            try:
                results, reached = self._stretch(sensor, begin, end)
            except TooMuch as error:
                if end - begin <= SHORTEST:
                    return found, begin, error
                middle = begin + (end - begin) / 2
                waiting += [(middle, end), (begin, middle)]
                continue
            except SourceError as error:
                return found, begin, error
            found += results
            if reached < end:
                waiting.append((reached, end))
        return found, until, None

    def _stretch(self, sensor: int, begin: datetime, end: datetime) -> tuple[list[dict[str, Any]], datetime]:
        """Results of a stretch, and up to when they are whole: one too deep to page through ends early."""
        # A time without Z would be read in the station's zone.
        times = {n: iso(t, "seconds") for n, t in (("datetime_from", begin), ("datetime_to", end))}
        pages = [*self._each_page(f"sensors/{sensor}/measurements", times, DEEPEST)]
        results = [one for page in pages for one in page]
        if len(pages[-1]) < PAGE:
            return results, end
        ends = moments(pd.Series([(one.get("period") or {}).get("datetimeTo", {}).get("utc") for one in results]))
        reached = ends.max()
        if not ends.is_monotonic_increasing or not begin < reached < end:
            raise TooMuch("sources.openaq.deep", network=self.name, sensor=str(sensor), who="developer")
        return results, reached.to_pydatetime()

    def _pages(self, path: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        for page in self._each_page(path, query):
            yield from page

    def _each_page(
        self, path: str, query: Mapping[str, str], deepest: int | None = None
    ) -> Iterator[list[dict[str, Any]]]:
        """Results page by page; the last is the one shorter than the limit, for ``found`` may be a text, ">1000"."""
        headers = {"X-API-Key": self.client.secret()}
        for page in count(1):
            payload = self.client.get_json(path, {**query, "limit": PAGE, "page": page}, headers=headers)
            results = _results(payload)
            yield results
            if len(results) < PAGE or page == deepest:
                return
