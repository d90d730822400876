"""Verdicts on spans of stations from a shell: look for them anew, list those that hold."""

import pandas as pd

from cli.commands import Arguments, Command, Parser, Result, city_argument
from data import clock
from data.city import city
from data.store import open_store
from data.store.served import shown


def _arguments(parser: Parser) -> None:
    city_argument(parser, required=False)
    parser.add_argument("--list", action="store_true", help="list what is held, look at nothing")


def verdicts(a: Arguments) -> Result:
    """Look for spans in which a station cannot be believed (out of level, copied, dead, …) and keep what is found."""
    from jobs.ingest import verdicts as job

    store = open_store(a.store) if a.store else shown()
    key = city(a.city).key if a.city else None
    done = {} if a.list else job.refresh_all(store, key)
    held = job.current(store, key)
    for row in held.itertuples():
        until = "now" if pd.isna(row.until) else clock.to_the_minute(row.until)
        span = f"{clock.to_the_minute(row.start)} to {until}"
        other = f", as {row.other}" if row.other else ""
        print(f"{row.city} {row.station} {row.parameter}: {row.check} {row.figure:.3g} "
              f"({row.lower:.3g} to {row.upper:.3g}){other}, {span}")  # fmt: skip
    for row in job.looked(store, key).itertuples():
        at = clock.to_the_minute(row.computed_at)
        print(f"{row.city}: {row.verdicts} verdicts on {row.channels} channels, looked {at}")
    return {"done": done, "verdicts": held.astype({"start": "str", "until": "str"}).to_dict("records")}


COMMANDS = {"verdicts": Command("spans in which a station cannot be believed", _arguments, verdicts)}
