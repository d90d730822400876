"""Commands that send notifications by hand, list what waits and let it be tried again."""

import os
from typing import Any

from cli.commands import Arguments, Command, Failed, Parser, Result
from data import clock
from data.clock import to_the_minute
from data.store.served import VARIABLE as STORE
from jobs.arguments import quoted


def _notify(parser: Parser) -> None:
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    test = below.add_parser("test", help="send a marked test message by every channel that is set up")
    test.add_argument("--channel", default="", help="only this one: webhook, email or telegram")
    known = below.add_parser("list", help="messages that wait or were refused, with the last error")
    known.add_argument("--all", action="store_true", help="also those that left in the last 30 days")
    again = below.add_parser("retry", help="try again what was refused or waits; the server does it within a minute")
    again.add_argument("id", nargs="?", default="", metavar="ID", help="as `cleanair notify list` names it")
    again.add_argument("--all", action="store_true", help="everything that has not left")


def notify(a: Arguments) -> Result:
    """Test the channels, or look after the outbox."""
    if a.what == "test":
        return _try(a)
    from data.store.served import shown

    if a.store:
        os.environ[STORE] = a.store
    return _list(a, shown()) if a.what == "list" else _retry(a, shown())


def _list(a: Arguments, store: Any) -> Result:
    from jobs.logs import redacted
    from jobs.notify import outbox

    box = outbox.read(store)
    box = box.assign(state=outbox.standing(box), error=[redacted(e) for e in box["error"]])
    rows = box if a.all else box[box["state"] != "sent"]
    for row in rows.itertuples():
        when = f", next {to_the_minute(row.next)}" if row.state == "waiting" else ""
        print(f"{row.state}: {row.id} ({row.tries} tries{when}) {row.error}".rstrip())
    counts = {state: int((box["state"] == state).sum()) for state in ("waiting", "refused", "sent")}
    if not len(rows):
        print("nothing waits")
    return {**counts, "ids": list(rows["id"])}


def _retry(a: Arguments, store: Any) -> Result:
    from jobs.notify import outbox

    if bool(a.id) == a.all:
        raise Failed("cli.notify.one_or_all")
    due = outbox.retry(store, clock.now(), a.id)
    if a.id and not due:
        raise Failed("cli.notify.no_message", id=quoted(a.id, 80))
    print(f"{due} due now; a running server sends within a minute")
    return {"due": due}


def _try(a: Arguments) -> Result:
    """Send a marked test message, and say of each channel whether it was accepted."""
    from jobs.notify.channels import KINDS
    from jobs.notify.deliver import try_out

    if a.channel and a.channel not in KINDS:
        raise Failed("cli.notify.no_channel", channel=quoted(a.channel), known=list(KINDS))
    told = try_out(clock.now(), a.channel)
    if not told:
        switches = [f"CLEANAIR_NOTIFY_{kind.switch}" for kind in KINDS.values()]
        raise Failed("cli.notify.none_set_up", who="operator", switches=switches)
    for channel, error in told.items():
        print(f"{'✗' if error else '✓'} {error or f'{channel}: accepted'}")
    failed = [channel for channel, error in told.items() if error]
    if failed:
        raise Failed("cli.notify.not_accepted", failed=failed)
    return {"accepted": list(told)}


COMMANDS = {"notify": Command("test the channels, list and repeat what has not left", _notify, notify)}
