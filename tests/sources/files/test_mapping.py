"""Import by a mapping file: hand-over tables in Russian, and the sentence where the file or the table is wrong."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from cli import main as cli
from data.store import Store, open_store
from jobs.ingest.files import ImportFileError, run
from sources.files import FORMATS, mapping
from sources.files.use import Use

WIDE = """Дата;Срок;ПНЗ;Диоксид азота, мг/м3;РМ-2,5;Оксид углерода (мг/м³);Ветер
01.02.2025;07:00;5;0,041;0,033;1,2;СВ
01.02.2025;24:00;5;н/д;<0,01;1,1;СВ
01.02.2025;13;7;0,05;-;1,0;СВ
"""
MINE = """
name = "my table"
source = "my-network"
kind = "indicative"
zone = "UTC"
stamps = "start"
minutes = 60
unit = "ug/m3"
[columns]
time = "when"
station = ["where"]
[values]
"fine dust" = "pm25"
"NO2" = ["no2", "ppb"]
"""


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_text(text, encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251", "utf-8-sig"])
def test_a_wide_table_in_russian(store: Store, tmp_path: Path, encoding: str) -> None:
    text = WIDE.replace("³", "3") if encoding == "cp1251" else WIDE
    done = run([written(tmp_path / "posts.csv", text, encoding)], "kazhydromet-table", "astana", store)
    assert done["read"] == 9
    assert done["stored"] == 7
    assert done["rejected"] == {"no value": 2}
    rows = store.measurements("astana").set_index(["station", "parameter", "start"])
    seven = pd.Timestamp("2025-02-01T01:40Z")  # 07:00 at UTC+5 ends the twenty minutes
    one = rows.loc[("kazhydromet-table:5", "no2", seven)]
    assert (one.value, one.raw_value, one.raw_unit, one.minutes, one.kind) == (41.0, 0.041, "mg/m³", 20, "reference")
    assert rows.loc[("kazhydromet-table:5", "pm25", seven)].value == pytest.approx(33.0)
    midnight = pd.Timestamp("2025-02-01T18:40Z")  # 24:00 is the next day's beginning
    assert rows.loc[("kazhydromet-table:5", "co", midnight)].value == pytest.approx(1100.0)
    bound = rows.loc[("kazhydromet-table:5", "pm25", midnight)]  # its figure is the file's own, in the file's unit
    assert (bound.value, bound.raw_value, bound.flag) == (10.0, 0.01, "suspect")
    assert bound.checks == ("below:0.01",)


def test_a_long_table_with_units_of_its_own(store: Store, tmp_path: Path) -> None:
    text = (
        "Дата и время,Номер поста,Примесь,Концентрация,Единица измерения\n"
        "10.01.2026 05:20,4,Диоксид серы,0.06,мг/м3\n"
        '10.01.2026 05:20,4,"Взвешенные частицы РМ-10",81,мкг/м³\n'
        "10.01.2026 05:20,4,Бензол,0.01,мг/м3\n"
    )
    done = run([written(tmp_path / "long.csv", text)], "uzhydromet-table", "tashkent", store)
    assert done["rejected"] == {"unknown parameter": 1}
    values = store.measurements("tashkent").set_index("parameter").value
    assert (values["so2"], values["pm10"]) == (pytest.approx(60.0), 81.0)


def test_excel_with_real_dates(store: Store, tmp_path: Path) -> None:
    table = pd.DataFrame({"Дата": [datetime(2026, 1, 10)], "Время": ["06:00"], "Пост": [12], "PM10, мкг/м3": [77.5]})
    table.to_excel(tmp_path / "post.xlsx", index=False)
    assert run([tmp_path / "post.xlsx"], "uzhydromet-table", "tashkent", store)["stored"] == 1
    row = store.measurements("tashkent").iloc[0]
    assert (row.station, row.value, row.start) == ("uzhydromet-table:12", 77.5, pd.Timestamp("2026-01-10T00:00Z"))
    assert not store.measurements("astana").shape[0]


def test_astanas_clock_changed_in_2024(store: Store, tmp_path: Path) -> None:
    text = "Дата и время;ПНЗ;PM10\n28.02.2024 12:00;5;0.05\n05.03.2024 12:00;5;0.05\n29.02.2024 23:30;5;0.05\n"
    done = run([written(tmp_path / "x.csv", text)], "kazhydromet-table", "astana", store)
    assert done["rejected"] == {"local hour came twice or never": 1}
    hours = store.measurements("astana").start.dt.strftime("%H:%M").tolist()
    assert hours == ["05:40", "06:40"]


def test_a_mapping_of_ones_own_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = written(tmp_path / "mine.toml", MINE)
    data = written(
        tmp_path / "x.csv",
        "when,where,Fine dust,NO2\n2026-01-10 00:00:00,roof,12,20\n2026-01-10T03:00:00+02:00,roof,13,\n",
    )
    command = ["import", str(data), "--format", "mapping", "--mapping", str(own), "--city", "tashkent"]
    assert cli.main([*command, "--store", str(tmp_path / "s")]) == 0
    rows = open_store(tmp_path / "s").measurements("tashkent").set_index(["parameter", "start"])
    assert rows.value["pm25", pd.Timestamp("2026-01-10T01:00Z")] == 13.0  # a stated offset wins over the zone
    assert rows.value["no2", pd.Timestamp("2026-01-10T00:00Z")] == pytest.approx(38.3, abs=0.1)
    assert set(rows.source) == {"my-network"}
    capsys.readouterr()
    assert cli.main(["import", str(data), "--format", "mapping", "--city", "tashkent", "--store", str(tmp_path / "s")])
    assert "--mapping FILE.toml" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('kind = "indicative"', ""), "`kind` is missing; write one of reference"),
        (('kind = "indicative"', 'kind = "good"'), "`kind` is 'good'"),
        (('stamps = "start"', 'stamps = "middle"'), "start, end"),
        (('zone = "UTC"', 'zone = "Asia/Nowhere"'), "zone 'Asia/Nowhere' is not known"),
        (('zone = "UTC"', 'zone = "../etc"'), "zone '../etc' is not known"),
        (("minutes = 60", 'minutes = "an hour"'), "`minutes` is 'an hour'"),
        (('unit = "ug/m3"', 'unit = "spoons"'), "unit 'spoons' is not known"),
        (('"fine dust" = "pm25"', '"fine dust" = "pm2"'), "'pm2', which is no parameter"),
        (('["no2", "ppb"]', '["no2", "km/h"]'), "'NO2': NO2 cannot be read in 'km/h'"),
        (('time = "when"', 'moment = "when"'), "columns.moment is not known; use"),
        (("[values]", "[value]"), "value is not known; use"),
        (('time = "when"', "time = 3"), "`columns.time` is no text"),
        (("[columns]", "[columns"), "is not TOML"),
    ],
)
def test_a_wrong_mapping_is_said_in_a_sentence(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    assert change[0] in MINE
    with pytest.raises(ImportFileError) as caught:
        mapping.load(written(tmp_path / "mine.toml", MINE.replace(*change)))
    assert says in str(caught.value)
    assert "mine.toml" in str(caught.value)


HEAD = "Дата;Срок;Ветер;Облачность;ПНЗ;"


def taken(store: Store, path: Path, text: str, key: str = "kazhydromet-table") -> tuple[dict[str, Any], pd.DataFrame]:
    done = run([written(path / "t.csv", text)], key, "astana", store)
    return done, store.measurements("astana")


@pytest.mark.parametrize(
    ("header", "value"),
    [("PM2.5, мг/куб. м", 31.0), ("PM2.5 мкг/м3", 0.031), ("РМ 2,5 [мкг/м^3]", 0.031), ("PM₂.₅ (ug m-3)", 0.031),
     ("PM2.5", 31.0),
     ("pm-2.5, mkg/m³, мкг/м3", 0.031), ("РМ2,5 (Взвешенные частицы РМ-2,5), µg m⁻³", 0.031)],
)  # fmt: skip
def test_the_unit_of_a_header_counts_wherever_it_stands(
    store: Store, tmp_path: Path, header: str, value: float
) -> None:
    _, rows = taken(store, tmp_path, f"{HEAD}{header}\n01.02.2024;1;С;5;5;0,031\n")
    assert rows.value.tolist() == [pytest.approx(value)]


@pytest.mark.parametrize("header", ["PM2.5, кг", "PM2.5 (XYZ/м3)", "PM2.5 мг/м2", "PM2.5, мг/м3, мкг/м3", "PM2.5 [?]"])
def test_a_unit_that_is_not_understood_refuses_its_column(store: Store, tmp_path: Path, header: str) -> None:
    use = FORMATS["kazhydromet-table"].mapped.use(["Дата", "Срок", "ПНЗ", header, "NO2"])  # type: ignore[attr-defined]
    assert use == Use(values=("NO2",), labels=("Дата", "Срок", "ПНЗ"), left_out={header: "unit_unknown"})
    _, rows = taken(store, tmp_path, f"{HEAD}{header};NO2\n01.02.2024;1;С;5;5;0,031;0,04\n")
    assert rows.parameter.tolist() == ["no2"]
    with pytest.raises(ImportFileError, match="is not understood") as caught:
        taken(store, tmp_path, f"{HEAD}{header}\n01.02.2024;1;С;5;5;0,031\n")
    assert header in str(caught.value)


@pytest.mark.parametrize("mark", ["'", "‘", "’", "ʻ", "ʼ", "`", "´"])
def test_five_apostrophes_are_one_letter(store: Store, tmp_path: Path, mark: str) -> None:
    text = f"Sana va vaqt;Post raqami;Modda;Qiymat;O{mark}lchov birligi\n01.02.2024 01:00;5;PM2.5;8;mkg/m³\n"
    _, rows = taken(store, tmp_path, text, "uzhydromet-table")
    assert rows.value.tolist() == [8.0]


def test_no_default_stands_in_for_a_unit_of_its_own_column(store: Store, tmp_path: Path) -> None:
    text = (
        "Дата и время;Пост;Примесь;Концентрация;Единица\n"
        "01.02.2024 01:00;5;Озон;0,1;мг/куб.м\n"
        "01.02.2024 02:00;5;Озон;0,2;\n"  # no unit
        "01.02.2024 03:00;5;Озон;0,3;шт.\n"  # none that we know
        "01.02.2024 04:00;5;Озон, мг/м3;0,4;\n"  # the word carries it
        "01.02.2024 05:00;5;Озон, мг/м3;0,5;мкг/м3\n"  # two that differ
        "01.02.2024 06:00;5;Озон;;\n"
    )
    done, rows = taken(store, tmp_path, text)
    assert done["rejected"] == {"unit not understood": 3, "no value": 1}
    assert rows.value.tolist() == [100.0, 400.0]


def test_the_unit_of_a_long_tables_header(store: Store, tmp_path: Path) -> None:
    head, line = "Дата и время;Пост;Примесь;Концентрация", "\n01.02.2024 01:00;5;Озон;45\n"
    _, rows = taken(store, tmp_path, f"{head}, мкг/м3{line}")
    assert rows.value.tolist() == [45.0]
    with pytest.raises(ImportFileError, match="is not understood"):
        taken(store, tmp_path, f"{head}, мкг{line}")


def test_every_column_is_a_value_a_label_or_left_out() -> None:
    mapped = FORMATS["uzhydromet-table"].mapped  # type: ignore[attr-defined]
    header = ["№", "Sana", "Vaqt (UTC)", "Post", "Пост", "NO2, ppb", "NO2 флаг", "PM10, кг", "Ветер", "Широта, °"]
    use = mapped.use(header)
    assert use.values == ("NO2, ppb",)
    assert set(use.labels) == {"Sana", "Vaqt (UTC)", "Post", "Широта, °"}
    assert use.left_out == {
        "№": "unknown_column", "Пост": "unknown_column", "NO2 флаг": "unknown_column", "PM10, кг": "unit_unknown",
        "Ветер": "unknown_column",
    }  # fmt: skip
    assert sorted([*use.values, *use.labels, *use.left_out]) == sorted(header)


def test_a_zone_in_the_header_of_the_time_counts(store: Store, tmp_path: Path) -> None:
    _, rows = taken(store, tmp_path, "Дата и время (UTC);ПНЗ;PM10\n05.03.2024 12:00;5;0.05\n")
    assert rows.start.tolist() == [pd.Timestamp("2024-03-05T11:40Z")]


def test_times_that_are_not_wholly_understood_are_rejected(store: Store, tmp_path: Path) -> None:
    lines = [("05.03.2024", "13:00", 1), ("05.03.2024", "", 2), ("05.03.2024", "7-8", 3), ("31.02.2024", "7:00", 4),
             ("05.03.2024", "24:00", 5), ("05.03.2024", "1 PM", 6), ("05/03/2024", "2 PM", 7)]  # fmt: skip
    done, rows = taken(store, tmp_path, "Дата;Срок;ПНЗ;PM10\n" + "".join(f"{d};{c};5;{v}\n" for d, c, v in lines))
    assert done["rejected"] == {"time not understood": 2, "no start time": 1, "duplicate of another row in the file": 1}
    ends = {v: f"{t + pd.Timedelta('20min'):%d %H:%M}" for v, t in zip(rows.raw_value, rows.start, strict=True)}
    assert ends == {5.0: "05 19:00", 6.0: "05 08:00", 7.0: "05 09:00"}


def test_one_post_whatever_its_number_is_written_like(store: Store, tmp_path: Path) -> None:
    posts = ["5", "05", "№5", "Пост 5", "ПНЗ №05", " 5 ", "5.0", "5а"]
    done, rows = taken(
        store, tmp_path, "Дата;Срок;ПНЗ;PM10\n" + "".join(f"05.03.2024;{i};{p};0,05\n" for i, p in enumerate(posts))
    )
    assert done["stored"] == len(posts)
    assert set(rows.station) == {"kazhydromet-table:5", "kazhydromet-table:5а"}


def test_a_station_is_described_by_the_last_place_that_is_one(store: Store, tmp_path: Path) -> None:
    text = "Дата и время;ПНЗ;Адрес;Широта;Долгота;PM10\n" + "".join(
        f"05.03.2024 1{i}:00;5;{said};0,05\n" for i, said in enumerate(["Центр;51,1;71,4", ";;", "-;999;71,4"])
    )
    taken(store, tmp_path, text)
    row = store.stations().iloc[0]
    assert (row["name"], row["lat"], row["lon"]) == ("Центр", 51.1, 71.4)


def test_seconds_since_1970_by_a_word_and_by_their_size(tmp_path: Path, store: Store) -> None:
    own = MINE.replace("[values]", '[times]\nformats = ["unix"]\n[values]')
    for text, moments in ((MINE, "1719792000"), (MINE, "1719792000000"), (own, "1719792000")):
        data = written(tmp_path / "x.csv", f"when,where,Fine dust\n{moments},roof,12\n")
        run([data], "mapping", "tashkent", store, mapping=written(tmp_path / "mine.toml", text))
        assert store.measurements("tashkent").start.tolist() == [pd.Timestamp("2024-07-01T00:00Z")]


def test_a_table_without_what_the_mapping_names(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="as time, station, value; its columns are: a, b"):
        run([written(tmp_path / "x.csv", "a,b\n1,2\n")], "kazhydromet-table", "astana", store)
    with pytest.raises(ImportFileError, match="cannot be opened"):
        mapping.load(tmp_path / "absent.toml")


@pytest.mark.parametrize("key", ["kazhydromet-table", "uzhydromet-table"])
def test_the_shipped_mappings_read_what_the_agencies_call_things(key: str) -> None:
    mapped = FORMATS[key].mapped  # type: ignore[attr-defined]
    headers = ["Дата", "Срок", "№ поста", "Взвешенные частицы РМ-2,5, мг/м3", "Озон (приземный), мкг/м³", "Сероводород"]
    assert set(mapped.found(headers)) == {"date", "clock", "station"}
    assert list(mapped.wide(headers).values()) == [("pm25", "mg/m³"), ("o3", "µg/m³"), ("h2s", "mg/m³")]
