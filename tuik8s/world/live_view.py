"""A directory as it is now, seen as a disk: what is written to it stays in memory.

So a store can be opened that may not be changed, also one whose owner goes on writing: files are
opened at once, and only the bytes are shown that were there then. A file that is removed later can
still be read. Files that follow from others are looked at first (`first`), as a snapshot follows
from a log: then the log is at least as long as they say.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

_TRIES: Final = 5
"""Files may come and go while they are being opened; then all is looked at again."""


class DirectoryView:
    """See the module's text, and `world.base.Disk`. Raises OSError when it cannot be read."""

    def __init__(self, directory: Path, first: str = "") -> None:
        self.directory = directory
        self._open: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._kept: dict[str, bytearray] = {}
        """Bytes of files that were written to since."""
        for attempt in range(_TRIES):
            try:
                self._look(first)
                return
            except FileNotFoundError:
                self.close()
                if attempt == _TRIES - 1 or not directory.is_dir():
                    raise

    def names(self) -> list[str]:
        return sorted({*self._sizes, *self._kept})

    def size(self, name: str) -> int:
        kept = self._kept.get(name)
        return self._sizes.get(name, 0) if kept is None else len(kept)

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        size = self.size(name)
        end = size if length is None else min(offset + length, size)
        kept = self._kept.get(name)
        if kept is not None:
            return bytes(kept[offset:end])
        parts = []
        while offset < end:
            part = os.pread(self._open[name], end - offset, offset)
            if not part:
                break
            parts.append(part)
            offset += len(part)
        return b"".join(parts)

    def refresh(self) -> None:
        """It shows what was there when it was made."""

    def append(self, name: str, data: bytes) -> None:
        self._keep(name).extend(data)

    def sync(self, name: str) -> None:
        """There is nothing to keep."""

    def truncate(self, name: str, size: int) -> None:
        if name in self._kept:
            del self._kept[name][size:]
        else:
            self._sizes[name] = size

    def replace(self, name: str, data: bytes) -> None:
        self._kept[name] = bytearray(data)

    def remove(self, name: str) -> None:
        self._kept.pop(name, None)
        self._sizes.pop(name, None)

    def close(self) -> None:
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()
        self._sizes.clear()

    def _look(self, first: str) -> None:
        for wanted in (True, False):
            for path in sorted(self.directory.iterdir()):
                if path.is_file() and path.name.startswith(first) == wanted:
                    self._open[path.name] = os.open(path, os.O_RDONLY)
                    self._sizes[path.name] = os.fstat(self._open[path.name]).st_size

    def _keep(self, name: str) -> bytearray:
        if name not in self._kept:
            self._kept[name] = bytearray(self.read(name))
        return self._kept[name]
