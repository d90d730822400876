"""`cleanair index` on good and on broken files."""

import gzip
import json

import pandas as pd
import pytest

from jobs.tables.index_file import IndexFileError, run

TABLE = 'parameter,minutes,value,note\npm25,1440,35.45,a\npm25,60,35.45,b\npm25,1440,,c\nno2,60,60.5,"d, e"\nco,8,x,f\n'


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text(TABLE, "utf-8")
    return path


def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def test_index_and_category_are_added_and_the_rest_is_carried_along(table, tmp_path):
    summary = run("us-epa-2024", table, tmp_path / "out.csv")
    out = read(tmp_path / "out.csv")
    assert out.columns.tolist() == ["parameter", "minutes", "value", "note", "index", "category", "beyond"]
    assert out["index"].tolist() == ["100", "", "", "29", ""]  # NO2 60.5 µg/m³ = 31.6 ppb, truncated to 31 → 29.2
    assert out["value"].tolist() == ["35.45", "35.45", "", "60.5", "x"]
    assert out["category"].tolist() == ["Moderate", "", "", "Good", ""]
    assert (summary["rows"], summary["indexed"], summary["without"]) == (5, 2, 3)


def test_the_european_index_gives_its_band(table, tmp_path):
    run("eaqi-2024", table, tmp_path / "out.csv")
    out = read(tmp_path / "out.csv")
    assert out["index"].tolist() == ["", "3", "", "4", ""]
    assert out["category"].tolist() == ["", "Moderate", "", "Poor", ""]


def test_gzip_comes_in_and_goes_out(tmp_path):
    source = tmp_path / "in.csv.gz"
    source.write_bytes(gzip.compress(TABLE.encode("utf-8-sig")))
    run("us-epa-2024", source, tmp_path / "out.csv.gz")
    assert len(read(tmp_path / "out.csv.gz")) == 5


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "is empty"), (b"parameter,value\npm25,1\n", "no column minutes"), (b"\xff\xfe\x00", "UTF-8"),
     (gzip.compress(TABLE.encode() * 400, mtime=0)[:60], "damaged gzip"),
     (b'parameter,minutes,value\n"pm', "CSV table")],
)  # fmt: skip
def test_a_bad_file_is_one_sentence_and_leaves_nothing(tmp_path, content, words):
    source = tmp_path / "in.csv"
    source.write_bytes(content)
    with pytest.raises(IndexFileError, match=words) as caught:
        run("us-epa-2024", source, tmp_path / "out.csv")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_wrong_arguments_are_one_sentence(table, tmp_path):
    with pytest.raises(IndexFileError, match="choose one of us-epa-2024, eaqi-2024"):
        run("caqi", table, tmp_path / "out.csv")
    with pytest.raises(IndexFileError, match="check path"):
        run("eaqi-2024", tmp_path / "none.csv", tmp_path / "out.csv")
    with pytest.raises(IndexFileError, match="check path"):
        run("eaqi-2024", tmp_path, tmp_path / "out.csv")
    with pytest.raises(IndexFileError, match="check path"):
        run("eaqi-2024", table, tmp_path / "no" / "out.csv")


def test_a_table_without_rows_keeps_its_head(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("parameter,minutes,value\n")
    assert run("eaqi-2024", source, tmp_path / "out.csv")["rows"] == 0
    assert (tmp_path / "out.csv").read_text() == "parameter,minutes,value,index,category,beyond\n"


def test_what_nobody_measured_gets_no_index_and_is_counted(tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("parameter,minutes,value,flag\npm25,1440,-999,\npm25,1440,99999,ok\npm25,1440,35.45,invalid\n"
                      "pm25,1440,-3,ok\npm25,1440,\"12,0\",suspect\npm25,1440,twelve,ok\n")  # fmt: skip
    summary = run("us-epa-2024", source, tmp_path / "out.csv")
    assert read(tmp_path / "out.csv")["index"].tolist() == ["", "", "", "0", "56", ""]
    assert {(one["column"], one["why"]): one["cells"] for one in summary["left_out"]} == {
        ("pm25", "sentinel"): 1, ("pm25", "range"): 1, ("pm25", "flag_invalid"): 1, ("pm25", "not_understood"): 1,
    }  # fmt: skip


def test_own_exports_and_answers_are_read_and_keep_their_columns(tmp_path):
    rows = [{"station_id": "a:1", "parameter": "pm25", "value": 35.45, "unit": "µg/m³", "averaging_minutes": 1440,
             "time_start_utc": f"2024-01-0{day}T00:00:00Z", "flag": "ok", "checks": []} for day in (1, 2)]  # fmt: skip
    rows[1] |= {"value": 0.03545, "unit": "mg/m³"}
    (tmp_path / "a.json").write_text(json.dumps({"latest": rows}))
    table = pd.DataFrame(rows).assign(checks="")
    table.to_csv(tmp_path / "a.csv", index=False)
    table.to_csv(tmp_path / "b.csv", index=False, sep=";", decimal=",", encoding="utf-8-sig")
    for name in ("a.json", "a.csv", "b.csv"):
        run("us-epa-2024", tmp_path / name, tmp_path / "out.csv")
        made = read(tmp_path / "out.csv")
        assert made.columns.tolist() == [*rows[0], "index", "category", "beyond"]
        assert made["index"].tolist() == ["100", "100"]


def test_a_fault_code_among_its_hours_gets_no_index(tmp_path):
    hours = pd.date_range("2024-01-01", periods=96, freq="h", tz="UTC").strftime("%Y-%m-%dT%H:%M:%SZ")
    values = [9.0, 11.0, 12.0, 10.0] * 24
    values[50] = 999.9
    table = pd.DataFrame({"station": "a", "parameter": "pm25", "start": hours, "minutes": 60, "value": values})
    table.to_csv(tmp_path / "in.csv", index=False)
    summary = run("eaqi-2024", tmp_path / "in.csv", tmp_path / "out.csv")
    assert read(tmp_path / "out.csv")["index"].tolist().index("") == 50
    assert summary["left_out"] == [{"column": "pm25", "why": "fault_code", "cells": 1}]
