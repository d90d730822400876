"""Where a city's PM2.5 comes from: shares with intervals, likely sites, evidence, and how far to trust them."""

import json
from datetime import timedelta

import pandas as pd
import streamlit as st

from data.attribution import published
from data.attribution.weaknesses import FOREMOST, weaknesses
from data.city import City
from data.times import interval_end
from jobs.attribution.export import attribution_csv
from pages.ui.city import tables as city_tables
from pages.ui.city.city import Picture
from pages.ui.look import basemap
from pages.ui.look import cards as look_cards
from pages.ui.look import charts as look_charts
from pages.ui.look.palette import FRESHNESS
from pages.ui.origins import charts as origins_charts
from pages.ui.origins import site_marks
from pages.ui.origins import tables as origins_tables
from pages.ui.origins.tables import Origins
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, language
from pages.ui.reader.language import markdown, number, t

PERIODS = ("7d", "14d", "30d", "60d")
SHOWN = 3  # categories that the answer names
RANKED = 5  # sites that are listed
UNLISTED = 3  # signs of a source that the register lacks
OLD = timedelta(hours=6)  # an attribution older than this says so in colour


def period_of(name: str) -> int:
    """Days of a period. [d]"""
    return int(name.removesuffix("d"))


def part(row: pd.Series) -> str:
    """`**Heating** 38 % (31–46)`."""
    name = t(f"frame.source.{row['category']}")
    return t("origins.part", name=name, share=number(row["share"]), lower=number(row["lower"]),
             upper=number(row["upper"]))  # fmt: skip


def answer(found: Origins, city: City, period: str) -> str:
    """The page's answer in a sentence, or why there is none."""
    name = city.name(language.language())
    if not found.status:
        return t("origins.not_yet", city=name)
    if found.status["refused"]:
        return t("origins.refused", city=name, reason=refusal(found))
    rows = found.span(period)
    if not len(rows):
        return t("origins.too_short", city=name, n=period_of(period))
    named = rows[rows["category"] != "undetermined"].head(SHOWN)
    parts = ", ".join(part(row) for _, row in named.iterrows())
    unknown = rows.loc[rows["category"] == "undetermined", "share"]
    said = t("origins.answer", n=period_of(period), parts=parts)
    said += " " + t("origins.undetermined", share=number(float(unknown.iloc[0]) if len(unknown) else 0.0))
    weak = [code for code in FOREMOST if code in weak_points(found, rows)]
    return said + "".join(f" **{t(f'origins.reason.{code}')}**" for code in weak)


def weak_points(found: Origins, rows: pd.DataFrame) -> list[str]:
    """What holds for the whole answer, and that PM2.5 alone was measured where it was so in these rows."""
    return weaknesses(found.notes, rows["data_level"])


def refusal(found: Origins) -> str:
    """Why nothing was attributed, in the reader's words where the reason is a known one."""
    said = str(found.status["refused"])
    return t("origins.reason.no_pm25") if "PM2.5" in said else markdown(said)


def chips(found: Origins, city: City, rows: pd.DataFrame) -> list[page_frame.Chip]:
    """Period and clock, stations and coverage, error on known cases, vintage of the register, age."""
    status = found.status
    if not status:
        return [page_frame.zone_chip(city.zone)]
    made: list[page_frame.Chip] = []
    if len(rows):
        start = rows["start"].iloc[0].to_pydatetime()
        end = interval_end(start, int(rows["minutes"].iloc[0]))
        dates = f"{language.day(start, city.zone, year=False)} – {language.day(end, city.zone)}"
        made.append(f"{dates}, {language.offset(end, city.zone)}")
        made.append(t("origins.cover", n=int(status["stations_of"]), reporting=int(status["stations"]),
                      hours=number(100 * float(rows["coverage"].iloc[0]))))  # fmt: skip
        made += score_words(str(rows["data_level"].iloc[0]))
    else:
        made.append(page_frame.zone_chip(city.zone))
    made += register_words(found)
    age = (city_tables.now() - status["computed_at"].to_pydatetime()).total_seconds() / 60
    late = age > OLD.total_seconds() / 60
    words = t("origins.computed", age=language.age(age))
    made.append((f"{FRESHNESS['amber' if late else 'fresh']} {words}", "orange" if late else "gray"))
    return [x for x in made if x]


def score_words(level: str) -> list[str]:
    """The error on runs with known truth for what is measured here; none before it was scored."""
    known = published.score(level)
    if not {"net_day_mae", "coverage"} <= set(known):
        return []
    return [
        t("origins.score", error=number(known["net_day_mae"], 1)),
        t("origins.score_cover", cover=number(100 * known["coverage"])),
    ]


def register_words(found: Origins) -> list[str]:
    """Vintage of the register and how many of its sites are approximate."""
    status = found.status
    vintage = status["inventory_vintage"] or t("origins.simulated_register")
    sites = t("origins.register_sites", n=int(status["sites"]), approximate=int(status["sites_approximate"]))
    return [t("origins.register", vintage=vintage), sites]


def river(found: Origins, city: City, period: str) -> None:
    """Contributions hour by hour."""
    status = found.status
    st.markdown(f"**{t('origins.river')}**")
    since = status["last"] - pd.Timedelta(days=period_of(period))
    rows = found.hours[(found.hours["start"] >= since) & (found.hours["start"] < status["last"])]
    drawn = origins_charts.river(rows, zone=city.zone, unit="µg/m³", simulated=city_tables.simulated())
    st.plotly_chart(drawn, key="origins.river", config=look_charts.CONFIG, alt=t("origins.river"))
    page_frame.caption(t("origins.river_says"))


def shares_now(found: Origins, city: City) -> None:
    """The last 24 hours, with the intervals; what weakens them below."""
    rows = found.span("now")
    st.markdown(f"**{t('origins.now')}**")
    if not len(rows):
        st.info(t("origins.reason.few_hours"), icon=":material/hourglass_empty:")
    else:
        st.html("".join(look_cards.bar(r.category, r.share, r.lower, r.upper) for r in rows.itertuples()))
        end = interval_end(rows["start"].iloc[0], int(rows["minutes"].iloc[0]))
        total = number(float(rows["contribution"].sum()))
        page_frame.caption(t("origins.now_says", until=language.at(end.to_pydatetime(), city.zone), total=total))
    warnings = [
        t(f"origins.reason.{code}") for code in weak_points(found, rows) if language.has(f"origins.reason.{code}")
    ]
    st.warning("  \n".join([*warnings, f"**{t('origins.no_offence')}**"]), icon=":material/balance:")


def wind_words(found: Origins) -> str:
    """Calm hours of the last twelve."""
    status = found.status
    if not status["wind_hours"]:
        return t("origins.no_wind")
    said = t("origins.calms", calm=int(status["calm_hours"]), n=int(status["wind_hours"]))
    modelled = float(status["wind_modelled"])
    return f"{said} · {t('origins.wind_modelled', share=number(100 * modelled))}" if modelled > 0.05 else said


def where(found: Origins, picture: Picture) -> None:
    """Stations, wind and the ranked sites on the map; or the sentence that says why no site is named."""
    st.markdown(f"**{t('origins.sites')}**")
    st.html(look_cards.chips([site_marks.wind(picture), look_cards.chip(wind_words(found))]))
    refused = str(found.status["sites_refused"])
    ranked = pd.DataFrame() if refused else found.sites.head(RANKED)
    theme = choices.theme()
    deck = basemap.stations(
        site_marks.stations(picture), picture.city, theme=theme, language=language.language(),
        under=site_marks.layers(ranked, theme), seen=basemap.view(picture.city, site_marks.extent(picture, ranked)),
    )  # fmt: skip
    st.pydeck_chart(deck, key=f"origins.map.{picture.city.key}", height=420)
    if refused:
        st.info(t("origins.sites_refused", reason=t(f"origins.reason.{refused}")), icon=":material/block:")
    else:
        st.html(site_marks.table(ranked))
        page_frame.caption(t("origins.sites_say"))
    unlisted(found, picture)


def unlisted(found: Origins, picture: Picture) -> None:
    """Where a source seems to be missing from the register."""
    called = dict(zip(picture.stations["station"], picture.stations["name"], strict=True))
    for one in found.status["unlisted"][:UNLISTED]:
        name = markdown(called.get(one["station"], one["station"]))
        if one["bearing"] is None:
            gas = t(f"quantity.parameter.{one['pollutant']}")
            words = t("origins.unlisted_gas", station=name, gas=gas, hours=number(one["hours"]))
        else:
            excess, bearing = number(one["excess"], 1), number(one["bearing"])
            words = t("origins.unlisted", station=name, bearing=bearing, excess=excess)
        st.caption(f"? {words}")


def why(found: Origins, picture: Picture) -> None:
    """Evidence of the leading source, then of one station's newest hour."""
    rows = found.evidence
    if not len(rows):
        return
    lines = [line(r.key, json.loads(r.params), r.text) for r in rows[rows["station"] == ""].itertuples()]
    tops = [json.loads(words).get("category") for words in rows.loc[rows["station"] == "", "params"]]
    top = next((c for c in tops if c), None)
    if lines:
        name = t(f"frame.source.{top}") if top else t("origins.leading")
        st.markdown(f"**{t('origins.why', name=name)}**")
        st.markdown("\n".join(f"- {words}" for words in lines))
    known = list(dict.fromkeys(rows.loc[rows["station"] != "", "station"]))
    called = dict(zip(picture.stations["station"], picture.stations["name"], strict=True))
    with st.expander(t("origins.hour"), icon=":material/search:"):
        station = choices.pick("evidence", known, t("frame.station"), show=lambda k: called.get(k, k))
        mine = rows[(rows["station"] == station) & (rows["key"] != "prior")]
        st.caption(language.at(mine["start"].iloc[0].to_pydatetime(), picture.city.zone))
        st.markdown("\n".join(f"- {line(r.key, json.loads(r.params), r.text)}" for r in mine.itertuples()))


def line(key: str, params: dict[str, object], english: str) -> str:
    """An evidence line in the reader's words; one that the catalogs do not know in English."""
    if not language.has(f"origins.evidence.{key}"):
        return markdown(english)
    said = {name: _spoken(name, value) for name, value in params.items()}
    return t(f"origins.evidence.{key}", **said)


DECIMALS = {"speed": 1, "km": 1}


def _spoken(name: str, value: object) -> str:
    if isinstance(value, int | float):
        digits = 2 if name == "ratio" and value < 10 else DECIMALS.get(name, 0)
        return number(float(value), digits)
    key = f"origins.word.{str(value).replace(',', '').replace(' ', '_')}"
    if name == "category":
        return t(f"frame.source.{value}")
    return t(key) if language.has(key) else markdown(value)


def by_day(found: Origins, city: City, period: str) -> None:
    """One category's share by day with its interval."""
    rows = found.shares[found.shares["span"] == "day"]
    known = [c for c in origins_charts.ORDER if c in set(rows["category"])]
    if not known:
        return
    st.markdown(f"**{t('origins.by_day')}**")
    category = choices.pick("source", known, t("origins.category"), show=lambda k: t(f"frame.source.{k}"),
                            widget=st.segmented_control, label_visibility="collapsed", required=True)  # fmt: skip
    since = found.status["last"] - pd.Timedelta(days=period_of(period))
    mine = rows[(rows["category"] == category) & (rows["start"] >= since)]
    drawn = origins_charts.by_day(mine, category, zone=city.zone, simulated=city_tables.simulated())
    st.plotly_chart(drawn, key="origins.days", config=look_charts.CONFIG, alt=t("origins.by_day"))
    page_frame.caption(t("origins.by_day_says"))


def border(found: Origins) -> None:
    """The share that came across the border, by side; or that it cannot be told."""
    st.markdown(f"**{t('origins.border')}**")
    rows = found.status["transboundary"]
    known = [row for row in rows if row["share"] is not None]
    for row in rows:
        key = f"origins.country.{row['country']}"
        country = t(key) if language.has(key) else markdown(row["country"])
        if row["share"] is None:
            st.markdown(f"{country}: **{t('origins.not_identifiable')}**")
        else:
            shown = [number(100 * row[name]) for name in ("share", "lower", "upper")]
            st.markdown(t("origins.border_part", country=country, share=shown[0], lower=shown[1], upper=shown[2]))
    if not rows:
        st.caption(t("origins.border_none"))
    page_frame.caption(t("origins.border_says") if known else t("origins.border_calm"))


def polar(found: Origins, picture: Picture) -> None:
    """What the wind brings to a station."""
    st.markdown(f"**{t('origins.polar')}**")
    answered = set(found.evidence["station"]) if len(found.evidence) else set()
    every = list(picture.stations["station"])
    known = [s for s in every if s in answered] or every
    if not known:
        st.caption(t("origins.polar_none"))
        return
    called = dict(zip(picture.stations["station"], picture.stations["name"], strict=True))
    station = choices.pick("polar", known, t("frame.station"), show=lambda k: called.get(k, k))
    surface, whose, kind = origins_tables.surface(picture.city.key, station, picture.parameter)
    if not len(surface):
        st.info(t("origins.polar_none"), icon=":material/air:")
        return
    st.plotly_chart(origins_charts.polar(surface, picture.unit), key="origins.polar", config=look_charts.CONFIG,
                    alt=t("origins.polar"))  # fmt: skip
    page_frame.caption(t("origins.polar_says", wind=called.get(whose, whose), kind=t(f"quantity.kind.{kind}")))


def spread(share: float, lower: float, upper: float) -> str:
    """`38 (31–46)`."""
    return f"{number(share)} ({number(lower)}–{number(upper)})"


def beside(found: Origins, city: City) -> None:
    """Published studies beside our shares, with their status."""
    st.markdown(f"**{t('origins.studies')}**")
    rows = published.studies(city.key)
    longest = next((p for p in reversed(PERIODS) if len(found.span(p))), PERIODS[0])
    ours = found.span(longest)
    mine = {r.category: spread(r.share, r.lower, r.upper) for r in ours.itertuples()} if len(ours) else {}
    pairs = zip(rows["low"], rows["high"], strict=True)
    shown = [number(low) if low == high else f"{number(low)}–{number(high)}" for low, high in pairs]
    table = pd.DataFrame(
        {
            t("origins.column.study"): [f"{r.place}, {r.study} {r.year}" for r in rows.itertuples()],
            t("origins.column.part"): [t(f"origins.study.{p}") for p in rows["part"]],
            f"{t('origins.column.share')}, %": shown,
            t("origins.column.ours", n=period_of(longest)): [mine.get(c, language.MISSING) for c in rows["category"]],
            t("origins.column.season"): [t(f"origins.season.{s}") for s in rows["season"]],
            t("origins.column.status"): [t(f"origins.status.{s}") for s in rows["status"]],
            t("origins.column.source"): rows["source"],
            t("studies.address"): [url or None for url in rows["url"]],
        }
    )
    link = {t("studies.address"): st.column_config.LinkColumn(display_text=t("studies.open"))}
    st.dataframe(table, hide_index=True, width="stretch", height="content", column_config=link)
    said = [t("origins.studies_say", n=period_of(longest)), t("studies.no_address")]
    waiting = [", ".join(x for x in (one.study, str(one.year)) if x) for one in published.unread(city.key).itertuples()]
    page_frame.caption(" ".join([*said, t("studies.unread", studies="; ".join(waiting))] if waiting else said))


def trust(found: Origins, city: City) -> None:
    """What the answer rests on, and the file to check it with."""
    status = found.status
    st.markdown(f"**{t('origins.trust')}**")
    if status.get("prior"):
        prior = json.loads(status["prior"])
        shares = ", ".join(f"{t(f'frame.source.{k}')} {number(100 * v)} %" for k, v in prior.items())
        st.caption(t("origins.prior", shares=shares))
    wrong = published.score("wrong_prior")
    if wrong:
        st.caption(t("origins.expect", cover=number(100 * wrong["coverage"])))
    days = status.get("station_days") or {}
    if days:
        said = " · ".join(f"{t(f'origins.day.{k}')}: {number(v)}" for k, v in days.items())
        st.caption(t("origins.station_days", counts=said))
    st.caption(t("origins.recompute", model=status["model_version"], seed=int(status["seed"]),
                 inputs=status["inputs_sha256"][:12], inventory=status["inventory_sha256"][:12],
                 command=published.COMMAND))  # fmt: skip
    if len(found.shares):
        store = city_tables.taken()
        st.download_button(
            t("origins.take"), data=lambda: attribution_csv(store, city.key), mime="text/csv",
            file_name=f"attribution-{city.key}.csv", on_click="ignore", key="origins.take",
            icon=":material/download:", type="tertiary",
        )  # fmt: skip


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    if city_tables.empty():
        page_frame.head(t("frame.page.origins"))
        page_frame.nothing()
        return
    top = st.container()
    left, right = st.columns([1.3, 2], vertical_alignment="bottom")
    city = choices.city(left)
    period = choices.pick("days", PERIODS, t("frame.period"), show=lambda k: t("origins.days", n=period_of(k)),
                          default="14d", widget=right.segmented_control, required=True)  # fmt: skip
    found, picture = origins_tables.origins(city.key), city_tables.picture(city.key)
    rows = found.span(period)
    with top:
        title = t("origins.title", city=city.name(language.language()))
        page_frame.head(title, answer(found, city, period), chips(found, city, rows))
    if found.status and not found.status["refused"]:
        with st.container(border=True):
            river(found, city, period)
        left, right = st.columns(2)
        with left.container(border=True):
            where(found, picture)
        with right.container(border=True):
            shares_now(found, city)
        with right.container(border=True):
            why(found, picture)
        with st.container(border=True):
            by_day(found, city, period)
        left, right = st.columns(2)
        with left.container(border=True):
            polar(found, picture)
        with right.container(border=True):
            border(found)
    with st.container(border=True):
        beside(found, city)
    if found.status:
        with st.container(border=True):
            trust(found, city)


page()
