"""Tables of a forecast with the contract's columns, made up: for screens that are tested without fitting anything."""

from datetime import datetime

import numpy as np
import pandas as pd

from data.store import Store
from jobs.forecast.export import COLUMNS

LEADS = np.arange(1, 73)


def hours(city: str, issued: pd.Timestamp, *, station: str = "", parameter: str = "pm25") -> pd.DataFrame:
    """72 hours of a daily wave, the centre's model up to 36 h, damped persistence beyond."""
    start = issued + pd.to_timedelta(LEADS - 1, unit="h")
    value = 70 + 25 * np.sin(2 * np.pi * (start.hour.to_numpy() - 12) / 24)
    spread = 8 + 0.4 * LEADS
    table = pd.DataFrame(
        {
            "city": city, "station": station, "parameter": parameter, "issued": issued, "start": start, "lead": LEADS,
            "minutes": 60, "value": value, "lower": np.maximum(value - spread, 0), "upper": value + spread,
            "method": np.where(LEADS <= 36, "model", "damped_persistence"), "model": value,
            "damped_persistence": 0.5 * value + 30, "persistence": 55.0, "climatology": 60.0, "cams_debiased": np.nan,
            "cams": np.nan, "weather": True, "simulated": False, "computed_at": issued,
        }
    )  # fmt: skip
    return table[list(COLUMNS)]


def skill(city: str, computed_at: pd.Timestamp, parameter: str = "pm25") -> pd.DataFrame:
    """Errors that grow with the lead; the model is best up to 36 h."""
    rows = []
    for lead in (1, 6, 12, 24, 48, 72):
        for method, factor in (
            ("model", 0.8 if lead <= 36 else 1.1),
            ("damped_persistence", 1.0),
            ("persistence", 1.5),
        ):
            shown = (method == "model") == (lead <= 36) and method != "persistence"
            rmse = factor * (5 + 0.2 * lead)
            rows.append((city, parameter, lead, method, rmse, 0.7 * rmse, 0.5, 300, 0.91, shown))
    columns = ["city", "parameter", "lead", "method", "rmse", "mae", "bias", "n", "coverage", "shown"]
    first = computed_at - pd.Timedelta(days=60)
    return pd.DataFrame(rows, columns=columns).assign(first=first, last=computed_at, weather=True,
                                                      computed_at=computed_at)  # fmt: skip


def warnings(city: str, issued: pd.Timestamp, zone: str, limit: float, parameter: str = "pm25") -> pd.DataFrame:
    """Today, tomorrow and the day after."""
    today = issued.tz_convert(zone).date()
    return pd.DataFrame(
        {
            "city": city, "parameter": parameter, "day": [str(today + pd.Timedelta(days=n)) for n in range(3)],
            "probability": [0.995, 0.82, 0.4], "limit": limit, "averaging": "24h", "standard": "uz",
            "status": "verified", "value": [80.0, 72.0, 55.0], "lower": [70.0, 51.0, 30.0],
            "upper": [90.0, 98.0, 95.0], "issued": issued,
        }
    )  # fmt: skip


def status(city: str, at: pd.Timestamp, reason: str = "") -> pd.DataFrame:
    """One row."""
    return pd.DataFrame(
        {
            "city": [city], "computed_at": at, "method": "boosted-1", "refused": "Refused." if reason else "",
            "reason": reason, "issued": at, "stations": 9, "first": at - pd.Timedelta(days=400),
        }
    )  # fmt: skip


def keep(store: Store, city: str, zone: str, now: datetime, *, limit: float = 60.0, reason: str = "") -> None:
    """Everything a screen reads of a city's forecast."""
    issued = pd.Timestamp(now).floor("h")
    store.replace("forecast_status", status(city, issued, reason), key=("city",))
    if reason:
        return
    both = pd.concat([hours(city, issued), hours(city, issued, station="demo:one")])
    store.replace("forecasts", both, key=("city",))
    store.replace("forecast_history", hours(city, issued - pd.Timedelta(hours=24)), key=("city",))
    store.replace("forecast_skill", skill(city, issued), key=("city",))
    store.replace("forecast_warnings", warnings(city, issued, zone, limit), key=("city",))
