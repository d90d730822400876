"""Commands about published snapshots: make one known, list them, take old files away."""

from datetime import datetime, timedelta
from typing import Any

from cli.commands import Arguments, Command, Parser, Result, city_argument, period_arguments
from data import clock
from data.city import city
from data.parameters import PARAMETERS
from data.store import open_store
from jobs.arguments import ArgumentError, period, words


def _publish(parser: Parser) -> None:
    city_argument(parser, required=False)
    period_arguments(parser, required=False)
    parser.add_argument("--last-month", action="store_true", help="the last whole month of every city, once")
    parser.add_argument("--parameters", help="comma-separated keys")
    parser.add_argument("--format", choices=("csv", "parquet", "xlsx"), default="csv")
    parser.add_argument("--by", default="operator", help="who publishes; stands in the register")


def publish(a: Arguments) -> Result:
    """Publish a snapshot under an address that stays; what the public may not have is left out."""
    from jobs.export import publish as job
    from jobs.export import request as export_request

    store = open_store(a.store)
    if a.last_month:
        done = job.last_month(store, clock.now(), by=a.by)
    elif a.city and getattr(a, "from") and a.to:
        where = city(a.city)
        start, end = period(where, getattr(a, "from"), a.to)
        chosen = words("parameters", a.parameters, tuple(PARAMETERS))
        request = export_request.Request(city=where.key, start=start, end=end, as_of=clock.now(), parameters=chosen)
        done = [job.publish(store, request, a.format, by=a.by, now=clock.now())]
    else:
        raise ArgumentError("city", "cli.publishing.no_period")
    for row in done:
        print(f"/api/v1/snapshots/{row['id']}.zip  {row['rows']} rows  {row['sha256']}")
    return {"published": [_plain(row) for row in done]}


def _snapshots(parser: Parser) -> None:
    parser.add_argument("action", choices=("list", "forget"), help="the register, or old files taken away")
    parser.add_argument("--days", type=int, default=400, help="how long files stay; rows of the register stay for ever")


def snapshots(a: Arguments) -> Result:
    """Show the register of published snapshots, or take files away whose time is over."""
    from jobs.export import publish as job

    store = open_store(a.store)
    if a.action == "forget":
        gone = job.forget(store, clock.now(), timedelta(days=a.days))
        print(f"{len(gone)} files taken away; their rows and recipes stay")
        return {"forgotten": gone}
    rows = job.register(store)
    for row in rows.to_dict("records"):
        print(f"{row['id']}  {row['rows']} rows  {row['title']}")
    return {"snapshots": [_plain(row) for row in rows.to_dict("records")]}


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(k): v.isoformat() if isinstance(v, datetime) else v for k, v in row.items()}


COMMANDS: dict[str, Command] = {
    "publish": Command("publish a snapshot under an address that stays", _publish, publish),
    "snapshots": Command("the register of published snapshots", _snapshots, snapshots),
}
