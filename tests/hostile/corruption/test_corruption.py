"""Spoilt tables: nothing is stored under another column, hour, post or unit; what is harmless loses nothing."""

from pathlib import Path

import pytest

from data.store import Store
from tests.hostile.corruption.files import FORMATS
from tests.hostile.corruption.sheet import HOURS, PARAMETERS, POSTS
from tests.hostile.corruption.spoil import HARMLESS
from tests.hostile.corruption.verdict import draw, many

WHOLE = HOURS * len(PARAMETERS) * len(POSTS)
RECORDS = ("parquet", "json")  # their first record is no line of units
ONE_SHEET = ("csv", "parquet", "json")  # these hold the first half of a table that was parted into sheets


@pytest.mark.parametrize("way", HARMLESS)
def test_what_is_harmless_loses_nothing(way: str, tmp_path: Path, store: Store) -> None:
    for seed, file in enumerate(sorted(FORMATS)):
        sheet, _, verdict = draw(seed, tmp_path, store, way, file)
        assert (verdict.refused, verdict.wrong, verdict.sums) == ("", [], True), (sheet.profile, file)
        if way == "units_under_header" and file in RECORDS and sheet.wide:
            assert verdict.stored in (0, WHOLE)  # units among the values: such columns are not read
            continue
        assert verdict.stored == (WHOLE // 2 if way == "second_sheet" and file in ONE_SHEET else WHOLE), file


def test_some_spoilt_files(tmp_path: Path, store: Store) -> None:
    ended, faults = many(range(40), tmp_path, store)
    assert not faults
    assert ended["read"] > ended["refused"]


@pytest.mark.slow
def test_ten_thousand_spoilt_files(tmp_path: Path, store: Store) -> None:
    ended, faults = many(range(10_000), tmp_path, store)
    assert not faults[:20]
    assert ended["read"] > 5 * ended["refused"]
    assert ended["rows"] > 300_000
