"""Commands that copy a whole store into one file, prove such a file, and put it back."""

from typing import Any

from cli.commands import Arguments, Command, Parser, Result
from data import clock
from data.release import release
from data.store import open_store
from jobs.arguments import ArgumentError
from jobs.server import backup as job


def _backup(parser: Parser) -> None:
    parser.add_argument("--out", metavar="FILE", help=f"written; its name ends with {' or '.join(job.CODECS)}")
    parser.add_argument("--verify", metavar="FILE", help="read a backup to its end and check every byte instead")


def backup(a: Arguments) -> Result:
    """Copy the store into one file while the server goes on, or check such a file."""
    if bool(a.out) == bool(a.verify):
        raise ArgumentError("out", "cli.backup.one_of_two")
    done = job.verify(a.verify) if a.verify else job.backup(open_store(a.store), a.out, clock.now(), release())
    print(f"{done['file']}: {_said(done)}{', every checksum is right' if a.verify else ''}")
    return done


def _restore(parser: Parser) -> None:
    parser.add_argument("--from", required=True, metavar="FILE", help="a backup")
    parser.add_argument("--to", required=True, metavar="FOLDER", help="must not exist or be empty")


def restore(a: Arguments) -> Result:
    """Put a backup into an empty folder; point CLEANAIR_STORE to it afterwards."""
    done = job.restore(getattr(a, "from"), a.to)
    open_store(a.to)  # an older layout gets this release's
    print(f"{done['folder']}: {_said(done)}; start the centre with CLEANAIR_STORE={done['folder']}")
    return done


def _said(done: dict[str, Any]) -> str:
    return f"{done['rows'].get('measurements', 0):,} measurements, {len(done['rows'])} tables, {done['files']} files"


COMMANDS: dict[str, Command] = {
    "backup": Command("copy the store into one file, or check one", _backup, backup),
    "restore": Command("put a backup into an empty folder", _restore, restore),
}
