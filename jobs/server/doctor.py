"""An examination of this installation: configured, reachable, missing, writable, how big, how old."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from data import clock
from data.city import CityError, cities
from data.possible import AHEAD, MEASURED
from data.store import Store, StoreBusy, StoreError, open_store
from data.store.served import DEFAULT, VARIABLE
from data.store.tables.fitting import word
from jobs.collect import lost
from jobs.collect.offline import FEWEST, Offline, offline, unreached


class Finding(NamedTuple):
    """One line: a mark, what was looked at, what was found; what stands behind it is for machines."""

    mark: str
    about: str
    found: str
    details: tuple[str, ...] = ()


GOOD, NOTE, BAD = "✓", "·", "✗"


def examine(uri: str | None = None) -> dict[str, Any]:
    """
    Look at everything a person may have to mend.

    Parameters
    ----------
    uri : str, optional
        The store; the configured one by default.

    Returns
    -------
    dict
        ``lines`` to print, ``failed`` how many need a person, ``findings`` for machines.
    """
    findings = [*_clock(), *_cities(), *_store(uri), *_networks(_away(uri))]
    return {
        "lines": [f"{f.mark} {f.about}: {f.found}" for f in findings],
        "failed": sum(f.mark == BAD for f in findings),
        "findings": [f._asdict() for f in findings],
    }


def _clock() -> Iterator[Finding]:
    yield Finding(GOOD, "Python", sys.version.split()[0])
    try:
        mark = NOTE if clock.replaying() else GOOD
        yield Finding(mark, "clock", f"{clock.to_the_minute(clock.now())}{', REPLAY' if clock.replaying() else ''}")
    except clock.ClockError as error:
        yield Finding(BAD, "clock", str(error))


def _cities() -> Iterator[Finding]:
    try:
        for c in cities().values():
            yield Finding(GOOD, f"city {c.key}", f"{c.zone}, law {c.law}, networks {', '.join(sorted(c.networks))}")
    except CityError as error:
        yield Finding(BAD, "cities", str(error))


def _store(uri: str | None) -> Iterator[Finding]:
    try:
        store = open_store(uri)
        yield Finding(*(_writable(store.folder) if store.uri == str(store.folder) else _locks(store)))
        yield from _contents(store)
        yield from _verdicts(store)
        yield from _undeclared(store)
    except StoreError as error:
        yield Finding(BAD, "store", str(error))


def _locks(store: Store) -> tuple[str, str, str]:
    """Whether an object store answers, takes an object and refuses the second of the same name."""
    with store.place.held(".doctor.lock", 1.0):
        try:
            with store.place.held(".doctor.lock", 0):
                return BAD, "store", f"{store.uri} has no conditional put; two writers would not see each other"
        except StoreBusy:
            return GOOD, "store", f"{store.uri} is writable, its locks hold; local things lie in {store.folder}"


def _writable(folder: Path) -> tuple[str, str, str]:
    nearest = next(p for p in (folder, *folder.parents) if p.exists())
    if os.access(nearest, os.W_OK):
        return GOOD, "store", f"{folder} is writable" + ("" if folder.exists() else ", made at the first write")
    return BAD, "store", f"{nearest} cannot be written by this user; change its rights or {VARIABLE} (now {folder})"


def _contents(store: Store) -> Iterator[Finding]:
    yield from _early(store)
    size = store.size()
    if not size["rows"]:
        yield Finding(NOTE, "measurements", "none yet; the demo world is shown until the first arrives")
        return
    megabytes = size["bytes"] / 1e6
    yield Finding(GOOD, "measurements", f"{size['rows']:,} rows, {megabytes:.1f} MB in {size['files']} files")
    age = pd.Timestamp(clock.now()) - size["last"]
    mark = BAD if age < -clock.SKEW else GOOD if age < pd.Timedelta("6h") else NOTE
    yield Finding(mark, "newest", f"{clock.to_the_minute(size['last'])}, {age.total_seconds() / 3600:.1f} h ago")
    yield from _attempts(store.status())


def _early(store: Store) -> Iterator[Finding]:
    """Measurements that lie ahead of the machine's clock: kept by an earlier release, or the clock has gone back."""
    most = clock.machine() + min(AHEAD.values())
    counts = store.counts(kinds=MEASURED, after=most)
    if len(counts):
        sources = ", ".join(sorted(set(counts["source"])))
        n = int(counts["rows"].sum())
        yield Finding(
            BAD, "start ahead of the clock", f"{n} measured rows of {sources} begin after {clock.to_the_minute(most)}"
        )


def _attempts(status: pd.DataFrame) -> Iterator[Finding]:
    """How each network answered; those that no network would answer are one line, that of the networks below."""
    shown = status[~unreached(status)] if offline(status) else status
    for row in shown.itertuples():
        newest = f"{row.rows} rows, newest {clock.to_the_minute(row.newest)}" if pd.notna(row.newest) else "nothing yet"
        partly = lost.sentence(row.network, lost.read(row.failed), int(row.parts))
        mark = BAD if row.error else NOTE if partly else GOOD
        yield Finding(mark, f"{row.network} for {row.city}", str(row.error or partly or newest))


def _verdicts(store: Store) -> Iterator[Finding]:
    """Spans in which a station cannot be believed, those that still stand one by one."""
    from jobs.ingest import verdicts

    looked = {row.city: row for row in verdicts.looked(store).itertuples()}
    for key in sorted(set(store.spans()["city"])):
        if key not in looked:
            yield Finding(NOTE, f"verdicts for {key}", "not looked yet; `cleanair verdicts` looks")
            continue
        held = verdicts.current(store, key)
        standing = held[held["until"].isna() & held["doubts"]]
        at = clock.to_the_minute(looked[key].computed_at)
        yield Finding(GOOD, f"verdicts for {key}", f"{len(held)}, {len(standing)} still stand; looked {at}")
        for row in standing.itertuples():
            figures = f"{row.figure:.3g} ({row.lower:.3g} to {row.upper:.3g}) since {clock.to_the_minute(row.start)}"
            yield Finding(NOTE, f"{row.station} {row.parameter}", f"{row.check} {figures}; its values are left out")


def _undeclared(store: Store) -> Iterator[Finding]:
    """What a newer release, or a person, put into the store; nothing reads it, nothing takes it away."""
    for one in store.undeclared():
        if not one.column:
            yield Finding(NOTE, f"table {one.table}", "not declared by this release; kept as it came")
        elif one.declared is None:
            yield Finding(NOTE, f"column {one.table}.{one.column}", "not declared by this release; kept as it came")
        else:
            found = f"holds {word(one.kept)}, declared as {word(one.declared)}; kept as it came"
            yield Finding(NOTE, f"column {one.table}.{one.column}", found)


def _away(uri: str | None) -> Offline | None:
    """Whether the collector reached no network of late."""
    try:
        return offline(open_store(uri).status())
    except StoreError:
        return None


def _networks(away: Offline | None) -> Iterator[Finding]:
    """Each network of each city; one line where this machine reaches none of them."""
    from jobs.collect.collector import probe

    found = [p for c in cities().values() for p in probe(c)]
    if len({p.network for p in found}) >= FEWEST and not any(p.reachable for p in found):
        names = sorted({p.network for p in found})
        since = f", nor did the collector since {clock.to_the_minute(away.since)}" if away else ""
        said = f"this machine reaches none of {len(names)} networks{since}; check its connection, name server and proxy"
        details = tuple(f"{p.network} for {p.city}: {p.found}" for p in found)
        yield Finding(BAD if away else NOTE, "networks", said, details)
        return
    if away:
        since = clock.to_the_minute(away.since)
        yield Finding(NOTE, "networks", f"the collector reached none since {since}; some answer now, so it will again")
    for p in found:
        yield Finding(GOOD if p.ok else NOTE, f"network {p.network} for {p.city}", p.found)


__all__ = ["DEFAULT", "Finding", "examine"]
