"""What surrounds every page: head with the answer, banners, refusals in sentences, footer with credits."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import streamlit as st

from data import clock
from data.city import cities
from data.errors import CentreError
from pages.ui.city import tables as city_tables
from pages.ui.look.palette import FRESHNESS
from pages.ui.reader import errors, language, once, turns
from pages.ui.reader.language import markdown, t

if TYPE_CHECKING:
    from pages.ui.city.city import Picture

log = logging.getLogger(__name__)
STYLE = Path(__file__).parents[1] / "look" / "style.css"
EVERY = 60  # seconds between looks at the store's version
Chip = str | tuple[str, str]


def dress() -> None:
    """The style sheet, and the banners and watermark that say what is not an ordinary measurement of now."""
    st.html(STYLE)
    if clock.replaying():
        zone = next(iter(cities().values())).zone
        st.html(
            f'<div class="ca-banner ca-replay" role="status"><b>{language.html(t("frame.replay"))}</b> '
            f"{language.html(t('frame.replay_says', moment=language.at(city_tables.now(), zone)))}</div>"
        )
    if city_tables.simulated():
        st.html(
            f'<div class="ca-banner ca-demo" role="status"><b>{language.html(t("frame.demo"))}</b> '
            f"{language.html(t('frame.demo_says'))}</div>"
            f'<div class="ca-mark" aria-hidden="true">{watermark()}</div>'
        )


def watermark() -> str:
    """The word that lies over every screen of the demo world, repeated."""
    word = language.html(t("frame.demo_mark"))
    return "".join(f"<span>{word}</span>" for _ in range(24))


def head(title: str, answer: str = "", chips: Iterable[Chip] = ()) -> None:
    """
    Open a page: its heading, its answer in a sentence, and what the answer rests on.

    Parameters
    ----------
    title, answer : str
        In the reader's language; the answer may carry markdown.
    chips : iterable of str or (str, str)
        Age, coverage, zone and the like; with a colour of Streamlit's badges where it must be seen.
    """
    st.title(title, anchor=False)
    if answer:
        st.markdown(answer)
    badges(chips)


def badges(chips: Iterable[Chip]) -> None:
    """A line of chips."""
    pairs = [(c, "gray") if isinstance(c, str) else c for c in chips if c]
    if pairs:
        st.markdown(" ".join(f":{colour}-badge[{markdown(words)}]" for words, colour in pairs))


def freshness(state: str, minutes: float | None) -> Chip:
    """
    The chip of age: symbol, word, age; coloured unless it is current.

    Parameters
    ----------
    state : str
        `fresh`, `amber` or `grey`, by `models.stations.freshness`.
    minutes : float or None
        Since the newest interval ended. [min]
    """
    if minutes is None:
        return (t("frame.no_data"), "red")
    words = f"{FRESHNESS[state]} {t('frame.newest', age=language.age(minutes), state=t(f'quantity.freshness.{state}'))}"
    return (words, {"fresh": "gray", "amber": "orange", "grey": "red"}[state])


def rests(picture: "Picture") -> Chip:
    """The chip of age of what a panel rests on; a delivered day is named instead."""
    lead = picture.lead
    words, colour = freshness(lead.freshness, picture.age)
    return (f"{FRESHNESS[lead.freshness]} {picture.rests()}", colour) if lead.daily else (words, colour)


def coverage(reporting: int, known: int) -> str:
    """`7 of 10 stations`."""
    return t("frame.coverage", n=known, reporting=reporting)


def zone_chip(zone: ZoneInfo, moment: datetime | None = None) -> str:
    """Which clock the page's times are in."""
    return t("frame.times_in", zone=language.offset(moment or city_tables.now(), zone))


def caption(words: str) -> None:
    """What stands under a figure: averaging, kinds, how many stations."""
    st.caption(words)


def nothing() -> None:
    """Say that the store holds nothing yet, and who can change that."""
    st.info(t("frame.empty"), icon=":material/hourglass_empty:")


@contextmanager
def spoken() -> Iterator[None]:
    """Turn whatever goes wrong into a sentence on the screen; the log gets the rest."""
    try:
        yield
    except CentreError as error:
        log.warning("%s", error)
        st.error(markdown(errors.told(error)), icon=":material/error:")
    except Exception:
        log.exception("a page could not be drawn")
        st.error(t("frame.broken"), icon=":material/error:")


def live(every: float = EVERY) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """
    Make a function the page's one refreshing part; what goes wrong inside is a sentence.

    Parameters
    ----------
    every : float
        Between refreshes. [s]
    """

    def refreshed(draw: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(draw)
        def safely(*args: Any, **kwargs: Any) -> None:
            once.begin()
            with turns.turn(), spoken():
                draw(*args, **kwargs)

        return st.fragment(safely, run_every=every)

    return refreshed


def foot() -> None:
    """Whose data these are, under which licence."""
    shown = _credits()
    st.divider()
    st.caption(t("frame.credits") + " " + (" · ".join(shown) if shown else t("frame.credits_none")))
    st.caption(t("frame.disclaimer"))


def _credits() -> list[str]:
    from sources.credit_words import said

    found = []
    for source in sorted(set(city_tables.spans()["source"])):
        one = said(source, language.language())
        found.append(
            f"[{markdown(one.text)}]({one.url}) ({markdown(one.licence)})"
            if one.url
            else f"{markdown(one.text)} ({markdown(one.licence)})"
        )
    return list(dict.fromkeys(found))
