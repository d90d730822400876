"""50 scripts at once at `/api/v1/latest` of a real server: how long they wait, and what it costs the server.

The store is filled with real data where the folder `../shared/data` is there, else with the demo world. Every client
asks, reads the whole answer and asks again; the clients share one process and one core with nobody but the server.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench.walls import filled
from tests.browser.driver import Server

RESULT = Path(__file__).resolve().parents[1] / "bench" / "results" / "api.json"
CLIENTS, SECONDS, WARM = 50, 15.0, 3.0
LIMIT_MS = 100.0
THINK = 0.1  # s between an answer and the next question, as scripts that walk over stations do
ASKED = (
    "/api/v1/latest?city=astana", "/api/v1/latest?city=tashkent", "/api/v1/latest?city=astana&parameters=pm25,pm10",
)  # fmt: skip


async def client(port: int, number: int, until: float, taken: list[float], failed: list[str], think: float) -> None:
    """One script on a connection that stays open."""
    await asyncio.sleep(number * WARM / CLIENTS / 2)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    path = ASKED[number % len(ASKED)]
    question = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept-encoding: gzip\r\n\r\n".encode()
    warm = time.perf_counter() + WARM
    while time.monotonic() < until:
        begun = time.perf_counter()
        writer.write(question)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        size = int(head.partition(b"content-length:")[2].split(b"\r\n")[0] or 0)
        body = await reader.readexactly(size)
        if not head.startswith(b"http/1.1 200") or not body:
            failed.append(head.split(b"\r\n")[0].decode())
        if begun > warm:
            taken.append(time.perf_counter() - begun)
        if think:
            await asyncio.sleep(think)
    writer.close()


async def crowd(port: int, seconds: float, think: float) -> tuple[list[float], list[str], float]:
    """All at once: seconds waited, what failed, seconds it took."""
    taken: list[float] = []
    failed: list[str] = []
    begun = time.monotonic()
    until = begun + WARM + seconds
    await asyncio.gather(*(client(port, n, until, taken, failed, think) for n in range(CLIENTS)))
    return taken, failed, time.monotonic() - begun - WARM


def measured(server: Server, seconds: float, think: float) -> dict[str, Any]:
    """What a crowd waited, and what each answer cost the server's process. [ms]"""
    process = psutil.Process(server.process.pid if server.process else None)
    before = process.cpu_times()
    taken, failed, spent = asyncio.run(crowd(server.port, seconds, think))
    after = process.cpu_times()
    cpu = after.user + after.system - before.user - before.system
    cpu *= seconds / (seconds + WARM)  # the first seconds are not among the answers
    return figures(taken, failed, spent) | {"cpu_ms_each": round(1000 * cpu / len(taken), 2)}


def figures(taken: list[float], failed: list[str], seconds: float) -> dict[str, Any]:
    """What they waited. [ms]"""
    cuts = statistics.quantiles(taken, n=100)
    return {
        "answers": len(taken), "per_second": round(len(taken) / seconds), "failed": len(failed),
        "failures": sorted(set(failed)), "p50_ms": round(cuts[49] * 1000, 1), "p95_ms": round(cuts[94] * 1000, 1),
        "p99_ms": round(cuts[98] * 1000, 1), "max_ms": round(max(taken) * 1000, 1),
    }  # fmt: skip


def main() -> int:
    """Fill, serve, ask; exit status 1 where the limit was missed."""
    said = argparse.ArgumentParser(description="Many scripts at one server.")
    said.add_argument("--seconds", type=float, default=SECONDS)
    asked = said.parse_args()
    with tempfile.TemporaryDirectory() as place:
        _, env, shown = filled(Path(place))
        server = Server(Path(place) / "store", **env).start()
        try:
            walking = measured(server, asked.seconds, THINK)
            pressing = measured(server, asked.seconds, 0.0)
        finally:
            server.stop()
    found = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"), "store": shown, "clients": CLIENTS,
        "cores": len(os.sched_getaffinity(0)), "load_1min": round(os.getloadavg()[0], 1),
        "limit_ms": LIMIT_MS, f"a question every {THINK:g} s after the answer": walking, "without a pause": pressing,
    }  # fmt: skip
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    sys.stdout.write(json.dumps(found, indent=1) + "\n")
    bad = [f for f in (walking, pressing) if f["p95_ms"] > LIMIT_MS or f["failed"]]
    sys.stdout.write(f"p95 {walking['p95_ms']} ms, without a pause {pressing['p95_ms']} ms (limit {LIMIT_MS:g} ms)\n")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
