"""Local days as sums on UTC agree with the calendar of every zone."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest

from data.store.days import changes, lengths, local_day
from data.store.engines.duck import DuckEngine

ZONES = ("Asia/Almaty", "Asia/Tashkent", "Europe/London", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "UTC")


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("begin", [None, datetime(2010, 1, 1, tzinfo=UTC)])
def test_the_day_is_that_of_the_calendar(name: str, begin: datetime | None) -> None:
    first = begin or datetime(1970, 1, 1, tzinfo=UTC)
    moments = pd.date_range(first, datetime(2026, 1, 1, tzinfo=UTC), freq="3h15min").as_unit("us")
    day, values = local_day(ZoneInfo(name), begin, moments[-1].to_pydatetime())
    cursor = DuckEngine().cursor(rows=pa.table({"start": pa.array(moments)}))
    found = cursor.execute(f"SELECT {day} AS day FROM rows", values).to_arrow_table()["day"].to_pandas()
    wanted = moments.tz_convert(name).tz_localize(None).normalize()
    assert (pd.to_datetime(found, unit="D") == pd.Series(wanted)).all()


def test_changes_to_the_second() -> None:
    zone = ZoneInfo("Europe/London")
    assert [moment for moment, _ in changes(zone, 2025)] == [
        datetime(2025, 3, 30, 1, tzinfo=UTC),
        datetime(2025, 10, 26, 1, tzinfo=UTC),
    ]
    assert changes(zone, 1970) == ()


def test_days_are_as_long_as_they_are() -> None:
    days = [date(2024, 2, 29), date(2024, 2, 28)]
    assert lengths(days, ZoneInfo("Asia/Almaty")) == {days[0]: 25.0, days[1]: 24.0}
    assert lengths([], ZoneInfo("UTC")) == {}
