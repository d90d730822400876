"""Command about statements: what is said of a city or a station, with the rows it rests on."""

import orjson

from cli.commands import Arguments, Command, Parser, Result, city_argument, shown_store
from data.city import city
from data.store.served import served


def _statement(parser: Parser) -> None:
    city_argument(parser)
    parser.add_argument("--station", metavar="ID", help="of one station; the city itself by default")
    parser.add_argument("--parameter", metavar="P", help="pollutants, joined by commas; all with rows by default")
    parser.add_argument("--at", metavar="T", help="moment of now and day; the centre's clock by default")
    parser.add_argument("--from", metavar="T", help="of a period; ISO 8601, city's clock where it has no zone")
    parser.add_argument("--to", metavar="T", help="exclusive")
    parser.add_argument("--explain", action="store_true", help="with the rows behind each, and what was left out")
    parser.add_argument("--format", choices=("json", "csv"), default="json")


def statement(a: Arguments) -> Result | None:
    """Print the statements of a city or a station."""
    from jobs.statements import answer as job
    from jobs.statements.document import explained_csv

    where = city(a.city)
    asked = {name: getattr(a, name) for name in ("station", "parameter", "at", "from", "to")}
    wanted = job.asked(where, asked)
    shown = shown_store(a.store, "download")
    store = shown.for_export()
    said = job.statements(store, wanted)
    if a.format == "csv":
        print(explained_csv(said, explain=a.explain).decode(), end="")
        return {"statements": len(said)}
    demo = served("download").demo
    made = job.answer(
        said, wanted, explain=a.explain, demo=demo, withheld=job.withheld(shown_store(a.store, "see"), store, where)
    )
    if not a.json:
        print(orjson.dumps(made, option=orjson.OPT_INDENT_2).decode())
    return made


COMMANDS: dict[str, Command] = {
    "statement": Command("what is said of a city or a station, and the rows behind it", _statement, statement)
}
