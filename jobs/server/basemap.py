"""The offline base map of a city: a MapLibre style with its lines inside, so that no browser asks another host."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from data.city import City, city
from jobs.server import streets
from jobs.server.basemap_error import BasemapError
from sources import overpass

FOLDER = Path(__file__).resolve().parents[2] / "pages" / "static" / "basemap"
LARGEST = 200 * 1024 * 1024  # of a file that is read [bytes]
MARGIN = 0.5  # of the graticule around the box [°]
STEP = 0.1  # of the graticule [°]
NEAR = 0.0004  # points closer than this to the one before are left out, about 40 m [°]
GRATICULE = "Graticule and box by this centre"
OSM = "osm"  # folder of the layer that ships, which is made from OpenStreetMap and stands under its licence
FILE = "Lines from a file of the operator: {name}"
# Layer → ink by theme, line width [px].
THEMES: Mapping[str, str] = MappingProxyType({"light": "", "dark": "-dark"})
GROUND = MappingProxyType({"light": "#eef1f4", "dark": "#14181d"})
INKS: Mapping[str, tuple[str, str, float]] = MappingProxyType(
    {
        "graticule": ("#c9d2da", "#2c353e", 1.0),
        "box": ("#9fabb6", "#55626e", 1.4),
        "river": ("#a9c6dc", "#274258", 2.4),
        "canal": ("#a9c6dc", "#274258", 1.4),
        "road": ("#d9dfe4", "#262e35", 1.0),
        "artery": ("#cdd5dc", "#323c45", 1.8),
        "rail": ("#b9b2ad", "#48413c", 1.2),
        "metro": ("#d8c9dd", "#3c3243", 1.2),
        "runway": ("#b9c3cc", "#46525d", 3.0),
        "district": ("#aab5bf", "#414d57", 1.0),
        "boundary": ("#7f8d9a", "#66747f", 2.0),
    }
)
AREAS = ("Polygon", "MultiPolygon")
LINES = ("LineString", "MultiLineString")
Feature = dict[str, Any]
Line = list[list[float]]


def build(place: City | str, from_file: str | Path | None = None, out: str | Path | None = None) -> Path:
    """
    Write the base map of a city, light and dark.

    Parameters
    ----------
    place : City or str
        City or its key.
    from_file : path, optional
        GeoJSON with areas or lines, or a folder of them for the layer that ships (`streets.made`); OpenStreetMap, by
        Overpass, where None.
    out : path, optional
        Folder; that of the pages by default.

    Returns
    -------
    Path
        The light style; the dark one lies beside it.

    Raises
    ------
    SourceError
        When Overpass cannot be read.
    BasemapError
        When the file cannot be used.
    """
    where, folder = city(place) if isinstance(place, str) else place, Path(out) if out else FOLDER
    if from_file is not None and Path(from_file).is_dir():
        streets.write(where, Path(from_file), folder / OSM)
        return plain(where, folder)
    if from_file is None:
        shapes, credit = overpass.fetch(where), f"{overpass.CREDIT.text}, {overpass.CREDIT.licence}"
    else:
        shapes, credit = read(Path(from_file)), FILE.format(name=Path(from_file).name)
    inside = [f for f in (_thinned(f) for f in shapes) if _touches(f, where.box)]
    if not inside:
        raise BasemapError("jobs.basemap.outside", count=len(shapes), city=where.key)
    return write(where, [*graticule(where), *inside], credit, folder)


def plain(place: City | str, out: str | Path | None = None) -> Path:
    """
    Write the base map that needs no network: the layer of streets that ships, or the graticule and the city's box.

    Parameters
    ----------
    place, out
        As for `build`.
    """
    where, folder = city(place) if isinstance(place, str) else place, Path(out) if out else FOLDER
    layer = streets.lines(folder / OSM / f"{where.key}.geojson")
    if layer:
        return write(where, layer, f"{streets.OSM}, ODbL 1.0", folder / OSM)
    return write(where, graticule(where), GRATICULE, folder)


def write(where: City, features: Sequence[Feature], credit: str, folder: Path) -> Path:
    """
    Both styles of a city.

    Returns
    -------
    Path
        The light one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for theme, suffix in THEMES.items():
        content = orjson.dumps(style(where, features, credit, theme), option=orjson.OPT_APPEND_NEWLINE)
        part = folder / f"{where.key}{suffix}.json.part"
        part.write_bytes(content)
        part.replace(folder / f"{where.key}{suffix}.json")
    return folder / f"{where.key}.json"


def style(where: City, features: Sequence[Feature], credit: str, theme: str = "light") -> dict[str, Any]:
    """
    A MapLibre style with the features inside; it names no other host, no glyphs and no sprites.

    Parameters
    ----------
    where : City
        Its centre is looked at.
    features : sequence of dict
        GeoJSON with ``layer`` in the properties.
    credit : str
        Whose lines they are; in ``metadata.credit`` and in the source's ``attribution``.
    theme : str
        ``light`` or ``dark``.
    """
    used = {f["properties"]["layer"] for f in features}
    column = list(THEMES).index(theme)
    return {
        "version": 8,
        "name": f"{where.names['en']}, {theme}",
        "metadata": {"credit": credit},
        "center": [where.lon, where.lat],
        "zoom": 9.5,
        "sources": {
            "lines": {
                "type": "geojson",
                "attribution": credit,
                "data": {"type": "FeatureCollection", "features": list(features)},
            }
        },
        "layers": [
            {"id": "ground", "type": "background", "paint": {"background-color": GROUND[theme]}},
            *(
                {
                    "id": layer,
                    "type": "line",
                    "source": "lines",
                    "filter": ["==", ["get", "layer"], layer],
                    "layout": {"line-join": "round", "line-cap": "round"},
                    "paint": {"line-color": inks[column], "line-width": inks[2]},
                }
                for layer, inks in INKS.items()
                if layer in used
            ),
        ],
    }


def graticule(where: City) -> list[Feature]:
    """
    Our own lines: parallels and meridians every 0.1° around the city, and its box.

    Parameters
    ----------
    where : City
        Its box counts.

    Returns
    -------
    list of dict
        Two GeoJSON features, layers ``graticule`` and ``box``.
    """
    south, west, north, east = where.box
    lats = _ticks(south - MARGIN, north + MARGIN)
    lons = _ticks(west - MARGIN, east + MARGIN)
    lines = [[[lons[0], lat], [lons[-1], lat]] for lat in lats] + [[[lon, lats[0]], [lon, lats[-1]]] for lon in lons]
    frame = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return [_feature("graticule", "", lines), _feature("box", "", [frame])]


def _ticks(low: float, high: float) -> list[float]:
    """
    Multiples of `STEP` from low to high.

    Examples
    --------
    >>> _ticks(41.05, 41.35)
    [41.1, 41.2, 41.3]
    """
    first, last = -(-round(low, 6) // STEP), round(high, 6) // STEP
    return [round(i * STEP, 4) for i in range(int(first), int(last) + 1) if low <= i * STEP <= high]


def _feature(layer: str, name: str, lines: Sequence[Line]) -> Feature:
    shape = {"type": "MultiLineString", "coordinates": list(lines)}
    return {"type": "Feature", "properties": {"layer": layer, "name": name}, "geometry": shape}


def read(path: Path) -> list[Feature]:
    """
    Lines of a GeoJSON file; areas become their outlines.

    Parameters
    ----------
    path : Path
        FeatureCollection, Feature or bare geometry, GeometryCollections included.

    Returns
    -------
    list of dict
        MultiLineStrings with ``layer``: as the feature's own ``layer`` says, else ``boundary`` for a file of one
        area, ``district`` for several, ``river`` for a line with a ``waterway``, else ``road``.

    Raises
    ------
    BasemapError
        When it is not such a file.
    """
    content = _content(path)
    found = list(_features(content, path.name))
    areas = sum(f["geometry"]["type"] in AREAS for f in found)
    lines = [_outlined(f, "boundary" if areas == 1 else "district") for f in found]
    if not any(f["geometry"]["coordinates"] for f in lines):
        raise BasemapError("jobs.basemap.no_shapes", file=path.name)
    return lines


def _content(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > LARGEST:
            raise BasemapError("jobs.basemap.large", file=path.name, most=LARGEST // 2**20)
        content = orjson.loads(path.read_bytes())
    except OSError as error:
        raise BasemapError("jobs.basemap.unreadable", file=path.name, cause=error.strerror) from error
    except orjson.JSONDecodeError as error:
        raise BasemapError("jobs.basemap.no_json", file=path.name, cause=error) from error
    if not isinstance(content, dict):
        raise BasemapError("jobs.basemap.no_geojson", file=path.name)
    return content


def _features(item: Any, name: str, properties: Mapping[str, Any] | None = None, depth: int = 0) -> Iterator[Feature]:
    """Every area and line below an item, each with the properties of its feature."""
    if not isinstance(item, dict) or depth > 20:
        raise BasemapError("jobs.basemap.no_geojson", file=name)
    kind, mine = item.get("type"), properties or {}
    children = {"FeatureCollection": item.get("features"), "GeometryCollection": item.get("geometries")}.get(str(kind))
    if children is not None:
        for child in children if isinstance(children, list) else [None]:
            yield from _features(child, name, mine, depth + 1)
    elif kind == "Feature":
        if item.get("geometry") is not None:
            yield from _features(item["geometry"], name, item.get("properties") or {}, depth + 1)
    elif kind in (*AREAS, *LINES):
        yield {"properties": mine, "geometry": item}
    elif kind not in ("Point", "MultiPoint"):
        raise BasemapError("jobs.basemap.no_type", file=name, kind=str(kind)[:40])


def _outlined(feature: Feature, area: str) -> Feature:
    kind, coordinates = feature["geometry"]["type"], feature["geometry"].get("coordinates")
    properties = feature["properties"]
    line = "river" if properties.get("waterway") else "road"
    given = properties.get("layer")
    layer = given if given in INKS else area if kind in AREAS else line
    nested = {"LineString": [[coordinates]], "MultiLineString": [coordinates], "Polygon": [coordinates]}
    rings = nested.get(kind, coordinates)
    try:
        lines = [[[float(x), float(y)] for x, y, *_ in ring] for group in rings for ring in group]
    except (TypeError, ValueError) as error:
        raise BasemapError("jobs.basemap.no_numbers", kind=kind) from error
    return _feature(layer, str(properties.get("name") or ""), lines)


def _thinned(feature: Feature) -> Feature:
    """The same with fewer and shorter numbers: a wall screen shows no metre."""
    lines = [_thin(line) for line in feature["geometry"]["coordinates"]]
    properties = feature["properties"]
    return _feature(properties["layer"], properties["name"], [line for line in lines if len(line) > 1])


def _thin(line: Line) -> Line:
    kept: Line = []
    for i, (x, y) in enumerate(line):
        last = i == len(line) - 1
        if not kept or last or abs(x - kept[-1][0]) > NEAR or abs(y - kept[-1][1]) > NEAR:
            kept.append([round(x, 4), round(y, 4)])
    return kept


def _touches(feature: Feature, box: Sequence[float]) -> bool:
    south, west, north, east = box
    points = [p for line in feature["geometry"]["coordinates"] for p in line]
    if not points:
        return False
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return bool(min(xs) <= east and max(xs) >= west and min(ys) <= north and max(ys) >= south)
