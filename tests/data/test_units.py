"""Spellings of units: every way of writing one is read back as itself, and nothing else is read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.parameters import UnitError, spell_unit
from data.units import SPELLINGS, UNITS, spelling

MICRO = ("µg", "μg", "ug", "mcg", "mkg", "мкг", "МКГ")
MILLI = ("mg", "мг", "Мг")
PER = ("/m³", "/м3", "/m^3", "/m**3", " / м³", " m-3", " m⁻³", "·m^-3", ".m-3", "/куб.м", "/куб. м", "/м куб", "/kub.m")
ROUND = (("", ""), ("(", ")"), ("[", "]"), (" ", " "), ("", "."), (" ( ", " ) "))


@given(
    st.sampled_from([*((m, "µg/m³") for m in MICRO), *((m, "mg/m³") for m in MILLI)]),
    st.sampled_from(PER),
    st.sampled_from(ROUND),
)
def test_a_concentration_in_any_spelling(mass: tuple[str, str], per: str, around: tuple[str, str]) -> None:
    assert spelling(f"{around[0]}{mass[0]}{per}{around[1]}") == mass[1]


@pytest.mark.parametrize(
    ("text", "unit"),
    [("degC", "°C"), ("°С", "°C"), ("℃", "°C"), ("%RH", "%"), ("ppmv", "ppm"), ("PPBV", "ppb"), ("м/с", "m/s"),
     ("m s-1", "m/s"), ("гПа", "hPa"), ("мм рт. ст.", "mmHg"), ("kg m**-3", "kg/m³"), ("kg m-2", "mm"), ("", "1")],
)  # fmt: skip
def test_other_units(text: str, unit: str) -> None:
    assert spell_unit(text) == unit


@pytest.mark.parametrize(
    "text", ["мг/м2", "мкг/л", "µg/Nm3", "mg m3", "mg/m^-3", "µg/m³ per day", "кг", "XYZ/м3", ".", "()", "мг/куб. дм"]
)
def test_what_lies_near_is_not_understood(text: str) -> None:
    assert spelling(text) is None
    with pytest.raises(UnitError):
        spell_unit(text)


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_none(text: str) -> None:
    assert spelling(text) in (*UNITS, None)


def test_our_own_spellings_are_read_as_themselves() -> None:
    assert {unit: spelling(unit) for unit in UNITS} == {unit: unit for unit in UNITS}
    assert len(SPELLINGS) > 500
