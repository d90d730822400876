"""The offline base map: of our own lines, from a file, from Overpass; never a word about another host."""

import contextlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from data.city import cities, city
from jobs.server import basemap
from jobs.server.basemap import BasemapError
from sources import overpass
from sources.base import BadPayload, RateLimited, Unavailable
from tests import stand_in

PAYLOADS = Path(__file__).parents[2] / "payloads" / "overpass"
RING = [[69.2, 41.2], [69.4, 41.2], [69.4, 41.4], [69.2, 41.2]]
LINE = [[69.2, 41.25], [69.4, 41.35]]


def styles(folder: Path, key: str) -> list[dict[str, Any]]:
    return [json.loads((folder / f"{key}{suffix}.json").read_text("utf-8")) for suffix in ("", "-dark")]


def geojson(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content), "utf-8")
    return path


def layers(style: dict[str, Any]) -> set[str]:
    return {f["properties"]["layer"] for f in style["sources"]["lines"]["data"]["features"]}


def asks_nobody(style: dict[str, Any]) -> bool:
    """No address anywhere but in a credit, no glyphs, no sprites, no tiles."""
    loads = {"glyphs", "sprite", "tiles", "url"}
    return not loads & ({*style} | {k for s in style["sources"].values() for k in s}) and "://" not in json.dumps(style)


@pytest.mark.parametrize("key", ["astana", "tashkent"])
def test_the_shipped_maps_are_what_the_code_draws(key: str, tmp_path: Path) -> None:
    shipped, made = basemap.FOLDER / basemap.OSM, tmp_path / basemap.OSM
    made.mkdir()
    shutil.copy(shipped / f"{key}.geojson", made)
    assert basemap.plain(key, tmp_path) == made / f"{key}.json"
    for one, other in zip(styles(made, key), styles(shipped, key), strict=True):
        assert one == other
        assert asks_nobody(other)
        assert {"district", "artery", "road", "runway"} <= layers(other)
        assert "ODbL" in other["metadata"]["credit"]


@pytest.mark.parametrize("key", sorted(cities()))
def test_a_city_without_a_layer_of_streets_gets_the_graticule(key: str, tmp_path: Path) -> None:
    basemap.plain(key, tmp_path)
    for made in styles(tmp_path, key):
        assert asks_nobody(made)
        assert layers(made) == {"graticule", "box"}


@pytest.mark.parametrize("key", ["astana", "tashkent"])
def test_the_layer_of_streets_says_of_every_line_whose_it_is(key: str) -> None:
    path = basemap.FOLDER / basemap.OSM / f"{key}.geojson"
    assert path.stat().st_size <= 200_000
    content = json.loads(path.read_text("utf-8"))
    assert "ODbL" in content["attribution"]
    south, west, north, east = city(key).box
    drawn = {*basemap.INKS}
    for feature in content["features"]:
        told = feature["properties"]
        assert told["source"]
        assert told["licence"]
        assert told["accuracy_m"] is None or 0 < told["accuracy_m"] < 200
        assert told["layer"] in drawn or (told["layer"].startswith("name:") and told["name_kk"])
        assert not re.search(
            "['‘’]", json.dumps([told.get("name_uz", ""), told.get("name_en", "")], ensure_ascii=False)
        )
        points = feature["geometry"]["coordinates"]
        points = [points] if feature["geometry"]["type"] == "Point" else [p for line in points for p in line]
        assert all(west - 0.2 < x < east + 0.2 and south - 0.2 < y < north + 0.2 for x, y in points)
    found = {f["properties"]["layer"] for f in content["features"]}
    assert {"district", "artery", "road", "runway", "name:district"} <= found


def test_a_layer_is_redrawn_from_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()

    def feature(kind: str, geometry: dict[str, Any], **told: Any) -> dict[str, Any]:
        return {"type": "Feature", "properties": {"kind": kind, "src": "OSM/ODbL", **told}, "geometry": geometry}

    parts = {
        "areas": [feature("district", {"type": "Polygon", "coordinates": [RING]}, name="Mirzo Ulug'bek")],
        "lines": [
            feature("trunk", {"type": "LineString", "coordinates": LINE}, name="Halqa", name_ru="Кольцевая"),
            feature("river", {"type": "LineString", "coordinates": LINE}, name="Suv", inferred=True),
        ],
        "places": [feature("place", {"type": "Point", "coordinates": [69.3, 41.3]}, name="Bozor", name_kk="Базар")],
    }
    for part, features in parts.items():
        geojson(folder / f"tashkent-{part}.geojson", {"type": "FeatureCollection", "features": features})
    made = basemap.build("tashkent", folder, tmp_path / "out")
    assert made == tmp_path / "out" / "osm" / "tashkent.json"
    assert layers(json.loads(made.read_text("utf-8"))) == {"district", "artery", "river"}
    rows = json.loads((tmp_path / "out" / "osm" / "tashkent.geojson").read_text("utf-8"))["features"]
    told = {r["properties"]["layer"]: r["properties"] for r in rows}
    assert told["district"]["name_uz"] == told["district"]["name_en"] == "Mirzo Ulugʻbek"
    assert told["artery"]["name_kk"] == "Кольцевая"
    assert (told["artery"]["accuracy_m"], told["river"]["accuracy_m"], told["river"]["inferred"]) == (40, 116, True)
    assert (told["name:place"]["name_ru"], told["name:place"]["name_en"]) == ("Базар", "Bozor")
    with pytest.raises(BasemapError, match="astana"):
        basemap.build("astana", folder, tmp_path / "out")


def test_light_and_dark_differ_in_ink_only(tmp_path: Path) -> None:
    basemap.plain("astana", tmp_path)
    light, dark = styles(tmp_path, "astana")
    assert light["sources"] == dark["sources"]
    assert light["layers"] != dark["layers"]


def test_the_graticule_lies_on_tenths_and_covers_the_box() -> None:
    place = city("tashkent")
    graticule, box = basemap.graticule(place)
    south, west, north, east = place.box
    for a, b in graticule["geometry"]["coordinates"]:
        steps = [round(a[1] * 10, 6)] if a[1] == b[1] else [round(a[0] * 10, 6)]
        assert all(s == int(s) for s in steps)
    points = [p for line in graticule["geometry"]["coordinates"] for p in line]
    assert min(p[0] for p in points) < west < east < max(p[0] for p in points)
    assert min(p[1] for p in points) < south < north < max(p[1] for p in points)
    assert box["geometry"]["coordinates"][0][0] == [west, south]


@pytest.mark.parametrize(
    ("geometry", "layer"),
    [
        ({"type": "Polygon", "coordinates": [RING]}, "boundary"),
        ({"type": "MultiPolygon", "coordinates": [[RING], [RING]]}, "boundary"),
        ({"type": "LineString", "coordinates": LINE}, "road"),
        ({"type": "MultiLineString", "coordinates": [LINE, LINE]}, "road"),
        ({"type": "GeometryCollection", "geometries": [{"type": "Polygon", "coordinates": [RING]}]}, "boundary"),
        (
            {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "GeometryCollection", "geometries": [{"type": "LineString", "coordinates": LINE}]},
                    {"type": "Point", "coordinates": [69.3, 41.3]},
                ],
            },
            "road",
        ),
    ],
    ids=lambda g: g["type"] if isinstance(g, dict) else g,
)
def test_every_shape_of_geojson(geometry: dict[str, Any], layer: str, tmp_path: Path) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": geometry}],
    }
    for i, content in enumerate((geometry, collection["features"][0], collection)):
        path = geojson(tmp_path / f"{i}.geojson", content)
        made = basemap.build("tashkent", path, tmp_path / "out")
        assert made == tmp_path / "out" / "tashkent.json"
        for style in styles(tmp_path / "out", "tashkent"):
            assert layers(style) == {"graticule", "box", layer}
            assert asks_nobody(style)
            assert f"{i}.geojson" in style["metadata"]["credit"]


def test_several_areas_are_districts_and_names_stay(tmp_path: Path) -> None:
    one = {
        "type": "Feature",
        "properties": {"name": "Юнусабад"},
        "geometry": {"type": "Polygon", "coordinates": [RING]},
    }
    river = {
        "type": "Feature",
        "properties": {"waterway": "river"},
        "geometry": {"type": "LineString", "coordinates": LINE},
    }
    path = geojson(tmp_path / "a.geojson", {"type": "FeatureCollection", "features": [one, one, river]})
    style = json.loads(basemap.build("tashkent", path, tmp_path).read_text("utf-8"))
    assert layers(style) == {"graticule", "box", "district", "river"}
    assert "Юнусабад" in json.dumps(style, ensure_ascii=False)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("not json", "no JSON"),
        ("[]", "no GeoJSON"),
        ("{}", "no GeoJSON type"),
        ('{"type": "FeatureCollection"}', "no GeoJSON type"),
        ('{"type": "FeatureCollection", "features": [3]}', "no GeoJSON"),
        ('{"type": "Point", "coordinates": [69.3, 41.3]}', "no areas or lines"),
        ('{"type": "LineString", "coordinates": [["a", "b"], [1, 2]]}', "no numbers"),
        ('{"type": "LineString", "coordinates": null}', "no numbers"),
        ('{"type": "LineString", "coordinates": [[0, 0], [1, 1]]}', "lies in the box"),
    ],
)
def test_a_bad_file_is_a_sentence_and_writes_nothing(content: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.geojson"
    path.write_text(content, "utf-8")
    with pytest.raises(BasemapError, match=sentence):
        basemap.build("tashkent", path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_no_file_is_a_sentence(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.geojson"):
        with pytest.raises(BasemapError, match="cannot be read"):
            basemap.build("tashkent", path, tmp_path)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["type", "features", "geometry", "coordinates", "geometries"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)
KINDS = st.sampled_from(["Polygon", "MultiPolygon", "LineString", "Feature", "GeometryCollection", "FeatureCollection"])


@settings(deadline=None)
@given(kind=KINDS, content=JSON)
def test_no_file_makes_it_fall_over(kind: str, content: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("g") / "x.geojson"
    keys = ("coordinates", "geometry", "features", "geometries")
    geojson(path, {"type": kind, **dict.fromkeys(keys, content)})
    with contextlib.suppress(BasemapError):
        assert basemap.read(path)


def test_overpass_lines_become_layers() -> None:
    features = overpass.parse(json.loads((PAYLOADS / "good.json").read_text("utf-8")))
    assert [f["properties"]["layer"] for f in features] == ["boundary", "river", "road"]
    boundary, _, road = features
    assert boundary["geometry"]["coordinates"] == [[[69.3, 41.3], [69.4, 41.4]]]  # cut where points are left out
    assert road["geometry"]["coordinates"] == [[[69.31, 41.31], [69.32, 41.32]]]  # a way that names its nodes


def test_a_remark_is_a_failure_though_the_status_is_200() -> None:
    with pytest.raises(Unavailable, match="timed out"):
        overpass.parse(json.loads((PAYLOADS / "remark.json").read_text("utf-8")))


@pytest.mark.parametrize("junk", [{}, [], "x", None, {"elements": 3}, {"elements": [1]}], ids=repr)
def test_junk_is_a_bad_payload(junk: object) -> None:
    with pytest.raises(BadPayload):
        overpass.parse(junk)


def test_a_map_from_overpass_carries_its_credit(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in stand_in.answers(httpserver).items():
        monkeypatch.setenv(name, value)
    style = json.loads(basemap.build("tashkent", out=tmp_path).read_text("utf-8"))
    assert layers(style) == {"graticule", "box", "boundary", "river", "road"}
    assert "OpenStreetMap" in style["metadata"]["credit"]
    assert "ODbL" in style["sources"]["lines"]["attribution"]
    assert asks_nobody(style)


def test_overpass_without_a_free_slot_says_when(httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANAIR_OVERPASS_URL", httpserver.url_for(""))
    httpserver.expect_request(re.compile(".*")).respond_with_data("", 429, headers={"Retry-After": "400"})
    with pytest.raises(RateLimited):
        overpass.fetch(city("tashkent"))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("tashkent_city_districts", "tashkent"),
        ("tashkent_region_districts", "tashkent"),
        ("uzbekistan_adm1", "tashkent"),
        ("kazakhstan_adm1", "astana"),
        ("astana_city_boundary", "astana"),
    ],
)
def test_real_boundaries(shared: Path, name: str, key: str, tmp_path: Path) -> None:
    path = shared / "data" / "geo" / f"{name}.geojson"
    if not path.exists():
        pytest.skip("../shared/data/geo is not on this machine")
    made = basemap.build(key, path, tmp_path)
    assert made.stat().st_size < 200_000
    style = json.loads(made.read_text("utf-8"))
    assert layers(style) & {"boundary", "district"}
    assert asks_nobody(style)
