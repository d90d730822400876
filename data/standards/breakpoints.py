"""The breakpoint tables of the air-quality indices, as printed by those who issue them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from data.errors import CentreError
from data.standards.ordered import files

FOLDER = Path(__file__).parent

# Key of a standard → its file. A new index is a row here and a file of the same columns; one that an act ordered gets
# its file in `ordered.toml`.
FILES: Mapping[str, str] = MappingProxyType({"us-epa-2024": "us_epa_2024.csv", "eaqi-2024": "eaqi_2024.csv", **files()})


class StandardError(CentreError, ValueError):
    """An index was asked for that the centre has no table of; whoever asked must choose another."""

    who = "asker"
    status = 400


@cache
def breakpoints(standard: str) -> pd.DataFrame:
    """
    Every band of one index.

    Parameters
    ----------
    standard : str
        Key of `FILES`.

    Returns
    -------
    DataFrame
        One row per parameter, averaging and band: ``low`` and ``high`` [unit] as printed, both inclusive after the
        concentration is brought to ``decimals`` by ``rounding``; ``index_low``, ``index_high``; ``beyond`` says
        what holds above the last band (``continue`` its line, ``hold`` its highest index, empty = no index);
        ``colour`` of the standard and ``colour_assist`` for people with a colour-vision deficiency; ``reference``.
        To be read, not written to.

    Raises
    ------
    StandardError
        When there is no such standard; names those there are.

    Examples
    --------
    >>> len(breakpoints("eaqi-2024"))
    30

    Notes
    -----
    The European index prints no palette for colour-vision deficiency; ours is six even steps of cividis
    (Nuñez et al. 2018, DOI 10.1371/journal.pone.0199239).
    """
    if standard not in FILES:
        raise StandardError("data.index.unknown", parameter="standard", standard=standard, known=list(FILES))
    text = {"unit": str, "beyond": str, "reference": str}
    return pd.read_csv(FOLDER / FILES[standard], dtype=text).fillna({"beyond": ""})
