"""A handed-over file as bytes: unpacked where it is packed, and refused where it would never end."""

import gzip
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from sources.files.profile import ImportFileError

MOST_BYTES = 4 << 30  # unpacked; the largest file known, all of Tashkent's open data set, has 0.12 GB
RATIO = 200  # unpacked to packed beyond which, once it is much, a file is a bomb; hourly tables reach some 40
MUCH = 16 << 20
GZIP = b"\x1f\x8b"

Seen = Callable[[int], None]


class Unpacked(io.RawIOBase):
    """
    Bytes of a file, unpacked if they are gzip, and never more than a limit.

    Parameters
    ----------
    path : Path
        To read.
    most : int
        Unpacked size at which a file is refused.
    seen : callable, optional
        Told how many bytes on disk were used.
    """

    def __init__(self, path: Path, most: int = 0, seen: Seen | None = None) -> None:
        self.disk = path.open("rb")
        packed = self.disk.read(2) == GZIP
        self.disk.seek(0)
        self.inner: BinaryIO = gzip.GzipFile(fileobj=self.disk) if packed else self.disk  # type: ignore[assignment]
        self.name, self.most, self.used, self.seen = path.name, most or MOST_BYTES, 0, seen

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer."""
        data = self.inner.read(len(buffer))
        buffer[: len(data)] = data
        self.used += len(data)
        if self.used > self.most:
            raise ImportFileError("files.table.too_large", file=self.name, most=self.most >> 20)
        if self.used > MUCH and self.used > RATIO * self.disk.tell():
            raise ImportFileError("files.table.bomb", file=self.name, ratio=RATIO)
        if self.seen:
            self.seen(self.disk.tell())
        return len(data)

    def close(self) -> None:
        """Release the file."""
        if not self.closed:
            self.inner.close()
            self.disk.close()
        super().close()
