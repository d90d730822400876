"""One city's picture: its situation as the models see it, with the curves, names and words that screens add."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from data.city import City
from data.parameters import PARAMETERS
from data.standards.coverage import least
from data.store.tables.schemas import TABLES
from models.situation.situation import Chip, Situation
from pages.ui.events import words as event_words
from pages.ui.look.charts import Line
from pages.ui.look.palette import KINDS, by_ratio
from pages.ui.reader import language
from pages.ui.reader.language import law_name, number, t, t_unit

STANDARDS = ("us-epa-2024", "eaqi-2024")
BACK = timedelta(hours=72)
ARROWS = {"rising": "↗", "steady": "→", "falling": "↘", "unknown": ""}
POINTS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
DUST = "dust_storm"
OPTICAL = ("pm25", "pm10", "pm1")


@dataclass(frozen=True)
class Picture:
    """
    What is known of a city's air at a moment.

    Attributes
    ----------
    situation : Situation
        Figures, verdicts, indices, wind.
    stations : DataFrame
        Row per station that measures the headline pollutant: ``station, name, lat, lon, kind, station_class, day``
        (24-h mean), ``hour`` (newest value), ``end``, ``age`` [min], ``fresh, flag, reason``.
    series : DataFrame
        ``start, hour, day``: the city's hours and running 24-h means.
    model : DataFrame
        ``start, value``: hours of the model.
    sources : DataFrame
        As `pages.ui.city.likely.likely` gives them; empty until an attribution was made.
    unattributed : str
        Why there are none, as `pages.ui.city.likely.unattributed` says; empty where there are some.
    events, past : DataFrame
        Rows of the table `events` that are going on, and that ended within the hours of the curve.
    """

    city: City
    now: datetime
    situation: Situation
    stations: pd.DataFrame
    series: pd.DataFrame
    model: pd.DataFrame
    sources: pd.DataFrame = field(default_factory=pd.DataFrame)
    unattributed: str = ""
    events: pd.DataFrame = field(default_factory=TABLES["events"].empty)
    past: pd.DataFrame = field(default_factory=TABLES["events"].empty)

    @property
    def name(self) -> str:
        """The city in the reader's language."""
        return self.city.name(language.language())

    @property
    def parameter(self) -> str:
        """Headline pollutant."""
        return self.situation.parameter

    @property
    def unit(self) -> str:
        """Of the figure."""
        return PARAMETERS[self.parameter].unit

    @property
    def value(self) -> float | None:
        """The city's figure. [unit]"""
        return self.situation.figure.value

    @property
    def verdict(self) -> str:
        """`above`, `within` or `unknown`."""
        said = self.situation.state.verdict
        return said if said in ("above", "within") else "unknown"

    @property
    def limit(self) -> float | None:
        """The 24-h limit that is law here. [unit]"""
        limit = self.situation.state.limit
        return limit.concentration if limit else None

    @property
    def newest(self) -> datetime | None:
        """End of the newest interval of any pollutant."""
        at = self.situation.newest
        return None if at is None else at.to_pydatetime()

    @property
    def age(self) -> float | None:
        """Since then. [min]"""
        return (self.now - self.newest).total_seconds() / 60 if self.newest else None

    @property
    def interval(self) -> int:
        """Length of the intervals that the figure rests on. [min]"""
        return 1440 if self.situation.figure.averaging.startswith("daily") else 60

    @property
    def freshness(self) -> str:
        """Of the newest interval."""
        ages = [s.freshness for s in self.situation.stations if s.end == self.situation.newest]
        return ages[0] if ages else "grey"

    @property
    def hourly(self) -> pd.DataFrame:
        """Hours of the curve."""
        return self._curve("hour")

    @property
    def running(self) -> pd.DataFrame:
        """Running 24-h means of the curve."""
        return self._curve("day")

    def _curve(self, column: str) -> pd.DataFrame:
        shown = self.series[self.series["start"] >= pd.Timestamp(self.now - BACK)]
        return shown[["start", column]].rename(columns={column: "value"}).dropna().reset_index(drop=True)

    def arrow(self) -> str:
        """Which way the air is heading."""
        return ARROWS[self.situation.trend.direction]

    def trend(self) -> str:
        """The arrow in words."""
        direction = self.situation.trend.direction
        return "" if direction == "unknown" else t("situation.trend", word=t(f"situation.trend_word.{direction}"))

    def label(self) -> str:
        """The headline pollutant in words."""
        return t(f"quantity.parameter.{self.parameter}")

    def averaged(self) -> str:
        """`PM2.5 · 24-h mean`."""
        return t(f"situation.averaged.{self.situation.figure.averaging}", parameter=self.label())

    def law(self) -> str:
        """Whose law the limit is."""
        return law_name(self.city.law)

    def verdict_words(self) -> str:
        """`Above limit`."""
        return t(f"situation.state.{self.verdict}")

    def detail(self) -> str:
        """`1.7 × 24-h limit 60 (UZ)`, or why nothing is said against the law."""
        state = self.situation.state
        if state.verdict == "not_checked":
            reason = state.figure.missing or state.reason
            return t(f"situation.reason.{reason}", parameter=self.label())
        key = "situation.ratio_indicative" if state.indicative else "situation.ratio"
        return t(key, ratio=times(state.ratio), limit=number(self.limit), law=self.law())

    def answer(self) -> str:
        """The page's answer about this city, in a sentence (markdown)."""
        state = self.situation.state
        if self.value is None:
            return t("situation.answer_none", city=self.name, reason=self.detail())
        said = {"city": self.name, "what": self.averaged(), "value": number(self.value), "unit": t_unit(self.unit)}
        if state.verdict == "not_checked":
            return t("situation.answer_free", reason=self.detail(), **said)
        return t(f"situation.answer_{self.verdict}", detail=self.detail(), **said)

    def rests_on(self) -> str:
        """How many stations the figure is the median of, and what that is short of."""
        figure = self.situation.figure
        said = [t("situation.rests_on", n=figure.of, used=figure.n)]
        said += [t(f"situation.note.{note}", n=figure.unknown_class) for note in figure.notes if note != "simulated"]
        return ", ".join(said)

    def caption(self) -> str:
        """What stands under the curve: averaging, stations, the model."""
        words = t("situation.caption", parameter=self.label())
        return f"{words}; {t('situation.caption_model')}" if len(self.model) else words

    def lines(self) -> tuple[Line, ...]:
        """The limit across the curve."""
        if self.limit is None:
            return ()
        return (Line(self.limit, t("situation.limit_line", limit=number(self.limit), law=self.law())),)

    def index(self, standard: str = STANDARDS[0]) -> str:
        """The index chip; it always names its scale."""
        chip: Chip | None = self.situation.chips.get(standard)
        if chip is None or chip.value is None:
            return ""
        named = t(f"quantity.standard.{standard}")
        category = t(f"quantity.category.{chip.category}")
        if standard.startswith("eaqi"):
            return t("situation.index_word", standard=named, category=category)
        return t("situation.index", standard=named, index=chip.shown, category=category)

    def leading(self) -> str:
        """The pollutant highest over its own 24-h limit, else the one that sets the index."""
        name = self.situation.worst_parameter
        if name:
            state = self.situation.states[name]
            key = "situation.leading_indicative" if state.indicative else "situation.leading_ratio"
            return t(key, parameter=t(f"quantity.parameter.{name}"), ratio=times(state.ratio))
        name = next((c.parameter for c in self.situation.chips.values() if c.value), "")
        return t("situation.leading", parameter=t(f"quantity.parameter.{name}")) if name else ""

    def highest(self, *, short: bool = False) -> str:
        """The station with the highest newest value of the headline pollutant, with its time."""
        rows = self.stations[self.stations["fresh"] != "grey"].dropna(subset=["hour"])
        if not len(rows):
            return ""
        row = rows.loc[rows["hour"].idxmax()]
        said = {"station": row["name"], "value": number(row["hour"])}
        if short:
            return t("situation.highest", **said)
        return t(
            "situation.highest_at", unit=t_unit(self.unit), time=language.clock(row["end"], self.city.zone), **said
        )

    def wind(self) -> str:
        """Speed and the sector the wind comes from."""
        wind = self.situation.wind
        if wind is None:
            return ""
        sector = "calm" if wind.direction is None else POINTS[round(wind.direction / 45) % 8]
        key = "situation.wind_model" if wind.kind == "model" else "situation.wind"
        return t(key, speed=number(wind.speed, 1), unit=t_unit("m/s"), direction=t(f"quantity.wind.{sector}"))

    def modelled(self) -> str:
        """What the model says for the same 24 hours; beside, never in the figure."""
        last = self.model[self.model["start"] > pd.Timestamp(self.now - timedelta(hours=25))]
        if len(last) < least(24):
            return ""
        return t("situation.model", value=number(float(last["value"].tail(24).mean())), unit=t_unit(self.unit))

    def chips(self, *, short: bool = True) -> list[tuple[str, bool]]:
        """Words, and whether a model says them."""
        wind = self.situation.wind
        made = [
            (self.index(), False),
            ("" if short else self.index(STANDARDS[1]), False),
            (self.highest(short=short), False),
            (self.leading(), False),
            (self.wind(), wind is not None and wind.kind == "model"),
            (self.modelled(), True),
        ]
        return [(words, model) for words, model in made if words]

    def kinds(self) -> list[str]:
        """`● 3 reference`."""
        counts = self.stations["kind"].value_counts()
        return [
            t("situation.kinds", symbol=KINDS[k], n=int(counts[k]), kind=t(f"quantity.kind.{k}"))
            for k in KINDS
            if k in counts
        ]

    def named(self) -> "Picture":
        """The same with station names in the reader's language, where the network gave them."""
        own = f"name_{language.language()}"
        if own not in self.stations:
            return self
        table = self.stations
        return replace(self, stations=table.assign(name=table[own].where(table[own] != "", table["name"])))

    def happening(self) -> list[str]:
        """Events of now, in words."""
        return [event_words.title(row, self.city.zone) for row in self.events.itertuples()]

    @property
    def dusty(self) -> bool:
        """Whether a dust storm is on, in which optical low-cost sensors read low."""
        return bool((self.events["kind"] == DUST).any())

    def notes(self) -> list[str]:
        """Per row of `stations` what must be known of its value now; empty where nothing is."""
        low = self.stations["low_cost"].astype(bool) & (self.dusty and self.parameter in OPTICAL)
        return [t("events.reads_low") if one else "" for one in low]

    def placed(self) -> pd.DataFrame:
        """Stations as maps and plans take them: 24-h means, coloured by their share of the 24-h limit."""
        rows = self.stations
        grey = rows["fresh"] == "grey"
        day = rows["day"].where(~grey)
        ratio = day / self.limit if self.limit else day * np.nan
        return rows.assign(
            number=[number(v) for v in day],
            colour=[by_ratio(None if r != r else float(r)) for r in ratio],
            faded=grey,
        )


def times(ratio: float | None) -> str:
    """A share of a limit; with two decimals where one would round it onto the limit."""
    return number(ratio, 2 if ratio is not None and abs(ratio - 1) < 0.1 else 1)
