"""The brief of a city and period: what the printed page will say, and the page itself in four languages."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import streamlit as st

from data.attribution.categories import UNDETERMINED
from data.city import LANGUAGES, City
from data.clock import local_date
from jobs.brief import facts as brief_facts
from jobs.brief.sentences import Text
from jobs.brief.sentences import text as sentences
from jobs.statements.answer import Asked
from pages.ui.city import tables as city_tables
from pages.ui.look import cards as look_cards
from pages.ui.look.palette import STATES
from pages.ui.page import frame as page_frame
from pages.ui.page import made_from
from pages.ui.reader import choices
from pages.ui.reader import language as reader_language
from pages.ui.reader.language import html, markdown, number, t

SPANS = ("month", "quarter", "year", "custom")
MONTHS = {"month": 1, "quarter": 3, "year": 12}
OFFERED = {"month": 36, "quarter": 16, "year": 8}  # how many of each may be chosen


@st.cache_data(max_entries=16, show_spinner=False)
def gathered(version: str, city: str, start: datetime, end: datetime, hour: datetime) -> brief_facts.Facts:
    """Facts as of an hour, from what may leave; a period that is over has the same in every hour."""
    return brief_facts.gather(city_tables.taken(), city, start, end, hour)


@st.cache_data(max_entries=16, show_spinner=False)
def printed(version: str, facts: brief_facts.Facts, language: str, made: datetime) -> bytes:
    """The page as PDF."""
    from jobs.brief.page import draw

    return draw(facts, language, made)


def starts(kind: str, first: date, last: date) -> dict[str, date]:
    """Beginnings of the months, quarters or years that touch the record, newest first, by their name in the URL."""
    step = MONTHS[kind]
    begin = date(last.year, (last.month - 1) // step * step + 1, 1)
    found: dict[str, date] = {}
    while begin.replace(day=1) >= date(first.year, (first.month - 1) // step * step + 1, 1) and len(found) < 60:
        found[_name(kind, begin)] = begin
        begin = _later(begin, -step)
    return dict(list(found.items())[: OFFERED[kind]])


def _name(kind: str, begin: date) -> str:
    if kind == "year":
        return str(begin.year)
    return f"{begin.year}-Q{(begin.month + 2) // 3}" if kind == "quarter" else f"{begin:%Y-%m}"


def _later(day: date, months: int) -> date:
    at = day.year * 12 + day.month - 1 + months
    return date(at // 12, at % 12 + 1, 1)


def _shown(kind: str, begin: date) -> str:
    if kind == "year":
        return str(begin.year)
    if kind == "quarter":
        return t("brief.quarter", quarter=(begin.month + 2) // 3, year=begin.year)
    return t("brief.month", month=t(f"brief.months.{begin.month}"), year=begin.year)


def record(city: City) -> tuple[date, date]:
    """First and last local day of the record."""
    spans = city_tables.spans(city.key)
    spans = spans[(spans["parameter"] == brief_facts.HEADLINE) & (spans["kind"] != "model")]
    now = city_tables.now()
    if not len(spans):
        return local_date(now, city.zone), local_date(now, city.zone)
    last = min(spans["last"].max().to_pydatetime(), now)
    return local_date(spans["first"].min(), city.zone), local_date(last, city.zone)


def period(city: City, left, right) -> tuple[datetime, datetime]:
    """The period that was chosen, on the city's clock; kept in the URL."""
    first, last = record(city)
    kind = choices.pick(
        "span", SPANS, t("brief.span"), show=lambda k: t(f"brief.spans.{k}"), default="year",
        widget=left.segmented_control, required=True,
    )  # fmt: skip
    if kind == "custom":
        begin, end = _custom(city, first, last, right)
    else:
        known = starts(kind, first, last)
        over = [name for name, day in known.items() if _later(day, MONTHS[kind]) <= last + timedelta(days=1)]
        chosen = choices.pick(
            kind, list(known), t(f"brief.spans.{kind}"), show=lambda k: _shown(kind, known[k]),
            default=next(iter(over or known)), widget=right.selectbox,
        )  # fmt: skip
        begin, end = known[chosen], _later(known[chosen], MONTHS[kind]) - timedelta(days=1)
    return _midnight(begin, city), _midnight(end + timedelta(days=1), city)


def _custom(city: City, first: date, last: date, place) -> tuple[date, date]:
    asked = tuple(
        _day(st.query_params.get(name), default)
        for name, default in (("from", max(first, last - timedelta(days=89))), ("until", last))
    )
    key = f"brief.days.{city.key}"
    st.session_state.setdefault(key, asked if asked[0] <= asked[1] else (asked[1], asked[1]))
    chosen = place.date_input(t("brief.days"), key=key, format="YYYY-MM-DD")
    pair = chosen if isinstance(chosen, tuple) and len(chosen) == 2 else st.session_state[key]
    pair = pair if len(pair) == 2 else asked
    st.query_params["from"], st.query_params["until"] = (day.isoformat() for day in pair)
    return pair[0], pair[1]


def _day(words: str | None, default: date) -> date:
    try:
        return date.fromisoformat(words) if words else default
    except ValueError:
        return default


def _midnight(day: date, city: City) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=city.zone)


def downloads(facts: brief_facts.Facts, made: datetime, version: str) -> None:
    """One button per language, the reader's own first."""
    own = reader_language.language()
    stem = f"brief-{facts['city']}-{facts['first']}-{facts['last']}"
    for place, code in zip(st.columns(len(LANGUAGES)), sorted(LANGUAGES, key=lambda c: c != own), strict=True):
        place.download_button(
            f"PDF · {reader_language.NAMES[code]}",
            data=lambda code=code: printed(version, facts, code, made),
            file_name=f"{stem}-{code}.pdf",
            mime="application/pdf",
            on_click="ignore",
            type="primary" if code == own else "secondary",
            icon=":material/download:",
            key=f"brief.download.{code}",
            width="stretch",
        )


def preview(facts: brief_facts.Facts, said: Text) -> None:
    """The words of the page, in its order."""
    sheet = f"<h3>{html(said.section('law'))}</h3>{_table(said)}<p><small>{html(' '.join(said.notes))}</small></p>"
    left = f"<h3>{html(said.section('years'))}</h3>{_years(facts)}<p>{html(' '.join(said.years))}</p>"
    left += f"<h3>{html(said.section('episodes'))}</h3><ol>{''.join(f'<li>{html(e)}</li>' for e in said.episodes)}</ol>"
    right = (
        f"<h3>{html(said.section('trend'))}</h3><p><b>{html(said.trend[0])}</b> {html(' '.join(said.trend[1:]))}</p>"
    )
    right += f"<h3>{html(said.section('sources'))}</h3>{_shares(facts)}{_weak(said)}<p>{html(said.shares_note)}</p>"
    right += f"<h3>{html(said.section('quality'))}</h3>{_pairs(said.quality)}"
    st.html(f'<div class="ca-brief">{sheet}</div>')
    for place, part in zip(st.columns(2), (left, right), strict=True):
        place.html(f'<div class="ca-brief">{part}</div>')
    st.caption(markdown(f"{said.words.say('section.method')}. {said.method}"))
    st.caption(markdown(said.words.say("page.checksum", sum=said.checksum)))


CELL = "padding:.25rem .6rem;border-bottom:1px solid rgba(128,128,128,.35)"


def _table(said: Text) -> str:
    head = _cells("th", said.head, CELL)
    rows = "".join(f"<tr>{_cells('td', cells, f'{CELL};white-space:nowrap')}</tr>" for cells in said.table)
    return (
        '<div style="overflow-x:auto"><table style="border-collapse:collapse;width:100%;font-variant-numeric:'
        f'tabular-nums"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _cells(tag: str, cells: tuple[str, ...], look: str) -> str:
    """Names to the left, numbers to the right."""
    sides = ("left", *("right" for _ in cells[1:]))
    made = zip(cells, sides, strict=True)
    return "".join(f'<{tag} style="{look};text-align:{side}">{html(cell)}</{tag}>' for cell, side in made)


def _pairs(rows: tuple[tuple[str, str], ...]) -> str:
    cells = "".join(f'<tr><td style="{CELL}">{html(a)}</td><td style="{CELL}">{html(b)}</td></tr>' for a, b in rows)
    return f'<table style="border-collapse:collapse;width:100%">{cells}</table>'


def _years(facts: Mapping[str, object]) -> str:
    rows = [
        (str(row["year"]), f"{number(row['mean'], 1)} · {number(100 * row['coverage'])} % · {_whole(row)}")
        for row in facts["years"]  # type: ignore[attr-defined]
    ]
    return _pairs(tuple(rows))


def _whole(row: Mapping[str, object]) -> str:
    if row["basis"] == "median":
        return t("brief.medians")
    return t("brief.complete") if row["complete"] else t("brief.incomplete")


def _shares(facts: Mapping[str, object]) -> str:
    made = facts["sources"]
    if not made:
        return ""
    rows = sorted(made["shares"], key=lambda r: (r["category"] == UNDETERMINED, -r["share"]))  # type: ignore[index]
    return "".join(look_cards.bar(r["category"], r["share"], r["lower"], r["upper"]) for r in rows)


def _weak(said: Text) -> str:
    """What weakens the shares, as loud as the page of origins says it."""
    return "".join(f"<p><b>{html(words)}</b></p>" for words in said.shares_weak)


def page() -> None:
    """The page."""
    top = st.container()
    left, middle, right = st.columns([1, 1.4, 1])
    city = choices.city(left)
    start, end = period(city, middle, right)
    version, moment = city_tables.version(city.key), city_tables.now().replace(minute=0, second=0, microsecond=0)
    facts = gathered(version, city.key, start, end, moment)
    said = sentences(facts, reader_language.language(), moment)
    with top:
        symbol, _ = STATES[said.verdict]
        state = f"{symbol} {said.words.say(f'state.{said.verdict}')}"
        page_frame.head(
            t("frame.page.brief"),
            f"**{markdown(said.title)}.** {markdown(' '.join(said.answer))}",
            [
                (state, "red" if said.verdict == "above" else "gray"),
                said.period,
                page_frame.zone_chip(city.zone, start),
            ],
        )
        for mark in said.marks:
            st.warning(markdown(mark), icon=":material/info:")
    st.caption(t("brief.download"))
    downloads(facts, moment, version)
    preview(facts, said)
    wanted = Asked(city, city_tables.now(), parameters=(brief_facts.HEADLINE,), start=start, end=end)
    stem = f"brief-{facts['city']}-{facts['first']}-{facts['last']}-made-from"
    made_from.of_period(city, wanted, stem, city_tables.names(city.key))


if city_tables.empty():
    page_frame.head(t("frame.page.brief"), t("brief.lead"))
    page_frame.nothing()
else:
    page()
