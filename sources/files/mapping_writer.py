"""A mapping file written for one table: what was read of its header, ready to be corrected and used again."""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sources.files.heading import DOUBLED, UNNAMED
from sources.files.mapping import FOLDER


@dataclass(frozen=True, kw_only=True)
class Column:
    """
    One column as it was read.

    Attributes
    ----------
    name : str
        As the header has it.
    use : str
        ``value``, ``label`` or ``left_out``.
    parameter, unit : str
        Of a value.
    why : str
        Of what is left out.
    """

    name: str
    use: str
    parameter: str = ""
    unit: str = ""
    why: str = ""


def source(key: str, mapping: str | Path | None) -> Path | None:
    """The mapping file that a format is made of; None where it is written in code."""
    path = Path(mapping) if mapping is not None else FOLDER / f"{key}.toml"
    return path if path.is_file() else None


def written(path: Path, file: str, columns: Iterable[Column]) -> str:
    """
    A mapping that reads what another reads, with the columns of one file beside it.

    Parameters
    ----------
    path : Path
        Of the mapping by which the file was read.
    file : str
        Name of the table.
    columns : iterable of Column
        How its columns were read.

    Returns
    -------
    str
        TOML. All entries of the mapping, and as comments each column of the file; one that was left out stands below
        ``[values]`` as a line to be completed.
    """
    raw = tomllib.loads(path.read_text("utf-8"))
    told = [*columns]
    lines = [f"# {_shown(file)}, as read by {path.name}:", *(f"#   {_said(column)}" for column in told), ""]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in raw.items() if not isinstance(value, dict)]
    for key, table in raw.items():
        if isinstance(table, dict):
            lines += _table(key, table)
            lines += _offered(told) if key == "values" else []
    if "values" not in raw and (offered := _offered(told)):
        lines += ["", "# [values]", *offered]
    return "\n".join(lines) + "\n"


def _table(name: str, table: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", f"[{name}]")
    yield from (f"{_key(key)} = {_value(value)}" for key, value in table.items() if not isinstance(value, dict))
    for key, inner in table.items():
        if isinstance(inner, dict):
            yield from _table(f"{name}.{_key(key)}", inner)


def _offered(columns: Iterable[Column]) -> list[str]:
    """Columns that have a name and were left out, each as the line that would read it."""
    named = [c for c in columns if c.use == "left_out" and c.why not in (UNNAMED, DOUBLED)]
    return [f'# {_text(_shown(c.name))} = ["parameter", "unit"]' for c in named]


def _said(column: Column) -> str:
    made = " ".join(filter(None, (column.parameter, column.unit, column.why)))
    return f"{_shown(column.name)} -> {column.use}{': ' if made else ''}{made}"


def _shown(text: str) -> str:
    """A text in one line: a comment ends where its line does."""
    return "".join(c if c.isprintable() else " " for c in text)


def _key(name: str) -> str:
    plain = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if plain else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


def _text(text: str) -> str:
    """A basic string of TOML: as in JSON, which leaves the sign DEL as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
