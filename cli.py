"""`cleanair`: the work of the centre from a shell."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from data import clock
from data.city import CityError, cities, city
from data.parameters import PARAMETERS
from data.served import VARIABLE as STORE
from data.store import StoreError, open_store
from jobs.arguments import ArgumentError, moment, period, words
from sources.base import SourceError

Parser = argparse.ArgumentParser
Arguments = argparse.Namespace
Result = dict[str, Any]


class Command(NamedTuple):
    """One row of the command table."""

    help: str
    arguments: Callable[[Parser], None]
    run: Callable[[Arguments], Result | None]


class Failed(RuntimeError):
    """The work was understood and could not be done; the message is one sentence."""


def _serve(parser: Parser) -> None:
    parser.add_argument("--port", type=int, default=int(os.environ.get("CLEANAIR_PORT") or 8501))
    parser.add_argument("--address", default=os.environ.get("CLEANAIR_ADDRESS") or "127.0.0.1")


def serve(a: Arguments) -> None:
    """Serve pages, API and collector; replaces this process by Streamlit's own server."""
    root = Path(__file__).resolve().parent
    os.environ["PYTHONPATH"] = str(root)
    command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py")]
    command += ["--server.port", str(a.port), "--server.address", a.address]
    os.chdir(root)
    os.execv(sys.executable, command)


def _collect(parser: Parser) -> None:
    _city(parser, required=False)
    parser.add_argument("--once", action="store_true", help="one round, then stop")
    parser.add_argument("--since", help="back-fill from this moment, within each network's quota")
    parser.add_argument("--until", help="end of the back-fill; now by default")


def collect(a: Arguments) -> Result | None:
    """Fetch from the networks of the cities."""
    import threading

    from jobs import collect as job

    store, now = open_store(a.store), clock.now()
    keys = [city(a.city).key] if a.city else list(cities())
    if a.since:
        done = []
        for key in keys:
            until = moment("until", a.until, city(key).zone) if a.until else now
            done += job.backfill(store, key, moment("since", a.since, city(key).zone), until)
        return {"outcomes": [_outcome(o) for o in done]}
    if a.once:
        return {"outcomes": [_outcome(o) for o in job.collect_due(store, now, cities=keys)]}
    stop = threading.Event()
    try:
        job.run_forever(store, stop)
    except KeyboardInterrupt:
        stop.set()
    return None


def _outcome(outcome: Any) -> dict[str, Any]:
    return {k: str(v) if v is not None else None for k, v in vars(outcome).items()}


def doctor(a: Arguments) -> Result:
    """Say what is configured, reachable, missing, writable, how big and how old."""
    from jobs.doctor import examine

    report = examine(a.store)
    for line in report["lines"]:
        print(line)
    if report["failed"]:
        raise Failed(f"{report['failed']} of {len(report['lines'])} checks need a person; they are marked with ✗ above")
    return report


def _import(parser: Parser) -> None:
    from sources.files import FORMATS

    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument("--format", required=True, choices=sorted(FORMATS))
    parser.add_argument("--stamps", choices=("end", "start"), default="end", help="what the files' times stamp")
    _city(parser, required=False)


def import_(a: Arguments) -> Result:
    """Bring files into the store."""
    from tqdm import tqdm

    from jobs import import_files

    where = city(a.city).key if a.city else None
    with tqdm(total=0, unit=" rows", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
        done = import_files.run(
            [Path(f) for f in a.files], a.format, where, open_store(a.store), stamps=a.stamps, progress=bar.update
        )
    if not a.json:
        print(orjson.dumps(done, default=str, option=orjson.OPT_INDENT_2).decode())
    if done["read"] and not done["stored"] + done["revised"] + done["unchanged"]:
        common = max(done["rejected"], key=done["rejected"].get)
        raise Failed(f"no row could be kept: {done['rejected'][common]} of {done['read']} were rejected as “{common}”")
    return done


def _snapshot(parser: Parser) -> None:
    _city(parser)
    _period(parser)
    parser.add_argument("--as-of", help="what was known at this moment; must carry its zone")
    parser.add_argument("--parameters", help="comma-separated keys")
    parser.add_argument("--flags", choices=("ok", "all"), default="all")
    parser.add_argument("--format", choices=("csv", "parquet", "xlsx"), default="csv")
    parser.add_argument("--excel", action="store_true", help="BOM, semicolons and decimal commas (csv)")
    parser.add_argument("--bom", action="store_true", help="UTF-8 byte-order mark (csv)")
    parser.add_argument("--out", required=True, metavar="DIR")


def snapshot(a: Arguments) -> Result:
    """Write the measurements of a city and period into a file, with a description beside it."""
    from jobs import export
    from jobs import snapshot as job

    where = city(a.city)
    start, end = period(where, getattr(a, "from"), a.to)
    request = export.Request(
        city=where.key,
        start=start,
        end=end,
        as_of=moment("as-of", a.as_of, None) if a.as_of else clock.known(),
        parameters=words("parameters", a.parameters, tuple(PARAMETERS)),
        flags=a.flags,
        excel=a.excel,
        bom=a.bom,
    )
    done = job.write(_shown(a.store), request, a.format, Path(a.out))
    print(done["file"])
    for row in done["left_out"]:
        print(f"left out: {row['rows']} rows of {row['source']}: {row['why']}", file=sys.stderr)
    return done


def _assess(parser: Parser) -> None:
    _city(parser)
    _period(parser)
    parser.add_argument("--standard", required=True, choices=("us-epa-2024", "eaqi-2024", "who-2021", "uz", "kz"))
    _out(parser)


def assess(a: Arguments) -> Result:
    """Write the exceedance ledger of a city and period."""
    from jobs import assess as job

    where = city(a.city)
    start, end = period(where, getattr(a, "from"), a.to)
    return dict(job.run(_shown(a.store), where.key, start, end, a.standard, Path(a.out)))


def _index(parser: Parser) -> None:
    parser.add_argument("--standard", required=True, choices=("us-epa-2024", "eaqi-2024"))
    parser.add_argument("--input", required=True, metavar="FILE")
    _out(parser)


def index(a: Arguments) -> Result | None:
    """Add index and category to a table of concentrations."""
    from jobs import index_file

    return index_file.run(a.standard, Path(a.input), Path(a.out))  # type: ignore[func-returns-value]


def _aggregate(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE")
    parser.add_argument("--every", required=True, choices=("hour", "day", "month", "year"))
    parser.add_argument("--min-coverage", type=float, default=0.75)
    parser.add_argument("--vector-wind", action="store_true")
    _out(parser)


def aggregate(a: Arguments) -> Result | None:
    """Average a table of hours."""
    from jobs import wide_files

    return wide_files.aggregate(Path(a.input), a.every, a.min_coverage, a.vector_wind, Path(a.out))


def _trend(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE")
    parser.add_argument("--parameter", required=True)
    parser.add_argument("--deseason", action="store_true")
    parser.add_argument("--bootstrap", choices=("block", "plain"), default="block")
    parser.add_argument("--seed", type=int, default=2, help="2 is openair's own")
    _out(parser)


def trend(a: Arguments) -> Result | None:
    """Theil–Sen slope of monthly means with its interval."""
    from jobs import wide_files

    return wide_files.trend(Path(a.input), a.parameter, a.deseason, a.bootstrap, a.seed, Path(a.out))


def _polar(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE")
    parser.add_argument("--parameter", required=True)
    parser.add_argument("--statistic", choices=("mean", "cpf90"), default="mean")
    _out(parser)


def polar(a: Arguments) -> Result | None:
    """Polar surface of a pollutant over wind speed and direction."""
    from jobs import wide_files

    return wide_files.polar(Path(a.input), a.parameter, a.statistic, Path(a.out))


def _attribute(parser: Parser) -> None:
    for name in ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior"):
        parser.add_argument(f"--{name}", metavar="FILE")
    parser.add_argument("--zone", help="IANA name of the clock of the files")
    _city(parser, required=False)
    _period(parser, required=False)
    _out(parser, "DIR")


def attribute(a: Arguments) -> Result | None:
    """Attribute PM2.5 to sources, from files or from the store."""
    from jobs import attribute as job
    from jobs import refit

    if a.city:
        where = city(a.city)
        if not (getattr(a, "from") and a.to):
            raise ArgumentError("from", "and --to are needed with --city")
        start, end = period(where, getattr(a, "from"), a.to)
        return dict(refit.run_store(_shown(a.store), where.key, start, end, Path(a.out)))
    missing = [n for n in ("measurements", "stations", "sources", "zone") if not getattr(a, n)]
    if missing:
        raise ArgumentError(missing[0], "is needed, or --city with --from and --to")
    paths: dict[str, Any] = {
        n: Path(getattr(a, n)) if getattr(a, n) else None
        for n in ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior")
    }
    return dict(job.run_files(**paths, zone=a.zone, out=Path(a.out)))


def _refit(parser: Parser) -> None:
    _city(parser, required=False)


def refit(a: Arguments) -> Result:
    """Attribute the newest weeks of the cities and keep the answer for the screens."""
    from jobs import refit as job

    store = _shown(a.store)
    done = job.refit_all(store, clock.now(), city(a.city).key if a.city else None)
    for one in done:
        print(f"{one['city']}: {one['refused'] or 'attributed'}")
    if not done:
        raise Failed("the store holds no measurement of a city: collect, import or run `cleanair demo` first")
    return {"cities": done}


def _inventory(parser: Parser) -> None:
    parser.add_argument("action", choices=("candidates",), help="list places that may be sources")
    _city(parser)
    _out(parser, "FILE.csv")


def inventory(a: Arguments) -> Result:
    """Propose places from OpenStreetMap for the register of sources; a person decides which of them enter it."""
    from jobs.export import safe
    from sources.base import SourceError
    from sources.overpass_sites import candidates

    try:
        found = candidates(city(a.city))
    except SourceError as error:
        raise Failed(str(error)) from error
    found.assign(name=found["name"].map(safe)).to_csv(a.out, index=False)
    print(f"{len(found)} places in {a.out}; none of them is in the register until somebody adds it there")
    return {"out": str(a.out), "candidates": len(found)}


def _brief(parser: Parser) -> None:
    _city(parser)
    _period(parser)
    parser.add_argument("--lang", choices=("en", "ru", "uz", "kk"), default="en")
    _out(parser)


def brief(a: Arguments) -> Result | None:
    """One printable page for a city and period."""
    from jobs import brief as job

    where = city(a.city)
    start, end = period(where, getattr(a, "from"), a.to)
    return dict(job.run(_shown(a.store), where.key, start, end, a.lang, Path(a.out), now=clock.now()))


def _basemap(parser: Parser) -> None:
    _city(parser)
    parser.add_argument("--from", metavar="FILE.geojson", help="a file instead of OpenStreetMap")


def basemap(a: Arguments) -> Result:
    """Build the offline base map of a city."""
    from jobs import basemap as job

    source = getattr(a, "from")
    made = job.build(city(a.city), Path(source) if source else None)
    print(made)
    return {"file": str(made)}


def compact(a: Arguments) -> Result:
    """Join small files of the store."""
    return open_store(a.store).compact()


def demo(a: Arguments) -> Result:
    """Build or extend the demo world in its own store."""
    from data import demo as world
    from data.served import demo_store
    from models.quality import flag

    os.environ[STORE] = str(a.store or os.environ.get(STORE) or "var/store")
    store = demo_store()
    now = clock.now()
    world.fill(store, now, check=lambda rows: flag(rows, now=now))
    print(store.folder)
    return {"store": str(store.folder)}


def _none(parser: Parser) -> None:
    """No argument of its own."""


COMMANDS: dict[str, Command] = {
    "serve": Command("serve pages, API and collector", _serve, serve),
    "collect": Command("fetch from the networks", _collect, collect),
    "doctor": Command("what is configured, reachable, missing, big, old", _none, doctor),
    "import": Command("bring files into the store", _import, import_),
    "snapshot": Command("write measurements into a file", _snapshot, snapshot),
    "assess": Command("write the exceedance ledger", _assess, assess),
    "attribute": Command("attribute PM2.5 to sources", _attribute, attribute),
    "refit": Command("attribute the newest weeks for the screens", _refit, refit),
    "inventory": Command("propose sources for the register", _inventory, inventory),
    "index": Command("add an air quality index to a table", _index, index),
    "aggregate": Command("average a table of hours", _aggregate, aggregate),
    "trend": Command("Theil–Sen slope with its interval", _trend, trend),
    "polar": Command("polar surface of a pollutant", _polar, polar),
    "brief": Command("one printable page", _brief, brief),
    "basemap": Command("build the offline base map", _basemap, basemap),
    "compact": Command("join small files of the store", _none, compact),
    "demo": Command("build the demo world", _none, demo),
}


def _city(parser: Parser, required: bool = True) -> None:
    parser.add_argument("--city", required=required, help="key of a file in data/cities")


def _period(parser: Parser, required: bool = True) -> None:
    parser.add_argument("--from", required=required, metavar="T", help="ISO 8601; city's clock where it has no zone")
    parser.add_argument("--to", required=required, metavar="T", help="exclusive")


def _out(parser: Parser, metavar: str = "FILE") -> None:
    parser.add_argument("--out", required=True, metavar=metavar)


def _shown(uri: str | None) -> Any:
    """The store to read: the named one, or what the screens show."""
    from data.served import served

    if uri:
        os.environ[STORE] = uri
    return served().store


def parser() -> Parser:
    """The command line of the centre."""
    top = Parser(prog="cleanair", description=__doc__)
    below = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
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
    try:
        result = COMMANDS[a.command].run(a)
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
    print(f"cleanair: {' '.join(text.split())}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
