"""Import profiles: each layout is recognised, and its times, units and words become the schema's."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data.city import city
from data.schema import conform, conform_stations
from sources.credits import IMPORTS
from sources.files import (
    FORMATS,
    ImportFileError,
    Options,
    airdata_kz,
    airnow_dos,
    chunks,
    header,
    kazhydromet,
    tashkent_open,
    tidy,
    unpack,
)
from tests.conftest import NOW

ASTANA, TASHKENT = Options(city=city("astana"), name="pm25.csv.gz"), Options(city=city("tashkent"))


def text(**columns: list[str | None]) -> pd.DataFrame:
    return pd.DataFrame(columns, dtype="str")


def kept(rows: pd.DataFrame) -> pd.DataFrame:
    """What the door lets through, in the order of the key."""
    reject = rows["reject"].fillna("") if "reject" in rows else pd.Series("", index=rows.index)
    return conform(rows[reject == ""].drop(columns="reject", errors="ignore"), NOW).rows


def airdata(**columns: list[str]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    plain = {"station_id": "kgmt_4", "station_name": "PCP #7", "source": "kgmt", "lat": "51.12", "lon": "71.43",
             "raw_value": "0.03", "raw_unit": "mg/m3"}  # fmt: skip
    return text(**{**{k: [v] * n for k, v in plain.items()}, **columns})


def test_every_format_has_a_credit_and_a_layout() -> None:
    own = {"airdata-kz", "tashkent-open", "airnow-dos", "kazhydromet", "eea", "tidy"}
    assert set(FORMATS) == own | {"kazhydromet-table", "uzhydromet-table"} <= set(IMPORTS)
    assert all(f.layouts for f in FORMATS.values())


@pytest.mark.parametrize(
    ("stamp", "start"),
    [
        ("2024-12-01 04:00:00-08:00", "2024-12-01T11:00Z"),  # the END of the hour, odd offset honoured
        ("2024-06-01 05:59:05-07:00", "2024-06-01T11:59:05Z"),  # minutes stay: the 60 minutes before the stamp
        ("2023-10-27 17:00:00-07:00", "2023-10-27T17:00Z"),  # late: 00:00 UTC of the 28th, less 1 h and 6 h
        ("2023-10-29 03:00:00-07:00", "2023-10-29T03:00Z"),  # the last late one, 10:00 UTC
        ("2023-10-29 04:00:00-07:00", "2023-10-29T10:00Z"),  # the first right one, 11:00 UTC
    ],
)
def test_airdata_stamps_of_the_posts(stamp: str, start: str) -> None:
    row = kept(airdata_kz.parse(airdata(datetime_utc=[stamp]), ASTANA)).iloc[0]
    assert row["start"] == pd.Timestamp(start)
    assert (row["value"], row["flag"], row["kind"], row["station"]) == (30.0, "ok", "reference", "airdata-kz:kgmt_4")
    assert ("moved back 6 h" in row["note"]) == (pd.Timestamp(stamp) < pd.Timestamp("2023-10-29T11:00Z"))


def test_airdata_other_stations_are_not_moved_and_low_cost() -> None:
    table = airdata(
        datetime_utc=["2022-11-01 00:00:00-07:00"] * 2 + ["2023-09-01 00:00:00-07:00"],
        station_id=["oaq_20512", "oaq_9012318", "oaq_20512"],
    )
    rows = kept(airdata_kz.parse(table, ASTANA)).sort_values(["start", "station"])
    assert rows["start"].iloc[0] == pd.Timestamp("2022-11-01T06:00Z")
    assert rows["kind"].tolist() == ["reference", "indicative", "reference"]
    assert rows["flag"].tolist() == ["ok", "ok", "suspect"]
    assert rows["checks"].iloc[2] == ("clock:6",)
    places = airdata_kz.stations(table, ASTANA)
    assert set(places["coord_quality"]) == {"generic"}


def test_airdata_later_files_stamp_the_start() -> None:
    options = Options(city=city("astana"), name="pm25.csv.gz", stamps="start")
    rows = kept(airdata_kz.parse(airdata(datetime_utc=["2022-01-01T05:00:00Z"]), options))
    assert rows["start"].iloc[0] == pd.Timestamp("2022-01-01T05:00Z")
    assert rows["note"].iloc[0] == ""
    with pytest.raises(ImportFileError, match="leave out --stamps start"):
        airdata_kz.parse(airdata(datetime_utc=["2024-12-01 04:00:00-08:00"]), options)


def test_airdata_pollutant_is_in_the_file_name_and_city_in_the_coordinates() -> None:
    assert [airdata_kz.parameter(n) for n in ("so2.csv.gz", "astana_pm25_hourly_2024.csv")] == ["so2", "pm25"]
    with pytest.raises(ImportFileError, match=r"pm25\.csv\.gz"):
        airdata_kz.parameter("data.csv")
    assert airdata_kz.home(airdata(datetime_utc=["x"])) == "astana"
    assert airdata_kz.home(airdata(datetime_utc=["x"], lat=["43.2"], lon=["76.9"])) == "almaty"
    assert airdata_kz.home(airdata(datetime_utc=["x"], lat=["48.0"], lon=["60.0"])) == ""


PLACES = text(
    value_id=["036112022"], name_ru=["Дружба народов"], name_uz=["Xalqlar do'stligi"], lat=["41.3"], lon=["69.2"]
)


def test_tashkent_day_is_a_median_of_the_local_day() -> None:
    table = text(date=["2023-03-09", "2023-13-09"], station=["Дружба  Народов", "Чужая"], pm25=["71.0", "5"])
    options = Options(city=city("tashkent"), places=PLACES)
    rows = kept(tashkent_open.daily(table, options))
    assert len(rows) == 1
    row = rows.iloc[0]
    assert (row["start"], row["minutes"], row["value"]) == (pd.Timestamp("2023-03-08T19:00Z"), 1440, 71.0)
    assert (row["station"], row["statistic"], row["flag"]) == (
        "tashkent-open:036112022",
        "median",
        "ok",
    )
    assert tashkent_open.daily(table, TASHKENT)["station"].iloc[0] == "tashkent-open:Дружба  Народов"
    assert tashkent_open.named(table, options)["station"].tolist() == ["tashkent-open:Чужая"]
    assert tashkent_open.places(PLACES, options)["lat"].tolist() == [41.3]


def test_tashkent_hours_begin_at_their_local_stamp() -> None:
    table = text(
        station_id=["036112022"], datetime=["2024-12-18T00:00:00"], humidity=["62.6"], rain=[None], pm2_5=["55"]
    )
    rows = kept(tashkent_open.hourly(table, TASHKENT))
    assert rows["parameter"].tolist() == ["pm25", "relative_humidity"]
    assert set(rows["start"]) == {pd.Timestamp("2024-12-17T19:00Z")}
    assert set(rows["minutes"]) == {60}


def test_tashkent_sensor_file_tells_measured_from_modelled() -> None:
    hours = ["2025-12-15 16:00:00+00:00", "2025-12-15 17:00:00+00:00", "2025-12-15 18:00:00+00:00"]
    weather = {k: ["1", "1", "1"] for k in (*tashkent_open.WEATHER, "precipitation")}
    table = text(datetime=hours, pm25=["40", "5", "6"], source=["sensor", "cams", "waqi"], **weather)
    parsed = tashkent_open.sensor(table, TASHKENT)
    assert (parsed["reject"].fillna("") != "").sum() == 1
    rows = kept(parsed)
    kinds = rows[rows["parameter"] == "pm25"].set_index("station")["kind"].to_dict()
    assert kinds == {"tashkent-open:sputnik-4": "indicative", "tashkent-open:cams": "model"}
    assert set(rows.loc[rows["parameter"] != "pm25", "kind"]) == {"model"}
    wind = rows[rows["parameter"] == "wind_speed"].iloc[0]
    assert (round(wind["value"], 4), wind["raw_unit"], wind["minutes"]) == (0.2778, "km/h", 0)
    rain = rows[rows["parameter"] == "precipitation"]
    assert rain["start"].min() == pd.Timestamp("2025-12-15T15:00Z")  # the sum of the hour before the stamp


def dos(**columns: list[str]) -> pd.DataFrame:
    n = len(next(iter(columns.values())))
    plain = {"Site": "Astana", "Parameter": "PM2.5 - Principal", "Date (LT)": "2022-01-02 01:00 AM",
             "Raw Conc.": "12.0", "Conc. Unit": "UG/M3", "Duration": "1 Hr", "QC Name": "Valid"}  # fmt: skip
    return text(**{**{k: [v] * n for k, v in plain.items()}, **columns})


def test_airnow_hours_end_at_their_local_stamp() -> None:
    table = dos(**{"Date (LT)": ["2022-01-02 01:00 AM", "2024-03-02 12:00 AM"]})
    rows = kept(airnow_dos.parse(table, ASTANA))
    # UTC+6 before 2024-03-01, UTC+5 since; 12:00 AM is midnight.
    assert rows["start"].tolist() == [pd.Timestamp("2022-01-01T18:00Z"), pd.Timestamp("2024-03-01T18:00Z")]
    assert rows["kind"].unique().tolist() == ["reference"]


def test_airnow_words_and_sentinels() -> None:
    table = dos(
        **{
            "Raw Conc.": ["12", "-999", "-999.0", "972", "5", "6"],
            "QC Name": ["Valid", "Missing", "Valid", "Suspect", "Invalid", "Odd"],
            "Date (LT)": [f"2022-01-02 0{i}:00 AM" for i in range(1, 7)],
        }
    )
    parsed = airnow_dos.parse(table, ASTANA)
    assert (parsed["reject"] == "no value (-999)").sum() == 2
    assert kept(parsed)["flag"].tolist() == ["ok", "suspect", "invalid", "suspect"]


def test_airnow_site_must_be_the_citys() -> None:
    assert airnow_dos.home(dos(Site=["Nur-Sultan"])) == "astana"
    assert airnow_dos.home(dos(Site=["Ташкент"])) == "tashkent"
    assert airnow_dos.home(dos(Site=["Bishkek"])) == "bishkek"
    assert airnow_dos.home(dos(Site=["Kabul"])) == ""
    assert kept(airnow_dos.parse(dos(Site=["Bishkek"]), ASTANA)).empty


def test_an_hour_that_came_twice_is_not_guessed() -> None:
    table = dos(**{"Date (LT)": ["2024-02-29 11:30 PM"]})
    assert airnow_dos.parse(table, ASTANA)["reject"].tolist() == ["local hour came twice or never"]


FEED = {"code (S)": ["PM2.5", "PM2.5", "PM10"], "date (S)": ["2020-03-27T01:00:00.000Z"] * 3,
        "stationId (N)": ["12", "12", "26"], "ts (S)": ["2020-03-27T02:00", "2020-03-27T01:48", "2020-03-27T01:48"],
        "unit (S)": ["mg/m3"] * 3, "value (N)": ["0.05", "0.02", "0.03"]}  # fmt: skip


def test_kazhydromet_feed_ends_the_hour_in_milligrams() -> None:
    rows = kept(kazhydromet.feed(text(**FEED), ASTANA))
    assert len(rows) == 1  # post 26 is not Astana's; the value fetched last stands
    row = rows.iloc[0]
    assert (row["start"], row["raw_unit"], row["station"]) == (
        pd.Timestamp("2020-03-27T00:00Z"),
        "mg/m3",
        "kazhydromet:12",
    )
    assert row["value"] == pytest.approx(50.0)
    assert kazhydromet.PROFILE.recognise(list(FEED), "x.csv").name == "files.layout.kazhydromet_hours"


def test_kazhydromet_names_a_code_that_is_not_kept() -> None:
    made = kazhydromet.feed(text(**FEED | {"code (S)": ["HF", "PM2.5", "PM10"]}), ASTANA)
    assert set(made["parameter"]) == {"code HF", "pm25", "pm10"}


def test_kazhydromet_table_of_twenty_minutes() -> None:
    table = text(datetime=["2025-01-06 07:20:00"], station=["12"], **{k: ["0.0638"] for k in kazhydromet.WIDE})
    rows = kept(kazhydromet.twenty(table, ASTANA))
    assert len(rows) == len(kazhydromet.WIDE)
    assert set(rows["start"]) == {pd.Timestamp("2025-01-06T02:00Z")}
    assert set(rows["minutes"]) == {20}
    assert rows["value"].iloc[0] == pytest.approx(63.8)


def test_tidy_reads_its_own_and_an_exports_names() -> None:
    plain = {"parameter": ["pm25"], "value": ["12,5"]}
    export = text(station_id=["'-x:1"], time_start_utc=["2026-01-01T00:00:00Z"], averaging_minutes=["60"], **plain)
    own = text(station=["1"], start=["2026-01-01T05:00:00+05:00"], minutes=["60"], **plain)
    for table, station in ((export, "-x:1"), (own, "tidy:1")):
        assert tidy.PROFILE.recognise(list(table.columns), "x").name
        row = kept(tidy.parse(table, TASHKENT)).iloc[0]
        assert (row["station"], row["value"], row["source"], row["kind"]) == (station, 12.5, "tidy", "indicative")
        assert row["start"] == pd.Timestamp("2026-01-01T00:00Z")
    naive = tidy.parse(own.assign(start="2026-01-01T05:00:00"), TASHKENT)
    assert naive["reject"].tolist() == ["no start time with its zone"]


def test_tidy_converts_a_unit_of_its_own() -> None:
    table = text(
        station=["1"], start=["2026-01-01T00:00Z"], minutes=["60"], parameter=["co"], value=["1.5"], unit=["mg/m3"]
    )
    assert kept(tidy.parse(table, TASHKENT))["value"].tolist() == [1500.0]


@pytest.mark.parametrize("module", [airdata_kz, tashkent_open, airnow_dos, kazhydromet, tidy])
def test_a_file_of_something_else_is_named_as_such(module: object) -> None:
    with pytest.raises(ImportFileError, match="is not a file of --format"):
        module.PROFILE.recognise(["a", "b"], "x.csv")  # type: ignore[attr-defined]


def test_lines_are_read_as_text_and_odd_ones_counted(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a;b\n007;1\n1;2;3\n;9\n", "utf-8-sig")
    assert header(path) == ["a", "b"]
    (chunk,) = list(chunks(path))
    assert (chunk.broken, chunk.excerpt) == (1, "1;2;3")
    assert chunk.table["a"].tolist()[0] == "007"
    assert chunk.table["a"].isna().tolist() == [False, True]


def test_parquet_and_excel_are_read_like_text(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": ["007", None], "b": [1.5, np.nan]})
    table.to_parquet(tmp_path / "x.parquet")
    table.to_excel(tmp_path / "x.xlsx", index=False)
    for name in ("x.parquet", "x.xlsx"):
        assert header(tmp_path / name, binary=True) == ["a", "b"]
        whole = pd.concat([c.table for c in chunks(tmp_path / name, binary=True)])
        assert whole["a"].dropna().tolist() == ["007"]
        with pytest.raises(ImportFileError, match="this format is CSV"):
            header(tmp_path / name)


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("a,b\n1,Пост\n".encode("cp1251"), "files.table.not_utf8"),
        (b"a,b\n" + b"x" * (20 << 20), "files.table.long_line"),
        (b"a,b", ""),
        (b"\x1f\x8b" + b"x" * 90, "files.table.damaged"),
    ],
)
def test_what_a_library_stumbles_over_is_known_by_its_type_or_its_sign(
    tmp_path: Path, content: bytes, key: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    found = ""
    try:
        header(path)
        list(chunks(path))
    except ImportFileError as error:
        found = error.key
    assert found == key


def test_who_must_act_and_on_what_are_fields(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("a,a\n1,2\n")
    with pytest.raises(ImportFileError) as caught:
        header(tmp_path / "x.csv")
    assert (caught.value.who, caught.value.parameter, caught.value.status) == ("asker", "a", 400)
    with pytest.raises(ImportFileError) as caught:
        tidy.PROFILE.recognise(["station", "parameter"], "x.csv")
    assert caught.value.parameter in caught.value.words["columns"]
    assert "Файл" not in str(caught.value)
    assert "файл этого центра" in caught.value.sentence("ru")


def test_a_bomb_is_refused_before_it_fills_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    monkeypatch.setattr(unpack, "MOST_BYTES", 1 << 20)
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * (1 << 19)))
    with pytest.raises(ImportFileError, match="unpacks to more than 1 MB"):
        list(chunks(path))


def test_stations_of_every_profile_fit_the_schema() -> None:
    made = [
        airdata_kz.stations(airdata(datetime_utc=["x"]), ASTANA),
        tashkent_open.places(PLACES, TASHKENT),
        airnow_dos.stations(dos(Site=["Astana", "Bishkek"]), ASTANA),
        kazhydromet.stations(pd.Series(["12", "26"], dtype="str"), ASTANA),
    ]
    assert [len(conform_stations(t)) for t in made] == [1, 1, 1, 1]


def tidy_rows(table: pd.DataFrame) -> pd.DataFrame:
    plain = {"station": "demo:1", "parameter": "pm25", "start": "2026-01-01T00:00:00Z", "kind": "reference"}
    made = tidy.parse(table.assign(**plain), Options(city=city("astana"), name="x.csv"))
    return conform(made.drop(columns="reject"), datetime(2026, 1, 2, tzinfo=UTC)).rows


def test_a_file_of_an_older_release_says_its_fields_in_one_text() -> None:
    table = pd.DataFrame(
        {
            "minutes": ["60", "1440", "1440"], "value": ["9", "8", "7"], "flag": ["suspect", "ok", "ok"],
            "reason": ["spike: 9 where the hours around have 1", "daily median of hourly values",
                       "operator: agrees with the daily median of post 3"],
        }
    ).assign(start="")  # fmt: skip
    rows = pd.concat([tidy_rows(table.iloc[[i]]) for i in range(3)], ignore_index=True)
    assert rows["statistic"].tolist() == ["mean", "median", "mean"]
    assert rows["checks"].tolist() == [("spike:9,1",), (), ()]
    assert rows["note"].tolist() == table["reason"].tolist()


def test_a_file_of_this_release_brings_its_fields() -> None:
    table = pd.DataFrame(
        {
            "minutes": ["1440"], "value": ["9"], "flag": ["suspect"], "statistic": ["median"],
            "checks": ["fractions:pm1,9,pm25,4; fractions:pm25,4,pm10,1;network:flagged"],
            "note": ["'=1+1; spike: 9"], "reason": ["of no importance"],
        }
    )  # fmt: skip
    row = tidy_rows(table).iloc[0]
    assert row["checks"] == ("fractions:pm1,9,pm25,4", "fractions:pm25,4,pm10,1", "network:flagged")
    assert (row["statistic"], row["note"]) == ("median", "=1+1; spike: 9")


@pytest.mark.parametrize(("column", "cell"), [("checks", "Spike seen"), ("statistic", "mode")])
def test_fields_that_cannot_be_read_are_rejects(column: str, cell: str) -> None:
    table = pd.DataFrame({"minutes": ["60"], "value": ["9"], column: [cell]})
    plain = {"station": "demo:1", "parameter": "pm25", "start": "2026-01-01T00:00:00Z"}
    made = tidy.parse(table.assign(**plain), Options(city=city("astana"), name="x.csv"))
    done = conform(made.drop(columns="reject"), datetime(2026, 1, 2, tzinfo=UTC))
    assert len(done.rows) == 0
    assert len(done.rejects) == 1


def test_numbers_of_a_tidy_file_have_one_reading() -> None:
    table = text(station=["1"] * 3, parameter=["pm10"] * 3, minutes=["60"] * 3, value=["1,234.5", "1,234", "<5"],
                 start=[f"2026-01-01T0{h}:00:00+00" for h in range(3)])  # fmt: skip
    rows = kept(tidy.parse(table, TASHKENT))
    assert rows["value"].tolist() == [1234.5, 1234.0, 5.0]
    assert rows["flag"].tolist() == ["ok", "ok", "suspect"]
    assert rows["checks"].tolist() == [(), (), ("below:5",)]
    alone = tidy.parse(table.iloc[[1]], TASHKENT)
    assert alone["reject"].tolist() == ["number not understood"]
    # our own export for a spreadsheet: the coordinates show that its commas are decimal
    own = tidy.parse(table.iloc[[1]].assign(lat="41,3", lon="69,25"), TASHKENT)
    assert kept(own)["value"].tolist() == [1.234]


def test_a_bound_of_a_tidy_file_keeps_the_files_own_verdict() -> None:
    table = text(station=["1"] * 3, parameter=["pm10"] * 3, minutes=["60"] * 3, value=["5*", ">5", "7"],
                 start=[f"2026-01-01T0{h}:00:00Z" for h in range(3)], flag=["invalid", "ok", None],
                 checks=["range:5", "above:5", None])  # fmt: skip
    rows = tidy.parse(table, TASHKENT)
    assert rows["flag"].fillna("").tolist() == ["invalid", "suspect", ""]
    assert rows["checks"].tolist() == [("range:5", "marked"), ("above:5",), ()]


def test_no_clock_of_tashkents_set_is_read_by_its_first_digits() -> None:
    hours = ["13:00:00", "1 PM", "24:00", "13", "13-14", "", "2025-01-31T13:00:00", "1 day, 0:00:00"]
    table = text(Date=["2025-01-31T00:00:00", *["31.01.2025"] * 7], Time=hours, Station=["A"] * 8)
    found = tashkent_open.whole(table.assign(**{"PM2.5": [str(i) for i in range(8)]}), TASHKENT)
    rows = found[found["parameter"] == "pm25"]
    day = "2025-01-31T08:00Z"
    want = [day, day, "2025-01-31T19:00Z", day, None, None, day, "2025-01-31T19:00Z"]
    assert rows["start"].tolist() == [pd.Timestamp(t) if t else pd.NaT for t in want]
    assert rows["reject"].tolist() == [*[""] * 4, "time not understood", *[""] * 3]


def test_what_is_no_number_is_said_in_every_layout() -> None:
    said = ["5", "", "5 µg", "<3"]
    line = {
        "Site": "Astana",
        "Parameter": "PM2.5 - Principal",
        "Conc. Unit": "UG/M3",
        "Duration": "1 Hr",
        "QC Name": "Valid",
    }
    table = text(
        **{n: [v] * 4 for n, v in line.items()}, **{"Raw Conc.": said, "Date (LT)": ["2025-01-01 01:00 AM"] * 4}
    )
    unread = "number not understood"
    assert airnow_dos.parse(table, ASTANA)["reject"].tolist() == ["", "", unread, unread]
    days = text(date=["2025-01-01"] * 4, station=["A"] * 4, pm25=said)
    made = tashkent_open.daily(days, TASHKENT)
    assert (made["reject"].tolist(), made["checks"].tolist()[3]) == (["", "", unread, ""], ("below:3",))
    feed = text(
        code=["CO"] * 4, date=["2020-01-01T00:00:00+0000"] * 4, stationId=["4"] * 4, unit=["mg/m3"] * 4, value=said
    )
    made = kazhydromet.feed(feed, ASTANA)
    assert (made["reject"].tolist(), made["flag"].tolist()) == (["", "", unread, ""], ["ok", "ok", "ok", "suspect"])
