"""What the trends page looks at: a city or station, a parameter, years, one basis of days, dust days in or out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd

from data.city import City, Measure
from data.demo import measures as demo_measures
from data.parameters import PARAMETERS
from data.standards.limits import Limit
from data.store.served import real_store
from jobs.register.measures import of_city
from models.averages.city_days import as_series, basis_of, of_stations
from models.limits.in_force import applicable
from models.trends.seasons import without_days
from models.trends.years import verdict
from pages.ui.city import tables as city_tables
from pages.ui.look.charts import Line
from pages.ui.look.palette import ALARM, WARN
from pages.ui.reader import language
from pages.ui.reader.language import law_name, number, t
from pages.ui.trends import tables

LEVELS = {"both": ("law", "aqg"), "own": ("law",), "all": ("law", "aqg", "it-4", "it-3", "it-2", "it-1")}


@dataclass(frozen=True)
class View:
    """
    One choice of the reader, with its days.

    Attributes
    ----------
    station : str
        Empty for the city's median.
    basis : str
        ``mean`` or ``median``.
    record : DataFrame
        Station-days of the whole record on its basis (see `models.averages.city_days.station_days`).
    days : DataFrame
        Figures of the chosen years and basis (see `models.averages.city_days`), dust days still in.
    without : tuple of date
        Dust days that are taken out.
    until : date
        Today on the city's clock; days from it on are not over.
    """

    city: City
    parameter: str
    station: str
    basis: str
    first: int
    last: int
    record: pd.DataFrame
    days: pd.DataFrame
    without: tuple[date, ...]
    until: date

    @property
    def name(self) -> str:
        """The city in the reader's language."""
        return self.city.name(language.language())

    @property
    def label(self) -> str:
        """The parameter in words."""
        return t(f"quantity.parameter.{self.parameter}")

    @property
    def unit(self) -> str:
        """Of the parameter."""
        return PARAMETERS[self.parameter].unit

    @property
    def years(self) -> range:
        """Chosen years."""
        return range(self.first, self.last + 1)

    @property
    def series(self) -> pd.Series:
        """Days as a series of labels, without dust days where asked."""
        return without_days(as_series(self.days), self.without)

    @property
    def end(self) -> date:
        """First day after the chosen years that counts no more; today where they run on."""
        return min(self.until, date(self.last + 1, 1, 1))

    @property
    def clean(self) -> pd.DataFrame:
        """The record without dust days where asked."""
        return self.record[~self.record["day"].isin([pd.Timestamp(d) for d in self.without])]

    @property
    def rows(self) -> pd.DataFrame:
        """Station-days of the chosen years, without dust days where asked."""
        clean = self.clean
        return clean[pd.DatetimeIndex(clean["day"]).year.isin(list(self.years))]

    @property
    def stem(self) -> str:
        """Name of its files."""
        place = "".join(c if c.isalnum() else "-" for c in self.station) or self.city.key
        return f"{place}-{self.parameter}-{self.first}-{self.last}"

    def share_low_cost(self) -> float:
        """Of all station-days. [0–1]"""
        total = float(self.days["stations"].sum())
        return float(self.days["low_cost"].sum()) / total if total else 0.0

    def measures(self) -> list[Measure]:
        """Measures that begin in the chosen years; over simulated air the demo world's own, which alone changed it."""
        if city_tables.simulated():
            first = pd.to_datetime(self.days["day"]).min().date() if len(self.days) else date(self.first, 1, 1)
            return list(demo_measures(first, date(self.last, 12, 31)))
        begun = [(m, m.begins.first) for m in of_city(real_store(), self.city.key)]
        return [m for m, first in begun if first is not None and self.first <= first.year <= self.last]


def bases(days: pd.DataFrame) -> list[str]:
    """Bases there are, the one with more days first."""
    return [str(b) for b in days["basis"].value_counts().index]


def view(
    city: City, parameter: str, station: str, basis: str | None, first: int, last: int, *, dust_out: bool
) -> View:  # fmt: skip
    """Put a view together; the basis with more days where none or an unknown one is asked for."""
    every = tables.rows(city, parameter, station)
    at = pd.DatetimeIndex(every["day"]).year
    mine = every[(at >= first) & (at <= last)]
    used = basis if basis in set(mine["basis"]) else basis_of(mine)
    out = tuple(tables.dusty(city) or ()) if dust_out else ()
    return View(
        city, parameter, station, str(used), first, last, every[every["basis"] == used],
        of_stations(mine[mine["basis"] == used]), tuple(d for d in out if first <= d.year <= last), tables.today(city),
    )  # fmt: skip


def counted(rows: pd.DataFrame, shown: View) -> pd.DataFrame:
    """
    Days over limits as this view may tell them.

    Medians are never counted as checked; those above stand in ``indicative_over``. Days that hours of other
    stations check are told with the verdict of `models.trends.years.verdict`: a few of them speak for no year. A
    limit that was enacted anew with the same value within a year is one line.
    """
    rows = rows[rows["year"].between(shown.first, shown.last)]
    sums = ["days_over", "days_over_any", "days_checked", "days", "indicative_over", "indicative_of"]
    grouped = rows.groupby(["year", "standard", "level", "limit"], as_index=False, sort=False)
    made = grouped[sums].sum(min_count=1).merge(grouped["indicative"].any())
    share = made["days_checked"].astype(float) / made["days"].astype(float).clip(lower=1)
    triples = zip(made["days_over"], made["days_checked"], made["days"], strict=True)
    verdicts = [verdict(None if pd.isna(over) else int(over), int(n), int(of)) for over, n, of in triples]
    return made.assign(parameter=shown.parameter, completeness=share, verdict=verdicts)


def limit_name(limit: Limit, city: City) -> str:
    """`UZ`, `WHO interim target 1`; with `indicative` where the limit is not verified."""
    who = law_name(city.law) if limit.law else t(f"trends.level.{limit.level}")
    return f"{who}, {t('frame.indicative')}" if limit.indicative else who


def annual_limits(shown: View, choice: str) -> list[Limit]:
    """Limits of a year's averaging in force at the end of the chosen years."""
    on = min(date(shown.last, 12, 31), shown.until)
    found = applicable(shown.city.law, shown.parameter, on, averaging="year")
    return [x for x in found if ("law" if x.law else x.level) in LEVELS[choice]]


def lines(limits: Sequence[Limit], city: City) -> list[Line]:
    """Limits as lines of a figure; saturated only for the law."""
    return [
        Line(x.concentration, f"{number(x.concentration)} · {limit_name(x, city)}", ALARM if x.law else WARN)
        for x in limits
    ]


def zone_changed(shown: View) -> bool:
    """Whether the city's clock was moved for good within the chosen years."""
    zone = shown.city.zone
    noons = [datetime(y, m, 15, 12, tzinfo=zone).utcoffset() for y in shown.years for m in (1, 7)]
    return len(set(noons)) > 1
