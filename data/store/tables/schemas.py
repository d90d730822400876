"""The tables of the store and their types."""

from collections.abc import Mapping

import pyarrow as pa

from data.schema import COLUMNS, REJECT_COLUMNS, STATION_COLUMNS

_ARROW = {
    "str": pa.string(),
    "float64": pa.float64(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "bool": pa.bool_(),
    "datetime64[us, UTC]": pa.timestamp("us", "UTC"),
}


def arrow_schema(columns: Mapping[str, str]) -> pa.Schema:
    """Arrow schema of a mapping of column to pandas dtype."""
    return pa.schema([(name, _ARROW[dtype]) for name, dtype in columns.items()])


MONTH = "month"
MEASUREMENTS = arrow_schema(COLUMNS).append(pa.field(MONTH, pa.string()))
STATIONS = arrow_schema({**STATION_COLUMNS, "known_at": "datetime64[us, UTC]", "known_until": "datetime64[us, UTC]"})
REJECTS = arrow_schema(REJECT_COLUMNS)
STATUS_COLUMNS: Mapping[str, str] = {
    "network": "str",
    "city": "str",
    "attempted": "datetime64[us, UTC]",
    "succeeded": "datetime64[us, UTC]",
    "newest": "datetime64[us, UTC]",
    "rows": "int64",
    "rejected": "int64",
    "error": "str",
    "error_key": "str",
    "error_who": "str",
    "error_words": "str",
    "failing_since": "datetime64[us, UTC]",
    "next": "datetime64[us, UTC]",
}
STATUS = arrow_schema(STATUS_COLUMNS)
