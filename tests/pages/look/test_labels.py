"""Names on a map: none covers a marker or another name, none leaves the picture, the worst station is on top."""

import itertools

import pandas as pd
import pytest

from data.city import city
from pages.ui.look import basemap, ground, labels

FRAME = labels.Frame(41.3, 69.25, 10.2, *basemap.SEEN)


def stations(count: int) -> pd.DataFrame:
    """Stations closer together than their names are long."""
    rows = [
        {
            "name": f"Бектемирский район, детский сад №{i}", "kind": "reference", "number": str(i), "drawn": float(i),
            "lat": 41.3 + 0.02 * (i % 7) - 0.06, "lon": 69.25 + 0.03 * (i // 7) - 0.09, "colour": "#aa0000",
        }
        for i in range(count)
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize("count", [1, 10, 40])
def test_no_two_names_overlap_and_none_leaves_the_picture(count: int) -> None:
    deck = basemap.stations(stations(count), city("tashkent"), language="ru")
    seen = deck.initial_view_state
    frame = labels.Frame(seen.latitude, seen.longitude, seen.zoom, *basemap.SEEN)
    layers = {layer.id: layer for layer in deck.layers}
    boxes = [
        labels.box(frame.at(r["lat"], r["lon"]), r["label"], basemap.LABEL, tuple(r["beside"]))
        for r in layers["names"].data
        if r["label"]
    ]
    names = layers["ground"].data if "ground" in layers else []
    boxes += [labels.box(frame.at(r["lat"], r["lon"]), r["name"], basemap.GROUND) for r in names]
    assert len(boxes) >= min(count, 4)
    assert not any(a.meets(b) for a, b in itertools.combinations(boxes, 2))
    assert all(b.left >= 0 and b.top >= 0 and b.right <= frame.width and b.bottom <= frame.height for b in boxes)
    marks = [frame.at(r["lat"], r["lon"]) for r in layers["stations"].data]
    assert not any(b.left < x < b.right and b.top < y < b.bottom for b in boxes for x, y in marks)


def test_the_worst_station_is_drawn_last_and_gets_its_name_first() -> None:
    table = stations(2).assign(lat=41.3, lon=69.25, name=["Тихий двор", "Комбинат"], drawn=[5.0, 900.0])
    drawn = basemap.stations(table.iloc[::-1], city("tashkent"), language="ru").layers[-1].data
    assert [r["name"] for r in drawn] == ["Тихий двор", "Комбинат"]
    assert drawn[1]["beside"] == list(basemap.BESIDE[0])


def test_a_station_without_a_value_lies_below_all() -> None:
    table = stations(3).assign(drawn=[7.0, None, 3.0])
    assert basemap.worst_last(table)["drawn"].tolist()[1:] == [3.0, 7.0]


@pytest.mark.parametrize("name", ["@@=alert(1)", "@@#x", "Plain @@= later"])
def test_a_name_is_drawn_as_text(name: str) -> None:
    deck = basemap.stations(stations(1).assign(name=name, tip=name), city("tashkent"), tooltip="{tip}")
    told = deck.layers[-1].data[0]
    assert not any(str(told[key]).startswith("@@") for key in ("name", "tip", "label"))
    assert name in told["label"]


@pytest.mark.parametrize("language", ["en", "ru", "uz", "kk"])
@pytest.mark.parametrize("key", ["tashkent", "astana"])
def test_the_ground_has_names_in_every_language(key: str, language: str) -> None:
    table = ground.names(city(key), language)
    assert {"district", "airport"} <= set(table["kind"])
    assert table["kind"].map(ground.ORDER).is_monotonic_increasing
    assert ground.features(city(key))


def test_a_city_without_a_map_has_plain_ground() -> None:
    place = city("dushanbe")
    assert ground.style(place) is None
    assert ground.features(place) == []
    assert ground.names(place, "en").empty
