"""Every table of the store: its columns, types, key, writer and meaning; nothing else decides how a table looks."""

from collections.abc import Mapping
from types import MappingProxyType

import pyarrow as pa

from data.store.tables.declarations import (
    alarms,
    attribution,
    collected,
    forecast,
    methane,
    registers,
    verdicts,
)
from data.store.tables.declarations.collected import MONTH
from data.store.tables.declarations.column import Declared, arrow_schema

__all__ = ["MEASUREMENTS", "MONTH", "REJECTS", "STATIONS", "STATUS", "STATUS_COLUMNS", "TABLES", "arrow_schema"]

TABLES: Mapping[str, Declared] = MappingProxyType(
    {
        table.name: table
        for group in (collected, verdicts, methane, attribution, forecast, alarms, registers)
        for table in group.TABLES
    }
)
"""Every declared table by its name. A store may hold others: what a newer release or a person put there stays."""

MEASUREMENTS = TABLES["measurements"].schema.append(pa.field(MONTH, pa.string()))
STATIONS = TABLES["stations"].schema
REJECTS = TABLES["rejects"].schema
STATUS = TABLES["status"].schema
STATUS_COLUMNS = TABLES["status"].dtypes
