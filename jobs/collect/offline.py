"""Whether this machine reaches any network at all: one finding, where every network would only say the same."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd

UNREACHED = ("sources.http.unreached",)  # keys of errors that say that no connection was made
ROUND = timedelta(minutes=20)  # what was attempted so shortly before the newest attempt speaks of the same state
FEWEST = 3  # networks that must all be out of reach; two may be one publisher's


@dataclass(frozen=True)
class Offline:
    """
    The finding that this machine reaches no network.

    Attributes
    ----------
    since : datetime
        When the first of them could not be reached any more.
    networks : tuple of str
        Those that were tried of late.
    """

    since: datetime
    networks: tuple[str, ...]


def offline(status: pd.DataFrame) -> Offline | None:
    """
    Whether none of the networks that were asked of late could be reached.

    Parameters
    ----------
    status : DataFrame
        The table ``status``.

    Returns
    -------
    Offline or None
        None where any of them was reached, even if it answered with an error, or where too few were asked to tell
        the machine's trouble from theirs.

    Examples
    --------
    >>> now = pd.Timestamp("2026-01-10T06:00Z")
    >>> away = {"attempted": now, "failing_since": now, "error_key": "sources.http.unreached", "error": "no"}
    >>> offline(pd.DataFrame([{"network": n, **away} for n in ("metar", "openaq", "wis2")])).networks
    ('metar', 'openaq', 'wis2')
    >>> offline(pd.DataFrame([{"network": n, **away} for n in ("openaq", "openaq_archive")])) is None
    True
    """
    tried = status[status["attempted"].notna()] if len(status) else status
    if not len(tried):
        return None
    recent = tried[tried["attempted"] >= tried["attempted"].max() - ROUND]
    networks = tuple(sorted(set(recent["network"])))
    if len(networks) < FEWEST or not unreached(recent).all():
        return None
    return Offline(recent["failing_since"].fillna(recent["attempted"]).min().to_pydatetime(), networks)


def unreached(status: pd.DataFrame) -> pd.Series:
    """Rows whose last attempt made no connection."""
    return status["error_key"].isin(UNREACHED)
