"""`cleanair aggregate | trend | polar` on good and on broken files."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from jobs.tables.given import WideFileError, WrongArgument, read
from jobs.tables.wide_files import aggregate, polar, trend


@pytest.fixture(scope="module")
def hours():
    rng = np.random.default_rng(0)
    index = pd.date_range("2022-01-01", periods=24 * 400, freq="h", tz="UTC")
    columns = {"ws": rng.gamma(2, 2, len(index)), "wd": rng.uniform(0, 360, len(index))}
    columns["so2"] = 20 - 0.0005 * np.arange(len(index)) + 10 * (np.cos(np.radians(columns["wd"] - 90)) > 0.8)
    return pd.DataFrame(columns, index=index).rename_axis("date")


@pytest.fixture
def wide(hours, tmp_path):
    path = tmp_path / "wide.csv.gz"
    table = hours.reset_index()
    table["date"] = table["date"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    path.write_bytes(gzip.compress(table.to_csv(index=False).encode()))
    return path


@pytest.fixture
def tidy(hours, tmp_path):
    path = tmp_path / "tidy.csv"
    names = {"ws": "wind_speed", "wd": "wind_direction"}
    long = hours.rename(columns=names).reset_index().melt("date", var_name="parameter")
    long["start"] = long.pop("date").dt.strftime("%Y-%m-%dT%H:%M:%S+00:00")
    long.assign(station="x:1", minutes=60).to_csv(path, index=False)
    return path


def test_aggregate_keeps_the_shape_and_leaves_thin_periods_empty(wide, hours, tmp_path):
    done = aggregate(wide, "month", 0.75, False, tmp_path / "out.csv")
    out = pd.read_csv(tmp_path / "out.csv")
    assert out.columns.tolist() == ["date", "ws", "wd", "so2"]
    assert out["date"].iloc[0] == "2022-01-01T00:00:00Z"
    assert out["so2"].iloc[0] == pytest.approx(hours.loc["2022-01", "so2"].mean(), abs=1e-12)
    assert (done["rows"], done["periods"]) == (9600, 14)


def test_vector_wind_is_weaker(wide, tmp_path):
    for vector in (False, True):
        aggregate(wide, "year", 0.0, vector, tmp_path / f"{vector}.csv")
    mean, vector = (pd.read_csv(tmp_path / f"{v}.csv")["ws"].iloc[0] for v in (False, True))
    assert vector < 0.2 * mean


def test_a_tidy_table_gives_the_same_figures(wide, tidy, tmp_path):
    aggregate(wide, "day", 0.75, False, tmp_path / "wide_out.csv")
    aggregate(tidy, "day", 0.75, False, tmp_path / "tidy_out.csv")
    left = pd.read_csv(tmp_path / "wide_out.csv").set_index("date")["wd"]
    right = pd.read_csv(tmp_path / "tidy_out.csv")
    right = right[right["parameter"] == "wind_direction"].set_index("start")["value"]
    assert np.abs(left - right).max() < 1e-9


def test_trend_writes_what_it_returns(wide, tidy, tmp_path):
    done = trend(wide, "so2", False, "block", 2, tmp_path / "out.json")
    kept = json.loads((tmp_path / "out.json").read_text())
    assert list(kept) == [
        "slope",
        "lower",
        "upper",
        "p",
        "n",
        "unit",
        "per",
        "coverage",
        "min_coverage",
        "months_left_out",
        "station",
        "time_zone",
        "rows",
        "hours",
        "minutes",
        "directions",
        "left_out",
    ]
    assert kept == {key: value for key, value in done.items() if key != "out"}
    assert kept["slope"] == pytest.approx(-0.0005 * 8760, abs=0.2)
    assert kept["lower"] <= kept["slope"] <= kept["upper"] < 0
    assert (kept["n"], kept["unit"], kept["per"], kept["coverage"]) == (13, "as in the input", "year", 1.0)
    assert kept["months_left_out"] == ["2023-02"]  # four days of it
    assert trend(tidy, "so2", False, "block", 2, tmp_path / "tidy.json")["unit"] == "µg/m³"


def test_polar_is_the_grid(wide, tidy, tmp_path):
    done = polar(wide, "so2", "mean", tmp_path / "out.csv")
    out = pd.read_csv(tmp_path / "out.csv")
    assert out.columns.tolist() == ["u", "v", "z"]
    assert len(out) == 201 * 201
    assert done["hours"] == 9600
    assert out["z"].notna().sum() == done["cells"]
    top = out.nlargest(20, "z")
    assert (top["u"] > top["v"].abs()).all()
    polar(tidy, "so2", "cpf90", tmp_path / "cpf.csv")
    assert pd.read_csv(tmp_path / "cpf.csv")["z"].max() <= 1.5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("date,so2\n2022-01-01T00:00:00,1\n", "carry its zone"),
        ("date,so2\n2022-31-01T00:00:00Z,1\n", "not ISO 8601"),
        ("time,so2\n2022-01-01T00:00:00Z,1\n", "neither a column date"),
        ("date,so2\n2022-01-01T00:00:00Z,high\n", "numbers"),
        ("date,so2\n2022-01-01T00:00:00Z,1\n2022-01-01T00:00:00Z,2\n", "2 rows whose time stands there twice"),
        ("", "not a CSV table"),
    ],
)
def test_a_broken_file_is_told_in_one_sentence_and_nothing_is_written(content, words, tmp_path):
    (tmp_path / "in.csv").write_text(content)
    with pytest.raises(WideFileError, match=words):
        aggregate(tmp_path / "in.csv", "day", 0.75, False, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_wrong_arguments_say_so(wide, tmp_path):
    with pytest.raises(WrongArgument, match="it has ws, wd, so2"):
        polar(wide, "no2", "mean", tmp_path / "out.csv")
    with pytest.raises(WrongArgument, match="between 0 and 1"):
        aggregate(wide, "day", 75, False, tmp_path / "out.csv")
    with pytest.raises(WideFileError, match="not there"):
        trend(tmp_path / "no.csv", "so2", False, "block", 2, tmp_path / "out.json")


def test_one_station_for_a_trend(tidy, tmp_path):
    table = pd.read_csv(tidy)
    pd.concat([table, table.assign(station="x:2")]).to_csv(tmp_path / "two.csv", index=False)
    with pytest.raises(WideFileError, match="2 stations"):
        trend(tmp_path / "two.csv", "so2", False, "block", 2, tmp_path / "out.json")


def test_too_short_for_a_season_is_told(wide, tmp_path):
    with pytest.raises(WideFileError, match="at least 24 months, there are 13"):
        trend(wide, "so2", True, "block", 2, tmp_path / "out.json")


def given(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def hourly(count, value="10", first="2024-01-01"):
    stamps = pd.date_range(first, periods=count, freq="h", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
    return [f"{stamp},{value}" for stamp in stamps]


def averaged(path, every, out, **more):
    done = aggregate(path, every, 0.75, False, out, **more)
    table = pd.read_csv(out)
    return done, table


def test_sentinels_and_impossible_wind_are_no_values(tmp_path):
    rows = [f"{stamp},2,90" for stamp in hourly(48)]
    rows[3] = rows[3].replace(",10,", ",-999,")
    rows[30] = rows[30].replace(",2,90", ",-999,990")
    path = given(tmp_path, "x.csv", "date,pm25,ws,wd\n" + "\n".join(rows) + "\n")
    done, table = averaged(path, "day", tmp_path / "o.csv")
    assert table["pm25"].tolist() == [10, 10]
    assert table["ws"].tolist() == [2, 2]
    assert table["wd"].round(6).tolist() == [90, 90]
    assert done["left_out"] == [
        {"column": "pm25", "why": "sentinel", "cells": 1},
        {"column": "wd", "why": "range", "cells": 1},
        {"column": "ws", "why": "sentinel", "cells": 1},
    ]


def test_directions_from_minus_180_are_turned_and_said(tmp_path, hours):
    table = hours.reset_index().assign(date=lambda t: t["date"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    table.loc[:40, "wd"] = 261.0  # −99 in the other count, and no code
    plain, signed = tmp_path / "p.csv", tmp_path / "s.csv"
    table.to_csv(plain, index=False)
    table.assign(wd=(table["wd"] + 180) % 360 - 180).to_csv(signed, index=False)
    first, second = (polar(p, "so2", "mean", p.with_suffix(".out")) for p in (plain, signed))
    assert (first["directions"], second["directions"]) == ("0-360", "signed")
    z = [pd.read_csv(p.with_suffix(".out"))["z"] for p in (plain, signed)]
    assert np.nanmax(np.abs(z[0] - z[1])) < 1e-6


def test_coverage_is_of_the_calendar_in_both_shapes(tmp_path):
    wide = given(tmp_path, "w.csv", "date,pm25\n" + "\n".join(hourly(12)) + "\n")
    lines = [f"a,pm25,{line.replace(',', ',60,')}" for line in hourly(12)]
    long = given(tmp_path, "t.csv", "station,parameter,start,minutes,value\n" + "\n".join(lines) + "\n")
    assert averaged(wide, "day", tmp_path / "o.csv")[1]["pm25"].isna().all()
    table = averaged(long, "day", tmp_path / "p.csv")[1]
    assert table["value"].isna().all()
    assert table["coverage"].tolist() == [0.5]


def test_days_are_of_the_zone_that_is_asked_for(tmp_path):
    path = given(tmp_path, "w.csv", "date,pm25\n" + "\n".join(hourly(24, first="2023-12-31T19:00")) + "\n")
    done, table = averaged(path, "day", tmp_path / "o.csv", tz="Asia/Tashkent")
    assert (done["time_zone"], table["date"].tolist()) == ("Asia/Tashkent", ["2023-12-31T19:00:00Z"])
    assert table["pm25"].tolist() == [10]
    with pytest.raises(WrongArgument, match="Nowhere"):
        averaged(path, "day", tmp_path / "o.csv", tz="Asia/Nowhere")


def test_rows_twice_are_refused_and_named(tmp_path):
    head = "source,station,parameter,start,minutes,value\n"
    one = "x,a,pm25,2024-01-01T00:00:00Z,60,10\n"
    with pytest.raises(WideFileError, match=r"2 rows of the same station.*a, pm25, 2024-01-01T00:00Z"):
        read(given(tmp_path, "t.csv", head + one + one.replace(",10", ",90")))
    read(given(tmp_path, "t.csv", head + one + one.replace(",10", ",")))  # an empty cell contradicts nothing


def test_hours_followed_by_ten_minutes_keep_their_days(tmp_path):
    tens = pd.date_range("2024-01-03", periods=288, freq="10min", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ,20")
    wide = given(tmp_path, "w.csv", "date,pm25\n" + "\n".join([*hourly(48), *tens]) + "\n")
    assert averaged(wide, "day", tmp_path / "o.csv")[1]["pm25"].tolist() == [10, 10, 20, 20]
    lines = [f"a,pm25,{x.replace(',', ',60,')}" for x in hourly(48)] + [
        f"a,pm25,{x.replace(',', ',10,')}" for x in tens
    ]
    long = given(tmp_path, "t.csv", "station,parameter,start,minutes,value\n" + "\n".join(lines) + "\n")
    assert averaged(long, "day", tmp_path / "p.csv")[1]["value"].tolist() == [10, 10, 20, 20]


def test_own_columns_and_records_are_read(tmp_path):
    common = {"station_id": "a:1", "parameter": "pm25", "value": 10.0, "averaging_minutes": 60}
    rows = [
        common | {"time_start_utc": t, "flag": f}
        for t, f in zip(pd.date_range("2024-01-01", periods=24, freq="h").strftime("%Y-%m-%dT%H:%M:%SZ"),
                        ["ok"] * 23 + ["invalid"], strict=True)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    (tmp_path / "a.json").write_text(json.dumps({"rows": rows}))
    for name in ("a.csv", "a.json"):
        done, table = averaged(tmp_path / name, "day", tmp_path / "o.csv")
        assert (table["value"].tolist(), table["coverage"].round(3).tolist()) == ([10], [0.958])
        assert done["left_out"] == [{"column": "pm25", "why": "flag_invalid", "cells": 1}]


def test_an_hour_a_month_is_no_trend(tmp_path):
    stamps = pd.date_range("2018-01-15", periods=72, freq="MS", tz="UTC").strftime("%Y-%m-15T10:00:00Z,")
    lines = [f"{stamp}{20 - i / 10}" for i, stamp in enumerate(stamps)]
    path = given(tmp_path, "t.csv", "date,pm25\n" + "\n".join(lines) + "\n")
    with pytest.raises(WideFileError):
        trend(path, "pm25", False, "block", 2, tmp_path / "o.json")
