"""Pieces of a page as HTML: the state of a city, chips, bars with their intervals. All values are escaped."""

from collections.abc import Iterable

from pages.ui.look.palette import CALM, SOURCES, STATES
from pages.ui.reader.language import html, level, number, t


def state(key: str, words: str, detail: str, *, provisional: bool = False) -> str:
    """
    The state as symbol, word and detail.

    Parameters
    ----------
    key : str
        Of `STATES`.
    words, detail : str
        `Above limit`, `1.7 × 24-h limit 60 (UZ)`.
    provisional : bool
        Too few stations say so: drawn hatched.
    """
    symbol, colour = STATES[key]
    few = " ca-few" if provisional else ""
    return (
        f'<div class="ca-state{few}" style="--ca:{colour}"><i aria-hidden="true">{symbol}</i>'
        f"<div><b>{html(words)}</b><span>{html(detail)}</span></div></div>"
    )


def big(
    value: float | None, unit: str, what: str, arrow: str = "", *, grey: bool = False, decimals: int = 0,
    heading: str = "",
) -> str:  # fmt: skip
    """A concentration with its unit, its averaging and its own arrow, which is also a word."""
    faded = " ca-grey" if grey else ""
    drawn = f'<i role="img" aria-label="{html(heading)}" title="{html(heading)}">{html(arrow)}</i>' if arrow else ""
    return (
        f'<div class="ca-big{faded}"><b>{level(value, decimals)}</b><span>{html(unit)}<br>{html(what)}</span>'
        f"{drawn}</div>"
    )


def chip(words: str, *, colour: str = "", symbol: str = "", model: bool = False) -> str:
    """A chip; a dashed rim marks what a model says."""
    dot = f'<i style="--ca:{colour}" aria-hidden="true">{html(symbol)}</i> ' if symbol else ""
    return f'<span class="ca-chip{" ca-model" if model else ""}">{dot}{html(words)}</span>'


def chips(made: Iterable[str]) -> str:
    """A line of chips."""
    return f'<div class="ca-chips">{"".join(x for x in made if x)}</div>'


def bar(key: str, share: float, lower: float | None, upper: float | None, scale: float = 100.0, said: str = "") -> str:
    """
    One source's share with its interval.

    Parameters
    ----------
    key : str
        Category of the attribution.
    share, lower, upper : float
        [%]
    scale : float
        What fills the track. [%]
    said : str
        Words beside the name.
    """
    colour = SOURCES.get(key, CALM)
    interval, words = "", ""
    if lower is not None and upper is not None:
        interval = f'<u style="left:{lower / scale:.1%};width:{max(upper - lower, 0) / scale:.1%}"></u>'
        words = f" <small>({number(lower)}–{number(upper)})</small>"
    hatch = " ca-hatch" if key == "undetermined" else ""
    beside = f" <small>{html(said)}</small>" if said else ""
    return (
        f'<div class="ca-bar{hatch}"><span>{html(t(f"frame.source.{key}"))}{beside}</span>'
        f'<span class="ca-track"><i style="width:{min(share / scale, 1):.1%};--ca:{colour}"></i>{interval}</span>'
        f"<span><b>{number(share)} %</b>{words}</span></div>"
    )
