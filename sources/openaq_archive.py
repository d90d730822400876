"""OpenAQ archive: one file a day and location, about three days late. Keyless."""

import gzip
import io
import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.city import City
from data.clock import local_date
from sources import openaq
from sources.base import Answer, BadPayload, Credit, Failure, Quota, SourceError, understood
from sources.http import Client
from sources.network import Network, moments, shape, within

PARAMETERS: Mapping[str, str] = MappingProxyType(dict(openaq.PARAMETERS))
COLUMNS = ("location_id", "sensors_id", "datetime", "parameter", "units", "value")
HOUR = 60  # [min]


@understood("openaq_archive")
def parse(payload: Any, city: str = "", kind: str = "indicative") -> pd.DataFrame:
    """
    Rows of a day's file.

    Parameters
    ----------
    payload : bytes
        The file, gzip or plain; columns are read by name, quoted or not.
    city, kind : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. The stamp is the END of the period, whose length the file does not state: it is
        the sensor's usual distance between stamps, at most an hour. Quantities the centre does not keep make no row.

    Raises
    ------
    BadPayload
        When it is no file of the archive.
    """
    table = _table(payload)
    table = table[table["parameter"].isin(list(PARAMETERS))]
    end = moments(table["datetime"])
    minutes = _minutes(end, table["sensors_id"])
    return pd.DataFrame(
        {
            "source": "openaq_archive",
            "city": city,
            "station": _stations(table),
            "parameter": table["parameter"].map(PARAMETERS),
            "start": end - pd.to_timedelta(minutes, unit="min"),
            "minutes": minutes,
            "raw_value": pd.to_numeric(table["value"], errors="coerce"),
            "raw_unit": table["units"].fillna("").astype("str"),
            "kind": kind,
        }
    )


@understood("openaq_archive")
def positions(payload: Any) -> dict[str, tuple[float, float]]:
    """
    Where the stations of a day's file stand.

    Returns
    -------
    dict
        Station to (lat, lon).
    """
    table = _table(payload)
    table = table[table["parameter"].isin(list(PARAMETERS))]
    if not {"lat", "lon"} <= set(table):
        return {}
    where = table.assign(station=_stations(table)).drop_duplicates("station").set_index("station")[["lat", "lon"]]
    known = where.apply(pd.to_numeric, errors="coerce").dropna()
    return {str(name): (float(lat), float(lon)) for name, lat, lon in known.itertuples()}


def _table(payload: Any) -> pd.DataFrame:
    if not isinstance(payload, bytes):
        raise BadPayload("sources.file.none", network="openaq_archive", found=shape(payload))
    try:
        text = gzip.decompress(payload) if payload[:2] == b"\x1f\x8b" else payload
        table = pd.read_csv(io.BytesIO(text), dtype="str")
    except (OSError, EOFError, zlib.error, ValueError) as error:  # ValueError: pandas' and Unicode's
        told = {"network": "openaq_archive", "error": type(error).__name__}
        raise BadPayload("sources.file.damaged", who="nobody", **told) from error
    if lacking := [name for name in COLUMNS if name not in table]:
        raise BadPayload("sources.file.columns", network="openaq_archive", columns=lacking)
    return table


def _minutes(end: pd.Series, sensor: pd.Series) -> pd.Series:
    gaps = end.groupby(sensor).transform(lambda t: t.sort_values().diff().dt.total_seconds().median() / 60)
    return gaps.where(gaps > 0).fillna(HOUR).clip(1, HOUR).round()


def _stations(table: pd.DataFrame) -> pd.Series:
    """As the live adapter names them: the location, and for a second sensor of one quantity its number too."""
    number = pd.to_numeric(table["sensors_id"], errors="coerce")
    first = number.groupby([table["location_id"], table["parameter"]]).transform("min")
    main = "openaq:" + table["location_id"].astype("str")
    return main.where((number == first) | number.isna(), main + "." + table["sensors_id"].astype("str"))


class OpenAQArchive(Network):
    """The locations named in the city file; also those that ended."""

    name = "openaq_archive"
    host = "https://openaq-data-archive.s3.amazonaws.com"
    credit = Credit("OpenAQ and the owners named at each station", "https://openaq.org", "per station", True)
    every = timedelta(days=1)
    revises = timedelta(days=7)  # files appear about 72 h late and may be rewritten
    first = timedelta(days=30)
    span = timedelta(days=31)
    quota = Quota(300, timedelta(minutes=1))

    def __init__(self, client: Client | None = None) -> None:
        super().__init__(client)
        self._seen: dict[str, tuple[float, float]] = {}  # station → position, as the files state it

    def stations(self, city: City) -> pd.DataFrame:
        """The locations of the city file, which states what the files do not: kind and licence."""
        places = {f"openaq:{place['id']}": place for place in self._places(city)}
        doubles = {s: places[s.split(".")[0]] for s in self._seen if s.split(".")[0] in places}
        return pd.DataFrame(self._station(name, place, city) for name, place in (places | doubles).items())

    def _station(self, name: str, place: Mapping[str, Any], city: City) -> dict[str, Any]:
        lat, lon = self._seen.get(name, (place.get("lat"), place.get("lon")))
        main = f"openaq:{place['id']}"
        return {
            "source": self.name,
            "station": name,
            "city": city.key,
            "name": str(place.get("name", place["id"])),
            "lat": lat,
            "lon": lon,
            "kind": str(place.get("kind", "indicative")),
            "owner": str(place.get("owner", "")),
            "licence": str(place.get("licence", "")),
            "same_as": "" if name == main else main,
            "coord_quality": "exact" if lat is not None else "",
        }

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Rows whose period starts in [since, until); a day without a file is a day without data."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """Rows by location, and the locations of which a day's file could not be read."""

        def get(place: dict[str, Any], start: datetime) -> Answer:
            return self._location(place, city, start, until)

        return self.each([(f"openaq:{p['id']}", p) for p in self._places(city)], get, since, behind)

    def _location(self, place: dict[str, Any], city: City, since: datetime, until: datetime) -> Answer:
        """Rows of a location day by day: a damaged file loses its day, a network that is away all that follow."""
        first, last = local_date(since, city.zone), local_date(until + timedelta(hours=1), city.zone)
        parts: list[pd.DataFrame] = []
        failed: Failure | None = None
        for day in pd.date_range(first, last, freq="D"):
            try:
                content = self.client.get_bytes(_path(place["id"], day), absent=(403, 404))
                if content is not None:
                    parts.append(parse(content, city.key, str(place.get("kind", "indicative"))))
                    self._seen |= positions(content)
            except SourceError as error:
                # A day's file begins with the hour that ended at its midnight.
                begin = max(day.tz_localize(city.zone).to_pydatetime() - timedelta(hours=1), since)
                failed = Failure(f"openaq:{place['id']}", error, failed.since if failed else begin)
                if not isinstance(error, BadPayload):
                    break
        rows = within(pd.concat(parts, ignore_index=True), since, until) if parts else pd.DataFrame()
        return Answer(rows, (failed,) if failed else ())

    def _places(self, city: City) -> list[dict[str, Any]]:
        listed = city.networks[self.name].get("locations", ())
        return [place if isinstance(place, dict) else {"id": place} for place in listed]


def _path(location: int, day: pd.Timestamp) -> str:
    """
    Where a day's file lies.

    Examples
    --------
    >>> _path(8881, pd.Timestamp("2024-01-05"))
    'records/csv.gz/locationid=8881/year=2024/month=01/location-8881-20240105.csv.gz'
    """
    return f"records/csv.gz/locationid={location}/year={day:%Y}/month={day:%m}/location-{location}-{day:%Y%m%d}.csv.gz"
