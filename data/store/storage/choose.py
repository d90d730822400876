"""The place that a URI names: a folder or a bucket."""

from pathlib import Path

from data.store.storage.errors import StoreError
from data.store.storage.folder import Folder
from data.store.storage.location import VARIABLE, Place


def place(where: "Place | Path | str") -> Place:
    """
    The place that a URI names.

    Raises
    ------
    StoreError
        When the scheme is not known, its extra is not installed, or the URI holds a key.
    """
    if isinstance(where, Path):
        return Folder(where)
    if not isinstance(where, str):
        return where  # a place already
    if "://" not in where or where.startswith("file://"):
        return Folder(Path(where.removeprefix("file://")))
    try:
        from data.store.storage.bucket import bucket  # the default install has no client of an object store
    except ImportError as error:
        scheme = where.partition("://")[0]
        raise StoreError("store.place.no_extra", parameter=VARIABLE, variable=VARIABLE, scheme=scheme) from error
    return bucket(where)
