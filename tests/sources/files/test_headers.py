"""Headers and names of posts: spellings of one are one, and nothing else becomes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.units import spelling
from sources.files.headers import APOSTROPHES, Tail, plain, split
from sources.files.identity import post

KNOWN = {
    plain(h): p for h, p in {"PM2.5": "pm25", "NO2": "no2", "NO": "no", "Диоксид азота": "no2", "CO": "co"}.items()
}
UNITS = ("мкг/м3", "mg/m³", "µg m⁻³", "ppb", "мг/куб. м")


@given(
    st.sampled_from(["PM2.5", "РМ2,5", "pm-2.5", "PM 2.5", "PM₂.₅", "РМ-2,5"]),
    st.sampled_from(UNITS),
    st.sampled_from([", {}", " ({})", " [{}]", " {}", ",{}", "\n{}", " , {} ", " ({}).", "; {}"]),
)
def test_a_unit_behind_a_name_in_any_way(name: str, unit: str, way: str) -> None:
    assert split(name + way.format(unit), KNOWN) == ("pm2.5", Tail(unit=str(spelling(unit))))


@given(st.sampled_from(["PM2.5", "NO2", "CO", "Диоксид азота"]), st.text(max_size=10))
def test_nothing_behind_a_name_is_passed_over(name: str, behind: str) -> None:
    """Only signs of division are nothing; whatever else stands there is a unit, no unit, or another column."""
    base, tail = split(name + behind, KNOWN)
    if base and tail == Tail() and base == plain(name):
        assert not any(c.isalnum() for c in plain(behind))
    assert not tail.unit or spelling(tail.unit) == tail.unit


@pytest.mark.parametrize("other", ["NO2x", "NOx", "PM2.5-10", "№", "PM25", "CO2", "Диоксид азота2", "Температура", ""])
def test_other_columns_are_other_columns(other: str) -> None:
    base, _ = split(other, KNOWN)
    assert base in ("", plain(other))
    assert plain(other) not in KNOWN


@given(st.text(max_size=20), st.sampled_from([chr(c) for c in APOSTROPHES]))
def test_apostrophes_are_one_letter(text: str, mark: str) -> None:
    assert plain(text.replace("'", mark)) == plain(text)


WAYS = (
    "{}",
    "0{}",
    "000{}",
    "№{}",
    "№ {}",
    "# {}",
    " {} ",
    "{}.0",
    "{},0",
    "Пост {}",
    "ПОСТ №{}",
    "пнз №0{}",
    "Post {}",
    "Бекет {}",
    "N° {}",
)


@given(st.integers(0, 10**7), st.sampled_from(WAYS))
def test_a_posts_number_in_any_way_of_writing_it(number: int, way: str) -> None:
    assert post(way.format(number)) == str(number)


@given(st.integers(0, 999), st.sampled_from("абвABZ"), st.sampled_from(["{}{}", "{} {}", "0{}{}", "№{}{}"]))
def test_a_letter_behind_a_number_is_another_post(number: int, letter: str, way: str) -> None:
    assert post(way.format(number, letter)) == f"{number}{letter}"


@given(st.text(max_size=20))
def test_a_name_is_named_once(name: str) -> None:
    once = post(name)
    assert post(once) == once
    assert any(c.isdigit() for c in name) or once == " ".join(name.split())
