"""`cleanair aggregate | trend | polar` on good and on broken files."""

import gzip
import json

import numpy as np
import pandas as pd
import pytest

from jobs.tables.wide_files import WideFileError, WrongArgument, aggregate, polar, trend


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
    assert list(kept) == ["slope", "lower", "upper", "p", "n", "unit", "per", "coverage"]
    assert kept == {key: value for key, value in done.items() if key != "out"}
    assert kept["slope"] == pytest.approx(-0.0005 * 8760, abs=0.2)
    assert kept["lower"] <= kept["slope"] <= kept["upper"] < 0
    assert (kept["n"], kept["unit"], kept["per"], kept["coverage"]) == (14, "as in the input", "year", 1.0)
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
        ("date,so2\n2022-01-01T00:00:00Z,1\n2022-01-01T00:00:00Z,2\n", "unique"),
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
    with pytest.raises(WideFileError, match="at least 24 months, there are 14"):
        trend(wide, "so2", True, "block", 2, tmp_path / "out.json")
