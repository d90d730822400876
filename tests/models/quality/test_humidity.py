"""Humidity correction: by hand, in its bounds, and with its refusals said."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.quality.humidity import METHOD, WETTEST, corrected, dry

HOUR = pd.Timestamp("2026-01-08 06:00", tz="UTC")


def row(parameter, value, kind="indicative", station="a", start=HOUR, flag="ok"):
    return {"source": "x", "station": station, "parameter": parameter, "start": start, "minutes": 60, "value": value,
            "kind": kind, "city": "tashkent", "flag": flag}  # fmt: skip


def test_growth_by_hand():
    assert dry(100.0, 50.0, 0.33) == pytest.approx(100 / 1.2)
    assert dry(100.0, 0.0) == 100.0


@pytest.mark.parametrize("humidity", [np.nan, -1.0, 95.01, 100.0])
def test_no_value_where_the_humidity_does_not_serve(humidity):
    assert np.isnan(dry(10.0, humidity))


@given(st.floats(0, 1000), st.floats(0, WETTEST), st.floats(0, WETTEST))
def test_dry_mass_is_never_more_and_falls_with_humidity(value, one, two):
    one, two = sorted((one, two))
    assert 0 <= dry(value, two) <= dry(value, one) <= value


def test_raw_stays_beside_corrected_with_its_interval():
    table = corrected(pd.DataFrame([row("pm25", 50.0)]), pd.DataFrame([row("relative_humidity", 80.0)]))
    (found,) = table.to_dict("records")
    assert found["raw"] == 50.0
    assert found["corrected"] == pytest.approx(dry(50.0, 80.0))
    assert found["corrected_low"] < found["corrected"] < found["corrected_high"] < 50.0
    assert (found["humidity_from"], found["method"], found["refused"]) == ("station", METHOD, "")


def test_the_citys_humidity_stands_in_for_the_stations():
    weather = [
        row("relative_humidity", v, "model", s, HOUR + pd.Timedelta("30min")) for s, v in (("m", 60.0), ("n", 70.0))
    ]
    table = corrected(pd.DataFrame([row("pm25", 50.0)]), pd.DataFrame(weather))
    assert table["relative_humidity"].tolist() == [65.0]
    assert table["humidity_from"].tolist() == ["city"]


@pytest.mark.parametrize(
    ("measured", "humid", "words"),
    [(row("pm25", 5.0, "reference"), row("relative_humidity", 50.0), "not a low-cost sensor"),
     (row("no2", 5.0), row("relative_humidity", 50.0), "not particulate matter"),
     (row("pm25", 5.0), row("temperature", 5.0), "humidity not known"),
     (row("pm25", 5.0), row("relative_humidity", 50.0, flag="invalid"), "humidity not known"),
     (row("pm25", 5.0), row("relative_humidity", 96.0), "humidity above 95 %")],
)  # fmt: skip
def test_a_refusal_says_why_and_gives_no_number(measured, humid, words):
    (found,) = corrected(pd.DataFrame([measured]), pd.DataFrame([humid])).to_dict("records")
    assert found["refused"] == words
    assert found["method"] == ""
    assert np.isnan([found["corrected"], found["corrected_low"], found["corrected_high"]]).all()
    assert found["raw"] == 5.0


def test_no_rows_give_no_rows():
    weather = pd.DataFrame([row("relative_humidity", 50.0)])
    assert corrected(pd.DataFrame([row("pm25", 1.0)]).iloc[:0], weather).empty
