"""A city's stations on the map: value, category, kind and age; wind, sources of the register, districts beneath."""

from datetime import date

import pandas as pd
import streamlit as st

from data.city import City
from data.clock import local_date
from data.inventory.inventory import Inventory, InventoryError
from data.parameters import POLLUTANTS
from data.store.served import real_store
from jobs.register import inventory
from jobs.statements.answer import Asked
from pages.ui.city import sites as register_sites
from pages.ui.city import tables as city_tables
from pages.ui.city.city import Picture
from pages.ui.city.pins import Shown, by_hour, by_limit, tips
from pages.ui.events import footprints
from pages.ui.events import words as event_words
from pages.ui.look import basemap
from pages.ui.look.palette import FRESHNESS, KINDS, SOURCES
from pages.ui.methane import layer as methane_layer
from pages.ui.methane import panel as methane_panel
from pages.ui.page import frame as page_frame
from pages.ui.page import made_from
from pages.ui.reader import choices, errors, language
from pages.ui.reader.language import html, level, number, t

AVERAGINGS = ("24h", "1h")


def sites(city: City, day: date) -> tuple[pd.DataFrame, Inventory | None]:
    """Sites of the register that can be drawn, and the register; none where it cannot be read."""
    try:
        book = inventory.sources(real_store(), city.key)
    except InventoryError as error:
        st.warning(language.markdown(errors.told(error)), icon=":material/edit_note:")
        return pd.DataFrame(), None
    return register_sites.drawn(book, day), book


def wind_arrow(picture: Picture) -> str:
    """An arrow that flies with the wind, and its words."""
    wind = picture.situation.wind
    if wind is None:
        return f'<span class="ca-chip">{html(t("map.no_wind"))}</span>'
    turn = (
        ""
        if wind.direction is None
        else f'<i style="display:inline-block;transform:rotate({wind.direction + 180:.0f}deg)">↑</i> '
    )
    model = " ca-model" if wind.kind == "model" else ""
    return f'<span class="ca-chip{model}">{turn}{html(picture.wind())}</span>'


def legend(shown: Shown, with_sites: pd.DataFrame, events: pd.DataFrame) -> str:
    """Colours and symbols with their words."""
    dots = [
        f'<span class="ca-chip"><i style="color:{c};font-style:normal">⬤</i> {html(w)}</span>' for c, w in shown.legend
    ]
    kinds = [
        f'<span class="ca-chip">{KINDS[k]} {html(t(f"quantity.kind.{k}"))}</span>'
        for k in KINDS
        if k in set(shown.rows["kind"])
    ]
    register = dict.fromkeys(with_sites["category"] if len(with_sites) else [])
    cats = [
        f'<span class="ca-chip"><i style="color:{SOURCES.get(c, register_sites.PLAIN)};font-style:normal">◆</i> '
        f"{html(t(f'frame.source.{c}'))}</span>"
        for c in register
    ]
    return f'<div class="ca-chips">{"".join(dots + kinds + cats)}{footprints.legend(events)}</div>'


def answer(picture: Picture, shown: Shown) -> str:
    """How many stations lie above, and which is highest."""
    rows = shown.rows[~shown.rows["faded"] & ~picture.apart()].dropna(subset=["day"])
    means = picture.day.averaging in ("24h", "daily_mean")
    if picture.limit is None or not len(rows) or not means:  # medians are held to no limit
        return picture.answer()
    above = int((rows["verdict"] == "above").sum())
    return t("map.answer", city=picture.name, above=above, n=len(rows), limit=number(picture.limit), law=picture.law(),
             parameter=picture.label())  # fmt: skip


@page_frame.live()
def page() -> None:
    """The page; looks again every minute."""
    if city_tables.empty():
        page_frame.head(t("frame.page.map"))
        page_frame.nothing()
        return
    top = st.container()
    left, middle, right, last = st.columns([1.5, 1.4, 1.5, 1.2], vertical_alignment="bottom")
    city = choices.city(left)
    known = [p for p in POLLUTANTS if p in set(city_tables.spans(city.key)["parameter"])]
    parameter = choices.parameter(known or ["pm25"], middle)
    averaging = choices.pick(
        "averaging",
        AVERAGINGS,
        t("map.averaging"),
        show=lambda k: t(f"map.averagings.{k}"),
        widget=right.segmented_control,
        required=True,
    )
    with_sites = last.toggle(t("map.sites"), value=True, key="map.sites")
    with_methane = last.toggle(t("methane.toggle"), value=False, key="map.methane")
    picture = city_tables.picture(city.key, parameter)
    shown = by_limit(picture) if averaging == "24h" else by_hour(picture)
    today = local_date(picture.now, city.zone)
    register, book = sites(city, today) if with_sites else (pd.DataFrame(), None)
    with top:
        page_frame.head(
            f"{t('frame.page.map')}: {picture.name}",
            answer(picture, shown),
            [
                page_frame.rests(picture),
                page_frame.coverage(picture.lead.n, picture.lead.of),
                page_frame.zone_chip(city.zone, picture.now),
                t("map.vintage", vintage=book.vintage, n=len(register)) if book and book.vintage else "",
            ],
        )
    theme = choices.theme()
    plumes = methane_panel.found(city) if with_methane else None
    over = methane_layer.layers(plumes, city.zone, theme) if plumes else []
    under = [
        *footprints.layers(picture.events, city.zone, theme),
        *register_sites.layers(register, book.shapes if book else {}, theme),
        *over,
    ]
    deck = basemap.stations(tips(shown, picture), city, theme=theme, language=language.language(), under=under)
    st.pydeck_chart(deck, key=f"map.{city.key}", height=560)
    st.html(f'<div class="ca-chips">{wind_arrow(picture)}</div>')
    st.html(legend(shown, register, picture.events))
    if plumes:
        st.html(methane_layer.legend(plumes))
    if len(picture.events):
        names = city_tables.names(city.key)
        st.html("".join(event_words.card(row, names, city.zone) for row in picture.events.itertuples()))
    if any(picture.notes()):
        st.warning(t("events.reads_low_say"), icon=":material/sensors_off:")
    page_frame.caption(shown.caption)
    table(shown, picture)
    if with_methane:
        methane_panel.draw(city)
    wanted = Asked(city, picture.now, parameters=(parameter,))
    names = city_tables.names(city.key)
    stem = f"map-{city.key}-{parameter}"
    made_from.offer(lambda: picture.situation.of_city(parameter), city, wanted, stem, names)


def table(shown: Shown, picture: Picture) -> None:
    """The same as rows, for those who cannot see the map."""
    notes = picture.notes()
    rows = shown.rows.assign(note=notes).sort_values("day", ascending=False, na_position="last")
    cells = pd.DataFrame(
        {
            t("situation.column_station"): rows["name"],
            t("situation.column_value"): [level(v) for v in rows["day"]],
            t("situation.column_hour"): [level(v) for v in rows["hour"]],
            t("situation.column_age"): [
                f"{FRESHNESS[f]} {language.age(a)}"
                for f, a in zip(rows["fresh"], rows["age"].astype(float), strict=True)
            ],
            t("situation.column_kind"): [f"{KINDS[k]} {t(f'quantity.kind.{k}')}" for k in rows["kind"]],
            t("map.flag"): [t(f"quantity.flag.{f}") if isinstance(f, str) and f else "" for f in rows["flag"]],
            **({t("events.note"): rows["note"]} if any(notes) else {}),
        }
    )
    st.dataframe(cells, hide_index=True, width="stretch")


page()
