from datetime import date

import pandas as pd

from models.limits.exceedance_days import exceedance_days
from models.limits.in_force import applicable, limits

PLACES = pd.DataFrame(
    {"station": ["a:1", "a:2", "a:3"], "name": "", "same_as": "", "station_class": ["background", "", "traffic"]}
)


def days(values, *, station="a:1", first="2025-03-01", coverage=1.0, median=False):
    table = pd.DataFrame({"value": values, "day": pd.date_range(first, periods=len(values)).date})
    plain = {"source": "a", "parameter": "pm25", "kind": "reference", "minutes": 60}
    return table.assign(station=station, coverage=coverage, median=median, **plain)


def test_city_days_are_of_the_median_of_background_stations():
    rows = pd.concat([days([30.0, 80.0]), days([50.0, 80.0], station="a:2"), days([500.0, 1.0], station="a:3")])
    (line,) = exceedance_days(rows, limits("kz", "pm25", date(2025, 3, 1)), PLACES).to_dict("records")
    assert (line["days_over"], line["days_over_any"], line["days_checked"], line["days"]) == (2, 2, 2, 365)
    (uz,) = exceedance_days(rows, limits("uz", "pm25", date(2025, 3, 1)), PLACES).to_dict("records")
    assert (uz["days_over"], uz["days_over_any"]) == (1, 2)


def test_medians_and_thin_days_are_not_checked():
    beside = exceedance_days(days([70.0, 20.0], median=True), limits("uz", "pm25"), PLACES).iloc[0]
    assert beside["days_over"] is pd.NA
    assert (beside["days_checked"], beside["indicative_over"], beside["indicative_of"]) == (0, 1, 2)
    thin = exceedance_days(days([70.0], coverage=0.7), limits("uz", "pm25"), PLACES).iloc[0]
    assert (thin["days_checked"], thin["completeness"]) == (0, 0.0)


def test_days_before_the_limit_are_not_held_to_it():
    rows = days([70.0] * 4, first="2024-07-30")
    line = exceedance_days(rows, limits("uz", "pm25"), PLACES).iloc[0]
    assert (line["days_over"], line["days_checked"], line["days"]) == (2, 2, 153)
    assert exceedance_days(days([70.0], first="2023-01-01"), limits("uz", "pm25"), PLACES).empty


def test_only_limits_of_a_day_are_used():
    table = exceedance_days(days([70.0]), applicable("kz", "pm25", date(2025, 3, 1)), PLACES)
    assert set(table["level"]) == {"limit", "aqg", "it-1", "it-2", "it-3", "it-4"}
    assert len(table) == 6
