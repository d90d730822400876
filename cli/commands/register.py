"""Commands of the registers of facts: propose an edit, review it, list what stands or waits, the history of a row."""

import getpass
import json
from pathlib import Path
from typing import Any

from cli.commands import Arguments, Command, Parser, Result
from data import clock
from data.store import Store, open_store
from data.store.served import real_store
from jobs.access.operators import Operator
from jobs.arguments import ArgumentError, moment
from jobs.register import kept
from jobs.register.registers import REGISTERS, named

VERDICTS = {"publish": kept.PUBLISHED, "reject": kept.REJECTED}


def _register(parser: Parser) -> None:
    parser.add_argument("what", choices=("propose", "review", "list", "history"))
    parser.add_argument("--register", default=next(iter(REGISTERS)), help=f"one of {', '.join(REGISTERS)}")
    parser.add_argument("--row", default="", help="key of the row: propose, history")
    parser.add_argument("--action", choices=kept.ACTIONS, default=kept.CHANGE, help="propose")
    parser.add_argument("--set", action="append", default=[], metavar="COLUMN=TEXT", help="propose: a cell; repeatable")
    parser.add_argument("--fields", metavar="FILE.json", help="propose: cells as a JSON object of column and text")
    parser.add_argument("--reason", default="", help="propose: why; stands beside the row")
    parser.add_argument("--id", default="", help="review: of the edit")
    parser.add_argument("--verdict", choices=tuple(VERDICTS), help="review")
    parser.add_argument("--note", default="", help="review: needed to reject")
    parser.add_argument("--by", default="", help="propose, review: name of the operator; the account's by default")
    parser.add_argument("--waiting", action="store_true", help="list: the edits that wait for a review")
    parser.add_argument("--as-of", metavar="T", help="list: as it stood then; carries its zone")
    parser.add_argument("--out", metavar="FILE.csv", help="list: every column as CSV")


def register(a: Arguments) -> Result:
    """Keep the registers of facts: edits are proposed, reviewed by somebody else, and never overwritten."""
    store = open_store(a.store) if a.store else real_store()
    named(a.register)
    return {"propose": _propose, "review": _review, "list": _list, "history": _history}[a.what](a, store)


def _propose(a: Arguments, store: Store) -> Result:
    from jobs.register.edits import propose

    made = propose(store, Operator(a.by or getpass.getuser()), a.register, a.action, a.row, _cells(a), a.reason)
    print(f"{made.id} waits for a review: {made.action} {made.register} {made.row}")
    return {"edit": made.plain()}


def _cells(a: Arguments) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    if a.fields:
        try:
            read = json.loads(Path(a.fields).read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise ArgumentError("fields", "register.cells.unreadable", file=a.fields, cause=error) from error
        if not isinstance(read, dict):
            raise ArgumentError("fields", "register.cells.no_object", file=a.fields)
        cells |= read
    for pair in a.set:
        name, equals, text = pair.partition("=")
        if not equals:
            raise ArgumentError("set", "register.cells.no_pair", text=pair[:40])
        cells[name.strip()] = text
    return cells


def _review(a: Arguments, store: Store) -> Result:
    from jobs.register.edits import review

    if not a.verdict:
        raise ArgumentError("verdict", "register.cells.no_verdict", known=list(VERDICTS))
    done = review(store, Operator(a.by or getpass.getuser()), a.id, VERDICTS[a.verdict], a.note)
    print(f"{done.id} is {done.state}: {done.action} {done.register} {done.row}")
    return {"edit": done.plain()}


def _list(a: Arguments, store: Store) -> Result:
    from jobs.export.table_csv import as_csv
    from jobs.register.overlay import read

    if a.waiting:
        waits = kept.waiting(store, a.register)
        for one in waits:
            when = clock.iso(one.proposed_at, "seconds")
            print(f"{one.id}  {when}  {one.proposed_by}  {one.action} {one.row}: {one.reason}")
        return {"edits": [one.plain() for one in waits]}
    rows = read(store, a.register, moment("as-of", a.as_of, None) if a.as_of else None)
    if a.out:
        Path(a.out).write_bytes(as_csv(named(a.register).columns, rows))
    for row in rows if not a.out else ():
        print(f"{row[named(a.register).key]}  {row.get('status', '')}  {row.get('name_en', '')}")
    print(f"{len(rows)} rows")
    return {"register": a.register, "rows": rows}


def _history(a: Arguments, store: Store) -> Result:
    from jobs.register.overlay import history

    found = history(store, a.register, a.row)
    if not found:
        raise ArgumentError("row", "register.edit.absent", name=a.row[:40])
    for one in found:
        print(f"{one.edit.state} {one.edit.action} by {one.edit.proposed_by}" if one.edit else "as in the files")
        for name, before, after in one.changed:
            print(f"  {name}: {before!r} → {after!r}")
    return {"versions": [{"edit": v.edit.plain() if v.edit else None, "fields": dict(v.fields)} for v in found]}


COMMANDS: dict[str, Command] = {
    "register": Command("propose and review edits of the registers of facts", _register, register)
}
