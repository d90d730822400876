"""A handed-over table whose every cell is known: what is written, and what each value truly is."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

BEGIN = datetime(2024, 6, 3)  # local; no change of clocks near it
POSTS = ("5", "7")
HOURS = 6
PARAMETERS = ("pm25", "pm10", "no2", "so2")
NAMES = {"pm25": "PM2.5", "pm10": "PM10", "no2": "NO2", "so2": "SO2"}
ZONES = {"kazhydromet-table": "Asia/Almaty", "uzhydromet-table": "Asia/Tashkent"}
CITIES = {"kazhydromet-table": "astana", "uzhydromet-table": "tashkent"}
MINUTES = {"kazhydromet-table": 20, "uzhydromet-table": 60}
HEADS = {
    "kazhydromet-table": ("Дата", "Срок", "Номер поста", "Примесь", "Концентрация", "Ед. изм."),
    "uzhydromet-table": ("Sana", "Soat", "Post raqami", "Modda", "Konsentratsiya", "Oʻlchov birligi"),
}
Truth = tuple[str, str, datetime]  # post, parameter, start in UTC without its zone


@dataclass
class Sheet:
    """
    One table on its way to a file.

    Attributes
    ----------
    profile : str
        Format of the import.
    wide : bool
        One column per parameter, or one line per value.
    head : list of str
        Header, by position.
    rows : list of list of str
        Cells below it, by position; an empty text is an empty cell.
    above : list of list of str
        Lines before the header.
    under : list of list of str
        Lines between the header and the values: units.
    columns : list of str
        What each column truly is: ``date``, ``clock``, ``post``, ``parameter``, ``value``, ``unit``, a parameter, or
        "" for a column that says nothing of the air.
    truth : dict of int to Truth
        Value in tenths of µg/m³ → what it truly is. Every value stands once in the table.
    more : list of Sheet
        Further sheets of the workbook.
    cover : list of list of str
        A sheet before it that holds no table.
    done : list of str
        Names of what was done to it.
    """

    profile: str
    wide: bool
    head: list[str]
    rows: list[list[str]]
    columns: list[str]
    truth: dict[int, Truth]
    above: list[list[str]] = field(default_factory=list)
    under: list[list[str]] = field(default_factory=list)
    more: list["Sheet"] = field(default_factory=list)
    cover: list[list[str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)


def drawn(random: Random) -> Sheet:
    """A sound table of a random shape, in µg/m³ or mg/m³ as its header or its column says."""
    profile = random.choice(sorted(HEADS))
    wide = random.random() < 0.7
    unit = random.choice(("µg/m³", "mg/m³"))
    truth, cells = _values(random, profile)
    date, clock, post, parameter, value, unit_head = HEADS[profile]
    if wide:
        head = [date, clock, post, *(f"{NAMES[p]}, {unit}" for p in PARAMETERS)]
        rows = [
            [*_when(hour), name, *(written(cells[name, p, hour], unit) for p in PARAMETERS)]
            for name in POSTS
            for hour in range(1, HOURS + 1)
        ]
        return Sheet(profile, True, head, rows, ["date", "clock", "post", *PARAMETERS], truth)
    head = [date, clock, post, parameter, value, unit_head]
    rows = [[*_when(hour), name, NAMES[p], written(v, unit), unit] for (name, p, hour), v in cells.items()]
    return Sheet(profile, False, head, rows, ["date", "clock", "post", "parameter", "value", "unit"], truth)


def _values(random: Random, profile: str) -> tuple[dict[int, Truth], dict[tuple[str, str, int], int]]:
    """Values in tenths of µg/m³, none of them a power of ten apart from another, and what they are."""
    keys = [(post, p, hour) for post in POSTS for p in PARAMETERS for hour in range(1, HOURS + 1)]
    # 1000 … 1999 are 100.0 to 199.9 µg/m³: a thousandfold, a tenth or a code of quality falls outside of them
    numbers = random.sample([n for n in range(1001, 2000) if n % 10], len(keys))
    zone, length = ZoneInfo(ZONES[profile]), timedelta(minutes=MINUTES[profile])
    truth: dict[int, Truth] = {}
    for (post, parameter, hour), number in zip(keys, numbers, strict=True):
        end = (BEGIN + timedelta(hours=hour)).replace(tzinfo=zone)
        truth[number] = (post, parameter, (end - length).astimezone(ZoneInfo("UTC")).replace(tzinfo=None))
    return truth, dict(zip(keys, numbers, strict=True))


def _when(hour: int) -> tuple[str, str]:
    return f"{BEGIN:%d.%m.%Y}", f"{hour:02d}:00"


def written(tenths: int, unit: str) -> str:
    """A value as a cell of the table has it."""
    return f"{tenths / 10:.1f}" if unit == "µg/m³" else f"{tenths / 10_000:.4f}"
