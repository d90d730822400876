"""The one door: units, times, flags, rejects with their reasons, and that passing it twice changes nothing."""

from datetime import UTC, datetime

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.parameters import PARAMETERS, UnitError, conversion, spell_unit
from data.schema import COLUMNS, KEY, SchemaError, conform, conform_stations, empty

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLAIN = {"source": "x", "station": "x:1", "minutes": 60, "kind": "reference", "city": "tashkent"}


def door(**columns: object) -> pd.DataFrame:
    base = {"parameter": "pm25", "start": "2026-01-01T00:00:00Z", "value": 1.0, **PLAIN, **columns}
    return pd.DataFrame([base])


@pytest.mark.parametrize(
    ("parameter", "unit", "raw", "value"),
    [
        ("pm25", "mg/m3", 0.035, 35.0),
        ("pm25", "μg/m³", 7.0, 7.0),
        ("pm25", "µg/m³", 7.0, 7.0),
        ("o3", "ppb", 10.0, 19.95),
        ("no2", "ppm", 0.01, 19.13),
        ("so2", "ppb", 1.0, 2.663),
        ("co", "ppm", 1.0, 1164.4),
        ("temperature", "°F", 212.0, 100.0),
        ("temperature", "K", 273.15, 0.0),
        ("wind_speed", "kn", 10.0, 5.144),
        ("wind_speed", "km/h", 36.0, 10.0),
        ("pressure", "Pa", 96_000.0, 960.0),
        ("visibility", "mi", 1.0, 1609.3),
    ],
)
def test_delivered_units_become_ours_and_stay_beside(parameter: str, unit: str, raw: float, value: float) -> None:
    row = conform(door(parameter=parameter, raw_value=raw, raw_unit=unit).drop(columns="value"), NOW).rows.iloc[0]
    assert row["value"] == pytest.approx(value, rel=2e-3)
    assert (row["raw_value"], row["raw_unit"]) == (raw, unit)


def test_a_unit_that_does_not_fit_is_a_reject_with_its_reason() -> None:
    done = conform(door(raw_value=3.0, raw_unit="°C").drop(columns="value"), NOW)
    assert done.rows.empty
    assert done.rejects.reason.tolist() == ["unit does not fit the parameter"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"parameter": "pixie dust"}, "unknown parameter"),
        ({"value": None}, "no value"),
        ({"value": float("inf")}, "value is not finite"),
        ({"minutes": -5}, "averaging minutes outside 1 to 527,040"),
        ({"start": "gibberish"}, "no start time"),
        ({"start": "3000-01-01T00:00:00Z"}, "time out of range"),
        ({"station": ""}, "no station"),
        ({"kind": "rumour"}, "unknown kind"),
        ({"flag": "maybe"}, "unknown flag"),
    ],
)
def test_what_cannot_be_understood_is_kept_with_its_reason(change: dict[str, object], reason: str) -> None:
    done = conform(door(**change), NOW)
    assert done.rows.empty
    assert done.rejects.reason.tolist() == [reason]
    assert done.rejects.excerpt.iloc[0]


def test_a_naive_time_is_refused_as_a_whole() -> None:
    with pytest.raises(SchemaError, match="zone"):
        conform(door(start="2026-01-01T00:00:00"), NOW)
    with pytest.raises(SchemaError, match="zone"):
        conform(door(start=pd.Timestamp("2026-01-01")), NOW)


def test_offsets_are_honoured() -> None:
    row = conform(door(start="2026-01-01T05:00:00+05:00"), NOW).rows.iloc[0]
    assert row["start"] == pd.Timestamp("2026-01-01T00:00Z")


def test_a_missing_column_names_who_must_act() -> None:
    with pytest.raises(SchemaError, match=r"kind.*adapter"):
        conform(door().drop(columns="kind"), NOW)


def test_the_storm_of_2021_passes() -> None:
    assert conform(door(parameter="pm10", value=18_000.0), NOW).rows["value"].tolist() == [18_000.0]


def test_one_row_per_key_the_last_delivered_wins() -> None:
    rows = conform(pd.concat([door(value=1.0), door(value=2.0)]), NOW).rows
    assert rows["value"].tolist() == [2.0]


rows_of = st.fixed_dictionaries(
    {
        "parameter": st.sampled_from([*list(PARAMETERS)[:4], "nonsense"]),
        "value": st.one_of(st.none(), st.floats(-10, 1e5), st.just(float("nan"))),
        "start": st.sampled_from(["2026-01-01T00:00:00Z", "2026-01-01T05:30:00+05:00", "junk"]),
        "station": st.sampled_from(["x:1", "x:2", ""]),
        "minutes": st.sampled_from([0, 20, 60, 1440]),
    }
)


@settings(max_examples=25, deadline=None)
@given(st.lists(rows_of, max_size=12))
def test_passing_the_door_twice_changes_nothing(drawn: list[dict[str, object]]) -> None:
    table = pd.DataFrame([{**PLAIN, **row} for row in drawn], columns=[*PLAIN, "parameter", "value", "start"])
    once = conform(table, NOW)
    assert list(once.rows.columns) == list(COLUMNS)
    assert not once.rows.duplicated(list(KEY)).any()
    pd.testing.assert_frame_equal(conform(once.rows).rows, once.rows)


def test_an_empty_table_has_the_columns_and_passes() -> None:
    assert list(empty().columns) == list(COLUMNS)
    assert conform(empty(), NOW).rows.empty


def test_conversions_go_there_and_back() -> None:
    factor, offset = conversion("temperature", "F")
    assert (98.6 * factor + offset - offset) / factor == pytest.approx(98.6)
    with pytest.raises(UnitError, match="furlong"):
        spell_unit("furlong")
    with pytest.raises(UnitError, match=r"PM2\.5"):
        conversion("pm25", "ppb")


def test_a_station_of_an_unknown_kind_is_refused() -> None:
    with pytest.raises(SchemaError, match="kind"):
        conform_stations(pd.DataFrame([{"source": "x", "station": "x:1", "city": "tashkent", "kind": "guess"}]))
