"""Present weather of BUFR reports (code table 0 20 003) as its number in WMO code table 4677."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

MANNED = 99  # up to here the two tables agree
# Of an automatic station (table 4680 plus 100) and additional weather (4687 plus 200): the entry of 4677 that says the
# same. An automatic station's "haze or smoke, or dust in suspension" (104, 105) is none of the three, and stays out.
ALIKE: Mapping[int, int] = MappingProxyType(
    {
        110: 10, 111: 76, 112: 13, 118: 18, 120: 28, 130: 45, 131: 41, 132: 43, 133: 45, 134: 47, 135: 49,
        206: 6, 208: 7, 209: 9, 247: 45, 248: 45, 249: 45,
    }
)  # fmt: skip
SILENT = (508, 509, 510, 511)  # nothing significant to report, no observation, missing: a report of nothing
NAMELESS = "weather code without a counterpart in WMO table 4677"


def numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """
    Rows whose present weather has its number of table 4677 as ``value``.

    Parameters
    ----------
    rows : DataFrame
        ``parameter, raw_value, value, reject``.

    Returns
    -------
    DataFrame
        Without the reports of nothing. A code that has no counterpart carries ``reject``: the door counts it, and it
        makes no value.

    Examples
    --------
    >>> import numpy as np
    >>> rows = pd.DataFrame({"parameter": "present_weather", "raw_value": [31.0, 131.0, 105.0, 508.0, 7.5],
    ...     "value": np.nan, "reject": ""})
    >>> numbered(rows)["value"].tolist(), (numbered(rows)["reject"] != "").tolist()
    ([31.0, 41.0, nan, nan], [False, False, True, True])
    """
    ours = rows["parameter"] == "present_weather"
    if not ours.any():
        return rows
    code = rows["raw_value"].where(ours)
    same = code.between(0, MANNED) & (code == code.round())
    number = code.map(dict(ALIKE)).astype("float64").mask(same, code)
    lost = ours & code.notna() & number.isna()
    made = rows.assign(value=rows["value"].mask(ours, number), reject=rows["reject"].mask(lost, NAMELESS))
    return made[~code.isin(SILENT)]
