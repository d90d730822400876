"""Importing files: the account adds up, twice changes nothing, damage is one sentence, and the real files agree."""

import gzip
import random
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from data import checks
from data.store import Appended, Store
from data.store.tables.schemas import TABLES
from jobs.export.measurements import measurements_csv, tables
from jobs.export.request import Request
from jobs.ingest import asked, files
from jobs.ingest.files import BROKEN, TWICE, ImportFileError, run
from sources.files import FORMATS, Chunk, Part, parts

HEADER = "datetime_utc,station_id,station_name,source,lat,lon,value_ugm3,raw_value,raw_unit,conversion_note"
BISHKEK = """country = "KG"
zone = "Asia/Bishkek"
centre = [42.874, 74.612]
box = [42.75, 74.40, 43.00, 74.80]
law = "kz"
languages = ["ru", "en"]
[names]
en = "Bishkek"
"""


def balanced(done: dict[str, object]) -> dict[str, object]:
    """The summary, after the sum that always holds."""
    rejected = sum(done["rejected"].values())  # type: ignore[attr-defined]
    assert done["read"] == done["stored"] + done["revised"] + done["unchanged"] + rejected  # type: ignore[operator]
    left_out = sum(entry["cells"] for entry in done["left_out"])  # type: ignore[attr-defined]
    assert done["cells"] == done["read"] + left_out + done["labels"]  # type: ignore[operator]
    return done


def dump(hours: int = 30, station: str = "kgmt_4", first: str = "2024-12-01T00:00Z") -> str:
    stamps = pd.date_range(first, periods=hours, freq="h").tz_convert("Etc/GMT+8")
    values = 30 + 10 * np.sin(np.arange(hours))
    lines = [
        f"{t.isoformat(sep=' ')},{station},PCP #7,kgmt,51.12,71.43,{v:.2f},{v / 1000:.6f},mg/m3,exact"
        for t, v in zip(stamps, values, strict=True)
    ]
    return "\n".join([HEADER, *lines]) + "\n"


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "pm25.csv.gz"
    path.write_bytes(gzip.compress(dump().encode()))
    return path


@pytest.fixture
def two_more_cities(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from data.city import FOLDER

    shutil.copytree(FOLDER, tmp_path / "cities")
    (tmp_path / "cities" / "bishkek.toml").write_text(BISHKEK)
    almaty = re.sub("box = .*", "box = [43.05, 76.65, 43.45, 77.20]", BISHKEK)
    almaty = almaty.replace("Bishkek", "Almaty").replace("KG", "KZ")
    (tmp_path / "cities" / "almaty.toml").write_text(almaty)
    monkeypatch.setenv("CLEANAIR_CITIES", str(tmp_path / "cities"))


def test_the_account_adds_up_and_twice_changes_nothing(good: Path, store: Store) -> None:
    seen: list[int] = []
    done = balanced(run([good], "airdata-kz", None, store, progress=seen.append))
    assert (done["read"], done["stored"], done["stations"], sum(seen)) == (30, 30, 1, 30)
    assert (done["first"], done["last"]) == ("2024-11-30T23:00:00+00:00", "2024-12-02T04:00:00+00:00")
    version = store.version()
    again = balanced(run([good], "airdata-kz", "astana", store))
    assert (again["stored"], again["revised"], again["unchanged"]) == (0, 0, 30)
    assert store.version() == version
    assert store.stations("astana")["station"].tolist() == ["airdata-kz:kgmt_4"]


def test_a_changed_value_is_a_revision(good: Path, store: Store) -> None:
    run([good], "airdata-kz", None, store)
    lines = dump().splitlines()
    lines[5] = lines[5].replace(lines[5].split(",")[7], "0.031")
    good.write_bytes(gzip.compress("\n".join(lines).encode()))
    done = balanced(run([good], "airdata-kz", None, store))
    assert (done["revised"], done["unchanged"]) == (1, 29)


def test_rows_that_cannot_be_kept_are_counted_by_reason(tmp_path: Path, store: Store) -> None:
    lines = dump().splitlines()
    lines += [lines[3], lines[4].replace("51.12", "51.13"), lines[5] + ",more", "never," + lines[6].split(",", 1)[1]]
    lines[7] = lines[7].replace(lines[7].split(",")[7], "")
    path = tmp_path / "pm25.csv"
    path.write_text("\n".join(lines) + "\n")
    done = balanced(run([path], "airdata-kz", None, store))
    assert done["rejected"] == {TWICE: 2, BROKEN: 1, "no start time": 1, "no value": 1}
    kept = store.rejects()
    assert dict(zip(kept["reason"], kept["count"], strict=True)) == done["rejected"]
    assert set(kept.loc[kept["reason"] != TWICE, "origin"]) == {"pm25.csv"}


def test_duplicates_between_files_of_one_batch_count_too(good: Path, tmp_path: Path, store: Store) -> None:
    shutil.copy(good, tmp_path / "copy_of_pm25.csv.gz")
    done = balanced(run([tmp_path / "*.csv.gz"], "airdata-kz", None, store))
    assert (done["stored"], done["rejected"]) == (30, {TWICE: 30})


def test_a_fault_in_any_file_of_a_batch_stores_nothing(good: Path, tmp_path: Path, store: Store) -> None:
    (tmp_path / "so2.csv.gz").write_bytes(good.read_bytes()[:-40])
    with pytest.raises(ImportFileError, match=r"cut off in the middle.*Nothing was stored"):
        run([good, tmp_path / "so2.csv.gz"], "airdata-kz", None, store)
    assert store.is_empty()


def test_a_fault_after_a_whole_batch_says_what_is_kept(
    good: Path, tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "BATCH", 20)
    (tmp_path / "so2.csv.gz").write_bytes(gzip.compress(dump(3000).encode())[:-40])
    with pytest.raises(ImportFileError, match="The 30 rows of the batches before the fault are kept"):
        run([good, tmp_path / "so2.csv.gz"], "airdata-kz", None, store)
    assert len(store.measurements("astana")) == 30


def _utf16(good: bytes) -> bytes:
    return gzip.decompress(good).decode().encode("utf-16")


def _lacking(good: bytes) -> bytes:
    return gzip.decompress(good).replace(b"raw_value", b"raw_valeu")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda good: b"", "is empty"),
        (lambda good: gzip.compress(b""), "no header line"),
        (lambda good: gzip.decompress(good).splitlines()[0], "not one measurement"),
        (lambda good: good[: len(good) // 2], "cut off"),
        (lambda good: good[:60] + bytes(40) + good[100:], "damaged|not a CSV|cut off|cannot be read"),
        (lambda good: good[:-8] + bytes(4) + good[-4:], "checksum"),
        (_utf16, "UTF-16"),
        (lambda good: gzip.decompress(good).replace(b"PCP", "Пост".encode("cp1251")), "not UTF-8"),
        (_lacking, "needs the column raw_value"),
        (lambda good: b"date,station,pm25\n2024-01-01,x,3\n", "is not a file of --format airdata-kz"),
        (lambda good: b"\x00" * 5000, "not a CSV"),
        (lambda good: b"PK\x03\x04" + bytes(100), "this format is CSV"),
        (lambda good: (HEADER + "\n" + "x" * (40 << 20)).encode(), "line longer than 8 MB"),
    ],
)
def test_a_bad_file_is_one_sentence(good: Path, store: Store, made: object, says: str) -> None:
    good.write_bytes(made(good.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ImportFileError, match=says) as caught:
        run([good], "airdata-kz", None, store)
    assert str(caught.value).endswith("Nothing was stored.")
    assert "\n" not in str(caught.value)
    assert store.is_empty()


def test_bad_arguments_are_sentences(good: Path, tmp_path: Path, store: Store) -> None:
    for paths, format, city, stamps, says in (
        ([tmp_path], "airdata-kz", None, "end", "is a folder"),
        ([tmp_path / "none.csv"], "airdata-kz", None, "end", "cannot be opened"),
        ([tmp_path / "*.xls"], "airdata-kz", None, "end", "no file matches"),
        ([], "airdata-kz", None, "end", "no file was named"),
        ([good], "airdata", None, "end", "no format"),
        ([good], "airdata-kz", None, "middle", "stamps"),
        ([good], "airdata-kz", "tashkent", "end", "holds rows of Astana, not of Tashkent"),
        ([good], "airdata-kz", "atlantis", "end", "no city"),
        ([good], "airdata-kz", None, "start", "leave out --stamps start"),
    ):
        with pytest.raises(ImportFileError, match=says):
            run(paths, format, city, store, stamps=stamps)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Nothing was stored"):
        run([tmp_path], "airdata-kz", None, store)


@dataclass
class Counting:
    """As much of a store as an import needs; the corruption test is about files."""

    rows: list[pd.DataFrame] = field(default_factory=list)

    def append(self, rows: pd.DataFrame, rejects: pd.DataFrame | None = None) -> Appended:
        return Appended(stored=len(rows))

    def put_stations(self, rows: pd.DataFrame, seen: pd.DataFrame | None = None) -> int:
        return len(rows)

    def stations(self) -> pd.DataFrame:
        return TABLES["stations"].empty()

    def is_empty(self) -> bool:
        return True

    def table(self, name: str) -> pd.DataFrame:
        return TABLES[name].empty()


def corruptions(good: bytes, count: int, seed: int) -> Iterator[bytes]:
    """The file with some bytes changed, cut out, doubled or put in, or its end gone."""
    chance = random.Random(seed)
    for _ in range(count):
        bad = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            at, size = chance.randrange(len(bad)), chance.randint(1, 12)
            change = chance.choice(["bit", "byte", "cut", "double", "put", "end"])
            if change == "bit":
                bad[at] ^= 1 << chance.randrange(8)
            elif change == "byte":
                bad[at] = chance.choice(b'\x00\xff",;\n\r-0199Te')
            elif change == "cut":
                del bad[at : at + size]
            elif change == "double":
                bad[at:at] = bad[at : at + size]
            elif change == "put":
                bad[at:at] = chance.randbytes(size)
            elif chance.random() < 0.2:
                del bad[at:]
            if not bad:
                break
        yield bytes(bad)


def one_line(error: ImportFileError) -> str:
    assert "\n" not in str(error)
    return "sentence"


def ends(path: Path) -> str:
    """How an import of one file ends: with a sum or with a sentence, never otherwise."""
    try:
        balanced(run([path], "airdata-kz", "astana", Counting()))  # type: ignore[arg-type]
    except ImportFileError as error:
        return one_line(error)
    return "sum"


@pytest.mark.slow
def test_ten_thousand_corruptions_end_in_a_sentence_or_a_sum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is opened and cut into rows; the rows go on, of one in a hundred alone, of the others together."""
    path, plain = tmp_path / "pm25.csv", dump(3).encode()
    ended, pool = Counter[str](), list[Chunk]()
    for good, count in ((plain, 8000), (gzip.compress(plain), 2000)):
        for number, bad in enumerate(corruptions(good, count, seed=len(good))):
            path.write_bytes(bad)
            if number % 100 == 0:
                ended[ends(path)] += 1
                continue
            try:
                pool += [chunk for part in parts(path, FORMATS["airdata-kz"]) for chunk in part.chunks()]
                ended["rows"] += 1
            except ImportFileError as error:
                ended[one_line(error)] += 1
    path.write_bytes(plain)
    (part,) = parts(path, FORMATS["airdata-kz"])
    first = next(part.chunks())
    names = list(first.table.columns)
    tables = [c.table[names] for c in pool if set(names) <= set(c.table)]
    lines = tuple(line for c in pool for line in c.lines)
    whole = replace(first, table=pd.concat(tables, ignore_index=True), broken=len(lines), lines=lines, excerpt="x")

    class Pooled(Part):
        def chunks(self, seen: object = None) -> Iterator[Chunk]:
            return iter([whole])

    monkeypatch.setattr(asked, "parts", lambda *_: [Pooled(**vars(part))])
    assert ends(path) == "sum"
    assert sum(ended.values()) == 10_000
    assert min(ended["rows"], ended["sentence"]) > 1000
    assert ended["sum"] > 10


def exported(store: Store, city: str, **options: object) -> Request:
    ends = {"start": datetime(2000, 1, 1, tzinfo=UTC), "end": datetime(2100, 1, 1, tzinfo=UTC)}
    return Request(city=city, as_of=datetime(2100, 1, 1, tzinfo=UTC), **ends, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", ["csv", "csv.gz", "excel.csv", "xlsx", "parquet"])
def test_what_we_export_comes_back_unchanged(good: Path, tmp_path: Path, store: Store, shape: str) -> None:
    lines = dump(30).splitlines()
    lines[9] = lines[9].replace(lines[9].split(",")[7], "9.9")  # one value that the checks flag
    good.write_bytes(gzip.compress("\n".join(lines).encode()))
    run([good], "airdata-kz", None, store)
    before, stations = store.measurements("astana"), store.stations()
    assert (before["flag"] != "ok").any()
    request = exported(store, "astana", excel=shape.startswith("excel"))
    path = tmp_path / f"export.{shape}"
    whole = b"".join(measurements_csv(store, request))
    if shape in ("xlsx", "parquet"):
        frame = pd.concat([t.to_pandas() for t in tables(store, request)], ignore_index=True)
        frame.to_excel(path, index=False) if shape == "xlsx" else frame.to_parquet(path)
    else:
        path.write_bytes(gzip.compress(whole) if shape.endswith("gz") else whole)
    done = balanced(run([path], "tidy", None, store))
    assert (done["read"], done["unchanged"], done["rejected"]) == (30, 30, {})
    pd.testing.assert_frame_equal(store.measurements("astana"), before)
    pd.testing.assert_frame_equal(store.stations(), stations)


def test_all_of_astana_adds_up_and_agrees_with_the_embassy(shared: Path, store: Store) -> None:
    """Reads the PM2.5 file of AirData.kz; the whole is timed by bench/import_airdata.py."""
    done = balanced(run([shared / "data/airdata-kz/astana/pm25.csv.gz"], "airdata-kz", None, store))
    assert (done["read"], done["stored"], done["rejected"]) == (185_984, 185_984, {})
    rows = store.measurements("astana", ["pm25"], stations=["airdata-kz:oaq_20512"])
    ours = rows.set_index("start")["value"]
    other = pd.read_csv(shared / "data/astana-embassy-hourly/astana_pm25_hourly.csv")
    theirs = other.set_index(pd.to_datetime(other["time_utc"], utc=True) - pd.Timedelta("1h"))["pm25_ugm3"]

    def agreement(shift: str) -> tuple[int, float]:
        both = pd.concat([ours, theirs.set_axis(theirs.index + pd.Timedelta(shift))], axis=1, join="inner").dropna()
        return len(both), float((both.iloc[:, 0] - both.iloc[:, 1]).abs().lt(0.5).mean())

    count, share = agreement("0h")
    assert count >= 1600
    assert share == 1.0
    assert max(agreement("1h")[1], agreement("-1h")[1]) < 0.2


def test_the_posts_daily_cycle_keeps_its_phase_where_the_stamps_jump(shared: Path, store: Store) -> None:
    """NO2 of winter is least before dawn: at 06 UTC in late stamps, and at 23–01 UTC once they are moved back."""
    run([shared / "data/airdata-kz/astana/no2.csv.gz"], "airdata-kz", None, store)
    rows = store.measurements("astana", ["no2"], stations=["airdata-kz:kgmt_7", "airdata-kz:kgmt_9"])
    rows = rows[rows["start"].dt.month.isin([11, 12, 1]) & (rows["value"] > 0)]
    change = pd.Timestamp("2023-10-29T11:00Z")
    late = rows["note"].str.contains("moved back 6 h")
    assert (late == (rows["start"] < change - pd.Timedelta("7h"))).all()
    log = np.log(rows["value"])
    before, after = (log[part].groupby(rows["start"].dt.hour).mean() for part in (late, ~late))
    fit = {s: float(np.corrcoef(np.roll(before, s), after)[0, 1]) for s in range(-12, 12)}
    assert abs(max(fit, key=lambda s: fit[s])) <= 1


def test_tashkents_files_together(shared: Path, store: Store) -> None:
    folder = shared / "data/tashkent-municipal-daily"
    done = balanced(run([folder / "*.csv"], "tashkent-open", None, store))
    assert done["rejected"] == {"median of the city, not of a station": 1059, "no value": 19}
    assert done["stations"] == 10
    stations = store.stations("tashkent")
    assert stations["lat"].notna().all()
    rows = store.measurements("tashkent", ["pm25"])
    days, hours = (rows[rows["minutes"] == m] for m in (1440, 60))
    assert len(days) == 10_146
    assert (days["statistic"] == "median").all()
    # The publisher's own day is the median of the hours we place in it, at all nine stations.
    medians = hours.groupby("station")["value"].median()
    day = days[days["start"] == hours["start"].min()].set_index("station")["value"]
    assert len(medians) == 9
    assert (medians == day.reindex(medians.index)).all()


def test_tashkents_sensor_and_its_weather(shared: Path, store: Store) -> None:
    path = shared / "data/tashkent-hourly-sensor-2025-26/tashkent_pm25_weather_hourly_sensor_only.csv"
    balanced(run([path], "tashkent-open", None, store))
    rows = store.measurements("tashkent")
    assert rows.groupby("parameter")["kind"].agg(lambda k: k.unique().tolist()).map(len).eq(1).all()
    assert (rows["kind"] == "indicative").sum() == 811
    assert rows.loc[rows["parameter"] == "wind_speed", "value"].max() < 15


@pytest.mark.usefixtures("two_more_cities")
def test_bishkek_by_a_city_file_of_its_own(shared: Path, store: Store) -> None:
    folder = shared / "data/bishkek-embassy"
    done = balanced(run([folder / "Bishkek_PM2.5_2019-2023_airnow_dos.csv.gz"], "airnow-dos", "bishkek", store))
    assert done["read"] == 35_166
    assert done["rejected"] == {"no value (-999)": 60, TWICE: 2}
    ours = store.measurements("bishkek").set_index("start")["value"]
    other = pd.read_csv(folder / "bishkek_openaq_pm25_utc.csv.gz")
    theirs = other.set_index(pd.to_datetime(other["timestamp"], utc=True) - pd.Timedelta("1h"))["pm25_levels"]
    both = pd.concat([ours, theirs[theirs > -900]], axis=1, join="inner")
    assert len(both) > 9_000
    assert (both.iloc[:, 0] == both.iloc[:, 1]).mean() > 0.99
    with pytest.raises(ImportFileError, match="rows of Bishkek, not of Astana"):
        run([folder / "Bishkek_PM2.5_2019-2023_airnow_dos.csv.gz"], "airnow-dos", "astana", store)


@pytest.mark.usefixtures("two_more_cities")
def test_kazhydromets_rows(shared: Path, store: Store) -> None:
    feed = shared / "data/kz-raw-feeds-2020/kazgidromet_data.csv"
    done = balanced(run([feed], "kazhydromet", "astana", store))
    assert (done["stored"], done["rejected"]) == (44, {"post is not known in Astana": 56})
    table = shared / "data/kazhydromet-almaty-2025-01/kgm_2025_01_excerpt.csv"
    done = balanced(run([table], "kazhydromet", "almaty", store))
    assert (done["read"], done["stations"]) == (99 * 7, 11)
    rows = store.measurements("almaty")
    assert set(rows["minutes"]) == {20}
    assert rows.loc[rows["parameter"] == "co", "value"].max() == pytest.approx(4500, rel=0.1)
    with pytest.raises(ImportFileError, match="name it with --city"):
        run([feed], "kazhydromet", None, store)


def hours(values: list[float], station: str = "p1") -> pd.DataFrame:
    start = pd.date_range("2024-05-31T19:00Z", periods=len(values), freq="h").strftime("%Y-%m-%dT%H:%M:%SZ")
    table = pd.DataFrame({"station": station, "parameter": "pm25", "start": start, "minutes": 60, "value": values})
    return table.assign(kind="reference")


def test_a_tidy_file_without_flags_is_checked(tmp_path: Path, store: Store) -> None:
    values = [40.0 + i / 10 for i in range(48)]
    values[3:6], values[10], values[20] = [-999.0] * 3, 99999.0, -40.0
    hours(values).to_csv(tmp_path / "plain.csv", index=False)
    done = balanced(run([tmp_path / "plain.csv"], "tidy", "astana", store))
    rows = store.measurements("astana").sort_values("start")
    assert rows["flag"].iloc[[3, 4, 5, 10, 20]].tolist() == ["invalid"] * 5
    assert (rows["flag"] == "ok").sum() == 43
    assert done["flagged"] == {"sentinel": 3, "range": 1, "negative": 1}


def test_a_blank_flag_is_no_verdict_and_a_given_one_stands(tmp_path: Path, store: Store) -> None:
    table = hours([40.0 + i % 7 for i in range(48)]).assign(flag="", checks="")
    table.loc[[5, 6, 7], "value"] = [9999.0, -999.0, 44.0]
    table.loc[[7, 8], "flag"] = ["suspect", "ok"]
    table.loc[8, "value"] = -999.0  # called ok, and yet impossible
    table.to_csv(tmp_path / "mixed.csv", index=False)
    balanced(run([tmp_path / "mixed.csv"], "tidy", "astana", store))
    rows = store.measurements("astana").sort_values("start")
    assert rows["flag"].iloc[5:9].tolist() == ["invalid", "invalid", "suspect", "invalid"]
    assert rows["checks"].iloc[5:9].tolist() == [("fault_code:9999",), ("sentinel:-999",), (), ("sentinel:-999",)]
    assert set(rows["flag"].drop(rows.index[5:9])) == {"ok"}


def test_nines_of_one_of_three_stations_are_flagged_at_import(tmp_path: Path, store: Store) -> None:
    noise = np.random.default_rng(5)
    tables = [hours(list((30 * np.exp(noise.normal(0, 0.2, 72))).round(1)), s) for s in ("a", "b", "c")]
    tables[1].loc[69:71, "value"] = 9999.0
    pd.concat(tables).to_csv(tmp_path / "odd.csv", index=False)
    assert run([tmp_path / "odd.csv"], "tidy", "astana", store)["flagged"] == {"fault_code": 3}
    assert set(store.measurements("astana").query("value == 9999")["flag"]) == {"invalid"}


@pytest.mark.usefixtures("two_more_cities")
def test_what_the_publisher_calls_valid_below_zero_enters_the_mean(shared: Path, store: Store) -> None:
    file = shared / "data/bishkek-embassy/Bishkek_PM2.5_2019-2023_airnow_dos.csv.gz"
    run([file], "airnow-dos", "bishkek", store)
    said = pd.read_csv(file)
    valid = said[(said["QC Name"] == "Valid") & (said["Raw Conc."] < 0)]
    rows = store.measurements("bishkek")
    below = rows[(rows["value"] < 0) & (rows["flag"] == "ok")]
    assert len(valid) == 733
    assert len(below) >= 690  # the others lie in days that the checks of whole days doubt
    local = rows["start"].dt.tz_convert("Asia/Bishkek")
    days = rows[(local.dt.year == 2020) & (rows["flag"] == "ok")].groupby(local.dt.date)["value"]
    assert days.mean()[days.size() >= 18].mean() == pytest.approx(27.99, abs=0.2)  # 30.3 without those below zero
    sound = ~checks.has(rows["checks"], "network")  # all that the publisher calls valid
    means = rows[sound].groupby(local.dt.date)["value"].agg(["mean", "size"])
    full = means[means["size"] >= 18]
    assert len(full) == 1447
    assert full[[day.year == 2020 for day in full.index]]["mean"].mean() == pytest.approx(27.99, abs=0.05)
