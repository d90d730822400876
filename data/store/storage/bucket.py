"""A store on an object store (S3, Google, Azure): its tables' URIs, small objects, locks and the files for DuckDB."""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import RLock
from types import MappingProxyType
from typing import Any

import obstore
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store

from data.store.storage.bucket_files import Files
from data.store.storage.errors import StoreBusy, StoreError
from data.store.storage.foreign import trouble as told_by
from data.store.storage.lease import TTL, Lease
from data.store.storage.location import LOCK, LOG, VARIABLE, first_line

STATE = "CLEANAIR_STATE"
LOOK = 2.0  # seconds between looks for commits of other processes: a question costs no request, news come in time
FOREIGN = 60.0  # seconds until commits of engines that do not take the writer lock are seen


@dataclass(frozen=True)
class Kind:
    """One sort of object store: the beginnings of its options' names, its client, what its service is called."""

    options: tuple[str, ...]
    client: Callable[..., ObjectStore]
    settings: str


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "s3": Kind(("AWS_",), S3Store, "AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY"),
        "gs": Kind(("GOOGLE_",), GCSStore, "GOOGLE_SERVICE_ACCOUNT"),
        "az": Kind(("AZURE_",), AzureStore, "AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY"),
    }
)
# What the libraries below tell → the sentence.
TROUBLES: Mapping[str, str] = MappingProxyType(
    {"no bucket": "store.bucket.none", "refused": "store.bucket.refused", "silent": "store.bucket.silent"}
)
FAILURES: Mapping[str, str] = MappingProxyType(
    {"reached": "store.bucket.no_reach", "read": "store.bucket.no_read", "written": "store.bucket.no_write"}
)


class Bucket:
    """
    A prefix of an object store.

    Parameters
    ----------
    scheme : {'s3', 'gs', 'az'}
    container : str
        Bucket or container.
    prefix : str
        Without slashes at its ends.
    ttl : float
        How long a writer's silence is believed to be a pause. [s]

    Notes
    -----
    Options and keys are those of the environment, under the names that delta-rs and its clients share.
    """

    fenced = True

    def __init__(self, scheme: str, container: str, prefix: str, ttl: float = TTL) -> None:
        self._kind, self._scheme, self._ttl = KINDS[scheme], scheme, ttl
        self.uri = f"{scheme}://{container}/{prefix}"
        self.options = {k: v for k, v in os.environ.items() if k.startswith(self._kind.options)}
        self.folder = Path(os.environ.get(STATE) or "var/state").resolve() / scheme / container / prefix
        self._root = self._client(container, prefix)
        self._guard = RLock()
        self._held = 0
        self._looked: float | None = None
        self._expected: tuple[str, int] = ("", -1)  # the writer lock's tag when nothing but this process wrote
        self._others = 0  # how often something else was found
        self._own: dict[str, int] = {}  # commits of this process, by table
        self._begun: tuple[int, frozenset[str]] = (-1, frozenset())
        self._watched: dict[str, tuple[str, float]] = {}  # locks of others: tag, since when it has been the same

    def __repr__(self) -> str:
        return f"Bucket({self.uri!r})"

    def _client(self, container: str, prefix: str | None) -> ObjectStore:
        try:
            return self._kind.client(container, prefix=prefix)
        except Exception as error:  # the client has many errors of its own; none may pass a key on
            raise self.failure("reached", error) from None

    # --- tables --------------------------------------------------------------------------------------------------

    def table(self, name: str) -> str:
        return f"{self.uri}/{name}"

    def tables(self) -> tuple[str, ...]:
        with self._guard:
            others, _ = self.state("")
            if self._begun[0] != others:
                self._begun = (others, self._listed(self._begun[1]))
            return tuple(sorted(self._begun[1]))

    def _listed(self, known: frozenset[str]) -> frozenset[str]:
        with self._told("read"):
            found = [p.strip("/") for p in obstore.list_with_delimiter(self._root)["common_prefixes"]]
            return frozenset(
                name for name in found
                if name in known or obstore.list_with_delimiter(self._root, f"{name}/{LOG}")["objects"]
            )  # fmt: skip

    def holds(self, name: str) -> bool:
        return name in self.tables()

    def state(self, name: str) -> tuple[int, int]:
        """
        How often somebody else was found to have written, and how often this process wrote to the table.

        Every writer of this project renews or frees the writer lock after its commit, so that the tag of that one
        object tells whether any table changed; another engine's commits are seen when `FOREIGN` has passed. While this
        process holds the lock nothing is looked up: its commits must rest on what it read under the lock.
        """
        now = time.monotonic()
        with self._guard:
            if not self._held and (self._looked is None or now - self._looked >= LOOK):
                seen = (self._tag(), int(now // FOREIGN))
                self._others += seen != self._expected
                self._looked, self._expected = now, seen
            return (self._others, self._own.get(name, 0))

    def fresh(self) -> bool:
        return self._looked is not None and time.monotonic() - self._looked < LOOK

    def _tag(self) -> str:
        try:
            with self._told("read"):
                return str(obstore.head(self._root, _lease(LOCK))["e_tag"])
        except FileNotFoundError:
            return ""

    def moved(self, name: str) -> None:
        with self._guard:
            self._own[name] = self._own.get(name, 0) + 1
            self._begun = (self._begun[0], self._begun[1] | {name})

    # --- small objects -------------------------------------------------------------------------------------------

    def read(self, name: str) -> str | None:
        try:
            with self._told("read"):
                return bytes(obstore.get(self._root, name).bytes()).decode("utf-8")
        except FileNotFoundError:
            return None

    def write(self, name: str, text: str) -> None:
        with self._told("written"):
            obstore.put(self._root, name, text.encode("utf-8"))

    def size(self) -> tuple[int, int]:
        with self._told("read"):
            sizes = [int(entry["size"]) for chunk in obstore.list(self._root) for entry in chunk]
        return sum(sizes), len(sizes)

    # --- locks ---------------------------------------------------------------------------------------------------

    @contextmanager
    def held(self, name: str, wait: float) -> Iterator[None]:
        lease = Lease(self._root, _lease(name), self._ttl, self._watched)
        with self._told("written"):
            taken = lease.take(wait)
        if not taken:
            raise StoreBusy("store.place.busy", place=self.uri, seconds=round(wait))
        with self._writing(lease) if name == LOCK else nullcontext():
            try:
                yield
            finally:
                lease.free()

    @contextmanager
    def _writing(self, lease: Lease) -> Iterator[None]:
        """Between the commits of others, which are looked for now, and the next look."""
        with self._guard:
            self._others += lease.before != self._expected[0]
            self._held += 1
        try:
            yield
        finally:
            with self._guard:
                self._held -= 1
                self._expected = (lease.tag, self._expected[1])

    # --- the rest ------------------------------------------------------------------------------------------------

    def beside(self, suffix: str) -> str:
        return self.uri + suffix

    def filesystem(self) -> Files:
        return Files(self._scheme, lambda container: self._client(container, None), self.trouble)

    def trouble(self, error: BaseException) -> StoreError | None:
        """The sentence for an error that the store's surroundings explain."""
        key = TROUBLES.get(told_by(error) or "")
        if key is None:
            return None
        return StoreError(key, place=self.uri, variable=VARIABLE, settings=self._kind.settings)

    def failure(self, doing: str, error: BaseException) -> StoreError:
        known = self.trouble(error)
        if known is not None:
            return known
        if told_by(error) == "faster":
            return StoreBusy("store.place.faster", place=self.uri)
        return StoreError(FAILURES[doing], place=self.uri, cause=self._clean(error))

    def _clean(self, error: BaseException) -> str:
        """The beginning of an error without answers of the server and without values of options."""
        text = first_line(error).partition("<")[0].strip()
        for value in self.options.values():
            text = text.replace(value, "…") if len(value) > 3 else text
        return text or type(error).__name__

    def _told(self, doing: str) -> "_Told":
        return _Told(self, doing)


def _lease(name: str) -> str:
    """The object of a lock: another name than a folder's lock file has, which may have been copied along."""
    return name.removesuffix(".lock") + ".lease"


class _Told:
    """Errors of the client become sentences; what is absent stays `FileNotFoundError`."""

    def __init__(self, at: Bucket, doing: str) -> None:
        self.at, self.doing = at, doing

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if error is None or isinstance(error, StoreError) or not isinstance(error, Exception):
            return
        if isinstance(error, FileNotFoundError) and told_by(error) != "no bucket":
            return
        raise self.at.failure(self.doing, error) from None


def bucket(uri: str) -> Bucket:
    """
    The place of a URI such as ``s3://air/centre``.

    Raises
    ------
    StoreError
        When the scheme is not known, or the URI holds more than a bucket and a prefix: keys belong into the
        environment, where no log shows them.
    """
    scheme, _, rest = uri.partition("://")
    name, _, prefix = rest.strip("/").partition("/")
    if scheme not in KINDS:
        known = [f"{k}://" for k in KINDS]
        raise StoreError("store.bucket.no_scheme", parameter=VARIABLE, variable=VARIABLE, scheme=scheme, known=known)
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name) or not re.fullmatch(
        r"[A-Za-z0-9._=+-]+(/[A-Za-z0-9._=+-]+)*", prefix
    ):
        settings = KINDS[scheme].settings
        raise StoreError(
            "store.bucket.no_prefix", parameter=VARIABLE, variable=VARIABLE, scheme=scheme, settings=settings
        )
    return Bucket(scheme, name, prefix)
