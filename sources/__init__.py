"""Where data come from: one module per network, and the registry of them."""

from collections.abc import Mapping
from types import MappingProxyType

from sources.airdata_kz import AirDataKz
from sources.airgradient import AirGradient
from sources.base import Source
from sources.metar import Metar
from sources.openaq import OpenAQ
from sources.openaq_archive import OpenAQArchive
from sources.openmeteo import OpenMeteo
from sources.openmeteo_air import OpenMeteoAir
from sources.sensor_community import SensorCommunity

SOURCES: Mapping[str, type[Source]] = MappingProxyType(
    {
        "openmeteo": OpenMeteo,
        "openmeteo_air": OpenMeteoAir,
        "openaq": OpenAQ,
        "openaq_archive": OpenAQArchive,
        "sensor_community": SensorCommunity,
        "airgradient": AirGradient,
        "airdata_kz": AirDataKz,
        "metar": Metar,
    }
)
# Networks that arrive as files only; a city file may name them beside those of `SOURCES`.
FILES_ONLY = ("tashkent_open",)
