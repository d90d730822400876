"""What an import was asked for: which files, which format, which city; and the sentence where that is not clear."""

from collections.abc import Iterable
from glob import glob, has_magic
from pathlib import Path

import pandas as pd

from data.city import City, city, city_files
from sources.files import FORMATS, MAPPING, ImportFileError, Part, Profile, header, parts
from sources.files import mapping as mappings

PLACES_NEARBY = "stations*.csv"  # a publisher's station list is looked for beside its files


def profile(key: str, stamps: str = "end", mapped: str | Path | None = None) -> Profile:
    """
    The profile of a format.

    Raises
    ------
    ImportFileError
        When there is none of that name, or its mapping cannot be read.
    """
    if (key == MAPPING) != (mapped is not None):
        raise ImportFileError("files.asked.mapping", parameter="mapping")
    if mapped is not None:
        return mappings.load(mapped)
    if key not in FORMATS:
        raise ImportFileError("files.asked.format", parameter="format", format=key, known=list(FORMATS))
    if stamps not in ("end", "start"):
        raise ImportFileError("files.asked.stamps", parameter="stamps", stamps=stamps)
    return FORMATS[key]


def files(paths: Iterable[str | Path]) -> list[Path]:
    """Files meant by names and patterns, each once, in order."""
    found: dict[Path, None] = {}
    for name in map(str, paths):
        matches = sorted(glob(name)) if has_magic(name) and not Path(name).exists() else [name]
        if not matches:
            raise ImportFileError("files.asked.no_match", file=name)
        found |= {Path(match): None for match in matches}
    if not found:
        raise ImportFileError("files.asked.none")
    return list(found)


def tables(paths: list[Path], of: Profile) -> tuple[list[Part], list[Part], pd.DataFrame | None]:
    """
    Tables of files, recognised.

    Returns
    -------
    (list of Part, list of Part, DataFrame or None)
        Those that hold measurements or are left out; the lists of stations among them; and all that lists say, where
        none was named those that lie beside the files.
    """
    found = {path: parts(path, of) for path in paths}
    every = [part for path in paths for part in found[path]]
    lists = [part for part in every if _lists(part)]
    data = [path for path in paths if not all(_lists(part) for part in found[path])]
    places = _places(lists or [part for path in _nearby(data, of) for part in parts(path, of)])
    return [part for part in every if not _lists(part)], lists, places


def _lists(part: Part) -> bool:
    """Whether a table lists stations and holds no measurement."""
    return part.header is not None and part.header.layout is not None and part.header.layout.places


def _nearby(data: list[Path], profile: Profile) -> list[Path]:
    """Station lists lying beside the files, for publishers that have such lists."""
    wanted = [x for x in profile.layouts if x.places]
    beside = sorted({near for path in data for near in path.parent.glob(PLACES_NEARBY) if near.is_file()})
    return [near for near in beside if wanted and wanted[0].columns <= set(_columns(near))]


def _columns(path: Path) -> list[str]:
    try:
        return header(path)
    except ImportFileError:  # it was not named by anybody: what cannot be read is no list
        return []


def _places(lists: list[Part]) -> pd.DataFrame | None:
    tables = [chunk.table for part in lists for chunk in part.chunks()]
    return pd.concat(tables, ignore_index=True) if tables else None


def home(of: Profile, table: pd.DataFrame, file: str) -> City:
    """
    The city that a table itself names.

    Raises
    ------
    ImportFileError
        When it names none.
    """
    key = of.home(table)
    if not key:
        raise ImportFileError("files.asked.city", parameter="city", file=file, known=list(city_files()))
    return city(key)
