"""The event detectors on air whose story is known."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data import checks
from data.rules.events import KINDS, thresholds
from models.events import Panel, detect, panel
from models.events.event import Evidence, confidence
from models.events.footprint import footprint, hull
from models.events.intervals import spells

START = pd.Timestamp("2026-03-01", tz="UTC")
HOURS = 14 * 24
STORM = slice(300, 320)


def series(station: str, parameter: str, value: np.ndarray | float, *, kind: str = "reference", **more: object):
    times = pd.date_range(START, periods=HOURS, freq="h")
    values = np.broadcast_to(np.asarray(value, float), HOURS)
    table = pd.DataFrame({"start": times, "value": values, "station": station, "parameter": parameter, "kind": kind})
    plain = {"source": "net", "minutes": 60, "flag": "ok", "statistic": "mean", "city": "tashkent"}
    return table.assign(checks=checks.none(table.index), **{**plain, **more}).dropna(subset=["value"])


def places(*stations: str, kind: str = "reference") -> pd.DataFrame:
    lat = [41.30 + 0.02 * i for i in range(len(stations))]
    return pd.DataFrame({"station": stations, "source": "net", "owner": "net", "kind": kind, "same_as": "",
                         "lat": lat, "lon": [69.20 + 0.03 * (i % 2) for i in range(len(stations))]})  # fmt: skip


def seen(*parts: pd.DataFrame, hours: int = HOURS, **more: object) -> Panel:
    rows = pd.concat(parts, ignore_index=True)
    end = START + pd.Timedelta(hours=hours)
    stations = places(*sorted(set(rows.loc[rows["parameter"].isin(["pm25", "pm10", "so2", "no2"]), "station"])))
    return panel(rows[rows["start"] < end], stations, START, end, **more)


def plain(station: str, low: float, high: float, when: slice = STORM, wave: float = 0.1) -> np.ndarray:
    values = low * (1 + wave * np.sin(np.arange(HOURS) / 24 * 2 * np.pi))
    values[when] = high
    return values


def storm(*stations: str, later: int = 0) -> list[pd.DataFrame]:
    parts = []
    for i, station in enumerate(stations):
        when = slice(STORM.start + later * i, STORM.stop)
        parts += [series(station, "pm10", plain(station, 50, 600, when)),
                  series(station, "pm25", plain(station, 30, 90, when))]  # fmt: skip
    return parts


def lines(row) -> dict[str, dict]:
    return {one["key"]: one["values"] for one in json.loads(row.evidence)}


def test_dust_storm_with_its_front() -> None:
    found = detect(seen(*storm("net:a", "net:b", "net:c", later=2)), city="tashkent")
    assert list(found["kind"]) == ["dust_storm"]
    event = found.iloc[0]
    assert event["start"] == START + pd.Timedelta(hours=302)  # two of three stations
    assert event["end"] == START + pd.Timedelta(hours=320)
    assert event["raised"] == START + pd.Timedelta(hours=304)
    front = json.loads(event["stations"])
    assert [s["station"] for s in front] == ["net:a", "net:b", "net:c"]
    assert [pd.Timestamp(s["first"]) - START for s in front] == [pd.Timedelta(hours=h) for h in (300, 302, 304)]
    assert {s["peak"] for s in front} == {600}
    assert event["peak"] == 600
    assert json.loads(event["footprint"])["type"] == "Polygon"


def test_concentrations_alone_are_less_sure_and_say_so() -> None:
    sky = [series("uttt", "wind_speed", plain("", 2, 12)), series("uttt", "visibility", plain("", 10_000, 1500)),
           series("cams", "dust", plain("", 5, 400), kind="model")]  # fmt: skip
    bare = detect(seen(*storm("net:a", "net:b")), city="tashkent").iloc[0]
    full = detect(seen(*storm("net:a", "net:b"), *sky), city="tashkent").iloc[0]
    assert bare["confidence"] <= 0.6 < 0.85 < full["confidence"]
    assert {"no_wind", "no_visibility", "no_model"} <= set(lines(bare))
    assert lines(full)["wind"] == {"speed": 12}
    assert not bare["modelled"]
    assert full["modelled"]


def test_fine_haze_is_no_dust() -> None:
    parts = [series("net:a", "pm10", plain("a", 50, 600)), series("net:a", "pm25", plain("a", 30, 480))]
    assert "dust_storm" not in set(detect(seen(*parts), city="x")["kind"])


def test_stagnation_rises_together_in_still_air() -> None:
    still = slice(270, 330)
    parts = [series(s, p, plain(s, base, 3 * base, still)) for s in ("net:a", "net:b", "net:c")
             for p, base in (("pm25", 40.0), ("no2", 30.0), ("co", 500.0))]  # fmt: skip
    sky = [series("mast", "wind_speed", plain("", 4, 0.7, still)),
           series("mast", "boundary_layer_height", plain("", 900, 150, still), kind="model")]  # fmt: skip
    found = detect(seen(*parts, *sky, limits={"pm25": 35.0}), city="x")
    event = found[found["kind"] == "stagnation"].iloc[0]
    assert START + pd.Timedelta(hours=270) < event["start"] < START + pd.Timedelta(hours=285)
    assert event["degree"] == 2  # 120 is more than three, less than five single maxima of 35
    assert event["confidence"] > 0.9
    assert "layer_low_model" in lines(event)
    windy = detect(seen(*parts, series("mast", "wind_speed", 6.0)), city="x")
    assert "stagnation" not in set(windy["kind"])


def test_smoke_needs_hot_spots_or_warmth_and_little_no2() -> None:
    when = slice(300, 312)
    fine = [series(s, "pm25", plain(s, 20, 120, when)) for s in ("net:a", "net:b", "net:c")]
    fires = pd.DataFrame({"time": [START + pd.Timedelta(hours=296)], "lat": [41.5], "lon": [69.5], "frp_mw": [200.0]})
    calm_no2 = series("net:a", "no2", 30.0)
    found = detect(seen(*fine, calm_no2, fires=fires), city="x")
    event = found[found["kind"] == "smoke"].iloc[0]
    assert lines(event)["fires"] == {"frp": 200}
    without = detect(seen(*fine, calm_no2), city="x")
    assert "smoke" not in set(without["kind"])
    traffic = series("net:a", "no2", plain("", 30, 150, when))
    assert "smoke" not in set(detect(seen(*fine, traffic, fires=fires), city="x")["kind"])


def test_industrial_stands_above_its_neighbours() -> None:
    when = slice(300, 305)
    parts = [series("net:a", "so2", plain("a", 20, 900, when)), *(series(s, "so2", 20.0) for s in ("net:b", "net:c"))]
    event = detect(seen(*parts), city="x").iloc[0]
    assert (event["kind"], event["parameter"], event["peak"]) == ("industrial", "so2", 900)
    assert [s["station"] for s in json.loads(event["stations"])] == ["net:a"]
    everywhere = [series(s, "so2", plain(s, 20, 900, when)) for s in ("net:a", "net:b", "net:c")]
    assert not len(detect(seen(*everywhere), city="x"))


def test_sensor_fault_is_a_network_at_once() -> None:
    gone = plain("", 20, np.nan, slice(300, 312))
    parts = [series(s, "pm25", gone) for s in ("net:a", "net:b", "net:c")]
    other = series("other:x", "pm25", 20.0)
    event = detect(seen(*parts, other), city="x").iloc[0]
    assert event["kind"] == "sensor_fault"
    assert lines(event)["network_silent"]["n"] == 3
    one = [parts[0], *(series(s, "pm25", 20.0) for s in ("net:b", "net:c"))]
    assert not len(detect(seen(*one), city="x"))


def test_a_fault_is_known_by_the_check_that_found_it() -> None:
    rows = series("net:a", "pm25", 20.0, flag="suspect")
    for entry, fault in (
        ("stuck:8", True),
        ("dead_channel:1.1", True),
        ("level:485,4,39.7", False),
        ("network", False),
    ):
        rows["checks"] = checks.single(entry, [True] * len(rows), rows.index)
        assert bool(seen(rows).faulty["net:a"].all()) == fault
    remark = rows.assign(note="stuck: 8 equal hours", checks=checks.none(rows.index))
    assert not seen(remark).faulty["net:a"].any()


@pytest.mark.parametrize("hours", [304, 308, 315, 322, HOURS])
def test_what_was_said_stays_said(hours: int) -> None:
    """As of an hour nothing later is used: a shorter axis gives the same beginning."""
    parts = storm("net:a", "net:b", "net:c", later=2)
    whole, cut = detect(seen(*parts), city="x"), detect(seen(*parts, hours=hours), city="x")
    known = whole[whole["raised"] <= START + pd.Timedelta(hours=hours)]
    assert list(cut["start"]) == list(known["start"])
    assert list(cut["raised"]) == list(known["raised"])


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=60), st.integers(1, 4), st.integers(0, 5))
@settings(deadline=None)
def test_spells_neither_overlap_nor_flicker(hours: list[tuple[bool, bool]], least: int, gap: int) -> None:
    on, stay = [a for a, _ in hours], [b for _, b in hours]
    found = spells(on, stay, least=least, gap=gap)
    for one in found:
        assert on[one.first]
        assert one.first <= one.raised <= one.last
        assert sum(a or b for a, b in hours[one.first : one.last + 1]) >= least
    for before, after in pairwise(found):
        assert after.first - before.last - 1 > gap
        assert not before.open


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=50), st.integers(1, 3), st.integers(0, 4))
@settings(deadline=None)
def test_spells_never_look_ahead(hours: list[tuple[bool, bool]], least: int, gap: int) -> None:
    on, stay = [a for a, _ in hours], [b for _, b in hours]
    whole = spells(on, stay, least=least, gap=gap)
    for cut in range(1, len(hours) + 1):
        known = [(s.first, s.raised) for s in whole if s.raised < cut]
        assert [(s.first, s.raised) for s in spells(on[:cut], stay[:cut], least=least, gap=gap)] == known


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(-1, 1)), min_size=3, max_size=30, unique=True))
@settings(deadline=None)
def test_hull_holds_every_point(points: list[tuple[float, float]]) -> None:
    ring = hull(points)
    assert set(ring) <= set(points)
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        for p in points:
            assert (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0]) >= -1e-9


def test_footprint_is_closed_and_around_its_stations() -> None:
    ring = json.loads(footprint(places("a", "b", "c").set_index("station"), ["a", "b"]))["coordinates"][0]
    assert ring[0] == ring[-1]
    assert min(x for x, _ in ring) < 69.20 < 69.23 < max(x for x, _ in ring)


def test_confidence_is_of_all_evidence_not_of_what_is_there() -> None:
    assert confidence([Evidence("a", {}, 0.5, 1.0)]) == 0.5
    assert confidence([Evidence("a", {}, 0.5, 1.0), Evidence("no_wind", {}, 0.5, 0.0)]) == 0.5


def test_every_threshold_has_its_unit_and_reason() -> None:
    table = thresholds()
    assert set(table) == {"shared", *KINDS}
    assert all(t.unit and t.why for rows in table.values() for t in rows.values())


def test_the_method_page_prints_the_thresholds_in_force() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "method-events.md").read_text("utf-8")
    for kind, rows in thresholds().items():
        for name, one in rows.items():
            assert f"| `{kind}` | `{name}` | {one.value:g} | {one.unit} | {one.why} |" in page


def test_nothing_known_is_no_event() -> None:
    empty = series("net:a", "pm25", np.nan)
    end = datetime(2026, 3, 5, tzinfo=UTC)
    assert not len(detect(panel(empty, places(), START, end), city="x"))


def test_a_plume_of_one_station_is_among_what_the_detectors_see():
    start = pd.date_range("2025-01-01T00:00Z", periods=4, freq="h")
    rows = pd.DataFrame({"source": "a", "station": "a:1", "city": "astana", "parameter": "so2", "kind": "reference",
                         "start": start, "minutes": 60, "value": [20.0, 861.0, 1100.0, 700.0], "statistic": "mean",
                         "flag": ["ok", "suspect", "suspect", "suspect"]})  # fmt: skip
    rows["checks"] = pd.Series([(), ("plume:861,20",), ("plume:1100,20", "stuck:5"), ("spike:700,20",)], dtype=object)
    seen = panel(rows, pd.DataFrame(), start[0], start[-1] + pd.Timedelta("1h")).of("so2")["a:1"]
    assert seen.dropna().tolist() == [20.0, 861.0]
