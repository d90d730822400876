"""
Spellings of units: one normal form for what people, networks and spreadsheets write, and nothing that is guessed.

A concentration is a mass and a volume, each in any of its spellings, joined in any of the usual ways; every other unit
stands in a table. What is in neither is not understood, however near it lies.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

LONGEST = 60  # characters; no unit is longer, and a longer text is not looked at
# Letters of both alphabets that look alike, or that a keyboard exchanges: read as Latin within a concentration.
_LATIN = str.maketrans("мкгунбаорев", "mkgunbaorev")
_SIGNS = str.maketrans({"\u2212": "-", "–": "-", "‐": "-", "‑": "-", "º": "°", "˚": "°", "∙": "·", "⋅": "·", "•": "·"})
_MASSES: Mapping[str, str] = {
    form: mass
    for mass, forms in {
        "µg": "µg ug mcg mkg mkgr microgram micrograms mikrogramm mikrogram микрограмм микрограммов",
        "mg": "mg milligram milligrams milligramm миллиграмм миллиграммов",
        "ng": "ng nanogram nanograms nanogramm нанограмм",
        "kg": "kg kilogram kilogramm килограмм",
        "g": "g gram grams gramm грамм",
    }.items()
    for form in forms.split()
}
# Spellings of "per cubic metre", without spaces, dots and signs of a power.
_PER_VOLUME = (
    "/m3", "m-3", "perm3", "nam3", "vm3", "/kubm", "/mkub", "nakubm", "vkubm", "/cum", "/cubicmeter", "/cubicmetre",
    "percubicmeter", "percubicmetre", "/kubmetr", "/кубметр", "накубметр", "вкубметре", "/кубическийметр",
)  # fmt: skip
_OTHERS: Mapping[str, str] = {
    form: unit
    for unit, forms in {
        "ppm": "ppm ppmv ppm(v) млн-1",
        "ppb": "ppb ppbv ppb(v) млрд-1",
        "°C": "c °c cel celsius degc degreec degreesc degcelsius degreecelsius degreescelsius °celsius с °с градс "
        "град°с градусс градус°с gradusc",
        "°F": "f °f fahrenheit degf degreesf degreesfahrenheit",
        "K": "k kelvin к",
        "%": "% percent %rh rh% %отн процент процентов foiz пайыз",
        "m/s": "m/s ms-1 ms mps m/sec mpersec м/с м/сек мс-1",
        "km/h": "km/h kmh kmh-1 kph km/hr км/ч км/час км/сағ km/soat",
        "knots": "kn kt kts knot knots уз узел узлов",
        "mph": "mph mi/h",
        "°": "° deg degree degrees град градус градусов gradus",
        "hPa": "hpa mbar mb гпа мбар gpa",
        "Pa": "pa па",
        "kPa": "kpa кпа",
        "mmHg": "mmhg мммртст ммртст",
        "mm": "mm мм kgm-2 kg/m2 кг/м2",
        "inch": "inch in inches",
        "m": "m м metre meter metres meters",
        "km": "km км",
        "mi": "mi sm miles",
        "MW": "mw мвт",
        "1": "1 unitless dimensionless",
    }.items()
    for form in forms.split()
}
SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        **_OTHERS,
        **{f"{form}{per}": f"{mass}/m³" for form, mass in _MASSES.items() for per in _PER_VOLUME},
    }
)
UNITS = tuple(dict.fromkeys(SPELLINGS.values()))
_BRACKETS = re.compile(r"[\[({«\"](.*)[\])}»\"]")
_POWER = re.compile(r"(?:\^|\*\*)\(?([+-]?\d)\)?")


@lru_cache(maxsize=4096)
def spelling(text: str) -> str | None:
    """
    Our spelling of a unit.

    Parameters
    ----------
    text : str
        As it was written.

    Returns
    -------
    str or None
        One of `UNITS`; None where it is none of them.

    Notes
    -----
    Without case, spaces, full stops and outer brackets; a power may be written ``³``, ``3``, ``^3``, ``**3``; a unit
    below a line as ``/``, ``per`` or a negative power; the micro sign in its two forms, as ``u``, ``mc`` or ``mk``.

    Examples
    --------
    >>> spelling("мкг/куб. м") == spelling("ug m-3") == spelling("µg·m⁻³") == spelling("(mkg/m³)") == "µg/m³"
    True
    >>> spelling("мг/м2") is None, spelling("µg/m³ per day") is None, spelling("°С"), spelling("ppbv")
    (True, True, '°C', 'ppb')
    """
    if len(text) > LONGEST:
        return None
    if not text.strip():
        return "1"
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).strip(" .:")
    while (inner := _BRACKETS.fullmatch(plain)) and not re.search(r"[\[(\])]", inner[1]):
        plain = inner[1].strip(" .:")
    key = _POWER.sub(r"\1", plain.casefold().replace("μ", "µ"))
    key = re.sub(r"[\s.·]+|(?<=[^\W\d])\*(?=[^\W\d])", "", key)
    for candidate in (key, key.translate(_LATIN)):
        if candidate in SPELLINGS:
            return SPELLINGS[candidate]
    return None
