"""Words and marks of the registers: names of columns, cells of closed lists, symbols of what a row's status says."""

from collections.abc import Mapping
from datetime import date

from data.city import cities
from data.inventory.parties import parties
from pages.ui.look.palette import CALM, SOURCES
from pages.ui.reader import language
from pages.ui.reader.language import MISSING, t

# Status: symbol on the map and hatching in the timeline, so that they are told apart without colour.
MARKS: Mapping[str, tuple[str, str]] = {
    "active": ("◆", ""),
    "in_force": ("◆", ""),
    "planned": ("◇", "/"),
    "announced": ("◇", "/"),
    "halted": ("◈", "x"),
    "closed": ("✕", "\\"),
    "ended": ("✕", "\\"),
    "unknown": ("○", "."),
}
UNKNOWN = "unknown"  # also of an empty cell
LINKS = ("https://", "http://")


def mark(status: str) -> tuple[str, str]:
    """Symbol and hatching of a status."""
    return MARKS.get(status, MARKS[UNKNOWN])


def colour(category: str) -> str:
    """Of a category of sources; calm where it is none."""
    return SOURCES.get(category, CALM)


def column(name: str) -> str:
    """A column in the reader's language; its own name where the catalogs do not know it."""
    return _known(f"registry.column.{name}", name)


def register(name: str) -> str:
    """A register in the reader's language."""
    return _known(f"registry.register.{name}", name)


def status(text: str) -> str:
    """A status in the reader's language."""
    return _known(f"registry.status.{text or UNKNOWN}", text)


def cell(name: str, text: str) -> str:
    """A cell as people read it: the word of a closed list, the city's name, else the text itself."""
    if name == "status":
        return status(text)
    if name == "category":
        return _known(f"frame.source.{text}", text)
    if name == "coord_quality":
        return _known(f"map.quality.{text}", text)
    if name == "city":
        return city(text)
    if name in ("owner", "ask"):
        return parties().get(text, {}).get(language.language(), text)
    if name == "fuel":
        return "; ".join(_fuel(part.strip()) for part in text.split(";"))
    if name in ("subtype", "source_type"):
        return _known(f"registry.subtype.{text}", text)
    return _known(f"registry.kind.{text}", text) if name == "kind" else text


def _fuel(part: str) -> str:
    """One fuel with its period: the first word is of a closed list."""
    word, blank, period = part.partition(" ")
    return f"{_known(f'registry.fuel.{word}', word)}{blank}{period}"


def city(key: str) -> str:
    """A city's name; the text itself where it is none of the centre's."""
    found = cities().get(key)
    return found.name(language.language()) if found else key


def name(row: Mapping[str, str], key: str) -> str:
    """A row's name in the reader's language, else the English one, else its key."""
    return row.get(f"name_{language.language()}") or row.get("name_en") or row.get("name") or row[key]


def day(moment: date | None) -> str:
    """A day as figures write it everywhere."""
    return moment.isoformat() if moment else MISSING


def link(text: str) -> str | None:
    """The address itself where it is one that a browser may open from here."""
    return text if text.startswith(LINKS) and " " not in text else None


def _known(key: str, text: str) -> str:
    return t(key) if language.has(key) else text
