"""The server with a clock that a test may step: `python -m tests.browser.moved_clock run app.py …`."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path

from streamlit.web.cli import main

from data import clock
from jobs.server import background, watch

VARIABLE = "CLEANAIR_TEST_OFFSET"
"""File that holds by how many seconds the clock of the process is ahead of the machine's."""


def offset() -> timedelta:
    """By how much the clock is moved now."""
    try:
        return timedelta(seconds=float(Path(os.environ[VARIABLE]).read_text("utf-8")))
    except (OSError, ValueError):  # not written yet, or being written
        return timedelta(0)


if __name__ == "__main__":
    plain = clock.now

    def moved() -> datetime:
        return plain() + offset()

    clock.now = moved
    # A trial rings its own alarms, and steps of the clock would have everything computed anew each time.
    watch.run = lambda real, demo, stop: None
    background._due = lambda *_: False
    sys.exit(main())
