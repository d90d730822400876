"""What a table handed to a file command is taken for: dialects, codes for "none", winds, intervals, sources."""

import json

import numpy as np
import pandas as pd
import pytest

from data.schema import conform
from jobs.tables.given import Given, WideFileError, WrongArgument, read
from jobs.tables.index_file import run
from jobs.tables.wide_files import aggregate, polar, trend
from models.quality.columns import impossible
from models.quality.quality import flag

OWN = ["station_id", "parameter", "value", "unit", "averaging_minutes", "time_start_utc", "flag", "checks", "statistic",
       "source"]  # fmt: skip


def stamps(count: int, step: str = "h", first: str = "2024-01-01") -> list[str]:
    return pd.date_range(first, periods=count, freq=step, tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ").tolist()


def wide(tmp_path, name="w.csv", **columns):
    count = max(len(v) for v in columns.values() if isinstance(v, list))
    path = tmp_path / name
    pd.DataFrame({"date": stamps(count), **columns}).to_csv(path, index=False)
    return path


def own(tmp_path, values, name="own.csv", *, sep=",", comma=False, **more):
    """A file as an export of this centre has it."""
    rows = pd.DataFrame({"time_start_utc": stamps(len(values)), "value": values})
    given = {"station_id": "a:1", "parameter": "pm25", "unit": "µg/m³", "averaging_minutes": 60, "flag": "ok"}
    rows = rows.assign(**(given | {"checks": "", "statistic": "mean", "source": "a"} | more))[OWN]
    path = tmp_path / name
    rows.to_csv(path, index=False, sep=sep, decimal="," if comma else ".", encoding="utf-8-sig")
    return path


def why(given: Given) -> dict[str, int]:
    return {f"{column} {reason}": cells for (column, reason), cells in sorted(given.left_out.items())}


def days(path, tmp_path, every="day", share=0.75, **more):
    done = aggregate(path, every, share, False, tmp_path / "out.csv", **more)
    return done, pd.read_csv(tmp_path / "out.csv")


# --- values that nobody measured


@pytest.mark.parametrize("code", [-999, -999.9, -9999, -9999.9, -99, -99.9, -99999, 99999, float("inf")])
def test_what_stands_for_no_value_enters_no_mean(tmp_path, code):
    done, made = days(wide(tmp_path, pm25=[10.0] * 23 + [float(code)]), tmp_path)
    assert made["pm25"].tolist() == [10.0]
    assert sum(one["cells"] for one in done["left_out"]) == 1


def test_small_negatives_stay_in_means_and_large_ones_do_not(tmp_path):
    done, made = days(wide(tmp_path, pm25=[10.0] * 22 + [-4.0, -60.0]), tmp_path)
    assert made["pm25"].tolist() == pytest.approx([(220 - 4) / 23])
    assert done["left_out"] == [{"column": "pm25", "why": "negative", "cells": 1}]


def test_fault_codes_are_told_by_what_stands_around_them(tmp_path):
    plain = [12.0, 15.0, 9.0, 11.0] * 30
    faulty = plain.copy()
    faulty[60], faulty[61] = 1999.9, 1999.9
    assert why(read(wide(tmp_path, pm10=faulty))) == {"pm10 fault_code": 2}
    storm = plain.copy()
    storm[56:66] = [300.0, 700.0, 900.0, 950.0, 999.9, 999.9, 980.0, 900.0, 700.0, 300.0]
    assert why(read(wide(tmp_path, pm10=storm))) == {}  # a storm passes through the values between


@pytest.mark.parametrize("parameter", ["pm25", "no2", "temperature", "wind_speed", "relative_humidity"])
def test_a_column_is_judged_as_rows_of_the_store_are(parameter):
    values = np.r_[np.random.default_rng(5).uniform(-200, 12_000, 300), -999, -99.9, -5, 0, 99_999]
    rows = pd.DataFrame(
        {"source": "x", "station": "x:1", "parameter": parameter, "minutes": 60, "kind": "model", "city": "astana",
         "start": pd.date_range("2024-01-01", periods=len(values), freq="h", tz="UTC"), "value": values,
         "raw_value": values, "raw_unit": ""}
    )  # fmt: skip
    rows["kind"] = "reference"
    kept = conform(rows, pd.Timestamp("2025-01-01", tz="UTC")).rows
    judged = flag(kept).set_index("start")["checks"]
    told = impossible(kept["value"].to_numpy(), parameter)
    for name in ("sentinel", "negative", "range"):
        stored = judged.map(lambda entries, n=name: any(e.split(":")[0] == n for e in entries)).to_numpy()
        assert told.get(name, np.zeros(len(kept), dtype=bool)).tolist() == stored.tolist()


# --- wind


def test_directions_of_a_signed_file_are_turned_however_few_lie_in_the_west(tmp_path):
    given = read(wide(tmp_path, wd=[45.0] * 40 + [-90.0, 180.0, -999.0], ws=[2.0] * 43))
    assert given.signed
    assert given.table["wd"].iloc[40:42].tolist() == [270.0, 180.0]
    assert why(given) == {"wd sentinel": 1}


@pytest.mark.parametrize("code", [990.0, 999.0, -90.0, 361.0, -999.0, -99.0])
def test_a_direction_outside_the_circle_is_none(tmp_path, code):
    given = read(wide(tmp_path, wd=[45.0, 270.0, code], ws=[2.0, 2.0, 2.0]))
    assert (given.signed, given.table["wd"].isna().tolist()) == (False, [False, False, True])


def test_each_station_of_a_tidy_file_counts_its_circle_itself(tmp_path):
    lines = [f"a,wind_direction,{t},60,{v}" for t, v in zip(stamps(3), (-90, 10, 170), strict=True)]
    lines += [f"b,wind_direction,{t},60,{v}" for t, v in zip(stamps(3), (350, 10, -1), strict=True)]
    path = tmp_path / "t.csv"
    path.write_text("station,parameter,start,minutes,value\n" + "\n".join(lines) + "\n")
    table = read(path).table
    assert table.loc[table["station"] == "a", "value"].tolist() == [270, 10, 170]
    assert table.loc[table["station"] == "b", "value"].isna().tolist() == [False, False, True]


# --- dialects


@pytest.mark.parametrize("columns", [{"sep": ";", "comma": True}, {"sep": "\t"}, {}])
def test_own_exports_in_every_dialect_give_the_same_days(tmp_path, columns):
    done, made = days(own(tmp_path, [10.5] * 24 + [20.25] * 24, **columns), tmp_path)
    assert made["value"].tolist() == [10.5, 20.25]
    assert made.columns.tolist() == [
        "source", "station_id", "parameter", "time_start_utc", "averaging_minutes", "value", "unit", "coverage",
        "statistic",
    ]  # fmt: skip
    assert (done["rows"], done["hours"], done["minutes"], done["left_out"]) == (48, 48, [60], [])


def test_what_aggregate_writes_it_reads(tmp_path):
    days(own(tmp_path, [10.0] * 24 * 31), tmp_path)
    (tmp_path / "out.csv").rename(tmp_path / "days.csv")
    done, made = days(tmp_path / "days.csv", tmp_path, "month")
    assert (made["value"].tolist(), made["coverage"].tolist(), done["minutes"]) == ([10.0], [1.0], [1440])


def test_records_of_the_api_are_read_where_they_stand(tmp_path):
    rows = [
        {"source": "a", "station": "a:1", "parameter": "pm25", "start": t, "minutes": 60, "value": 10.0, "flag": "ok",
         "checks": [], "statistic": "mean"}
        for t in stamps(24)
    ]  # fmt: skip
    path = tmp_path / "latest.json"
    path.write_text(json.dumps({"city": "astana", "withheld": [{"station": "x"}], "latest": rows, "flagged": []}))
    assert days(path, tmp_path)[1]["value"].tolist() == [10.0]


def test_doubtful_rows_count_unless_the_sound_ones_alone_are_asked_for(tmp_path):
    path = own(tmp_path, [10.0] * 18 + [100.0] * 6, flag=["ok"] * 18 + ["suspect"] * 6)
    assert days(path, tmp_path)[1]["value"].tolist() == [32.5]
    done, made = days(path, tmp_path, flags="ok")
    assert (made["value"].tolist(), made["coverage"].tolist()) == ([10.0], [0.75])
    assert done["left_out"] == [{"column": "pm25", "why": "flag_suspect", "cells": 6}]


def test_words_and_bounds_among_numbers_are_read_as_imports_read_them(tmp_path):
    given = read(wide(tmp_path, pm25=["12,5"] * 4 + ["<0,5", "broken", "-"]))
    assert given.table["pm25"].tolist()[:5] == [12.5] * 4 + [0.5]
    assert why(given) == {"pm25 not_understood": 1}
    assert why(read(tmp_path / "w.csv", flags="ok")) == {"pm25 flag_suspect": 1, "pm25 not_understood": 1}


def test_units_that_stand_in_the_file_are_converted_or_refused(tmp_path):
    made = days(own(tmp_path, [0.012] * 24, unit="mg/m³"), tmp_path)[1]
    assert (made["value"].round(9).tolist(), made["unit"].tolist()) == ([12.0], ["µg/m³"])
    with pytest.raises(WideFileError, match="furlong"):
        read(own(tmp_path, [12.0] * 24, unit="furlong"))


# --- one series, each row once


def test_two_sources_of_one_station_stay_apart(tmp_path):
    one, two = own(tmp_path, [10.0] * 24, "1.csv"), own(tmp_path, [90.0] * 24, "2.csv", source="b")
    path = tmp_path / "both.csv"
    pd.concat([pd.read_csv(one), pd.read_csv(two)]).to_csv(path, index=False)
    made = days(path, tmp_path)[1]
    assert made[["source", "station_id", "value"]].to_numpy().tolist() == [["a", "a:1", 10.0], ["b", "a:1", 90.0]]
    with pytest.raises(WideFileError, match="2 stations; name one of them: a a:1, b a:1"):
        trend(path, "pm25", False, "block", 2, tmp_path / "t.json")


def test_a_maximum_never_enters_a_mean(tmp_path):
    path = own(tmp_path, [10.0] * 24 + [90.0] * 24, statistic=["mean"] * 24 + ["max"] * 24)
    done, made = days(path, tmp_path)
    assert (made["value"].tolist(), made["statistic"].tolist()) == ([10.0], ["mean"])
    assert done["left_out"] == [{"column": "pm25", "why": "other_statistic", "cells": 24}]


def test_rows_longer_than_the_period_are_no_part_of_it(tmp_path):
    path = own(tmp_path, [10.0] * 24, averaging_minutes=1440, time_start_utc=stamps(24, "D"))
    done, made = days(path, tmp_path, "hour")
    assert made.empty
    assert done["left_out"] == [{"column": "pm25", "why": "longer_than_period", "cells": 24}]
    assert days(path, tmp_path, "day")[1]["value"].tolist() == [10.0] * 24


def test_readings_of_no_length_stand_for_the_time_to_the_next(tmp_path):
    path = own(tmp_path, [3.0] * 48, parameter="wind_speed", unit="m/s", averaging_minutes=0, statistic="instant",
               time_start_utc=stamps(48, "30min"))  # fmt: skip
    assert days(path, tmp_path)[1]["coverage"].tolist() == [1.0]


# --- days and months


def test_the_long_day_of_astana_and_both_shapes(tmp_path):
    rows = pd.DataFrame({"date": stamps(49, first="2024-02-28T18:00:00"), "pm25": [1.0] * 25 + [2.0] * 24})
    rows.to_csv(tmp_path / "w.csv", index=False)
    made = days(tmp_path / "w.csv", tmp_path, share=1.0, tz="Asia/Almaty")[1]
    assert made.to_numpy().tolist() == [["2024-02-28T18:00:00Z", 1.0], ["2024-02-29T19:00:00Z", 2.0]]


def test_a_first_year_is_held_against_the_whole_of_it_whether_its_rows_are_empty_or_absent(tmp_path):
    index = pd.date_range("1998-01-01", "1999-12-31T23:00", freq="h", tz="UTC")
    rows = pd.DataFrame({"date": index.strftime("%Y-%m-%dT%H:%M:%SZ"), "pm25": 20.0})
    rows.loc[index < "1998-06-13", "pm25"] = np.nan
    for name, kept in (("empty", rows), ("absent", rows.dropna())):
        kept.to_csv(tmp_path / f"{name}.csv", index=False)
        made = days(tmp_path / f"{name}.csv", tmp_path, "year")[1]
        assert made["pm25"].fillna(-1).tolist() == [-1, 20.0]


def test_thin_months_are_left_out_of_a_trend_and_named(tmp_path):
    index = pd.date_range("2022-01-01", "2023-12-31T23:00", freq="h", tz="UTC")
    rows = pd.DataFrame({"start": index}).assign(station="a", parameter="pm25", minutes=60, value=np.arange(len(index)))
    thin = (index.strftime("%Y-%m") == "2022-05") & (index.hour > 2)
    rows = rows[~thin].assign(start=lambda t: t["start"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    rows["value"] = rows["value"] / 100
    rows.to_csv(tmp_path / "t.csv", index=False)
    done = trend(tmp_path / "t.csv", "pm25", False, "block", 2, tmp_path / "t.json")
    assert (done["n"], done["months_left_out"]) == (23, ["2022-05"])
    assert done["coverage"] == pytest.approx(1 - thin.sum() / len(index))
    every = trend(tmp_path / "t.csv", "pm25", False, "block", 2, tmp_path / "t.json", min_coverage=0.0)
    assert (every["n"], every["months_left_out"]) == (24, [])


def test_an_hour_a_month_is_refused_with_the_share_it_lacks(tmp_path):
    path = own(tmp_path, [20.0] * 72, time_start_utc=stamps(72, "MS", "2018-01-01T10:00:00"))
    with pytest.raises(WideFileError, match="only 0 of 72 months hold pm25 for 75 %"):
        trend(path, "pm25", False, "block", 2, tmp_path / "t.json")


def test_wind_may_stand_at_the_one_mast_of_a_file(tmp_path):
    rng = np.random.default_rng(1)
    count = 2000
    table = pd.DataFrame({"start": stamps(count), "minutes": 60})
    parts = [table.assign(station="a:1", parameter="pm25", value=rng.gamma(2, 10, count))]
    tens = pd.DataFrame({"start": stamps(count * 6, "10min"), "minutes": 10, "station": "m:1"})
    parts.append(tens.assign(parameter="wind_speed", value=np.repeat(rng.gamma(2, 2, count), 6)))
    parts.append(tens.assign(parameter="wind_direction", value=np.repeat(rng.uniform(0, 360, count), 6)))
    pd.concat(parts).to_csv(tmp_path / "t.csv", index=False)
    done = polar(tmp_path / "t.csv", "pm25", "mean", tmp_path / "p.csv")
    assert (done["station"], done["wind_from"], done["hours"]) == ("a:1", "m:1", count)
    assert done["cells"] > 1000


def test_a_wind_is_asked_for_by_the_name_the_file_gives_it(tmp_path):
    hours = stamps(24 * 240)
    table = pd.DataFrame({"start": hours, "wind_speed": 2.0 + np.arange(len(hours)) / 1000, "pm25": 10.0})
    table.to_csv(tmp_path / "w.csv", index=False)
    assert trend(tmp_path / "w.csv", "wind_speed", False, "block", 2, tmp_path / "t.json")["slope"] > 0
    assert days(tmp_path / "w.csv", tmp_path)[1].columns.tolist() == ["start", "wind_speed", "pm25"]
    with pytest.raises(WrongArgument, match="it has wind_speed, pm25"):
        trend(tmp_path / "w.csv", "no2", False, "block", 2, tmp_path / "t.json")


def test_the_length_of_wide_rows_may_be_told(tmp_path):
    path = tmp_path / "w.csv"
    pd.DataFrame({"date": stamps(30, "D"), "pm25": 10.0}).to_csv(path, index=False)
    assert days(path, tmp_path)[1]["pm25"].notna().all()  # one row a day is a daily mean
    done, made = days(path, tmp_path, minutes=60)
    assert (done["minutes"], done["hours"], made["pm25"].isna().all()) == ([60], 30, True)
    with pytest.raises(WrongArgument, match="between 1 and"):
        days(path, tmp_path, minutes=0)


def test_lines_with_more_cells_than_the_header_are_refused(tmp_path):
    path = tmp_path / "w.csv"
    path.write_text("date,pm25\n2024-01-01T00:00:00Z,1,2\n2024-01-01T01:00:00Z,1,2\n")
    with pytest.raises(WideFileError, match="more cells than its header"):
        read(path)
    path.write_text("parameter,minutes,value\nx,pm25,1440,12\n")
    with pytest.raises(WideFileError, match="more cells than its header"):
        run("us-epa-2024", path, tmp_path / "o.csv")


@pytest.mark.parametrize("time", ["0000-01-01T00:00:00Z", "1600-01-01T00:00:00Z", "9999-12-31T23:00:00Z"])
def test_times_of_no_network_are_refused(tmp_path, time):
    path = tmp_path / "w.csv"
    path.write_text(f"date,pm25\n{time},1\n")
    with pytest.raises(WideFileError, match=r"1970 to 2200|not ISO 8601"):
        read(path)


def test_rows_of_no_station_or_parameter_are_counted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("station,parameter,start,minutes,value\n,pm25,2024-01-01T00:00:00Z,60,1\n"
                    "a,,2024-01-01T00:00:00Z,60,1\na,pm25,2024-01-01T00:00:00Z,60,1\n")  # fmt: skip
    given = read(path)
    assert (len(given.table), why(given)) == (1, {" no_parameter": 1, "pm25 no_station": 1})
