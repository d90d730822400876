"""AirData.kz: hourly history of Kazhydromet's posts and of OpenAQ's sensors in Kazakhstan, from the open dump."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from data.times import OFFSET
from sources.base import Answer, BadPayload, Credit, Denied, Quota
from sources.network import Network, within

# File stem → our key.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "pm25": "pm25", "pm10": "pm10", "tsp": "tsp", "co": "co", "no": "no", "no2": "no2",
        "so2": "so2", "o3": "o3", "h2s": "h2s",
    }
)  # fmt: skip
COLUMNS = ("datetime_utc", "station_id", "source", "raw_value", "raw_unit")
HOUR = timedelta(hours=1)
LATE = timedelta(hours=6)
# The publisher documents that Kazhydromet rows before 29 October 2023 are stamped 6 h late in files of before
# 9 October 2026. Of that day's hours those up to 10:00 UTC still have the daily cycle of late stamps (like no day
# after), those from 11:00 that of right ones (like no day before): docs/imports.md.
LATE_UNTIL = datetime(2023, 10, 29, 11, tzinfo=UTC)
LATE_NOTE = "stamped 6 h late by the publisher until 2023-10-29; moved back 6 h"
# Not documented, but seen: the embassy's rows follow the late stamps of the posts from mid-July 2023 until then.
DOUBT_FROM = datetime(2023, 7, 16, tzinfo=UTC)
DOUBT = make("clock", 6)  # the daily cycle says so many hours late, the publisher does not; not moved
EMBASSY = ("oaq_20512", "oaq_7094")  # OpenAQ's sensor and location id of one reference monitor

# Snapshots we have read and checked: their rule for stamps and the SHA-256 of each file.
SNAPSHOTS: Mapping[str, tuple[str, Mapping[str, str]]] = MappingProxyType(
    {
        "0fe9a615baf614346e282796f685ce72b852187f": (
            "end",
            {
                "co": "ebb1a74c79afe63271aac5df445edd14b9097c591c46fc16474930d7823050bd",
                "h2s": "309d1c1f83b38b786a724c1bbe9984ec3cf6c5447c313b79bd1b8c999e692b3a",
                "no": "7189ff854757c65b36490cc97749946769af9b62947e28f75ad9e72c682531cb",
                "no2": "e0abde7a547341c10ea6b5eea03fab44529c125ef2da46a2c3d1180cd9b333f9",
                "o3": "cb57da43a9a5f1aef1da8d21e67e76bd7236275ea18035ff3f00463184d91e27",
                "pm10": "c259d888823cb15ca9a374085308e82b2ce1f02e97756abe750380eb9f234618",
                "pm25": "168181de5fd0858a67fad0841c3fc3901b10785ddc800fa455b60e3e124588bb",
                "so2": "03cca281836169a86dd2d8e1c4e77223f490b3df7b5f1326f3dc1e43344fe905",
                "tsp": "f3cb361accbc578962430f17a396d98d58d29a8cc42b9779d150f5f8ebf4b17e",
            },
        ),
    }
)


def parse(
    table: pd.DataFrame, stamps: str = "end", parameter: str = "", city: str = "", source: str = "airdata_kz"
) -> pd.DataFrame:
    """
    Rows of an hourly file of the dump as the schema wants them.

    Parameters
    ----------
    table : DataFrame
        As read from the file, every column text; `COLUMNS` are needed.
    stamps : str
        ``end``: files of before 9 October 2026, whose stamps carry odd offsets and end the hour.
        ``start``: later files, whose stamps start the hour in UTC.
    parameter : str
        Our key, where the table has no column of that name.
    city, source : str
        Written into every row.

    Returns
    -------
    DataFrame
        Columns for `data.schema.conform`; values as delivered with their unit. A stamp that cannot be read
        has no ``start`` and is rejected at the door.

    Raises
    ------
    BadPayload
        When a column is missing or the stamps contradict the rule.

    Notes
    -----
    A stamp that is not on the full hour keeps its minutes: the interval is the 60 minutes before it.

    Examples
    --------
    >>> old = pd.DataFrame({"datetime_utc": ["2023-01-01 04:00:00-08:00"], "station_id": ["kgmt_4"],
    ...                     "source": ["kgmt"], "raw_value": ["0.03"], "raw_unit": ["mg/m3"]})
    >>> parse(old, parameter="pm25", city="astana").start[0].isoformat()
    '2023-01-01T05:00:00+00:00'
    """
    if not isinstance(table, pd.DataFrame) or (lacking := [c for c in COLUMNS if c not in table]):
        columns = lacking if isinstance(table, pd.DataFrame) else COLUMNS
        raise BadPayload("sources.file.columns", network="airdata_kz", columns=columns)
    texts = table["datetime_utc"].astype("str")
    _agree(texts, stamps)
    stamp = pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601")
    naive = ~texts.str.contains(OFFSET, na=False)
    posts = table["station_id"].astype("str").str.startswith("kgmt_")
    late = posts & (stamp < LATE_UNTIL) if stamps == "end" else pd.Series(False, index=table.index)
    embassy = table["station_id"].isin(list(EMBASSY))
    doubt = embassy & (stamp >= DOUBT_FROM) & (stamp < LATE_UNTIL) if stamps == "end" else late
    start = stamp - HOUR if stamps == "end" else stamp
    rows = pd.DataFrame({"start": start.mask(late, start - LATE).mask(naive)}, index=table.index)
    rows["source"], rows["city"], rows["minutes"] = source, city, 60
    rows["station"] = ("airdata-kz:" + table["station_id"].astype("str")).where(table["station_id"].notna())
    rows["parameter"] = table.get("parameter", parameter)
    rows["raw_value"] = pd.to_numeric(table["raw_value"], errors="coerce")
    rows["raw_unit"] = table["raw_unit"].fillna("").astype("str")
    rows["kind"] = _kinds(table["station_id"])
    rows["flag"] = pd.Series("ok", index=table.index).mask(doubt, "suspect")
    rows["note"] = pd.Series("", index=table.index).mask(late, LATE_NOTE)
    rows["checks"] = checks.single(DOUBT, doubt, table.index)
    return rows


def _agree(texts: pd.Series, stamps: str) -> None:
    """Refuse a file whose offsets belong to the other rule: an hour off would pass unseen."""
    if stamps not in ("end", "start"):
        raise Denied("sources.airdata_kz.stamps", network="airdata_kz", parameter="stamps", stamps=stamps)
    odd = bool(texts.str.contains(r"-0[78]:?00$", na=False).any())
    if odd and stamps == "start":
        raise BadPayload("sources.airdata_kz.end_stamps", network="airdata_kz", who="operator", parameter="stamps")


def _kinds(stations: pd.Series) -> pd.Series:
    ids = stations.astype("str")
    reference = ids.str.startswith("kgmt_") | ids.isin(EMBASSY)
    return pd.Series("indicative", index=stations.index).mask(reference, "reference")


def parse_stations(table: pd.DataFrame, city: str = "", source: str = "airdata_kz") -> pd.DataFrame:
    """
    Stations named in an hourly file.

    Parameters
    ----------
    table : DataFrame
        As for `parse`, with ``station_name``, ``lat`` and ``lon``.
    city, source : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`. All sensors from OpenAQ carry one generic position, and say so.
    """
    rows = table.dropna(subset=["station_id"]).drop_duplicates("station_id", keep="last")
    ids = rows["station_id"].astype("str")
    posts = ids.str.startswith("kgmt_")
    return pd.DataFrame(
        {
            "source": source,
            "station": "airdata-kz:" + ids,
            "city": city,
            "name": rows["station_name"].fillna("").astype("str"),
            "lat": pd.to_numeric(rows["lat"], errors="coerce"),
            "lon": pd.to_numeric(rows["lon"], errors="coerce"),
            "kind": _kinds(rows["station_id"]),
            "owner": pd.Series("OpenAQ contributor", index=rows.index).mask(posts, "Kazhydromet"),
            "licence": "CC BY-NC 4.0",
            "same_as": pd.Series("", index=rows.index).mask(ids.isin(EMBASSY), "openaq:7094"),
            "coord_quality": pd.Series("generic", index=rows.index).mask(posts, "exact"),
        }
    ).reset_index(drop=True)


def read(content: bytes) -> pd.DataFrame:
    """
    An hourly file of the dump, unpacked, every column text.

    Raises
    ------
    BadPayload
        When it is cut off, not gzip or not CSV.
    """
    try:
        text = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        return pd.read_csv(io.BytesIO(text), dtype="str")
    except (OSError, EOFError, zlib.error, ValueError) as error:  # ValueError: pandas' and Unicode's
        told = {"network": "airdata_kz", "error": type(error).__name__}
        raise BadPayload("sources.file.damaged", who="nobody", **told) from error


class AirDataKz(Network):
    """
    The live dump; the city file says which ``commit`` of it and, for one not in `SNAPSHOTS`, which rule (``stamps``).

    Notes
    -----
    ``commit = "HEAD"`` follows the publisher under the rule of the newest files and refuses files that
    contradict it. A commit of `SNAPSHOTS`, or one with its own ``sha256`` table, is checked byte by byte.
    """

    name = "airdata_kz"
    host = "https://raw.githubusercontent.com/qazybekb/AirDatakz-OpenData"
    credit = Credit(
        text="AirData.kz. Open Air Quality Dataset for Kazakhstan. Global Shapers Almaty Hub; Kazhydromet, OpenAQ",
        url="https://github.com/qazybekb/AirDatakz-OpenData",
        licence="CC BY-NC 4.0",
        may_redistribute=True,
    )
    every = timedelta(days=1)
    revises = timedelta(days=30)
    first = timedelta(days=180)
    span = timedelta(days=4000)  # every reading is of whole files
    quota = Quota(60, timedelta(hours=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Stations of the particle and CO files, which name every post."""
        tables = [self._table(city, stem) for stem in ("pm25", "co")]
        found = [parse_stations(t, city.key) for t in tables if t is not None]
        return pd.concat(found, ignore_index=True).drop_duplicates("station") if found else pd.DataFrame()

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Rows of every parameter's file whose hour starts in [since, until)."""
        return self.ask(city, since, until, {}).rows

    def ask(self, city: City, since: datetime, until: datetime, behind: Mapping[str, datetime]) -> Answer:
        """Rows by file, and the files that could not be read."""
        options = city.networks[self.name]
        pinned, _ = SNAPSHOTS.get(str(options.get("commit", "HEAD")), ("", {}))
        stamps = pinned or str(options.get("stamps", "start"))

        def get(stem: str, start: datetime) -> pd.DataFrame:
            table = self._table(city, stem, anew=True)
            if table is None:
                return pd.DataFrame()
            return within(parse(table, stamps, PARAMETERS[stem], city.key), start, until)

        return self.each([(f"{stem}.csv.gz", stem) for stem in PARAMETERS], get, since, behind)

    def _table(self, city: City, stem: str, anew: bool = False) -> pd.DataFrame | None:
        options = city.networks[self.name]
        commit = str(options.get("commit", "HEAD"))
        path = f"{commit}/{options.get('folder', city.key)}/{stem}.csv.gz"
        content = self.held(path, lambda: self.client.get_bytes(path, absent=(404,)), anew)
        if content is None:
            return None
        expected = SNAPSHOTS.get(commit, ("", {}))[1].get(stem) or dict(options.get("sha256", {})).get(stem)
        if expected and hashlib.sha256(content).hexdigest() != expected:
            raise BadPayload(
                "sources.airdata_kz.other_file",
                network="airdata_kz",
                who="operator",
                file=f"{stem}.csv.gz",
                commit=commit,
            )
        return read(content)
