"""Who may review an edit of a register: a second operator, or the only one where there is no second."""

import os

from jobs.access.operators import named
from jobs.access.roles import VARIABLE as MEMBERS


def same(name: str, other: str) -> bool:
    """
    Whether two names are one person's.

    Examples
    --------
    >>> same("Aigul  S.", "aigul s."), same("Aigul", "Botir")
    (True, False)
    """
    return " ".join(name.split()).casefold() == " ".join(other.split()).casefold()


def alone() -> bool:
    """
    Whether this centre has exactly one operator.

    Returns
    -------
    bool
        True where `CLEANAIR_OPERATORS` lists one person and no identity provider can bring another
        (`CLEANAIR_MEMBERS`). Under a shared PIN people name themselves, so nobody is held to be alone.
    """
    return len(named()) == 1 and not os.environ.get(MEMBERS, "").strip()
