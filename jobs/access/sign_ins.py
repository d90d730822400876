"""Sign-ins that were used: each is taken once by all processes of the centre together, also after a restart."""

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAUSE = 60.0  # between two looks for what has ended [s]


@dataclass
class Once:
    """
    A folder with a file for every sign-in that was used.

    The system makes a file that is not there for one process only, so no lock is needed between servers that share the
    folder. A name is a digest: nothing of a token is kept.

    Parameters
    ----------
    folder : Path
        Made where it is missing.
    leeway : float
        Kept for so long after its end. [s]
    tick : callable
        A clock that never goes back. [s]
    """

    folder: Path
    leeway: float = 30.0
    tick: Callable[[], float] = time.monotonic
    _looked: float = float("-inf")

    def use(self, what: str, until: float, now: float) -> bool:
        """
        Whether this is the first use.

        Parameters
        ----------
        what : str
            Names the sign-in.
        until : float
            Its end: what has ended is forgotten. [s since 1970]
        now : float
            The machine's own time. [s since 1970]

        Raises
        ------
        OSError
            When it cannot be kept: then nobody may be let in by it.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._forget(now)
        at = self.folder / hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()
        try:
            file = os.open(at, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return False
        with os.fdopen(file, "w", encoding="ascii") as kept:
            kept.write(f"{until:.0f}")
        return True

    def _forget(self, now: float) -> None:
        """Take away what has ended; a file that its writer did not finish stays."""
        if self.tick() - self._looked < PAUSE:
            return
        self._looked = self.tick()
        for file in self.folder.iterdir():
            try:
                if float(file.read_text("ascii") or "inf") + self.leeway < now:
                    file.unlink(missing_ok=True)
            except (FileNotFoundError, ValueError):  # another process was quicker, or it is none of ours
                continue
