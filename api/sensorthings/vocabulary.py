"""Names, units and definitions as SensorThings clients expect them."""

from collections.abc import Mapping

EEA = "http://dd.eionet.europa.eu/vocabulary/aq/pollutant/"
CF = "http://vocab.nerc.ac.uk/standard_name/"
UCUM = "ucum:"
MEASUREMENT = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"
# Definitions of what is observed: the EEA's vocabulary of pollutants, else the CF standard names.
DEFINITIONS: Mapping[str, str] = {
    "so2": f"{EEA}1", "pm10": f"{EEA}5", "o3": f"{EEA}7", "no2": f"{EEA}8", "co": f"{EEA}10", "pm25": f"{EEA}6001",
    "pm1": f"{CF}mass_concentration_of_pm1_ambient_aerosol_particles_in_air/",
    "no": f"{CF}mass_concentration_of_nitrogen_monoxide_in_air/",
    "nox": f"{CF}mass_concentration_of_nox_expressed_as_nitrogen_dioxide_in_air/",
    "nh3": f"{CF}mass_concentration_of_ammonia_in_air/", "ch4": f"{CF}mass_concentration_of_methane_in_air/",
    "formaldehyde": f"{CF}mass_concentration_of_formaldehyde_in_air/",
    "benzene": f"{CF}mass_concentration_of_benzene_in_air/",
    "temperature": f"{CF}air_temperature/", "relative_humidity": f"{CF}relative_humidity/",
    "wind_speed": f"{CF}wind_speed/", "wind_direction": f"{CF}wind_from_direction/",
    "wind_gust": f"{CF}wind_speed_of_gust/", "pressure": f"{CF}air_pressure/",
    "boundary_layer_height": f"{CF}atmosphere_boundary_layer_thickness/",
    "visibility": f"{CF}visibility_in_air/", "cloud_cover": f"{CF}cloud_area_fraction/",
}  # fmt: skip
# Our spelling of a unit → name, symbol, definition. The symbol of µg/m³ is that of the European profile.
UNITS: Mapping[str, tuple[str, str, str]] = {
    "µg/m³": ("microgram per cubic metre", "ug.m-3",
              "http://dd.eionet.europa.eu/vocabulary/uom/concentration/ug.m-3"),
    "m/s": ("metre per second", "m/s", f"{UCUM}m/s"),
    "°C": ("degree Celsius", "°C", f"{UCUM}Cel"),
    "%": ("percent", "%", f"{UCUM}%"),
    "hPa": ("hectopascal", "hPa", f"{UCUM}hPa"),
    "mm": ("millimetre", "mm", f"{UCUM}mm"),
    "m": ("metre", "m", f"{UCUM}m"),
    "°": ("degree of arc, clockwise from north", "°", f"{UCUM}deg"),
    "1": ("one", "1", f"{UCUM}1"),
    "MW": ("megawatt", "MW", f"{UCUM}MW"),
}  # fmt: skip
MARKS: Mapping[str, str] = {
    "reference": "measured by a reference station",
    "indicative": "measured by a low-cost sensor: indicative",
    "model": "computed by a model: not measured",
    "simulated": "simulated: not measured anywhere",
}
SETS: tuple[str, ...] = (
    "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
    "FeaturesOfInterest",
)  # fmt: skip
# Of each set: the relation's name → the set it leads to. A name that is no set's leads to one entity.
RELATIONS: Mapping[str, Mapping[str, str]] = {
    "Things": {"Locations": "Locations", "HistoricalLocations": "HistoricalLocations", "Datastreams": "Datastreams"},
    "Locations": {"Things": "Things", "HistoricalLocations": "HistoricalLocations"},
    "HistoricalLocations": {"Thing": "Things", "Locations": "Locations"},
    "Datastreams": {
        "Thing": "Things", "Sensor": "Sensors", "ObservedProperty": "ObservedProperties",
        "Observations": "Observations",
    },
    "Sensors": {"Datastreams": "Datastreams"},
    "ObservedProperties": {"Datastreams": "Datastreams"},
    "Observations": {"Datastream": "Datastreams", "FeatureOfInterest": "FeaturesOfInterest"},
    "FeaturesOfInterest": {"Observations": "Observations"},
}  # fmt: skip
CONFORMANCE: tuple[str, ...] = (
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/expand",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/select",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/top",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/skip",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/count",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/orderby",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/filter",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data/pagination",
)
