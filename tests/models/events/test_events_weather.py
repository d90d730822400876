"""What an airport says of dust reaches the detectors."""

import pytest

from data.schema import conform
from sources.metar import parse
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("said", "code"), [("BLDU", 7), ("+DS BLDU", 34), ("FU HZ", 4), ("-RA BR", 10), ("-SN", None), (None, None)]
)
def test_present_weather_is_kept_as_its_wmo_code(said: str | None, code: int | None) -> None:
    report = {"icaoId": "UTTT", "obsTime": 1768026600, "rawOb": "METAR UTTT 100630Z 08004MPS", "visib": 1.2}
    rows = conform(parse([{**report, "wxString": said}], "tashkent"), known_at=NOW)
    assert not len(rows.rejects)
    found = rows.rows[rows.rows["parameter"] == "present_weather"]
    assert found["value"].tolist() == ([] if code is None else [code])
    assert found["note"].tolist() == ([] if code is None else [said])
