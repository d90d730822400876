"""The air-quality index of a city now, with the name of its scale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from data.standards.coverage import least
from models.indices.aqi import averagings, combine, index, written
from models.indices.nowcast import nowcast_frame
from models.situation.figures import HOUR, figure_of, prepared
from models.stations.freshness import BACKGROUND, described, not_grey


@dataclass(frozen=True)
class Chip:
    """
    An index with the name of its scale.

    Attributes
    ----------
    value : int or None
        None where nothing can be indexed. For the European index the band's number.
    parameter : str
        The dominant pollutant.
    basis : str
        ``nowcast``, ``hour``, ``daily_mean`` or ``daily_median``: what was put into the scale.
    beyond : bool
        The concentration lies above the scale; `value` is its last number.
    """

    standard: str
    value: int | None
    band: int | None = None
    category: str = ""
    colour: str = ""
    colour_assist: str = ""
    parameter: str = ""
    basis: str = ""
    beyond: bool = False

    @property
    def shown(self) -> str:
        """As it is written: ``500+`` beyond the scale; empty without an index."""
        return "" if self.value is None else written(self.value, beyond=self.beyond)


def chip(rows: pd.DataFrame, stations: pd.DataFrame, now: datetime, standard: str = "us-epa-2024") -> Chip:
    """
    The index of the city now: of the median station, worst pollutant.

    Parameters
    ----------
    rows, stations, now
        As in `models.situation.figures.city_figure`; all pollutants.
    standard : str
        Key of `models.indices.aqi.STANDARDS`.

    Returns
    -------
    Chip
        US AQI: NowCast of PM and ozone, 8-h mean of CO, hours of NO2 and SO2; from daily rows where there are no
        hours, with that basis. European index: hours. ``value`` None where nothing fresh can be indexed.
    """
    return chip_of(
        prepared(rows[rows["parameter"].isin(list(averagings(standard)))], stations, now), stations, now, standard
    )


def chip_of(air: pd.DataFrame, stations: pd.DataFrame, now: datetime, standard: str) -> Chip:
    """`chip` from rows that were `models.situation.figures.prepared` before."""
    current = _current(air, now, standard)
    found = combine(index(p, m, value, standard) for p, m, value in _medians(current, stations))
    basis = "nowcast" if standard == "us-epa-2024" else "hour"
    if found is None and standard == "us-epa-2024":
        figures = [figure_of(air[air["parameter"] == p], stations, now, p) for p in ("pm25", "pm10")]
        daily = [f for f in figures if f.value is not None and f.averaging.startswith("daily")]
        found = combine(index(f.parameter, 1440, f.value or 0.0, standard) for f in daily)
        basis = max((f.averaging for f in daily), default="")
    if found is None:
        return Chip(standard, None)
    band = found.band
    return Chip(
        standard,
        found.value,
        band.number,
        band.category,
        band.colour,
        band.colour_assist,
        found.parameter,
        basis,
        found.beyond,
    )


def _current(air: pd.DataFrame, now: datetime, standard: str) -> pd.DataFrame:
    """Per station and pollutant the concentration that stands for now, with the averaging it stands for."""
    recent = (
        (air["minutes"] == HOUR) & (air["flag"] == "ok") & (air["end"] > pd.Timestamp(now) - pd.Timedelta(hours=24))
    )
    hours = air[recent & air["parameter"].isin(list(averagings(standard)))]
    if standard == "us-epa-2024":
        plain = hours[~hours["parameter"].isin(["pm25", "pm10", "o3", "co"])]
        hours = pd.concat([nowcast_frame(hours), plain, _eight_hours(hours[hours["parameter"] == "co"])])
    newest = hours.sort_values("start", kind="stable").drop_duplicates(["station", "parameter"], keep="last")
    return not_grey(newest.assign(length=newest["minutes"], minutes=HOUR), now).assign(minutes=lambda t: t["length"])


def _eight_hours(hours: pd.DataFrame) -> pd.DataFrame:
    last = hours.groupby("station")["start"].transform("max")
    window = hours[hours["start"] > last - pd.Timedelta(hours=8)]
    n = window.groupby("station")["value"].transform("size")
    means = window.groupby("station")["value"].transform("mean")
    return window.assign(value=means, minutes=480)[n >= least(8)]


def _medians(current: pd.DataFrame, stations: pd.DataFrame) -> list[tuple[str, int, float]]:
    _, classes = described(stations)
    counting = current[current["station"].map(lambda s: classes.get(s, "")).isin(BACKGROUND)]
    medians = counting.groupby(["parameter", "minutes"])["value"].median()
    return [(str(key[0]), int(key[1]), float(value)) for key, value in medians.items()]
