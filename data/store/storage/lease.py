"""A lock in an object store: a small object that its holder renews, and that others take when it stays silent."""

import json
import os
import socket
import time
from threading import Event, Thread
from uuid import uuid4

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError
from obstore.store import ObjectStore

from data.store.storage.foreign import trouble

Watched = dict[str, tuple[str, float]]  # lock → its tag, since when it has been the same
TTL = 15.0  # seconds of silence after which a holder is believed dead; a renewal every third of it
POLL = (0.05, 1.0)  # seconds between looks of one who waits: at first, at most


class Lease:
    """
    One attempt to hold a lock.

    Parameters
    ----------
    store : ObjectStore
        Must support a conditional put (create if absent, replace if the tag is as it was).
    name : str
        Of the object.
    ttl : float
        [s]
    watched : dict, optional
        What earlier attempts of this process saw of a lock: one who never waits long finds a dead holder too.

    Notes
    -----
    No clock of another machine is trusted: one who waits measures by his own clock for how long the object stayed as
    it is, and replaces exactly that object. A holder that slept for longer than `ttl` no longer holds the lock; that
    its commit then changes nothing twice is the duty of the table's own conditional commit (`data.store.tables.delta`).
    """

    def __init__(self, store: ObjectStore, name: str, ttl: float = TTL, watched: Watched | None = None) -> None:
        self._store, self._name, self._ttl = store, name, ttl
        self._watched = {} if watched is None else watched
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.before = ""  # tag of the object that this one replaced
        self.tag = ""  # of the object as this one wrote it last
        self._serial = 0
        self._done = Event()
        self._beat: Thread | None = None

    def take(self, wait: float) -> bool:
        """Hold the lock; False where another holds it for longer than `wait`. [s]"""
        end, pause = time.monotonic() + wait, POLL[0]
        while True:
            tag, holder = self._look()
            now = time.monotonic()
            seen, since = self._watched.get(self._name, ("", now))
            if tag != seen:
                since = now
            self._watched[self._name] = (tag, since)
            if (not holder or now - since >= self._ttl) and self._swap(tag, self._holder):
                self.before = tag
                self._beat = Thread(target=self._renew, name=f"lease {self._name}", daemon=True)
                self._beat.start()
                return True
            if now >= end:
                return False
            time.sleep(max(0.0, min(pause, end - now)))
            pause = min(pause * 1.5, POLL[1], self._ttl / 3)

    def free(self) -> bool:
        """Give the lock back; where that does not succeed (False) it is free after `ttl`."""
        self._done.set()
        if self._beat is not None:
            self._beat.join()
        try:
            return self._swap(self.tag, "")
        except Exception:  # the work under the lock is done; whoever waits takes over
            return False

    def _look(self) -> tuple[str, str]:
        """The object's tag, and who holds the lock."""
        try:
            found = obstore.get(self._store, self._name)
            text = bytes(found.bytes())
        except FileNotFoundError as error:
            if trouble(error) == "no bucket":
                raise
            return "", ""
        tag = str(found.meta["e_tag"])
        try:
            kept = json.loads(text)
            self._serial = int(kept["serial"])
            return tag, str(kept["holder"])
        except (ValueError, KeyError, TypeError):
            return tag, "somebody"  # nothing that this release wrote; it goes when nobody renews it

    def _swap(self, tag: str, holder: str) -> bool:
        """Replace the object that has this tag; False where it has another by now."""
        text = json.dumps({"holder": holder, "serial": self._serial + 1}).encode()
        try:
            done = obstore.put(self._store, self._name, text, mode={"e_tag": tag} if tag else "create")
            self.tag = str(done["e_tag"])
        except (AlreadyExistsError, PreconditionError):
            now, holds = self._look()
            if holds != self._holder or not holder:
                return False
            self.tag = now  # a put that was repeated because its answer was lost
            return True
        self._serial += 1
        return True

    def _renew(self) -> None:
        while not self._done.wait(self._ttl / 3):
            try:
                if not self._swap(self.tag, self._holder):
                    return  # taken over: this process slept too long
            except Exception:  # no answer: the next beat may have one
                continue
