"""A city's air at a moment, prepared once: rows that may speak, each monitor once, ready for every statement."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from data.checks import entries
from data.parameters import POLLUTANTS
from models.averages.periods import nanoseconds
from models.quality.humidity import WETTEST
from models.stations.freshness import BACKGROUND, described, ended
from models.stations.monitors import once, standing_for_air

HOUR_NS = 3_600_000_000_000
_NEEDED = (
    "source", "station", "parameter", "start", "minutes", "value", "flag", "statistic", "checks", "note", "kind",
    "raw_unit",
)  # fmt: skip

Places = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]
Stamps = npt.NDArray[np.int64]


def prepared(rows: pd.DataFrame, stations: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Rows that may stand for the air: over, measured, each monitor once; with their `end`."""
    slim = rows[[name for name in _NEEDED if name in rows]]
    texts = [name for name in _NEEDED if name in slim and name not in ("start", "minutes", "value")]
    # Plain objects: a few thousand rows are cut many times, which is several times slower on Arrow strings.
    plain = slim.astype(dict.fromkeys(texts, object))
    return once(standing_for_air(ended(plain, now)), stations).reset_index(drop=True)


@dataclass(frozen=True, eq=False)
class Air:
    """
    Prepared rows of one city as arrays.

    Attributes
    ----------
    rows : DataFrame
        As `prepared` gives them.
    names, classes : dict
        Of the stations.
    moment : Timestamp
        UTC.
    humidity : dict of int to float
        City's median relative humidity by the start of the hour [ns]. [%]
    """

    rows: pd.DataFrame
    names: dict[str, str]
    classes: dict[str, str]
    moment: pd.Timestamp
    humidity: dict[int, float]

    @cached_property
    def ends(self) -> Stamps:
        """End of each row. [ns]"""
        return np.asarray(nanoseconds(pd.DatetimeIndex(self.rows["end"])), dtype=np.int64)

    @cached_property
    def values(self) -> Floats:
        """Value of each row."""
        return np.asarray(self.rows["value"].to_numpy(np.float64), dtype=np.float64)

    @cached_property
    def minutes(self) -> Stamps:
        """Length of each interval. [min]"""
        return np.asarray(self.rows["minutes"].to_numpy(np.int64), dtype=np.int64)

    @cached_property
    def stations(self) -> npt.NDArray[np.object_]:
        """Station of each row."""
        return np.asarray(self.rows["station"].to_numpy(object), dtype=object)

    @cached_property
    def _numbered(self) -> tuple[Stamps, npt.NDArray[np.object_]]:
        codes, known = pd.factorize(self.stations, sort=True)
        return np.asarray(codes, dtype=np.int64), np.asarray(known, dtype=object)

    @property
    def codes(self) -> Stamps:
        """Number of each row's station, in the order of `known`."""
        return self._numbered[0]

    @property
    def known(self) -> npt.NDArray[np.object_]:
        """Stations with any row."""
        return self._numbered[1]

    @cached_property
    def sound(self) -> npt.NDArray[np.bool_]:
        """Rows that no check doubts."""
        return np.asarray(self.rows["flag"].to_numpy(object) == "ok", dtype=bool)

    @cached_property
    def background(self) -> npt.NDArray[np.bool_]:
        """Rows of stations that stand for the city; one of unknown class does."""
        counts = np.array([self.counts(s) for s in self.known], dtype=bool)
        return counts[self.codes] if len(self.codes) else np.zeros(0, dtype=bool)

    @cached_property
    def _by_parameter(self) -> dict[str, Places]:
        found = pd.factorize(self.rows["parameter"].to_numpy(object))
        return {str(name): np.flatnonzero(found[0] == code) for code, name in enumerate(found[1])}

    @property
    def now(self) -> int:
        """The moment. [ns]"""
        return int(self.moment.value)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Pollutants with rows, in the order of the vocabulary."""
        return tuple(sorted(self._by_parameter, key=POLLUTANTS.index))

    def of(self, parameter: str) -> Places:
        """Places of the rows of a pollutant."""
        return self._by_parameter.get(parameter, np.zeros(0, dtype=np.intp))

    def counts(self, station: str) -> bool:
        """Whether a station stands for the city."""
        return self.classes.get(station, "") in BACKGROUND

    def why(self, place: int) -> str:
        """Why a row does not speak: the first check that doubts it, else its flag."""
        found = entries(self.rows["checks"].iloc[place]) if "checks" in self.rows else ()
        return found[0].partition(":")[0] if found else str(self.rows["flag"].iloc[place])


def air(rows: pd.DataFrame, stations: pd.DataFrame, now: datetime) -> Air:
    """
    Prepare a city's rows.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of the city: three days of hours (all pollutants, weather too) and the last daily rows.
    stations : DataFrame
        ``station, name, station_class, same_as``.
    now : datetime
        Aware. Rows that end later are not looked at.
    """
    names, classes = described(stations)
    polluted = rows[rows["parameter"].isin(list(POLLUTANTS))]
    moment = pd.Timestamp(now).tz_convert("UTC").as_unit("ns")
    return Air(prepared(polluted, stations, now), names, classes, moment, _humidity(rows))


def _humidity(rows: pd.DataFrame) -> dict[int, float]:
    wet = rows[(rows["parameter"] == "relative_humidity") & (rows["flag"] != "invalid") & (rows["value"] >= 0)]
    if wet.empty:
        return {}
    hours = np.asarray(nanoseconds(pd.DatetimeIndex(wet["start"])), dtype=np.int64) // HOUR_NS * HOUR_NS
    found = wet["value"].clip(upper=100.0).groupby(hours).median()
    return {int(at): float(value) for at, value in found.items() if value <= WETTEST}
