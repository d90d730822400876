"""`cleanair`: the work of the centre from a shell."""

import os
import sys
from collections.abc import Sequence

import orjson

from cli.commands import Failed, Parser, commands
from data.city import CityError
from data.store import StoreError
from data.store.served import VARIABLE as STORE
from jobs import logs
from jobs.arguments import ArgumentError
from sources.base import SourceError


def parser() -> Parser:
    """The command line of the centre."""
    top = Parser(prog="cleanair", description=__doc__)
    below = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands().items():
        sub = below.add_parser(name, help=command.help, description=command.run.__doc__)
        command.arguments(sub)
        sub.add_argument("--store", metavar="URI", help=f"folder of the store; {STORE} or var/store by default")
        sub.add_argument("--json", action="store_true", help="a machine-readable last line")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run one command.

    Returns
    -------
    int
        0 done, 1 the work failed, 2 the arguments are wrong.
    """
    a = parser().parse_args(argv)
    logs.install(level="WARNING")
    try:
        result = commands()[a.command].run(a)
    except (ArgumentError, CityError) as error:
        return _say(error, 2)
    except (StoreError, SourceError, Failed, ValueError, OSError) as error:
        return _say(error, _status(error))
    except KeyboardInterrupt:
        return _say("stopped by the keyboard; what was acknowledged is kept", 1)
    except Exception as error:
        if os.environ.get("CLEANAIR_DEBUG"):
            raise
        return _say(f"internal error ({type(error).__name__}); set CLEANAIR_DEBUG=1 and report what it prints", 1)
    if a.json:
        print(orjson.dumps(result or {}, default=str).decode())
    return 0


def _status(error: BaseException) -> int:
    """Errors that say `exit_status` know better; an argument that cannot be answered is 2."""
    return int(getattr(error, "exit_status", 1))


def _say(error: object, status: int) -> int:
    text = f"{error.strerror}: {error.filename}" if isinstance(error, OSError) and error.strerror else str(error)
    print(f"cleanair: {logs.redacted(' '.join(text.split()))}", file=sys.stderr)
    return status
