"""Command about methane: plumes that satellites saw near a city, from the store or from a file handed over."""

from pathlib import Path

import pandas as pd

from cli.commands import Arguments, Command, Failed, Parser, Result, city_argument
from data import clock
from data.city import LANGUAGES, cities, city
from data.store import open_store


def _methane(parser: Parser) -> None:
    city_argument(parser, required=False)
    parser.add_argument("--import", metavar="FILE", help="the publisher's zip or plumes.csv, read without a network")
    parser.add_argument("--out", metavar="FILE.csv", help="write the plumes, where their licence lets them leave")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="of the names of sites")


def methane(a: Arguments) -> Result:
    """Print the plumes of methane near a city, with the nearest mapped site and what was looked at."""
    from jobs.methane.answer import methane as answered
    from jobs.methane.bring_in import bring_in

    asked = [city(a.city)] if a.city else list(cities().values())
    if given := getattr(a, "import"):
        kept = bring_in(open_store(a.store), Path(given), asked, clock.now())
        for key, counts in kept.items():
            print(f"{key}: {counts.stored} new, {counts.revised} changed, {counts.unchanged} as before, "
                  f"{counts.rejected} lines not understood")  # fmt: skip
    store = open_store(a.store)  # never the demo world, in which no satellite sees anything
    told = [answered(store, where, a.lang) for where in asked]
    leaving = [answered(store.for_export(), where, a.lang) for where in asked]
    for one in told:
        print(_said(one.city, one.looked, one.file_date, len(one.plumes), one.radius_km))
        for row in one.plumes.itertuples():
            print(_line(row))
    own = told[0].credit
    print(f"{own.text}; {own.licence}; {own.url}")
    if a.out:
        if sum(len(one.plumes) for one in told) > sum(len(one.plumes) for one in leaving):
            raise Failed("cli.methane.stays", licence=own.licence, publisher=own.url)
        parts = [one.csv().partition(b"\n") for one in leaving]
        Path(a.out).write_bytes(b"".join([*parts[0][:2], *(rows for _, _, rows in parts)]))
        print(a.out)
    documents = [one.document(free) for one, free in zip(told, leaving, strict=True)]
    return {"cities": [{k: v for k, v in one.items() if k != "plumes"} for one in documents], "out": a.out or ""}


def _said(key: str, looked: bool, file_date: object, count: int, radius: float) -> str:
    if not looked:
        return f"{key}: not looked: no file of plumes was read yet"
    none = f"none within {radius:g} km in the file of {file_date}"
    return f"{key}: {count} within {radius:g} km in the file of {file_date}" if count else f"{key}: {none}"


def _line(row: object) -> str:
    at = row.observed_at.strftime("%Y-%m-%d" if row.precision == "day" else "%Y-%m-%d %H:%M UTC")  # type: ignore[attr-defined]
    rate = "no rate" if pd.isna(row.flux_t_h) else f"{row.flux_t_h:.1f}"  # type: ignore[attr-defined]
    rate += "" if pd.isna(row.flux_std_t_h) else f" ± {row.flux_std_t_h:.1f}"  # type: ignore[attr-defined]
    place = f"{row.lat:.3f} N {row.lon:.3f} E"  # type: ignore[attr-defined]
    place += "" if pd.isna(row.position_km) else f" ± {row.position_km:g} km"  # type: ignore[attr-defined]
    site = row.nearest_site or "none"  # type: ignore[attr-defined]
    away = "" if pd.isna(row.nearest_site_km) else f" ({row.nearest_site_km:g} km)"  # type: ignore[attr-defined]
    return f"  {at}  {rate} t/h  {place}  {row.sensor}  {row.sector}  nearest mapped site: {site}{away}"  # type: ignore[attr-defined]


COMMANDS: dict[str, Command] = {"methane": Command("plumes of methane near a city", _methane, methane)}
