"""Validity of a value as European networks report it: the EEA's vocabulary `aq/observationvalidity`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from data.checks import NONE, Entries, make
from sources.network import number

Verdict = tuple[str, Entries, str]

# Code → flag, checks and note. http://dd.eionet.europa.eu/vocabulary/aq/observationvalidity; 4 came in July 2024.
CODES: Mapping[int, Verdict] = MappingProxyType(
    {
        1: ("ok", NONE, ""),
        2: ("ok", NONE, "network: below the detection limit"),
        3: ("ok", NONE, "network: below the detection limit, value replaced by half of it"),
        4: ("ok", NONE, "network: ozone by the absorption cross-section CCQM.O3.2019"),
        -1: ("invalid", (make("network", "not_valid"),), ""),
        -99: ("invalid", (make("network", "not_valid", "maintenance"),), ""),
    }
)
UNREAD: Verdict = ("suspect", (make("network", "validity_unknown"),), "")


def judged(code: Any) -> Verdict:
    """
    Flag, checks and note of a code; one that the vocabulary did not have yet is named, and the value suspect.

    Parameters
    ----------
    code : object
        A number, or its text.

    Examples
    --------
    >>> judged("4")[0], judged(-1)[0], judged(7)[:2]
    ('ok', 'invalid', ('suspect', ('network:validity,7',)))
    >>> judged("1.5")[1], judged(None)[1]
    (('network:validity,1.5',), ('network:validity_unknown',))
    """
    said = number(code)
    if not float("-inf") < said < float("inf"):
        return UNREAD
    known = CODES.get(int(said)) if said == int(said) else None
    return known or ("suspect", (make("network", "validity", f"{said:g}"),), "")
