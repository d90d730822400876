"""Notes of work at instruments from a shell: add one, list them, withdraw one."""

import os
import sys
from getpass import getpass
from typing import Any

from cli.commands import Arguments, Command, Failed, Parser, Result, city_argument
from data.city import city
from data.clock import to_the_minute
from data.store.served import VARIABLE as STORE
from data.store.served import shown
from jobs.access import operators
from jobs.arguments import ArgumentError, moment
from jobs.ingest.maintenance import add, withdraw
from jobs.ingest.notes import notes

PIN = "CLEANAIR_PIN"  # of the operator named by --by, for scripts
NEEDED = {
    "add": ("city", "station", "from", "to", "why", "by"),
    "list": (),
    "withdraw": ("note", "by"),
}
MISSING = {"add": "cli.maintenance.add_needs", "withdraw": "cli.maintenance.withdraw_needs"}


def _arguments(parser: Parser) -> None:
    parser.add_argument("action", choices=tuple(NEEDED), help="what to do")
    city_argument(parser, required=False)
    parser.add_argument("--station", help="its id, as the feeds page and `list` show it")
    parser.add_argument("--parameter", default="", help="one key; everything the station measures by default")
    parser.add_argument("--from", metavar="T", help="ISO 8601; city's clock where it has no zone")
    parser.add_argument("--to", metavar="T", help="exclusive")
    parser.add_argument("--why", default="", help="what was done, in a few words")
    parser.add_argument(
        "--by", help=f"the operator's name; where operators are set up, the PIN is asked for or in {PIN}"
    )
    parser.add_argument("--note", metavar="ID", help="the note to withdraw")
    parser.add_argument("--all", action="store_true", help="list withdrawn notes too")


def maintenance(a: Arguments) -> Result:
    """Note work at a station: its values of that time are flagged invalid, and get their flags back on withdrawal."""
    for name in NEEDED[a.action]:
        if not getattr(a, name):
            raise ArgumentError(name, MISSING[a.action])
    if a.store:
        os.environ[STORE] = a.store
    store = shown()
    if a.action == "list":
        return _list(a, store)
    by = _operator(a.by)
    if a.action == "withdraw":
        count = withdraw(store, a.note, by, a.why)
        print(f"{a.note} is withdrawn; {count} values have the flags of quality control again")
        return {"id": a.note, "values": count}
    where = city(a.city)
    start, end = (moment(name, getattr(a, name), where.zone) for name in ("from", "to"))
    note, count = add(store, where.key, a.station, start, end, a.why, by, parameter=a.parameter)
    print(f"{note}: {count} values flagged; those that arrive later are flagged when they come")
    return {"id": note, "values": count}


def _list(a: Arguments, store: Any) -> Result:
    rows = notes(store, city(a.city).key if a.city else None, withdrawn=a.all)
    for row in rows.itertuples():
        what = row.parameter or "all"
        gone = " (withdrawn)" if row.withdrawn else ""
        span = f"{to_the_minute(row.start)} to {to_the_minute(row.end)}"
        print(f"{row.id}{gone}: {row.city} {row.station} {what}, {span}, {row.by}: {row.why}")
    return {"notes": rows.astype({"start": "str", "end": "str", "at": "str"}).to_dict("records")}


def _operator(name: str) -> str:
    """The name that stands beside the note; checked where operators are set up."""
    if not operators.configured():
        return str(name)
    pin = os.environ.get(PIN)
    if pin is None and not sys.stdin.isatty():
        raise Failed("cli.maintenance.no_pin", parameter=PIN, variable=PIN, name=name)
    return operators.authenticate(name, pin if pin is not None else getpass("PIN: ")).name


COMMANDS: dict[str, Command] = {
    "maintenance": Command("note work at a station; its data are flagged", _arguments, maintenance),
}
