"""The parameters the centre knows: their unit, plausible range and the way from what networks deliver."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from data.errors import CentreError
from data.units import UNITS, spelling

MOLAR_VOLUME_20C = 24.055  # l/mol of an ideal gas at 20 °C and 1013.25 hPa (R·T/p)


class UnitError(CentreError, ValueError):
    """A network or a file gives a unit that this parameter cannot be converted from."""

    who = "asker"
    status = 400


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """
    One measured or modelled quantity, a row of `PARAMETERS`.

    Attributes
    ----------
    key : str
        OpenAQ-style key, e.g. ``pm25``.
    label : str
        As printed, e.g. ``PM2.5``.
    unit : str
        The one unit it is kept in.
    low, high : float
        Beyond these a value is physically impossible here and flagged invalid. [unit]
    noise : float
        A sound instrument in clean air reads below zero by up to so much: such a value is measured, enters means as it
        is, and is shown as 0. What lies lower is no noise. [unit]
    family : str
        ``pollutant``, ``weather`` or ``other``.
    molar_mass : float or None
        Of a gas. [g/mol]
    """

    key: str
    label: str
    unit: str
    low: float
    high: float
    family: str = "pollutant"
    molar_mass: float | None = None
    decimals: int = 0
    noise: float = 0.0

    @property
    def lowest(self) -> float:
        """Lowest value that can have been measured. [unit]"""
        return self.low - self.noise


# How far below zero a sound instrument may read. Hours of a beta attenuation monitor scatter by some µg/m³; US AirNow
# calls such hours of its embassies valid down to −5, and −10 leaves room for shorter intervals. Of gases the zero
# may drift by 5.1 ppb (CO 0.61 ppm) within a fortnight: US EPA, Quality Assurance Handbook II, appendix D (2017).
# To put zero in their place biases means (US EPA, AQS note on negative values, February 2011).
PARTICLE_NOISE = 10.0  # [µg/m³]
ZERO_DRIFT, ZERO_DRIFT_CO = 5.1, 610.0  # [ppb]


def _particle(key: str, label: str, high: float) -> Parameter:
    return Parameter(key=key, label=label, unit="µg/m³", low=0, high=high, noise=PARTICLE_NOISE)


def _gas(key: str, label: str, molar_mass: float, high: float, decimals: int = 0) -> Parameter:
    drift = (ZERO_DRIFT_CO if key == "co" else ZERO_DRIFT) * molar_mass / MOLAR_VOLUME_20C
    return Parameter(
        key=key, label=label, unit="µg/m³", low=0, high=high, molar_mass=molar_mass, decimals=decimals, noise=drift
    )


def _weather(key: str, label: str, unit: str, low: float, high: float, decimals: int = 1) -> Parameter:
    return Parameter(key=key, label=label, unit=unit, low=low, high=high, family="weather", decimals=decimals)


# The upper bounds keep the Tashkent storm of November 2021 (PM10 of 18,000 µg/m³) in range. Those of formaldehyde,
# phenol, HF and benzene stay below what is immediately dangerous to life (NIOSH IDLH: 20, 250, 30 and 500 ppm); that of
# methane is three times the 500 ppm above background beyond which a landfill's surface leaks (US EPA, 40 CFR 60.34f).
# Molar masses: IUPAC 2021 standard atomic weights.
PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        p.key: p
        for p in (
            _particle("pm25", "PM2.5", 10_000),
            _particle("pm10", "PM10", 50_000),
            _particle("pm1", "PM1", 10_000),
            _particle("tsp", "TSP", 100_000),
            _gas("no2", "NO2", 46.006, 10_000),
            _gas("no", "NO", 30.006, 10_000),
            _gas("nox", "NOx", 46.006, 20_000),
            _gas("so2", "SO2", 64.066, 20_000),
            _gas("o3", "O3", 47.998, 2_000),
            _gas("co", "CO", 28.010, 200_000),
            _gas("h2s", "H2S", 34.081, 5_000, 1),
            _gas("nh3", "NH3", 17.031, 20_000),
            _gas("ch4", "CH4", 16.043, 1_000_000),
            _gas("formaldehyde", "HCHO", 30.026, 5_000, 1),
            _gas("phenol", "C6H5OH", 94.113, 20_000, 1),
            _gas("hf", "HF", 20.006, 5_000, 1),
            _gas("benzene", "C6H6", 78.114, 20_000, 1),
            _weather("temperature", "Temperature", "°C", -60, 60),
            _weather("relative_humidity", "Relative humidity", "%", 0, 105, 0),
            _weather("wind_speed", "Wind speed", "m/s", 0, 80),
            _weather("wind_direction", "Wind direction", "°", 0, 360, 0),
            _weather("wind_gust", "Wind gust", "m/s", 0, 120),
            _weather("pressure", "Pressure", "hPa", 500, 1100, 0),
            _weather("precipitation", "Precipitation", "mm", 0, 300),
            _weather("boundary_layer_height", "Boundary layer height", "m", 0, 8_000, 0),
            _weather("visibility", "Visibility", "m", 0, 100_000, 0),
            _weather("cloud_cover", "Cloud cover", "%", 0, 100, 0),
            # Number in WMO code table 4677; a code, never to be averaged.
            Parameter(key="present_weather", label="Present weather", unit="1", low=0, high=99, family="other"),
            Parameter(key="dust", label="Dust", unit="µg/m³", low=0, high=100_000, family="other"),
            Parameter(key="aod", label="Aerosol optical depth", unit="1", low=0, high=20, family="other", decimals=2),
            # Uzhydromet's own index of a post and day ("Si" on its map), delivered and never computed or judged here.
            Parameter(key="uz_si", label="Si of Uzhydromet", unit="1", low=0, high=500, family="other", decimals=1),
            Parameter(key="frp", label="Fire radiative power", unit="MW", low=0, high=50_000, family="other"),
        )
    }
)

POLLUTANTS: tuple[str, ...] = tuple(k for k, p in PARAMETERS.items() if p.family == "pollutant")
WEATHER: tuple[str, ...] = tuple(k for k, p in PARAMETERS.items() if p.family == "weather")

_FACTORS: Mapping[tuple[str, str], float] = MappingProxyType(
    {
        ("mg/m³", "µg/m³"): 1e3, ("kg/m³", "µg/m³"): 1e9, ("g/m³", "µg/m³"): 1e6, ("ng/m³", "µg/m³"): 1e-3,
        ("km/h", "m/s"): 1 / 3.6, ("knots", "m/s"): 1852 / 3600, ("mph", "m/s"): 0.44704,
        # Millimetre of mercury: 133.322387415 Pa (BIPM, SI brochure, 8th edition, table 8).
        ("Pa", "hPa"): 0.01, ("kPa", "hPa"): 10.0, ("mmHg", "hPa"): 1.33322387415,
        ("inch", "mm"): 25.4, ("km", "m"): 1e3, ("mi", "m"): 1609.344,
    }
)  # fmt: skip


def spell_unit(unit: str) -> str:
    """
    Our spelling of a delivered unit.

    Parameters
    ----------
    unit : str
        As a network writes it.

    Returns
    -------
    str
        One of `data.units.UNITS`.

    Raises
    ------
    UnitError
        When the unit is not known; the adapter or the file must say which it is.

    Examples
    --------
    >>> spell_unit("μg/m³") == spell_unit("ug/m3") == "µg/m³"
    True
    """
    if (known := spelling(unit)) is not None:
        return known
    raise UnitError("data.unit.unknown", parameter="unit", unit=unit, known=sorted(UNITS))


def conversion(parameter: str, unit: str) -> tuple[float, float]:
    """
    Factor and offset from a delivered unit to the parameter's own: ``value = raw * factor + offset``.

    Parameters
    ----------
    parameter : str
        Key of `PARAMETERS`.
    unit : str
        Delivered unit, any known spelling.

    Returns
    -------
    (float, float)
        Factor and offset. Gases in ppm or ppb go to µg/m³ at 20 °C and 1013.25 hPa, by the ideal gas law.

    Raises
    ------
    UnitError
        When the unit does not fit the parameter.

    Examples
    --------
    >>> round(conversion("o3", "ppb")[0], 3)
    1.995
    >>> conversion("temperature", "K")
    (1.0, -273.15)

    References
    ----------
    Directive 2008/50/EC, Annex VI: gases are reported at 293 K and 101.3 kPa.
    """
    known = PARAMETERS[parameter]
    spelled = spell_unit(unit)
    if spelled == known.unit:
        return 1.0, 0.0
    if (spelled, known.unit) in _FACTORS:
        return _FACTORS[spelled, known.unit], 0.0
    if known.molar_mass and spelled in ("ppm", "ppb"):
        return known.molar_mass / MOLAR_VOLUME_20C * (1e3 if spelled == "ppm" else 1.0), 0.0
    if known.unit == "°C" and spelled == "K":
        return 1.0, -273.15
    if known.unit == "°C" and spelled == "°F":
        return 5 / 9, -160 / 9
    raise UnitError("data.unit.misfit", parameter="unit", label=known.label, unit=unit, own=known.unit)


def to_ppb(parameter: str, value: float) -> float:
    """
    A gas concentration as the US EPA states it, at 25 °C and 1013.25 hPa.

    Parameters
    ----------
    parameter : str
        A gas.
    value : float
        At 20 °C. [µg/m³]

    Returns
    -------
    float
        The mixing ratio, which does not depend on temperature. [ppb]

    Examples
    --------
    >>> round(to_ppb("o3", 100.0), 1)
    50.1
    """
    mass = PARAMETERS[parameter].molar_mass
    if mass is None:
        raise UnitError("data.unit.no_gas", parameter="parameter", label=parameter)
    return value * MOLAR_VOLUME_20C / mass
