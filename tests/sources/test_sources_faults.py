"""Damaged answers: whatever a network sends, it is a row, a counted reject or a `SourceError`; never a crash."""

import contextlib
import copy
import importlib
import json
import os
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.schema import conform, conform_stations
from sources import SOURCES, openaq, overpass
from sources.base import SourceError

PAYLOADS = Path(__file__).parents[1] / "payloads"
KNOWN = datetime(2026, 11, 1, tzinfo=UTC)
DRAWS = int(os.environ.get("CLEANAIR_TEST_DRAWS", "50"))  # a network
JUNK: list[Any] = [
    None, "", "x", "nan", "-", -1, 0, 10**30, 1e308, float("nan"), float("inf"), True, [], {}, [None], {"a": 1},
    "2026-13-45T99:00", "<html>", "2026-01-10T05:00:00", -9999, "1;2", "\u0000", "9" * 400,
]  # fmt: skip


def damaged(value: Any, draw: random.Random) -> Any:
    """A copy with one to three places broken: replaced, removed or doubled."""
    whole = [copy.deepcopy(value)]
    for _ in range(draw.randint(1, 3)):
        parents = list(_places(whole))
        holder, key = draw.choice(parents)
        how = draw.random()
        if how < 0.6:
            holder[key] = copy.deepcopy(draw.choice(JUNK))
        elif how < 0.85 and holder is not whole:
            del holder[key]
        elif isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
    return whole[0]


def _places(holder: Any) -> Any:
    for key in range(len(holder)) if isinstance(holder, list) else list(holder):
        yield holder, key
        if isinstance(holder[key], list | dict):
            yield from _places(holder[key])


def cut(content: bytes, draw: random.Random) -> bytes:
    """A file with bytes flipped, cut out or cut off."""
    where = draw.randrange(len(content))
    how = draw.random()
    if how < 0.4:
        return content[:where] + bytes([draw.randrange(256)]) + content[where + 1 :]
    return content[:where] if how < 0.7 else content[:where] + content[where + draw.randint(1, 60) :]


def survives(make: Callable[[], Any], check: Callable[[Any], Any]) -> None:
    with contextlib.suppress(SourceError):
        check(make())


@pytest.mark.parametrize("network", sorted(SOURCES))
def test_no_damage_makes_an_adapter_fall_over(network: str) -> None:
    module = importlib.import_module(f"sources.{network}")
    files = sorted((PAYLOADS / network).iterdir())
    draw = random.Random(20261121)
    for _ in range(DRAWS):
        path = draw.choice(files)
        if path.suffix == ".json":
            answer = damaged(json.loads(path.read_text("utf-8")), draw)
        else:
            answer = cut(path.read_bytes(), draw)
        if network == "airdata_kz":
            rule = "end" if "end" in path.name else "start"
            survives(
                lambda a=answer, r=rule, m=module: m.parse(m.read(a), r, "pm25", "astana"), lambda t: conform(t, KNOWN)
            )
            continue
        check = (lambda t: conform(t, KNOWN)) if SOURCES[network].table == "measurements" else len
        survives(lambda a=answer, m=module: m.parse(a, "tashkent"), check)
        if hasattr(module, "parse_stations"):
            survives(
                lambda a=answer, m=module: m.parse_stations(a, "tashkent"), lambda t: len(t) and conform_stations(t)
            )


def test_no_damage_makes_the_list_of_sensors_fall_over() -> None:
    draw, good = random.Random(7), json.loads((PAYLOADS / "openaq" / "locations.json").read_text("utf-8"))
    for _ in range(DRAWS):
        answer = damaged(good, draw)
        survives(lambda a=answer: openaq.sensors(a), len)


def test_no_damage_makes_overpass_fall_over() -> None:
    draw, good = random.Random(7), json.loads((PAYLOADS / "overpass" / "good.json").read_text("utf-8"))
    for _ in range(DRAWS):
        answer = damaged(good, draw)
        survives(lambda a=answer: overpass.parse(a), len)
