"""Commands of the alarms: what stands, and what would have rung over a period."""

from pathlib import Path
from typing import Any

import pandas as pd

from cli.commands import Arguments, Command, Parser, Result, city_argument, period_arguments, shown_store
from data.city import cities, city
from jobs.arguments import ArgumentError, period

SHOWN = ("city", "rule", "state", "priority", "rang_at", "since", "by", "text")
SAID = (*SHOWN, "value", "unit", "limit", "rests_on_from", "rests_on_to", "rank", "n", "of", "no_data_since", "expires")


def _alarms(parser: Parser) -> None:
    parser.add_argument("what", choices=("list", "replay"), help="what stands now, or what would have rung")
    city_argument(parser, required=False)
    period_arguments(parser, required=False)
    parser.add_argument("--all", action="store_true", help="list: the normal ones too")
    parser.add_argument("--out", metavar="FILE.csv", help="replay: every ring and return as CSV")


def alarms(a: Arguments) -> Result:
    """Show what stands, or what the rules would have rung from --from to --to."""
    return listed(a) if a.what == "list" else replayed(a)


def listed(a: Arguments) -> Result:
    """The table of alarms, what is not normal first."""
    from data.rules.alarms import PRIORITIES
    from jobs.alarms.evaluate import TABLE

    table = shown_store(a.store).table(TABLE)
    if table.empty:
        print("no alarm was looked at yet; the server does it every minute")
        return {"alarms": []}
    if a.city:
        table = table[table["city"] == city(a.city).key]
    urgency = table["priority"].map({name: place for place, name in enumerate(PRIORITIES)})
    table = table.assign(urgency=urgency, calm=table["state"] == "normal").sort_values(
        ["calm", "no_data", "urgency", "rang_at"]
    )
    shown = table if a.all else table[~table["calm"]]
    for row in shown[list(SHOWN)].itertuples(index=False):
        rang = "" if pd.isna(row.rang_at) else f", rang {city(row.city).local(row.rang_at):%Y-%m-%d %H:%M}"
        print(f"{row.city}  {row.state}{rang}  [{row.priority}]  {row.text}")
    print(f"{int((~table['calm']).sum())} of {len(table)} alarms are not normal")
    told = shown[list(SAID)].astype(object)
    return {"alarms": told.where(told.notna(), None).to_dict("records")}


def replayed(a: Arguments) -> Result:
    """Rings per rule and month, and what a shift would have had."""
    from jobs.alarms.replay import replay, save

    begin, end = getattr(a, "from"), a.to
    if not begin or not end:
        raise ArgumentError("from", "cli.alarms.no_period")
    store = shown_store(a.store)
    done = []
    for place in [city(a.city)] if a.city else list(cities().values()):
        made = replay(store, place, *period(place, begin, end))
        _say(made)
        done.append(made)
    rows = save(done, Path(a.out)) if a.out else None
    return {"cities": [_figures(one) for one in done], "rows": rows}


def _say(made: Any) -> None:
    print(f"\n{made.city.name()}: rings per rule and month")
    shown = made.months.assign(standing=[f"{100 * share:.1f} %" for share in made.months["standing"]])
    print(shown.to_string())
    one = made.rates
    print(f"{one.rings} rings: {one.per_day:.2f} a day (most {one.worst_day}), {one.per_shift:.2f} a shift", end=" ")
    print(f"(most {one.worst_shift}), {one.per_ten:.4f} in 10 min (most {one.worst_ten}); {len(one.floods)} floods")
    for rule, why in made.notes.items():
        print(f"  {rule}: {why}")


def _figures(made: Any) -> dict[str, Any]:
    one = made.rates
    return {
        "city": made.city.key,
        "rings": one.rings,
        "per_day": one.per_day,
        "worst_day": one.worst_day,
        "per_shift": one.per_shift,
        "worst_shift": one.worst_shift,
        "per_ten_minutes": one.per_ten,
        "worst_ten_minutes": one.worst_ten,
        "within_target": one.within_target,
        "floods": [{"start": f.start, "end": f.end, "rings": f.rings} for f in one.floods],
        "by_rule": one.by_rule,
        "standing": made.months["standing"].to_dict(),
        "not_replayed": dict(made.notes),
    }


COMMANDS: dict[str, Command] = {"alarms": Command("what stands, or what would have rung", _alarms, alarms)}
