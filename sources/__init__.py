"""Where data come from: one module per network, and the registry of them."""

from collections.abc import Mapping
from types import MappingProxyType

from sources.airdata_kz import AirDataKz
from sources.base import Source

SOURCES: Mapping[str, type[Source]] = MappingProxyType({"airdata_kz": AirDataKz})
