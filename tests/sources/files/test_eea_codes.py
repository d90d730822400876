"""Codes of the EEA's files: each as its vocabulary says, and one that it did not have yet by its number."""

from typing import Any

import pandas as pd
import pytest

from data.city import city
from data.schema import conform
from sources.files import eea
from sources.files.profile import Options

OPTIONS = Options(city=city("astana"))


def table(**columns: Any) -> pd.DataFrame:
    fixed: dict[str, Any] = {
        "Samplingpoint": "XX/SPO-1", "Pollutant": 7, "Start": "2024-02-29 23:00:00", "End": "2024-03-01 00:00:00",
        "Value": 80.0, "Unit": "ug.m-3", "Validity": 1, "Verification": 1,
    }  # fmt: skip
    count = max([len(v) for v in columns.values() if isinstance(v, list)], default=1)
    starts = [f"2024-03-0{n + 1} 00:00:00" for n in range(count)]
    ends = [f"2024-03-0{n + 1} 01:00:00" for n in range(count)]
    return pd.DataFrame(fixed | {"Start": starts, "End": ends} | columns, index=range(count))


@pytest.mark.parametrize("kind", ["int64", "float64", "str"])
def test_validity_of_the_vocabulary(kind: str) -> None:
    codes = pd.Series([1, 2, 3, 4, -1, -99, 7]).astype(kind).tolist()
    rows = conform(eea.parse(table(Validity=codes), OPTIONS), pd.Timestamp("2026-11-01T00Z")).rows
    assert rows.flag.tolist() == ["ok"] * 4 + ["invalid", "invalid", "suspect"]
    assert rows.checks.tolist()[4:] == [
        ("network:not_valid",), ("network:not_valid,maintenance",), ("network:validity,7",),
    ]  # fmt: skip


def test_codes_are_never_read_by_their_first_digits() -> None:
    made = eea.parse(table(Validity=[1.5, None, "x", "4.0"], Pollutant=[7, 7.9, 99, None]), OPTIONS)
    assert made.flag.tolist() == ["suspect", "suspect", "suspect", "ok"]
    assert made.parameter.fillna("-").tolist() == ["o3", "code 7.9", "code 99", "-"]
    done = conform(made, pd.Timestamp("2026-11-01T00Z"))
    assert (len(done.rows), set(done.rejects.reason)) == (1, {"unknown parameter"})


def test_a_verification_that_is_not_known_is_named_and_an_interval_ends_with_its_minute() -> None:
    made = eea.parse(table(Verification=[1, 2, 9], End="2024-03-03 00:59:59"), OPTIONS)
    assert made.note.tolist() == ["", "network: preliminary", "network: verification code 9"]
    assert made.minutes.tolist()[2] == 60
