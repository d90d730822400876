"""Import by a mapping: a TOML file that says which column of a handed-over table is what, instead of code."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from data.parameters import PARAMETERS, UnitError, conversion, spell_unit
from data.schema import KINDS
from sources.files.profile import ImportFileError, Layout, Options, Profile, local, number
from sources.files.use import Use

FOLDER = Path(__file__).parent / "profiles"
COLUMNS = ("time", "date", "clock", "station", "name", "lat", "lon", "parameter", "value", "unit", "minutes")
KEYS = frozenset(
    {"name", "source", "kind", "unit", "zone", "stamps", "minutes", "missing", "encodings", "city", "station", "owner",
     "columns", "times", "values", "parameters"}
)  # fmt: skip
NEEDED = ("name", "source", "kind", "zone", "stamps", "minutes", "columns")
ISO = ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d")  # as Excel's dates are read
BELOW = "below the detection limit, as the file says"
OFFSET = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")


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

    def found(self, header: Iterable[str]) -> dict[str, str]:
        """Our word for a column → the header that stands for it."""
        plain = {_plain(_split(h)[0]): h for h in reversed(list(header))}
        return {
            word: next(plain[a] for a in aliases if a in plain)
            for word, aliases in self.columns.items()
            if any(a in plain for a in aliases)
        }

    def wide(self, header: Iterable[str]) -> dict[str, tuple[str, str]]:
        """Header → parameter and unit, of columns that hold values; the header's own unit counts first."""
        wide = {}
        for h in header:
            base, unit = _split(h)
            if _plain(base) in self.values:
                parameter, said = self.values[_plain(base)]
                wide[h] = (parameter, unit or said or self.unit)
        return wide

    def use(self, header: Sequence[str]) -> Use:
        """What becomes of each column."""
        found = self.found(header)
        long = {"parameter", "value"} <= set(found)
        values = (found["value"],) if long else tuple(self.wide(header))
        labels = tuple(h for h in header if h in found.values() and h not in values)
        rest = [h for h in header if h not in values and h not in labels]
        return Use(values=values, labels=labels, left_out=dict.fromkeys(rest, "unknown_column"))


@dataclass(frozen=True, kw_only=True)
class MappedProfile(Profile):
    """A profile whose one layout is recognised by the aliases of a mapping file."""

    mapped: Mapped

    def recognise(self, columns: Sequence[str], name: str) -> Layout:
        """The layout, if the file has a time, a station and values; else the sentence says what is not there."""
        found, said = self.mapped.found(columns), self.mapped
        lacking = [] if {"time", "date"} & set(found) else ["time"]
        lacking += [] if said.station or "station" in found else ["station"]
        long = {"parameter", "value"} <= set(found)
        lacking += [] if long or said.wide(columns) else ["value"]
        if lacking:
            raise ImportFileError(
                "files.mapping.columns",
                parameter=lacking[0],
                file=name,
                mapping=said.file,
                lacking=lacking,
                columns=list(columns)[:12],
            )
        return self.layouts[0]


def load(path: str | Path) -> MappedProfile:
    """
    Read and check a mapping file.

    Parameters
    ----------
    path : str or Path
        A TOML file; ``docs/imports.md`` describes it.

    Returns
    -------
    MappedProfile
        Its key is the file's stem.

    Raises
    ------
    ImportFileError
        When it cannot be read, lacks something or names something unknown; the sentence says which line to write.

    Examples
    --------
    >>> sorted(p.key for p in shipped())
    ['kazhydromet-table', 'uzhydromet-table']
    """
    path = Path(path)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ImportFileError(
            "files.mapping.unreadable", parameter="mapping", file=path.name, said=error.strerror
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImportFileError("files.mapping.no_toml", parameter="mapping", file=path.name, said=error) from error
    mapped = _checked(raw, path.name)
    layout = Layout(
        name=mapped.name,
        columns=frozenset(),
        use=mapped.use,
        parse=partial(_parse, mapped),
        stations=partial(_stations, mapped),
    )
    home = str(raw.get("city", ""))
    encodings = tuple(_words(raw.get("encodings", ["utf-8", "cp1251"]), "encodings", path.name))
    return MappedProfile(
        key=path.stem, layouts=(layout,), home=lambda _: home, binary=True, encodings=encodings, mapped=mapped
    )


def shipped() -> list[MappedProfile]:
    """The mappings that come with the centre."""
    return [load(path) for path in sorted(FOLDER.glob("*.toml"))]


def _checked(raw: Mapping[str, Any], file: str) -> Mapped:
    """A mapping that means something, or the sentence that says what it lacks."""
    _known(raw, KEYS, file, "")
    for key in NEEDED:
        if key not in raw:
            raise ImportFileError(_MISSING[key], parameter=key, file=file, known=KINDS)
    for key, allowed in (("kind", KINDS), ("stamps", ("start", "end"))):
        if raw[key] not in allowed:
            raise ImportFileError(
                "files.mapping.choice", parameter=key, known=allowed, file=file, entry=key, value=repr(raw[key])
            )
    if (
        isinstance(raw["minutes"], bool)
        or not isinstance(raw["minutes"], int | float)
        or not 0 <= raw["minutes"] <= 1e6
    ):
        raise ImportFileError("files.mapping.minutes", parameter="minutes", file=file, value=repr(raw["minutes"]))
    tables = {key: _table(raw, key, file) for key in ("columns", "times", "values", "parameters")}
    _known(tables["columns"], frozenset(COLUMNS), file, "columns.")
    _known(tables["times"], frozenset({"formats"}), file, "times.")
    columns = {k: tuple(_plain(w) for w in _words(v, f"columns.{k}", file)) for k, v in tables["columns"].items()}
    if not tables["values"] and not {"parameter", "value"} <= set(columns):
        raise ImportFileError("files.mapping.no_values", parameter="values", file=file)
    unit = _unit(raw.get("unit", ""), file)
    words = tables["parameters"] or tables["values"]
    return Mapped(
        file=file, name=str(raw["name"]), source=str(raw["source"]), kind=str(raw["kind"]), unit=unit,
        zone=_zone(raw["zone"], file), stamps=str(raw["stamps"]), minutes=float(raw["minutes"]),
        missing=frozenset(_plain(w) for w in _words(raw.get("missing", []), "missing", file)),
        station=str(raw.get("station", "")), owner=str(raw.get("owner", "")), columns=columns,
        times=tuple(_words(tables["times"].get("formats", []), "times.formats", file)),
        values={_plain(k): _value(k, v, unit, file) for k, v in tables["values"].items()},
        parameters={_plain(k): _value(k, v, unit, file)[0] for k, v in words.items()},
    )  # fmt: skip


_MISSING: Mapping[str, str] = {
    "name": "files.mapping.without_name",
    "source": "files.mapping.without_source",
    "kind": "files.mapping.without_kind",
    "zone": "files.mapping.without_zone",
    "stamps": "files.mapping.without_stamps",
    "minutes": "files.mapping.without_minutes",
    "columns": "files.mapping.without_columns",
}


def _known(table: Mapping[str, Any], allowed: frozenset[str], file: str, where: str) -> None:
    if odd := sorted(set(table) - allowed):
        raise ImportFileError(
            "files.mapping.unknown",
            parameter=f"{where}{odd[0]}",
            known=sorted(allowed),
            file=file,
            entry=f"{where}{odd[0]}",
        )


def _table(raw: Mapping[str, Any], key: str, file: str) -> Mapping[str, Any]:
    found = raw.get(key, {})
    if not isinstance(found, dict):
        raise ImportFileError("files.mapping.no_table", parameter=key, file=file, entry=key)
    return found


def _words(given: Any, key: str, file: str) -> list[str]:
    words = [given] if isinstance(given, str) else given
    if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
        raise ImportFileError("files.mapping.no_text", parameter=key, file=file, entry=key)
    return words


def _unit(given: Any, file: str) -> str:
    try:
        return spell_unit(str(given)) if given else ""
    except UnitError as error:
        raise ImportFileError("files.mapping.unit", parameter="unit", file=file, cause=error) from error


def _zone(given: Any, file: str) -> str:
    if given == "city":
        return ""
    try:
        return str(ZoneInfo(str(given)).key)
    except (KeyError, ValueError, OSError) as error:
        raise ImportFileError("files.mapping.zone", parameter="zone", file=file, value=repr(given)) from error


def _value(word: str, given: Any, unit: str, file: str) -> tuple[str, str]:
    """Parameter and unit of a word for a quantity: ``"pm25"``, or ``["pm25", "mg/m3"]``."""
    parameter, *own = _words(given, word, file)
    if parameter not in PARAMETERS:
        raise ImportFileError("files.mapping.no_parameter", parameter=word, file=file, word=word, named=parameter)
    said = _unit(own[0], file) if own else ""
    try:
        if said:
            conversion(parameter, said)
    except UnitError as error:
        raise ImportFileError("files.mapping.word", parameter=word, file=file, word=word, cause=error) from error
    return parameter, said


def _plain(word: str) -> str:
    """A header without case and doubled spaces, Cyrillic "РМ" before a figure as Latin."""
    words = " ".join(str(word).replace("\u00a0", " ").split()).casefold().replace("ё", "е")
    return re.sub(r"рм(?=[\s\-]*\d)", "pm", words)


def _split(header: str) -> tuple[str, str]:
    """A header and the unit at its end, where it names one: "Диоксид азота, мг/м³", "PM10 (µg/m³)"."""
    base, sign, tail = str(header).rstrip(" )]").rpartition(",")
    if not sign or not _is_unit(tail):
        base, sign, tail = re.sub(r"[\[(]", "(", str(header).rstrip(" )]")).rpartition("(")
    return (base.strip(" ,"), spell_unit(tail)) if sign and _is_unit(tail) else (str(header), "")


def _is_unit(text: str) -> bool:
    try:
        return bool(text.strip()) and bool(spell_unit(text))
    except UnitError:
        return False


def _parse(mapped: Mapped, table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Rows of a table, long or wide."""
    found = mapped.found(table.columns)
    texts = table.apply(lambda c: c.mask(c.isin([w for w in c.dropna().unique() if _plain(w) in mapped.missing])))
    stamp, lost = _stamps(mapped, found, texts, options)
    minutes = number(texts[found["minutes"]]) if "minutes" in found else pd.Series(mapped.minutes, index=table.index)
    before = pd.to_timedelta(minutes, unit="min") if mapped.stamps == "end" else pd.Timedelta(0)
    fixed = pd.DataFrame({"start": stamp - before, "minutes": minutes, "reject": lost}, index=table.index)
    fixed["station"] = _ids(mapped, found, texts)
    rows = _long(mapped, found, texts, fixed) if {"parameter", "value"} <= set(found) else _wide(mapped, texts, fixed)
    return rows.assign(source=mapped.source, city=options.city.key, kind=mapped.kind)


def _wide(mapped: Mapped, texts: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    parts = [
        _numbers(fixed, texts[column]).assign(parameter=parameter, raw_unit=unit)
        for column, (parameter, unit) in mapped.wide(texts.columns).items()
    ]
    return pd.concat(parts, ignore_index=True)


def _long(mapped: Mapped, found: Mapping[str, str], texts: pd.DataFrame, fixed: pd.DataFrame) -> pd.DataFrame:
    words = texts[found["parameter"]].astype("str")
    known = {w: _split(w) for w in words.unique()}
    names = {w: mapped.parameters.get(_plain(base), base) for w, (base, _) in known.items()}
    units = words.map({w: unit or mapped.unit for w, (_, unit) in known.items()})
    said = texts[found["unit"]].fillna(units) if "unit" in found else units
    return _numbers(fixed, texts[found["value"]]).assign(parameter=words.map(names), raw_unit=said)


def _numbers(fixed: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    below = texts.astype("str").str.strip().str.startswith("<")
    return fixed.assign(raw_value=number(texts), reject=fixed["reject"].mask((fixed["reject"] == "") & below, BELOW))


def _ids(mapped: Mapped, found: Mapping[str, str], texts: pd.DataFrame) -> pd.Series:
    if "station" not in found:
        return pd.Series(f"{mapped.source}:{mapped.station}", index=texts.index)
    named = texts[found["station"]]
    plain = named.astype("str").str.split().str.join(" ").str.removesuffix(".0")  # Excel writes numbers so
    return (f"{mapped.source}:" + plain).where(named.notna())


def _stamps(
    mapped: Mapped, found: Mapping[str, str], texts: pd.DataFrame, options: Options
) -> tuple[pd.Series, pd.Series]:
    """Moments in UTC, by the first format that fits; and the reason where the clock is at fault."""
    given = texts[found.get("time", found.get("date", ""))].astype("str").str.strip()
    if {"date", "clock"} <= set(found):
        given = texts[found["date"]].astype("str").str.split(r"[T ]", regex=True).str[0]
        clock = texts[found["clock"]].astype("str").str.extract(r"^\s*(\d{1,2})(?::(\d{2}))?", expand=True)
        hour = number(clock[0]) + number(clock[1].fillna("0")) / 60
    else:
        hour = pd.Series(0.0, index=texts.index)
    where = replace(options, city=replace(options.city, zone=ZoneInfo(mapped.zone))) if mapped.zone else options
    zoned = pd.to_datetime(given.where(given.str.contains(OFFSET)), utc=True, format="ISO8601", errors="coerce")
    stamp, lost = zoned, pd.Series("", index=texts.index, dtype="str")
    for pattern in (*mapped.times, *ISO):
        shifted = _shifted(given, hour, pattern)
        aware, gone = local(shifted, where, "%Y-%m-%d %H:%M:%S")
        stamp, lost = stamp.fillna(aware), lost.mask(stamp.isna() & (gone != ""), gone)
    return stamp, lost.where(stamp.isna(), "")


def _shifted(texts: pd.Series, hours: pd.Series, pattern: str) -> pd.Series:
    """Local stamps of one format with the clock's hours added, as text; 24:00 is the next day."""
    naive = pd.to_datetime(texts, format=pattern, errors="coerce")
    inside = naive.where((naive.dt.year > 1970) & (naive.dt.year < 2200)).astype("datetime64[s]")
    moved = inside + pd.to_timedelta(hours.where((hours >= 0) & (hours <= 24)), unit="h").dt.round("min")
    return moved.dt.strftime("%Y-%m-%d %H:%M:%S")


def _stations(mapped: Mapped, table: pd.DataFrame, options: Options) -> pd.DataFrame:
    """Stations of a table, with the name and the place it gives."""
    found = mapped.found(table.columns)
    rows = pd.DataFrame({"station": _ids(mapped, found, table)})
    rows["name"] = table[found["name"]].fillna("") if "name" in found else rows["station"].str.partition(":")[2]
    for word in ("lat", "lon"):
        rows[word] = number(table[found[word]]) if word in found else float("nan")
    rows = rows.dropna(subset=["station"]).drop_duplicates("station", keep="last")
    quality = rows["lat"].notna().map({True: "exact", False: ""})
    return rows.assign(
        source=mapped.source, city=options.city.key, kind=mapped.kind, owner=mapped.owner, coord_quality=quality
    )
