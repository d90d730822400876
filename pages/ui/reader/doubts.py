"""What the checks say of a value, in the reader's language, and the note beside it."""

import pandas as pd

from data import checks, reasons
from data.checks import Entries
from data.parameters import PARAMETERS
from pages.ui.reader.language import has, t, t_unit

WORDED = ("network", "static_heat")  # their first figure is a word of ours, not a number
HOURS = 120  # a time ahead is told in hours from here on [min]


def sentence(entry: str, parameter: str) -> str:
    """
    What one check says.

    Parameters
    ----------
    entry : str
        Of the column `checks`.
    parameter : str
        Key, for the unit.

    Returns
    -------
    str
        From the catalogs; a check that they do not know by its own name and figures, which may be anybody's text.
    """
    name, figures = checks.name(entry), list(checks.figures(entry))
    key = f"checks.{name}"
    while name in WORDED and figures and not _is_number(figures[0]):
        key += f"_{figures.pop(0)}"
    if name == "future_time" and figures and _is_number(figures[0]) and float(figures[0]) >= HOURS:
        key, figures = f"{key}_hours", [f"{float(figures[0]) / 60:.0f}"]
    if name == "maintenance" and len(figures) < 3:
        key += "_bare"
    if name == "fractions":
        figures = [PARAMETERS[f].label if f in PARAMETERS else f for f in figures]
    if name not in WORDED and not figures:
        return _name(name)
    if not has(key):
        return ": ".join(filter(None, [_name(name), ", ".join(figures)]))
    known = PARAMETERS.get(parameter)
    shown = {letter: _shown(f) for letter, f in zip("abcd", [*figures, *[""] * 4], strict=False)}
    return t(key, unit=t_unit(known.unit) if known else "", n=_count(figures), **shown)


def told(flag: str, entries: Entries, note: str, parameter: str) -> str:
    """
    What all checks of a value say, and its note; it may hold text from outside and must be escaped where it is shown.

    Parameters
    ----------
    flag, entries, note
        Of the row.
    parameter : str
        Key.
    """
    said = [sentence(e, parameter) for e in entries]
    beside = reasons.remark(flag, entries, note)
    return "; ".join([*dict.fromkeys(said), *filter(None, [beside])]) or t("station.check.unnamed")


def of(rows: pd.DataFrame) -> list[str]:
    """The same for every row of a table: ``flag, checks, note, parameter``."""
    cells = zip(rows["flag"], rows["checks"], rows["note"], rows["parameter"], strict=True)
    return [told(str(flag), entries, str(note), str(parameter)) for flag, entries, note, parameter in cells]


def _name(check: str) -> str:
    key = f"station.check.{check}"
    return t(key) if has(key) else check


def _count(figures: list[str]) -> int:
    return int(float(figures[0])) if figures and _is_number(figures[0]) else 0


def _shown(figure: str) -> str:
    """A number with the reader's decimal mark and a true minus; any other figure as it is."""
    if not _is_number(figure):
        return figure
    return figure.translate(str.maketrans({".": t("time.decimal"), "-": "−"}))


def _is_number(text: str) -> bool:
    try:
        return float(text) == float(text) and abs(float(text)) != float("inf")
    except ValueError:
        return False
