"""A brief's facts as sentences, rows and labels of one language; the page and its preview say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from data import advice
from data.city import city as city_of
from data.clock import local_date
from data.words import Words, words
from jobs.brief import source_words, trend_words
from jobs.brief.facts import checksum, licences
from jobs.brief.source_words import Share
from models.trends import years

Facts = dict[str, Any]
NAMED = 4  # stations of a verdict that there is room for


@dataclass(frozen=True)
class Text:
    """
    Everything a brief says.

    Attributes
    ----------
    verdict : {"above", "within", "unknown"}
    answer : tuple of str
        The sentence that opens the page, then what it rests on.
    head, table : tuple
        Cells of the table of limits.
    direction : {"rise", "fall", "none", ""}
    """

    words: Words
    verdict: str
    title: str
    period: str
    clock: str
    made: str
    marks: tuple[str, ...]
    answer: tuple[str, ...]
    head: tuple[str, ...]
    table: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    years: tuple[str, ...]
    direction: str
    trend: tuple[str, ...]
    episodes: tuple[str, ...]
    shares: tuple[Share, ...]
    shares_weak: tuple[str, ...]
    shares_note: str
    quality: tuple[tuple[str, str], ...]
    method: str
    credits: str
    checksum: str

    def section(self, key: str) -> str:
        """Heading of a section."""
        return self.words.say(f"section.{key}", parameter=self.parameter, unit=self.words.say("form.unit"))

    @property
    def parameter(self) -> str:
        """The headline pollutant."""
        return self.words.say("parameter.pm25")


def text(facts: Facts, language: str, made: datetime) -> Text:
    """
    Say the facts.

    Parameters
    ----------
    facts : dict
        As `jobs.brief.gather` gives them.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.
    made : datetime
        Moment that stands on the page.
    """
    say = _Say(facts, words("brief", language))
    w, zone = say.w, ZoneInfo(facts["zone"])
    direction, trend = trend_words.trend(facts["trend"], facts["steps"], say.parameter, w)
    origins, made_of = words("attribution", language), facts["sources"]
    return Text(
        words=w,
        verdict=verdict(facts),
        title=w.say("page.title", city=city_of(facts["city"]).name(language)),
        period=w.days(say.first, say.last),
        clock=w.say("page.clock", zone=facts["zone"], offset=_offsets(say.first, say.last, zone)),
        made=w.say("page.made", moment=f"{w.day(local_date(made, zone))}, {made.astimezone(zone):%H:%M}"),
        marks=tuple(say.marks()),
        answer=tuple(say.answer()),
        head=say.head(),
        table=tuple(say.line(row) for row in facts["table"]),
        notes=tuple(say.notes()),
        years=tuple(say.years()),
        direction=direction,
        trend=trend,
        episodes=tuple(say.episode(row) for row in facts["episodes"]) or (w.say("episode.none"),),
        shares=source_words.shares(made_of, w, origins),
        shares_weak=tuple(source_words.weak(made_of, w, origins)),
        shares_note=source_words.note(made_of, w),
        quality=tuple(say.quality()),
        method=say.method(),
        credits=" · ".join(licences(facts, language)),
        checksum=checksum(facts),
    )


def verdict(facts: Facts) -> str:
    """
    What may be said of the whole period: nothing without a limit or from fewer than three quarters of its days.

    Examples
    --------
    >>> verdict({"law24": {"over": 10, "checked": 16, "days": 365}}), verdict({"law24": None})
    ('unknown', 'unknown')
    """
    held = facts["law24"]
    return years.verdict(held["over"], held["checked"], held["days"]) if held else "unknown"


def _offsets(first: date, last: date, zone: ZoneInfo) -> str:
    """Distance from UTC at both ends of the period."""
    noons = [datetime(d.year, d.month, d.day, 12, tzinfo=zone) for d in (first, last)]
    hours = [away.total_seconds() / 3600 if (away := noon.utcoffset()) else 0.0 for noon in noons]
    return ", ".join(dict.fromkeys(f"UTC{h:+g}".replace("-", "−") for h in hours))


def _day(iso: str) -> date:
    return date.fromisoformat(iso)


@dataclass(frozen=True)
class _Say:
    facts: Facts
    w: Words

    @property
    def first(self) -> date:
        return _day(self.facts["first"])

    @property
    def last(self) -> date:
        return _day(self.facts["last"])

    @property
    def unit(self) -> str:
        return self.w.say("form.unit")

    @property
    def parameter(self) -> str:
        return self.w.say(f"parameter.{self.facts['parameter']}")

    @property
    def law(self) -> str:
        return self.w.law_name(self.facts["law"])

    def share(self, part: float) -> str:
        return self.w.number(100 * part, 0 if part >= 0.1 or part == 0 else 1)

    def marks(self) -> list[str]:
        made = [self.w.say("page.simulated")] if self.facts["simulated"] else []
        if self.facts["asked_last"] != self.facts["last"]:
            asked = self.w.day(_day(self.facts["asked_last"]))
            made.append(self.w.say("page.so_far", day=self.w.day(self.last), asked=asked))
        return made

    def answer(self) -> list[str]:
        held = self.facts["law24"]
        said = [self._opening(held)]
        if held and held["checked"]:
            rest = "answer.unchecked" if held["not_checked"] else "answer.all_checked"
            said.append(self.w.say(rest, n=held["not_checked"] or held["days"], days=held["days"]))
            said += [self.w.say("answer.too_few")] if verdict(self.facts) == "unknown" else []
            said += [self.w.say("answer.station", n=held["over_any"])] if held["over_any"] else []
        if held and held["medians"]:
            said.append(self.w.say("answer.medians", n=held["medians"], over=held["medians_over"]))
        if held and held["since"]:
            since = "answer.since" if held["entry_read"] else "answer.certain_by"
            said.append(self.w.say(since, day=self.w.day(_day(held["since"]))))
        if held and held["indicative"]:
            said.append(self.w.say("answer.indicative"))
        if set(self.facts["quality"]["kinds"]) == {"indicative"}:
            said.append(self.w.say("answer.low_cost"))
        if held and held["over"]:
            said.append(advice.of_days_over(self.w.language))
        said += trend_words.level(self.facts["mean"], self.facts["basis"], self.w)
        return said + trend_words.before(self.facts["before"], self.w) + self._who()

    def _opening(self, held: Facts | None) -> str:
        if not self.facts["quality"]["rows"]:
            return self.w.say("answer.no_rows", parameter=self.parameter)
        if not held:
            return self.w.say("answer.no_limit", parameter=self.parameter)
        said = {"parameter": self.parameter, "law": self.law, "limit": self.w.level(held["limit"]), "unit": self.unit}
        if not held["checked"]:
            return self.w.say("answer.none", n=held["days"], **said)
        key = "answer.above" if held["over"] else "answer.within"
        return self.w.say(key, n=held["checked"], over=held["over"], **said)

    def _who(self) -> list[str]:
        held = self.facts["who24"]
        if not held or not held["checked"]:
            return []
        limit = self.w.level(held["limit"])
        return [self.w.say("answer.who", limit=limit, unit=self.unit, over=held["over"], n=held["checked"])]

    def head(self) -> tuple[str, ...]:
        names = ("parameter", "limit", "over", "unchecked", "any", "highest", "single")
        return tuple(self.w.say(f"table.{name}", unit=self.unit) for name in names)

    def line(self, row: Facts) -> tuple[str, ...]:
        name, held, none = self.w.say(f"parameter.{row['parameter']}"), row["day"], self.w.say("table.none")
        if not held:
            return (name, none, none, none, none, self._highest(row), self._single(row["single"]))
        limit = self.w.level(held["limit"]) + ("*" if held["indicative"] else "")
        over = f"{self.w.number(held['over'])} / {self.w.number(held['checked'])}"
        rest = (self.w.number(held["not_checked"]), self.w.number(held["over_any"]))
        return (name, limit, over, *rest, self._highest(row), self._single(row["single"]))

    def _short(self, iso: str) -> str:
        day = _day(iso)
        month = self.w.say(f"month_short.{day.month}")
        year = "" if self.first.year == self.last.year else f" {day.year}"
        return self.w.say("form.day_month", day=str(day.day), month=month) + year

    def _highest(self, row: Facts) -> str:
        top = row["highest"]
        if not top:
            return self.w.say("table.none")
        key = "table.median" if row["basis"] == "median" else "table.day"
        return self.w.say(key, value=self.w.level(top["value"]), day=self._short(top["day"]))

    def _single(self, top: Facts | None) -> str:
        if not top:
            return self.w.say("table.none")
        ratio = self.w.number(top["ratio"], 1) + ("*" if top["indicative"] else "")
        return self.w.say("table.ratio", ratio=ratio, day=self._short(top["day"]))

    def notes(self) -> list[str]:
        table, w = self.facts["table"], self.w
        made = [w.say("table.note_city")]
        starred = [r for r in table if (r["day"] or {}).get("indicative") or (r["single"] or {}).get("indicative")]
        made += [w.say("table.note_indicative")] if starred else []
        made += [w.say("table.note_single")] if any(r["single"] for r in table) else []
        absent = ", ".join(w.say(f"parameter.{p}") for p in self.facts["absent"])
        return made + ([w.say("table.note_absent", parameters=absent)] if absent else [])

    def years(self) -> list[str]:
        known = {row["year"]: row for row in self.facts["years"]}
        asked = [known[year] for year in self.facts["whole_years"][-2:] if year in known]
        if not self.facts["whole_years"]:
            return [self.w.say("years.part")]
        return [sentence for row in asked for sentence in self._year(row)]

    def _year(self, row: Facts) -> list[str]:
        w, law = self.w, row["law"]
        said: dict[str, Any] = {"year": str(row["year"]), "mean": w.level(row["mean"]), "unit": self.unit}
        months = ", ".join(w.say(f"month_name.{m}") for m in row["missing"])
        limit = w.level(law["limit"]) if law else ""
        if row["basis"] == "median":
            return [w.say("years.medians" if law else "years.medians_no_limit", limit=limit, **said)]
        if not row["complete"]:
            return [w.say("years.incomplete", share=self.share(row["coverage"]), months=months, **said)]
        made = [self._held_year(law, limit, said)]
        if row["lower"] is not None:
            ends = {"lower": w.level(row["lower"]), "upper": w.level(row["upper"])}
            made.append(w.say("years.range", unit=self.unit, **ends))
        made += [w.say("years.gaps", months=months)] if months else []
        who = row["who"]
        return made + ([w.say("years.who", limit=w.level(who["limit"]), unit=self.unit)] if who else [])

    def _held_year(self, law: Facts | None, limit: str, said: dict[str, Any]) -> str:
        if not law:
            return self.w.say("years.no_limit", parameter=self.parameter, **said)
        if not law["whole"]:
            return self.w.say("years.new_limit", limit=limit, **said)
        ratio = self.w.number(law["ratio"], 2)
        return self.w.say(f"years.{law['verdict']}", ratio=ratio, law=self.law, limit=limit, **said)

    def episode(self, row: Facts) -> str:
        key = "highest" if not row["over"] else "median" if row["basis"] == "median" else "over"
        return self.w.say(
            f"episode.{key}",
            days=self.w.days(_day(row["first"]), _day(row["last"])),
            n=row["days"],
            peak=self.w.level(row["peak"]),
            day=self.w.day(_day(row["peak_day"]), year=False),
            station=row["station"],
            value=self.w.level(row["station_value"]),
            unit=self.unit,
        )

    def quality(self) -> list[tuple[str, str]]:
        w, q, days = self.w, self.facts["quality"], self.facts["days"]
        known = q["medians"] if self.facts["basis"] == "median" else q["means"]
        kinds = ", ".join(w.say(f"quality.{kind}", n=n) for kind, n in sorted(q["kinds"].items(), reverse=True))
        flagged = self.share(q["flagged"] / q["rows"]) if q["rows"] else w.number(None)
        said = [
            ("days", w.say("quality.days_value", n=known, days=days, share=self.share(known / days))),
            ("stations", w.say("quality.stations_value", n=q["stations"], of=q["of"])),
            ("kinds", kinds or w.say("quality.nothing")),
            ("flagged", w.say("quality.flagged_value", share=flagged, rows=q["rows"])),
        ]
        if q["unknown_class"]:
            said.append(("unknown_class", w.say("quality.unknown_value", n=q["unknown_class"], of=q["stations"])))
        if q["medians"]:
            said.append(("medians", w.say("quality.medians_value", n=q["medians"])))
        if q.get("verdicts"):
            said.append(("verdicts", "; ".join(self._verdict(row) for row in q["verdicts"])))
        return [(w.say(f"quality.{key}", parameter=self.parameter), value) for key, value in said]

    def _verdict(self, row: Facts) -> str:
        """`level undetermined: 4 (Post 1, Post 2, …)`."""
        named = [*row["stations"][:NAMED], *(["…"] if len(row["stations"]) > NAMED else [])]
        check = self.w.say(f"quality.check.{row['check']}")
        return self.w.say("quality.verdicts_value", check=check, n=len(row["stations"]), stations=", ".join(named))

    def method(self) -> str:
        held = [row["day"] for row in self.facts["table"] if row["day"]]
        acts = "; ".join(dict.fromkeys(act for row in held for act in row["acts"])) or self.w.say("table.none")
        seed = str(self.facts["trend"]["seed"])
        return self.w.say(
            "method.text", seed=seed, release=self.facts["release"], format=str(self.facts["format"]), acts=acts
        )
