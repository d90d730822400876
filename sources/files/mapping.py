"""Import by a mapping: a TOML file that says which column of a handed-over table is what, instead of code."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data.parameters import PARAMETERS, UnitError, conversion, spell_unit
from data.schema import KINDS
from sources.files import mapped_rows
from sources.files.headers import plain
from sources.files.mapped import UNIT_UNKNOWN, Mapped
from sources.files.profile import ImportFileError, Layout, Profile

FOLDER = Path(__file__).parent / "profiles"
COLUMNS = ("time", "date", "clock", "station", "name", "lat", "lon", "parameter", "value", "unit", "minutes")
KEYS = frozenset(
    {"name", "source", "kind", "unit", "zone", "stamps", "minutes", "missing", "encodings", "city", "station", "owner",
     "columns", "times", "values", "parameters"}
)  # fmt: skip
NEEDED = ("name", "source", "kind", "zone", "stamps", "minutes", "columns")


@dataclass(frozen=True, kw_only=True)
class MappedProfile(Profile):
    """A profile whose one layout is recognised by the aliases of a mapping file."""

    mapped: Mapped

    def recognise(self, columns: Sequence[str], name: str) -> Layout:
        """The layout, if the file has a time, a station and values; else the sentence says what is not there."""
        said, plan = self.mapped, self.mapped.plan(columns)
        lacking = [] if {"time", "date"} & set(plan.found) else ["time"]
        lacking += [] if said.station or "station" in plan.found else ["station"]
        lacking += [] if plan.long or plan.wide else ["value"]
        unread = [column for column, why in plan.left_out.items() if why == UNIT_UNKNOWN]
        if lacking == ["value"] and unread:
            raise ImportFileError(
                "files.mapping.units",
                parameter=unread[0],
                n=len(unread),
                file=name,
                mapping=said.file,
                columns=unread[:12],
            )
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
        parse=partial(mapped_rows.parse, mapped),
        stations=partial(mapped_rows.stations, mapped),
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
    columns = {k: tuple(plain(w) for w in _words(v, f"columns.{k}", file)) for k, v in tables["columns"].items()}
    if not tables["values"] and not {"parameter", "value"} <= set(columns):
        raise ImportFileError("files.mapping.no_values", parameter="values", file=file)
    unit = _unit(raw.get("unit", ""), file)
    words = tables["parameters"] or tables["values"]
    return Mapped(
        file=file, name=str(raw["name"]), source=str(raw["source"]), kind=str(raw["kind"]), unit=unit,
        zone=_zone(raw["zone"], file), stamps=str(raw["stamps"]), minutes=float(raw["minutes"]),
        missing=frozenset(" ".join(w.split()).casefold() for w in _words(raw.get("missing", []), "missing", file)),
        station=str(raw.get("station", "")), owner=str(raw.get("owner", "")), columns=columns,
        times=tuple(_words(tables["times"].get("formats", []), "times.formats", file)),
        values={plain(k): _value(k, v, unit, file) for k, v in tables["values"].items()},
        parameters={plain(k): _value(k, v, unit, file)[0] for k, v in words.items()},
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
