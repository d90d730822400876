"""Commands that bring files in and write them out: imports, snapshots, briefs."""

import sys
from pathlib import Path

import orjson

from cli.commands import (
    Arguments,
    Command,
    Failed,
    Parser,
    Result,
    city_argument,
    out_argument,
    period_arguments,
    shown_store,
)
from data import clock
from data.city import city
from data.parameters import PARAMETERS
from data.sharing import ROLES, Reader
from data.store import open_store
from jobs.arguments import ArgumentError, moment, period, words


def _import(parser: Parser) -> None:
    from sources.files import FORMATS, MAPPING

    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--format", required=True, choices=sorted([*FORMATS, MAPPING]))
    parser.add_argument("--mapping", metavar="FILE.toml", help="which column is what, for --format mapping")
    parser.add_argument("--stamps", choices=("end", "start"), default="end", help="what the files' times stamp")
    city_argument(parser, required=False)
    parser.add_argument("--dry-run", action="store_true", help="show what would be read, and store nothing")
    parser.add_argument(
        "--mapping-out", metavar="FILE.toml", help="with --dry-run: write the mapping that reads the file"
    )


def _previewed(a: Arguments, where: str | None) -> Result:
    """What an import would read."""
    from jobs.ingest import preview

    done = preview.run(
        [Path(f) for f in a.files], a.format, where, stamps=a.stamps, mapping=a.mapping, mapping_out=a.mapping_out
    )
    if not a.json:
        print(preview.text(done))
    return done


def import_(a: Arguments) -> Result:
    """Bring files into the store."""
    from tqdm import tqdm

    from jobs.ingest import files, left_out, verdicts

    where = city(a.city).key if a.city else None
    if a.dry_run:
        return _previewed(a, where)
    if a.mapping_out:
        raise ArgumentError("mapping-out", "cli.files.mapping_out")
    store = open_store(a.store)
    with tqdm(total=0, unit=" rows", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
        done = files.run(
            [Path(f) for f in a.files],
            a.format,
            where,
            store,
            stamps=a.stamps,
            progress=bar.update,
            mapping=a.mapping,
        )
    if done["stored"] + done["revised"]:
        verdicts.refresh_all(store, where)
    if not a.json:
        print(orjson.dumps(done, default=str, option=orjson.OPT_INDENT_2).decode())
        for line in left_out.lines(done["left_out"], Path(a.files[0]).name):
            print(line)
    if done["read"] and not done["stored"] + done["revised"] + done["unchanged"]:
        common = max(done["rejected"], key=done["rejected"].get)
        raise Failed("cli.files.no_row", rejected=done["rejected"][common], read=done["read"], why=common)
    return done


def _snapshot(parser: Parser) -> None:
    city_argument(parser)
    period_arguments(parser)
    parser.add_argument("--as-of", help="what was known at this moment; must carry its zone")
    parser.add_argument("--parameters", help="comma-separated keys")
    parser.add_argument("--flags", choices=("ok", "all"), default="all")
    parser.add_argument("--format", choices=("csv", "parquet", "xlsx"), default="csv")
    parser.add_argument("--excel", action="store_true", help="BOM, semicolons and decimal commas (csv)")
    parser.add_argument("--bom", action="store_true", help="UTF-8 byte-order mark (csv)")
    parser.add_argument("--role", choices=ROLES, default="public", help="who will read it; the rules of sharing hold")
    parser.add_argument("--out", required=True, metavar="DIR")


def snapshot(a: Arguments) -> Result:
    """Write the measurements of a city and period into a file, with a description beside it."""
    from jobs.export import request as export_request
    from jobs.export import snapshot as job

    where = city(a.city)
    start, end = period(where, getattr(a, "from"), a.to)
    request = export_request.Request(
        city=where.key,
        start=start,
        end=end,
        as_of=moment("as-of", a.as_of, None) if a.as_of else clock.now(),
        parameters=words("parameters", a.parameters, tuple(PARAMETERS)),
        flags=a.flags,
        excel=a.excel,
        bom=a.bom,
    )
    done = job.write(shown_store(a.store, "download", Reader(a.role)), request, a.format, Path(a.out))
    print(done["file"])
    for row in done["left_out"]:
        print(f"left out: {row['rows']} rows of {row['source']}: {row['why']}", file=sys.stderr)
    return done


def _brief(parser: Parser) -> None:
    city_argument(parser)
    period_arguments(parser)
    parser.add_argument("--lang", choices=("en", "ru", "uz", "kk"), default="en")
    parser.add_argument("--role", choices=ROLES, default="public", help="who will read it; the rules of sharing hold")
    out_argument(parser)


def brief(a: Arguments) -> Result | None:
    """One printable page for a city and period."""
    from jobs.brief import write

    where = city(a.city)
    start, end = period(where, getattr(a, "from"), a.to)
    store = shown_store(a.store, "download", Reader(a.role))
    return dict(write.run(store, where.key, start, end, a.lang, Path(a.out), now=clock.now()))


COMMANDS: dict[str, Command] = {
    "import": Command("bring files into the store", _import, import_),
    "snapshot": Command("write measurements into a file", _snapshot, snapshot),
    "brief": Command("one printable page", _brief, brief),
}
