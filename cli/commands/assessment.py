"""Commands that compute from tables: ledgers, indices, averages, trends, polar surfaces."""

from pathlib import Path

from cli.commands import Arguments, Command, Parser, Result, city_argument, out_argument, period_arguments, shown_store
from data.city import city
from data.standards.coverage import MIN_COVERAGE
from jobs.arguments import period


def _assess(parser: Parser) -> None:
    city_argument(parser)
    period_arguments(parser)
    parser.add_argument("--standard", required=True, choices=("us-epa-2024", "eaqi-2024", "who-2021", "uz", "kz"))
    out_argument(parser)


def assess(a: Arguments) -> Result:
    """Write the exceedance ledger of a city and period."""
    from jobs.tables import assess as job

    where = city(a.city)
    start, end = period(where, getattr(a, "from"), a.to)
    return dict(job.run(shown_store(a.store), where.key, start, end, a.standard, Path(a.out)))


def _index(parser: Parser) -> None:
    parser.add_argument("--standard", required=True, choices=("us-epa-2024", "eaqi-2024"))
    parser.add_argument("--input", required=True, metavar="FILE")
    out_argument(parser)


def index(a: Arguments) -> Result | None:
    """Add index and category to a table of concentrations."""
    from jobs.tables import index_file

    return index_file.run(a.standard, Path(a.input), Path(a.out))  # type: ignore[func-returns-value]


def _zone_arguments(parser: Parser) -> None:
    """Whose midnight opens a day or a month; UTC unless one of the two is given."""
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--tz", metavar="ZONE", help="IANA zone of the days, such as Asia/Tashkent; default UTC")
    where.add_argument("--city", help="days of this city's zone")


def _zone(a: Arguments) -> str:
    return city(a.city).zone.key if a.city else a.tz or "UTC"


def _counting_arguments(parser: Parser) -> None:
    """Which rows of a file count."""
    parser.add_argument(
        "--flags", choices=("ok", "all"), default="all", help="all: doubtful rows too; invalid ones never count"
    )


def _length_argument(parser: Parser) -> None:
    parser.add_argument(
        "--minutes", type=int, metavar="N", help="length of the rows of a wide table; default: their usual distance"
    )


def _station_argument(parser: Parser) -> None:
    parser.add_argument("--station", metavar="ID", help="where several stations of the file measure the parameter")


def _aggregate(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE")
    parser.add_argument("--every", required=True, choices=("hour", "day", "month", "year"))
    parser.add_argument(
        "--min-coverage", type=float, default=MIN_COVERAGE, help="least share of the whole calendar period, 0 to 1"
    )
    parser.add_argument("--vector-wind", action="store_true", help="speed of the mean wind vector, not the mean speed")
    _zone_arguments(parser)
    _counting_arguments(parser)
    _length_argument(parser)
    out_argument(parser)


def aggregate(a: Arguments) -> Result | None:
    """Average a table of hours."""
    from jobs.tables import wide_files

    asked = (Path(a.input), a.every, a.min_coverage, a.vector_wind, Path(a.out), _zone(a))
    return wide_files.aggregate(*asked, flags=a.flags, minutes=a.minutes)


def _trend(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE")
    parser.add_argument("--parameter", required=True)
    parser.add_argument("--deseason", action="store_true")
    parser.add_argument("--bootstrap", choices=("block", "plain"), default="block")
    parser.add_argument("--seed", type=int, default=2, help="2 is openair's own")
    parser.add_argument(
        "--min-coverage", type=float, default=MIN_COVERAGE, help="least share of a calendar month, 0 to 1"
    )
    _station_argument(parser)
    _zone_arguments(parser)
    _counting_arguments(parser)
    _length_argument(parser)
    out_argument(parser)


def trend(a: Arguments) -> Result | None:
    """Theil–Sen slope of monthly means with its interval."""
    from jobs.tables import wide_files

    asked = (Path(a.input), a.parameter, a.deseason, a.bootstrap, a.seed, Path(a.out), _zone(a))
    told = {"station": a.station, "flags": a.flags, "minutes": a.minutes}
    return wide_files.trend(*asked, min_coverage=a.min_coverage, **told)


def _polar(parser: Parser) -> None:
    parser.add_argument("--input", required=True, metavar="FILE")
    parser.add_argument("--parameter", required=True)
    parser.add_argument("--statistic", choices=("mean", "cpf90"), default="mean")
    _station_argument(parser)
    _counting_arguments(parser)
    out_argument(parser)


def polar(a: Arguments) -> Result | None:
    """Polar surface of a pollutant over wind speed and direction."""
    from jobs.tables import wide_files

    told = {"station": a.station, "flags": a.flags}
    return wide_files.polar(Path(a.input), a.parameter, a.statistic, Path(a.out), **told)


COMMANDS: dict[str, Command] = {
    "assess": Command("write the exceedance ledger", _assess, assess),
    "index": Command("add an air quality index to a table", _index, index),
    "aggregate": Command("average a table of hours", _aggregate, aggregate),
    "trend": Command("Theil–Sen slope with its interval", _trend, trend),
    "polar": Command("polar surface of a pollutant", _polar, polar),
}
