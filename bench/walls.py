"""Many screens at one server: 20 open walls and 30 browsing sessions over Streamlit's own websocket protocol.

Each client speaks as a browser does: it opens the stream, asks for a page, and runs the refreshing part again whenever
the server's timer says so. The store is filled with real data where the folder `../shared/data` is there, else with the
demo world; a writer commits while the clients look.
"""

import argparse
import asyncio
import json
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import psutil
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from data import demo
from data.schema import conform
from data.store import Store, open_store
from jobs.ingest.maintenance import checks
from tests.browser.driver import Server

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data"
RESULT = ROOT / "bench" / "results" / "walls.json"
MOMENT = "2026-01-18T20:00:00+05:00"  # as `make replay`
WALLS, BROWSING = 20, 30
SECONDS, WARM = 120.0, 60.0
SETTLES, ALONE = 400.0, 45  # s at most, and s without a process of heavy work, before the crowd comes
THINK = (15.0, 45.0)  # s that a reader looks at a page
COMMIT = 20.0  # s between commits to the store
PAGES = ("", "map", "station", "origins", "trends", "records", "feeds", "forecast", "method")
QUERIES = ("lang=en&theme=dark", "lang=ru&theme=dark", "lang=uz&theme=light", "lang=kk&theme=contrast")
LIMIT_S, LIMIT_GIB = 2.0, 4.0
WAIT = 60.0  # s after which an answer counts as failed
DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)


@dataclass
class Times:
    """Seconds from question to last answer, by kind of question, and what went wrong."""

    taken: dict[str, list[float]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    counting: bool = False

    def add(self, kind: str, seconds: float) -> None:
        """Keep one, once the server is warm."""
        if self.counting:
            self.taken.setdefault(kind, []).append(seconds)


class Client:
    """One tab."""

    def __init__(self, stream: ClientConnection, times: Times) -> None:
        self.stream, self.times = stream, times
        self.timers: dict[str, float] = {}
        self.hash = ""

    async def ask(self, page: str, query: str, kind: str, *, fragment: str = "") -> None:
        """Run a page or its refreshing part, until the last of the answer is here."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.fragment_id, state.is_auto_rerun = query, fragment, bool(fragment)
        state.context_info.timezone, state.context_info.locale = "Asia/Tashkent", "en-GB"
        if fragment:
            state.page_script_hash = self.hash
        else:
            state.page_name = page
            self.timers.clear()
        begun = time.perf_counter()
        await self.stream.send(message.SerializeToString())
        try:
            await asyncio.wait_for(self._answer(), WAIT)
        except TimeoutError:
            self.times.failed.append(f"{kind}: no answer within {WAIT:.0f} s")
        else:
            self.times.add(kind, time.perf_counter() - begun)

    async def _answer(self) -> None:
        while True:
            part = ForwardMsg()
            part.ParseFromString(await self.stream.recv())  # type: ignore[arg-type]
            match part.WhichOneof("type"):
                case "new_session":
                    self.hash = part.new_session.page_script_hash
                case "auto_rerun":
                    self.timers[part.auto_rerun.fragment_id] = part.auto_rerun.interval
                case "delta" if part.delta.new_element.WhichOneof("type") == "exception":
                    self.times.failed.append("a page raised an exception")
                case "script_finished" if part.script_finished in DONE:
                    return


async def opened(server: Server, times: Times) -> Client:
    """A tab that is connected."""
    url = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    stream = await connect(url, subprotocols=["streamlit"], origin=server.url, max_size=None)  # type: ignore[arg-type,list-item]
    return Client(stream, times)


async def wall(server: Server, times: Times, number: int, until: float) -> None:
    """A wall: opened once, then refreshed by its own timer."""
    await asyncio.sleep(number * 0.3)
    client, query = await opened(server, times), f"city=all&{QUERIES[number % len(QUERIES)]}"
    await client.ask("wall", query, "wall opened")
    if not client.timers:
        times.failed.append("a wall has no timer")
    while time.monotonic() < until and client.timers:
        fragment, interval = next(iter(client.timers.items()))
        await asyncio.sleep(interval)
        await client.ask("wall", query, "wall refreshed", fragment=fragment)


async def reader(server: Server, times: Times, number: int, until: float) -> None:
    """Somebody who goes from page to page and thinks in between."""
    chance = random.Random(number)
    await asyncio.sleep(chance.uniform(0, WARM / 2))
    client = await opened(server, times)
    while time.monotonic() < until:
        query = f"{chance.choice(QUERIES)}&city={chance.choice(('tashkent', 'astana'))}"
        await client.ask(chance.choice(PAGES), query, "page opened")
        await asyncio.sleep(chance.uniform(*THINK))


def filled(folder: Path) -> tuple[Store, dict[str, str], str]:
    """A store, the environment that shows it, and what is in it."""
    if DATA.is_dir():
        from jobs.ingest.replay import fill

        store = open_store(folder / "store")
        fill(store, DATA)
        return store, {"CLEANAIR_NOW": MOMENT}, "real history, replayed"
    store, now = open_store(folder / "store-demo"), datetime.now(UTC)
    demo.fill(store, now, check=checks(store, now))
    return store, {}, "demo world"


def commit(store: Store, moment: datetime, value: float) -> None:
    """One more hour of one station, as a collection brings it."""
    start = pd.Timestamp(moment).floor("h") - pd.Timedelta(hours=1)
    row = {"station": "bench:1", "start": start, "value": value, "city": "astana", "parameter": "pm25", "minutes": 60,
           "kind": "indicative", "source": "bench"}  # fmt: skip
    store.append(conform(pd.DataFrame([row]), known_at=datetime.now(UTC)).rows)


async def memory(process: psutil.Process, seen: list[float], until: float) -> None:
    """The server's memory, second by second. [GiB]"""
    while time.monotonic() < until:
        seen.append(process.memory_info().rss / 2**30)
        await asyncio.sleep(1)


async def writing(store: Store, until: float) -> None:
    """Commits, so that no cache lives longer than in use."""
    value = 40.0
    while time.monotonic() < until:
        value = 40.0 if value > 90 else value + 1
        moment = datetime.fromisoformat(MOMENT) if DATA.is_dir() else datetime.now(UTC)
        await asyncio.to_thread(commit, store, moment, value)
        await asyncio.sleep(COMMIT)


async def settled(process: psutil.Process) -> None:
    """Wait for the attribution and the forecast that a server computes when it starts, and then once an hour."""
    last = time.monotonic() + SETTLES
    alone = 0
    while time.monotonic() < last and alone < ALONE:
        await asyncio.sleep(1)
        alone = 0 if process.children() else alone + 1


async def crowd(server: Server, store: Store, seconds: float) -> tuple[Times, list[float]]:
    """Everybody at once."""
    times, seen = Times(), [0.0]
    assert server.process is not None
    process = psutil.Process(server.process.pid)
    await settled(process)
    until = time.monotonic() + WARM + seconds
    works: list[Any] = [wall(server, times, n, until) for n in range(WALLS)]
    works += [reader(server, times, n, until) for n in range(BROWSING)]
    works += [memory(process, seen, until), writing(store, until)]
    running = asyncio.gather(*works)
    await asyncio.sleep(WARM)
    times.counting = True
    await running
    return times, seen


def summary(times: Times, seen: list[float], shown: str) -> dict[str, Any]:
    """Figures."""
    made: dict[str, Any] = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "store": shown, "walls": WALLS, "browsing": BROWSING,
        "cores": len(os.sched_getaffinity(0)), "load_1min": round(os.getloadavg()[0], 1),
        "rss_max_gib": round(max(seen), 2), "failed": len(times.failed), "failures": sorted(set(times.failed)),
    }  # fmt: skip
    for kind, taken in sorted(times.taken.items()):
        cuts = statistics.quantiles(taken, n=100, method="inclusive") if len(taken) > 1 else taken * 99
        made[kind] = {"n": len(taken), "p50_s": round(cuts[49], 2), "p95_s": round(cuts[94], 2),
                      "max_s": round(max(taken), 2)}  # fmt: skip
    return made


def main() -> int:
    """Fill, serve, let them look; exit status 1 where a limit was missed."""
    said = argparse.ArgumentParser(description="Many screens at one server.")
    said.add_argument("--seconds", type=float, default=SECONDS)
    asked = said.parse_args()
    with tempfile.TemporaryDirectory() as place:
        store, env, shown = filled(Path(place))
        server = Server(Path(place) / "store", **env).start()
        try:
            times, seen = asyncio.run(crowd(server, store, asked.seconds))
        finally:
            server.stop()
    found = summary(times, seen, shown)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    refreshed = found.get("wall refreshed", {"p95_s": float("inf")})["p95_s"]
    kept = refreshed <= LIMIT_S and found["rss_max_gib"] <= LIMIT_GIB and not found["failed"]
    sys.stdout.write(f"p95 of a refresh {refreshed} s (limit {LIMIT_S}), server {found['rss_max_gib']} GiB\n")
    return int(not kept)


if __name__ == "__main__":
    sys.exit(main())
