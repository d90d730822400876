"""Commands about where particles come from: attribution, its refit, candidates for the register."""

from pathlib import Path
from typing import Any

from cli.commands import (
    Arguments,
    Command,
    Failed,
    Parser,
    Result,
    city_argument,
    deriving_store,
    out_argument,
    period_arguments,
    shown_store,
)
from data import clock
from data.city import city
from jobs.arguments import ArgumentError, period


def _attribute(parser: Parser) -> None:
    for name in ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior"):
        parser.add_argument(f"--{name}", metavar="FILE")
    parser.add_argument("--zone", help="IANA name of the clock of the files")
    city_argument(parser, required=False)
    period_arguments(parser, required=False)
    out_argument(parser, "DIR")


def attribute(a: Arguments) -> Result | None:
    """Attribute PM2.5 to sources, from files or from the store."""
    from jobs.attribution import from_files as job
    from jobs.attribution import refit

    if a.city:
        where = city(a.city)
        if not (getattr(a, "from") and a.to):
            raise ArgumentError("from", "cli.attribution.no_period")
        start, end = period(where, getattr(a, "from"), a.to)
        return dict(refit.run_store(shown_store(a.store), where.key, start, end, Path(a.out)))
    missing = [n for n in ("measurements", "stations", "sources", "zone") if not getattr(a, n)]
    if missing:
        raise ArgumentError(missing[0], "cli.attribution.no_file")
    paths: dict[str, Any] = {
        n: Path(getattr(a, n)) if getattr(a, n) else None
        for n in ("measurements", "weather", "stations", "sources", "fingerprints", "hotspots", "prior")
    }
    return dict(job.run_files(**paths, zone=a.zone, out=Path(a.out)))


def _refit(parser: Parser) -> None:
    city_argument(parser, required=False)


def refit(a: Arguments) -> Result:
    """Attribute the newest weeks of the cities and keep the answer for the screens."""
    from jobs.attribution import refit as job

    store = deriving_store(a.store)
    done = job.refit_all(store, clock.now(), city(a.city).key if a.city else None)
    for one in done:
        print(f"{one['city']}: {one['refused'] or 'attributed'}")
    if not done:
        raise Failed("cli.store.empty")
    return {"cities": done}


def _inventory(parser: Parser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("export", "candidates"), default="export",
        help="write the register (default), or list places that may be sources",
    )  # fmt: skip
    city_argument(parser)
    out_argument(parser, "FILE")


def inventory(a: Arguments) -> Result:
    """Write the register of sources, or propose places from OpenStreetMap for it; a person decides which enter it."""
    if a.action == "export":
        from jobs.export.register import write

        done = write(city(a.city).key, Path(a.out))
        print(f"{done['sites']} sites, checked up to {done['vintage'] or '—'}, in {done['out']}")
        return done
    from jobs.export.csv_lines import safe
    from sources.overpass_sites import candidates

    found = candidates(city(a.city))
    found.assign(name=found["name"].map(safe)).to_csv(a.out, index=False)
    print(f"{len(found)} places in {a.out}; none of them is in the register until somebody adds it there")
    return {"out": str(a.out), "candidates": len(found)}


COMMANDS: dict[str, Command] = {
    "attribute": Command("attribute PM2.5 to sources", _attribute, attribute),
    "refit": Command("attribute the newest weeks for the screens", _refit, refit),
    "inventory": Command("write the register of sources, or propose sources for it", _inventory, inventory),
}
