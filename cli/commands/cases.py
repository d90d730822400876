"""Command about cases: the figures of a case file in a period, as JSON, CSV or one printed page."""

from pathlib import Path

import orjson

from cli.commands import Arguments, Command, Failed, Parser, Result, period_arguments, shown_store
from data import clock
from data.city import LANGUAGES, city
from data.store import open_store


def _case(parser: Parser) -> None:
    parser.add_argument("--case", required=True, metavar="KEY", help="of a file in data/cases")
    period_arguments(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help=".json, .csv (the hours) or .pdf (one page)")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="of the page")


def case(a: Arguments) -> Result:
    """Work out a case in a period from what the store holds and may leave."""
    from data.cases.cases import case as case_of
    from jobs.arguments import period
    from jobs.cases.facts import crossing, gather, hours_csv
    from jobs.cases.page import draw
    from jobs.cases.sentences import sentences
    from jobs.register.cases import cases as edited

    one, out = case_of(a.case, edited(open_store(a.store))), Path(a.out)
    where, now = city(one.city), clock.now()
    start, end = period(where, getattr(a, "from"), a.to)
    shown = shown_store(a.store, "download")
    store = shown.for_export()
    facts = gather(store, one, start, end, now, whole=shown)
    writers = {
        ".json": lambda: orjson.dumps(facts, option=orjson.OPT_INDENT_2),
        ".csv": lambda: hours_csv(crossing(store, one, start, min(end, now)), where),
        ".pdf": lambda: draw(facts, one, a.lang, now),
    }
    if out.suffix not in writers:
        raise Failed("cli.case.form", file=out.name, known=sorted(writers))
    out.write_bytes(writers[out.suffix]())
    print(sentences(facts, one, a.lang).answer)
    print(a.out)
    return {"case": one.key, "out": str(out), **facts["wind"]}


COMMANDS: dict[str, Command] = {"case": Command("the figures of a case file in a period", _case, case)}
