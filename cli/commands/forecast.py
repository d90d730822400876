"""The command that forecasts the coming three days."""

from pathlib import Path

from cli.commands import Arguments, Command, Failed, Parser, Result, city_argument, deriving_store, shown_store
from data import clock
from data.city import city
from jobs.arguments import ArgumentError


def _forecast(parser: Parser) -> None:
    city_argument(parser, required=False)
    parser.add_argument("--out", metavar="FILE.csv", help="write one city's hours, as /api/v1/forecast.csv")


def forecast(a: Arguments) -> Result:
    """Forecast the next 72 hours of the cities and keep them for the screens."""
    from jobs.forecast import run as job
    from jobs.forecast.export import forecast_csv

    if a.out and not a.city:
        raise ArgumentError("out", "cli.forecast.no_city")
    store = deriving_store(a.store)
    done = job.forecast_all(store, clock.now(), city(a.city).key if a.city else None)
    for one in done:
        print(one["refused"] or f"{one['city']}: " + "; ".join(f"{p} {m}" for p, m in one["shown"].items()))
    if not done:
        raise Failed("cli.store.empty")
    if a.out:
        Path(a.out).write_bytes(forecast_csv(shown_store(a.store, "download"), done[0]["city"]))
    return {"cities": done}


COMMANDS: dict[str, Command] = {
    "forecast": Command("forecast the next 72 hours for the screens", _forecast, forecast),
}
