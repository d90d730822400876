"""Uzhydromet's page of one automatic post: the newest hour of it, with its date and hour (monitoring.meteo.uz)."""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pandas as pd

from data.parameters import UnitError, spell_unit
from sources.base import BadPayload, understood
from sources.page import Page, spaced

# What stands before a value, without case, in the page's Russian and Uzbek; a formula in brackets counts before it.
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "pm 2.5": "pm25", "pm2.5": "pm25", "pm 10": "pm10", "pm10": "pm10",
        "оксид углерода": "co", "диоксид серы": "so2", "оксид азота": "no", "диоксид азота": "no2", "озон": "o3",
        "аммиак": "nh3", "сероводород": "h2s", "метан": "ch4", "фенол": "phenol", "формальдегид": "formaldehyde",
        "фтористый водород": "hf", "бензол": "benzene",
        "uglerod oksidi": "co", "oltingugurt dioksidi": "so2", "azot oksidi": "no", "azot dioksidi": "no2",
        "ozon": "o3", "ammiak": "nh3", "vodorod sulfidi": "h2s", "metan": "ch4", "fenol": "phenol",
        "formaldegid": "formaldehyde", "benzol": "benzene",
        "co": "co", "so2": "so2", "no": "no", "no2": "no2", "o3": "o3", "nh3": "nh3", "h2s": "h2s", "ch4": "ch4",
    }
)  # fmt: skip
UNIT = "µg/m³"  # of the pages, where none stands beside the value; /api/maps gives mg/m³
ZONE = ZoneInfo("Asia/Tashkent")
MISSING = -999.0  # −9999 stands for none
HOUR = pd.Timedelta(hours=1)
STAMP = re.compile(r"(?<!\d)(\d{2}\.\d{2}\.\d{4}),? ?(\d{2}:\d{2})(?!\d)")
UPDATED = ("обновлено", "yangilan", "янгилан", "updated")  # words before the stamp
VALUE = re.compile(r"([-−+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?) ?(.*)")
BRACKETS = re.compile(r"\(([^()]*)\)")
LOOKALIKES = str.maketrans("aceopxy", "асеорху")  # its pages write some Russian words with Latin letters in them,
FORMULA = str.maketrans("асеорхунмкт,", "aceopxyhmkt.")  # and formulas with Russian letters: РМ2,5, СН4
COLUMNS = ("parameter", "raw_value", "raw_unit")


@understood("uzhydromet")
def parse(content: bytes, station: str, city: str = "") -> pd.DataFrame:
    """
    The values of a post's page.

    Parameters
    ----------
    content : bytes
        The page ``/{ru|uz}/map/view/{id}``.
    station : str
        Id of the post, which the page does not repeat.
    city : str
        Written into every row.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, hours. A unit that stands beside a value is its unit; else it is µg/m³. A dash or
        nothing makes no row; −9999 is rejected at the door as no value, and everything is where the page has no stamp.

    Raises
    ------
    BadPayload
        When the page has neither values nor a stamp: it is no page of a post.

    Notes
    -----
    "Обновлено: 10.01.2026 15:00" is read as the END of the hour that the values are of, as agencies stamp their hours;
    the page does not say which end it is. A stamp within an hour belongs to the hour that was full by then.
    """
    if not isinstance(content, bytes):
        raise TypeError("a page comes as bytes")
    page = Page(content)
    said = [(parameter_of(item[0]), *_value(item)) for item in page.items if len(item) > 1]
    rows = pd.DataFrame([row for row in said if row[0] and row[1] is not None], columns=list(COLUMNS))
    stamp = _stamp(page.lines)
    if not stamp and not any(parameter for parameter, *_ in said):
        raise BadPayload("sources.answer.incomplete", network="uzhydromet", parts=["PM", "dd.mm.yyyy HH:MM"])
    rows = rows.astype({"raw_value": "float64"}).drop_duplicates("parameter")
    rows["raw_value"] = rows["raw_value"].where(rows["raw_value"] > MISSING)
    start = _start(stamp)
    rows["start"] = pd.Series(start, index=rows.index, dtype="datetime64[us, UTC]")
    return rows.assign(source="uzhydromet", station=station, city=city, kind="reference", minutes=60)


def _start(stamp: str) -> pd.Timestamp:
    """Start of the hour that was full at a stamp; NaT when there is no such time."""
    local = pd.to_datetime(stamp, format="%d.%m.%Y %H:%M", errors="coerce")
    if pd.isna(local) or not 1970 <= local.year < 2200:
        return pd.NaT
    return local.tz_localize(ZONE).tz_convert("UTC").floor("h") - HOUR


def _stamp(lines: list[str]) -> str:
    """The stamp behind the word for "updated"; without that word the only one of the page. Empty when there is none."""
    found = [(line.casefold(), STAMP.search(line)) for line in lines]
    stamps = [(line, f"{stamp[1]} {stamp[2]}") for line, stamp in found if stamp]
    named = [stamp for line, stamp in stamps if any(word in line for word in UPDATED)]
    known = named[:1] or sorted({stamp for _, stamp in stamps})
    return known[0] if len(known) == 1 else ""


def parameter_of(label: str) -> str:
    """
    Our key of a label on Uzhydromet's pages; empty when it is none of ours.

    Examples
    --------
    >>> parameter_of("Диоксид азота (NO₂):"), parameter_of("Cероводород"), parameter_of("РМ2,5 (мкг/м3)")
    ('no2', 'h2s', 'pm25')
    >>> parameter_of("Si:")
    ''
    """
    plain = unicodedata.normalize("NFKC", label).casefold()
    words = spaced(BRACKETS.sub(" ", plain)).rstrip(": ")
    tried = [spelled for said in (*BRACKETS.findall(plain), words, words.split(",")[0]) for spelled in _spellings(said)]
    return next((LABELS[word] for word in tried if word in LABELS), "")


def _spellings(said: str) -> tuple[str, str]:
    """What is said, in one alphabet: a formula in Latin letters, a word with a Russian letter in Russian ones."""
    said = said.strip()
    return said.translate(FORMULA), said.translate(LOOKALIKES) if re.search("[а-я]", said) else said


def _value(item: list[str]) -> tuple[float | None, str]:
    """Value and unit of an item; None where it says that there is no value."""
    found = VALUE.match(" ".join(item[1:]))
    if not found:
        return None, ""
    return float(found[1].replace(",", ".").replace("−", "-")), found[2].strip(" .()") or _unit_of(item[0])


def _unit_of(label: str) -> str:
    """The unit that a label names after a comma or in brackets; that of the pages when it names none."""
    tried = [*BRACKETS.findall(label), *label.rstrip(": ").split(",")[1:]]
    return next((word.strip() for word in tried if _is_unit(word)), UNIT)


def _is_unit(word: str) -> bool:
    try:
        return bool(word.strip()) and bool(spell_unit(word))
    except UnitError:
        return False
