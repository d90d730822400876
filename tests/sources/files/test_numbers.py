"""Numbers in cells: written in any accepted way they are read back; anything else is exact or rejected."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.files.numbers import NO_VALUE, UNREADABLE, Roles, read, roles

SPACES = (" ", "\u00a0", "\u202f", "\u2009", "'", "’")
NONE = float("nan")


def cells(*texts: str, **more: object) -> list[tuple[float, str]]:
    found = read(pd.Series(texts, dtype="str"), **more)  # type: ignore[arg-type]
    return [(v if v == v else None, r) for v, r in zip(found.value, found.reject, strict=True)]  # type: ignore[misc]


def grouped(digits: str, between: str) -> str:
    return re.sub(r"(?<=\d)(?=(?:\d{3})+$)", between, digits)


@st.composite
def columns(draw: st.DrawFn) -> tuple[list[str], list[float]]:
    """A column in one dialect, with one number that shows it, and what it says."""
    decimal = draw(st.sampled_from(".,"))
    between = draw(st.sampled_from(["", *SPACES, "," if decimal == "." else "."]))
    numbers = draw(st.lists(st.tuples(st.integers(-9_999_999, 9_999_999), st.integers(0, 4)), min_size=1, max_size=12))
    proof = [(12_345_675, 1)]  # 1,234,567.5
    texts, values = [], []
    for whole, places in [*proof, *numbers]:
        sign = draw(st.sampled_from("-−–")) if whole < 0 else ""
        digits = f"{abs(whole):0{places + 1}d}"
        head, tail = (digits[:-places], digits[-places:]) if places else (digits, "")
        texts.append(f"{sign}{grouped(head, between)}{decimal if tail else ''}{tail}{draw(st.sampled_from(['', ' ']))}")
        values.append(float(f"{'-' if whole < 0 else ''}{head}.{tail or 0}"))
    return texts, values


@given(columns())
def test_a_column_in_one_dialect_is_read_back_exactly(column: tuple[list[str], list[float]]) -> None:
    texts, values = column
    assert read(pd.Series(texts)).value.tolist() == values


@given(st.lists(st.text(alphabet="0123456789.,' -eE<>*\u00a0x", max_size=10), max_size=8))
def test_any_text_is_exact_or_rejected(texts: list[str]) -> None:
    """A value is one of the two ways in which its own digits can be read, never another number."""
    found = read(pd.Series(texts, dtype="str"))
    for text, value, reason in zip(texts, found.value, found.reject, strict=True):
        if value == value:
            digits = re.sub(r"[^\d.,eE-]", "", text)
            either = {digits.replace(",", ""), digits.replace(".", "").replace(",", "."), digits.replace(",", "."),
                      digits.replace(".", "")}  # fmt: skip
            assert any(float(d) == value for d in either if re.fullmatch(r"-?(?:\d+\.?\d*|\.\d+)(?:[eE]-?\d+)?", d))
        else:
            assert reason in (UNREADABLE, NO_VALUE)
            assert reason == UNREADABLE or not re.search(r"\d", text)


@given(st.text(max_size=12))
def test_no_text_breaks_it(text: str) -> None:
    found = read(pd.Series([text, "1,5"], dtype="str"))
    assert found.value.iloc[1] == 1.5


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (["1,234"], [None]),  # nothing decides
        (["1,234", "17"], [None, 17.0]),
        (["1,234", "0,5"], [1.234, 0.5]),
        (["2,001", "2,001.5"], [2001.0, 2001.5]),
        (["3,456", "7,890,123"], [3456.0, 7890123.0]),
        (["1.234"], [1.234]),  # as machines write it
        (["1.234", "0,5"], [None, 0.5]),  # may be thousands
        (["1.234", "5.678,9"], [1234.0, 5678.9]),
        (["1,234.5", "0,5", "6,789"], [1234.5, 0.5, None]),  # a comma was both
        (["0,041", "0.041"], [0.041, 0.041]),  # each has one reading
    ],
)
def test_one_reading_a_column(texts: list[str], values: list[float | None]) -> None:
    assert [v for v, _ in cells(*texts)] == values


def test_another_column_decides_where_this_one_does_not() -> None:
    beside = roles([pd.Series(["0,045", None]), pd.Series(["17"])])
    assert beside == Roles(decimal=frozenset(","))
    assert cells("1,234", "2,5", beside=beside) == [(1.234, ""), (2.5, "")]
    assert cells("1,234", beside=beside | Roles(group=frozenset(","))) == [(None, UNREADABLE)]


@pytest.mark.parametrize(
    ("text", "value", "check"),
    [("<0.5", 0.5, "below:0.5"), ("≤ 0,5", 0.5, "below:0.5"), ("менее 0,05", 0.05, "below:0.05"),
     ("Less than 2", 2.0, "below:2"),
     ("0,5 dan kam", 0.5, "below:0.5"), ("0,5 дан кам", 0.5, "below:0.5"), ("0,5-тен төмен", 0.5, "below:0.5"),
     ("5-ден кем", 5.0, "below:5"), (">1000", 1000.0, "above:1000"), ("более 1 000,5", 1000.5, "above:1000.5"), 
     ("≥10", 10.0, "above:10"),
     ("не менее 3", 3.0, "above:3"), ("12*", 12.0, "marked"), ("12,5 **", 12.5, "marked")],
)  # fmt: skip
def test_a_bound_is_kept_as_a_bound(text: str, value: float, check: str) -> None:
    found = read(pd.Series([text]))
    assert (found.value.iloc[0], found.reject.iloc[0], found.checks.iloc[0]) == (value, "", (check,))
    assert found.bound.iloc[0]


def test_nothing_and_not_understood_are_two_things() -> None:
    missing = frozenset({"н/д", "-999"})
    nothing = ["", "-", "–", "н/д", "Н/Д", " -999 ", "−999,0", "-999.00", "NaN"]
    assert cells(*nothing, missing=missing) == [(None, NO_VALUE)] * len(nothing)
    odd = [
        "5 мкг",
        "12%",
        "(5)",
        "1_000",
        "0x1F",
        "1e999",
        "inf",
        "True",
        "01.02.2024",
        "1 23",
        "0 041",
        "- 5",
        "7" * 99,
        "5,",
    ]
    assert cells(*odd, missing=missing) == [(None, UNREADABLE)] * len(odd)
    assert read(pd.Series([None, "4"], dtype="str")).reject.tolist() == ["", ""]


def test_numbers_that_are_typed_already() -> None:
    assert read(pd.Series([1, 2])).value.tolist() == [1.0, 2.0]
    assert read(pd.Series([-999.0, 2.5]), frozenset({"-999"})).value.fillna(0).tolist() == [0.0, 2.5]
    assert read(pd.Series([True, False])).reject.tolist() == [UNREADABLE] * 2
