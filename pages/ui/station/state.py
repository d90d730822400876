"""One station's picture: its newest value, hours, days, courses, flags, wind and neighbours."""

import math
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from data.checks import by_name
from data.city import City
from data.clock import local_date
from data.parameters import PARAMETERS
from data.standards.coverage import MIN_COVERAGE
from data.standards.limits import Limit
from data.times import interval_end, local_days
from jobs.statements.gather import speaking
from models.averages.averages import coverage, time_average
from models.averages.limit_averages import DAY, is_median
from models.averages.running import running_mean
from models.limits.in_force import applicable
from models.quality.humidity import PARTICLES, corrected
from models.situation.situation import situation
from models.situation.statement import Statement
from models.trends.seasons import time_variation

HOUR = 60
WIND = {"wind_speed": "ws", "wind_direction": "wd"}
EARTH = 6371.0  # mean radius [km]
LEAST_HOURS = 24 * 7  # of a course over weekdays and of a rose


@dataclass(frozen=True)
class Wind:
    """Wind beside a station's hours: ``ws`` [m/s], ``wd`` [°], the parameter; and whose wind it is."""

    wide: pd.DataFrame
    station: str
    kind: str


@dataclass(frozen=True)
class Place:
    """
    What is known of a station and one parameter at a moment.

    Attributes
    ----------
    about : Series
        The station's row.
    minutes : int
        Averaging of what is shown. [min]
    hour, day : Statement
        What is said of the station now: the newest hour, and the last 24 hours or the newest delivered day.
    newest : dict
        The newest row of the last year, whatever its flag; empty without any.
    rows : DataFrame
        Rows of that averaging, newest year, all flags.
    running : DataFrame
        ``start, value``: 24-h running means of valid hours; empty for daily rows.
    days : DataFrame
        ``day`` (local date)``, value`` (missing below 75 %)``, coverage``.
    medians : bool
        The daily rows are medians as delivered.
    dried : DataFrame
        Columns of `models.quality.humidity.corrected` beside ``start``; empty where nothing can be corrected.
    profile : DataFrame
        ``weekday, hour, mean, lower, upper, n``; empty with less than a week of hours.
    wind : Wind or None
    neighbours : DataFrame
        ``station, distance`` [km]``, value, end, age`` [h]``, freshness, kind``, nearest first: what each says of
        itself.
    limit : Limit or None
        24-h limit that is law here now.
    """

    city: City
    about: pd.Series
    parameter: str
    now: datetime
    minutes: int
    hour: Statement
    day: Statement
    newest: dict[Hashable, Any]
    rows: pd.DataFrame
    running: pd.DataFrame
    days: pd.DataFrame
    medians: bool
    dried: pd.DataFrame
    profile: pd.DataFrame
    wind: Wind | None
    neighbours: pd.DataFrame
    limit: Limit | None

    @property
    def unit(self) -> str:
        """Of the parameter."""
        return PARAMETERS[self.parameter].unit

    @property
    def lead(self) -> Statement:
        """The newest hour, else the newest delivered day."""
        return self.hour if self.hour.value is not None else self.day

    @property
    def kind(self) -> str:
        """Of the newest row; empty without any."""
        return str(self.newest.get("kind", ""))

    @property
    def heard(self) -> pd.Timestamp | None:
        """End of what `lead` rests on, else of the newest sound row, however old."""
        known = [one.heard for one in (self.hour, self.day) if one.heard is not None]
        return self.lead.newest if self.lead.newest is not None else max(known, default=None)

    @property
    def doubted(self) -> bool:
        """Whether a newer row than the one that speaks is flagged."""
        if not self.newest or self.newest["flag"] == "ok":
            return False
        return self.heard is None or self.newest["end"] > self.heard

    def since(self, back: timedelta) -> pd.DataFrame:
        """Rows of the last stretch, counted from the newest whole hour."""
        return self.rows[self.rows["start"] >= pd.Timestamp(self.now).floor("h") - back]

    def flags(self, back: timedelta) -> pd.DataFrame:
        """Rows per flag and check of the last stretch: ``flag, check, rows``."""
        return count_flags(self.since(back))


def place(
    city: City, now: datetime, station: str, parameter: str, rows: pd.DataFrame, wind: pd.DataFrame,
    humidity: pd.DataFrame, latest: pd.DataFrame, stations: pd.DataFrame,
) -> Place:  # fmt: skip
    """
    Put a station's picture together.

    Parameters
    ----------
    rows : DataFrame
        Measurements of the station and parameter, newest year, every flag and averaging.
    wind, humidity : DataFrame
        Of the whole city: wind of the newest year, relative humidity of the newest weeks.
    latest : DataFrame
        Rows of the newest week of the city's stations for the parameter.
    stations : DataFrame
        Of the city.
    """
    minutes = main_minutes(rows)
    mine = rows[rows["minutes"] == minutes].reset_index(drop=True)
    sound = mine[mine["flag"] == "ok"]
    hours = series(sound) if minutes == HOUR else pd.Series(dtype=float)
    known = stations[stations["station"] == station]
    hour, its_day = _statements(pd.concat([rows.tail(2000), humidity]), stations, city, now, station, parameter)
    day = local_date(now, city.zone)
    limit = next((x for x in applicable(city.law, parameter, day, averaging="24h") if x.law), None)
    return Place(
        city=city, about=known.iloc[0] if len(known) else pd.Series({"station": station}), parameter=parameter, now=now,
        minutes=minutes, hour=hour, day=its_day, newest=_newest(mine), rows=mine, running=_running(hours),
        days=days_of(sound, minutes, city), medians=minutes >= DAY and bool(is_median(sound).any()),
        dried=_dried(mine, humidity, now), profile=_profile(hours, city), wind=_wind(hours, wind, station, stations),
        neighbours=neighbours(station, parameter, stations, latest, now, city), limit=limit,
    )  # fmt: skip


def _statements(
    rows: pd.DataFrame, stations: pd.DataFrame, city: City, now: datetime, station: str, parameter: str
) -> tuple[Statement, Statement]:
    """The two statements of a station, as the situation page and the map form them."""
    made = situation(
        speaking(rows, now), stations, now, law=city.law, zone=city.zone, city=city.key, parameter=parameter
    )
    return made.of_station(station)


def _newest(rows: pd.DataFrame) -> dict[Hashable, Any]:
    if not len(rows):
        return {}
    ends = interval_end(rows["start"], rows["minutes"])
    return {**rows.iloc[int(ends.argmax())].to_dict(), "end": ends.max()}


def main_minutes(rows: pd.DataFrame) -> int:
    """Hours where there are any, else the commonest averaging. [min]"""
    counts = Counter(rows["minutes"].tolist())
    if counts.get(HOUR, 0) >= counts.total() / 50:
        return HOUR if counts else DAY
    return int(counts.most_common(1)[0][0])


def series(rows: pd.DataFrame) -> pd.Series:
    """Hourly rows as a series; stamps off the hour are taken to it."""
    at = rows["start"].dt.floor("h")
    return rows.groupby(at)["value"].mean().rename_axis("start").sort_index()


def _running(hours: pd.Series) -> pd.DataFrame:
    if not len(hours):
        return pd.DataFrame({"start": pd.Series(dtype="datetime64[us, UTC]"), "value": pd.Series(dtype=float)})
    means = running_mean(hours.to_frame("value"), 24, minutes=HOUR)
    return means.rename_axis("start").reset_index()


def days_of(sound: pd.DataFrame, minutes: int, city: City) -> pd.DataFrame:
    """Local days with their mean and how much of the day was known; a delivered daily value is a whole day."""
    if not len(sound):
        return pd.DataFrame({"day": [], "value": pd.Series(dtype=float), "coverage": pd.Series(dtype=float)})
    if minutes >= DAY:
        local = local_days(sound["start"], city.zone).date
        return pd.DataFrame({"day": local, "value": sound["value"].to_numpy(), "coverage": 1.0}).reset_index(drop=True)
    wide = sound.groupby(sound["start"].dt.floor(f"{max(minutes, 1)}min"))[["value"]].mean()
    known = {"tz": str(city.zone), "span": "calendar", "minutes": max(minutes, 1)}
    means = time_average(wide, "day", MIN_COVERAGE, **known)  # type: ignore[arg-type]
    shares = coverage(wide, "day", **known)  # type: ignore[arg-type]
    local = local_days(means.index, city.zone).date
    made = pd.DataFrame({"day": local, "value": means["value"].to_numpy(), "coverage": shares["value"].to_numpy()})
    return made[made["coverage"] > 0].reset_index(drop=True)


def _dried(rows: pd.DataFrame, humidity: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Low-cost particles of the last month without their water, beside what the sensor said."""
    recent = rows[(rows["start"] >= pd.Timestamp(now - timedelta(days=31))) & (rows["flag"] == "ok")]
    fits = len(recent) and recent["parameter"].iloc[0] in PARTICLES and (recent["kind"] == "indicative").any()
    if not fits or not len(humidity):
        return pd.DataFrame()
    made = corrected(recent, humidity).assign(start=recent["start"])
    return made[made["refused"] == ""].reset_index(drop=True)


def _profile(hours: pd.Series, city: City) -> pd.DataFrame:
    if len(hours) < LEAST_HOURS:
        return pd.DataFrame()
    return time_variation(hours, "weekday_hour", tz=str(city.zone))


def _wind(hours: pd.Series, wind: pd.DataFrame, station: str, stations: pd.DataFrame) -> Wind | None:
    """The station's own wind, else that of the nearest other instrument, else a model's."""
    sound = wind[(wind["flag"] == "ok") & wind["parameter"].isin(list(WIND))]
    both = sound.groupby("station")["parameter"].nunique()
    complete = sound[sound["station"].isin(both.index[both == len(WIND)])]
    if not len(complete) or len(hours) < LEAST_HOURS:
        return None
    away = distances(station, stations)
    known = complete.drop_duplicates("station")[["station", "kind"]]
    order = known.assign(model=known["kind"] == "model", far=known["station"].map(away).fillna(0.0))
    for row in order.sort_values(["model", "far"]).itertuples():
        wide = wind_of(complete[complete["station"] == row.station])
        joined = wide.join(hours.rename("value"), how="inner").dropna()
        if len(joined) >= LEAST_HOURS:
            return Wind(joined, str(row.station), str(row.kind))
    return None


def wind_of(rows: pd.DataFrame) -> pd.DataFrame:
    """One station's wind by hour: the last observation of each."""
    at = rows["start"].dt.floor("h")
    wide = rows.assign(start=at).pivot_table(index="start", columns="parameter", values="value", aggfunc="last")
    return wide.rename(columns=WIND)[list(WIND.values())].dropna()


def distances(station: str, stations: pd.DataFrame) -> dict[str, float]:
    """How far every station of the city lies from this one. [km]"""
    rows = stations.drop_duplicates("station").dropna(subset=["lat", "lon"]).set_index("station")
    if "coord_quality" in rows:
        rows = rows[rows["coord_quality"] != "generic"]  # the city's own point, not the station's
    if station not in rows.index:
        return {}
    lat, lon = np.radians(rows["lat"].to_numpy(float)), np.radians(rows["lon"].to_numpy(float))
    lat0, lon0 = math.radians(rows.loc[station, "lat"]), math.radians(rows.loc[station, "lon"])
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * math.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    return dict(zip(rows.index, (2 * EARTH * np.arcsin(np.sqrt(half))).tolist(), strict=True))


def neighbours(
    station: str, parameter: str, stations: pd.DataFrame, latest: pd.DataFrame, now: datetime, city: City, most: int = 6
) -> pd.DataFrame:
    """The nearest other stations that measure the same, with their newest value."""
    away, mine = distances(station, stations), latest[latest["parameter"] == parameter]
    made = situation(speaking(mine, now), stations, now, law=city.law, zone=city.zone, parameter=parameter)
    found = [(name, hour if hour.value is not None else day) for name, (hour, day) in made.stations.items()]
    table = pd.DataFrame(
        [{"station": name, "distance": away.get(name, math.nan), "value": said.value,
          "minutes": DAY if said.daily else HOUR, "end": said.newest or said.heard, "age": _age(said),
          "freshness": said.freshness, "kind": said.levels[0].kind if said.levels else ""}
         for name, said in found if name != station],
        columns=["station", "distance", "value", "minutes", "end", "age", "freshness", "kind"],
    )  # fmt: skip
    return table.sort_values("distance", na_position="last", kind="stable").head(most).reset_index(drop=True)


def _age(said: Statement) -> float | None:
    """Of what is said, else since the newest sound row. [h]"""
    end = said.newest or said.heard
    return None if end is None else (said.moment - end).total_seconds() / 3600


def count_flags(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows per flag and check; a row that two checks doubt counts under each, one that none doubts under ""."""
    counts: Counter[tuple[str, str]] = Counter()
    for flag, part in rows[rows["flag"] != "ok"].groupby("flag"):
        for check, n in by_name(part["checks"]):
            counts[(str(flag), check)] += n
    table = pd.DataFrame([(f, c, n) for (f, c), n in counts.items()], columns=["flag", "check", "rows"])
    return table.sort_values("rows", ascending=False, kind="stable").reset_index(drop=True)
