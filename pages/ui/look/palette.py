"""Colours and symbols with a meaning; each holds on the light and on the dark ground."""

from collections.abc import Mapping

INK = "#4a86b8"  # the measured line
THIN = "rgba(116, 138, 158, 0.75)"
ALARM = "#d9483b"
WARN = "#c98a1b"
CALM = "#6d8296"
SOUND = "#4f9a72"
MODEL = "#9a7fc0"
GROUND = "rgba(128, 140, 152, 0.22)"

# State of a city or station: symbol and colour go together, the word comes from the catalog.
STATES: Mapping[str, tuple[str, str]] = {
    "above": ("▲", ALARM),
    "within": ("●", CALM),
    "unknown": ("○", CALM),
}
# Kind of a row: on maps the shape, in words beside it.
KINDS: Mapping[str, str] = {"reference": "●", "indicative": "◆", "model": "■", "simulated": "◇"}
FRESHNESS: Mapping[str, str] = {"fresh": "●", "amber": "◐", "grey": "○"}
# Colour-blind safe order (after Okabe & Ito 2008), for stations of one figure.
SERIES = ("#4a86b8", "#d98f2b", "#4f9a72", "#b56ca0", "#7a6a9a", "#8c5a3c", "#3fa7b5", "#a39b2e")
SOURCES: Mapping[str, str] = {
    "heating": "#8c5a3c",
    "traffic": "#4f6d8f",
    "industry": "#7a6a9a",
    "dust": "#c9a25e",
    "agriculture": "#7d9a4f",
    "fire": "#c4623a",
    "regional": "#8fa3a0",
    "undetermined": "#b9c0c6",
}
# Events: symbol, colour and the angle of the hatching of their footprint [°]; the word comes from the catalog.
EVENTS: Mapping[str, tuple[str, str, int]] = {
    "dust_storm": ("≋", "#c9a25e", 45),
    "stagnation": ("▬", "#7a6a9a", 0),
    "smoke": ("∿", "#c4623a", 90),
    "industrial": ("▣", "#4f6d8f", 135),
    "sensor_fault": ("✕", "#6d8296", 60),
}
# Own ramp of map values, fixed by the share of the limit: below half, to 0.8, to 1, to 2, beyond.
RATIOS: tuple[tuple[float, str], ...] = (
    (0.5, "#6c8aa0"),
    (0.8, "#8aa3a0"),
    (1.0, "#c9a25e"),
    (2.0, "#d9483b"),
    (float("inf"), "#8f1d2c"),
)
UNKNOWN = "#aab3bb"


def by_ratio(ratio: float | None) -> str:
    """
    Colour of a value by its share of a limit; never stretched to the data of the day.

    Examples
    --------
    >>> by_ratio(0.2) == RATIOS[0][1], by_ratio(None) == UNKNOWN
    (True, True)
    """
    if ratio is None or ratio != ratio:
        return UNKNOWN
    return next(colour for top, colour in RATIOS if ratio <= top)


def rgba(colour: str, alpha: int = 255) -> list[int]:
    """Red, green, blue and opacity of a `#rrggbb`, as maps take them."""
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)] + [alpha]


def ink_on(colour: str) -> str:
    """
    Black or white, whichever stands out more on a colour.

    Examples
    --------
    >>> ink_on("#c9a25e"), ink_on("#8f1d2c")
    ('#14181c', '#ffffff')
    """
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]  # WCAG 2
    return "#14181c" if luminance > 0.2 else "#ffffff"
