"""Measurements as a file that leaves the centre: one writer for the page, the shell and the open API."""

import itertools
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data import checks, reasons
from data.city import city as city_of
from data.parameters import PARAMETERS
from data.schema import COLUMNS as KEPT
from data.store.reader import ExportReader, StoreReader
from data.times import interval_end
from jobs.export.csv_lines import STANDARDS, Lines, pieces, safe, stamped
from jobs.export.request import Request
from models.indices.aqi import index_numbers
from models.indices.scales import Integers
from sources.credits import credit

WRITERS = 2  # threads that write lines
ROWS = 25_000  # of a batch: what is written once per distinct value, and what is held in memory
FORMAT = 3  # number of the columns and their forms; the same request gives the same bytes within one
NEEDED = tuple(c for c in KEPT if c not in ("known_until", "city"))  # of a line
BOM = b"\xef\xbb\xbf"

# Column → what it says; docs/data-dictionary.md has the long form and a test holds the two together.
COLUMNS: Mapping[str, str] = {
    "station_id": "stable id, network:id",
    "station_name": "as the network names it",
    "city": "key of the city file",
    "country": "ISO 3166 code",
    "lat": "[°]",
    "lon": "[°]",
    "coord_quality": "exact, rounded, generic or empty",
    "station_class": "background, traffic, industrial or empty (unknown)",
    "kind": "reference, indicative, model or simulated",
    "parameter": "key",
    "value": "in `unit`",
    "unit": "the parameter's one unit; gases at 20 °C and 1013.25 hPa",
    "raw_value": "as delivered, in `raw_unit`",
    "raw_unit": "as delivered",
    "averaging_minutes": "length of the interval; 0 = instantaneous [min]",
    "time_start_utc": "start of the interval",
    "time_end_utc": "end of the interval",
    "time_start_local": "start on the city's clock, with offset",
    "time_end_local": "end on the city's clock, with offset",
    "time_zone": "IANA name",
    "flag": "ok, suspect or invalid",
    "reason": "checks and note as a sentence, as releases before 0.3 wrote it; goes with the next release",
    "eaqi_2024": "European AQI band 1–6 where the averaging is its own (1 h)",
    "us_aqi_2024": "US AQI where the averaging is its own (24 h particles, 1 h gases)",
    "source": "key of the network or import",
    "licence": "of the station or source",
    "credit": "to be named wherever the data are shown",
    "credit_url": "address of the source",
    "known_at_utc": "when this centre learned the value",
    "statistic": "what the value is of the interval: mean, median, max, instant or sum",
    "checks": "checks that doubted the value, joined by ;, each a name and its figures",
    "note": "free text for people",
}


def measurements_csv(store: StoreReader, request: Request) -> Iterator[bytes]:
    """
    The rows of a request as CSV, in pieces of constant memory.

    Parameters
    ----------
    store : StoreReader
        As its reader has it; what may not leave is left out.
    request : Request
        What is asked.

    Yields
    ------
    bytes
        UTF-8; sorted by start, station, parameter; a header even where no row follows. Text that a spreadsheet
        would run as a formula begins with an apostrophe.
    """
    if request.excel or request.bom:
        yield BOM
    delimiter = ";" if request.excel else ","
    yield (delimiter.join(COLUMNS) + "\n").encode()
    rows = store.for_export()
    book = _described(rows, request)
    lines = Lines(
        book[list(HEAD)].to_numpy(object).tolist(), book[list(TAIL)].to_numpy(object).tolist(),
        city_of(request.city).zone, delimiter, comma=request.excel,
    )  # fmt: skip
    with ThreadPoolExecutor(WRITERS) as pool:  # Arrow lets go of Python's lock while it joins text
        waiting: deque[Future[pa.Array]] = deque()
        for batch in rows.batches(rows=ROWS, columns=NEEDED, **request.where()):
            waiting.append(pool.submit(_written, lines, batch, book))
            if len(waiting) > WRITERS:
                yield from pieces(waiting.popleft().result())
        while waiting:
            yield from pieces(waiting.popleft().result())


def _written(lines: Lines, batch: pa.RecordBatch, book: pd.DataFrame) -> pa.Array:
    place = _places(batch, book)
    keep = place >= 0
    return lines.write(batch, place) if keep.all() else lines.write(batch.filter(pa.array(keep)), place[keep])


def tables(store: StoreReader, request: Request) -> Iterator[pa.Table]:
    """The same rows as Arrow tables; the first may be empty, and there is always one."""
    rows = store.for_export()
    book = _described(rows, request)
    yield SCHEMA.empty_table()  # so that a file has its header even where nothing follows
    for batch in rows.batches(**request.where()):
        place = _places(batch, book)
        keep = place >= 0
        if keep.any():
            yield _table(checks.frame(batch)[keep], book.iloc[place[keep]], request)


def _described(rows: ExportReader, request: Request) -> pd.DataFrame:
    """One row of description per place of a station that leaves, as it was known then."""
    leaving = rows.spans(**request.where())[["source", "station"]].drop_duplicates()
    return _book(leaving, rows.stations(as_of=request.as_of, every_place=True), request.city)


def _places(batch: pa.RecordBatch, book: pd.DataFrame) -> Integers:
    """Row of `book` for each row of a batch, −1 where it stays."""
    source, station = (pc.dictionary_encode(batch[name]) for name in ("source", "station"))
    known: dict[Any, int] = {}
    for at, pair in enumerate(book.index):
        known.setdefault(pair, at)
    size = max(len(station.dictionary), 1)
    pairs = list(itertools.product(source.dictionary.to_pylist(), station.dictionary.to_pylist()))
    first = np.array([known.get(pair, -1) for pair in pairs], dtype=np.int64)
    code = source.indices.to_numpy() * size + station.indices.to_numpy()
    place = np.asarray(first[code], dtype=np.int64)
    later = np.flatnonzero(book["valid_from"].notna() & book.index.duplicated())
    if not len(later):
        return place
    start = pd.DatetimeIndex(pc.cast(batch["start"], pa.timestamp("us")).to_pandas()).tz_localize("UTC")
    codes = {pair: i for i, pair in enumerate(pairs)}
    for at in later:  # in the order of time: the last that had begun holds
        place[(code == codes.get(book.index[at], -1)) & (start >= book["valid_from"].iloc[at])] = at
    return place


def _book(leaving: pd.DataFrame, stations: pd.DataFrame, city: str) -> pd.DataFrame:
    """One row of description per place of a station that leaves; text made safe for spreadsheets."""
    names = ["name", "lat", "lon", "coord_quality", "station_class", "licence", "valid_from"]
    book = leaving.merge(stations[["source", "station", *names]], on=["source", "station"], how="left")
    for name in ("name", "coord_quality", "station_class", "licence"):
        book[name] = book[name].fillna("")
    credits = {s: credit(s) for s in book["source"].unique()}
    book["name"] = book["name"].where(book["name"] != "", book["station"]).map(safe)
    own = book["source"].map({s: c.licence for s, c in credits.items()})
    book["licence"] = book["licence"].where(book["licence"] != "", own).map(safe)
    book["credit"] = book["source"].map({s: safe(c.text) for s, c in credits.items()})
    book["credit_url"] = book["source"].map({s: safe(c.url) for s, c in credits.items()})
    book = book.assign(
        station_id=book["station"].map(safe), source_key=book["source"].map(safe), city=city,
        country=city_of(city).country,
    )  # fmt: skip
    book = book.sort_values(["source", "station", "valid_from"], na_position="first", kind="stable")
    return book.rename(columns={"name": "station_name"}).set_index(["source", "station"])


HEAD = ("station_id", "station_name", "city", "country", "lat", "lon", "coord_quality", "station_class")
TAIL = ("source_key", "licence", "credit", "credit_url")


_TEXT = pa.string()
_NUMBERS = {"lat", "lon", "value", "raw_value"}
INDICES = ("eaqi_2024", "us_aqi_2024")  # one for each of `STANDARDS`, in their order
_WHOLE = {"averaging_minutes", *INDICES}
SCHEMA = pa.schema([(n, pa.float64() if n in _NUMBERS else pa.int32() if n in _WHOLE else _TEXT) for n in COLUMNS])


def _table(frame: pd.DataFrame, about: pd.DataFrame, request: Request) -> pa.Table:
    """Rows with the description of each beside it."""
    zone = city_of(request.city).zone
    end = interval_end(frame["start"], frame["minutes"])
    units = {k: p.unit for k, p in PARAMETERS.items()}
    cells: dict[str, Any] = {
        "station_id": about["station_id"],
        "station_name": about["station_name"],
        "city": frame["city"],
        "country": about["country"],
        "lat": about["lat"],
        "lon": about["lon"],
        "coord_quality": about["coord_quality"],
        "station_class": about["station_class"],
        "kind": frame["kind"],
        "parameter": frame["parameter"],
        "value": frame["value"],
        "unit": frame["parameter"].map(units),
        "raw_value": frame["raw_value"],
        "raw_unit": frame["raw_unit"].map(_memo(safe)),
        "averaging_minutes": frame["minutes"],
        "time_start_utc": _stamped(frame["start"]),
        "time_end_utc": _stamped(end),
        "time_start_local": _stamped(frame["start"], zone),
        "time_end_local": _stamped(end, zone),
        "time_zone": [str(zone)] * len(frame),
        "flag": frame["flag"],
        "reason": reasons.series(frame).map(_memo(safe)),
        **_indices(frame),
        "source": frame["source"].map(_memo(safe)),
        "licence": about["licence"],
        "credit": about["credit"],
        "credit_url": about["credit_url"],
        "known_at_utc": _stamped(frame["known_at"], unit="us"),
        "statistic": frame["statistic"],
        "checks": checks.texts(frame["checks"]).map(_memo(safe)),
        "note": frame["note"].map(_memo(safe)),
    }
    return pa.Table.from_arrays([_arrow(cells[field.name], field.type) for field in SCHEMA], schema=SCHEMA)


def _arrow(cell: Any, dtype: pa.DataType) -> Any:
    if isinstance(cell, pa.Array | pa.ChunkedArray):
        return cell
    return pa.array(cell.array if isinstance(cell, pd.Series) else cell, dtype, from_pandas=True)


def _indices(frame: pd.DataFrame) -> dict[str, Any]:
    """Band and index of the values that are not invalid."""
    usable = frame["value"].where(frame["flag"] != "invalid").to_numpy(np.float64)
    codes, keys = pd.factorize(frame["parameter"])
    minutes = frame["minutes"].to_numpy()
    found = [index_numbers(list(keys), codes, minutes, usable, standard) for standard in STANDARDS]
    return {name: pa.array(n, pa.int32(), mask=n < 0) for name, n in zip(INDICES, found, strict=True)}


def _stamped(moments: pd.Series, zone: ZoneInfo | None = None, unit: str = "s") -> pa.Array:
    """ISO times; each distinct moment is written once."""
    codes, known = pd.factorize(moments)
    return stamped(pd.DatetimeIndex(known), zone, unit).cast(_TEXT).take(pa.array(codes))


def _memo(function: Any) -> Any:
    known: dict[Any, Any] = {}

    def answer(value: Any) -> Any:
        if value not in known:
            known[value] = function(value)
        return known[value]

    return answer
