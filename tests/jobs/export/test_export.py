"""What leaves the centre: complete, sorted, credited, safe in a spreadsheet, and the same bytes each time."""

import io
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from data.store import Store
from jobs.export import measurements
from jobs.export import request as export_request
from tests.conftest import NOW, hourly

START, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)


def request(**changes: object) -> export_request.Request:
    return export_request.Request(**{"city": "tashkent", "start": START, "end": END, "as_of": NOW, **changes})  # type: ignore[arg-type]


def csv(store: Store, **changes: object) -> bytes:
    return b"".join(measurements.measurements_csv(store, request(**changes)))


def table(store: Store, **changes: object) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(csv(store, **changes)))


@pytest.fixture
def filled(store: Store) -> Store:
    store.append(
        pd.concat(
            [
                hourly([10.5, 20, 30], note="=1+1"),
                hourly([7], station="demo:2", parameter="no2", flag="invalid", checks=[("range",)]),
                hourly([9], station="kazhydromet:1", source="kazhydromet"),
            ]
        )
    )
    store.put_stations(
        pd.DataFrame(
            [{"source": "demo", "station": "demo:1", "city": "tashkent", "kind": "reference", "name": "=cmd|' /C"}]
        ),
        known_at=NOW,
    )
    return store


def test_columns_are_those_of_the_table(filled: Store) -> None:
    assert list(table(filled).columns) == list(measurements.COLUMNS)


def test_a_row_says_where_when_and_how(filled: Store) -> None:
    row = table(filled).query("parameter == 'pm25'").iloc[0]
    assert row.value == 10.5
    assert row.unit == "µg/m³"
    assert row.averaging_minutes == 60
    assert (row.time_start_utc, row.time_end_utc) == ("2026-01-08T00:00:00Z", "2026-01-08T01:00:00Z")
    assert row.time_start_local == "2026-01-08T05:00:00+05:00"
    assert row.time_zone == "Asia/Tashkent"
    assert row.eaqi_2024 == 2  # 10.5 rounds to 11: Fair
    assert pd.isna(row.us_aqi_2024)  # an hour of PM2.5 has no US index
    assert row.known_at_utc == "2026-01-10T06:30:00.000000Z"


def test_text_that_a_spreadsheet_would_run_is_made_safe(filled: Store) -> None:
    rows = table(filled)
    assert (rows[rows.station_id == "demo:1"].station_name == "'=cmd|' /C").all()
    assert (rows[rows.parameter == "pm25"].note == "'=1+1").all()


def test_a_forbidden_source_stays_in_and_is_named(filled: Store) -> None:
    assert "kazhydromet" not in set(table(filled).source)
    plan = export_request.plan(filled, request())
    assert plan.rows == 4
    assert plan.flagged == 1
    assert plan.left_out[["source", "rows"]].to_dict("records") == [{"source": "kazhydromet", "rows": 1}]
    assert "licence" in plan.left_out.why[0]


def test_an_invalid_value_leaves_with_its_flag_and_without_an_index(filled: Store) -> None:
    row = table(filled).query("parameter == 'no2'").iloc[0]
    assert (row.flag, row.reason, row.checks) == ("invalid", "range: no number", "range")
    assert pd.isna(row.eaqi_2024)
    assert set(table(filled, flags="ok").flag) == {"ok"}


def test_same_request_same_bytes_even_after_a_revision(filled: Store) -> None:
    before = csv(filled)
    filled.append(hourly([11, 20, 30, 40], known_at=NOW + timedelta(hours=1)))
    filled.compact()
    assert csv(filled) == before
    after = table(filled, as_of=NOW + timedelta(hours=2))
    assert after.query("parameter == 'pm25'").value.tolist() == [11, 20, 30, 40]


def test_excel_form_has_bom_semicolons_and_commas(filled: Store) -> None:
    text = csv(filled, excel=True)
    assert text.startswith(b"\xef\xbb\xbf")
    rows = pd.read_csv(io.BytesIO(text), sep=";", decimal=",", encoding="utf-8-sig")
    assert rows.query("parameter == 'pm25'").value.tolist() == [10.5, 20, 30]


def test_an_empty_answer_still_has_its_header(store: Store) -> None:
    assert csv(store).decode().strip().split(",")[0].strip('"') == "station_id"
    assert csv(store).count(b"\n") == 1


def test_rows_are_sorted_by_time_then_station(filled: Store) -> None:
    rows = table(filled)
    assert rows.equals(rows.sort_values(["time_start_utc", "station_id", "parameter"], kind="stable"))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"parameters": ("dust_bunnies",)}, "dust_bunnies"),
        ({"flags": "some"}, "flags"),
        ({"start": END, "end": START}, "before"),
        ({"start": datetime(2026, 1, 1)}, "zone"),
    ],
)
def test_a_wrong_request_says_which_argument(change: dict[str, object], word: str) -> None:
    with pytest.raises(export_request.ExportError, match=word):
        request(**change)
