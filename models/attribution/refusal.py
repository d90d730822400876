"""When the attribution says less or nothing, and why, in words a person can read."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from data.standards.coverage import least
from models.attribution.panel import CALM, Array, Panel

DAY_HOURS = least(24)
"""Valid hours a day needs for a daily share, as for a daily mean."""
HISTORY_HOURS = 72
LOW_LEVEL = 5.0
"""Below this PM2.5 the error of the shares grows by half. [µg/m³]"""
SITE_DAYS, SURE_DAYS = 30, 60
SITE_STATIONS, SURE_STATIONS = 5, 8
CALM_PART = 0.6
SECTORS, SECTORS_SEEN, SECTOR_HOURS = 16, 6, 20

REASONS: Final = {
    "ok": "Enough measurements.",
    "few_hours": "Fewer than 18 valid hours of PM2.5: no daily share.",
    "faulty": "The value looks made by the sensor (stuck or a lone spike): not attributed.",
    "prior": "Less than 72 hours of measurements: the shares are the prior alone.",
    "low": "PM2.5 below 5 µg/m³: shares are rough.",
    "mostly_prior": "Only PM2.5 is measured: the shares are mostly the prior.",
    "no_pm10": "No PM10: dust follows wind and dryness only, its interval is wider.",
    "no_hotspots": "No satellite hot-spots: fire is the prior alone.",
    "no_weather": "No weather: the shares do not follow wind or temperature.",
    "wide_prior": "No stated prior: the published range of Central Asia stands in, intervals are wider.",
    "single_station": "One station: categories only, sources of single sites cannot be told apart.",
    "no_wind": "No wind direction: no site attribution.",
    "little_wind": "Less than 40 % of the hours have a wind: no site attribution.",
    "calm": "More than 60 % of the hours are calm: no site attribution.",
    "few_days": "Fewer than 30 days: single sites are not identifiable.",
    "few_stations": "Fewer than 5 stations: single sites are not identifiable.",
    "few_sectors": "Fewer than 6 of 16 wind sectors have 20 hours: no site attribution.",
    "ill_posed": "The plumes of the sites look too much alike from all stations: none is identifiable.",
    "no_sources": "The inventory lists no sites.",
    "indicative": "30 to 60 days or 5 to 7 stations: the ranking is indicative.",
    "grouped": "Its plume cannot be told from that of its neighbour: they are ranked as one.",
    "not_learned": "The measurements say too little about this site: its place rests on the inventory.",
    "unlisted_near": "A source that is not listed lies in the same direction or nearer: read with care.",
    "undetermined": "Part of the PM2.5 comes from a source that is not listed.",
}


def site_refusal(panel: Panel, sites: int) -> str:
    """Code of why sites cannot be ranked at all, empty when they can."""
    speed, direction = panel.weather["wind_speed"], panel.weather["wind_direction"]
    moving = np.isfinite(direction) & (speed >= CALM)
    told = np.isfinite(speed) & (np.isfinite(direction) | (speed < CALM))  # a calm has no direction
    days = np.isfinite(panel.observed["pm25"]).any(axis=1).sum() / 24
    measuring = int((np.isfinite(panel.observed["pm25"]).mean(axis=0) > 0.3).sum())
    table = (
        ("no_sources", sites == 0),
        ("single_station", len(panel.stations) == 1),
        ("no_wind", not np.isfinite(speed).any() or not np.isfinite(direction).any()),
        ("little_wind", float(told.mean()) < 1 - CALM_PART),
        ("calm", float(moving.mean()) < 1 - CALM_PART),
        ("few_days", days < SITE_DAYS),
        ("few_sectors", _sectors(direction[moving]) < SECTORS_SEEN),
        ("few_stations", measuring < SITE_STATIONS),
    )
    return next((code for code, holds in table if holds), "")


def _sectors(direction: Array) -> int:
    """How many wind sectors have enough hours to tell a source by its direction."""
    sector = np.round(direction / (360 / SECTORS)).astype(int) % SECTORS
    return int((np.bincount(sector, minlength=SECTORS) >= SECTOR_HOURS).sum())


def site_doubt(panel: Panel) -> bool:
    """Whether the ranking is indicative only."""
    days = np.isfinite(panel.observed["pm25"]).any(axis=1).sum() / 24
    return bool(days < SURE_DAYS or len(panel.stations) < SURE_STATIONS)


def notes(panel: Panel, *, stated: bool, hotspots: bool) -> list[str]:
    """Codes that hold for the whole period: what is missing and so falls back on the prior."""
    seen = {name: bool(np.isfinite(values).any()) for name, values in panel.observed.items()}
    table = (
        ("mostly_prior", not (seen["pm10"] or seen["so2"] or seen["no2"] or seen["co"])),
        ("no_pm10", not seen["pm10"]),
        ("no_hotspots", not hotspots),
        (
            "no_weather",
            not np.isfinite(panel.weather["wind_speed"]).any() and not np.isfinite(panel.weather["temperature"]).any(),
        ),
        ("wide_prior", not stated),
        ("single_station", len(panel.stations) == 1),
        ("prior", len(panel.hours) < HISTORY_HOURS),
    )
    return [code for code, holds in table if holds]


def station_days(panel: Panel, day: pd.Index, undetermined: Array) -> pd.DataFrame:
    """Status of every station and local day: station, day, hours, status, reason."""
    pm25 = panel.observed["pm25"]
    names = list(panel.stations["station"])
    table = {
        "hours": pd.DataFrame(np.isfinite(pm25).astype(float), columns=names).groupby(day).sum(),
        "faulty": pd.DataFrame(panel.faulty.astype(float), columns=names).groupby(day).sum(),
        "mean": pd.DataFrame(pm25, columns=names).groupby(day).mean(),
        "unknown": pd.DataFrame(undetermined, columns=names).groupby(day).mean(),
    }
    dates = table["hours"].index
    frame = pd.DataFrame(
        {
            "station": np.repeat(names, len(dates)),
            "day": np.tile(dates.to_numpy(), len(names)),
            **{key: part.to_numpy().T.ravel() for key, part in table.items()},
        }
    )
    prior = len(panel.hours) < HISTORY_HOURS
    status = np.select(
        [
            (frame["hours"] < DAY_HOURS) & (frame["faulty"] > 24 - DAY_HOURS),
            frame["hours"] < DAY_HOURS,
            np.full(len(frame), prior),
            frame["unknown"] > 0.1 * frame["mean"],
            frame["mean"] < LOW_LEVEL,
        ],
        ["faulty", "few_hours", "prior", "undetermined", "low"],
        "ok",
    )
    return frame.assign(status=status, reason=pd.Series(status, index=frame.index).map(REASONS))[
        ["station", "day", "hours", "status", "reason"]
    ]
