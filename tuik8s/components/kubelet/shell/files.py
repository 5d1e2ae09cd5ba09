"""The files that a command in a simulated container sees: mounts, and what was written there.

Paths are absolute. A directory is there when something is in it or it was made. What an image
holds beside these is not simulated.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Final

_DIRECTORIES: Final = (
    *("/", "/bin", "/dev", "/etc", "/home", "/proc", "/root", "/run", "/tmp", "/usr", "/var"),
    *("/usr/bin", "/usr/local", "/var/log", "/var/run"),
)
SIZE_BYTES_MAX: Final = 16 << 20
"""What a container may hold of files that commands wrote."""


class FileProblem(Exception):
    """Why a file cannot be had, in the words of a system."""


class Files:
    """mounted: path -> content of what volumes bring; it is looked up anew for each command."""

    def __init__(self) -> None:
        self.mounted: Mapping[str, bytes] = {}
        self.fixed: tuple[str, ...] = ()
        """Directories in which nothing can be written."""
        self._written: dict[str, bytes] = {"/dev/null": b""}
        self._made: set[str] = set(_DIRECTORIES)

    def mount(
        self, mounted: Mapping[str, bytes], fixed: tuple[str, ...], made: tuple[str, ...]
    ) -> None:
        """Take what volumes bring now."""
        self.mounted, self.fixed = mounted, fixed
        for path in made:
            if not self.is_directory(path):
                self._made |= set(_above(path))

    def read(self, path: str) -> bytes:
        """The content of a file. Raises FileProblem."""
        found = self._written.get(path, self.mounted.get(path))
        if found is not None:
            return found
        raise FileProblem(
            "Is a directory" if self.is_directory(path) else "No such file or directory"
        )

    def exists(self, path: str) -> bool:
        return self.is_file(path) or self.is_directory(path)

    def is_file(self, path: str) -> bool:
        return path in self._written or path in self.mounted

    def is_directory(self, path: str) -> bool:
        inside = path.rstrip("/") + "/"
        return path in self._made or any(
            name.startswith(inside) for name in (*self._written, *self.mounted)
        )

    def write(self, path: str, data: bytes, *, appends: bool = False) -> None:
        """Raises FileProblem."""
        if path == "/dev/null":
            return
        self._require_writable(path)
        if self.is_directory(path):
            raise FileProblem("Is a directory")
        if not self.is_directory(posixpath.dirname(path)):
            raise FileProblem("No such file or directory")
        before = self.read(path) if appends and self.is_file(path) else b""
        if sum(map(len, self._written.values())) + len(data) > SIZE_BYTES_MAX:
            raise FileProblem("No space left on device")
        self._written[path] = before + data

    def make(self, path: str, *, parents: bool = False) -> None:
        """A directory. Raises FileProblem."""
        self._require_writable(path)
        above = posixpath.dirname(path)
        if self.exists(path) and not (parents and self.is_directory(path)):
            raise FileProblem("File exists")
        if parents and above != path and not self.is_directory(above):
            self.make(above, parents=True)
        elif not self.is_directory(above):
            raise FileProblem("No such file or directory")
        self._made.add(path)

    def remove(self, path: str, *, whole: bool = False) -> None:
        """A file; whole: also a directory with what is in it. Raises FileProblem."""
        if not self.exists(path):
            raise FileProblem("No such file or directory")
        self._require_writable(path)
        if self.is_directory(path):
            if not whole:
                raise FileProblem("Is a directory")
            inside = path.rstrip("/") + "/"
            self._made = {name for name in self._made if not (name + "/").startswith(inside)}
            for name in [name for name in self._written if name.startswith(inside)]:
                del self._written[name]
        self._written.pop(path, None)

    def names(self, path: str) -> list[str]:
        """What is in a directory, sorted. Raises FileProblem."""
        if not self.is_directory(path):
            raise FileProblem("No such file or directory")
        inside = path.rstrip("/") + "/"
        there = (*self._written, *self.mounted, *self._made)
        found = {name[len(inside) :].partition("/")[0] for name in there if name.startswith(inside)}
        return sorted(found - {""})

    def glob(self, cwd: str, pattern: str) -> list[str]:
        """The paths that a pattern means, in its last part only; [] when there are none."""
        above, _, last = pattern.rpartition("/")
        directory = resolved(cwd, above or ("/" if pattern.startswith("/") else "."))
        if not self.is_directory(directory):
            return []
        prefix = pattern[: len(pattern) - len(last)]
        hidden = last.startswith(".")
        return [
            prefix + name
            for name in self.names(directory)
            if fnmatchcase(name, last) and (hidden or not name.startswith("."))
        ]

    def _require_writable(self, path: str) -> None:
        if any(path == fixed or path.startswith(fixed + "/") for fixed in self.fixed):
            raise FileProblem("Read-only file system")


def _above(path: str) -> list[str]:
    """A directory and those that it is in."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def resolved(cwd: str, path: str) -> str:
    """An absolute path without dots."""
    found = posixpath.normpath(posixpath.join(cwd, path))
    return "/" + found.lstrip("/")
