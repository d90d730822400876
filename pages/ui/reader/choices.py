"""What the reader chooses, kept in the URL: language, city, parameter, station, period, theme."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

import streamlit as st

from data.city import LANGUAGES, City, cities
from pages.ui.reader import language as reader_language
from pages.ui.reader.language import t

Option = TypeVar("Option")
PERIODS = {"24h": timedelta(hours=24), "72h": timedelta(hours=72), "7d": timedelta(days=7), "30d": timedelta(days=30)}
THEMES = ("light", "dark")
LONGEST = 60  # of what a URL says, where a sentence repeats it [characters]
NAMED = 12  # of what there is, in such a sentence


def pick(
    name: str,
    options: Sequence[str],
    label: str,
    *,
    show: Callable[[str], str] = str,
    default: str | None = None,
    widget: Callable[..., Any] = st.selectbox,
    within: Sequence[str] = (),
    **extra: Any,
) -> str:
    """
    Let the reader choose one of some keys and keep the key, not its wording, in the URL.

    Parameters
    ----------
    name : str
        Of the URL parameter.
    options : sequence of str
        Keys, at least one; one that is unknown in the URL is passed over.
    label : str
        In the reader's language.
    show : callable
        Key → wording.
    widget : callable
        `st.selectbox`, `st.segmented_control`, `st.pills` or alike.
    within : sequence of str
        Choices that mean something only beside this one; another choice here takes them out of the URL.

    Returns
    -------
    str
        The chosen key; it survives a change of page and of language.
    """
    known = list(options)
    wanted = (st.query_params.get(name), st.session_state.get(name), default)
    current = next((x for x in wanted if x in known), known[0])
    key = f"choice.{name}"
    st.session_state[key] = current

    def changed() -> None:
        st.query_params[name] = st.session_state[key] or current
        for other in within:
            st.query_params.pop(other, None)
            st.session_state.pop(other, None)

    chosen = widget(label, known, key=key, format_func=show, on_change=changed, **extra) or current
    return keep(name, str(chosen), default or known[0])


def keep(name: str, value: str, default: str) -> str:
    """Keep a choice for the session and, unless it is the default, in the URL."""
    st.session_state[name] = value
    if st.query_params.get(name, default) != value:
        st.query_params[name] = value
    return value


def asked(name: str, options: Sequence[str], default: str) -> str:
    """A choice that has no widget: only the URL says it."""
    value = st.query_params.get(name, default)
    return value if value in options else default


def stranger(name: str, options: Sequence[str]) -> str:
    """What the URL asks for where that is none of the options; empty where it asks for one of them or for nothing."""
    asked_for = st.query_params.get(name) or ""
    return "" if asked_for in options else asked_for[:LONGEST]


def no_such(name: str, asked_for: str, options: Mapping[str, str]) -> str:
    """
    That there is no such city or station, in the reader's language.

    Parameters
    ----------
    name : str
        ``city`` or ``station``.
    asked_for : str
        As in the URL.
    options : mapping of str to str
        Key → name of what there is.
    """
    named = [*list(options.values())[:NAMED], *(["…"] if len(options) > NAMED else [])]
    return t(f"frame.no_such_{name}", asked=asked_for, known=", ".join(named))


def known_only(name: str, options: Mapping[str, str]) -> None:
    """Say so and draw nothing more where the URL asks for what there is not: nobody is shown another's data."""
    asked_for = stranger(name, list(options))
    if asked_for:
        st.error(reader_language.markdown(no_such(name, asked_for, options)))
        st.stop()


def language() -> str:
    """The language, by two-letter code."""
    with st.sidebar:
        return pick(
            reader_language.SESSION_KEY,
            LANGUAGES,
            t("frame.language"),
            default=reader_language.preferred(),
            widget=st.segmented_control,
            required=True,
            help=" · ".join(reader_language.NAMES.values()),
        )


def theme() -> str:
    """`light` or `dark`: the URL's word, else what the browser shows."""
    shown = getattr(st.context.theme, "type", None) or "light"
    return asked("theme", THEMES, shown if shown in THEMES else "light")


def city(container: Any = st) -> City:
    """One of the centre's cities."""
    known = cities()
    names = {key: one.name(reader_language.language()) for key, one in known.items()}
    known_only("city", names)
    key = pick(
        "city",
        list(known),
        t("frame.city"),
        show=names.__getitem__,
        widget=container.segmented_control,
        required=True,
        within=("station",),
    )
    return known[key]


def parameter(options: Sequence[str], container: Any = st) -> str:
    """One of the parameters the store has for this place."""
    return pick(
        "parameter",
        options,
        t("frame.parameter"),
        show=lambda k: t(f"quantity.parameter.{k}"),
        widget=container.selectbox,
    )


def station(options: Sequence[str], names: dict[str, str], container: Any = st) -> str:
    """One of the stations, shown by name."""
    known_only("station", {key: names.get(key, key) for key in options})
    return pick("station", options, t("frame.station"), show=lambda k: names.get(k, k), widget=container.selectbox)


def period(container: Any = st, default: str = "72h") -> tuple[str, timedelta]:
    """How far back to look."""
    key = pick(
        "period",
        list(PERIODS),
        t("frame.period"),
        show=lambda k: t(f"frame.periods.{k}"),
        default=default,
        widget=container.segmented_control,
        required=True,
    )
    return key, PERIODS[key]
