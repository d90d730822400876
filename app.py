"""The server: pages, open API and collector in one process."""

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import streamlit as st

from api.http.headers import MIDDLEWARE
from api.routes import routes
from data import clock
from data.store.served import demo_store, real_store
from jobs import logs
from jobs.server import background, garbage

ROOT = Path(__file__).resolve().parent
log = logging.getLogger("cleanair")


@asynccontextmanager
async def lifespan(_: Any) -> AsyncIterator[dict[str, Any]]:
    """Fill the demo world if it is needed, start the collector, and stop it with the server."""
    logs.install()
    stop = threading.Event()
    threads = background.start(real_store(), demo_store(), stop, replaying=clock.replaying())
    threads = [*threads, garbage.keep(stop)]
    try:
        yield {}
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=5)


app = st.App(ROOT / "pages" / "main.py", routes=routes(), lifespan=lifespan, middleware=MIDDLEWARE)
