"""Tables read by a mapping: what becomes of each column, and each line as rows, long or wide."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pandas as pd

from data.parameters import UnitError, conversion, spell_unit
from sources.files import identity
from sources.files.cells import written
from sources.files.clocks import moments, names_an_hour
from sources.files.headings import cuts, is_unit, plain
from sources.files.numbers import NO_VALUE, NOT_UNDERSTOOD, number, read
from sources.files.profile import ImportFileError, Options
from sources.files.use import NO_HEADING, UNIT_UNKNOWN, UNKNOWN, Use, is_nameless, shown

DAY = 1440  # [min]
NO_HOUR = "day without its hour"
NO_UNIT, UNIT_NOT_UNDERSTOOD = "no unit", "unit not understood"
MOST_MINUTES = 527_040  # a leap year


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """A mapping file as read: its columns by alias in plain spelling, its values by parameter and unit."""

    file: str
    name: str
    source: str
    kind: str
    unit: str
    zone: str
    stamps: str
    minutes: float
    missing: frozenset[str]
    station: str
    owner: str
    columns: Mapping[str, tuple[str, ...]]
    times: tuple[str, ...]
    values: Mapping[str, tuple[str, str]]
    parameters: Mapping[str, str]

    @property
    def numbers_for_none(self) -> tuple[float, ...]:
        """Numbers among the words for "no value", as -999, however many decimals a cell gives them."""
        return tuple(float(w) for w in self.missing if re.fullmatch(r"-?\d+(?:\.\d+)?", w))

    def found(self, header: Iterable[str]) -> dict[str, str]:
        """Our word for a column → the heading that stands for it, with its unit where it ends in one."""
        by_words: dict[str, str] = {}
        for heading in reversed(list(header)):
            for base, tail in cuts(heading):
                if not tail or is_unit(tail):
                    by_words[plain(base)] = heading
        return {
            word: next(by_words[a] for a in aliases if a in by_words)
            for word, aliases in self.columns.items()
            if any(a in by_words for a in aliases)
        }

    def valued(self, heading: str) -> tuple[str, str, str] | None:
        """Parameter of a heading, the unit it states (ours or the mapping's), and what it states but is no unit."""
        for base, tail in cuts(heading):
            if plain(base) in self.values:
                parameter, said = self.values[plain(base)]
                if not tail:
                    return parameter, said, ""
                return (parameter, spell_unit(tail), "") if is_unit(tail) else (parameter, "", tail)
        return None

    def wide(self, header: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Heading → parameter and unit ("" where none is stated), of columns that hold values."""
        each = {h: self.valued(h) for h in header}
        return {h: (v[0], v[1]) for h, v in each.items() if v and not v[2] and self._fits(v[0], v[1])}

    def use(self, header: Sequence[str]) -> Use:
        """What becomes of each column: a heading whose unit is not understood is left out, never read by a default."""
        found = self.found(header)
        long = {"parameter", "value"} <= set(found)
        values = (found["value"],) if long else tuple(h for h in self.wide(header) if h not in found.values())
        labels = tuple(h for h in header if h in found.values() and h not in values)
        left = {h: self._why(h) for h in header if h not in values and h not in labels}
        return Use(values=values, labels=labels, left_out=left)

    def _why(self, heading: str) -> str:
        if is_nameless(heading):
            return NO_HEADING
        told = self.valued(heading)
        return UNIT_UNKNOWN if told and (told[2] or not self._fits(told[0], told[1])) else UNKNOWN

    @staticmethod
    def _fits(parameter: str, unit: str) -> bool:
        try:
            return not unit or bool(conversion(parameter, unit))
        except UnitError:
            return False


def parse(mapped: Mapped, table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Rows of a table, long or wide."""
    found = mapped.found(table.columns)
    use = mapped.use(list(table.columns))
    if "unit" not in found:
        _no_units_aside(table, use, found, options)
    stamp, lost = _stamps(mapped, found, table, options)
    given = number(table[found["minutes"]]) if "minutes" in found else None
    minutes = pd.Series(mapped.minutes, index=table.index) if given is None else given
    before = pd.to_timedelta(minutes.where(minutes.between(0, MOST_MINUTES)), unit="min")
    start = stamp - before if mapped.stamps == "end" else stamp
    fixed = pd.DataFrame({"start": start, "minutes": minutes, "reject": lost}, index=table.index)
    fixed["station"] = _ids(mapped, found, table)
    rows = _long(mapped, found, table, fixed) if {"parameter", "value"} <= set(found) else _wide(mapped, table, fixed)
    return rows.assign(source=mapped.source, city=options.city.key, kind=mapped.kind)


def _no_units_aside(table: pd.DataFrame, use: Use, found: Mapping[str, str], options: Options) -> None:
    """Refuse a table with a column of units under a heading that no mapping knows: a default would stand for them."""
    long = "value" in found
    for heading in use.left_out:
        told = table[heading].dropna().astype("str").unique()
        nameless = long and is_nameless(heading) and number(pd.Series(told, dtype="str")).isna().any()
        if 0 < len(told) <= 20 and (nameless or all(is_unit(t) for t in told)):
            column = shown(heading)
            raise ImportFileError(
                "files.mapping.unit_column", parameter=column, file=options.name, column=column, units=sorted(told)
            )


def _wide(mapped: Mapped, table: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    found, use = mapped.found(table.columns), mapped.use(list(table.columns))
    column = _units(table[found["unit"]]) if "unit" in found else None
    parts = []
    for heading in use.values:
        parameter, unit = mapped.wide([heading])[heading]
        own = unit or (mapped.unit if column is None else "")
        told = column if column is not None and not unit else pd.Series(own, index=table.index)
        parts.append(_numbers(mapped, fixed, table[heading], told).assign(parameter=parameter))
    return pd.concat(parts, ignore_index=True)


def _long(mapped: Mapped, found: Mapping[str, str], table: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    words = table[found["parameter"]].astype("str").fillna("")
    read = {w: _quantity(mapped, w) for w in words.unique()}
    said = words.map({w: unit for w, (_, unit) in read.items()})
    heading = next((spell_unit(t) for _, t in cuts(found["value"]) if t and is_unit(t)), "")
    units = _units(table[found["unit"]]).where(said == "", said) if "unit" in found else said
    default = heading or ("" if "unit" in found else mapped.unit)
    rows = _numbers(mapped, fixed, table[found["value"]], units.mask(units == "", default))
    return rows.assign(parameter=words.map({w: name for w, (name, _) in read.items()}))


def _quantity(mapped: Mapped, word: str) -> tuple[str, str]:
    """Parameter of a cell that names one, and the unit that stands beside the name; a name not known stays as it is."""
    for base, tail in cuts(word):
        if plain(base) in mapped.parameters:
            unit = mapped.values.get(plain(base), ("", ""))[1]
            return mapped.parameters[plain(base)], (spell_unit(tail) if is_unit(tail) else tail) if tail else unit
    return word, ""


def _units(cells: pd.Series) -> pd.Series:
    return cells.astype("str").fillna("").str.strip()


def _numbers(mapped: Mapped, fixed: pd.DataFrame, cells: pd.Series, units: pd.Series) -> pd.DataFrame:
    """Cells of one column with the reason why one is no value; a bound is kept and marked."""
    gone = _says_none(mapped, cells)
    told = read(cells.mask(gone))
    value = told["value"].mask(told["value"].isin(mapped.numbers_for_none))
    why = told["why"].mask(told["value"].isin(mapped.numbers_for_none), NO_VALUE)
    if any(is_unit(c) for c in cells[why == NOT_UNDERSTOOD].unique()):  # it states a unit that nothing here reads
        units = pd.Series("?", index=cells.index, dtype="str")
    known = {u: bool(u) and is_unit(u) for u in units.unique()}
    strange = ~units.map(known).astype(bool) & (why == "")
    why = why.mask(strange & (units == ""), NO_UNIT).mask(strange & (units != ""), UNIT_NOT_UNDERSTOOD)
    bound = told["checks"].map(bool)
    return fixed.assign(
        raw_value=value,
        raw_unit=units,
        reject=fixed["reject"].where(fixed["reject"] != "", why),
        checks=told["checks"],
        flag=pd.Series("ok", index=cells.index, dtype="str").mask(bound, "suspect"),
    )


def _says_none(mapped: Mapped, cells: pd.Series) -> pd.Series:
    """Cells that say in the publisher's words that there is no value."""
    if pd.api.types.is_numeric_dtype(cells):
        return pd.Series(False, index=cells.index)
    return cells.isin([w for w in cells.dropna().unique() if plain(w) in mapped.missing])


def _ids(mapped: Mapped, found: Mapping[str, str], table: pd.DataFrame) -> pd.Series:
    if "station" not in found:
        return pd.Series(f"{mapped.source}:{mapped.station}", index=table.index)
    return identity.ids(table[found["station"]], mapped.source)


def _stamps(
    mapped: Mapped, found: Mapping[str, str], table: pd.DataFrame, options: Options
) -> tuple[pd.Series, pd.Series]:
    """Moments in UTC, and the reason where there is none."""
    zone = ZoneInfo(mapped.zone) if mapped.zone else options.city.zone
    paired = {"date", "clock"} <= set(found)
    days = table[found["date"] if paired else found.get("time", found.get("date", ""))]
    stamps, why = moments(written(days), written(table[found["clock"]]) if paired else None, mapped.times, zone)
    if not paired and "minutes" not in found and mapped.minutes < DAY and not names_an_hour(written(days)):
        return stamps.mask(stamps.notna()), why.mask(why == "", NO_HOUR)
    return stamps, why


def stations(mapped: Mapped, table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of a table, with the name and the place it gives."""
    found = mapped.found(table.columns)
    rows = pd.DataFrame({"station": _ids(mapped, found, table)})
    rows["name"] = table[found["name"]].astype("str") if "name" in found else None
    for word in ("lat", "lon"):
        rows[word] = number(table[found[word]]) if word in found else float("nan")
    rows["name"] = rows["name"].where(rows["name"].fillna("").str.strip() != "")
    rows = rows.dropna(subset=["station"]).groupby("station", sort=False, as_index=False).last()  # the last that says
    rows["name"] = rows["name"].fillna(rows["station"].str.partition(":")[2])
    quality = rows["lat"].notna().map({True: "exact", False: ""})
    return rows.assign(
        source=mapped.source, city=options.city.key, kind=mapped.kind, owner=mapped.owner, coord_quality=quality
    )
