"""Which rows may leave the centre in a file: what the licences of a source and of a station allow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.errors import CentreError

# Beginnings of licence names that allow passing data on; anything else stays in.
FREE = (
    "cc0", "cc by", "us public domain", "public domain", "odbl", "dbcl", "uk ogl", "open government", "open data",
    "taiwan open government", "etalab", "licence ouverte", "dl-de", "nlod", "iodl", "wmo core data",
)  # fmt: skip


@dataclass(frozen=True)
class Terms:
    """
    What the licence of a source says of passing its rows on.

    Attributes
    ----------
    passes_on : bool
        Whether any row may leave.
    per_station : bool
        The source gathers many owners: rows of a station leave only where its own licence is stated.
    """

    passes_on: bool
    per_station: bool = False


class LicencesUnknown(CentreError):
    """No licence was stated in this process, so nothing may leave; a developer must import `sources` first."""

    who = "developer"


_stated: list[Callable[[], Mapping[str, Terms]]] = []


def state(terms: Callable[[], Mapping[str, Terms]]) -> None:
    """
    Take the licences of the sources from whoever knows them; `sources` does it when it is imported.

    The store may not ask the networks (imports go the other way), and a row whose licence nobody stated stays in.
    """
    _stated[:] = [terms]


def terms() -> Mapping[str, Terms]:
    """
    Terms of every source that has any; a source that is not among them passes nothing on.

    Raises
    ------
    LicencesUnknown
        When nobody stated them.
    """
    if not _stated:
        raise LicencesUnknown("data.licences.unknown")
    return _stated[0]()


def permits(licence: str) -> bool:
    """
    Whether a licence as it is written allows passing data on.

    Examples
    --------
    >>> permits("CC BY-SA 4.0 DEED"), permits("CC BY-ND 4.0"), permits("Some Private Terms")
    (True, False, False)
    """
    words = licence.strip().lower()
    return words.startswith(FREE) and "nd" not in words.replace("-", " ").split()


def redistributable(source: str, licence: str = "") -> bool:
    """
    Whether rows of a station may leave the centre in a file.

    Parameters
    ----------
    source : str
        Source key of the rows.
    licence : str
        What its station states. Networks that gather many owners (OpenAQ) need it: none stated means no.

    Returns
    -------
    bool
        True only where the source allows it and the station does not forbid it.
    """
    return _may(terms().get(source), licence)


def _may(source: Terms | None, licence: str) -> bool:
    if source is None or not source.passes_on:
        return False
    return permits(licence) if licence.strip() else not source.per_station


@dataclass(frozen=True)
class Licensed:
    """
    The rows that licences let leave.

    Attributes
    ----------
    sources : tuple of str
        Their rows leave, but for those of the stations in `closed`.
    closed : mapping
        Source, one of `sources` → its stations that stay in.
    opened : mapping
        Any other source → its stations whose rows leave.
    """

    sources: tuple[str, ...]
    closed: Mapping[str, frozenset[str]]
    opened: Mapping[str, frozenset[str]]

    def clause(self) -> tuple[str, list[Any]]:
        """SQL condition that keeps these rows, and its values."""
        plain = [s for s in self.sources if s not in self.closed]
        parts = [f"source IN ({_marks(plain)})"] if plain else []
        values: list[Any] = [*plain]
        for word, held in (("NOT IN", self.closed), ("IN", self.opened)):
            for source, stations in held.items():
                parts.append(f"(source = ? AND station {word} ({_marks(stations)}))")
                values += [source, *sorted(stations)]
        return f"({' OR '.join(parts)})" if parts else "FALSE", values

    def mask(self, rows: pd.DataFrame) -> np.ndarray:
        """Which rows (source, station) leave."""
        pairs = list(zip(rows["source"], rows["station"], strict=True))
        held = {pair: self._leaves(*pair) for pair in set(pairs)}
        return np.array([held[pair] for pair in pairs], dtype=bool)

    def _leaves(self, source: str, station: str) -> bool:
        if source in self.sources:
            return station not in self.closed.get(source, frozenset())
        return station in self.opened.get(source, frozenset())


def licensed(stations: pd.DataFrame, known: Mapping[str, Terms]) -> Licensed:
    """
    The rows that may leave, by the licence of the station where it has one, else of the source.

    Parameters
    ----------
    stations : DataFrame
        Descriptions: source, station, licence.
    known : mapping
        Of the sources, as `terms` gives them.

    Examples
    --------
    >>> known = {"a": Terms(True), "b": Terms(True, per_station=True), "c": Terms(False)}
    >>> rows = pd.DataFrame({"source": list("abc"), "station": ["a:1", "b:1", "c:1"], "licence": ["", "CC0", "CC0"]})
    >>> licensed(rows, known).clause()
    ('(source IN (?) OR (source = ? AND station IN (?)))', ['a', 'b', 'b:1'])
    """
    own = stations.set_index(["source", "station"])["licence"].to_dict() if len(stations) else {}
    closed: dict[str, set[str]] = {}
    opened: dict[str, set[str]] = {}
    for (source, station), licence in own.items():
        its = known.get(source)
        may = _may(its, licence)
        if its is not None and its.passes_on and may == its.per_station:
            (opened if may else closed).setdefault(source, set()).add(station)
    return Licensed(
        tuple(key for key, its in known.items() if its.passes_on and not its.per_station),
        {key: frozenset(names) for key, names in closed.items()},
        {key: frozenset(names) for key, names in opened.items()},
    )


def _marks(values: Any) -> str:
    return ", ".join("?" * len(values))
