"""Rows of a table that a mapping describes, one value a cell or one a line."""

import pandas as pd

from data.units import spelling
from sources.files import numbers, stamps
from sources.files.headers import split
from sources.files.identity import posts
from sources.files.mapped import TIMES, Mapped, Plan
from sources.files.profile import ImportFileError, Options, number
from sources.files.use import FEW

DAY = 1440  # [min]
NO_HOUR = "day without its hour"
CONCENTRATIONS = frozenset({"µg/m³", "mg/m³", "ng/m³", "g/m³", "kg/m³", "ppm", "ppb"})
UNIT_UNREAD = "unit not understood"
MOST_MINUTES = 1e6  # as in a mapping's own `minutes`; beyond it no start can be told


def parse(mapped: Mapped, table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """
    Rows of a table, long or wide, for `data.schema.conform`.

    Notes
    -----
    The unit of a value is the first that is stated of: the column of units, the header or the word of the parameter,
    the mapping's for that word, the mapping's for all. Where the file states one that is not understood, or two that
    differ, or has a column of units that is empty here, none is put in its place: the row is rejected.
    """
    plan = mapped.plan(table.columns)
    _no_units_aside(plan, table, options)
    texts = _labels(mapped, plan, table)
    moment, why = _moments(mapped, plan, texts, options)
    minutes, unread = _minutes(mapped, plan, texts)
    usable = minutes.where((minutes >= 0) & (minutes <= MOST_MINUTES), 0.0)
    before = pd.to_timedelta(usable, unit="min") if mapped.stamps == "end" else pd.Timedelta(0)
    fixed = pd.DataFrame({"start": moment - before, "minutes": minutes}, index=table.index)
    fixed["reject"] = why.where(why != "", unread)
    fixed["station"] = _ids(mapped, plan, texts)
    rows = _long(mapped, plan, texts, table, fixed) if plan.long else _wide(mapped, plan, texts, table, fixed)
    return rows.assign(source=mapped.source, city=options.city.key, kind=mapped.kind)


def _no_units_aside(plan: Plan, table: pd.DataFrame, options: Options) -> None:
    """
    Refuse a table with units in a column that the mapping does not know: no default may stand in for them.

    Of a table with one value a line a column without a heading that holds words may be that of the units.
    """
    if "unit" in plan.found:
        return
    for column, told in options.beside.items():
        if all(map(_is_unit, told)) or (plan.long and number(pd.Series(told, dtype="str")).isna().any()):
            raise _units_in(column, told, options)
    for column in plan.left_out:
        found = table[column].dropna().astype("str").unique()
        if 0 < len(found) <= FEW and all(map(_is_unit, found)):
            raise _units_in(column, tuple(found), options)


def _units_in(column: str, told: tuple[str, ...], options: Options) -> ImportFileError:
    name = " ".join(column.split())
    return ImportFileError(
        "files.mapping.unit_column", parameter=name, file=options.name, column=name, units=sorted(told)
    )


def _is_unit(text: str) -> bool:
    return spelling(text) in CONCENTRATIONS  # "С" in a column of winds is north, and no degree


def stations(mapped: Mapped, table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of a table, with the name and the place it gives: the last that each column states."""
    plan = mapped.plan(table.columns)
    texts = _labels(mapped, plan, table)
    rows = pd.DataFrame({"station": _ids(mapped, plan, texts)})
    rows["name"] = texts[plan.found["name"]] if "name" in plan.found else pd.NA
    for word in ("lat", "lon"):
        rows[word] = number(table[plan.found[word]]) if word in plan.found else float("nan")
    placed = rows["lat"].between(-90, 90) & rows["lon"].between(-180, 180)
    rows[["lat", "lon"]] = rows[["lat", "lon"]].where(placed)
    rows = rows.dropna(subset=["station"]).groupby("station", sort=False).last().reset_index()
    rows["name"] = rows["name"].astype("str").fillna(rows["station"].str.partition(":")[2])
    quality = rows["lat"].notna().map({True: "exact", False: ""})
    return rows.assign(
        source=mapped.source, city=options.city.key, kind=mapped.kind, owner=mapped.owner, coord_quality=quality
    )


def _labels(mapped: Mapped, plan: Plan, table: pd.DataFrame) -> pd.DataFrame:
    """Columns of labels without the mapping's words for nothing."""
    said = table[[h for word, h in plan.found.items() if word != "value"]]
    return said.apply(
        lambda c: c.mask(
            c.isin([w for w in c.dropna().unique() if " ".join(str(w).split()).casefold() in mapped.missing])
        )
    )


def _moments(mapped: Mapped, plan: Plan, texts: pd.DataFrame, options: Options) -> tuple[pd.Series, pd.Series]:
    zone = plan.zone or mapped.clock(options.city.zone)
    time, date, clock = (texts[plan.found[word]] if word in plan.found else None for word in TIMES)
    if date is not None and clock is not None:
        return stamps.read(date, zone, mapped.times, clock)
    given = time if time is not None else date
    assert given is not None  # `MappedProfile.recognise` has refused a table without
    moments, why = stamps.read(given, zone, mapped.times)
    if mapped.minutes < DAY and "minutes" not in plan.found and not stamps.names_an_hour(given):
        return moments.mask(moments.notna()), why.mask(why == "", NO_HOUR)
    return moments, why


def _minutes(mapped: Mapped, plan: Plan, texts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Length of the interval and why it is not understood. [min]"""
    if "minutes" not in plan.found:
        return pd.Series(mapped.minutes, index=texts.index), pd.Series("", index=texts.index, dtype="str")
    found = numbers.read(texts[plan.found["minutes"]], mapped.missing)
    return found.value * plan.minutes, found.reject.mask(found.bound, numbers.UNREADABLE)


def _ids(mapped: Mapped, plan: Plan, texts: pd.DataFrame) -> pd.Series:
    if "station" not in plan.found:
        return pd.Series(f"{mapped.source}:{mapped.station}", index=texts.index)
    return f"{mapped.source}:" + posts(texts[plan.found["station"]])


def _wide(mapped: Mapped, plan: Plan, texts: pd.DataFrame, table: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    beside = numbers.roles(table[column] for column in plan.wide)
    parts = []
    for column, (parameter, stated) in plan.wide.items():
        found = numbers.read(table[column], mapped.missing, beside)
        unit, unread = _units(plan, texts, stated, mapped.usual(column))
        unread |= _says_units(table[list(plan.wide)], found)
        parts.append(_cells(fixed, found, unread).assign(parameter=parameter, raw_unit=unit))
    return pd.concat(parts, ignore_index=True)


def _long(mapped: Mapped, plan: Plan, texts: pd.DataFrame, table: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    words = texts[plan.found["parameter"]].astype("str")
    known = {w: _word(mapped, str(w)) for w in words.dropna().unique()}
    found = numbers.read(table[plan.found["value"]], mapped.missing)
    stated = words.map({w: unit for w, (_, unit, _) in known.items()}).fillna("")
    usual = words.map({w: usual for w, (_, _, usual) in known.items()}).fillna(mapped.unit)
    unit, unread = _units(plan, texts, stated, usual)
    unread |= _says_units(table[[plan.found["value"]]], found)
    rows = _cells(fixed, found, unread)
    return rows.assign(parameter=words.map({w: p for w, (p, _, _) in known.items()}), raw_unit=unit)


def _says_units(values: pd.DataFrame, found: numbers.Numbers) -> bool:
    """
    Whether a line in which a column holds no number has units among its values.

    The column then has a unit of its own, known or not, and not the one of its header.
    """
    odd = values[found.reject == numbers.UNREADABLE]
    return any(_is_unit(str(cell)) for name in odd for cell in odd[name].dropna().unique())


def _word(mapped: Mapped, word: str) -> tuple[str, str, str]:
    """Parameter of a word, the unit that it states ("?" where that is not understood) and the usual one."""
    base, tail = split(word, mapped.parameters)
    if not base or tail.other:
        return " ".join(word.split()), "", mapped.unit
    return (
        mapped.parameters[base],
        "?" if tail.unread else tail.unit,
        mapped.values.get(base, ("", ""))[1] or mapped.unit,
    )


def _units(
    plan: Plan, texts: pd.DataFrame, stated: pd.Series | str, usual: pd.Series | str
) -> tuple[pd.Series, pd.Series]:
    """Unit of each row and where none can be told: not understood, two that differ, or a cell left empty."""
    index = texts.index
    sayings = [stated if isinstance(stated, pd.Series) else pd.Series(stated, index=index, dtype="str")]
    if plan.value_unit:
        sayings.append(pd.Series(plan.value_unit, index=index, dtype="str"))
    if "unit" in plan.found:
        cells = texts[plan.found["unit"]].astype("str")
        spelled = {t: spelling(str(t)) or "?" for t in cells.dropna().unique()}
        sayings.append(cells.map(spelled).fillna("").astype("str"))
    unit, unread = pd.Series("", index=index, dtype="str"), pd.Series(False, index=index)
    for said in sayings:
        unread |= (said == "?") | ((unit != "") & (said != "") & (said != unit))
        unit = unit.where(unit != "", said)
    if "unit" in plan.found:
        return unit, unread | (unit == "")
    return unit.where(unit != "", usual), unread


def _cells(fixed: pd.DataFrame, found: numbers.Numbers, unread: pd.Series) -> pd.DataFrame:
    """Rows of a column of numbers; the first thing that is wrong is the reason, an empty cell has none of its own."""
    empty = found.value.isna() & (found.reject == "")
    made = found.columns(fixed["reject"])
    return fixed.assign(**made).assign(
        reject=made["reject"].mask((made["reject"] == "") & unread & ~empty, UNIT_UNREAD)
    )
