"""CAMS global forecasts of particles from the Atmosphere Data Store (ADS). Needs a token and the extra `cams`."""

import importlib
import importlib.util
import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import requests
from urllib3.exceptions import HTTPError

from data.city import City
from data.clock import now
from sources.base import BadPayload, Credit, Denied, Quota, RateLimited, SourceError, Unavailable, Unreached, understood
from sources.http import LARGEST, Client, unreached
from sources.network import Network, shape, within

# Name in the file → our key; gases come on model levels only and are read through Open-Meteo.
PARAMETERS: Mapping[str, str] = MappingProxyType({"pm2p5": "pm25", "pm10": "pm10", "pm1": "pm1", "aod550": "aod"})
ASKED = (
    "particulate_matter_2.5um",
    "particulate_matter_10um",
    "particulate_matter_1um",
    "total_aerosol_optical_depth_550nm",
)
UNITS: Mapping[str, str] = MappingProxyType({"pm25": "kg/m3", "pm10": "kg/m3", "pm1": "kg/m3", "aod": "1"})
DATASET = "cams-global-atmospheric-composition-forecasts"
EXTRA = ("cdsapi", "h5py")
RUN = timedelta(hours=12)  # two runs a day
LATE = timedelta(hours=10)  # a run is there about this long after its time
LEADS = 120  # [h]
STEP = 0.4  # of the grid [°]
PATIENCE = 1200.0  # in the store's queue; the same request finds its answer there the next time [s]
LOOK = 15.0  # between two looks at the queue [s]
NETCDF3, HDF5, ZIP = b"CDF", b"\x89HDF", b"PK\x03\x04"
EPOCHS: Mapping[str, int] = MappingProxyType({"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400})

Variables = dict[str, tuple[Any, str]]


@understood("cams_ads")
def parse(payload: Any, city: str = "", point: Sequence[float] | None = None) -> pd.DataFrame:
    """
    Forecasts of the grid cell nearest to a point.

    Parameters
    ----------
    payload : object
        The file as the store gives it: NetCDF, plain or zipped, classic or HDF5.
    city : str
        Written into every row.
    point : sequence of float, optional
        Latitude and longitude; the first cell of the file without it. [°]

    Returns
    -------
    DataFrame
        For `data.schema.conform`, of kind ``model``, at the moment each value holds for (``minutes`` 0).

    Raises
    ------
    Denied
        When the extra that reads HDF5 is not installed.
    BadPayload
        When the file holds no forecasts.
    """
    tables = [_rows(variables, point) for variables in _files(payload)]
    rows = pd.concat(tables, ignore_index=True)
    return rows.assign(source="cams_ads", city=city, kind="model", minutes=0)


def _files(payload: Any) -> Iterator[Variables]:
    if not isinstance(payload, bytes):
        raise BadPayload("sources.file.none", network="cams_ads", found=shape(payload))
    if payload.startswith(ZIP):
        yield from _unpacked(payload)
    elif payload.startswith(HDF5):
        yield _hdf5(payload)
    elif payload.startswith(NETCDF3):
        yield _classic(payload)
    else:
        raise BadPayload("sources.cams_ads.no_netcdf", network="cams_ads")


def _unpacked(payload: bytes) -> Iterator[Variables]:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            members = archive.infolist()
            if sum(m.file_size for m in members) > LARGEST:
                raise BadPayload("sources.file.too_large", network="cams_ads", most=LARGEST >> 20)
            contents = [archive.read(m) for m in members if m.filename.endswith(".nc")]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise _damaged(error) from error
    if not contents:
        raise BadPayload("sources.cams_ads.no_netcdf", network="cams_ads")
    for content in contents:
        yield from _files(content) if not content.startswith(ZIP) else ()


def _classic(payload: bytes) -> Variables:
    from scipy.io import netcdf_file

    try:
        with netcdf_file(io.BytesIO(payload), "r", mmap=False) as file:
            return {
                n: (_unscaled(v.data.copy(), v._attributes), _text(v._attributes.get("units")))
                for n, v in file.variables.items()
            }
    except Exception as error:  # the reader raises whatever it met in a damaged file
        raise _damaged(error) from error


def _hdf5(payload: bytes) -> Variables:
    h5py = _extra("h5py")
    try:
        with h5py.File(io.BytesIO(payload), "r") as file:
            return {
                str(n): (_unscaled(v[()], dict(v.attrs)), _text(v.attrs.get("units")))
                for n, v in file.items()
                if isinstance(v, h5py.Dataset)
            }
    except Exception as error:  # as above
        raise _damaged(error) from error


def _unscaled(values: Any, attributes: Mapping[str, Any]) -> Any:
    """Values of a packed variable as numbers; its mark of "no value" becomes NaN."""
    array = np.asarray(values)
    if array.dtype.kind not in "fiu":
        return array
    numbers = array.astype("float64")
    for name in ("_FillValue", "missing_value"):
        if name in attributes:
            numbers = np.where(array == np.ravel(attributes[name])[0], np.nan, numbers)
    factor, offset = (float(np.ravel(attributes.get(n, d))[0]) for n, d in (("scale_factor", 1.0), ("add_offset", 0.0)))
    return numbers * factor + offset


def _text(given: Any) -> str:
    return given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given or "")


def _rows(variables: Variables, point: Sequence[float] | None) -> pd.DataFrame:
    found = {n: v for n, v in variables.items() if n in PARAMETERS}
    if not found or not {"latitude", "longitude"} <= set(variables):
        raise BadPayload("sources.answer.none_of", network="cams_ads", parts=[*PARAMETERS, "latitude", "longitude"])
    times = _times(variables)
    lat, lon = (np.ravel(variables[n][0]).astype("float64") for n in ("latitude", "longitude"))
    i, j = _nearest(lat, point[0] if point else None), _nearest(lon, point[1] if point else None)
    station = f"cams_ads:{lat[i]:.1f}_{lon[j]:.1f}"
    parts = []
    for name, (values, unit) in found.items():
        cells = np.asarray(values, dtype="float64").reshape(-1, len(lat), len(lon))[:, i, j]
        if len(cells) != len(times):
            raise BadPayload("sources.answer.uneven", network="cams_ads", part=name)
        ours = PARAMETERS[name]
        said = unit if ours != "aod" else UNITS[ours]
        parts.append(pd.DataFrame({"start": times, "parameter": ours, "raw_value": cells, "raw_unit": said}))
    return pd.concat(parts, ignore_index=True).assign(station=station)


def _nearest(axis: Any, wanted: float | None) -> int:
    if not len(axis) or not np.isfinite(axis).all():
        raise BadPayload("sources.cams_ads.no_cells", network="cams_ads")
    return 0 if wanted is None else int(np.abs(axis - wanted).argmin())


def _times(variables: Variables) -> pd.DatetimeIndex:
    """Moments of validity: ``valid_time``, or ``time`` in older files, "unit since moment"."""
    values, unit = variables["valid_time" if "valid_time" in variables else "time"]
    step, _, since = unit.partition(" since ")
    moments = float(EPOCHS[step]) * np.ravel(np.asarray(values, dtype="float64"))
    origin = pd.Timestamp(since.strip())
    origin = origin.tz_localize("UTC") if origin.tzinfo is None else origin.tz_convert("UTC")
    return pd.DatetimeIndex(origin + pd.to_timedelta(moments, unit="s"))


def _damaged(error: Exception) -> BadPayload:
    return BadPayload("sources.file.damaged", who="nobody", network="cams_ads", error=type(error).__name__)


def _extra(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Denied("sources.cams_ads.no_package", network="cams_ads", packages=[name]) from None


class CamsAds(Network):
    """
    The newest run for the cell of the city's centre; of the past, the first hours of each run.

    Notes
    -----
    The store queues requests for minutes to hours. One round waits twenty minutes at most; the next sends the same
    request, whose answer the store keeps.
    """

    name = "cams_ads"
    host = "https://ads.atmosphere.copernicus.eu/api"
    credit = Credit(
        "Generated using Copernicus Atmosphere Monitoring Service information",
        "https://ads.atmosphere.copernicus.eu",
        "Copernicus licence: free use with notice",
        True,
    )
    every = timedelta(hours=6)
    revises = timedelta(hours=12)
    first = timedelta(days=1)
    ahead = timedelta(hours=LEADS)
    reach: ClassVar[timedelta | None] = None
    span = timedelta(days=10)
    quota = Quota(20, timedelta(hours=1))
    key = "ADS_API_KEY"

    def missing(self) -> Denied | None:
        """The key, the licence that is accepted once on the store's page, and the extra."""
        if not self.client.secret():
            return Denied("sources.cams_ads.no_key", network="cams_ads", parameter=self.key)
        absent = [name for name in EXTRA if importlib.util.find_spec(name) is None]
        return Denied("sources.cams_ads.no_package", network="cams_ads", packages=absent) if absent else None

    def stations(self, city: City) -> pd.DataFrame:
        """The grid cell of the city's centre."""
        lat, lon = (round(round(x / STEP) * STEP, 1) for x in (city.lat, city.lon))
        return pd.DataFrame(
            {
                "source": "cams_ads", "station": f"cams_ads:{lat:.1f}_{lon:.1f}", "city": city.key, "kind": "model",
                "name": "CAMS global, 0.4° cell", "lat": [lat], "lon": lon, "owner": "Copernicus / ECMWF",
                "licence": "", "coord_quality": "generic",
            }
        )  # fmt: skip

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Forecasts valid in [since, until)."""
        asked = request(city, since.astimezone(UTC), until.astimezone(UTC), now())
        return within(parse(self._retrieve(asked), city.key, (city.lat, city.lon)), since, until)

    def _retrieve(self, asked: Mapping[str, Any]) -> bytes:
        cdsapi = _extra("cdsapi")
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the client warns of messages it could not read
                return self._waited(cdsapi, asked)
        except SourceError:
            raise
        except requests.HTTPError as error:
            raise self._refused(error) from None
        except requests.exceptions.JSONDecodeError:
            raise BadPayload("sources.cams_ads.not_understood", network="cams_ads", error="JSON") from None
        # `from None`: the words of the cause may hold the token.
        except (requests.RequestException, HTTPError, OSError) as error:
            told = {"network": self.name, "where": self._host(), "error": type(error).__name__}
            if unreached(error):
                raise Unreached("sources.http.unreached", network=self.name, where=self._host()) from None
            raise Unavailable("sources.http.no_connection", **told) from None
        except Exception as error:  # the client raises plain exceptions for what it does not understand
            raise BadPayload(
                "sources.cams_ads.not_understood", network="cams_ads", error=type(error).__name__
            ) from None

    def _waited(self, cdsapi: Any, asked: Mapping[str, Any]) -> bytes:
        def silent(*_: Any, **__: Any) -> None:
            """The client would log addresses and the token."""

        session = Patient(self.client)
        client = cdsapi.Client(
            url=self.client.base, key=self.client.secret(), quiet=True, progress=False, verify=1, retry_max=1,
            sleep_max=1, timeout=self.client.timeout[1], wait_until_complete=False, session=session,
            info_callback=silent, warning_callback=silent, error_callback=silent, debug_callback=silent,
        )  # fmt: skip
        job = client.retrieve(DATASET, dict(asked))
        began = self.client.tick()
        while not job.results_ready:
            if self.client.tick() - began > PATIENCE:
                raise Unavailable("sources.cams_ads.queue", network="cams_ads")
            self.client.sleep(LOOK)
        return self._downloaded(session, job.get_results())

    def _downloaded(self, session: requests.Session, found: Any) -> bytes:
        if int(found.content_length) > LARGEST:
            raise BadPayload("sources.file.too_large", network=self.name, most=LARGEST >> 20)
        answer = session.get(found.location, timeout=self.client.timeout)
        answer.raise_for_status()
        return bytes(answer.content)

    def _refused(self, error: requests.HTTPError) -> SourceError:
        status = error.response.status_code if error.response is not None else 0
        told = {"network": self.name, "where": self._host(), "said": "–"}  # its words may hold the token
        if status == 429:
            return RateLimited("sources.http.too_many", retry_after=600.0, **told)
        if status in (401, 403):
            return Denied("sources.cams_ads.refused", network="cams_ads", parameter=self.key, code=status)
        if status >= 500 or status in (0, 408):
            return Unavailable("sources.http.failed", code=status, **told)
        return BadPayload("sources.http.not_accepted", code=status, **told)

    def _host(self) -> str:
        return urlsplit(self.client.base).hostname or ""


class Patient(requests.Session):
    """
    The session lent to the store's client: an answer that drips or never ends is given up, as with every network.

    Parameters
    ----------
    client : Client
        Whose limits hold.
    """

    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client = client
        self.headers["User-Agent"] = client.session.headers["User-Agent"]

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """As of `requests.Session`, with the body read before it returns."""
        began = self.client.tick()
        answer = super().request(*args, **{**kwargs, "stream": True})
        with answer:
            answer._content = self.client.body(answer, urlsplit(answer.url).hostname or "", began)
        return answer


def request(city: City, since: datetime, until: datetime, moment: datetime) -> dict[str, Any]:
    """
    What is asked of the store for a stretch of time.

    Parameters
    ----------
    city : City
        Its centre decides the cells.
    since, until : datetime
        Moments of validity, [since, until), UTC.
    moment : datetime
        Now: a run is there ten hours after its time.

    Returns
    -------
    dict
        The newest run where the stretch reaches beyond it, else the first twelve hours of each run.

    Examples
    --------
    >>> from data.city import city
    >>> at = datetime(2026, 1, 10, 15, tzinfo=UTC)
    >>> asked = request(city("tashkent"), at - timedelta(hours=12), at + timedelta(hours=120), at)
    >>> asked["date"], asked["time"], len(asked["leadtime_hour"]), asked["area"]
    ('2026-01-10/2026-01-10', ['00:00'], 121, [41.7, 68.9, 40.9, 69.7])
    """
    ready = moment.astimezone(UTC) - LATE
    newest = ready.replace(hour=ready.hour // 12 * 12, minute=0, second=0, microsecond=0)
    live = until > newest
    first = newest if live else since
    last = newest if live else until - timedelta(seconds=1)
    hours = LEADS + 1 if live else 12
    north, west = city.lat + STEP, city.lon - STEP
    return {
        "variable": list(ASKED),
        "date": f"{first:%Y-%m-%d}/{last:%Y-%m-%d}",
        "time": [f"{newest:%H}:00"] if live else ["00:00", "12:00"],
        "leadtime_hour": [str(n) for n in range(hours)],
        "type": ["forecast"],
        "area": [round(x, 1) for x in (north, west, city.lat - STEP, city.lon + STEP)],
        "data_format": "netcdf_zip",
    }
