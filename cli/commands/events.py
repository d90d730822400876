"""Command about events: what happened in a city's air in any period."""

from pathlib import Path

import pandas as pd

from cli.commands import Arguments, Command, Parser, Result, city_argument, deriving_store, period_arguments
from data.city import city
from jobs.arguments import period


def _events(parser: Parser) -> None:
    city_argument(parser)
    period_arguments(parser)
    parser.add_argument("--out", metavar="FILE.csv", help="write them with evidence and front; else only print them")
    parser.add_argument("--keep", action="store_true", help="keep them in the store, for the pages")


def events(a: Arguments) -> Result:
    """Detect the events of a period from what the store holds."""
    from jobs.events import detect as job
    from jobs.events.export import events_csv
    from jobs.events.looked import seen, within

    where, store = city(a.city), deriving_store(a.store)
    start, end = period(where, getattr(a, "from"), a.to)
    found = job.history(store, where.key, start, end)
    for row in found.itertuples():
        last = "going on" if pd.isna(row.end) else f"{row.end.astimezone(where.zone):%Y-%m-%d %H:%M}"
        peak = f"{row.parameter} {row.peak:g} {row.unit}".strip() if not pd.isna(row.peak) else ""
        begin = f"{row.start.astimezone(where.zone):%Y-%m-%d %H:%M}"
        print(f"{begin} – {last}  {row.kind:<12}  {peak:<18}  confidence {row.confidence:.2f}")
    spans = within(seen(store, where.key, start, end), start, end, end)
    if spans.until is None:
        print("nothing to look at: no measurements in this period")
    if a.out:
        Path(a.out).write_bytes(events_csv(store.for_export().narrowed(found), where.key, spans))
        print(a.out)
    if a.keep:
        job.record(store, found, where.key, start, end)
    return {"events": len(found), "kinds": found["kind"].value_counts().to_dict(), "out": a.out or "", "kept": a.keep,
            "looked": spans.state, "looked_until": spans.until.isoformat() if spans.until else None}  # fmt: skip


COMMANDS: dict[str, Command] = {"events": Command("detect the events of a period", _events, events)}
