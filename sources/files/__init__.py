"""Files people hand over: one profile per publisher's format, and the registry of them."""

from collections.abc import Mapping
from types import MappingProxyType

from sources.files import airdata_kz, airnow_dos, kazhydromet, tashkent_open, tidy
from sources.files.profile import ImportFileError, Layout, Options, Profile
from sources.files.reading import Chunk, chunks, header

FORMATS: Mapping[str, Profile] = MappingProxyType(
    {m.PROFILE.key: m.PROFILE for m in (airdata_kz, tashkent_open, airnow_dos, kazhydromet, tidy)}
)

__all__ = ["FORMATS", "Chunk", "ImportFileError", "Layout", "Options", "Profile", "chunks", "header"]
