"""A near-limit gas delivered in ppb, in every place where a value meets a limit."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from data.city import city
from data.rules.alarms import rules
from data.schema import conform, conform_stations
from jobs.alarms.evaluate import measured
from jobs.brief.figures import held as held_in_a_period
from jobs.brief.figures import single
from jobs.tables.assess import run
from models.alarms.readings import Inputs, Signals, steps
from models.averages.city_days import station_days
from models.indices.kz_indices import monthly, yearly
from models.limits.in_force import limits, own
from models.situation.period import period
from models.situation.situation import situation
from models.situation.stating import About
from models.trends.level import level

ASTANA = city("astana")
START = datetime(2025, 3, 1, tzinfo=ASTANA.zone)
END = START + timedelta(days=3)
HOURS = 72
# 178 ppb of SO2: 474.1 µg/m³ at 20 °C, 508.8 at 0 °C; the single maximum is 500. 18 ppb: 47.9 and 51.4, a day 50.
SINGLE, DAY = 178.0, 18.0


def put(store, unit, value, parameter="so2", station="kz:1"):
    start = pd.date_range(START, periods=HOURS, freq="h").tz_convert("UTC")
    table = pd.DataFrame({"start": start, "raw_value": np.full(HOURS, value), "raw_unit": unit})
    plain = {"source": "kz", "kind": "reference", "city": "astana", "minutes": 60}
    rows = conform(table.assign(station=station, parameter=parameter, **plain), known_at=END).rows
    store.append(rows)
    store.put_stations(
        conform_stations(
            pd.DataFrame({"source": "kz", "station": [station], "city": "astana", "kind": "reference", "name": "Post"})
        )
    )
    return store


def as_mass(ppb):
    """The same amount as a mass at 20 °C, as a post might print it. [µg/m³]"""
    return ppb * 64.066 / 24.055


# What was delivered → whether it lies above the limit of 0 °C.
DELIVERED = [("ppb", float, True), ("µg/m³", as_mass, False)]


@pytest.mark.parametrize(("unit", "make", "over"), DELIVERED)
def test_the_ledger(store, tmp_path, unit, make, over):
    put(store, unit, make(SINGLE))
    run(store, "astana", START, END, "kz", tmp_path / "kz.csv")
    table = pd.read_csv(tmp_path / "kz.csv")
    line = table[(table["parameter"] == "so2") & (table["averaging"] == "single")].iloc[0]
    assert line["exceeded"] == (HOURS if over else 0)
    assert line["limit"] == 500
    assert line["worst_value"] == pytest.approx(508.8 if over else 474.1, abs=0.1)


@pytest.mark.parametrize(("unit", "make", "over"), DELIVERED)
def test_days_of_the_store_and_everything_made_of_them(store, unit, make, over):
    put(store, unit, make(DAY))
    daily, places = store.daily("astana", ["so2"], START, END, zone=ASTANA.zone), store.stations("astana")
    assert daily["mixing"].tolist() == [over] * 3
    held = own("kz", "so2", averaging="24h")
    made = held_in_a_period(daily, held[:1], places, START.date(), (END - timedelta(days=1)).date())
    assert made["over"] == (3 if over else 0)
    days = station_days(daily, places)
    found = level(days, held)
    assert found.over == (3 if over else 0)
    assert found.value == pytest.approx(47.9, abs=0.1)  # the level itself stays at 20 °C
    about = About("astana", "kz", ASTANA.zone)
    said = period(daily, daily, places, "so2", about, START.date(), (END - timedelta(days=1)).date(), pd.Timestamp(END))
    assert said.level.over == (3 if over else 0)


@pytest.mark.parametrize(("unit", "make", "over"), DELIVERED)
def test_the_brief_and_the_indices(store, unit, make, over):
    put(store, unit, make(SINGLE))
    daily = store.daily("astana", ["so2"], START, END, zone=ASTANA.zone)
    assert single(daily, own("kz", "so2", averaging="single"))["days_over"] == (3 if over else 0)
    rows = store.measurements("astana", ["so2"], START, END)
    si = monthly(rows, START, END, zone=str(ASTANA.zone))["si"].iloc[0]
    assert (si > 1) == over
    assert si == pytest.approx(508.8 / 500 if over else 474.1 / 500, abs=1e-3)
    year = yearly(rows, START, END, zone=str(ASTANA.zone), min_coverage=0.0)["parts"].iloc[0]
    assert year == ("so2=10.18" if over else "so2=9.48")


@pytest.mark.parametrize(("unit", "make", "over"), DELIVERED)
def test_the_statement_carries_the_value_that_was_compared(store, unit, make, over):
    put(store, unit, make(DAY))
    rows = store.measurements("astana", None, START, END)
    found = situation(rows, store.stations("astana"), END, city="astana", law="kz", zone=ASTANA.zone, parameter="so2")
    said = found.day["so2"]
    assert said.value == pytest.approx(47.9, abs=0.1)
    assert said.verdict == ("above" if over else "within")
    assert said.held.limit.temperature == 0.0
    if over:
        assert said.held.compared == pytest.approx(51.4, abs=0.1)
        assert said.held.ratio == pytest.approx(51.4 / 50, abs=1e-3)
    else:
        assert said.held.compared is None


@pytest.mark.parametrize(("unit", "make", "over"), DELIVERED)
def test_the_alarm(store, unit, make, over):
    put(store, unit, make(SINGLE))
    rows = measured(store, ASTANA, START, END)
    empty = pd.DataFrame()
    signals = Signals(Inputs(rows, store.stations("astana"), None, empty, empty, {}))
    rule = next(r for r in rules().rules if r.key == "so2-single-kz")
    made, _ = steps(rule, ASTANA, signals.of(rule))
    assert made["on_for"].notna().all() == over


def test_at_twenty_degrees_the_same_hour_is_within():
    assert {x.temperature for x in limits("eu", "so2", averaging="1h")} == {20.0}
    value = as_mass(SINGLE)
    assert value < 500 < value * 293.15 / 273.15
