"""What happens to tables between an agency's program and us: one function for each way, by name in `WAYS`."""

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType

from tests.hostile.corruption.sheet import PARAMETERS, Sheet

SPELLINGS = {
    "µg/m³": ("мкг/м3", "мкг/куб.м", "ug/m3", "μg/m^3", "µg m⁻³", "mkg/m³", "мкг/м³"),
    "mg/m³": ("мг/м3", "мг/куб. м", "mg/m3", "mg/m^3", "мг/м³"),
}
STRANGE = ("XYZ/м3", "усл. ед.", "кг", "балл")
JUNK = ("abc", "н/д", "?", "1,2,3", "12-13", "#ЗНАЧ!", "--", "1.2.3", "0x41")
CODES = ("Код", "QC", "Примечание", "Ошибка прибора")
TITLES = ("Результаты наблюдений", "Kuzatuv natijalari", "за июнь 2024 года", "Утверждаю: начальник отдела", "2024")
SPACES = (" ", "\u00a0", "\u202f", "\u2009")
APOSTROPHES = ("'", "\u2018", "\u2019", "\u02bb", "\u02bc")
Way = Callable[[Sheet, Random], None]


def _unit(sheet: Sheet) -> str:
    """The unit in our own spelling, or "" where it is written in another already."""
    return next((u for u in SPELLINGS if u in f"{sheet.head} {sheet.under} {sheet.rows}"), "")


def _values(sheet: Sheet) -> list[int]:
    return [i for i, c in enumerate(sheet.columns) if c in (*PARAMETERS, "value")]


def _insert(sheet: Sheet, at: int, head: str, cell: Callable[[], str]) -> None:
    """A column that says nothing of the air, which every line of the file then has."""
    sheet.head.insert(at, head)
    sheet.columns.insert(at, "")
    for row in sheet.rows:
        row.insert(at, cell())
    for line in sheet.under:
        line.insert(at, "")


def nameless_header(sheet: Sheet, random: Random) -> None:
    """One header cell is empty: merged, or forgotten."""
    sheet.head[random.randrange(len(sheet.head))] = random.choice(("", " "))


def nameless_column(sheet: Sheet, random: Random) -> None:
    """A column of numbers under no header, as an index or the code beside a merged heading."""
    _insert(sheet, random.randrange(len(sheet.head) + 1), "", lambda: str(random.randrange(1, 9)))


def unknown_column(sheet: Sheet, random: Random) -> None:
    """A column of figures that no mapping knows."""
    _insert(sheet, random.randrange(len(sheet.head) + 1), random.choice(CODES), lambda: str(random.randrange(60, 90)))


def other_order(sheet: Sheet, random: Random) -> None:
    """The same columns in another order."""
    order = list(range(len(sheet.head)))
    random.shuffle(order)
    sheet.head[:] = [sheet.head[i] for i in order]
    sheet.columns[:] = [sheet.columns[i] for i in order]
    for line in (*sheet.rows, *sheet.under):
        line[:] = [line[i] for i in order]


def title_lines(sheet: Sheet, random: Random) -> None:
    """Lines above the header."""
    for _ in range(random.randrange(1, 4)):
        line = [""] * len(sheet.head)
        line[random.randrange(len(line)) if random.random() < 0.3 else 0] = random.choice(TITLES)
        sheet.above.append(line)


def units_under_header(sheet: Sheet, random: Random) -> None:
    """Units in a line of their own."""
    if not sheet.wide:
        return
    line = [""] * len(sheet.head)
    for i in _values(sheet):
        name, _, unit = sheet.head[i].partition(", ")
        if unit:
            sheet.head[i], line[i] = name, unit
    sheet.under.append(line)


def other_spelling(sheet: Sheet, random: Random) -> None:
    """The unit as another office writes it."""
    old = _unit(sheet)
    new = random.choice(SPELLINGS[old]) if old else ""
    for line in (sheet.head, *sheet.under, *sheet.rows):
        line[:] = [cell.replace(old, new) for cell in line]


def unit_without_comma(sheet: Sheet, random: Random) -> None:
    """The unit in brackets, or after a space."""
    form = random.choice((" ({})", " [{}]", " {}", " ({})"))
    for i in _values(sheet):
        name, sign, unit = sheet.head[i].partition(", ")
        if sign:
            sheet.head[i] = name + form.format(unit)


def strange_unit(sheet: Sheet, random: Random) -> None:
    """A unit that nobody knows: what stands under it must not be read."""
    if not sheet.wide:
        old, new = _unit(sheet), random.choice(STRANGE)
        if not old:
            return
        for row in sheet.rows:
            row[:] = [new if cell == old else cell for cell in row]
        sheet.truth.clear()
        return
    i = random.choice(_values(sheet))
    name, sign, _ = sheet.head[i].partition(", ")
    if sign and sheet.head.count(sheet.head[i]) == 1:  # of two alike, the other would then truly say what it is
        sheet.head[i] = f"{name}, {random.choice(STRANGE)}"
        lost = sheet.columns[i]
        for value in [v for v, (_, parameter, _) in sheet.truth.items() if parameter == lost]:
            del sheet.truth[value]


def decimal_comma(sheet: Sheet, random: Random) -> None:
    """Numbers as Russian Excel writes them."""
    for row in sheet.rows:
        for i in _values(sheet):
            row[i] = row[i].replace(".", ",")


def spaces_in_numbers(sheet: Sheet, random: Random) -> None:
    """A space of some kind before, after, or where thousands would end."""
    space = random.choice(SPACES)
    for row in sheet.rows:
        for i in _values(sheet):
            row[i] = random.choice((f"{space}{row[i]}", f"{row[i]}{space}", row[i]))


def clock(sheet: Sheet, random: Random) -> None:
    """The hour as another program writes it."""
    form = random.choice(("{}", "{:02d}:00:00", "{:02d}.00", "{} AM", "{:02d}-00", "{}:00"))
    i = sheet.columns.index("clock")
    for row in sheet.rows:
        if ":" in row[i] and row[i][:2].isdigit():
            row[i] = form.format(int(row[i][:2]))


def excel_clock(sheet: Sheet, random: Random) -> None:
    """The hour as the share of a day."""
    i = sheet.columns.index("clock")
    for row in sheet.rows:
        if ":" in row[i] and row[i][:2].isdigit():
            row[i] = repr(int(row[i][:2]) / 24)


def day_first_slash(sheet: Sheet, random: Random) -> None:
    """The date with strokes."""
    i = sheet.columns.index("date")
    for row in sheet.rows:
        row[i] = row[i].replace(".", "/")


def doubled_header(sheet: Sheet, random: Random) -> None:
    """Two columns of one name."""
    i, j = random.sample(range(len(sheet.head)), 2)
    sheet.head[i] = sheet.head[j]


def junk(sheet: Sheet, random: Random) -> None:
    """Words and signs where numbers stood."""
    for row in sheet.rows:
        if random.random() < 0.3:
            row[random.choice(_values(sheet))] = random.choice(JUNK)


def empty_cells(sheet: Sheet, random: Random) -> None:
    """Cells of any column emptied."""
    for row in sheet.rows:
        if random.random() < 0.3:
            row[random.randrange(len(row))] = ""


def short_lines(sheet: Sheet, random: Random) -> None:
    """Lines with fields too few or too many."""
    for row in sheet.rows:
        if random.random() < 0.2:
            if random.random() < 0.5:
                del row[random.randrange(1, len(row)) :]
            else:
                row.append(str(random.randrange(60, 90)))


def header_again(sheet: Sheet, random: Random) -> None:
    """The header repeated among the values, as a page break does."""
    sheet.rows.insert(random.randrange(len(sheet.rows)), list(sheet.head))


def footer(sheet: Sheet, random: Random) -> None:
    """A line of means below the values."""
    line = [""] * len(sheet.head)
    line[0] = random.choice(("Среднее", "Итого", "Oʻrtacha", "Max"))
    for i in _values(sheet):
        line[i] = f"{random.randrange(200, 300)}.5"
    sheet.rows.append(line)


def blank_lines(sheet: Sheet, random: Random) -> None:
    """Lines of nothing."""
    for _ in range(random.randrange(1, 3)):
        sheet.rows.insert(random.randrange(len(sheet.rows)), [""] * len(sheet.head))


def broken_header_text(sheet: Sheet, random: Random) -> None:
    """A line break or doubled spaces within a header cell."""
    i = random.randrange(len(sheet.head))
    sheet.head[i] = sheet.head[i].replace(" ", random.choice(("\n", "  ", "\u00a0", "\r\n")))


def apostrophe(sheet: Sheet, random: Random) -> None:
    """Another sign for the Uzbek letter."""
    sign = random.choice(APOSTROPHES)
    sheet.head[:] = [cell.replace("\u02bb", sign) for cell in sheet.head]


def post_spelling(sheet: Sheet, random: Random) -> None:
    """The post's number as a person writes it."""
    i = sheet.columns.index("post")
    form = random.choice(("№{}", "№ {}", "0{}", "{}.0", " {} "))
    for row in sheet.rows:
        if len(row) > i and row[i].isdigit():
            row[i] = form.format(row[i])


def cover_sheet(sheet: Sheet, random: Random) -> None:
    """A sheet before it that holds no table."""
    sheet.cover = [[random.choice(TITLES)], ["", "5"], [random.choice(TITLES)]]


def second_sheet(sheet: Sheet, random: Random) -> None:
    """The later half on a sheet of its own, whose columns stand in another order."""
    half = len(sheet.rows) // 2
    rest = Sheet(sheet.profile, sheet.wide, list(sheet.head), sheet.rows[half:], list(sheet.columns), sheet.truth)
    rest.under = [list(line) for line in sheet.under]
    del sheet.rows[half:]
    other_order(rest, random)
    sheet.more.append(rest)


WAYS: Mapping[str, Way] = MappingProxyType(
    {
        way.__name__: way
        for way in (
            nameless_header, nameless_column, unknown_column, other_order, title_lines, units_under_header,
            other_spelling, unit_without_comma, strange_unit, decimal_comma, spaces_in_numbers, clock, excel_clock,
            day_first_slash, doubled_header, junk, empty_cells, short_lines, header_again, footer, blank_lines,
            broken_header_text, apostrophe, post_spelling, cover_sheet, second_sheet,
        )
    }
)  # fmt: skip


# These change which lines there are, and come after all that looks at a whole line.
LAST = ("header_again", "footer", "blank_lines", "second_sheet", "short_lines")
# After any one of these alone every value is still there to be read.
HARMLESS = tuple(
    sorted(
        set(WAYS) - {"nameless_header", "strange_unit", "doubled_header", "junk", "empty_cells", "short_lines", "clock"}
    )
)


def spoilt(sheet: Sheet, random: Random, most: int = 3) -> Sheet:
    """The table after one to `most` of the ways, in a random order but for `LAST`."""
    names = random.sample(sorted(WAYS), random.randrange(1, most + 1))
    for name in sorted(names, key=lambda n: n in LAST and 1 + LAST.index(n)):
        WAYS[name](sheet, random)
        sheet.done.append(name)
    return sheet
