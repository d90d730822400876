"""Things, their places, sensors and datastreams, as the store describes them at one moment for one reader."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import pandas as pd

from api.http import etags
from api.sensorthings.vocabulary import DEFINITIONS, MARKS, MEASUREMENT, RELATIONS, UNITS
from data import clock
from data.city import cities
from data.clock import iso
from data.parameters import PARAMETERS
from data.store.reader import ExportReader
from data.times import interval_end
from sources.credits import credit

KEPT = 4  # states: readers of different roles


@dataclass(frozen=True)
class Series:
    """What makes a datastream in the store."""

    source: str
    station: str
    parameter: str
    minutes: int
    first: pd.Timestamp
    last: pd.Timestamp
    rows: int
    thing: str

    @property
    def key(self) -> tuple[str, str, str, int]:
        """As rows carry it."""
        return self.source, self.station, self.parameter, self.minutes


@dataclass(frozen=True)
class Catalogue:
    """
    Every entity but the observations.

    Attributes
    ----------
    sets : mapping
        Set → id → members.
    links : mapping
        (set, relation) → id → ids it leads to.
    series : mapping
        Id of a datastream → its series.
    streams : mapping
        Key of a series → id of its datastream.
    """

    sets: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {k: {} for k in RELATIONS})
    links: dict[tuple[str, str], dict[str, list[str]]] = field(default_factory=dict)
    series: dict[str, Series] = field(default_factory=dict)
    streams: dict[tuple[str, str, str, int], str] = field(default_factory=dict)

    def add(self, kind: str, key: str, members: dict[str, Any]) -> None:
        """Keep an entity; the first of an id stays."""
        self.sets[kind].setdefault(key, members)

    def join(self, kind: str, key: str, relation: str, other: str) -> None:
        """Lead from one entity to another."""
        found = self.links.setdefault((kind, relation), {}).setdefault(key, [])
        if other not in found:
            found.append(other)

    def related(self, kind: str, key: str, relation: str) -> list[str]:
        """Ids that an entity leads to."""
        return self.links.get((kind, relation), {}).get(key, [])


_kept: OrderedDict[tuple[str, ...], Catalogue] = OrderedDict()
_guard = Lock()


def catalogue(store: ExportReader) -> Catalogue:
    """
    The entities of a store as its reader may have them.

    Parameters
    ----------
    store : ExportReader
        What may leave.

    Returns
    -------
    Catalogue
        Made anew when something was committed, and every minute.
    """
    minute = f"{clock.now():%Y%m%d%H%M}"
    state = (str(store.folder), store.version("measurements", "stations"), etags.rule_state(), minute)
    with _guard:
        if state not in _kept:
            _kept[state] = build(store.spans(), store.stations(every_place=True))
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        return _kept[state]


def build(spans: pd.DataFrame, stations: pd.DataFrame) -> Catalogue:
    """Entities of what there is and how it is described."""
    made = Catalogue()
    known: dict[tuple[Any, Any], list[Mapping[Any, Any]]] = {}
    for row in stations.to_dict("records"):
        known.setdefault((row["source"], row["station"]), []).append(row)
    spans = spans.sort_values(["station", "source", "parameter", "minutes"])
    for pair, rows in spans.groupby(["source", "station"], sort=False):
        thing = _thing(made, (str(pair[0]), str(pair[1])), known.get(pair, [{}]), rows)
        for (parameter, minutes), each in rows.groupby(["parameter", "minutes"], sort=False):
            _stream(made, thing, (str(pair[0]), str(pair[1])), str(parameter), int(minutes), each)
    return made


def _thing(made: Catalogue, pair: tuple[str, str], places: list[Mapping[Any, Any]], rows: pd.DataFrame) -> str:
    source, station = pair
    about = places[-1]
    city = str(rows["city"].iloc[0])
    key = station if station.startswith(f"{source}:") else f"{source}~{station}"
    name = str(about.get("name") or station)
    kinds = sorted(set(rows["kind"]))
    where = cities().get(city)
    properties = {
        "city": city, "country": where.country if where else "", "time_zone": str(where.zone) if where else "",
        "network": source, "station": station, "owner": about.get("owner") or "",
        "station_class": about.get("station_class") or "", "same_as": about.get("same_as") or "",
        **_rights(source, str(about.get("licence") or "")), **_marks(kinds),
    }  # fmt: skip
    made.add("Things", key, {"name": name, "description": f"Station {name} in {city}", "properties": properties})
    _place(made, key, key, name, about)
    for past in places[:-1]:
        _place(made, key, f"{key}@{_began(past)}", str(past.get("name") or station), past)
    return key


def _began(about: Mapping[Any, Any]) -> str:
    """Since when a station has stood at a place, as far as anybody knows."""
    return iso(about["known_at"] if pd.isna(about["valid_from"]) else about["valid_from"], "seconds")


def _place(made: Catalogue, thing: str, key: str, name: str, about: Mapping[Any, Any]) -> None:
    """Location, its history and the feature of interest; none where nobody says where the station is."""
    if not about or pd.isna(about["lat"]) or pd.isna(about["lon"]):
        return
    point = _point(about)
    shared = {
        "name": name, "description": f"Place of {name}", "encodingType": "application/geo+json",
        "properties": {"coord_quality": about.get("coord_quality") or ""},
    }  # fmt: skip
    made.add("Locations", key, {**shared, "location": point})
    made.add("FeaturesOfInterest", key, {**shared, "description": f"Air around {name}", "feature": point})
    made.add("HistoricalLocations", key, {"time": _began(about)})
    made.join("Things", thing, "HistoricalLocations", key)
    if key == thing:  # a thing's locations are where it stands now, the others are its history
        made.join("Things", thing, "Locations", key)
        made.join("Locations", key, "Things", thing)
    for kind, relation, other in (
        ("Locations", "HistoricalLocations", key), ("HistoricalLocations", "Thing", thing),
        ("HistoricalLocations", "Locations", key),
    ):  # fmt: skip
        made.join(kind, key, relation, other)


def _stream(
    made: Catalogue, thing: str, pair: tuple[str, str], parameter: str, minutes: int, rows: pd.DataFrame
) -> None:
    known, key = PARAMETERS[parameter], f"{thing}:{parameter}:{minutes}"
    kinds = sorted(set(rows["kind"]))
    first, last = rows["first"].min(), rows["last"].max()
    sensor = _sensor(made, pair[0], kinds)
    about = made.sets["Things"][thing]
    name, symbol, definition = UNITS[known.unit]
    length = f"{minutes} min means" if minutes else "instantaneous values"
    members = {
        "name": f"{known.label}, {length}, {about['name']}",
        "description": f"{known.label} at {about['name']}: {length}, {MARKS[kinds[0]]}",
        "observationType": MEASUREMENT,
        "unitOfMeasurement": {"name": name, "symbol": symbol, "definition": definition},
        "phenomenonTime": interval(first, interval_end(last, minutes)),
        "properties": {
            "parameter": parameter, "averaging_minutes": minutes, "unit": known.unit,
            "state": "20 °C and 1013.25 hPa" if known.molar_mass else "as measured",
            **_marks(kinds), **{k: about["properties"][k] for k in ("city", "network", *RIGHTS)},
        },
    }  # fmt: skip
    if thing in made.sets["Locations"]:
        members["observedArea"] = made.sets["Locations"][thing]["location"]
    made.add("Datastreams", key, members)
    made.add("ObservedProperties", parameter, {
        "name": known.label, "definition": DEFINITIONS.get(parameter, f"urn:cleanair:parameter:{parameter}"),
        "description": f"{known.label} [{known.unit}]", "properties": {"parameter": parameter, "family": known.family},
    })  # fmt: skip
    series = Series(*pair, parameter, minutes, first, last, int(rows["rows"].sum()), thing)
    made.series[key], made.streams[series.key] = series, key
    for kind, one, relation, other in (
        ("Things", thing, "Datastreams", key), ("Datastreams", key, "Thing", thing),
        ("Datastreams", key, "Sensor", sensor), ("Datastreams", key, "ObservedProperty", parameter),
        ("Sensors", sensor, "Datastreams", key), ("ObservedProperties", parameter, "Datastreams", key),
    ):  # fmt: skip
        made.join(kind, one, relation, other)


def _sensor(made: Catalogue, source: str, kinds: list[str]) -> str:
    """No network says which instrument measures; a sensor is what a network delivers of one kind."""
    key = f"{source}:{'+'.join(kinds)}"
    made.add("Sensors", key, {
        "name": f"{source}, {', '.join(kinds)}", "description": "; ".join(MARKS[k] for k in kinds),
        "encodingType": "text/html", "metadata": credit(source).url, "properties": {"network": source, **_marks(kinds)},
    })  # fmt: skip
    return key


RIGHTS = ("licence", "credit", "credit_url")


def _rights(source: str, own: str) -> dict[str, str]:
    said = credit(source)
    return {"licence": own or said.licence, "credit": said.text, "credit_url": said.url}


def _marks(kinds: list[str]) -> dict[str, Any]:
    return {
        "kind": kinds[0] if len(kinds) == 1 else kinds,
        "simulated": "simulated" in kinds,
        "modelled": "model" in kinds,
    }


def _point(about: Mapping[Any, Any]) -> dict[str, Any]:
    height = about.get("altitude")
    place = [float(about["lon"]), float(about["lat"])]
    return {"type": "Point", "coordinates": place if height is None or pd.isna(height) else [*place, float(height)]}


def interval(begin: Any, end: Any) -> str:
    """Two moments as ISO 8601 writes an interval."""
    return f"{iso(begin)}/{iso(end)}"


def members(made: Catalogue, kind: str) -> Iterator[str]:
    """Names of members that entities of a set have."""
    for entity in made.sets[kind].values():
        yield from entity
