"""Commands that send notifications by hand."""

from data import clock
from jobs.commands import Arguments, Command, Failed, Parser, Result


def _notify(parser: Parser) -> None:
    below = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    test = below.add_parser("test", help="send a marked test message by every channel that is set up")
    test.add_argument("--channel", default="", help="only this one: webhook, email or telegram")


def notify(a: Arguments) -> Result:
    """Send a marked test message, and say of each channel whether it was accepted."""
    from jobs.notify import try_out
    from jobs.notify_channels import KINDS

    if a.channel and a.channel not in KINDS:
        raise Failed(f"no channel {a.channel!r}; choose one of {', '.join(KINDS)}")
    told = try_out(clock.now(), a.channel)
    if not told:
        switches = ", ".join(f"CLEANAIR_NOTIFY_{kind.switch}" for kind in KINDS.values())
        raise Failed(f"no channel is set up; whoever runs the server sets one of {switches}")
    for channel, error in told.items():
        print(f"{'✗' if error else '✓'} {error or f'{channel}: accepted'}")
    failed = [channel for channel, error in told.items() if error]
    if failed:
        raise Failed(f"not accepted: {', '.join(failed)}; the reasons stand above")
    return {"accepted": list(told)}


COMMANDS = {"notify": Command("send a test message by every channel that is set up", _notify, notify)}
