"""Files people hand over: one profile per publisher's format, and the registry of them."""

from collections.abc import Mapping
from types import MappingProxyType

from sources.files import airdata_kz, airnow_dos, eea, kazhydromet, mapping, tashkent_open, tidy
from sources.files.parts import Chunk, Part, chunks, header, parts
from sources.files.profile import ImportFileError, Layout, Options, Profile

FORMATS: Mapping[str, Profile] = MappingProxyType(
    {m.PROFILE.key: m.PROFILE for m in (airdata_kz, tashkent_open, airnow_dos, kazhydromet, eea, tidy)}
    | {profile.key: profile for profile in mapping.shipped()}
)

MAPPING = "mapping"  # the format whose columns a file of the user names

__all__ = [
    "FORMATS",
    "MAPPING",
    "Chunk",
    "ImportFileError",
    "Layout",
    "Options",
    "Part",
    "Profile",
    "chunks",
    "header",
    "mapping",
    "parts",
]
