"""The real disk: a directory of growing files, with the durability that `world.base.Disk` promises.

Descriptors stay open; `append` writes at the end, `sync` is fdatasync and, the first time after a
file was opened, an fsync of the directory: a file may be new although it was there, made by a
process that was killed before it synced. `replace` writes beside, syncs, renames, syncs the
directory. A write that finds no room is taken back (the file keeps its old length) and raises
DiskFull; any other error, and any failed sync, raises DiskFailed, and from then on every write
does: after a failed fsync the kernel may call lost pages clean, so retrying would acknowledge what
is gone.

Source: PostgreSQL's "fsyncgate" (2018); "Can Applications Recover from fsync Failures?" (ATC 2020).
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tuik8s.world.base import DiskFailed, DiskFull

FULL_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT)
BESIDE: Final = ".new"
"""Suffix of a replacement that is being written; what a crash leaves of it is removed."""

fdatasync: Final[Callable[[int], None]] = getattr(os, "fdatasync", os.fsync)


class RealDisk:
    """See the module's text. Files are readable by their owner alone."""

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._failed = ""
        self._open: dict[str, int] = {}
        self._sizes: dict[str, int] = {}
        self._unsettled: set[str] = set()
        for entry in sorted(self.directory.iterdir()):
            if entry.name.endswith(BESIDE):
                entry.unlink()

    def names(self) -> list[str]:
        return sorted(e.name for e in self.directory.iterdir() if not e.name.endswith(BESIDE))

    def size(self, name: str) -> int:
        if name not in self._sizes:
            path = self._path(name)
            if not path.exists():
                return 0
            self._sizes[name] = path.stat().st_size
        return self._sizes[name]

    def read(self, name: str, offset: int = 0, length: int | None = None) -> bytes:
        size = self.size(name)
        if size == 0:
            return b""
        wanted = size - offset if length is None else min(length, size - offset)
        parts = []
        descriptor = self._descriptor(name)
        while wanted > 0:
            part = os.pread(descriptor, wanted, offset)
            if not part:
                break
            parts.append(part)
            offset += len(part)
            wanted -= len(part)
        return b"".join(parts)

    def append(self, name: str, data: bytes) -> None:
        self._check_alive()
        size = self.size(name)
        try:
            descriptor = self._descriptor(name)
            _write_all(descriptor, data)
        except OSError as error:
            if error.errno in FULL_ERRORS:
                if name in self._open:  # else there was not even room for an empty file
                    self._take_back(name, size)
                raise DiskFull(f"{self._path(name)}: no room for {len(data)} bytes") from error
            raise self._failure(f"write to {name}", error) from error
        self._sizes[name] = size + len(data)

    def sync(self, name: str) -> None:
        self._check_alive()
        if not self._path(name).exists():
            return
        try:
            fdatasync(self._descriptor(name))
            if name in self._unsettled:
                self._sync_directory()
                self._unsettled.discard(name)
        except OSError as error:
            raise self._failure(f"sync of {name}", error) from error

    def truncate(self, name: str, size: int) -> None:
        self._check_alive()
        there = self.size(name)
        assert size <= there, f"truncate {name} to {size} refused: it has {there} bytes"
        try:
            descriptor = self._descriptor(name)
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
            self._sync_directory()
        except OSError as error:
            raise self._failure(f"truncation of {name}", error) from error
        self._sizes[name] = size

    def replace(self, name: str, data: bytes) -> None:
        self._check_alive()
        path = self._path(name)
        beside = path.with_name(path.name + BESIDE)
        try:
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                _write_all(descriptor, data)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.replace(beside, path)
            self._sync_directory()
        except OSError as error:
            if error.errno in FULL_ERRORS:
                beside.unlink(missing_ok=True)
                raise DiskFull(f"{path}: no room for {len(data)} bytes") from error
            raise self._failure(f"replacement of {name}", error) from error
        self._forget(name)

    def remove(self, name: str) -> None:
        self._check_alive()
        try:
            self._path(name).unlink(missing_ok=True)
            self._sync_directory()
        except OSError as error:
            raise self._failure(f"removal of {name}", error) from error
        self._forget(name)

    def refresh(self) -> None:
        """See `world.base.Disk`: the next read opens the file that is there then."""
        self.close()
        self._sizes.clear()

    def close(self) -> None:
        for name in list(self._open):
            self._forget(name)

    def _path(self, name: str) -> Path:
        assert name == os.path.basename(name), f"{name!r} is no plain file name"
        assert not name.endswith(BESIDE), f"{name!r} would be taken for an unfinished replacement"
        return self.directory / name

    def _descriptor(self, name: str) -> int:
        if name not in self._open:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
            self._open[name] = os.open(self._path(name), flags, 0o600)
            self._unsettled.add(name)
        return self._open[name]

    def _forget(self, name: str) -> None:
        self._sizes.pop(name, None)
        self._unsettled.discard(name)
        if name in self._open:
            os.close(self._open.pop(name))

    def _sync_directory(self) -> None:
        descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _take_back(self, name: str, size: int) -> None:
        try:
            os.ftruncate(self._descriptor(name), size)
        except OSError as error:
            raise self._failure(f"taking back a write to {name}", error) from error

    def _check_alive(self) -> None:
        if self._failed:
            raise DiskFailed(f"{self.directory}: failed before ({self._failed})")

    def _failure(self, what: str, error: OSError) -> DiskFailed:
        self._failed = f"{what}: {error.strerror or error}"
        return DiskFailed(f"{self.directory}: {self._failed}")


def _write_all(descriptor: int, data: bytes) -> None:
    written = os.write(descriptor, data)
    while written < len(data):
        written += os.write(descriptor, data[written:])
