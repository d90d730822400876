"""Commands about the registers of policy: measures with their status today, and techniques that cut emissions."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import orjson

from cli.commands import Arguments, Command, Parser, Result, city_argument
from data import clock
from data.city import LANGUAGES, city
from data.measures import measures as register
from data.measures import techniques as registry
from jobs.arguments import words


def _options(parser: Parser) -> None:
    city_argument(parser, required=False)
    parser.add_argument("--out", metavar="FILE", help="CSV with every column; JSON where its name ends in .json")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="of the names that are printed")


def _measures(parser: Parser) -> None:
    _options(parser)
    parser.add_argument("--kind", metavar="K", help=f"joined by commas: {', '.join(register.KINDS)}")
    parser.add_argument("--status", metavar="S", help=f"today's, joined by commas: {', '.join(register.STATUSES)}")


def measures(a: Arguments) -> Result:
    """List measures of air policy with their status today."""
    from jobs.export import policy as job

    rows = job.measures_rows(
        clock.now(),
        city=city(a.city) if a.city else None,
        kind=words("kind", a.kind, register.KINDS),
        status=words("status", a.status, register.STATUSES),
    )
    lines = [
        f"{row['city']} {row['start']} {row['status_today']} {row['kind']} {row['measure']}: {row[f'name_{a.lang}']}"
        for row in rows
    ]
    return _told(a, "measures", rows, job.MEASURES, lines)


def _techniques(parser: Parser) -> None:
    _options(parser)
    known = ", ".join(registry.SOURCE_TYPES)
    parser.add_argument("--source-type", metavar="T", help=f"kinds of site, joined by commas: {known}")


def techniques(a: Arguments) -> Result:
    """List best available techniques, with their range where somebody read one."""
    from jobs.export import policy as job

    chosen = words("source-type", a.source_type, registry.SOURCE_TYPES)
    rows = job.techniques_rows(city=city(a.city) if a.city else None, source_type=chosen)
    lines = [
        f"{row['source_type']} {row['technique']}: {row[f'name_{a.lang}']}, {_range(row)} "
        f"({row['basis']}, {row['article']}, {row['status']})"
        for row in rows
    ]
    return _told(a, "techniques", rows, job.TECHNIQUES, lines)


def _range(row: Mapping[str, str]) -> str:
    if not row["high"]:
        return "no figure read"
    least = f"{row['low']} to " if row["low"] else "at most "
    return f"{'' if row['low'] == row['high'] else least}{row['high']} {row['unit']}"


def _told(
    a: Arguments, name: str, rows: Sequence[Mapping[str, str]], columns: Sequence[str], lines: Sequence[str]
) -> Result:
    from jobs.export import policy as job

    if not a.out:
        print("\n".join(lines))
        return {name: [job.typed(row) for row in rows]}
    file = Path(a.out)
    if file.suffix == ".json":
        file.write_bytes(orjson.dumps({name: [job.typed(row) for row in rows]}, option=orjson.OPT_INDENT_2))
    else:
        file.write_text(job.table_csv(rows, columns), "utf-8")
    print(f"{len(rows)} {name} in {file}")
    return {"out": str(file), name: len(rows)}


COMMANDS: dict[str, Command] = {
    "measures": Command("measures of air policy and their status today", _measures, measures),
    "techniques": Command("best available techniques and what they cut", _techniques, techniques),
}
