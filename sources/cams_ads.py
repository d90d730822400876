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

import numpy as np
import pandas as pd
import requests
from urllib3.exceptions import HTTPError

from data.city import City
from data.clock import now
from sources.base import BadPayload, Credit, Denied, Quota, RateLimited, SourceError, Unavailable, understood
from sources.http import LARGEST, Client
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
        raise BadPayload(f"cams_ads: no file but {shape(payload)}; the adapter must change")
    if payload.startswith(ZIP):
        yield from _unpacked(payload)
    elif payload.startswith(HDF5):
        yield _hdf5(payload)
    elif payload.startswith(NETCDF3):
        yield _classic(payload)
    else:
        raise BadPayload("cams_ads: the file is no NetCDF; the adapter must change")


def _unpacked(payload: bytes) -> Iterator[Variables]:
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as archive:
            members = archive.infolist()
            if sum(m.file_size for m in members) > LARGEST:
                raise BadPayload("cams_ads: the archive unpacks to more than we take; the adapter must ask for less")
            contents = [archive.read(m) for m in members if m.filename.endswith(".nc")]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
        raise BadPayload(f"cams_ads: the archive is damaged ({type(error).__name__}); it is asked again") from error
    if not contents:
        raise BadPayload("cams_ads: the archive holds no NetCDF; the adapter must change")
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
        raise BadPayload(f"cams_ads: the file is damaged ({type(error).__name__}); it is asked again") from error


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
        raise BadPayload(f"cams_ads: the file is damaged ({type(error).__name__}); it is asked again") from error


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
        raise BadPayload("cams_ads: the file has no variable or no grid we know; the adapter must change")
    times = _times(variables)
    lat, lon = (np.ravel(variables[n][0]).astype("float64") for n in ("latitude", "longitude"))
    i, j = _nearest(lat, point[0] if point else None), _nearest(lon, point[1] if point else None)
    station = f"cams_ads:{lat[i]:.1f}_{lon[j]:.1f}"
    parts = []
    for name, (values, unit) in found.items():
        cells = np.asarray(values, dtype="float64").reshape(-1, len(lat), len(lon))[:, i, j]
        if len(cells) != len(times):
            raise BadPayload(f"cams_ads: {name} has not one value a time; the adapter must change")
        ours = PARAMETERS[name]
        said = unit if ours != "aod" else UNITS[ours]
        parts.append(pd.DataFrame({"start": times, "parameter": ours, "raw_value": cells, "raw_unit": said}))
    return pd.concat(parts, ignore_index=True).assign(station=station)


def _nearest(axis: Any, wanted: float | None) -> int:
    if not len(axis) or not np.isfinite(axis).all():
        raise BadPayload("cams_ads: the grid has no cells; the adapter must change")
    return 0 if wanted is None else int(np.abs(axis - wanted).argmin())


def _times(variables: Variables) -> pd.DatetimeIndex:
    """Moments of validity: ``valid_time``, or ``time`` in older files, "unit since moment"."""
    values, unit = variables["valid_time" if "valid_time" in variables else "time"]
    step, _, since = unit.partition(" since ")
    moments = float(EPOCHS[step]) * np.ravel(np.asarray(values, dtype="float64"))
    origin = pd.Timestamp(since.strip())
    origin = origin.tz_localize("UTC") if origin.tzinfo is None else origin.tz_convert("UTC")
    return pd.DatetimeIndex(origin + pd.to_timedelta(moments, unit="s"))


def _extra(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise Denied(
            f"cams_ads: {name} is not installed; install the extra: pip install 'clean-air-situation-centre[cams]'"
        ) from None


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

    def missing(self) -> str:
        """The key, the licence that is accepted once on the store's page, and the extra."""
        absent = [name for name in EXTRA if importlib.util.find_spec(name) is None]
        told = super().missing()
        if told:
            return f"{told} of the Atmosphere Data Store, and accept the data set's licence there once"
        needed = "pip install 'clean-air-situation-centre[cams]'"
        return f"cams_ads is not configured: {', '.join(absent)} not installed; run {needed}" if absent else ""

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
            raise BadPayload("cams_ads: the store's answer is not JSON; the adapter must change") from None
        # `from None`: the words of the cause may hold the token.
        except (requests.RequestException, HTTPError, OSError) as error:
            raise Unavailable(f"cams_ads: no connection ({type(error).__name__}); it is asked again later") from None
        except Exception as error:  # the client raises plain exceptions for what it does not understand
            raise BadPayload(f"cams_ads: the store was not understood ({type(error).__name__}); see its page") from None

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
                raise Unavailable("cams_ads: still in the store's queue; it is asked again later")
            self.client.sleep(LOOK)
        return self._downloaded(session, job.get_results())

    def _downloaded(self, session: requests.Session, found: Any) -> bytes:
        if int(found.content_length) > LARGEST:
            raise BadPayload(f"cams_ads: more than {LARGEST >> 20} MiB; the adapter must ask for less")
        answer = session.get(found.location, timeout=self.client.timeout)
        answer.raise_for_status()
        return bytes(answer.content)

    def _refused(self, error: requests.HTTPError) -> SourceError:
        status = error.response.status_code if error.response is not None else 0
        if status == 429:
            return RateLimited("cams_ads: 429 too many requests; it is asked again later", 600.0)
        if status in (401, 403):
            return Denied(
                f"cams_ads: {status} refused; set {self.key} to a valid token and accept the data set's licence"
            )
        if status >= 500 or status in (0, 408):
            return Unavailable(f"cams_ads: {status}; it is asked again later")
        return BadPayload(f"cams_ads: {status}: the request was not accepted; the adapter must change")


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
            answer._content = self.client.body(answer, "cams_ads", began)
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
