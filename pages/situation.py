"""Both cities now: the state against their own law, and what it rests on."""

from typing import Any

import pandas as pd
import streamlit as st

from data.city import cities
from jobs.statements.answer import Asked
from pages.ui.city import advice
from pages.ui.city import tables as city_tables
from pages.ui.city.city import ARROWS, Picture
from pages.ui.events import words as event_words
from pages.ui.forecast import charts as forecast_charts
from pages.ui.forecast import tables as forecast_tables
from pages.ui.forecast import words as forecast_words
from pages.ui.look import cards as look_cards
from pages.ui.look import charts as look_charts
from pages.ui.look.palette import FRESHNESS, KINDS
from pages.ui.page import frame as page_frame
from pages.ui.page import made_from
from pages.ui.reader import language
from pages.ui.reader.language import t, t_unit

LEAST = 5.0  # a source with less is not among the likely ones [%]


def chips(pictures: list[Picture]) -> list[page_frame.Chip]:
    """Age, coverage and clock of each city."""
    made: list[page_frame.Chip] = []
    for one in pictures:
        words, colour = page_frame.rests(one)
        made.append((f"{one.name}: {words}", colour))
        made.append(f"{one.name}: {page_frame.coverage(one.lead.n, one.lead.of)}")
    return [*made, *dict.fromkeys(page_frame.zone_chip(one.city.zone, one.now) for one in pictures)]


def city(picture: Picture) -> None:
    """A city's card: state, figure, chips, curve, sources, stations."""
    made = [look_cards.chip(words, model=model) for words, model in picture.chips(short=False)]
    made += [look_cards.chip(words) for words in picture.kinds()]
    figures = "".join(
        look_cards.big(
            said.value, t_unit(picture.unit), picture.averaged(said), ARROWS[said.arrow], grey=said.freshness == "grey",
            heading=picture.heading(said),
        )
        for said in picture.figures()
    )  # fmt: skip
    state = look_cards.state(
        picture.verdict, picture.verdict_words(), picture.detail(), provisional=picture.provisional
    )
    st.html(
        f'<div class="ca-card"><div class="ca-name"><b>{language.html(picture.name)}</b></div>'
        f'<div class="ca-line">{state}{figures}</div>'
        f"{look_cards.chips(made)}</div>"
    )
    events(picture)
    advice.panel(picture)
    curve(picture)
    if len(picture.sources):
        st.markdown(f"**{t('situation.sources')}**")
        st.html("".join(source(r) for r in picture.sources.itertuples() if r.share >= LEAST))
        page_frame.caption(t("origins.shares_say"))
    elif picture.unattributed:
        st.caption(f"**{t('situation.sources')}**: {t(f'origins.reason.{picture.unattributed}')}")
    stations(picture)
    opened(picture)


def opened(picture: Picture) -> None:
    """The rows behind the card's words."""
    judged = picture.situation.judged
    said = [picture.situation.hour, picture.day, *([judged] if judged is not picture.day else [])]
    parameters = tuple(dict.fromkeys(one.parameter for one in said))
    wanted = Asked(picture.city, picture.now, parameters=parameters)
    names = city_tables.names(picture.city.key)
    made_from.offer(lambda: said, picture.city, wanted, f"situation-{picture.city.key}", names)


def events(picture: Picture) -> None:
    """What is going on, what ended lately, and whose values to mistrust meanwhile."""
    names, zone = city_tables.names(picture.city.key), picture.city.zone
    if len(picture.events):
        st.html("".join(event_words.card(row, names, zone) for row in picture.events.itertuples()))
    if any(picture.notes()):
        st.warning(t("events.reads_low_say"), icon=":material/sensors_off:")
    if len(picture.past):
        with st.expander(f"{t('events.recent')}: {len(picture.past)}"):
            st.html("".join(event_words.card(row, names, zone) for row in picture.past.itertuples()))


def source(row: Any) -> str:
    """A source's bar with its arrow and how sure it is."""
    said = f"{row.arrow} {t(f'origins.confidence.{row.confidence}')}"
    return look_cards.bar(row.category, row.share, row.lower, row.upper, said=said)


def curve(picture: Picture) -> None:
    """72 hours, with what they are made of underneath."""
    drawn = look_charts.hours(
        picture.hourly,
        picture.running,
        zone=picture.city.zone,
        unit=picture.unit,
        lines=picture.lines(),
        model=picture.model,
        simulated=city_tables.simulated(),
        now=picture.now,
    )
    ahead = forecast_tables.outlook(picture.city.key, picture.parameter)
    soon = ahead.hours.head(forecast_words.SOON)
    forecast_charts.ahead(drawn, soon, now=picture.now, zone=picture.city.zone, unit=picture.unit)
    st.plotly_chart(
        drawn, key=f"curve.{picture.city.key}", config=look_charts.CONFIG, alt=picture.answer().replace("**", "")
    )
    page_frame.caption(f"{picture.caption()}; {picture.rests_on()}. {forecast_words.next_hours(ahead)}")


def stations(picture: Picture) -> None:
    """Every station with its kind, class, values and age."""
    rows = picture.stations
    if not len(rows):
        return
    classes = [f"quantity.station_class.{c or 'unknown'}" for c in rows["station_class"]]
    table = pd.DataFrame(
        {
            t("situation.column_station"): rows["name"],
            t("situation.column_value"): [language.level(v) for v in rows["day"]],
            t("situation.column_hour"): [language.level(v) for v in rows["hour"]],
            t("situation.column_age"): [
                f"{FRESHNESS[f]} {language.age(a)}"
                for f, a in zip(rows["fresh"], rows["age"].astype(float), strict=True)
            ],
            t("situation.column_kind"): [f"{KINDS[k]} {t(f'quantity.kind.{k}')}" for k in rows["kind"]],
            t("situation.column_class"): [t(c) for c in classes],
        }
    )
    notes = picture.notes()
    table = table.assign(**{t("events.note"): notes}) if any(notes) else table
    with st.expander(f"{t('situation.stations', averaged=picture.averaged())}, {t_unit(picture.unit)}"):
        st.dataframe(table, hide_index=True, width="stretch")


@page_frame.live()
def now() -> None:
    """The answer, then a card per city."""
    if city_tables.empty():
        page_frame.head(t("frame.page.situation"))
        page_frame.nothing()
        return
    pictures = [city_tables.picture(key) for key in cities()]
    page_frame.head(t("frame.page.situation"), "  \n".join(p.answer() for p in pictures), chips(pictures))
    for column, picture in zip(st.columns(len(pictures)), pictures, strict=True):
        with column.container(border=True):
            city(picture)


now()
