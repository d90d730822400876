"""The small tables of the attribution: categories, spreads and sensor errors, each with its source."""

from __future__ import annotations

from typing import Final, NamedTuple

from data.attribution.categories import CATEGORIES, UNDETERMINED

__all__ = ["CATEGORIES", "ERRORS", "GASES", "LEVELS", "POLLUTANTS", "SHARED", "SPREAD", "UNDETERMINED", "Spread"]

POLLUTANTS: Final = ("pm25", "pm10", "so2", "no2", "co")
GASES: Final = ("so2", "no2", "co")


class Spread(NamedTuple):
    """How far an hour may stray from its expectation (log-standard deviation), and whether dispersion drives it."""

    hour: float
    local: bool


# A steady source strays least, an episodic one most. The score hardly moves when all are multiplied by 0.7 or 1.4
# (docs/method-attribution.md, "What was tried").
SPREAD: Final = {
    "heating": Spread(0.6, True),
    "traffic": Spread(0.5, True),
    "industry": Spread(0.8, True),
    "dust": Spread(0.9, True),
    "regional": Spread(0.4, False),
    "fire": Spread(0.8, True),
}
SHARED: Final = 0.3
"""Log-standard deviation of the dispersion of an hour, common to all local sources."""


class Error(NamedTuple):
    """Error of one hourly value: relative part at a reference and at an indicative station, and a floor [µg/m³]."""

    reference: float
    indicative: float
    floor: float


# Relative parts: data quality objectives of Directive (EU) 2024/2881, annex V, for fixed and indicative measurements
# (PM 25 and 50 %, gases 15 and 25 %), about halved for PM at reference stations because the objective is an expanded
# uncertainty, and about doubled for gases because a point sees single plumes.
ERRORS: Final = {
    "pm25": Error(0.10, 0.25, 1.0),
    "pm10": Error(0.12, 0.50, 3.0),
    "so2": Error(0.30, 0.60, 3.0),
    "no2": Error(0.25, 0.50, 4.0),
    "co": Error(0.25, 0.50, 40.0),
}

LEVELS: Final = ("gases", "pm10", "pm25")
"""What is measured besides PM2.5, best first; each level has its own interval table."""
