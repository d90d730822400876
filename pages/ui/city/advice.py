"""What people should do, on the screens: by the index of the newest hour, and by what is going on."""

from typing import TYPE_CHECKING

import streamlit as st

from data import advice
from data.rules.events import KINDS
from models.situation.statement import IndexValue
from pages.ui.events import words as event_words
from pages.ui.reader import language
from pages.ui.reader.language import markdown, t

if TYPE_CHECKING:
    from pages.ui.city.city import Picture


def happening(picture: "Picture") -> list[str]:
    """Kinds of event that go on and ask something of people, each once."""
    known = [str(kind) for kind in picture.events["kind"]] if len(picture.events) else []
    return [kind for kind in dict.fromkeys(known) if kind in KINDS and kind != "sensor_fault"]


def line(picture: "Picture") -> str:
    """The one line for a wall: of the first event that goes on, else of the index; empty where nothing is known."""
    code, kinds = language.language(), happening(picture)
    if kinds:
        return advice.of_event(kinds[0], code).short
    found = picture.situation.index()
    return advice.of_category(found.scale, found.category, code, found.parameter).short if found else ""


def panel(picture: "Picture") -> None:
    """Advice of a city, in an expander below its state."""
    _draw(picture.situation.index(), happening(picture))


def of_index(found: IndexValue | None) -> None:
    """Advice by an index alone; nothing where there is none."""
    _draw(found, [])


def _draw(found: IndexValue | None, kinds: list[str]) -> None:
    code = language.language()
    said = [(t("advice.by_event", event=event_words.kind(kind)), advice.of_event(kind, code)) for kind in kinds]
    if found is not None:
        named = {
            "category": t(f"quantity.category.{found.category}"),
            "standard": t(f"quantity.standard.{found.scale}"),
        }
        told = advice.of_category(found.scale, found.category, code, found.parameter)
        said.append((t("advice.by_index", **named), told))
    if not said:
        return
    with st.expander(f"{t('advice.title')}: {markdown(said[0][1].short)}", icon=":material/health_and_safety:"):
        for heading, one in said:
            st.markdown(f"**{markdown(heading)}**  \n{markdown(one.everyone)}")
            pairs = (*one.groups, *one.parts)
            if pairs:
                st.markdown("\n".join(f"- **{markdown(who)}**: {markdown(what)}" for who, what in pairs))
        st.caption(t("advice.rests"))
