"""Where data come from: one module per network, and the registry of them."""

from collections.abc import Mapping
from types import MappingProxyType

from data import licences
from sources import credits
from sources.air_org_kz import AirOrgKz
from sources.airdata_kz import AirDataKz
from sources.airgradient import AirGradient
from sources.airnow import AirNow
from sources.base import Source
from sources.cams_ads import CamsAds
from sources.data_meteo_uz import DataMeteoUz
from sources.firms import Firms
from sources.iqair import IQAir
from sources.metar import Metar
from sources.openaq import OpenAQ
from sources.openaq_archive import OpenAQArchive
from sources.openmeteo import OpenMeteo
from sources.openmeteo_air import OpenMeteoAir
from sources.purpleair import PurpleAir
from sources.sensor_community import SensorCommunity
from sources.sensorthings import SensorThings
from sources.unep_imeo_mars import UnepImeoMars
from sources.uzhydromet import Uzhydromet
from sources.uzhydromet_bulletin import UzhydrometBulletin
from sources.waqi import Waqi
from sources.wis2 import Wis2

SOURCES: Mapping[str, type[Source]] = MappingProxyType(
    {
        "openmeteo": OpenMeteo,
        "openmeteo_air": OpenMeteoAir,
        "cams_ads": CamsAds,
        "openaq": OpenAQ,
        "openaq_archive": OpenAQArchive,
        "sensor_community": SensorCommunity,
        "airgradient": AirGradient,
        "purpleair": PurpleAir,
        "airdata_kz": AirDataKz,
        "air_org_kz": AirOrgKz,
        "uzhydromet": Uzhydromet,
        "uzhydromet_bulletin": UzhydrometBulletin,
        "airnow": AirNow,
        "waqi": Waqi,
        "iqair": IQAir,
        "sensorthings": SensorThings,
        "metar": Metar,
        "data_meteo_uz": DataMeteoUz,
        "wis2": Wis2,
        "firms": Firms,
        "unep_imeo_mars": UnepImeoMars,
    }
)
# Networks that arrive as files only; a city file may name them beside those of `SOURCES`.
FILES_ONLY = ("tashkent_open",)

licences.state(credits.terms)  # whoever knows any source lets its rows leave, or not
