"""Reference temperatures of limits, and gases taken to them."""

from datetime import date

import pandas as pd
import pytest

from data.parameters import MOLAR_VOLUME_20C, PARAMETERS, conversion
from data.standards.limits import registry
from data.standards.temperature import GASES, exact, factor, held_at

# Jurisdiction → temperature at which its gases stand [°C]; None where nothing that was read states one.
STATED = {"uz": 0.0, "kz": 0.0, "eu": 20.0, "who-2021": None}


def test_every_limit_of_a_gas_stands_at_the_temperature_of_its_act_and_no_particle_does() -> None:
    for limit in registry().limits:
        expected = STATED[limit.jurisdiction] if limit.parameter in GASES else None
        assert limit.temperature == expected, limit.key
        assert (limit.temperature is None) == (limit.temperature_act == ""), limit.key


@pytest.mark.parametrize(("temperature", "per_ppb"), [(0.0, 2.8583), (20.0, 2.6633), (25.0, 2.6186)])
def test_one_ppb_of_sulphur_dioxide(temperature: float, per_ppb: float) -> None:
    kept, _ = conversion("so2", "ppb")
    assert kept * factor(temperature) == pytest.approx(per_ppb, abs=2e-4)
    assert kept == pytest.approx(PARAMETERS["so2"].molar_mass / MOLAR_VOLUME_20C)


def test_only_a_mixing_ratio_of_a_gas_is_known_whatever_the_temperature() -> None:
    rows = pd.DataFrame(
        {"parameter": ["so2", "so2", "co", "pm25", "no2"], "value": 100.0,
         "raw_unit": ["ppb", "мг/м3", "PPM", "ppb", None]}
    )  # fmt: skip
    assert exact(rows).tolist() == [True, False, True, False, False]
    taken = held_at(rows, 0.0)["value"].round(2).tolist()
    assert taken == [107.32, 100.0, 107.32, 100.0, 100.0]
    assert held_at(rows, 20.0) is rows
    assert held_at(rows, None) is rows
    assert held_at(rows.drop(columns="raw_unit"), 0.0)["value"].tolist() == [100.0] * 5


def test_both_laws_name_the_guide_that_states_their_temperature() -> None:
    named = {
        x.temperature_act for x in registry().limits if x.law and x.parameter in GASES and x.in_force(date.today())
    }
    assert named == {"rd-52-04-186-89"}
