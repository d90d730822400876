"""What is looked up once for one drawing of a page: language, who reads, state of the store."""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from streamlit.runtime.scriptrunner import get_script_run_ctx

Value = TypeVar("Value")
LASTS = 0.5  # a drawing that takes longer looks again, and so does whatever did not begin here [s]


class _Known(threading.local):
    """Streamlit draws each time in a thread of its own."""

    def __init__(self) -> None:
        self.until = 0.0
        self.values: dict[str, Any] = {}


_known = _Known()


def begin() -> None:
    """Forget what the last drawing looked up: the first thing a page, or its refreshing part, does."""
    _known.until = 0.0


def once(name: str, find: Callable[[], Value]) -> Value:
    """
    A value that does not change while a page is drawn; found anew outside of a page.

    Parameters
    ----------
    name : str
        Of the value.
    find : callable
        Looks it up.
    """
    if get_script_run_ctx(suppress_warning=True) is None:
        return find()
    moment = time.monotonic()
    if moment > _known.until:
        _known.until, _known.values = moment + LASTS, {}
    if name not in _known.values:
        _known.values[name] = find()
    found: Value = _known.values[name]
    return found
