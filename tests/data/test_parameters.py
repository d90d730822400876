"""The parameters: every one is named in every language, and what official bulletins add has its mass and its bounds."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from data.parameters import PARAMETERS, POLLUTANTS, conversion
from data.schema import conform

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "ru", "uz", "kk")
ADDED = ("ch4", "formaldehyde", "phenol", "hf", "benzene")


def labels(path: str) -> dict[str, str]:
    found: dict[str, str] = tomllib.loads((ROOT / path).read_text("utf-8"))["parameter"]
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_parameter_has_a_label_in_every_language(language: str) -> None:
    assert set(labels(f"pages/ui/reader/text/{language}/quantity.toml")) >= set(PARAMETERS)
    for subject in ("brief", "alarms"):
        assert set(labels(f"data/text/{subject}/{language}.toml")) >= set(POLLUTANTS), subject


@pytest.mark.parametrize(
    ("parameter", "ppb"),
    # 1 ppb at 20 °C and 1013.25 hPa: molar mass over 24.055 l/mol.
    [("ch4", 0.667), ("formaldehyde", 1.248), ("phenol", 3.912), ("hf", 0.832), ("benzene", 3.247)],
)
def test_gases_of_the_bulletins_are_converted_by_their_molar_mass(parameter: str, ppb: float) -> None:
    assert parameter in POLLUTANTS
    assert conversion(parameter, "ppb")[0] == pytest.approx(ppb, abs=0.001)


@pytest.mark.parametrize("parameter", ADDED)
def test_gases_of_the_bulletins_pass_the_door_in_the_unit_that_bulletins_print(parameter: str) -> None:
    known = PARAMETERS[parameter]
    rows = pd.DataFrame(
        {
            "source": "x", "station": "x:1", "parameter": parameter, "minutes": 1440, "kind": "reference",
            "city": "tashkent", "start": pd.to_datetime(["2026-01-09T04:00Z"]), "raw_unit": "mg/m³",
            "raw_value": [known.high / 2000],
        }
    )  # fmt: skip
    done = conform(rows, datetime(2026, 2, 1, tzinfo=UTC)).rows
    assert done.value.tolist() == pytest.approx([known.high / 2])
    assert (known.unit, known.low) == ("µg/m³", 0)
