"""Wind across a border: the convention of directions, calms, months, and readings in those hours and in others."""

from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from models.wind.crossing import by_month, contrast, hourly, into, judged

HOURS = pd.date_range("2026-01-31T17:00Z", periods=6, freq="h")
FROM_SE, FROM_NW = 135.0, 315.0


def wind(
    speeds: list[float], directions: list[float | None], station: str = "a", kind: str = "reference"
) -> pd.DataFrame:
    rows = [("wind_speed", h, s) for h, s in zip(HOURS, speeds, strict=False)]
    rows += [("wind_direction", h, d) for h, d in zip(HOURS, directions, strict=False) if d is not None]
    return pd.DataFrame(rows, columns=["parameter", "start", "value"]).assign(station=station, kind=kind)


@pytest.mark.parametrize(
    ("comes_from", "over"),
    [(135, True), (80, True), (79, False), (230, True), (231, False), (315, False), (0, False), (180, True)],
)  # fmt: skip
def test_a_wind_from_the_south_east_crosses_a_border_in_the_north_west(comes_from: float, over: bool) -> None:
    assert into(pd.Series([float(comes_from)]), 260, 50).tolist() == [over]


def test_the_best_kind_of_an_hour_speaks_and_directions_are_averaged_as_vectors() -> None:
    rows = pd.concat([wind([2, 2], [350.0, 350.0]), wind([2], [10.0], "b"), wind([9, 9, 9], [180.0] * 3, "m", "model")])
    found = hourly(rows)
    assert found["kind"].tolist() == ["reference", "reference", "model"]
    assert found["direction"].round(3).mod(360).tolist() == [0.0, 350.0, 180.0]
    assert found["speed"].tolist() == [2.0, 2.0, 9.0]


def test_calm_hours_cross_nothing_and_hours_without_direction_are_not_known() -> None:
    rows = wind([3.0, 0.2, 3.0, 3.0], [FROM_SE, FROM_SE, FROM_NW, None])
    assert judged(hourly(rows), 260, 50)["state"].tolist() == ["across", "calm", "other"]
    assert not len(judged(hourly(rows.iloc[:0]), 260, 50))


def test_months_are_local() -> None:
    hours = judged(hourly(wind([3.0] * 4, [FROM_SE, FROM_SE, FROM_NW, FROM_SE])), 260, 50)
    table = by_month(hours, ZoneInfo("Asia/Tashkent"))
    assert table.to_dict("records") == [
        {"month": "2026-01", "known": 2, "calm": 0, "across": 2, "share": 1.0},
        {"month": "2026-02", "known": 2, "calm": 0, "across": 1, "share": 0.5},
    ]


def test_readings_of_hours_across_and_of_the_others() -> None:
    hours = judged(hourly(wind([3.0, 3.0, 0.1, 3.0], [FROM_SE, FROM_NW, FROM_SE, None])), 260, 50)
    rows = pd.DataFrame({"start": HOURS[:4], "value": [10.0, 2.0, 4.0, 99.0], "station": "s", "parameter": "h2s"})
    found = contrast(rows, hours).to_dict("records")
    assert found == [{"station": "s", "parameter": "h2s", "n_across": 1, "mean_across": 10.0, "n_other": 2,
                      "mean_other": 3.0}]  # fmt: skip
    only = contrast(rows.iloc[:1], hours).to_dict("records")[0]
    assert (only["n_other"], pd.isna(only["mean_other"])) == (0, True)
    assert not len(contrast(rows, hours.iloc[:0]))
