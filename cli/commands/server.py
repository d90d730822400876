"""Commands that run the centre: server, collection, doctor, the store's care, the demo world."""

import os
import sys
from pathlib import Path
from typing import Any

from cli.commands import Arguments, Command, Failed, Parser, Result, city_argument, no_arguments
from data import clock
from data.city import cities, city
from data.store import open_store
from data.store.served import VARIABLE as STORE
from jobs.arguments import moment


def _serve(parser: Parser) -> None:
    parser.add_argument("--port", type=int, default=int(os.environ.get("CLEANAIR_PORT") or 8501))
    parser.add_argument("--address", default=os.environ.get("CLEANAIR_ADDRESS") or "127.0.0.1")


def serve(a: Arguments) -> None:
    """Serve pages, API and collector; replaces this process by Streamlit's own server."""
    root = Path(__file__).resolve().parents[2]
    os.environ["PYTHONPATH"] = str(root)
    os.environ["CLEANAIR_ADDRESS"] = a.address  # api.http.hosts answers to it
    command = [sys.executable, "-m", "streamlit", "run", str(root / "app.py")]
    command += ["--server.port", str(a.port), "--server.address", a.address]
    os.chdir(root)
    os.execv(sys.executable, command)


def _collect(parser: Parser) -> None:
    city_argument(parser, required=False)
    parser.add_argument("--once", action="store_true", help="one round, then stop")
    parser.add_argument("--since", help="back-fill from this moment, within each network's quota")
    parser.add_argument("--until", help="end of the back-fill; now by default")


def collect(a: Arguments) -> Result | None:
    """Fetch from the networks of the cities."""
    import threading

    from jobs.collect import collector as job

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
    plain = {k: str(v) if v is not None else None for k, v in vars(outcome).items() if k not in ("fault", "lost")}
    lost = [{"part": f.part, "since": str(f.since), "error": str(f.error)} for f in outcome.lost]
    return {**plain, "lost": lost}


def _doctor(parser: Parser) -> None:
    parser.add_argument("--facts", action="store_true", help="what the registers of facts lack, and what is due")


def doctor(a: Arguments) -> Result:
    """Say what is configured, reachable, missing, writable, how big and how old; or what the registers lack."""
    from jobs.server.doctor import examine

    if a.facts:
        return _facts()
    report = examine(a.store)
    for line in report["lines"]:
        print(line)
    if report["failed"]:
        raise Failed("cli.server.doctor", who="operator", failed=report["failed"], n=len(report["lines"]))
    return report


def _facts() -> Result:
    from jobs.server.facts import examine

    report = examine(clock.now().date())
    for line in report["lines"]:
        print(line)
    if report["lacking"]:
        raise Failed("cli.server.facts", who="operator", n=report["lacking"])
    return report


def _basemap(parser: Parser) -> None:
    city_argument(parser)
    parser.add_argument("--from", metavar="FILE.geojson", help="a file instead of OpenStreetMap")


def basemap(a: Arguments) -> Result:
    """Build the offline base map of a city."""
    from jobs.server import basemap as job

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
    from data.store.served import demo_store
    from jobs.ingest.maintenance import checks

    os.environ[STORE] = str(a.store or os.environ.get(STORE) or "var/store")
    store = demo_store()
    now = clock.now()
    world.fill(store, now, check=checks(store, now))
    print(store.uri)
    return {"store": store.uri}


COMMANDS: dict[str, Command] = {
    "serve": Command("serve pages, API and collector", _serve, serve),
    "collect": Command("fetch from the networks", _collect, collect),
    "doctor": Command("what is configured, reachable, missing, big, old", _doctor, doctor),
    "basemap": Command("build the offline base map", _basemap, basemap),
    "compact": Command("join small files of the store", no_arguments, compact),
    "demo": Command("build the demo world", no_arguments, demo),
}
