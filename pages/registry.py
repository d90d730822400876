"""The registers of facts: sites on a map, as rows and over time, what is planned, what is due, who changed what."""

from datetime import date

import streamlit as st

from data.city import cities
from data.clock import local_date
from data.facts import Due
from data.store import Store
from data.store.served import real_store
from jobs.access.operators import Operator
from jobs.register import inventory, kept, overlay, read
from jobs.register.figures import figures, of_rows, placed
from jobs.register.registers import REGISTERS, Register
from jobs.register.sites import NAME as SITES
from jobs.register.spans import COLUMNS, span
from pages.ui.city import tables as city_tables
from pages.ui.look import charts as look_charts
from pages.ui.methane import panel as methane
from pages.ui.page import downloads
from pages.ui.page import frame as page_frame
from pages.ui.reader import choices, sign_in
from pages.ui.reader.language import number, t
from pages.ui.registry import charts, forms, history, lists, site_map, words
from pages.ui.registry.lists import ALL, Asked, Row

STYLE = page_frame.STYLE.parents[1] / "registry" / "registry.css"
Book = dict[str, list[Row]]


def answer(rows: list[Row], due: tuple[Due, ...]) -> str:
    """The page in a sentence."""
    counts = {name: number(n) for name, n in vars(figures(rows, due)).items()}
    return t("registry.answer", **counts)


def sites(rows: list[Row], wanted: Asked) -> None:
    """The map of what is asked for, its legend, and the same as rows."""
    book = REGISTERS[SITES]
    st.subheader(t("registry.map"), anchor=False)
    city = None if wanted.city == ALL else cities()[wanted.city]
    shapes = {
        key: shape
        for place in ([city] if city else cities().values())
        for key, shape in inventory.sources(real_store(), place.key).shapes.items()
    }
    deck = site_map.deck(rows, city, choices.theme(), shapes)
    st.pydeck_chart(deck, key=f"registry.map.{wanted.city}", height=520)
    st.html(site_map.legend(rows))
    on_map = sum(placed(row) for row in rows)
    page_frame.caption(t("registry.map_say", shown=number(on_map), rows=number(len(rows))))
    st.subheader(t("registry.rows"), anchor=False)
    if not rows:
        st.info(t("registry.none"), icon=":material/inbox:")
        return
    lists.table(book, rows)
    downloads.offer(lists.raw(book, rows), "registry")


def timeline(books: Book, today: date) -> None:
    """Every row that states when it begins or ends, whatever its register."""
    st.subheader(t("registry.timeline"), anchor=False)
    bars, silent = [], 0
    for name, rows in books.items():
        book = REGISTERS[name]
        for row in rows if any(first in book.columns for first, _ in COLUMNS) else ():
            time = span(row)
            silent += time.start is None and time.end is None
            category = row.get("category", "")
            bars.append(charts.Bar(words.name(row, book.key), time, row.get("status", ""), words.colour(category)))
    drawn = charts.timeline(bars, today)
    if drawn is not None:
        st.plotly_chart(drawn, key="registry.timeline", config=look_charts.CONFIG, alt=t("registry.timeline"))
    page_frame.caption(t("registry.timeline_say", silent=number(silent), rows=number(len(bars))))


def planned(books: Book, today: date) -> None:
    """What has not begun."""
    st.subheader(t("registry.planned"), anchor=False)
    found = {name: lists.ahead(rows, today) for name, rows in books.items()}
    for name, rows in found.items():
        if rows:
            st.markdown(f"**{words.register(name)}**")
            lists.table(REGISTERS[name], rows, lists.PLANNED)
    if not any(found.values()):
        st.caption(t("registry.planned_none"))


def due(store: Store, books: Book, told: list[tuple[Register, Due, Row]]) -> None:
    """What somebody must look at again, and rows whose file says something else than when they were edited."""
    st.subheader(t("registry.review"), anchor=False)
    if told:
        st.dataframe(lists.due_table(told), hide_index=True, width="stretch")
    else:
        st.caption(t("registry.due_none"))
    for name, rows in books.items():
        keys = set(overlay.moved(store, name))
        if moved := [words.name(row, REGISTERS[name].key) for row in rows if row[REGISTERS[name].key] in keys]:
            st.warning(t("registry.moved", names=", ".join(moved)), icon=":material/difference:")


def others(books: Book) -> None:
    """The registers beside that of the sources, each as rows with its download."""
    for name, rows in books.items():
        if name != SITES and rows:
            st.subheader(words.register(name), anchor=False)
            lists.table(REGISTERS[name], rows)
            downloads.offer(lists.raw(REGISTERS[name], rows), name)


def past(store: Store, who: Operator | None) -> None:
    """The history of one row, of any register; withdrawn rows are found here, too."""
    st.subheader(t("registry.history.title"), anchor=False)
    which, where = st.columns([1, 2], vertical_alignment="bottom")
    name = choices.pick("register", list(REGISTERS), t("registry.which"), show=words.register,
                        widget=which.selectbox)  # fmt: skip
    book = REGISTERS[name]
    named = {row[book.key]: words.name(row, book.key) for row in read(store, name)}
    edited = {e.row: words.name(e.fields, book.key) for e in kept.edits(store, name)
              if who or e.state == kept.PUBLISHED}  # fmt: skip
    keys = {**edited, **named}
    order = [*(key for key in keys if key in edited), *(key for key in keys if key not in edited)]
    if not order:
        st.caption(t("registry.none"))
        return
    row = choices.pick("row", order, t("registry.propose.row"), show=lambda k: f"{keys[k]} ({k})",
                       widget=where.selectbox)  # fmt: skip
    history.draw(overlay.history(store, name, row), operator=who is not None)


def page() -> None:
    """The page."""
    st.html(STYLE)
    store, zone = real_store(), next(iter(cities().values())).zone
    today = local_date(city_tables.now(), zone)
    every: Book = {name: [*read(store, name)] for name in REGISTERS}
    state = {name: of_rows(REGISTERS[name], rows, today) for name, rows in every.items()}
    top = st.container()
    wanted = lists.asked(every[SITES])
    keys = {name: frozenset(d.row for d in one.due) for name, one in state.items()}
    mine = [row for row in every[SITES] if wanted.holds(row, keys[SITES], REGISTERS[SITES].key)]
    of_city = {name: [r for r in rows if wanted.city in (ALL, r.get("city") or wanted.city)]
               for name, rows in every.items()}  # fmt: skip
    told = [(REGISTERS[name], d, row) for name, rows in of_city.items() for d in state[name].due
            for row in rows if row[REGISTERS[name].key] == d.row]  # fmt: skip
    with top:
        checked = max((row["checked"] for row in every[SITES]), default="")
        page_frame.head(t("frame.page.registry"), answer(of_city[SITES], state[SITES].due), [
            t("registry.checked_on", day=checked), t("registry.real") if city_tables.simulated() else "",
        ])  # fmt: skip
    forms.confirmed()
    sites(mine, wanted)
    timeline({**of_city, SITES: mine}, today)
    planned(of_city, today)
    due(store, of_city, told)
    others(of_city)
    for place in cities().values():
        if wanted.city in (ALL, place.key):
            methane.draw(place)
    st.divider()
    who = sign_in.widget()
    past(store, who)
    if who:
        forms.queue(store, who)
        forms.proposal(store, who)


page()
