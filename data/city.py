"""The cities of the centre: one file each in `data/cities`, and which of them this installation watches."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from data.errors import CentreError
from data.heating import FILE as HEATING
from data.heating import Days, Heating, Season, seasons
from data.measures.measures import Measure, measures_of

FOLDER = Path(__file__).parent / "cities"
VARIABLE = "CLEANAIR_CITIES"
WATCH = "CLEANAIR_WATCH"
LANGUAGES = ("en", "ru", "uz", "kk")
__all__ = ["City", "CityError", "Measure", "Neighbour", "cities", "city", "city_files", "folder", "state"]
USUAL: Days = ((10, 15), (4, 15))  # heating where a file names no days; our assumption
LONGEST = 40  # of what somebody wrote for a city, where an error repeats it [characters]


class CityError(CentreError, ValueError):
    """A city is unknown or its file is wrong; the person who named or wrote it must mend it."""

    exit_status = 2


@dataclass(frozen=True)
class Neighbour:
    """A country across the border and the sector its air comes from, clockwise [° from north]."""

    country: str
    start: float
    end: float


@dataclass(frozen=True)
class City:
    """
    One city file.

    Attributes
    ----------
    key : str
        File stem.
    names : mapping
        Name by language.
    zone : ZoneInfo
        The city's clock.
    lat, lon : float
        Centre. [°]
    box : tuple of float
        South, west, north, east. [°]
    law : str
        Jurisdiction whose limits are law here.
    networks : mapping
        Options by network key; a network not named here is not asked.
    measures : tuple of Measure
        Those of the register of measures that are this city's.
    heating : Heating
        Usual days and rule of the file, announced seasons of `heating.csv` beside it.
    watched : bool
        What the file says; `CLEANAIR_WATCH` overrides it.
    """

    key: str
    names: Mapping[str, str]
    country: str
    zone: ZoneInfo
    lat: float
    lon: float
    box: tuple[float, float, float, float]
    law: str
    languages: tuple[str, ...]
    networks: Mapping[str, Mapping[str, Any]]
    neighbours: tuple[Neighbour, ...] = ()
    measures: tuple[Measure, ...] = ()
    heating: Heating = field(default_factory=lambda: Heating(USUAL))
    watched: bool = True
    extra: Mapping[str, Any] = field(default_factory=dict)

    def name(self, language: str = "en") -> str:
        """Name in a language, English where it is not given."""
        return self.names.get(language, self.names["en"])

    def local(self, moment: datetime) -> datetime:
        """A moment on the city's clock."""
        return moment.astimezone(self.zone)


def folder() -> Path:
    """
    Where city files are read from.

    Returns
    -------
    Path
        `CLEANAIR_CITIES` if set, else the shipped folder.
    """
    return Path(os.environ.get(VARIABLE) or FOLDER)


def cities() -> Mapping[str, City]:
    """
    The cities that this installation watches: pages, wall, alarms and collection are about them.

    Returns
    -------
    mapping of str to City
        Those that `CLEANAIR_WATCH` names (``tashkent,astana,almaty``), in its order; else every file that does not say
        ``watched = false``, by its `order`, then name.

    Raises
    ------
    CityError
        When a file is wrong (the sentence names it and what it lacks), `CLEANAIR_WATCH` names no city file, or none is
        watched.

    Examples
    --------
    >>> {"astana", "tashkent"} <= set(cities())
    True
    """
    return _watched(folder(), _stamp(folder()), os.environ.get(WATCH) or "")


def city_files() -> Mapping[str, City]:
    """
    Every city that has a file, watched or not: imports, exports and the rules of sharing know them all.

    Examples
    --------
    >>> city_files()["almaty"].law
    'kz'
    """
    return _read(folder(), _stamp(folder()))


def state() -> tuple[Path, tuple[tuple[str, int], ...]]:
    """What changes when a city file does."""
    return folder(), _stamp(folder())


def city(key: str) -> City:
    """
    One city, watched or not.

    Raises
    ------
    CityError
        When it has no file; names those there are.
    """
    known = city_files()
    if key not in known:
        _unknown(key, list(known))
    return known[key]


def _unknown(key: str, known: list[str]) -> NoReturn:
    if key.isidentifier():
        raise CityError(
            "data.city.unknown_addable", who="asker", parameter="city", status=400, city=key[:LONGEST], known=known
        )
    raise CityError("data.city.unknown", who="asker", parameter="city", status=400, city=key[:LONGEST], known=known)


@cache
def _watched(place: Path, stamp: tuple[tuple[str, int], ...], named: str) -> Mapping[str, City]:
    known = _read(place, stamp)
    if not named.strip(", "):
        chosen = {key: one for key, one in known.items() if one.watched}
        if not chosen:
            raise CityError("data.city.none_watched", parameter=WATCH, folder=place, variable=WATCH)
        return chosen
    keys = dict.fromkeys(key.strip() for key in named.split(",") if key.strip())
    odd = [key for key in keys if key not in known]
    if odd:
        raise CityError(
            "data.city.not_filed", parameter=WATCH, variable=WATCH, cities=odd, folder=place, known=list(known)
        )
    return {key: known[key] for key in keys}


def _stamp(place: Path) -> tuple[tuple[str, int], ...]:
    try:
        with os.scandir(place) as inside:
            read = [e for e in inside if e.name.endswith(".toml") or e.name == HEATING]
            return tuple(sorted((e.name, e.stat().st_mtime_ns) for e in read))
    except (FileNotFoundError, NotADirectoryError):
        return ()


@cache
def _read(place: Path, stamp: tuple[tuple[str, int], ...]) -> Mapping[str, City]:
    files = [name for name, _ in stamp if name != HEATING]
    if not files:
        raise CityError("data.city.no_files", parameter=VARIABLE, folder=place, variable=VARIABLE)
    try:
        dated = seasons(place / HEATING)
    except ValueError as error:
        raise CityError("data.city.wrong", file=HEATING, cause=error) from error
    loaded = [_city(place / name, dated) for name in files]
    loaded.sort(key=lambda c: (c.extra.get("order", 99), c.key))
    return {c.key: c for c in loaded}


def _city(path: Path, dated: Mapping[str, tuple[Season, ...]]) -> City:
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
        south, west, north, east = (float(x) for x in raw["box"])
        made = City(
            key=path.stem,
            names=raw["names"],
            country=raw["country"],
            zone=ZoneInfo(raw["zone"]),
            lat=float(raw["centre"][0]),
            lon=float(raw["centre"][1]),
            box=(south, west, north, east),
            law=raw["law"],
            languages=tuple(raw["languages"]),
            networks=raw.get("networks", {}),
            neighbours=tuple(Neighbour(n["country"], n["from"], n["to"]) for n in raw.get("neighbours", ())),
            measures=measures_of(path.stem),
            heating=_heating(raw, dated.get(path.stem, ())),
            watched=_flag(raw.get("watched", True), path.name),
            extra={k: v for k, v in raw.items() if k in ("order", "geocode")},
        )
    except KeyError as error:
        name = error.args[0]
        raise CityError("data.city.missing", parameter=str(name), file=path.name, name=name) from error
    except CityError:
        raise
    except (tomllib.TOMLDecodeError, ZoneInfoNotFoundError, ValueError, TypeError, IndexError) as error:
        raise CityError("data.city.wrong", file=path.name, cause=error) from error
    if "measures" in raw:
        raise CityError("data.city.measures", parameter="measures", file=path.name)
    if "en" not in made.names or not (south < north and west < east):
        raise CityError("data.city.names_box", parameter="box", file=path.name)
    return made


def _heating(raw: Mapping[str, Any], dated: tuple[Season, ...]) -> Heating:
    (a, b), (c, d) = raw.get("heating", USUAL)
    rule = raw.get("heating_rule", {})
    below = float(rule["below"]) if "below" in rule else None
    return Heating(((a, b), (c, d)), below, str(rule.get("act", "")), dated)


def _flag(value: object, file: str) -> bool:
    if not isinstance(value, bool):
        raise CityError("data.city.watched", parameter="watched", file=file, value=repr(value))
    return value
