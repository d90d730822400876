"""NASA FIRMS: hot-spots that satellites see, with their fire radiative power. A free key, or the public day files."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from data.clock import now
from data.inventory import inventory
from sources.base import Answer, BadPayload, Credit, Denied, Quota, understood
from sources.network import Network, number, shape, within

PARAMETERS: Mapping[str, str] = MappingProxyType({"frp": "frp"})
UNIT = "MW"
HOT = ("heating", "industry")  # categories of the register whose sites a satellite may see as fire
NEEDED = ("latitude", "longitude", "acq_date", "acq_time", "satellite", "frp")
# Product of the area service → its public file of a region, which needs no key.
PRODUCTS: Mapping[str, str] = MappingProxyType(
    {
        "VIIRS_NOAA20_NRT": "noaa-20-viirs-c2/csv/J1_VIIRS_C2_{region}_{span}.csv",
        "VIIRS_NOAA21_NRT": "noaa-21-viirs-c2/csv/J2_VIIRS_C2_{region}_{span}.csv",
        "VIIRS_SNPP_NRT": "suomi-npp-viirs-c2/csv/SUOMI_VIIRS_C2_{region}_{span}.csv",
        "MODIS_NRT": "modis-c6.1/csv/MODIS_C6_1_{region}_{span}.csv",
    }
)
REGION = "Russia_Asia"  # the file that holds Central Asia
SPANS = ((timedelta(hours=24), "24h"), (timedelta(hours=48), "48h"), (timedelta(days=7), "7d"))
DAYS = 5  # that the area service gives at once
UNSURE = 30.0  # MODIS states a confidence of 0–100; below this it counts as low (FIRMS: 0–30 low)
MARGIN = 0.6  # the box is widened by this, so that smoke within 50 km of its edge has its fire [°]
NEAR = 1.5  # a hot-spot this close to a registered site is that site's heat [km]
KM = 111.2  # of one degree of latitude
SURE = ("n", "nominal", "h", "high", "")  # words of VIIRS; a file without the column says nothing
LOW = make("network", "low_confidence")
UNREAD = make("network", "validity_unknown")
STATIC = make("static_heat", "type")  # the network's type is not a vegetation fire
SITE = make("static_heat", "site")  # within `NEAR` of a registered site
DOUBTS = ("network", "static_heat")
WORLD = (-90.0, -180.0, 90.0, 180.0)
COLUMNS = ("station", "start", "raw_value", "checks", "lat", "lon")
Sites = Sequence[tuple[float, float]]


@understood("firms")
def parse(payload: Any, city: str = "", box: Sequence[float] = WORLD, sites: Sites = ()) -> pd.DataFrame:
    """
    Hot-spots of a file in a box.

    Parameters
    ----------
    payload : object
        The file: of the area service, or a public one of a region.
    city : str
        Written into every row.
    box : sequence of float
        South, west, north, east. [°]
    sites : sequence of (float, float)
        Latitude and longitude of registered sites with fire of their own. [°]

    Returns
    -------
    DataFrame
        For `data.schema.conform`, at the overpass (``minutes`` 0), of kind ``model``: a power retrieved from space is
        no measurement at a place. Each spot is a station of its own, named by satellite and position. Static heat and
        low confidence are suspect, and ``checks`` say which. A line that cannot be placed has no station and is
        rejected at the door.

    Raises
    ------
    Denied
        When the text says that the key is wrong.
    BadPayload
        When it is no table of hot-spots.
    """
    rows = _spots(payload, box, sites)[["station", "start", "raw_value", "checks"]]
    rows["flag"] = pd.Series("ok", index=rows.index).mask(checks.has(rows["checks"], *DOUBTS), "suspect")
    return rows.assign(source="firms", city=city, kind="model", parameter="frp", raw_unit=UNIT, minutes=0)


@understood("firms")
def parse_stations(payload: Any, city: str = "", box: Sequence[float] = WORLD) -> pd.DataFrame:
    """
    Places of the hot-spots of a file in a box.

    Parameters
    ----------
    payload, city, box
        As for `parse`.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`.
    """
    rows = _spots(payload, box, ()).dropna(subset=["station"]).drop_duplicates("station")
    names = rows["station"].str.replace("firms:", "Hot-spot ", regex=False).str.replace(":", " ", regex=False)
    return rows[["station", "lat", "lon"]].assign(
        source="firms", city=city, kind="model", name=names.str.replace("_", ", ", regex=False), owner="NASA FIRMS",
        licence="open data of NASA", coord_quality="exact",
    )  # fmt: skip


def _spots(payload: Any, box: Sequence[float], sites: Sites) -> pd.DataFrame:
    south, west, north, east = box
    found = []
    for line in _lines(payload):
        lat, lon = number(line["latitude"]), number(line["longitude"])
        placed = -90 <= lat <= 90 and -180 <= lon <= 180
        if placed and not (south <= lat <= north and west <= lon <= east):
            continue
        station = f"firms:{line['satellite']}:{lat:.3f}_{lon:.3f}" if placed and line["satellite"] else None
        doubt = _doubt(line) or (SITE if _beside(lat, lon, sites) else "")
        found.append((station, _moment(line), number(line["frp"]), (doubt,) if doubt else checks.NONE, lat, lon))
    rows = pd.DataFrame(found, columns=list(COLUMNS)).astype({"raw_value": "float64"})
    rows["start"] = pd.to_datetime(rows["start"], utc=True, errors="coerce", format="%Y-%m-%d %H%M")
    return rows


def _lines(payload: Any) -> Iterable[dict[str, str]]:
    """Lines of the file by their header; one with too few or too many fields keeps its place and loses its value."""
    if not isinstance(payload, bytes | str):
        raise BadPayload("sources.file.none", network="firms", found=shape(payload))
    text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else payload
    if "invalid map_key" in text[:400].lower():
        raise Denied("sources.firms.key_refused", network="firms", parameter=Firms.key)
    table = csv.reader(io.StringIO(text.replace("\x00", "")))
    try:
        head = [name.strip() for name in next(table, [])]
        lines = [line for line in table if line]
    except csv.Error as error:
        raise BadPayload("sources.file.no_table", network="firms") from error
    if missing := [name for name in NEEDED if name not in head]:
        raise BadPayload("sources.file.columns", network="firms", columns=missing)
    whole = ({**dict.fromkeys(head, ""), **dict(zip(head, line, strict=False))} for line in lines)
    return ({**w, "frp": w["frp"] if len(n) == len(head) else ""} for w, n in zip(whole, lines, strict=True))


def _moment(line: Mapping[str, str]) -> str:
    """The overpass; the area service does not pad its time with zeros."""
    return f"{line['acq_date'].strip()} {line['acq_time'].strip():0>4}"


def _doubt(line: Mapping[str, str]) -> str:
    if line.get("type", "") not in ("", "0"):
        return STATIC
    word = line.get("confidence", "").strip().lower()
    if word in ("l", "low") or number(word) < UNSURE:
        return LOW
    return "" if word in SURE or number(word) >= UNSURE else UNREAD


def _beside(lat: float, lon: float, sites: Sites) -> bool:
    return any(np.hypot((lat - y) * KM, (lon - x) * KM * np.cos(np.deg2rad(y))) <= NEAR for y, x in sites)


class Firms(Network):
    """
    Hot-spots in and around the city's box: by the area service where there is a key, else from the public files of the
    last week.
    """

    name = "firms"
    host = "https://firms.modaps.eosdis.nasa.gov"
    credit = Credit(
        "NASA FIRMS, part of NASA's Earth Science Data and Information System",
        "https://firms.modaps.eosdis.nasa.gov",
        "open data of NASA",
        True,
    )
    every = timedelta(hours=2)
    revises = timedelta(hours=24)  # overpasses arrive up to three hours late, some far later
    reach: ClassVar[timedelta | None] = timedelta(days=60)
    span = timedelta(days=DAYS)
    quota = Quota(500, timedelta(minutes=10))  # 5,000
    key = "FIRMS_MAP_KEY"

    def missing(self) -> None:
        """Nothing: without a key the public files are read."""

    def stations(self, city: City) -> pd.DataFrame:
        """Places of the hot-spots of the last day, and of what was fetched before with this object."""
        if city.key not in self._read:
            self._each(city, now() - timedelta(days=1), now(), {}, lambda content, _: parse_stations(content, city.key))
        tables = [parse_stations(content, city.key, _around(city)) for content in self._read.get(city.key, {}).values()]
        return pd.concat([t for t in tables if len(t)] or [pd.DataFrame()], ignore_index=True)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Hot-spots seen in [since, until)."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """Hot-spots by product, and the products that could not be read."""
        sites = _sites(city.key)

        def get(content: bytes, start: datetime) -> pd.DataFrame:
            return within(parse(content, city.key, _around(city), sites), start, until)

        return self._each(city, since, until, behind, get)

    def __init__(self, client: Any = None) -> None:
        super().__init__(client)
        self._read: dict[str, dict[str, bytes]] = {}  # city → product → file

    def _each(
        self,
        city: City,
        since: datetime,
        until: datetime,
        behind: Mapping[str, datetime],
        get: Callable[[bytes, datetime], pd.DataFrame],
    ) -> Answer:
        file = self._area if self.client.secret() else self._regional
        named: Sequence[str] = city.networks.get(self.name, {}).get("products", tuple(PRODUCTS))
        self._read[city.key] = {}

        def one(product: str, start: datetime) -> pd.DataFrame:
            content = file(city, start, until, product)
            rows = get(content, start) if content else pd.DataFrame()
            if content:
                self._read[city.key][product] = content
            return rows

        return self.each([(product, product) for product in named], one, since, behind)

    def _area(self, city: City, since: datetime, until: datetime, product: str) -> bytes | None:
        south, west, north, east = _around(city)
        where = f"{west:.3f},{south:.3f},{east:.3f},{north:.3f}"
        days = min((until.astimezone(UTC).date() - since.astimezone(UTC).date()).days + 1, DAYS)
        path = f"api/area/csv/{self.client.secret()}/{product}/{where}/{days}/{since.astimezone(UTC):%Y-%m-%d}"
        return self.client.get_bytes(path, refusal=b"map_key")  # a wrong key is told with status 400

    def _regional(self, city: City, since: datetime, until: datetime, product: str) -> bytes | None:
        if product not in PRODUCTS:
            return None
        span = next((word for length, word in SPANS if now() - since <= length), SPANS[-1][1])
        region = city.networks.get(self.name, {}).get("region", REGION)
        path = f"data/active_fire/{PRODUCTS[product].format(region=region, span=span)}"
        # One file serves every city of the region.
        return self.held(path, lambda: self.client.get_bytes(path, absent=(404,)))  # type: ignore[no-any-return]


def _around(city: City) -> tuple[float, float, float, float]:
    wider = float(city.networks.get("firms", {}).get("margin", MARGIN))
    south, west, north, east = city.box
    return south - wider, west - wider, north + wider, east + wider


def _sites(city: str) -> list[tuple[float, float]]:
    """
    Registered sites that may be hot, with their place; none where the register cannot be read, as its page says.

    A fire on a landfill, a road or dusty ground is a fire, not the heat of a plant; what is planned gives off none.
    """
    try:
        table = inventory.load(city).sites
    except inventory.InventoryError:
        return []
    hot = table[table["category"].isin(HOT) & table["status"].ne("planned")]
    return [(float(y), float(x)) for y, x in hot[["lat", "lon"]].dropna().itertuples(index=False)]
