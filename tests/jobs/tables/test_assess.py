from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from cli import main as cli
from data.city import city
from data.schema import conform, conform_stations
from jobs.tables.assess import AssessError, run
from models.indices.index_days import COLUMNS as INDEX_COLUMNS
from models.indices.index_days import category_days, daily_bands
from models.limits.ledger import COLUMNS

ASTANA, TASHKENT = city("astana"), city("tashkent")
START = datetime(2025, 3, 1, tzinfo=ASTANA.zone)
END = datetime(2025, 3, 4, tzinfo=ASTANA.zone)


def rows(values, *, parameter="pm25", station="kz:1", minutes=60, where="astana", **columns):
    start = pd.date_range(START, periods=len(values), freq=f"{minutes}min").tz_convert("UTC")
    plain = {"source": "kz", "kind": "reference", "city": where, "minutes": minutes} | columns
    table = pd.DataFrame({"start": start, "value": np.asarray(values, dtype=float)})
    return conform(table.assign(station=station, parameter=parameter, **plain), known_at=START).rows


@pytest.fixture
def filled(store):
    medians = rows([70.0, 30.0, 90.0], minutes=1440, where="tashkent", station="uz:1", kind="indicative",
                   statistic="median")  # fmt: skip
    store.append(
        pd.concat(
            [rows([50.0] * 24 + [20.0] * 24 + [35.0] * 24), rows([9.0] * 72, parameter="h2s"),
             rows([150.0] * 72, parameter="so2"), rows([900.0] * 72, station="m:1", kind="model"), medians],
            ignore_index=True,
        )
    )  # fmt: skip
    store.put_stations(
        conform_stations(
            pd.DataFrame({"source": "kz", "station": ["kz:1"], "city": "astana", "kind": "reference", "name": "Post"})
        )
    )
    return store


def written(store, standard, path, place="astana", **options):
    return run(store, place, START, END, standard, path, **options), pd.read_csv(path)


def test_ledger_of_the_own_law(filled, tmp_path):
    said, table = written(filled, "kz", tmp_path / "deep" / "kz.csv")
    assert list(table.columns) == list(COLUMNS)
    day = table[(table["parameter"] == "pm25") & (table["averaging"] == "24h")].iloc[0]
    assert (day["result"], day["exceeded"], day["checked"], day["days_exceeded"]) == ("exceeded", 1, 3, 1)
    assert day["worst_start"] == "2025-03-01T00:00:00+05:00"
    assert (day["indicative"], day["status"]) == (True, "secondary")
    h2s = table[table["parameter"] == "h2s"].iloc[0]
    assert (h2s["exceeded"], h2s["note"], h2s["status"]) == (72, "hour_beside_single", "unverified")
    group = table[table["parameter"] == "so2+h2s"].iloc[0]
    assert (group["result"], group["not_checked_entry"]) == ("not_checked", 72)  # signed on 18 February, law or not
    assert said["lines"] == len(table) == said["exceeded"] + said["none"] + said["not_checked"]
    assert set(table["role"]) == {"law"}
    assert not list(tmp_path.glob("deep/.*"))


def test_daily_medians_are_not_checked_in_the_file_either(filled, tmp_path):
    _, table = written(filled, "uz", tmp_path / "uz.csv", "tashkent")
    day = table[(table["parameter"] == "pm25") & (table["averaging"] == "24h")].iloc[0]
    assert (day["result"], day["not_checked_medians"], day["indicative_exceeded"]) == ("not_checked", 3, 2)
    assert np.isnan(day["exceeded"])


def test_who_is_a_reference_everywhere(filled, tmp_path):
    for place in ("astana", "tashkent"):
        _, table = written(filled, "who-2021", tmp_path / f"{place}.csv", place)
        assert set(table["role"]) == {"reference"}
        assert {"aqg", "it-1"} <= set(table["level"])


def test_days_per_category_of_an_index(filled, tmp_path):
    said, table = written(filled, "us-epa-2024", tmp_path / "us.csv")
    assert list(table.columns) == list(INDEX_COLUMNS)
    pm25 = table[table["parameter"] == "pm25"].set_index("category")["days"]
    assert (pm25["Moderate"], pm25["Unhealthy for Sensitive Groups"], pm25["Good"]) == (2, 1, 0)
    assert table[table["parameter"] == "o3"]["days"].isna().all()
    every = table[table["parameter"] == "all"]
    assert (every["days"].sum(), every["of"].iloc[0], every["completeness"].iloc[0]) == (3, "pm25 so2", 1.0)
    assert said["lines"] == len(table)


def test_a_european_day_is_its_worst_hour(filled, tmp_path):
    filled.append(rows([5.0] * 71 + [130.0], parameter="no2"))
    _, table = written(filled, "eaqi-2024", tmp_path / "eu.csv")
    no2 = table[table["parameter"] == "no2"].set_index("category")["days"]
    assert (no2["Good"], no2["Very poor"]) == (2, 1)


def test_medians_stand_beside_the_index_days(filled, tmp_path):
    _, table = written(filled, "us-epa-2024", tmp_path / "us.csv", "tashkent")
    pm25 = table[table["parameter"] == "pm25"]
    assert pm25["days"].isna().all()
    assert (pm25["indicative_days"].sum(), pm25["days_not_checked"].iloc[0]) == (3, 3)


def test_index_days_without_any_row():
    nothing = daily_bands(rows([1.0]).head(0), "us-epa-2024", START, END, zone="Asia/Almaty")
    table = category_days(nothing, "us-epa-2024", START, END, city="astana", zone="Asia/Almaty")
    assert table["days"].isna().all()
    assert set(table["days_not_checked"]) == {3}


def test_a_law_of_elsewhere_is_refused_in_one_sentence(filled, tmp_path):
    with pytest.raises(AssessError, match="Astana: 'uz' is not law here, 'kz' is") as caught:
        run(filled, "astana", START, END, "uz", tmp_path / "no.csv")
    assert caught.value.exit_status == 2
    assert not (tmp_path / "no.csv").exists()
    with pytest.raises(AssessError, match="the period is empty"):
        run(filled, "astana", END, START, "kz", tmp_path / "no.csv")


def test_command_ends_with_2_for_a_law_of_elsewhere(filled, tmp_path, capsys):
    asked = ["assess", "--city", "astana", "--from", "2025-03-01", "--to", "2025-03-04", "--store", str(filled.folder)]
    assert cli.main([*asked, "--standard", "uz", "--out", str(tmp_path / "no.csv")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert cli.main([*asked, "--standard", "kz", "--out", str(tmp_path / "kz.csv"), "--json"]) == 0
    assert (tmp_path / "kz.csv").read_text("utf-8").startswith("city,standard,role,parameter")
