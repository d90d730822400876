"""Figures and maps as data: what is drawn, on which clock, with gaps left open and limits of the right averaging."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.city import cities, city
from pages.ui.events import footprints
from pages.ui.forecast import charts as forecast_charts
from pages.ui.look import basemap, ground, palette
from pages.ui.look import charts as look_charts
from pages.ui.reader import language
from pages.ui.wall import plan
from pages.ui.wall.sparkline import spark

TASHKENT = ZoneInfo("Asia/Tashkent")


def hours(values: list[float], first: str = "2026-01-08T00:00Z") -> pd.DataFrame:
    return pd.DataFrame({"start": pd.date_range(first, periods=len(values), freq="h"), "value": values})


@pytest.fixture(autouse=True)
def _english() -> object:
    with language.using("en"):
        yield


def test_points_stand_at_the_end_of_their_hour_on_the_citys_clock() -> None:
    made = look_charts.hours(hours([10.0, 20.0]), zone=TASHKENT, unit="µg/m³")
    assert list(pd.to_datetime(made.data[0].x)) == [datetime(2026, 1, 8, 6), datetime(2026, 1, 8, 7)]
    assert list(made.data[0].y) == [10.0, 20.0]


def test_a_missing_hour_stays_open() -> None:
    table = hours([10.0, 20.0, 30.0]).drop(index=1)
    drawn = look_charts.hours(table, zone=TASHKENT, unit="µg/m³").data[0]
    assert np.isnan(drawn.y[1])
    assert drawn.connectgaps is False


def test_the_running_mean_is_bold_and_the_limit_is_named() -> None:
    line = look_charts.Line(60, "24-h limit 60 (UZ)")
    made = look_charts.hours(hours([10.0] * 30), hours([11.0] * 20), zone=TASHKENT, unit="µg/m³", lines=[line])
    thin, bold = made.data
    assert bold.line.width > 2 * thin.line.width
    assert made.layout.shapes[0].y0 == 60
    assert "24-h limit 60 (UZ)" in [a.text for a in made.layout.annotations]
    assert made.layout.yaxis.range[1] > 60, "the limit must be on the picture"


@pytest.mark.parametrize("rows", [0, 1, 30])
def test_the_axis_of_the_last_days_is_the_same_whatever_there_is_to_draw(rows: int) -> None:
    now = datetime(2026, 1, 11, 3, tzinfo=UTC)  # 8 h in Tashkent
    made = look_charts.hours(hours([10.0] * rows), zone=TASHKENT, unit="µg/m³", now=now)
    assert [str(edge) for edge in made.layout.xaxis.range] == ["2026-01-08 08:00:00", "2026-01-12 08:00:00"]
    assert [str(at)[:10] for at in made.layout.xaxis.tickvals] == [f"2026-01-{day:02}" for day in (9, 10, 11, 12)]
    assert all(str(day) in words for day, words in zip((9, 10, 11, 12), made.layout.xaxis.ticktext, strict=True))
    coming = hours([20.0] * 6, "2026-01-11T03:00Z").assign(lower=10.0, upper=30.0, method="damped")
    forecast_charts.ahead(made, coming, now=now, zone=TASHKENT, unit="µg/m³")
    assert [str(edge) for edge in made.layout.xaxis.range] == ["2026-01-08 08:00:00", "2026-01-12 08:00:00"]


def test_the_wall_curve_leaves_room_for_what_did_not_come() -> None:
    now = datetime(2026, 1, 11, tzinfo=UTC)
    made = spark(hours([10.0, 20.0]), hours([]), zone=TASHKENT, now=now)
    points = made.split('class="hour" d="')[1].split('"')[0]
    assert points.startswith("M10.4,")  # one of 96 hours from the left edge
    assert 'class="here" x1="750.0"' in made


def test_what_is_simulated_is_marked_in_the_figure_itself() -> None:
    made = look_charts.hours(hours([1.0]), zone=TASHKENT, unit="µg/m³", simulated=True)
    assert "SIMULATED" in [a.text for a in made.layout.annotations]


def test_a_model_is_dotted_and_beside() -> None:
    made = look_charts.hours(hours([1.0]), zone=TASHKENT, unit="µg/m³", model=hours([2.0, 3.0]))
    model = next(trace for trace in made.data if trace.name == "model (CAMS)")
    assert model.line.dash == "dot"


@given(st.integers(2001, 6000), st.integers(0, 2**32 - 1))
def test_thinning_keeps_every_peak(n: int, seed: int) -> None:
    values = np.random.default_rng(seed).uniform(0, 1000, n).tolist()
    table = hours(values)
    kept = look_charts.thin(table)
    assert len(kept) <= look_charts.POINTS
    assert kept["value"].max() == table["value"].max()
    assert kept["value"].min() == table["value"].min()
    assert kept["start"].is_monotonic_increasing


def test_an_empty_table_makes_an_empty_figure() -> None:
    assert len(look_charts.hours(hours([]), zone=TASHKENT, unit="µg/m³").data) == 0


def test_many_series_differ_by_more_than_colour() -> None:
    made = look_charts.many({str(i): hours([1.0, 2.0]) for i in range(8)}, zone=TASHKENT, unit="µg/m³")
    assert len({(d.line.color, d.line.dash) for d in made.data}) == 8
    assert made.layout.showlegend


def stations() -> pd.DataFrame:
    return pd.DataFrame(
        {"lat": [41.3, 41.4, None], "lon": [69.2, 69.3, 69.4], "name": ["A & <b>", "B", "C"],
         "number": ["40", "–", "5"],
         "colour": ["#d9483b", palette.UNKNOWN, "#6c8aa0"], "kind": ["reference", "indicative", "model"],
         "faded": [False, True, False], "dated": ["", "", "15 Jan"]}
    )  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_maps_never_ask_another_host(theme: str) -> None:
    for one in cities().values():
        made = basemap.stations(stations(), one, theme=theme)
        assert made.map_style.startswith("/app/static/")
        assert (ground.STATIC / made.map_style.removeprefix("/app/static/")).exists()
        assert "http" not in made.to_json().replace("https://carto", "").replace('"mapProvider": "carto"', "")


def test_maps_show_colour_symbol_and_number_of_placed_stations() -> None:
    made = basemap.stations(stations(), city("tashkent"))
    drawn = {layer.id: layer for layer in made.layers}
    assert set(drawn) == {"ground", "scale", "scale-words", "stations", "numbers", "symbols", "names"}
    rows = pd.DataFrame(drawn["stations"].data)
    assert list(rows["name"]) == ["A & <b>", "B"], "a station without coordinates cannot be drawn"
    assert list(rows["symbol"]) == ["●", "◆"]


def test_the_plan_escapes_names_and_fades_what_is_old() -> None:
    made = plan.plan(stations(), city("tashkent"))
    assert "A &amp; &lt;b&gt;" in made
    assert made.count("<circle") == 2
    assert 'class="st old"' in made
    assert " km</text>" in made


def test_the_plan_draws_an_event_by_outline_hatching_and_word() -> None:
    ring = [[69.1, 41.2], [69.4, 41.2], [69.4, 41.4], [69.1, 41.4], [69.1, 41.2]]
    area = json.dumps({"type": "Polygon", "coordinates": [ring]})
    event = {"kind": "dust_storm", "start": pd.Timestamp("2026-01-08", tz="UTC"), "end": pd.NaT, "degree": 0,
             "confidence": 0.7, "parameter": "pm10", "peak": 300.0, "unit": "µg/m³", "footprint": area}  # fmt: skip
    faults = {**event, "kind": "sensor_fault"}
    made = plan.plan(stations(), city("tashkent"), pd.DataFrame([event, faults, {**event, "footprint": ""}]))
    assert made.count('class="foot-print"') == 1, "a fault has no place in the air, an event unseen none on the ground"
    assert made.index("foot-print") < made.index("<circle"), "an area hides no station"
    drawn = made.split('data-kind="dust_storm"')[1].split("</g>")[0]
    assert drawn.count(",") > 8
    assert drawn.split('<path d="')[1].split('"')[0].count("M") > 5, "hatched"
    assert "≋ Dust storm</text>" in drawn
    assert footprints.words(pd.DataFrame([event, faults])) == ["≋ Area where measured: Dust storm"]
    assert plan.plan(stations(), city("tashkent"), pd.DataFrame()) == plan.plan(stations(), city("tashkent"))


def test_the_wall_curve_lifts_the_pen_at_a_gap() -> None:
    now = datetime(2026, 1, 8, 10, tzinfo=UTC)
    table = hours([10.0, 20.0, 30.0, 40.0]).drop(index=2)
    made = spark(
        table, table, zone=TASHKENT, now=now, back=timedelta(hours=72), lines=[look_charts.Line(35, "limit <35>")]
    )
    path = made.split('class="hour" d="')[1].split('"')[0]
    assert path.count("M") == 2
    assert "limit &lt;35&gt;" in made


def test_ratios_have_fixed_bands() -> None:
    colours = [palette.by_ratio(r) for r in (0.4, 0.7, 0.9, 1.5, 3.0)]
    assert len(set(colours)) == 5
    assert palette.by_ratio(float("nan")) == palette.UNKNOWN


@pytest.mark.parametrize("colour", [*(c for _, c in palette.RATIOS), palette.UNKNOWN])
def test_numbers_can_be_read_on_their_colour(colour: str) -> None:
    def luminance(code: str) -> float:
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(colour), luminance(palette.ink_on(colour))))
    assert (high + 0.05) / (low + 0.05) >= 4


def test_monitors_on_one_roof_are_drawn_apart_and_led_back() -> None:
    same = pd.concat([stations().head(1)] * 3).assign(name=["A", "B", "C"])
    made = plan.plan(same, city("tashkent"))
    centres = {part.split('"')[0] for part in made.split('<circle cx="')[1:]}
    heights = {part.split('cy="')[1].split('"')[0] for part in made.split("<circle ")[1:]}
    assert len(centres) * len(heights) >= 3
    assert made.count('class="lead"') == 2
