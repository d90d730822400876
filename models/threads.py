"""How many threads a learner of trees may use: one, beside other work."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, cast


def one_thread() -> AbstractContextManager[Any]:
    """
    Keep the trees to one thread.

    Where other work runs beside, threads wait for each other: four years of one station took 349 s with two
    threads and 38 s with one on a busy machine of two processors.
    """
    import sklearn.ensemble  # noqa: F401  only loaded libraries can be limited
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # scikit-learn's companion

    return cast("AbstractContextManager[Any]", threadpool_limits(limits=1, user_api="openmp"))
