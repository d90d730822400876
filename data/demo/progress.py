"""How far a demo world that is being built has come, for the screens of the same process."""

from threading import Lock

_lock = Lock()
_shares: dict[str, float] = {}


def said(uri: str, share: float | None) -> None:
    """
    Note how much of the world in a store is built.

    Parameters
    ----------
    uri : str
        Of the store.
    share : float or None
        [0–1]; None when nothing is being built any more.
    """
    with _lock:
        if share is None:
            _shares.pop(uri, None)
        else:
            _shares[uri] = min(max(share, 0.0), 1.0)


def share(uri: str) -> float | None:
    """
    How much of the world in a store is built, or None while none is being built there.

    Examples
    --------
    >>> said("somewhere", 0.4)
    >>> share("somewhere"), said("somewhere", None), share("somewhere")
    (0.4, None, None)
    """
    with _lock:
        return _shares.get(uri)
