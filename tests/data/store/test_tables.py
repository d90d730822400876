"""Every declared table takes today's rows over any older layout, and reads back what was written."""

import inspect
from datetime import UTC, date, datetime
from importlib import import_module

import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from data.store import Store, StoreError, open_store
from data.store.tables.declarations.column import BLANK, Declared
from data.store.tables.schemas import TABLES
from data.store.tables.undeclared import Undeclared
from tests.conftest import NOW

SMALL = {name: table for name, table in TABLES.items() if not table.partition}
VALUES = {
    "str": ["a", "b"], "float64": [1.5, 2.5], "int64": [3, 4], "bool": [True, False],
    "datetime64[us, UTC]": [datetime(2026, 1, 9, tzinfo=UTC), datetime(2026, 1, 10, tzinfo=UTC)],
}  # fmt: skip


def full(table: Declared) -> pd.DataFrame:
    """Two rows with a value in every column."""
    return pd.DataFrame({c.name: pd.Series(VALUES[c.dtype], dtype=c.dtype) for c in table.columns})


def older(store: Store, table: Declared, without: str) -> pd.DataFrame:
    """A third row, on disk as an older release wrote it: with a column less, the others in another order."""
    row = full(table).iloc[:1]
    key = table.key[0]
    row = row.assign(**{key: pd.Series(["old"] if table.dtypes[key] == "str" else [NOW], dtype=table.dtypes[key])})
    kept = row.drop(columns=without)[[c for c in reversed(table.names) if c != without]]
    write_deltalake(f"{store.folder}/{table.name}", pa.Table.from_pandas(kept, preserve_index=False))
    dtype = table.dtypes[without]
    blank = BLANK.get(dtype, pd.NaT if "datetime" in dtype else float("nan"))
    return row.assign(**{without: pd.Series([blank], dtype=dtype)})[list(table.names)]


@pytest.fixture(params=sorted(SMALL))
def table(request: pytest.FixtureRequest) -> Declared:
    return SMALL[request.param]


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Equal in columns, types and rows; the store promises no order of rows."""
    assert list(found) == list(wanted)
    names = list(wanted)
    first, second = (rows.sort_values(names, ignore_index=True) for rows in (found, wanted))
    pd.testing.assert_frame_equal(first, second)


def test_every_declaration_is_whole() -> None:
    for name, table in TABLES.items():
        assert table.name == name
        assert set(table.key) <= set(table.names), name
        writer = import_module(table.writer)
        named = [v for v in vars(writer).values() if isinstance(v, str)]
        assert name in named or f'"{name}"' in inspect.getsource(writer), f"{table.writer} does not name {name}"
        assert table.about.endswith("."), name
        assert all(c.meaning.strip() and not c.meaning.endswith(".") for c in table.columns), name
        assert len(set(table.names)) == len(table.columns), name


def test_a_table_has_its_columns_before_its_first_write(store: Store, table: Declared) -> None:
    rows = store.table(table.name)
    assert {str(n): str(d) for n, d in rows.dtypes.items()} == dict(table.dtypes)
    assert not len(rows)
    assert not store.begun(table.name)


def test_what_is_written_is_read_back(store: Store, table: Declared) -> None:
    rows = full(table)
    store.replace(table.name, rows[list(reversed(table.names))], table.key)
    same(store.table(table.name), rows)
    store.extend(table.name, rows[list(reversed(table.names))])
    same(store.table(table.name), pd.concat([rows, rows]))
    assert store.begun(table.name)
    assert store.undeclared() == ()


@pytest.mark.parametrize("way", ["replace", "extend"])
def test_a_table_of_an_older_release_takes_todays_rows(store: Store, table: Declared, way: str) -> None:
    others = [c for c in table.names if c != table.key[0]]
    for number, without in enumerate(dict.fromkeys((others[0], others[len(others) // 2], others[-1]))):
        again = Store(store.folder / str(number))
        kept = older(again, table, without)
        same(again.table(table.name), kept)
        version = again.version(table.name)
        if way == "replace":
            again.replace(table.name, full(table), table.key)
        else:
            again.extend(table.name, full(table))
        same(Store(again.folder).table(table.name), pd.concat([kept, full(table)]))
        commits = [int(text.split("=")[1]) for text in (version, again.version(table.name))]
        assert commits[1] - commits[0] == 1, "one commit: the table is whole whenever its writer is killed"


@pytest.mark.parametrize("way", ["replace", "extend"])
def test_a_frame_with_a_column_less_is_taken(store: Store, table: Declared, way: str) -> None:
    without = table.names[-1] if table.names[-1] not in table.key else table.names[-2]
    rows = full(table)
    store.replace(table.name, rows)
    write = store.extend if way == "extend" else store.replace
    write(table.name, rows.drop(columns=without))
    found = store.table(table.name)
    assert {str(n): str(d) for n, d in found.dtypes.items()} == dict(table.dtypes)
    blank = BLANK.get(table.dtypes[without])
    fresh = found[without].isna() if blank is None else found[without] == blank
    said = (rows[without] == blank).sum() if way == "extend" else 0  # of yes/no, one of the rows before says no
    assert fresh.sum() - said == len(rows)


def test_a_whole_number_column_takes_a_fraction(store: Store, table: Declared) -> None:
    whole = [name for name, dtype in table.dtypes.items() if dtype == "int64"]
    for name in whole:
        rows = full(table)
        store.replace(table.name, rows)
        store.extend(table.name, rows.assign(**{name: [56.75, 2.0]}))
        assert sorted(store.table(table.name)[name]) == [2.0, 3.0, 4.0, 56.75]
        store.replace(table.name, rows.assign(**{name: [5, 56.75]}))
        assert store.table(table.name)[name].tolist() == [5.0, 56.75]
        assert [(one.column, str(one.kept)) for one in store.undeclared()] == [(name, "double")]
        store.replace(table.name, rows)  # nothing needs the wider type any more
        same(store.table(table.name), rows)


def test_a_fraction_stays_in_a_column_that_nobody_declared(store: Store) -> None:
    store.extend("notes", pd.DataFrame({"who": ["a"], "n": [56]}))
    store.extend("notes", pd.DataFrame({"n": [56.75], "who": ["b"], "more": ["x"]}))
    assert sorted(store.table("notes")["n"]) == [56.0, 56.75]
    assert store.table("notes").set_index("who")["more"].isna().to_dict() == {"a": True, "b": False}
    store.replace("notes", pd.DataFrame({"n": [2], "who": ["b"]}), key=["who"])
    assert store.table("notes")["n"].tolist() == [56.0, 2.0]


def test_what_nobody_declared_is_kept_and_named(store: Store) -> None:
    rows = full(TABLES["tokens"]).assign(colour=["red", "blue"])
    store.extend("tokens", rows)
    store.extend("tokens", full(TABLES["tokens"]))
    store.replace("of_tomorrow", pd.DataFrame({"day": [date(2026, 1, 9)]}))
    assert sorted(store.table("tokens")["colour"].dropna()) == ["blue", "red"]
    assert list(store.table("tokens")) == [*TABLES["tokens"].names, "colour"]
    assert store.undeclared() == (Undeclared("of_tomorrow"), Undeclared("tokens", "colour", pa.string()))
    store.replace("of_tomorrow", pd.DataFrame({"day": [date(2026, 1, 9), pd.Timestamp(NOW)]}, dtype=object).iloc[1:])
    assert store.table("of_tomorrow")["day"].tolist() == [pd.Timestamp(NOW)]


def test_a_column_without_any_value_takes_every_type(store: Store) -> None:
    for fresh in ([1.5], [pd.Timestamp(NOW)], ["text"], [True]):
        store.replace("notes", pd.DataFrame({"n": [None]}))
        store.extend("notes", pd.DataFrame({"n": fresh}))
        assert store.table("notes")["n"].dropna().tolist() == fresh
    empty = full(TABLES["alarms"]).astype(object).iloc[:0]
    store.replace("alarms", empty)
    same(store.table("alarms"), TABLES["alarms"].empty())


def test_a_date_becomes_a_time_and_not_the_other_way_round(store: Store) -> None:
    store.extend("days", pd.DataFrame({"at": [date(2026, 1, 9)]}))
    store.extend("days", pd.DataFrame({"at": [pd.Timestamp(NOW)]}))
    store.extend("days", pd.DataFrame({"at": [date(2026, 1, 11)]}))
    days = [pd.Timestamp("2026-01-09", tz="UTC"), pd.Timestamp(NOW), pd.Timestamp("2026-01-11", tz="UTC")]
    assert sorted(store.table("days")["at"]) == days


def test_times_without_zone_of_an_old_table_are_utc(store: Store) -> None:
    table = TABLES["attribution_status"]
    old = full(table).assign(first=pd.to_datetime(["2026-01-08", None]), city=["old", "older"])
    write_deltalake(f"{store.folder}/{table.name}", pa.Table.from_pandas(old, preserve_index=False))
    first = pd.Series([pd.Timestamp("2026-01-08", tz="UTC"), pd.NaT], dtype=table.dtypes["first"], name="first")
    pd.testing.assert_series_equal(store.table(table.name)["first"], first)
    assert [(one.column, str(one.kept)) for one in store.undeclared()] == [("first", "timestamp[us]")]
    store.replace(table.name, full(table), table.key)
    assert store.table(table.name)["first"].tolist()[0] == first[0]
    assert str(store.table(table.name)["first"].dtype) == table.dtypes["first"]
    assert store.undeclared() == ()


@pytest.mark.parametrize("way", ["replace", "extend"])
def test_what_cannot_be_widened_is_refused_by_name_and_changes_nothing(store: Store, way: str) -> None:
    rows = full(TABLES["alarms"])
    store.replace("alarms", rows)
    before = store.version()
    write = store.extend if way == "extend" else store.replace
    with pytest.raises(StoreError, match="alarms: the column unit holds text and cannot take whole numbers"):
        write("alarms", rows.assign(unit=[1, 2]))
    with pytest.raises(StoreError, match="alarms: the column value mixes"):
        write("alarms", rows.assign(value=pd.Series([1.0, "two"], dtype=object)))
    with pytest.raises(StoreError, match="alarms: the column no_data holds yes/no and cannot take numbers"):
        write("alarms", rows.assign(no_data=[0.5, 1.0]))
    assert store.version() == before
    same(store.table("alarms"), rows)


def test_a_layout_that_did_not_change_is_written_without_new_metadata(store: Store) -> None:
    rows = full(TABLES["alarm_log"])
    for _ in range(3):
        store.extend("alarm_log", rows)
        store.replace("alarms", full(TABLES["alarms"]))
    for name in ("alarm_log", "alarms"):
        commits = sorted((store.folder / name / "_delta_log").glob("*.json"))
        assert [b'"metaData"' in path.read_bytes() for path in commits] == [True, False, False]
    assert DeltaTable(str(store.folder / "alarms")).version() == 2


def test_the_status_takes_an_error_as_fields(store: Store) -> None:
    store.put_status("metar", "astana", rows=5, attempted=NOW)
    store.put_status("metar", "astana", error="no answer", error_key="sources.http.none", error_words='{"n": 1}')
    row = store.status().iloc[0]
    assert (row["rows"], row["error_key"], row["error_who"], row["error_words"]) == (
        5, "sources.http.none", "", '{"n": 1}',
    )  # fmt: skip
    with pytest.raises(StoreError, match="status has no mood"):
        store.put_status("metar", "astana", mood="bad")


def test_the_views_of_the_tables_stay_apart(store: Store) -> None:
    store.replace("alarms", full(TABLES["alarms"]))
    first = store.table("alarms")
    first.loc[0, "state"] = "changed by its reader"
    assert store.table("alarms")["state"].tolist() == ["a", "b"]
    assert open_store(store.folder).table("alarms")["state"].tolist() == ["a", "b"]
