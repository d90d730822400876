"""`cleanair`: the work of the centre from a shell."""

import os
import sys
from collections.abc import Sequence

import orjson

from cli.commands import Parser, commands
from data.errors import CentreError
from data.store.served import VARIABLE as STORE
from jobs import logs


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
    except CentreError as error:
        return _say(error, error.exit_status)
    except OSError as error:
        return _say(_system(error), 1)
    except KeyboardInterrupt:
        return _say(CentreError("cli.main.stopped", who="asker"), 1)
    except Exception as error:
        if os.environ.get("CLEANAIR_DEBUG"):
            raise
        return _say(CentreError("cli.main.internal", who="developer", kind=type(error).__name__), 1)
    if a.json:
        print(orjson.dumps(result or {}, default=str).decode())
    return 0


def _system(error: OSError) -> CentreError:
    if error.strerror and error.filename:
        return CentreError("cli.main.file", why=error.strerror, file=error.filename)
    return CentreError("cli.main.system", why=error.strerror or error)


def _say(error: CentreError, status: int) -> int:
    print(f"cleanair: {logs.redacted(error)}", file=sys.stderr)
    return status
