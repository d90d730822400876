"""The door is total: whatever stands in a frame's cells becomes rows or rejects with a reason, and nothing raises."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from data import clock, possible
from data.parameters import PARAMETERS
from data.schema import COLUMNS, KEY, KINDS, REQUIRED, SchemaError, conform, conform_stations

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SOUND = {
    "source": "x", "station": "x:1", "parameter": "pm25", "start": "2025-06-01T00:00:00Z", "minutes": 60,
    "value": 7.5, "kind": "reference", "city": "tashkent",
}  # fmt: skip

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.complex_numbers(),
    st.sampled_from([Decimal("NaN"), Decimal("sNaN"), Decimal("1e999"), Fraction(1, 3), 10**400, -(10**400)]),
    st.sampled_from([np.int8(-1), np.uint64(2**64 - 1), np.float32(1e38), np.datetime64("0000-01-01"), np.bool_(True)]),
    st.sampled_from([pd.NA, pd.NaT, pd.Timedelta("1h"), b"\xff", [], ["a", 1], {"a": {}}, (), ("spike:1", 2), object]),
    st.text(max_size=20),
    st.characters(categories=["Cs", "Cc", "Cf"]),
    st.sampled_from(["1e309", "-inf", "1_000", "0x10", "ok", "pm25", "model", "instant", "stuck:8", "nan", "٣"]),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
)
YEARS = st.integers(-9999, 99999).map(lambda y: np.datetime64(f"{y:05d}" if y >= 0 else f"{y:06d}", "s"))
STAMPS = st.one_of(
    st.sampled_from(["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "99999-01-01T00:00:00Z", "2025-01-01"]),
    st.sampled_from(["-0001-01-01T00:00:00Z", "2016-12-31T23:59:60Z", "2025-06-01T24:00:00Z", "2025-06-01T05:00+05"]),
    st.datetimes(timezones=st.just(UTC)),
    YEARS.map(lambda t: pd.Timestamp(t).tz_localize("UTC")),
    ODD,
)
NUMBERS = st.one_of(st.floats(), st.sampled_from([0, -1, 10**12, 59.98, 1e308, -1e308, 1440, 2**63]), ODD)


def cells(column: str) -> st.SearchStrategy[object]:
    right = st.just(SOUND.get(column))
    if column in ("start", "known_at", "known_until"):
        return st.one_of(right, STAMPS)
    if column in ("minutes", "value", "raw_value"):
        return st.one_of(right, NUMBERS)
    if column == "parameter":
        return st.one_of(right, st.sampled_from(sorted(PARAMETERS)), ODD)
    return st.one_of(right, ODD)


ROW = st.fixed_dictionaries(
    {name: cells(name) for name in REQUIRED},
    optional={name: cells(name) for name in COLUMNS if name not in REQUIRED},
)
DTYPES = st.sampled_from([
    "float32", "int8", "uint64", "bool", "complex64", "Int64", "Float64", "boolean", "str", "category",
    "timedelta64[s]", "datetime64[s, UTC]", "datetime64[ms, Asia/Tashkent]", "datetime64[ns, UTC]",
])  # fmt: skip
TIMES = st.sampled_from(["s", "ms", "us", "ns"])
TICKS = st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4)


def pass_through(table: pd.DataFrame) -> None:
    """What the door promises of any frame."""
    done = conform(table, NOW) if "known_at" not in table else conform(table)
    assert list(done.rows.columns) == list(COLUMNS)
    assert done.rows.dtypes.astype(str).to_dict() == {k: str(pd.Series(dtype=v).dtype) for k, v in COLUMNS.items()}
    assert (done.rejects["reason"].str.len() > 0).all()
    assert (done.rejects["excerpt"].str.encode("utf-8").str.len() > 0).all()
    assert len(done.rejects) <= len(table) <= len(done.rejects) + len(table) * bool(len(done.rows))
    assert np.isfinite(done.rows["value"]).all()
    assert done.rows["minutes"].between(0, 527_040).all()
    assert done.rows["start"].dt.year.between(1970, 2200).all()
    measured = done.rows[done.rows["kind"].isin(["reference", "indicative"])]
    assert (measured["start"] <= pd.Timestamp(clock.machine()) + timedelta(hours=1)).all()
    assert not done.rows.duplicated(list(KEY)).any()
    again = conform(done.rows)
    assert again.rejects.empty
    pd.testing.assert_frame_equal(again.rows, done.rows)


def pass_or_zoneless(table: pd.DataFrame) -> None:
    """A whole column of times without a zone is for the adapter to mend; all else passes."""
    found = None
    try:
        pass_through(table)
    except SchemaError as error:
        found = error.key
    assert found in (None, "data.schema.no_zone", "data.schema.no_zone_in")


def any_cells(rows: list[dict[str, object]]) -> None:
    table = pd.DataFrame(rows, dtype=object)
    for name in REQUIRED:
        table[name] = table.get(name)
    pass_or_zoneless(table)


def any_ticks(ticks: list[int], unit: str) -> None:
    start = pd.Series(np.array(ticks, dtype=np.int64).view(f"datetime64[{unit}]")).dt.tz_localize("UTC")
    pass_through(pd.DataFrame({**SOUND, "start": start, "known_at": start, "known_until": start}))
    pass_through(pd.DataFrame({**SOUND, "start": start}))


def any_dtype(dtype: str, name: str, drawn: list[object]) -> None:
    try:
        column = pd.Series(drawn, dtype=object).astype(dtype)
    except Exception:  # these cells are none of the dtype
        column = pd.Series(drawn, dtype=object)
    table = pd.DataFrame({**SOUND, name: column})
    pass_or_zoneless(table)


QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
MANY, SOME = settings(QUICK, max_examples=2_000), settings(QUICK, max_examples=500)
CELLS = given(st.lists(ROW, min_size=1, max_size=6))
DATES = given(TICKS, TIMES)
TYPES = given(DTYPES, st.sampled_from(sorted(SOUND)), st.lists(st.one_of(NUMBERS, STAMPS), min_size=1, max_size=3))

test_any_cells_become_rows_and_rejects = QUICK(CELLS(any_cells))
test_any_moment_becomes_a_row_or_a_reject = QUICK(DATES(any_ticks))
test_a_column_of_any_dtype_passes = QUICK(TYPES(any_dtype))
test_any_cells_become_rows_and_rejects_many_times = pytest.mark.slow(MANY(CELLS(any_cells)))
test_any_moment_becomes_a_row_or_a_reject_many_times = pytest.mark.slow(SOME(DATES(any_ticks)))
test_a_column_of_any_dtype_passes_many_times = pytest.mark.slow(SOME(TYPES(any_dtype)))


def refused(**change: object) -> list[str]:
    """Reasons for a sound row with some cells changed, beside a sound one that must come through."""
    table = pd.DataFrame([SOUND, {**SOUND, "station": "x:2", **change}], dtype=object)
    done = conform(table, NOW)
    assert "x:1" in set(done.rows["station"])
    return list(done.rejects["reason"])


@pytest.mark.parametrize("start", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:00:00Z"])
def test_a_year_that_is_none_costs_its_own_row_only(start: str) -> None:
    assert refused(start=start) == ["time out of range"]


@pytest.mark.parametrize("minutes", [-1, 527_041, 10**12, 10**30, float("inf"), 2**32 + 60])
def test_a_length_that_no_interval_has_is_refused_and_never_wraps(minutes: float) -> None:
    assert refused(minutes=minutes) == ["averaging minutes outside 1 to 527,040"]


def test_a_concentration_of_no_length_is_a_reading_only_where_the_row_says_so() -> None:
    assert refused(minutes=0) == ["averaging minutes of 0 for an average"]
    assert refused(minutes=0, statistic="mean") == ["averaging minutes of 0 for an average"]
    assert refused(minutes=0, statistic="instant") == []
    assert refused(minutes=0, parameter="temperature") == []
    assert refused(minutes=0, parameter="temperature", statistic="max") == ["averaging minutes of 0 for an average"]
    assert refused(minutes=0, kind="model") == []


@pytest.mark.parametrize(("given", "kept"), [(59.983, 60), (60.4, 60), (19.6, 20), ("1439.99", 1440)])
def test_a_length_is_rounded_to_the_minute(given: object, kept: int) -> None:
    assert conform(pd.DataFrame([{**SOUND, "minutes": given}]), NOW).rows["minutes"].tolist() == [kept]


@pytest.mark.parametrize("value", [1e38, -1e38, 1.7e308, 10**400, 2e6])
def test_a_value_that_no_air_has_is_refused(value: float) -> None:
    assert refused(value=value) in (["value beyond what is physically possible"], ["value is not finite"])


@pytest.mark.parametrize(
    ("parameter", "value"),
    [("relative_humidity", 1000.0), ("temperature", -300.0), ("pressure", -5.0), ("wind_speed", 400.0), ("aod", 1e5)],
)
def test_each_parameter_has_its_physics(parameter: str, value: float) -> None:
    assert refused(parameter=parameter, value=value) == ["value beyond what is physically possible"]


@pytest.mark.parametrize(
    ("parameter", "value"), [("pm25", -999.0), ("pm25", 99_999.0), ("temperature", -999.0), ("pm10", 18_000.0)]
)
def test_what_an_instrument_in_trouble_prints_is_kept_for_quality_control(parameter: str, value: float) -> None:
    assert refused(parameter=parameter, value=value) == []


def test_the_bounds_of_the_door_hold_what_quality_control_may_call_possible() -> None:
    for name, known in PARAMETERS.items():
        low, high = possible.bounds(name)
        assert low <= known.lowest
        assert known.high <= high


def test_nothing_is_measured_ahead_of_the_machine_wherever_a_replay_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = clock.machine()
    monkeypatch.setenv(clock.VARIABLE, (machine + timedelta(days=400)).isoformat())
    late = "start lies ahead of the machine's clock"
    for kind in ("reference", "indicative"):
        assert refused(start=(machine + timedelta(hours=2)).isoformat(), kind=kind) == [late]
        assert refused(start=(machine + timedelta(minutes=50)).isoformat(), kind=kind) == []
    assert refused(start=(machine + timedelta(days=15)).isoformat(), kind="model") == []
    assert refused(start=(machine + timedelta(days=17)).isoformat(), kind="model") == [late]
    assert refused(start=(machine + timedelta(days=399)).isoformat(), kind="simulated") == []


def test_a_time_without_a_zone_among_others_is_refused_alone() -> None:
    assert refused(start="2025-06-01T01:00:00") == ["start time without a zone"]


def test_what_is_written_but_no_number_is_another_reason_than_nothing() -> None:
    assert refused(value="seven") == ["number not understood"]
    assert refused(value=True) == ["number not understood"]
    assert refused(value=None) == ["no value"]


def test_every_kind_has_its_horizon_or_a_clock_of_its_own() -> None:
    assert set(KINDS) - set(possible.AHEAD) == {"simulated"}


def test_a_column_delivered_twice_is_refused_as_a_whole() -> None:
    table = pd.DataFrame([SOUND])
    with pytest.raises(SchemaError, match=r"value.*adapter"):
        conform(pd.concat([table, table[["value"]]], axis=1), NOW)


PLACE = {"source": "x", "station": "x:1", "city": "tashkent", "kind": "reference", "coord_quality": "exact"}
ABOUT = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("station", "source", "city", "name", "lat", "lon", "altitude", "station_class"), ODD)
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(ABOUT, min_size=1, max_size=4))
def test_any_description_becomes_a_station_or_none(drawn: list[dict[str, object]]) -> None:
    rows = conform_stations(pd.DataFrame([{**PLACE, **row} for row in drawn], dtype=object))
    assert rows["lat"].dropna().between(-90, 90).all()
    assert (rows["lat"].isna() == rows["lon"].isna()).all()
    pd.testing.assert_frame_equal(conform_stations(rows), rows)


@pytest.mark.parametrize(("lat", "lon"), [(91, 69), (41, 181), (0, 0), (None, 69), ("north", 69), (1e308, 0)])
def test_a_place_that_is_none_on_earth_is_unknown(lat: object, lon: object) -> None:
    row = conform_stations(pd.DataFrame([{**PLACE, "lat": lat, "lon": lon, "altitude": 99_999}])).iloc[0]
    assert pd.isna(row["lat"])
    assert pd.isna(row["lon"])
    assert pd.isna(row["altitude"])
    assert row["coord_quality"] == ""
