"""AirNow: hours of the monitors that the US EPA and its partners report. Needs a key."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd

from data.city import City
from data.clock import now
from sources.base import BadPayload, Credit, Denied, Quota, RateLimited, understood
from sources.network import INDEX, Network, number, shape, within

PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "PM2.5": "pm25",
        "PM10": "pm10",
        "OZONE": "o3",
        "O3": "o3",
        "NO2": "no2",
        "NO": "no",
        "SO2": "so2",
        "CO": "co",
    }
)
MISSING = -900.0  # -999 stands for "no value"
# Zone words of current observations [h ahead of UTC]; a word not listed leaves the row without a start.
ZONES: Mapping[str, int] = MappingProxyType(
    {"UTC": 0, "GMT": 0, "UZT": 5, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5,
     "EDT": -4, "AKST": -9, "AKDT": -8, "HST": -10}
)  # fmt: skip
COLUMNS = ("station", "parameter", "start", "raw_value", "raw_unit", "name", "lat", "lon", "owner")


@understood("airnow")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Hours of an answer.

    Parameters
    ----------
    payload : object
        The decoded array of ``/aq/data/`` (raw concentrations, UTC, the BEGINNING of the hour), or of
        ``/aq/observation/current/…`` as renamed in 2026, which gives the NowCast index alone. Names of fields are read
        in either spelling.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`. An index keeps the unit `INDEX`: the door rejects and counts it.

    Raises
    ------
    Denied, RateLimited
        When the answer says so; its status is 200 all the same.
    BadPayload
        When the answer is no array of hours.
    """
    rows = _rows(payload)[["station", "parameter", "start", "raw_value", "raw_unit"]]
    rows["start"] = pd.to_datetime(rows["start"].astype("str"), utc=True, errors="coerce", format="%Y-%m-%dT%H:%M%z")
    return rows.assign(source="airnow", city=city, kind="reference", minutes=60)


def _rows(payload: Any) -> pd.DataFrame:
    found = [_hour(h) if "utc" in h else _observation(h) for h in _hours(payload)]
    return pd.DataFrame(found, columns=list(COLUMNS)).astype({"raw_value": "float64"})


def _hours(payload: Any) -> list[dict[str, Any]]:
    """Hours with the names of their fields in lower case: those of 2026 differ in case alone from the older ones."""
    if isinstance(payload, dict) and "WebServiceError" in payload:
        said = str(payload["WebServiceError"]).lower()
        if "key" in said:
            raise Denied("sources.setup.key_refused", network="airnow", parameter=AirNow.key)
        if "limit" in said or "exceed" in said:
            raise RateLimited("sources.answer.used_up", retry_after=3600.0, network="airnow")
    if not isinstance(payload, list) or not all(isinstance(h, dict) for h in payload):
        raise BadPayload("sources.answer.no_list", network="airnow", found=shape(payload))
    hours = [{str(k).lower(): v for k, v in h.items()} for h in payload]
    if any("utc" not in h and "dateobserved" not in h for h in hours):
        raise BadPayload("sources.answer.incomplete", network="airnow", parts=["UTC", "DateObserved"])
    return hours


def _hour(hour: Mapping[str, Any]) -> tuple[Any, ...]:
    """One hour of ``/aq/data/``; only the raw concentration counts, for the other may be a NowCast."""
    value = number(hour.get("rawconcentration"))
    code = hour.get("fullaqscode") or hour.get("intlaqscode")
    return (
        f"airnow:{code}" if code else None,
        _ours(hour.get("parameter") or hour.get("parametername")),
        f"{hour['utc']}+0000",
        float("nan") if value <= MISSING else value,
        str(hour.get("unit") or ""),
        str(hour.get("sitename") or code or ""),
        number(hour.get("latitude")),
        number(hour.get("longitude")),
        str(hour.get("agencyname") or hour.get("reportingagency") or ""),
    )


def _observation(hour: Mapping[str, Any]) -> tuple[Any, ...]:
    """One current observation: an index, at a local hour."""
    zone = hour.get("localtimezone")
    ahead = ZONES.get(zone) if isinstance(zone, str) else None
    clock = None if ahead is None else f"{hour['dateobserved']}T{hour.get('hourobserved')}{ahead:+03d}00"
    code = hour.get("siteid")
    return (
        f"airnow:{code}" if code else None,
        _ours(hour.get("parametername")),
        clock,
        number(hour.get("nowcastaqi")),
        INDEX,
        str(hour.get("sitename") or code or ""),
        float("nan"),
        float("nan"),
        str(hour.get("reportingagency") or ""),
    )


def _ours(theirs: Any) -> str:
    return PARAMETERS.get(str(theirs).upper(), str(theirs))


@understood("airnow")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Monitors of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`.
    """
    rows = _rows(payload).dropna(subset=["station"]).drop_duplicates("station", keep="last")
    return rows[["station", "name", "lat", "lon", "owner"]].assign(
        source="airnow", city=city, kind="reference", licence="US Public Domain",
        coord_quality=rows["lat"].notna().map({True: "exact", False: ""}),
    )  # fmt: skip


class AirNow(Network):
    """
    Monitors in the city's box. The US embassies' stopped on 4 March 2025, so no city file names this network: their
    history is imported from files (`sources.files.airnow_dos`).
    """

    name = "airnow"
    host = "https://www.airnowapi.org"
    credit = Credit(
        "U.S. EPA AirNow and its partners; preliminary, not fully verified",
        "https://www.airnow.gov",
        "US Public Domain",
        True,
    )
    every = timedelta(hours=1)
    revises = timedelta(hours=48)
    span = timedelta(days=7)
    quota = Quota(400, timedelta(hours=1))  # 500
    key = "AIRNOW_API_KEY"

    def stations(self, city: City) -> pd.DataFrame:
        """Monitors that reported in what was fetched last with this object, else in the last two days."""
        return parse_stations(self.held(city.key, lambda: self._answer(city, now() - self.revises, now())), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Hours that begin in [since, until)."""
        answer = self.held(city.key, lambda: self._answer(city, since, until), anew=True)
        return within(parse(answer, city.key), since, until)

    def _answer(self, city: City, since: datetime, until: datetime) -> Any:
        south, west, north, east = city.box
        query = {
            "BBOX": f"{west},{south},{east},{north}", "startDate": f"{since.astimezone(UTC):%Y-%m-%dT%H}",
            "endDate": f"{until.astimezone(UTC):%Y-%m-%dT%H}", "parameters": "PM25,PM10,OZONE,NO2,SO2,CO",
            "dataType": "C", "format": "application/json", "verbose": 1, "monitorType": 0,
            "includerawconcentrations": 1, "API_KEY": self.client.secret(),
        }  # fmt: skip
        return self.client.get_json("aq/data/", query)
