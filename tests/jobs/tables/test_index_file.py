"""`cleanair index` on good and on broken files."""

import gzip

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
