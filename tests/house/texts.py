"""Every text that people read, by language: catalogs, rules of alarms, city files, registers with names, README."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from data.glossary import terms
from data.words import flat

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "pages" / "ui" / "reader" / "text"
DATA = ROOT / "data"


@dataclass(frozen=True)
class Text:
    """One text and where it stands; `plural` says that it is one form of several."""

    where: str
    said: str
    plural: bool = False


def texts(language: str) -> list[Text]:
    """All texts of a language."""
    return [*catalogs(language), *_rules(language), *_cities(language), *_registers(language), *_glossary(language)]


def entries(language: str) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    """Entries of the catalogs of pages and of documents, plural forms together."""
    paths = [*sorted((PAGES / language).glob("*.toml")), *sorted((DATA / "text").rglob(f"{language}.toml"))]
    for path in (p for p in paths if p.parent.name != "glossary"):
        for key, entry in flat(tomllib.loads(path.read_text("utf-8"))):
            yield f"{path.relative_to(ROOT)}: {key}", entry


def catalogs(language: str) -> Iterator[Text]:
    """Each form of each entry."""
    for where, entry in entries(language):
        if isinstance(entry, str):
            yield Text(where, entry)
        else:
            yield from (Text(f"{where}.{form}", said, plural=True) for form, said in entry.items())


def _rules(language: str) -> Iterator[Text]:
    read = tomllib.loads((DATA / "rules" / "alarms.toml").read_text("utf-8"))
    for row in (*read["rule"], *read["trigger"].values()):
        yield Text(f"data/rules/alarms.toml: {row.get('key', 'trigger')}", row["text"][language])


def _cities(language: str) -> Iterator[Text]:
    for path in sorted((DATA / "cities").glob("*.toml")):
        read = tomllib.loads(path.read_text("utf-8"))
        for named in (read, *read.get("measures", [])):
            yield Text(f"data/cities/{path.name}: {named.get('key', 'names')}", named["names"].get(language, ""))


def _registers(language: str) -> Iterator[Text]:
    for path in sorted(DATA.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            for number, row in enumerate(csv.DictReader(lines), 2):
                yield Text(f"{path.relative_to(ROOT)}:{number}", row.get(f"name_{language}") or "")


def _glossary(language: str) -> Iterator[Text]:
    for term in terms(language):
        yield from (Text(f"glossary: {term.key}", said) for said in (term.term, term.meaning))
