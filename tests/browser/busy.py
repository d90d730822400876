"""A night on which everything happens at once: alarms, forecasts and likely sources, for the tests of screens."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.store import Store

TEXTS = {
    "pm25": (
        "PM2.5 24-h mean above 60 µg/m³ at 6 of 10 stations",
        "Среднее PM2.5 за 24 ч выше 60 мкг/м³ на 6 из 10 станций",
        "PM2.5 ning 24 soatlik oʻrtachasi 10 ta stansiyadan 6 tasida 60 µg/m³ dan yuqori",
        "PM2.5 24 сағаттық орташасы 10 станцияның 6-уында 60 мкг/м³-ден жоғары",
    ),
    "h2s": (
        "H2S above the single-maximum limit (indicative)",
        "H2S выше максимально разовой ПДК (ориентировочно)",
        "H2S bir martalik REMdan yuqori (taxminiy)",
        "H2S максималды бір реттік ШЖШ-дан жоғары (шамамен)",
    ),
    "network": ("Network fails", "Сеть не отвечает", "Tarmoq javob bermayapti", "Желі жауап бермейді"),
}
ROWS = (
    ("pm25", "tashkent", "unacknowledged", "critical", ""),
    ("h2s", "astana", "acknowledged", "high", "Aidana Seitkali"),
    ("pm25", "astana", "acknowledged", "medium", ""),
    ("network", "astana", "returned", "low", ""),
    ("h2s", "tashkent", "shelved", "low", ""),
)
SHARES = (("heating", 41.0, 32.0, 52.0), ("regional", 22.0, 9.0, 35.0), ("traffic", 14.0, 6.0, 24.0),
          ("industry", 9.0, 2.0, 19.0), ("dust", 5.0, 0.0, 12.0), ("fire", 1.0, 0.0, 5.0),
          ("undetermined", 8.0, 3.0, 15.0))  # fmt: skip
CITIES = ("tashkent", "astana")


def fill(store: Store, now: datetime) -> None:
    """Write the tables; measurements are there already."""
    moment = pd.Timestamp(now).floor("h")
    store.replace("alarms", alarms(moment), key=("rule", "city"))
    store.replace("attribution", shares(moment), key=("city", "span"))
    store.replace("forecasts", forecasts(moment), key=("city",))
    store.replace("forecast_warnings", warnings(moment), key=("city",))
    status = [{"city": c, "computed_at": moment, "method": "1", "refused": "", "reason": ""} for c in CITIES]
    store.replace("forecast_status", pd.DataFrame(status), key=("city",))


def alarms(moment: pd.Timestamp) -> pd.DataFrame:
    """Five alarms: every priority, every state that a wall shows."""
    made = [
        {"rule": rule, "city": city, "state": state, "since": moment - timedelta(hours=3 * i), "priority": priority,
         "occurrence": f"{rule}:{city}:{i}", "value": 101.0, "unit": "µg/m³", "limit": 60.0, "parameter": rule,
         "averaging": "24h", **dict(zip(("text", "text_ru", "text_uz", "text_kk"), TEXTS[rule], strict=True)),
         "view": "map", "by": by, "until": pd.NaT, "simulated": True}
        for i, (rule, city, state, priority, by) in enumerate(ROWS)
    ]  # fmt: skip
    return pd.DataFrame(made).assign(until=pd.Series([pd.NaT] * len(made), dtype="datetime64[us, UTC]"))


def shares(moment: pd.Timestamp) -> pd.DataFrame:
    """Likely sources of the last 24 hours."""
    return pd.DataFrame(
        [
            {"city": city, "span": "now", "start": moment - timedelta(hours=24), "minutes": 1440, "category": category,
             "contribution": share / 2, "share": share, "lower": lower, "upper": upper, "status": "ok",
             "data_level": "gases", "coverage": 1.0, "computed_at": moment}
            for city in CITIES
            for category, share, lower, upper in SHARES
        ]
    )  # fmt: skip


def forecasts(moment: pd.Timestamp) -> pd.DataFrame:
    """72 hours with a band that widens."""
    lead = np.arange(1, 73)
    value = 60 + 25 * np.sin(lead / 24 * 2 * np.pi)
    one = pd.DataFrame(
        {"station": "", "parameter": "pm25", "issued": moment, "start": moment + pd.to_timedelta(lead - 1, unit="h"),
         "lead": lead, "minutes": 60, "value": value, "lower": value * (0.85 - 0.004 * lead),
         "upper": value * (1.2 + 0.006 * lead), "method": "damped_persistence", "persistence": 60.0,
         "climatology": 55.0, "damped_persistence": value, "cams": np.nan, "cams_debiased": np.nan, "model": np.nan,
         "weather": True, "simulated": True}
    )  # fmt: skip
    return pd.concat([one.assign(city=city) for city in CITIES], ignore_index=True)


def warnings(moment: pd.Timestamp) -> pd.DataFrame:
    """Tomorrow, likely above."""
    tomorrow = pd.Timestamp((moment.tz_convert("Asia/Tashkent") + timedelta(days=1)).date())
    return pd.DataFrame(
        [
            {"city": city, "parameter": "pm25", "day": tomorrow, "probability": 0.73, "limit": limit,
             "averaging": "24h", "standard": law, "status": status, "value": 66.0, "lower": 41.0, "upper": 98.0,
             "issued": moment}
            for city, limit, law, status in (("tashkent", 60.0, "uz", "indicative"), ("astana", 35.0, "kz", "verified"))
        ]
    )  # fmt: skip
