"""The city's figure of a day: background stations only, complete days only, means and medians apart."""

import numpy as np
import pandas as pd

from models.averages.city_days import as_series, city_days, monthly

PLACES = pd.DataFrame(
    {"station": ["a:1", "a:2", "a:3"], "name": "", "station_class": ["background", "", "traffic"], "same_as": ""}
)


def day(station: str, value: float, **columns: object) -> dict[str, object]:
    plain = {"source": "a", "parameter": "pm25", "kind": "reference", "minutes": 60, "coverage": 1.0, "median": False}
    return {**plain, "station": station, "value": value, "day": pd.Timestamp("2025-01-01").date(), **columns}


def test_traffic_and_incomplete_days_do_not_count() -> None:
    rows = [day("a:1", 10.0), day("a:2", 90.0, coverage=0.7), day("a:3", 90.0)]
    assert city_days(pd.DataFrame(rows), PLACES)[["value", "stations"]].values.tolist() == [[10.0, 1]]


def test_one_station_by_itself_may_be_of_any_class() -> None:
    assert city_days(pd.DataFrame([day("a:3", 90.0)]), PLACES, every_class=True)["value"].tolist() == [90.0]


def test_medians_never_mix_with_means() -> None:
    rows = [day("a:1", 10.0), day("a:2", 50.0, minutes=1440, median=True, kind="indicative")]
    made = city_days(pd.DataFrame(rows), PLACES).set_index("basis")
    assert made["value"].to_dict() == {"mean": 10.0, "median": 50.0}
    assert made["low_cost"].to_dict() == {"mean": 0, "median": 1}


def test_models_stay_out() -> None:
    rows = [day("a:1", 10.0), day("a:2", 50.0, kind="model")]
    assert city_days(pd.DataFrame(rows), PLACES)["value"].tolist() == [10.0]


def test_a_month_without_days_is_a_gap_not_zero() -> None:
    days = pd.DataFrame({"day": pd.to_datetime(["2025-01-01", "2025-03-01"]), "value": [4.0, 5.0]})
    made = monthly(as_series(days), 0.01)
    assert made["days"].tolist() == [1, 0, 1]
    assert np.isnan(made["value"].iloc[1])
