"""The data files of an object store as DuckDB reads them: what was learned of one is never asked for again."""

from collections.abc import Callable
from typing import Any, cast

from obstore.fsspec import FsspecStore
from obstore.store import ObjectStore

from data.store.storage.errors import StoreError

REMEMBERED = 50_000  # sizes of data files kept in memory, about 20 MB


class Files(FsspecStore):
    """
    Data files of Delta tables for DuckDB: their names are never used again, so that what is known of one stays true.

    Parameters
    ----------
    scheme : str
        Of the URIs.
    client : callable
        Container → its client.
    trouble : callable
        Error → its sentence, None for one that has nothing to do with the object store.
    """

    cachable = False

    def __init__(
        self,
        scheme: str,
        client: Callable[[str], ObjectStore],
        trouble: Callable[[BaseException], StoreError | None],
    ) -> None:
        super().__init__(cast("Any", scheme))
        self._clients: dict[str, ObjectStore] = {}
        self._make, self.trouble = client, trouble
        self._known: dict[str, dict[str, Any]] = {}

    def _construct_store(self, bucket: str) -> ObjectStore:
        if bucket not in self._clients:
            self._clients[bucket] = self._make(bucket)
        return self._clients[bucket]

    async def _info(self, path: str, **options: Any) -> dict[str, Any]:
        if path not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[path] = await super()._info(path, **options)
        return self._known[path]

    def modified(self, path: str) -> Any:
        return self.info(path)["last_modified"]
