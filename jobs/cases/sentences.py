"""The figures of a case in words, the same for the screen and for the printed page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from data.cases.cases import UNKNOWN, Case
from data.city import city
from data.clock import local_date
from data.inventory.inventory import InventoryError
from data.inventory.inventory import load as inventory
from data.words import Words, words
from sources.credits import credit

Facts = Mapping[str, Any]
Cells = tuple[str, ...]


@dataclass(frozen=True)
class Text:
    """
    A case in one language.

    Attributes
    ----------
    words : Words
        Its catalog.
    title, about, answer, disclaimer, credits : str
        Sentences.
    marks : tuple of str
        State, day of opening, day of review.
    wind, seen, sites, unknown : tuple of str
        Lines of the sections.
    months, readings : (head, rows)
        Tables; no rows where there is nothing.
    measured : tuple of str
        What is not measured, or not by hours.
    """

    words: Words
    title: str
    about: str
    answer: str
    marks: Cells
    wind: Cells
    months: tuple[Cells, tuple[Cells, ...]]
    readings: tuple[Cells, tuple[Cells, ...]]
    measured: Cells
    seen: Cells
    sites: Cells
    unknown: Cells
    credits: str
    disclaimer: str

    def section(self, key: str) -> str:
        """Heading of a section."""
        return self.words.say(f"section.{key}")


class _Speaker:
    """What every sentence of one case needs: catalogs, dates and the names of things."""

    def __init__(self, facts: Facts, case: Case, language: str) -> None:
        self.facts, self.case, self.language = facts, case, language
        self.w, self.common = words("case", language), words("brief", language)
        self.zone = city(case.city).zone

    def day(self, text: str | None) -> str:
        return self.w.say("appeal.unknown") if text in (None, "", UNKNOWN) else self.common.day(_date(str(text)))

    def moment(self, text: str) -> str:
        return self.common.day(local_date(datetime.fromisoformat(text), self.zone))

    def country(self) -> str:
        key = f"country.{self.case.country}"
        return self.w.say(key if key in self.w.entries else "country.other")

    def parameter(self, key: str) -> str:
        return self.common.say(f"parameter.{key}")

    def share(self, part: float) -> str:
        return self.w.number(100 * part)


def sentences(facts: Facts, case: Case, language: str) -> Text:
    """
    A case in words.

    Parameters
    ----------
    facts : mapping
        From `jobs.cases.facts.gather`.
    case : Case
        Of which.
    language : str
        ``en``, ``ru``, ``uz`` or ``kk``.

    Returns
    -------
    Text
    """
    s = _Speaker(facts, case, language)
    say, row = s.w.say, case.row
    marks = (
        say("page.state", state=say(f"state.{case.state}")), say("page.opened", date=s.day(row["opened"])),
        say("page.checked", checked=s.day(row["checked"]), review=s.day(row["review_by"]),
            read=say(f"read.{row['read']}")),
    )  # fmt: skip
    people = [row[f"appeal_{name}"] for name in ("date", "by")]
    appeal = say("appeal.line", date=s.day(people[0]), by=say("appeal.unknown") if people[1] == UNKNOWN else people[1])
    return Text(
        s.w, say("page.title", name=case.text("name", language)), case.text("about", language), _answer(s), marks,
        _wind(s), _months(s), _readings(s), _measured(s), (_fires(s), _plumes(s)), _sites(s),
        (appeal, *case.unknown(language), say("ask.line", who=case.text("whom", language))),
        say("page.credits", list="; ".join(_credit(key) for key in facts["credits"]) or "–"), say("page.disclaimer"),
    )  # fmt: skip


def _answer(s: _Speaker) -> str:
    wind = s.facts["wind"]
    end = datetime.fromisoformat(s.facts["to"]) - timedelta(seconds=1)
    told = {"first": s.moment(s.facts["from"]), "last": s.moment(end.isoformat())}
    if not wind["known"]:
        return s.w.say("wind.none", **told)
    share = s.share(wind["share"])
    return s.w.say("wind.answer", country=s.country(), across=wind["across"], known=wind["known"], share=share, **told)


def _wind(s: _Speaker) -> Cells:
    case, wind = s.case, s.facts["wind"]
    first, last = (s.w.number(bearing) for bearing in case.sector)
    how = s.w.say("wind.how", a=first, b=last, country=s.country(), km=s.w.number(case.border_km),
                  place=case.text("place", s.language))  # fmt: skip
    kinds = ", ".join(s.w.say(f"kind.{kind}", n=count) for kind, count in wind["by_kind"].items())
    missing = wind["hours"] - wind["known"]
    lines = [how]
    lines += [s.w.say("wind.kinds", list=kinds)] if kinds else []
    lines += [s.w.say("wind.missing", n=missing)] if missing > 0 and wind["known"] else []
    return tuple(lines)


def _months(s: _Speaker) -> tuple[Cells, tuple[Cells, ...]]:
    head = tuple(s.w.say(f"month.{key}") for key in ("month", "known", "calm", "across", "share"))
    rows = [
        (s.common.month(date.fromisoformat(f"{m['month']}-01")),
         *(s.w.number(m[k]) for k in ("known", "calm", "across")), s.share(m["share"]))
        for m in s.facts["months"]
    ]  # fmt: skip
    return head, tuple(rows)


def _readings(s: _Speaker) -> tuple[Cells, tuple[Cells, ...]]:
    head = tuple(s.w.say(f"reading.{key}") for key in ("station", "km", "across", "other"))
    unit = s.common.say("form.unit")
    rows = [
        (f"{s.parameter(m['parameter'])}, {unit}: {one['name'] or one['station']}", s.w.number(one["km"], 1),
         *(s.w.say("reading.value", mean=s.w.number(one[f"mean_{part}"], 1), n=one[f"n_{part}"])
           for part in ("across", "other")))
        for m in s.facts["measured"] for one in m["stations"]
    ]  # fmt: skip
    return head, tuple(rows)


def _measured(s: _Speaker) -> Cells:
    km, lines = s.w.number(s.case.stations_km), []
    for m in s.facts["measured"]:
        name = s.parameter(m["parameter"])
        if not m["stations"]:
            away = m["nearest_other_km"]
            far = away is not None and not m["longer_rows"]
            lines.append(s.w.say("measured.far", parameter=name, km=km, away=s.w.number(away)) if far
                         else s.w.say("measured.none", parameter=name, km=km))  # fmt: skip
        if m["longer_rows"]:
            lines.append(s.w.say("measured.longer", parameter=name, n=m["longer_rows"]))
    if s.facts["stations_withheld"]:
        lines.append(s.w.say("page.withheld", n=s.facts["stations_withheld"]))
    return tuple(lines)


def _fires(s: _Speaker) -> str:
    fires = s.facts["hotspots"]
    if not fires["looked"]:
        return s.w.say("fires.not_looked")
    km = s.w.number(fires["km"])
    if not fires["count"]:
        return s.w.say("fires.none", km=km)
    newest, mw = s.moment(fires["newest"]), s.w.number(fires["strongest_mw"])
    return s.w.say("fires.some", km=km, n=fires["count"], newest=newest, mw=mw)


def _plumes(s: _Speaker) -> str:
    plumes = s.facts["plumes"]
    if not plumes["looked"]:
        return s.w.say("plumes.not_looked")
    told = {"km": s.w.number(plumes["km"]), "file": s.day(plumes["file_date"])}
    if not plumes["count"]:
        return s.w.say("plumes.none", **told)
    return s.w.say("plumes.some", n=plumes["count"], newest=s.day(plumes["newest"]), **told)


def _sites(s: _Speaker) -> Cells:
    try:
        names = inventory(s.case.city).sites.set_index("site")
    except InventoryError:
        names = None
    lines = []
    for site in s.facts["sites"]:
        if names is None or not site["listed"]:
            lines.append(s.w.say("site.unlisted", name=site["site"]))
            continue
        row = names.loc[site["site"]]
        status = f"site.{site['status']}"
        lines.append(s.w.say("site.line", name=row[f"name_{s.language}"] or row["name_en"],
                             status=s.w.say(status if status in s.w.entries else "site.unknown"),
                             placed=s.w.say("site.placed" if site["placed"] else "site.unplaced"),
                             until=_until(s, site["until"])))  # fmt: skip
    return tuple(lines)


def _until(s: _Speaker, text: str) -> str:
    """The cell as it is where it is no day: a year, or a bound such as ``≤ 2015``."""
    return s.w.say("site.unknown") if text in ("", UNKNOWN) else s.day(text) if len(text) == len("2026-01-01") else text


def _credit(key: str) -> str:
    own = credit(key)
    return f"{own.text} ({own.licence})"


def _date(text: str) -> date:
    return date.fromisoformat(text[:10])


def made(facts: Facts, text: Text, zone: ZoneInfo) -> str:
    """When the figures were made, on the city's clock."""
    at = datetime.fromisoformat(facts["made"]).astimezone(zone)
    return text.words.say("page.made", moment=f"{at:%Y-%m-%d %H:%M}")


def lines(text: Text) -> Sequence[tuple[str, Cells]]:
    """Sections of plain lines after the tables, in their order."""
    return [(text.section("seen"), text.seen), (text.section("sites"), text.sites),
            (text.section("unknown"), text.unknown)]  # fmt: skip
