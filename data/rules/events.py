"""Thresholds of the event detectors, one row each in `data/rules/events.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

FILE = Path(__file__).with_suffix(".toml")
KINDS = ("dust_storm", "stagnation", "smoke", "industrial", "sensor_fault")


@dataclass(frozen=True)
class Threshold:
    """A number that a detector decides by, with its unit and the reason for it."""

    value: float
    unit: str
    why: str


@cache
def thresholds() -> Mapping[str, Mapping[str, Threshold]]:
    """
    Every threshold by kind of event and name; ``shared`` holds what all kinds use.

    Examples
    --------
    >>> thresholds()["dust_storm"]["pm10_on"].value
    150.0
    """
    raw = tomllib.loads(FILE.read_text("utf-8"))
    return MappingProxyType(
        {
            kind: MappingProxyType(
                {name: Threshold(float(t["value"]), str(t["unit"]), str(t["why"])) for name, t in rows.items()}
            )
            for kind, rows in raw.items()
        }
    )


def values(kind: str) -> Mapping[str, float]:
    """
    The numbers of one kind of event, those of ``shared`` among them.

    Examples
    --------
    >>> values("smoke")["least"], values("smoke")["normal_days"]
    (3.0, 10.0)
    """
    known = thresholds()
    return MappingProxyType({name: t.value for name, t in {**known["shared"], **known[kind]}.items()})
