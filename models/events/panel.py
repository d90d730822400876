"""What the event detectors look at: hours × stations of each pollutant, the weather of the city, faults, fires."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from data import checks
from data.parameters import POLLUTANTS
from models.stations.monitors import once, standing_for_air

LOW_COST = "indicative"
DUST_CODES = frozenset({6, 7, 8, 9, *range(30, 36), 98})  # WMO code table 4677
SMOKE_CODES = frozenset({4})
SKY = ("wind_speed", "wind_gust", "wind_direction", "temperature", "relative_humidity", "visibility",
       "boundary_layer_height", "precipitation", "dust", "aod")  # fmt: skip
FAULTS = (
    "stuck",
    "flat",
    "dead_channel",
    "ceiling",
    "sentinel",
    "fault_code",
)  # checks that find an instrument's fault


@dataclass(frozen=True)
class Panel:
    """
    A city's hours (or days) as tables of one shape.

    Attributes
    ----------
    times : DatetimeIndex
        Starts of the intervals, evenly spaced. UTC.
    step : int
        Their length. [h]
    stations : DataFrame
        Index station: ``kind, lat, lon, network``.
    air : mapping of str to DataFrame
        Per pollutant times × stations; unflagged values, and gas plumes of one station, which detectors look for.
        [µg/m³]
    sky : mapping of str to Series
        Per weather or field parameter the median of what was measured, a model's where nothing was; ``dust_code`` and
        ``smoke_code`` are 1 where an airport reported it and 0 where it reported something else.
    modelled : frozenset of str
        Names in `sky` of which a model says any value.
    delivered, faulty : DataFrame
        Times × stations: whether anything came, and whether most of it was flagged as an instrument's fault.
    fires : DataFrame or None
        ``time, lat, lon, frp_mw``; None where nobody looks for fires.
    """

    times: pd.DatetimeIndex
    step: int
    stations: pd.DataFrame
    air: Mapping[str, pd.DataFrame]
    sky: Mapping[str, pd.Series]
    modelled: frozenset[str]
    delivered: pd.DataFrame
    faulty: pd.DataFrame
    fires: pd.DataFrame | None = None
    limits: Mapping[str, float] = field(default_factory=dict)

    def of(self, parameter: str, stations: list[str] | None = None) -> pd.DataFrame:
        """One pollutant, of some stations; without columns where nobody measures it."""
        table = self.air.get(parameter, pd.DataFrame(index=self.times))
        return table if stations is None else table[[s for s in stations if s in table]]

    def best(self, parameter: str) -> tuple[pd.DataFrame, bool]:
        """One pollutant of the reference stations, else of all; and whether these are low-cost sensors only."""
        table = self.of(parameter)
        reference = [s for s in table if self.stations["kind"].get(s) != LOW_COST]
        return (table[reference], False) if reference else (table, True)

    def places(self, hours: float) -> int:
        """How many intervals so many hours are, at least one."""
        return max(round(hours / self.step), 1)


def panel(
    rows: pd.DataFrame,
    stations: pd.DataFrame,
    start: datetime,
    end: datetime,
    *,
    step: int = 1,
    fires: pd.DataFrame | None = None,
    limits: Mapping[str, float] | None = None,
) -> Panel:
    """
    Arrange measurement rows for the detectors.

    Parameters
    ----------
    rows : DataFrame
        Measurement table of one city, flagged rows among them.
    stations : DataFrame
        As the store gives them; of kind ``simulated`` only in the demo world.
    start, end : datetime
        Aware; intervals with start in [start, end).
    step : int
        1 for hours; 24 for rows of days. [h]
    fires : DataFrame, optional
        Hot-spots.
    limits : mapping, optional
        Single maxima that are law, for the degree of stagnation. [µg/m³]

    Returns
    -------
    Panel
        Its tables may lack columns, never rows.
    """
    times = pd.date_range(pd.Timestamp(start).tz_convert("UTC").ceil("h"), pd.Timestamp(end), freq="h",
                          inclusive="left") if step == 1 else _days(rows)  # fmt: skip
    mine = _stepped(rows, times, step)
    air_rows = once(standing_for_air(mine[mine["parameter"].isin(list(POLLUTANTS))]), stations)
    plume = (air_rows["flag"] == "suspect") & checks.only(air_rows["checks"], {"plume"})
    sound = air_rows[(air_rows["flag"] == "ok") | plume]
    air = {str(name): _wide(part, times) for name, part in sound.groupby("parameter", sort=False)}
    sky, modelled = _sky(mine, times)
    delivered, faulty = _health(air_rows, times)
    return Panel(times, step, _described(stations, air_rows), air, sky, modelled, delivered, faulty, fires,
                 dict(limits or {}))  # fmt: skip


def _days(rows: pd.DataFrame) -> pd.DatetimeIndex:
    starts = rows.loc[rows["minutes"] == 1440, "start"]
    if not len(starts):
        return pd.DatetimeIndex([], tz="UTC")
    return pd.date_range(starts.min(), starts.max(), freq="D")


def _stepped(rows: pd.DataFrame, times: pd.DatetimeIndex, step: int) -> pd.DataFrame:
    """Rows of the panel's length, each under the interval that it begins in."""
    short = rows[rows["minutes"] <= 60]
    if step == 1:
        return short.assign(at=short["start"].dt.floor("h"))
    one, first = pd.Timedelta(days=1), times[0] if len(times) else pd.Timestamp(0, tz="UTC")
    days = rows[rows["minutes"] == 1440]
    sky = short[short["parameter"].isin([*SKY, "present_weather"])]  # the weather of a day is made of its hours
    return pd.concat(
        [
            days.assign(at=first + ((days["start"] - first) / one).round() * one),
            sky.assign(at=first + ((sky["start"] - first) // one) * one),
        ],
        ignore_index=True,
    )


def _wide(part: pd.DataFrame, times: pd.DatetimeIndex) -> pd.DataFrame:
    if not len(part):
        return pd.DataFrame(index=times)
    table = part.pivot_table(index="at", columns="station", values="value", aggfunc="mean")
    return table.reindex(times).astype("float64")


def _sky(rows: pd.DataFrame, times: pd.DatetimeIndex) -> tuple[dict[str, pd.Series], frozenset[str]]:
    found, modelled = {}, set()
    usable = rows[rows["flag"] != "invalid"]
    for name in SKY:
        part = usable[usable["parameter"] == name]
        if not len(part):
            continue
        is_model = (part["kind"] == "model").to_numpy()
        seen = part[~is_model].groupby("at")["value"].median().reindex(times)
        said = part[is_model].groupby("at")["value"].median().reindex(times)
        found[name] = seen.fillna(said)
        modelled |= {name} if bool((seen.isna() & said.notna()).any()) else set()
    return {**found, **_codes(usable, times)}, frozenset(modelled)


def _codes(rows: pd.DataFrame, times: pd.DatetimeIndex) -> dict[str, pd.Series]:
    """Present weather of airports: a report without a code is a report of nothing."""
    codes = rows[rows["parameter"] == "present_weather"]
    reports = rows[rows["source"].isin(set(codes["source"]) | {"metar"}) & (rows["parameter"] == "visibility")]
    if not len(codes) and not len(reports):
        return {}
    known = pd.Series(0.0, index=pd.Index(pd.concat([codes["at"], reports["at"]]).unique())).reindex(times)
    made = {}
    for name, wanted in (("dust_code", DUST_CODES), ("smoke_code", SMOKE_CODES)):
        hours = pd.DatetimeIndex(codes.loc[codes["value"].round().isin(wanted), "at"].unique())
        made[name] = known.mask(times.isin(hours), 1.0)
    return made


def _health(rows: pd.DataFrame, times: pd.DatetimeIndex) -> tuple[pd.DataFrame, pd.DataFrame]:
    if not len(rows):
        return pd.DataFrame(index=times), pd.DataFrame(index=times)
    bad = (rows["flag"] != "ok") & checks.has(rows["checks"], *FAULTS)
    part = (
        rows.assign(bad=bad.astype("float64")).pivot_table(index="at", columns="station", values="bad").reindex(times)
    )
    return part.notna(), part.fillna(0.0) >= 0.5


def _described(stations: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    known = stations.drop_duplicates("station").set_index("station") if len(stations) else pd.DataFrame()
    named = sorted(set(rows["station"]))
    kinds = rows.drop_duplicates("station").set_index("station")
    network = [str(_at(known, s, "owner", "") or kinds["source"].get(s, "")) for s in named]
    return pd.DataFrame(
        {
            "kind": [_at(known, s, "kind", kinds["kind"].get(s, "")) for s in named],
            "lat": [float(_at(known, s, "lat", np.nan)) for s in named],
            "lon": [float(_at(known, s, "lon", np.nan)) for s in named],
            "network": network,
        },
        index=pd.Index(named, name="station"),
    )


def _at(table: pd.DataFrame, row: str, column: str, default: Any) -> Any:
    return table.loc[row, column] if row in table.index and column in table else default


def normal(table: pd.DataFrame, hours: int, least: int, *, lag: int = 6) -> pd.DataFrame:
    """
    What a series showed before each interval: the median of the intervals before it, the newest `lag` left out.

    Parameters
    ----------
    table : DataFrame
        Evenly spaced.
    hours, least, lag : int
        Intervals looked back over, needed, and left out.

    Returns
    -------
    DataFrame
        NaN where too little is known.

    Examples
    --------
    >>> normal(pd.DataFrame({"a": [1.0, 2.0, 3.0, 90.0]}), 3, 2, lag=1)["a"].tolist()
    [nan, nan, 1.5, 2.0]
    """
    return table.shift(lag).rolling(hours, min_periods=least).median()


def usual(table: pd.DataFrame, days: int, step: int, least: int = 4) -> pd.DataFrame:
    """
    What a series showed at the same hour of the days before: their median.

    Parameters
    ----------
    table : DataFrame
        Evenly spaced.
    days : int
        Looked back over.
    step : int
        Length of the intervals. [h]
    least : int
        Days needed.

    Returns
    -------
    DataFrame
        NaN where too little is known.
    """
    if not table.shape[1]:
        return table
    places = 24 // step
    stack = np.stack([table.shift(places * k).to_numpy() for k in range(1, days + 1)])
    count = np.isfinite(stack).sum(axis=0)
    stack[:, count < least] = 0.0  # an all-missing slice would warn
    middle = np.nanmedian(stack, axis=0)
    return pd.DataFrame(np.where(count >= least, middle, np.nan), table.index, table.columns)
