"""One city's picture: its situation as the models see it, with the curves, names and words that screens add."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pandas as pd

from data.city import City
from data.parameters import PARAMETERS
from data.standards.coverage import least
from data.store.tables.schemas import TABLES
from models.situation.situation import Situation
from models.situation.statement import STANDS_ALONE, Statement
from pages.ui.events import words as event_words
from pages.ui.look.charts import Line
from pages.ui.look.palette import KINDS, by_ratio
from pages.ui.reader import language
from pages.ui.reader.language import law_name, level, number, t, t_unit

STANDARDS = ("us-epa-2024", "eaqi-2024")
BACK = timedelta(hours=72)
ARROWS: dict[str | None, str] = {"up": "↗", "steady": "→", "down": "↘", None: ""}
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
        Row per station that measures the headline pollutant, from its own two statements: ``station, name, lat, lon,
        kind, station_class, day, day_end, daily, ratio, verdict, hour, end, age`` [min]``, fresh, minutes``; and of the
        newest row, if that is flagged and newer, ``flag, checks, note``.
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
    def lead(self) -> Statement:
        """What a panel speaks of first, and whose age and coverage stand beside it: the hour, else the day."""
        return self.situation.lead

    @property
    def day(self) -> Statement:
        """The day of the headline pollutant."""
        return self.situation.figure

    @property
    def age(self) -> float | None:
        """Of what the panel rests on; without a value, since the newest sound row, which is then out of date. [min]"""
        if self.lead.value is not None:
            return self.lead.age_minutes
        heard = [said.heard for said in (self.situation.hour, self.day) if said.heard is not None]
        return (pd.Timestamp(self.now) - max(heard)).total_seconds() / 60 if heard else None

    @property
    def verdict(self) -> str:
        """`above`, `within` or `unknown`, over every pollutant shown."""
        said = self.situation.verdict
        return said if said in ("above", "within") else "unknown"

    @property
    def limit(self) -> float | None:
        """The 24-h limit of the headline pollutant that is law here. [unit]"""
        limit = self.day.held.limit
        return limit.concentration if limit else None

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

    def label(self) -> str:
        """The headline pollutant in words."""
        return t(f"quantity.parameter.{self.parameter}")

    def averaged(self, said: Statement | None = None) -> str:
        """`PM2.5 · 24-h mean`; of a delivered day with its date: `PM2.5 · 17 January, median of the day`."""
        one = said or self.day
        words = t(f"situation.averaged.{one.averaging}", parameter=self.label())
        return f"{words} ({self.date(one)})" if one.daily else words

    def date(self, said: Statement) -> str:
        """The local day that a statement of a delivered day is of."""
        return "" if said.start is None else language.day(said.start.to_pydatetime(), self.city.zone, year=False)

    def figures(self) -> list[Statement]:
        """The newest hour and the day, each with its own arrow; only those that have a value, one at least."""
        both = [said for said in (self.situation.hour, self.day) if said.value is not None]
        return both or [self.day]

    def rests(self) -> str:
        """What a panel rests on in time: the day by its name; empty where the age of an hour says it."""
        return t("situation.of_day", day=self.date(self.lead)) if self.lead.daily else ""

    def law(self) -> str:
        """Whose law the limit is."""
        return law_name(self.city.law)

    def verdict_words(self) -> str:
        """`Above limit`; visibly provisional where fewer than three stations say so."""
        words = t(f"situation.state.{self.verdict}")
        return f"{words} {t('situation.provisional')}" if self.provisional else words

    @property
    def provisional(self) -> bool:
        """Whether the verdict rests on too little to be final."""
        return self.verdict != "unknown" and self.situation.judged.provisional

    def detail(self) -> str:
        """`1.7 × the 24-h limit of 60 (UZ)`, or why nothing is said against the law."""
        judged = self.situation.judged
        held, label = judged.held, t(f"quantity.parameter.{judged.parameter}")
        if held.verdict == "not_checked":
            reason = judged.missing or held.reason
            low, high = level(judged.lower), level(judged.upper)
            return t(f"situation.reason.{reason}", parameter=label, lower=low, upper=high)
        key = "situation.ratio_indicative" if held.indicative else "situation.ratio"
        limit = held.limit.concentration if held.limit else None
        words = t(key, ratio=times(held.ratio), limit=number(limit), law=self.law())
        words = words if judged.parameter == self.parameter else f"{label}: {words}"
        return f"{words}; {t('situation.few', n=judged.n)}" if self.provisional else words

    def answer(self) -> str:
        """The page's answer about this city, in sentences (markdown)."""
        day, hour = self.day, self.situation.hour
        judged = self.situation.judged
        if day.value is None and self.verdict == "unknown":
            made = t("situation.answer_none", city=self.name, reason=self.detail())
        else:
            label = t(f"quantity.parameter.{judged.parameter}")
            what = self.averaged() if judged is day else t(f"situation.averaged.{judged.averaging}", parameter=label)
            said = {"city": self.name, "what": what, "value": level(judged.value), "unit": t_unit(judged.unit)}
            if self.verdict == "unknown":
                made = t("situation.answer_free", reason=self.detail(), **said)
            else:
                made = t(f"situation.answer_{self.verdict}", detail=self.detail(), **said)
        if hour.value is None:
            return made
        heading = self.heading(hour)
        now = {"value": level(hour.value), "unit": t_unit(self.unit), "parameter": self.label()}
        key = "situation.answer_now_heading" if heading else "situation.answer_now"
        return f"{made} {t(key, heading=heading, **now) if heading else t(key, **now)}"

    def heading(self, said: Statement) -> str:
        """The arrow of a statement in a word."""
        return t(f"situation.trend_word.{said.arrow}") if said.arrow else ""

    def rests_on(self) -> str:
        """How many stations the day is the median of, and what that is short of."""
        day = self.day
        said = [t("situation.rests_on", n=day.of, used=day.n)]
        said += [t(f"situation.note.{note}", n=day.unknown_class) for note in day.notes if note != "simulated"]
        if day.interval == "humidity":
            said.append(t("situation.corrected", lower=level(day.lower), upper=level(day.upper)))
        return ", ".join(said)

    def caption(self) -> str:
        """What stands under the curve: averaging, stations, the model."""
        said = [t("situation.caption", parameter=self.label()), self.alone()]
        said += [t("situation.caption_model")] if len(self.model) else []
        return "; ".join(words for words in said if words)

    def alone(self) -> str:
        """Whose hours a curve shows where they are too few to stand for the city; empty where they do."""
        hour = self.situation.hour
        if hour.missing != STANDS_ALONE:
            return ""
        names = dict(zip(self.stations["station"], self.stations["name"], strict=True))
        out = hour.left_out
        lone = sorted({names.get(s, s) for s in out.loc[out["why"] == STANDS_ALONE, "station"]})
        return t("situation.caption_alone", stations=", ".join(lone))

    def lines(self) -> tuple[Line, ...]:
        """The limit across the curve."""
        if self.limit is None:
            return ()
        return (Line(self.limit, t("situation.limit_line", limit=number(self.limit), law=self.law())),)

    def index(self, standard: str = STANDARDS[0]) -> str:
        """The index chip; it always names its scale, and says where the air is beyond it."""
        found = self.situation.index(standard)
        if found is None:
            return ""
        named = t(f"quantity.standard.{standard}")
        category = t(f"quantity.category.{found.category}")
        if standard.startswith("eaqi"):
            return t("situation.index_word", standard=named, category=category)
        value = f"{found.value}+" if found.beyond else str(found.value)
        return t("situation.index", standard=named, index=value, category=category)

    def leading(self) -> str:
        """The pollutant highest over its own 24-h limit, else the one that sets the index."""
        said = self.situation.leading
        if said is not None:
            key = "situation.leading_indicative" if said.held.indicative else "situation.leading_ratio"
            return t(key, parameter=t(f"quantity.parameter.{said.parameter}"), ratio=times(said.held.ratio))
        found = self.situation.index()
        return t("situation.leading", parameter=t(f"quantity.parameter.{found.parameter}")) if found else ""

    def highest(self, *, short: bool = False) -> str:
        """The station with the highest of the values that the panel's figure is the median of."""
        top = self.lead.highest
        if top is None or self.lead.n < 2:  # of one station it would say the same number again
            return ""
        names = dict(zip(self.stations["station"], self.stations["name"], strict=True))
        said = {"station": names.get(top.station, top.station), "value": level(top.value)}
        if self.lead.daily:
            return t("situation.highest_day", day=self.date(self.lead), **said)
        if short:
            return t("situation.highest", **said)
        return t("situation.highest_at", unit=t_unit(self.unit), time=language.clock(top.end, self.city.zone), **said)

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
        return t("situation.model", value=level(float(last["value"].tail(24).mean())), unit=t_unit(self.unit))

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
        """
        Stations as maps and plans take them: their day, coloured by its share of the 24-h limit.

        A station without a day shows its newest hour, uncoloured; `dated` says that, or the date of a day that is not
        the city's; empty for all others.
        """
        rows = self.stations.assign(apart=self.apart())
        return rows.assign(
            number=[level(row["hour"] if pd.isna(row["day"]) else row["day"]) for row in rows.to_dict("records")],
            dated=[self._dated(row) for row in rows.to_dict("records")],
            colour=[by_ratio(None if r != r else float(r)) for r in rows["ratio"]],
            faded=rows["fresh"] == "grey",
        )

    def apart(self) -> pd.Series:
        """Which stations' days are not of the time that the city's day is of: none of them is ranked with the rest."""
        rows = self.stations
        other = ~rows["daily"] | (rows["day_end"] != self.day.end) if self.day.daily else rows["daily"]
        return rows["day"].notna() & other

    def _dated(self, row: dict[Hashable, Any]) -> str:
        """The date of a delivered day that is not the city's, or that it is an hour; empty for what needs none."""
        if pd.isna(row["day"]) and pd.notna(row["hour"]):
            return t("situation.hour_alone")
        if not (row["apart"] and row["daily"]):
            return ""
        start = row["day_end"].to_pydatetime() - timedelta(days=1)
        return language.day(start, self.city.zone, year=False)


def times(ratio: float | None) -> str:
    """A share of a limit; with two decimals where one would round it onto the limit."""
    return number(ratio, 2 if ratio is not None and abs(ratio - 1) < 0.1 else 1)
