"""METAR: weather of airports from aviationweather.gov. Keyless."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, ClassVar

import pandas as pd

from data.city import City
from data.clock import now
from sources.base import BadPayload, Credit, Quota, understood
from sources.network import Network, moments, number, numbers, shape, within

# Pressure is left out: `altim` is reduced to sea level, ours is that of the place.
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {"temp": "temperature", "wspd": "wind_speed", "wdir": "wind_direction", "wgst": "wind_gust", "visib": "visibility"}
)
UNITS: Mapping[str, str] = MappingProxyType(
    {"temp": "°C", "wspd": "knots", "wdir": "°", "wgst": "knots", "visib": "mi"}
)
# Present weather that speaks of dust, smoke, fog or mist, as its number in WMO code table 4677 (WMO-No. 306, vol. I.1),
# the gravest first: what is at the airport before what is in its vicinity (VC: 8 to 16 km away).
WEATHER: Mapping[str, int] = MappingProxyType(
    {"+DS": 34, "+SS": 34, "DS": 31, "SS": 31, "BLDU": 7, "BLSA": 7, "DRDU": 7, "DRSA": 7, "PO": 8, "SA": 7, "DU": 6,
     "VCDS": 9, "VCSS": 9, "VCBLDU": 7, "VCBLSA": 7, "VCPO": 8, "FU": 4, "FZFG": 49, "FG": 45, "PRFG": 44, "BCFG": 41,
     "VCFG": 40, "MIFG": 12, "BR": 10, "HZ": 5}
)  # fmt: skip
INTENSITY = re.compile(
    r"^(?:\+|-)(?=[A-Z])"
)  # of dust it is told in the group's own number, of all else it says no more
# A correction says so in the report; Canada counts them (CCA, CCB).
CORRECTED = re.compile(r"\bCOR\b|\bCC[A-Z]\b")
REPLACED = "replaced by a correction or a later copy of the report"
# Wind group of the report itself: direction, speed, gust, unit.
WIND = re.compile(r"\b(\d{3}|VRB)(\d{2,3})(?:G(\d{2,3}))?(KT|MPS)\b")


@understood("metar")
def parse(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Observations of an answer.

    Parameters
    ----------
    payload : object
        The decoded array, or one observation; None (HTTP 204) is "nothing reported".
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, at ``obsTime`` (``minutes`` 0). Speed comes from the report where it is in
        m/s, because the answer rounds it to knots. Variable or calm wind has no direction. Of several reports of one
        airport and time the whole of one speaks: a correction before what it corrects, then the one received last,
        then the one listed first, for answers list the newest first. The values of the others carry ``reject``.

    Raises
    ------
    BadPayload
        When the answer holds no observations.
    """
    rows = pd.DataFrame(
        [row | {"reject": why} for report, why in _judged(_reports(payload)) for row in _values(report)],
        columns=["station", "parameter", "start", "raw_value", "raw_unit", "note", "reject"],
    )
    rows["start"] = pd.to_datetime(pd.to_numeric(rows["start"], errors="coerce"), unit="s", utc=True)
    rows["raw_value"] = numbers(rows["raw_value"])
    return rows.assign(source="metar", city=city, kind="reference", minutes=0)


def _reports(payload: Any) -> list[dict[str, Any]]:
    reports = [] if payload is None else payload if isinstance(payload, list) else [payload]
    if not all(isinstance(r, dict) and "icaoId" in r and "obsTime" in r for r in reports):
        raise BadPayload("sources.answer.no_list", network="metar", found=shape(payload))
    return reports


def _judged(reports: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], str]]:
    """Every report with the reason why it does not speak; empty for the one of its airport and time that does."""
    speaks: dict[tuple[str, float], int] = {}
    for place, report in enumerate(reports):
        of = str(report["icaoId"]), number(report["obsTime"])
        if of not in speaks or _standing(report) > _standing(reports[speaks[of]]):
            speaks[of] = place
    kept = set(speaks.values())
    yield from ((report, "" if place in kept else REPLACED) for place, report in enumerate(reports))


def _standing(report: Mapping[str, Any]) -> tuple[bool, pd.Timestamp]:
    """A correction stands above what it corrects, later news above earlier."""
    told = f"{report.get('metarType', '')} {report.get('rawOb', '')}".partition(" RMK")[0]
    received = moments(pd.Series([report.get("receiptTime")], dtype="object")).iloc[0]
    return CORRECTED.search(told) is not None, pd.Timestamp.min.tz_localize("UTC") if pd.isna(received) else received


def _values(report: dict[str, Any]) -> list[dict[str, Any]]:
    found = {name: report[name] for name in PARAMETERS if report.get(name) is not None}
    units = dict(UNITS)
    wind = WIND.search(str(report.get("rawOb", "")))
    if wind and wind[4] == "MPS":
        found |= {"wspd": wind[2]} | ({"wgst": wind[3]} if wind[3] else {})
        units |= {"wspd": "m/s", "wgst": "m/s"}
    if found.get("wdir") == "VRB" or _calm(found.get("wspd")):
        found.pop("wdir", None)
    least = str(found.get("visib", "")).endswith("+")
    if least:
        found["visib"] = str(found["visib"]).rstrip("+")
    return [
        {
            "station": f"metar:{report['icaoId']}",
            "parameter": PARAMETERS[name],
            "start": report["obsTime"],
            "raw_value": value,
            "raw_unit": units[name],
            "note": "at least this far" if least and name == "visib" else "",
        }
        for name, value in found.items()
    ] + _weather(report)


def _weather(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The gravest of the reported weather that the centre has a use for; rain and snow are measured elsewhere."""
    groups = str(report.get("wxString") or "").upper().split()
    said = {*groups, *(INTENSITY.sub("", group) for group in groups)}
    code = next((number for word, number in WEATHER.items() if word in said), None)
    if code is None:
        return []
    row = {"station": f"metar:{report['icaoId']}", "parameter": "present_weather", "start": report["obsTime"]}
    return [{**row, "raw_value": code, "raw_unit": "1", "note": report["wxString"][:40]}]


def _calm(speed: Any) -> bool:
    return number(speed) == 0


@understood("metar")
def parse_stations(payload: Any, city: str = "") -> pd.DataFrame:
    """
    Airports of an answer.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`.
    """
    return pd.DataFrame(
        {
            "source": "metar",
            "station": f"metar:{r['icaoId']}",
            "city": city,
            "name": str(r.get("name") or r["icaoId"]),
            "lat": number(r.get("lat")),
            "lon": number(r.get("lon")),
            "altitude": number(r.get("elev")),
            "kind": "reference",
            "owner": "airport weather office",
            "licence": "US Public Domain",
            "coord_quality": "exact",
        }
        for r in _reports(payload)
    )


class Metar(Network):
    """The airports of the city file; their wind is not that of a street."""

    name = "metar"
    host = "https://aviationweather.gov"
    credit = Credit(
        "Airport weather: NOAA Aviation Weather Center",
        "https://aviationweather.gov/data/api/",
        "US Public Domain",
        True,
    )
    every = timedelta(minutes=30)
    revises = timedelta(hours=2)
    reach: ClassVar[timedelta | None] = timedelta(days=15)
    span = timedelta(days=15)
    quota = Quota(90, timedelta(minutes=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Airports that reported in the last day."""
        return parse_stations(self._answer(city, 24), city.key)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Observations in [since, until); about 15 days are kept."""
        hours = max(int((now() - since).total_seconds() // 3600) + 1, 1)
        return within(parse(self._answer(city, min(hours, 15 * 24)), city.key), since, until)

    def _answer(self, city: City, hours: int) -> Any:
        ids = ",".join(city.networks[self.name].get("stations", ()))
        return self.client.get_json("api/data/metar", {"ids": ids, "format": "json", "hours": hours}) if ids else None
