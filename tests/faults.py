"""Everything that can go wrong between a network and the centre, drawn at random, and what must hold after it."""

import gzip
import http.client
import importlib
import os
import random
import re
import socket
import socketserver
import struct
import threading
import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from data.city import cities
from data.schema import KEY as SAME
from data.schema import conform, conform_stations
from jobs.collect.schedule import window
from jobs.ingest.quality import rejects_of
from sources import SOURCES, metar
from sources.base import Source, SourceError
from sources.http import Client
from tests.stand_in import KEY

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 1, 10, 6, 30, tzinfo=UTC)
NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
JUNK = (b"null", b"true", b'"nan"', b"-9999", b"1e999", b'"\\u0000"', b"[]", b"{}", b'"<html>"', b'"12 mg"', b"1" * 400)
SPELLINGS = (
    "µg/m³",
    "μg/m³",
    "ug/m3",
    "UG/M3",
    "ug.m-3",
    "mg/m3",
    "ppb",
    "PPB",
    "°C",
    "Celsius",
    "m s-1",
    "km/h",
    "hPa",
)
DECIMAL_COMMA = ("uzhydromet_bulletin",)
BINARY = ("cams_ads",)  # a flipped byte of a NetCDF is another number: no text to compare with

Bytes = Callable[[bytes, random.Random], bytes]


# --- what a body may become ---------------------------------------------------------------------------------------


def flipped(body: bytes, draw: random.Random) -> bytes:
    """Some bytes changed."""
    changed = bytearray(body)
    for _ in range(draw.randint(1, 6)):
        changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


def cut(body: bytes, draw: random.Random) -> bytes:
    """The rest lost."""
    return body[: draw.randrange(len(body))]


def holed(body: bytes, draw: random.Random) -> bytes:
    """A piece lost in the middle."""
    start = draw.randrange(len(body))
    return body[:start] + body[start + draw.randint(1, 80) :]


def junk_values(body: bytes, draw: random.Random) -> bytes:
    """Numbers and texts replaced by what nobody expects."""
    return re.sub(
        rb'(?<=[:,\[])\s*(?:-?\d[\d.]*|"[^"]{0,40}")(?=\s*[,}\]])',
        lambda found: draw.choice(JUNK) if draw.random() < 0.05 else found[0],
        body,
    )


def other_units(body: bytes, draw: random.Random) -> bytes:
    """Another unit, known or not, wherever one is named."""
    for spelled in SPELLINGS:
        other = draw.choice((*SPELLINGS, "spoons", "", "AQI"))
        body = body.replace(f'"{spelled}"'.encode(), f'"{other}"'.encode())
        body = body.replace(f",{spelled}".encode(), f",{other}".encode())
    return body


def old_times(body: bytes, draw: random.Random) -> bytes:
    """Other years, long ago or far ahead."""
    year = draw.choice((b"1969", b"1999", b"2016", b"2025", b"2031", b"9999"))
    return body.replace(b"2026", year).replace(b"17680", draw.choice((b"07680", b"97680", b"-7680")))


def repeated(body: bytes, draw: random.Random) -> bytes:
    """Every element of the first list many times over."""
    start = body.find(b"[") + 1
    return body[:start] + (body[start : body.rfind(b"]")] + b",") * draw.randint(1, 6) + body[start:]


def page(body: bytes, draw: random.Random) -> bytes:
    """A page for people instead of data."""
    return b"<!DOCTYPE html><html><body>Down for maintenance</body></html>"


def nothing(body: bytes, draw: random.Random) -> bytes:
    """No byte at all, or next to none."""
    return draw.choice((b"", b" ", b"null", b"[]", b"{}", b"0"))


def as_it_is(body: bytes, draw: random.Random) -> bytes:
    """The answer itself."""
    return body


CONTENT: dict[str, Bytes] = {
    f.__name__: f for f in (flipped, cut, holed, junk_values, other_units, old_times, repeated, page, nothing, as_it_is)
}


# --- what must hold -----------------------------------------------------------------------------------------------


@dataclass
class Tally:
    """What the draws came to."""

    draws: int = 0
    rows: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        return f"{self.draws} draws: {self.rows} rows, rejected {dict(self.rejected)}, errors {dict(self.errors)}"


def numbers_in(network: str, bodies: list[bytes]) -> list[float]:
    """Every number written in some answers, sorted."""
    found: set[float] = set()
    for body in bodies:
        with suppress(Exception):
            body = gzip.decompress(body)
        text = body.decode("utf-8", "replace")
        found |= {float(n) for n in NUMBER.findall(text)}
        if network in DECIMAL_COMMA:
            found |= {float(n) for n in NUMBER.findall(text.replace(",", "."))}
        if network == "metar":
            found |= {float(n) for wind in metar.WIND.findall(text) for n in wind[:3] if n.isdigit()}
    return sorted(found)


def written(value: float, known: list[float]) -> bool:
    """Whether a number is one of those known."""
    at = bisect_left(known, value - 1e-9 * max(abs(value), 1))
    return at < len(known) and abs(known[at] - value) <= 2e-9 * max(abs(value), 1)


@dataclass(frozen=True)
class Drawn:
    """What a parser made of an answer: rows, stations where the network has a parser of them, and the answer itself."""

    rows: pd.DataFrame
    stations: pd.DataFrame | None
    bodies: list[bytes]


def judge(network: str, parcel: list[Drawn], tally: Tally) -> None:
    """
    Rows or counted rejects, nothing between; no row without its number in its own answer.

    Several draws of one network go through the door together, each under a mark of its own in the station: the door
    takes as long for one row as for a hundred.

    Raises
    ------
    AssertionError
        When something was lost silently or invented.
    """
    assert all(isinstance(d.rows, pd.DataFrame) for d in parcel)
    if SOURCES[network].table != "measurements":
        for drawn in parcel:
            judge_other(network, drawn, tally)
        return
    listed = _together([d.stations for d in parcel if d.stations is not None])
    assert listed is None or len(conform_stations(listed))
    table = _together([d.rows for d in parcel])
    if table is None:
        return
    done = conform(table, NOW)
    twice = len(table) - len(done.rejects) - len(done.rows)
    assert 0 <= twice <= int(table.duplicated([n for n in SAME if n in table]).sum())
    assert (done.rejects["reason"] != "").all()
    if len(done.rejects):
        lines = rejects_of(done, network, "draw", NOW)
        assert int(lines["count"].sum()) == len(done.rejects)
        tally.rejected.update({str(r): int(n) for r, n in zip(lines["reason"], lines["count"], strict=True)})
    if network not in BINARY:
        marks = done.rows["station"].str.split(MARK, n=1).str[0].astype("int64")
        for mark, values in done.rows["raw_value"].groupby(marks):
            known = numbers_in(network, parcel[mark].bodies)
            invented = [v for v in values if not written(float(v), known)]
            assert not invented, (network, invented[:3])
    tally.rows += len(done.rows)


def judge_other(network: str, drawn: Drawn, tally: Tally) -> None:
    """Rows of a table of its own: each is refused with a reason or whole, its rate as written."""
    rows = drawn.rows
    if not len(rows):
        return
    sound = rows[rows["reject"] == ""]
    tally.rejected.update(rows.loc[rows["reject"] != "", "reject"].tolist())
    assert sound["plume"].ne("").all()
    assert sound["lat"].between(-90, 90).all()
    assert sound["lon"].between(-180, 180).all()
    assert sound["observed_at"].notna().all()
    known = numbers_in(network, drawn.bodies)
    assert all(written(float(v), known) for v in sound["flux"].dropna()), network
    tally.rows += len(sound)


MARK = "~"


def _together(tables: list[pd.DataFrame]) -> pd.DataFrame | None:
    """Tables as one, each with its place before its stations; None where all are empty."""
    marked = [_marked(t, i) for i, t in enumerate(tables) if len(t)]
    return pd.concat(marked, ignore_index=True) if marked else None


def _marked(table: pd.DataFrame, place: int) -> pd.DataFrame:
    made = table.assign(station=[f"{place}{MARK}{s}" if isinstance(s, str) and s else s for s in table["station"]])
    if "start" in made and isinstance(made["start"].dtype, pd.DatetimeTZDtype):
        made["start"] = made["start"].dt.as_unit("us")  # as the door does; tables of seconds and of ns do not join
    return made


def sound(network: str, parcel: list[Drawn], tally: Tally) -> None:
    """`judge`, and where it fails the first draw that fails alone speaks."""
    try:
        judge(network, parcel, tally)
    except Exception:
        for one in parcel:
            judge(network, [one], Tally())
        raise


def told(network: str, error: SourceError, tally: Tally) -> None:
    """An error is of the hierarchy, names its network and holds no key."""
    assert network in str(error), str(error)
    if os.environ.get(SOURCES[network].key):
        assert KEY not in repr([str(error), error.fields()]), error.fields()
    tally.errors[type(error).__name__] += 1


# --- draws on parsers ---------------------------------------------------------------------------------------------


ALONE = 10  # one draw in so many goes through the door by itself, for a door that stumbles over a lone odd table
PARCEL = 20


def parse_draws(networks: Sequence[str], draws: int, draw: random.Random, tally: Tally) -> None:
    """Damaged payloads through the parsers of networks, each in turn."""
    waiting: dict[str, list[Drawn]] = {network: [] for network in networks}
    for n in range(draws):
        network = networks[n % len(networks)]
        drawn = parse_draw(network, draw, tally)
        if drawn is None:
            continue
        if draw.randrange(ALONE) == 0:
            judge(network, [drawn], tally)
            continue
        waiting[network].append(drawn)
        if len(waiting[network]) == PARCEL:
            sound(network, waiting[network], tally)
            waiting[network] = []
    for network, parcel in waiting.items():
        sound(network, parcel, tally)


def parse_draw(network: str, draw: random.Random, tally: Tally) -> Drawn | None:
    """What a network's parsers make of one damaged payload; None where they refuse it by an error of ours."""
    module, path = importlib.import_module(f"sources.{network}"), draw.choice(files(network))
    fault = draw.choice(list(CONTENT))
    body = CONTENT[fault](content(path), draw)
    tally.draws += 1
    tally.faults[fault] += 1
    try:
        payload = Client(network, "http://localhost").decode(body, "x") if path.suffix == ".json" else body
        rows, listed = _parsed(module, network, path.name, payload), None
        if hasattr(module, "parse_stations") and network != "airdata_kz":
            listed = module.parse_stations(payload, "tashkent")
    except SourceError as error:
        told(network, error, tally)
        return None
    return Drawn(rows, listed, [body])


@cache
def files(network: str) -> list[Path]:
    """Payloads of a network."""
    return sorted((PAYLOADS / network).iterdir())


@cache
def content(path: Path) -> bytes:
    """A payload as it is."""
    return path.read_bytes()


def _parsed(module: Any, network: str, name: str, payload: Any) -> Any:
    if network == "airdata_kz":
        return module.parse(module.read(payload), "end" if "end" in name else "start", "pm25", "astana")
    return module.parse(payload, "tashkent")


# --- draws on the wire --------------------------------------------------------------------------------------------

TRANSPORT = (
    "silent", "reset", "drip", "short", "flood", "bad gzip", "no http", "redirect", "429", "500", "502", "503", "504",
    "403", "404", "408", *CONTENT,
)  # fmt: skip
SLOWEST = 1.5  # after this a drip or a silence ends by itself [s]


class Proxy(socketserver.ThreadingTCPServer):
    """
    A loopback proxy before the stand-in: it asks, and does to the answer what was drawn.

    Parameters
    ----------
    upstream : str
        Address of the stand-in.
    """

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, upstream: str) -> None:
        super().__init__(("127.0.0.1", 0), _Relay)
        self.upstream = urlsplit(upstream)
        self.fault, self.draw = "as_it_is", random.Random(0)
        self.served: list[bytes] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news."""


class _Relay(socketserver.StreamRequestHandler):
    server: Proxy

    def handle(self) -> None:
        line, headers, body = self._request()
        if not line:
            return
        with self.server.lock:
            fault, draw = self.server.fault, self.server.draw
            if fault == "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            status, answer = self._upstream(line, headers, body)
            if fault in CONTENT:
                answer = CONTENT[fault](answer, draw) if answer else answer
                self.server.served.append(answer)
        with suppress(OSError):
            self._answer(fault, status, answer)

    def _request(self) -> tuple[str, dict[str, str], bytes]:
        line = self.rfile.readline().decode("latin-1").strip()
        headers = {}
        while text := self.rfile.readline().decode("latin-1").strip():
            name, _, value = text.partition(":")
            headers[name] = value.strip()
        return line, headers, self.rfile.read(int(headers.get("Content-Length", 0)))

    def _upstream(self, line: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        method, path, _ = line.split(" ", 2)
        where = self.server.upstream
        link = http.client.HTTPConnection(where.hostname or "", where.port, timeout=10)
        kept = {
            k: v for k, v in headers.items() if k.lower() not in ("connection", "accept-encoding", "content-length")
        }
        link.request(method, path, body or None, kept)
        answer = link.getresponse()
        return answer.status, answer.read()

    def _answer(self, fault: str, status: int, body: bytes) -> None:
        if fault == "silent":
            time.sleep(SLOWEST)
        elif fault == "no http":
            self.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        elif fault == "drip":
            self._head(status, len(body) + 100)
            end = time.monotonic() + SLOWEST
            for byte in body + b" " * 100:
                if time.monotonic() > end:
                    return
                self.wfile.write(bytes([byte]))
                time.sleep(0.02)
        elif fault == "flood":
            self._head(200, 1 << 40)
            end = time.monotonic() + SLOWEST
            while time.monotonic() < end:
                self.wfile.write(b"[" + b"0," * 30_000)
        else:
            self._plain(fault, status, body)

    def _plain(self, fault: str, status: int, body: bytes) -> None:
        code = int(fault) if fault.isdigit() else 302 if fault == "redirect" else status
        more = (
            b"Retry-After: 0\r\n" if fault.isdigit() else b"Location: http://127.0.0.1:9/\r\n" if code == 302 else b""
        )
        more += b"Content-Encoding: gzip\r\n" if fault == "bad gzip" else b""
        said = f'{{"message": "no, {KEY}"}}'.encode() if fault.isdigit() else body
        said = b"\x1f\x8b" + body[:40] if fault == "bad gzip" else said
        self._head(code, len(said) + (50 if fault == "short" else 0), more)
        self.wfile.write(said)

    def _head(self, status: int, length: int, more: bytes = b"") -> None:
        self.wfile.write(
            f"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n".encode() + more + b"\r\n"
        )


@contextmanager
def proxied(upstream: str) -> Iterator[Proxy]:
    """A running proxy."""
    with Proxy(upstream) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield proxy
        proxy.shutdown()


def fetch_draw(network: str, source: Source, proxy: Proxy, draw: random.Random, tally: Tally) -> None:
    """One whole reading of a network through the proxy; what comes is within the time asked for."""
    places = [c for c in cities().values() if network in c.networks] or list(cities().values())
    place = draw.choice(places)
    since, until = window(SOURCES[network], None, NOW)
    proxy.fault, proxy.draw, proxy.served = draw.choice(TRANSPORT), random.Random(draw.random()), []
    tally.draws += 1
    tally.faults[proxy.fault] += 1
    try:
        rows = source.fetch(place, since, until)
    except SourceError as error:
        told(network, error, tally)
        return
    if len(rows):
        known = rows["start"].dropna()
        assert ((known >= since) & (known < until)).all()
    judge(network, [Drawn(rows, None, list(proxy.served))], tally)
