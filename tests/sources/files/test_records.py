"""Files of records: data set 133 of Tashkent, whole or cut off, in little memory; and the EEA's Parquet."""

import gzip
import json
import os
import random
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from data.store import Store
from jobs.ingest.files import ImportFileError, run
from sources.files import chunks
from sources.files.records import CUT, ODD
from tests.jobs.ingest.test_files import balanced

NAMES = {
    "en": ("Date", "Time", "Station", "AQI", "Humidity", "Temperature", "Precipitation", "PM2.5"),
    "ru": ("Дата", "Время", "Станция", "AQI", "Влажность", "Температура", "Осадки", "PM2.5"),
    "oz": ("Sana", "Vaqt", "Stansiya", "AQI", "Namlik", "Harorat", "Yomgʻir", "PM2.5"),
}


def records(count: int, language: str = "en") -> list[dict[str, object]]:
    made = []
    for i in range(count):
        values = (
            f"2025-01-{i // 24 % 28 + 1:02d}",
            f"{i % 24:02d}:00",
            f"Park {i // 672}",
            150,
            71,
            -2.5,
            0,
            40 + i % 9,
        )
        made.append(dict(zip(NAMES[language], values, strict=True)))
    return made


@pytest.mark.parametrize("language", sorted(NAMES))
def test_the_set_is_read_in_each_language(store: Store, tmp_path: Path, language: str) -> None:
    path = tmp_path / "set133.json"
    path.write_text(json.dumps(records(48, language), ensure_ascii=False), "utf-8")
    done = balanced(run([path], "tashkent-open", None, store))
    assert done["rejected"] == {}
    assert done["stored"] == 48 * (3 if language == "oz" else 4)
    pm = store.measurements("tashkent", ["pm25"])
    assert set(pm.minutes) == {60}
    assert pm.start.min() == pd.Timestamp("2024-12-31T19:00Z")  # midnight in Tashkent begins the hour
    assert not set(store.measurements().parameter) - {"pm25", "relative_humidity", "temperature", "precipitation"}


def test_a_list_within_an_object_and_a_gzip(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("\ufeff " + json.dumps({"ok": 1, "data": records(5)}), "utf-8")
    assert sum(len(c.table) for c in chunks(tmp_path / "a.json")) == 5
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(records(7)).encode()))
    assert sum(len(c.table) for c in chunks(tmp_path / "a.json.gz")) == 7


def test_wherever_a_file_is_cut_its_whole_records_stay(tmp_path: Path) -> None:
    whole = json.dumps(records(60)).encode()
    ends = [i + 1 for i, byte in enumerate(whole) if byte == ord("}")]
    draw = random.Random(133)
    for _ in range(60):
        at = draw.randrange(200, len(whole) - 1)
        (tmp_path / "cut.json").write_bytes(whole[:at])
        read = list(chunks(tmp_path / "cut.json"))
        assert sum(len(c.table) for c in read) == sum(e <= at for e in ends)
        assert [(c.broken, c.why) for c in read if c.broken] == [(1, CUT)]


def test_a_cut_file_is_imported_and_the_cut_is_counted(store: Store, tmp_path: Path) -> None:
    text = json.dumps(records(100))
    (tmp_path / "cut.json").write_text(text[: len(text) - 40])
    done = balanced(run([tmp_path / "cut.json"], "tashkent-open", None, store))
    assert done["stored"] == 99 * 4
    assert done["rejected"] == {CUT: 1}


def test_what_is_no_record_is_counted(store: Store, tmp_path: Path) -> None:
    odd = [
        *records(2),
        7,
        {"Date": {"deep": 1}},
        None,
        {"Date": "2025-13-40", "Time": "x", "Station": "P", "PM2.5": "1,5"},
    ]
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    done = balanced(run([tmp_path / "odd.json"], "tashkent-open", None, store))
    assert done["rejected"][ODD] == 3
    assert done["rejected"]["time not understood"] == 4  # one record, four values
    (tmp_path / "none.json").write_text('{"error": "busy"}')
    with pytest.raises(ImportFileError, match="JSON without a list of records"):
        run([tmp_path / "none.json"], "tashkent-open", None, store)


MEASURE = """
import resource, sys
from pathlib import Path
from data.city import city
from sources.files import FORMATS, Options, chunks, header
from sources.files import records
path, records.PIECE = Path(sys.argv[1]), 2_000
layout = FORMATS["tashkent-open"].recognise(header(path), path.name)
options = Options(city=city("tashkent"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows = sum(len(layout.parse(c.table, options)) for c in chunks(path))
print(rows, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.slow
def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    """Six times the records, no more memory: what is held is one piece, here a tenth of the usual."""
    grown = []
    for count in (4_000, 24_000):
        with (tmp_path / "big.json").open("w") as file:
            piece = json.dumps(records(2_000))[1:-1]
            file.write("[" + ",".join([piece] * (count // 2_000)) + "]")
        environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
        command = [sys.executable, "-c", MEASURE, str(tmp_path / "big.json")]
        said = subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout.split()
        assert int(said[0]) == count * 4
        grown.append(int(said[1]))
    assert grown[1] <= 200  # [MiB]
    assert grown[1] <= grown[0] + 30


# --- EEA ---------------------------------------------------------------------------------------------------------


def eea() -> pd.DataFrame:
    start = pd.to_datetime(["2026-01-10 01:00", "2026-01-10 02:00", "2026-01-10 03:00", "2026-01-10 04:00"])
    return pd.DataFrame(
        {
            "Samplingpoint": "XX/SPO-XX0001_06001_100", "Pollutant": [6001, 6001, 6001, 10], "Start": start,
            "End": start + pd.Timedelta("1h"), "Value": [Decimal(x) for x in ("33.5", "-999", "12", "0.4")],
            "Unit": ["ug.m-3", "ug.m-3", "ug.m-3", "mg.m-3"], "AggType": "hour", "Validity": [1, -99, -1, 2],
            "Verification": [1, 3, 3, 2], "ResultTime": start, "DataCapture": Decimal("100"), "FkObservationLog": "x",
        }
    )  # fmt: skip


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_eeas_files(store: Store, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"point.{suffix}"
    eea().to_parquet(path) if suffix == "parquet" else eea().to_csv(path, index=False)
    done = balanced(run([path], "eea", "astana", store))
    assert done["rejected"] == {"no value": 1}
    rows = store.measurements("astana").set_index("parameter")
    pm = rows.loc["pm25"].sort_values("start")
    assert pm.start.iloc[0] == pd.Timestamp("2026-01-10T00:00Z")  # UTC+1 by convention
    assert pm.flag.tolist()[1] == "invalid"
    assert rows.loc["co"].value == pytest.approx(400.0)
    assert "preliminary" in rows.loc["co"].note
    assert set(rows.station) == {"eea:XX-SPO-XX0001_06001_100"}
