"""What an import would read, before anything is stored: header, column, unit, first rows; and the mapping file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from data import clock
from data.city import City, CityError, city
from data.errors import phrase, sentence
from data.parameters import PARAMETERS
from data.schema import SchemaError, conform
from jobs.ingest import asked
from jobs.ingest.left_out import reason, why
from sources.files import Chunk, ImportFileError, Options, Part, Profile
from sources.files.mapping_writer import Column, source, written

LINES = 5  # of each table that are read
ROWS = 12  # of them that are shown
SHOWN = ("station", "parameter", "start", "minutes", "value", "flag")


def run(
    paths: Sequence[str | Path],
    format: str,
    where: City | str | None,
    *,
    stamps: str = "end",
    mapping: str | Path | None = None,
    mapping_out: str | Path | None = None,
) -> dict[str, Any]:
    """
    Read the first lines of files and say what would be made of them; nothing is stored.

    Parameters
    ----------
    paths, format, stamps, mapping
        As for `jobs.ingest.files.run`.
    where : City, str or None
        Whose data these are.
    mapping_out : path, optional
        Where to write the mapping file.

    Returns
    -------
    dict
        ``tables``: of each table ``file``, ``sheet``, ``header`` (number of its line), ``columns`` (``column``,
        ``use``, ``parameter``, ``unit``, ``why``), ``left_out`` (``line``, ``why``), ``rows`` (the first, as they would
        be stored) and ``rejected`` (reason → n, of the lines looked at); ``left_out``: sheets that are no such table;
        ``mapping``: the file that was written, or null.

    Raises
    ------
    ImportFileError
        As an import does, and when a format that is written in code is asked for a mapping.
    """
    try:
        profile = asked.profile(format, stamps, mapping)
        data, lists, places = asked.tables(asked.files(paths), profile)
        home = city(where) if isinstance(where, str) else where
        tables, used = [], []
        for part in [*lists, *data]:
            if part.header is None:
                continue
            chunk = next((c for c in part.chunks() if len(c.table)), next(part.chunks(), Chunk(pd.DataFrame())))
            of = home or (None if part in lists else asked.home(profile, chunk.table, part.file))
            every = where is None and profile.homes is not None
            options = (
                Options(city=of, name=part.file, stamps=stamps, places=places, beside=chunk.beside, every=every)
                if of
                else None
            )
            columns = _columns(part, chunk, options)
            used.append((part.file, columns))
            tables.append(_table(part, chunk, columns, options))
        sheets = [{"file": p.file, "sheet": p.sheet, "why": p.why} for p in data if p.header is None]
        out = _mapped(profile, mapping, used, mapping_out) if mapping_out else None
    except (SchemaError, CityError) as error:
        raise ImportFileError("files.stopped.nothing", parameter=error.parameter, cause=error) from error
    return {"tables": tables, "left_out": sheets, "mapping": out}


def _mapped(
    profile: Profile, mapping: str | Path | None, used: Sequence[tuple[str, list[Column]]], out: str | Path
) -> str:
    """Write the mapping of the first table."""
    made_of = source(profile.key, mapping)
    if made_of is None:
        raise ImportFileError("files.asked.no_mapping", parameter="mapping-out", format=profile.key)
    file, columns = used[0]
    text = written(made_of, file, columns)
    try:
        Path(out).write_text(text, "utf-8")
    except OSError as error:
        raise ImportFileError(
            "files.open.unwritable", parameter="mapping-out", file=str(out), said=error.strerror or error
        ) from error
    return str(out)


def _table(part: Part, chunk: Chunk, columns: list[Column], options: Options | None) -> dict[str, Any]:
    rows, rejected = _rows(chunk, options)
    header = part.header
    return {
        "file": part.file,
        "sheet": part.sheet,
        "header": header.line if header else 0,
        "columns": [
            {"column": c.name, "use": c.use, "parameter": c.parameter, "unit": c.unit, "why": c.why} for c in columns
        ],
        "left_out": [{"line": line.number, "why": told} for line, told in header.left_out] if header else [],
        "rows": rows,
        "rejected": rejected,
    }


def _rows(chunk: Chunk, options: Options | None) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The first rows as they would be stored, and why others would not be."""
    if options is None or chunk.layout is None or chunk.layout.places or chunk.table.empty:
        return [], {}
    read = chunk.layout.parse(chunk.table.head(LINES), options)
    words = read["reject"].fillna("") if "reject" in read else pd.Series("", index=read.index, dtype="str")
    done = conform(read[words == ""].drop(columns="reject", errors="ignore"), clock.now())
    reasons = pd.concat([words[words != ""], done.rejects["reason"]]).value_counts()
    shown = [
        {
            **{name: row[name] for name in SHOWN},
            "start": row["start"].isoformat(),
            "unit": _own(row["parameter"]),
        }
        for row in done.rows.head(ROWS).to_dict("records")
    ]
    return shown, {str(words): int(n) for words, n in reasons.items()}


def _columns(part: Part, chunk: Chunk, options: Options | None) -> list[Column]:
    """Every column in the order of the file."""
    use, header = chunk.use, part.header
    if use is None or header is None:
        return []
    made = []
    for place, name in enumerate(header.names):
        if place in header.apart:
            called, told = header.apart[place]
            made.append(Column(name=called, use="left_out", why=told))
        elif name in use.values:
            parameter, unit = _value(chunk, name, options)
            made.append(Column(name=name, use="value", parameter=parameter, unit=unit))
        elif name in use.labels:
            made.append(Column(name=name, use="label"))
        else:
            made.append(Column(name=name, use="left_out", why=use.left_out.get(name, "")))
    return made


def _value(chunk: Chunk, name: str, options: Options | None) -> tuple[str, str]:
    """Parameters and units of a column: of the first lines, in which it alone holds a value."""
    if options is None or chunk.layout is None or chunk.use is None or chunk.table.empty:
        return "", ""
    lines = chunk.table.head(LINES).copy()
    for other in chunk.use.values:
        lines[other] = pd.NA if other != name else "1"
    rows = chunk.layout.parse(lines, options)
    number = rows["raw_value"] if "raw_value" in rows else rows["value"]
    told = rows[number.notna()]
    unit = told["raw_unit"] if "raw_unit" in told else told["parameter"].map(_own)
    return _listed(told["parameter"]), _listed(unit)


def _own(parameter: object) -> str:
    known = PARAMETERS.get(str(parameter))
    return known.unit if known else ""


def _listed(texts: pd.Series) -> str:
    return ", ".join(dict.fromkeys(str(text) for text in texts.dropna() if str(text)))


def text(done: dict[str, Any], language: str = "en") -> str:
    """
    A preview as plain text: a table of columns and a table of rows for each table of the files.

    Parameters
    ----------
    done : dict
        As `run` returns it.
    language : str
        Of the reasons.
    """
    blocks = []
    for table in done["tables"]:
        place = f"{table['file']}, {table['sheet']}" if table["sheet"] else table["file"]
        blocks.append(sentence("files.preview.table", {"place": place, "line": table["header"]}, language))
        columns = [{**c, "why": why(c["why"], language) if c["why"] else ""} for c in table["columns"]]
        blocks.append(_printed(columns))
        for line in table["left_out"]:
            said = {"place": place, "line": line["line"], "why": phrase(reason(line["why"]), why=line["why"])}
            blocks.append(sentence("files.preview.line", said, language))
        blocks += [sentence("files.preview.rows", {}, language), _printed(table["rows"])] if table["rows"] else []
        for words, n in table["rejected"].items():
            blocks.append(sentence("files.preview.rejected", {"why": words, "n": n}, language))
    for sheet in done["left_out"]:
        place = f"{sheet['file']}, {sheet['sheet']}"
        said = {"place": place, "why": phrase(reason(sheet["why"]), why=sheet["why"])}
        blocks.append(sentence("files.preview.sheet", said, language))
    if done["mapping"]:
        blocks.append(sentence("files.preview.mapping", {"file": done["mapping"]}, language))
    return "\n".join(filter(None, blocks))


def _printed(rows: Sequence[dict[str, Any]]) -> str:
    return pd.DataFrame(rows).to_string(index=False) if rows else ""
