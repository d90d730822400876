"""Uzhydromet's daily bulletin: 24-hour means of the automatic posts, methane among them (monitoring.meteo.uz)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pandas as pd

from data import checks
from data.checks import make
from data.city import City
from sources.base import BadPayload, Credit, Denied, Quota, understood
from sources.network import Network, shape, within
from sources.page import Page, spaced
from sources.uzhydromet_page import BRACKETS, parameter_of

# Columns of its table, by the words of their heading (`sources.uzhydromet_page.LABELS`).
PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "Оксид углерода": "co",
        "Диоксид азота": "no2",
        "Оксид азота": "no",
        "Диоксид серы": "so2",
        "Аммиак": "nh3",
        "Озон": "o3",
        "РМ10": "pm10",
        "РМ2,5": "pm25",
        "Метан": "ch4",
    }
)
PAGE = "ru/menu/ekologicheskij-bjulleten"  # seen in one stored copy of February 2026, and nowhere promised
ZONE = ZoneInfo("Asia/Tashkent")
DAY = pd.Timedelta(days=1)
OPENS = pd.Timedelta(hours=9)  # "с 9:00 … до 9:00", as the press quotes it since autumn 2025 (news.net.uz)
# Its methane of 0.013 stands under the heading mg/m³ without a unit of its own, and all air on Earth holds a hundred
# times as much: 1.9 ppm, 1.3 mg/m³ (NOAA, globally averaged marine surface means).
UNSTATED = make("network", "unit_unstated")
DOUBTFUL = ("ch4",)
MONTHS = ("января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
          "декабря")  # fmt: skip
TITLE = re.compile(r"(?<!\d)(\d{1,2}) ([а-я]{3,8}) (\d{4}) ?г")
PLACE = re.compile(r"\d{1,2}(\.\d{1,2})?\.?")  # 1 a city, 1.3 a post in it
VALUE = re.compile(r"([-−]?\d+(?:[.,]\d+)?)(?: \d+(?:[.,]\d+)? раза?)?")  # "133,3 2,2 раза": the multiple is no value
NONE = ("", "-", "–", "—", "в норме", "н/д")
COLUMNS = ("name", "parameter", "raw_value", "raw_unit")


@understood("uzhydromet_bulletin")
def parse(content: bytes, city: str = "", place: str = "") -> pd.DataFrame:
    """
    The rows of a bulletin.

    Parameters
    ----------
    content : bytes
        The page, or its text with ``|`` between the cells.
    city : str
        Written into every row.
    place : str
        As the bulletin names the city; empty = all of them.

    Returns
    -------
    DataFrame
        For `data.schema.conform`, in the units that are printed. A dash, or "within the norm" without a figure, makes
        no row; another text is rejected at the door as no value, and so is a row with other cells than the heading.

    Raises
    ------
    BadPayload
        When it has no table, no pollutants above it, or no date.

    Notes
    -----
    The bulletin states one date and no hours. It is read as the day of issue, and its values as means of the 24 hours
    that end at 9:00 of that day in Tashkent.
    """
    if not isinstance(content, bytes):
        raise TypeError("a bulletin comes as bytes")
    page = Page(content)
    rows = page.rows or _cells(page.lines)
    columns = _columns(rows)
    found = [(name, *cell) for name, values in _posts(rows, place) for cell in _values(values, columns)]
    table = pd.DataFrame(found, columns=list(COLUMNS)).astype({"raw_value": "float64"})
    table["station"] = "uzhydromet_bulletin:" + table.pop("name").map(_slug).astype("str")
    doubted = table["parameter"].isin(DOUBTFUL)
    table["checks"] = checks.single(UNSTATED, doubted, table.index)
    table["flag"] = pd.Series("ok", index=table.index).mask(doubted, "suspect")
    told = {"source": "uzhydromet_bulletin", "city": city, "kind": "reference", "minutes": 1440, "statistic": "mean"}
    return table.assign(start=_start(page.lines), **told)


def _start(lines: Sequence[str]) -> pd.Timestamp:
    """Start of the 24 hours of a bulletin, from the first date in words on the page."""
    for day, month, year in TITLE.findall(" ".join(lines).casefold()):
        number = MONTHS.index(month) + 1 if month in MONTHS else 0
        issued = pd.to_datetime(f"{year}-{number:02}-{int(day):02}", format="%Y-%m-%d", errors="coerce")
        if not pd.isna(issued) and 1970 <= issued.year < 2200:
            return (issued + OPENS).tz_localize(ZONE).tz_convert("UTC") - DAY
    raise BadPayload("sources.answer.lacks", network="uzhydromet_bulletin", part="date", found=f"[{len(lines)}]")


def _cells(lines: Sequence[str]) -> list[list[str]]:
    """Rows of the table in a text: cells that follow one another; an empty one ends the row, a line's end does not."""
    rows: list[list[str]] = [[]]
    for cell in (spaced(c) for c in " ".join(lines).split("|")):
        if cell:
            rows[-1].append(cell)
        elif rows[-1]:
            rows.append([])
    return rows


def _columns(rows: Sequence[Sequence[str]]) -> list[tuple[str, str]]:
    """Parameter and unit of each column of values; a column that is not ours keeps its place."""
    counts = [sum(bool(parameter_of(cell)) for cell in row) for row in rows]
    if max(counts, default=0) < 2:
        raise BadPayload("sources.answer.lacks", network="uzhydromet_bulletin", part="table", found=shape(list(rows)))
    at = counts.index(max(counts))
    above = [_unit(cell) for row in rows[:at] for cell in row]
    common = next((unit for unit in reversed(above) if unit), "not stated")
    heads = [cell for cell in rows[at] if cell != "№" and not cell.casefold().startswith(("город", "пост"))]
    return [(parameter_of(cell), _unit(cell) or common) for cell in heads]


def _unit(heading: str) -> str:
    """The unit that a heading names in brackets; empty when it names none."""
    return next((inside.strip() for inside in BRACKETS.findall(heading) if "/" in inside), "")


def _posts(rows: Iterable[Sequence[str]], place: str = "") -> Iterator[tuple[str, Sequence[str]]]:
    """Name and cells of each post: a number with a point is a post of the city above it, another is a city itself."""
    section = ""
    for row in rows:
        if len(row) < 2 or not PLACE.fullmatch(row[0]):
            continue
        inner = "." in row[0].rstrip(".")
        section = section if inner else row[1]
        if any(row[2:]) and (not place or section.casefold() == place.casefold()):
            yield f"{section} {row[1]}" if inner else section, row[2:]


def _values(cells: Sequence[str], columns: Sequence[tuple[str, str]]) -> Iterator[tuple[str, float, str]]:
    """Parameter, value and unit of a post's cells; nothing is read where there are more or fewer than columns."""
    whole = len(cells) == len(columns)
    for cell, (parameter, unit) in zip(cells if whole else ["?"] * len(columns), columns, strict=True):
        if parameter and cell.casefold() not in NONE:
            found = VALUE.fullmatch(cell)
            value = float(found[1].replace(",", ".").replace("−", "-")) if found else float("nan")
            yield parameter, value, unit


def _slug(name: str) -> str:
    return "-".join(re.findall(r"\w+", name.casefold()))


@understood("uzhydromet_bulletin")
def parse_stations(
    content: bytes, city: str = "", place: str = "", same_as: Mapping[str, str] = MappingProxyType({})
) -> pd.DataFrame:
    """
    Posts of a bulletin.

    Parameters
    ----------
    content, city, place
        As for `parse`.
    same_as : mapping
        Station id of the same post in another network, by the id here; the bulletin gives no numbers.

    Returns
    -------
    DataFrame
        For `data.schema.conform_stations`, without positions: the bulletin gives none.
    """
    page = Page(content)
    names = dict.fromkeys(name for name, _ in _posts(page.rows or _cells(page.lines), place))
    found = pd.DataFrame({"name": list(names), "station": [f"uzhydromet_bulletin:{_slug(name)}" for name in names]})
    return found.assign(
        source="uzhydromet_bulletin", city=city, kind="reference", owner="Uzhydromet", licence="",
        name_ru=found["name"], same_as=found["station"].map(lambda s: same_as.get(s, "")),
    )  # fmt: skip


class UzhydrometBulletin(Network):
    """The newest bulletin; ``page`` and ``same_as`` in the city file say where it is and which posts are known."""

    name = "uzhydromet_bulletin"
    host = "https://monitoring.meteo.uz"
    credit = Credit("Uzhydromet, daily bulletin", "https://monitoring.meteo.uz", "none stated", False)
    every = timedelta(hours=6)
    revises = timedelta(days=3)
    quota = Quota(10, timedelta(hours=1))

    def stations(self, city: City) -> pd.DataFrame:
        """Posts of the city in the newest bulletin."""
        same_as = city.networks.get(self.name, {}).get("same_as", {})
        return parse_stations(self._answer(city), city.key, city.names["ru"], same_as)

    def fetch(self, city: City, since: datetime, until: datetime) -> pd.DataFrame:
        """Means of the newest bulletin, where their 24 hours begin in [since, until)."""
        return within(parse(self._answer(city, anew=True), city.key, city.names["ru"]), since, until)

    def _answer(self, city: City, anew: bool = False) -> bytes:
        path: str = city.networks.get(self.name, {}).get("page", PAGE)
        content: bytes | None = self.held(path, lambda: self.client.get_bytes(path, absent=(404,)), anew)
        if content is None:
            raise Denied("sources.uzhydromet_bulletin.moved", network=self.name, parameter="page", page=path)
        return content
