"""The rule of five days against the days that Tashkent announced, on real temperatures: how far it is off."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from data.city import city
from models.trends.heating import calendar

FILE = Path("data") / "tashkent-nasapower-daily" / "tashkent_climate_1986_2026.csv.gz"


def test_the_rule_is_two_weeks_off_and_late_in_autumn(shared: Path) -> None:
    table = pd.read_csv(shared / FILE)
    daily = pd.Series(table["Temp_Average"].to_numpy(float), index=pd.to_datetime(table["Date"]))
    place = city("tashkent")
    ruled = calendar(replace(place.heating, seasons=()), str(place.zone), daily[daily > -90])
    starts, ends = [], []
    for row in place.heating.seasons:
        span = ruled.span(row.year)
        if row.start and span.opened == "rule":
            starts.append((span.start - row.start).days)
        if row.end and span.closed == "rule":
            ends.append((span.end - row.end).days)
    off = [abs(days) for days in starts + ends]
    assert len(off) >= 13
    assert sum(off) / len(off) == pytest.approx(13.6, abs=2.0)
    assert min(starts) > 0, "the city has never waited for its rule"
