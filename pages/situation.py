"""Both cities now: the state against their own law, and what it rests on."""

from typing import Any

import pandas as pd
import streamlit as st

from data.city import cities
from pages.ui import cards, charts, event_words, forecast_charts, forecast_words, frame, load, load_forecast, text
from pages.ui.palette import FRESHNESS, KINDS
from pages.ui.picture import Picture
from pages.ui.text import t, t_unit

LEAST = 5.0  # a source with less is not among the likely ones [%]


def chips(pictures: list[Picture]) -> list[frame.Chip]:
    """Age, coverage and clock of each city."""
    made: list[frame.Chip] = []
    for one in pictures:
        words, colour = frame.freshness(one.freshness, one.age)
        made.append((f"{one.name}: {words}", colour))
        made.append(f"{one.name}: {frame.coverage(one.situation.reporting, one.situation.known)}")
    return [*made, *dict.fromkeys(frame.zone_chip(one.city.zone, one.now) for one in pictures)]


def city(picture: Picture) -> None:
    """A city's card: state, figure, chips, curve, sources, stations."""
    grey = picture.situation.figure.freshness == "grey"
    made = [cards.chip(words, model=model) for words, model in picture.chips(short=False)]
    made += [cards.chip(words) for words in picture.kinds()]
    figure = cards.big(picture.value, t_unit(picture.unit), picture.averaged(), picture.arrow(), grey=grey)
    st.html(
        f'<div class="ca-card"><div class="ca-name"><b>{text.html(picture.name)}</b>'
        f'<span class="ca-soft">{text.html(picture.trend())}</span></div><div class="ca-line">'
        f"{cards.state(picture.verdict, picture.verdict_words(), picture.detail())}{figure}</div>"
        f"{cards.chips(made)}</div>"
    )
    events(picture)
    curve(picture)
    if len(picture.sources):
        st.markdown(f"**{t('situation.sources')}**")
        st.html("".join(source(r) for r in picture.sources.itertuples() if r.share >= LEAST))
        frame.caption(t("origins.shares_say"))
    elif picture.unattributed:
        st.caption(f"**{t('situation.sources')}**: {t(f'origins.reason.{picture.unattributed}')}")
    stations(picture)


def events(picture: Picture) -> None:
    """What is going on, what ended lately, and whose values to mistrust meanwhile."""
    names, zone = load.names(picture.city.key), picture.city.zone
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
    return cards.bar(row.category, row.share, row.lower, row.upper, said=said)


def curve(picture: Picture) -> None:
    """72 hours, with what they are made of underneath."""
    drawn = charts.hours(
        picture.hourly,
        picture.running,
        zone=picture.city.zone,
        unit=picture.unit,
        lines=picture.lines(),
        model=picture.model,
        simulated=load.simulated(),
    )
    ahead = load_forecast.outlook(picture.city.key, picture.parameter)
    soon = ahead.hours.head(forecast_words.SOON)
    forecast_charts.ahead(drawn, soon, now=picture.now, zone=picture.city.zone, unit=picture.unit)
    st.plotly_chart(
        drawn, key=f"curve.{picture.city.key}", config=charts.CONFIG, alt=picture.answer().replace("**", "")
    )
    frame.caption(f"{picture.caption()}; {picture.rests_on()}. {forecast_words.next_hours(ahead)}")


def stations(picture: Picture) -> None:
    """Every station with its kind, class, values and age."""
    rows = picture.stations
    if not len(rows):
        return
    classes = [f"quantity.station_class.{c or 'unknown'}" for c in rows["station_class"]]
    table = pd.DataFrame(
        {
            t("situation.column_station"): rows["name"],
            t("situation.column_value"): [text.number(v) for v in rows["day"]],
            t("situation.column_hour"): [text.number(v) for v in rows["hour"]],
            t("situation.column_age"): [
                f"{FRESHNESS[f]} {text.age(a)}" for f, a in zip(rows["fresh"], rows["age"].astype(float), strict=True)
            ],
            t("situation.column_kind"): [f"{KINDS[k]} {t(f'quantity.kind.{k}')}" for k in rows["kind"]],
            t("situation.column_class"): [t(c) for c in classes],
        }
    )
    notes = picture.notes()
    table = table.assign(**{t("events.note"): notes}) if any(notes) else table
    with st.expander(f"{t('situation.stations', averaged=picture.averaged())}, {t_unit(picture.unit)}"):
        st.dataframe(table, hide_index=True, width="stretch")


@frame.live()
def now() -> None:
    """The answer, then a card per city."""
    if load.empty():
        frame.head(t("frame.page.situation"))
        frame.nothing()
        return
    pictures = [load.picture(key) for key in cities()]
    frame.head(t("frame.page.situation"), "  \n".join(p.answer() for p in pictures), chips(pictures))
    for column, picture in zip(st.columns(len(pictures)), pictures, strict=True):
        with column.container(border=True):
            city(picture)


now()
