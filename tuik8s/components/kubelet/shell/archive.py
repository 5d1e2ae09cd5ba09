"""tar: a container's files as an archive, and the files of one; `kubectl cp` runs it at both ends.

    tar cf - PATH...    tar xf - -C DIRECTORY    tar tf FILE    (z, v; m, o, p change nothing)

Times are the cluster's. Links and devices are not simulated, and told of.
"""

from __future__ import annotations

import gzip
import io
import posixpath
import tarfile
import zlib
from collections.abc import Iterator
from typing import Final, NamedTuple

from tuik8s.components.kubelet.shell.base import Run, Streams
from tuik8s.components.kubelet.shell.files import SIZE_BYTES_MAX, FileProblem
from tuik8s.components.kubelet.shell.interpreter import Shell

USAGE: Final = "tar: usage: tar c|x|t [zvf] [FILE] [-C DIRECTORY] [PATH]..."
UNPACKED_BYTES_MAX: Final = 2 * SIZE_BYTES_MAX
"""An archive may unpack to so much, at most; it fits in no container anyway."""


class _Asked(NamedTuple):
    letters: str
    archive: str
    directory: str
    paths: list[str]


def tar(shell: Shell, words: list[str], streams: Streams) -> Run:
    """Create, extract or list."""
    asked = _asked(words[1:])
    modes = set(asked.letters) & set("cxt") if asked else set()
    if asked is None or len(modes) != 1:
        streams.complain(USAGE)
        return 1
    directory = shell.path(asked.directory)
    try:
        if not shell.files.is_directory(directory):
            raise FileProblem(f"can't change directory to '{asked.directory}'")
        if modes == {"c"}:
            return _create(shell, asked, directory, streams)
        if asked.archive == "-":
            data = yield from shell.read_all(streams)
        else:
            data = shell.files.read(shell.path(asked.archive))
        return _extract(shell, asked, directory, data, streams)
    except FileProblem as problem:
        streams.complain(f"tar: {problem}")
        return 1


def _asked(words: list[str]) -> _Asked | None:
    """What the words ask for; None when a value is missing."""
    letters, archive, directory, paths = "", "-", ".", list[str]()
    rest = list(words)
    if rest and not rest[0].startswith("-"):
        rest[0] = "-" + rest[0]
    while rest:
        word = rest.pop(0)
        if word.startswith("--") or word == "-" or not word.startswith("-"):
            paths += [] if word.startswith("--") else [word]
            continue
        for letter in word[1:]:
            letters += letter
            if letter in "fC" and not rest:
                return None
            if letter == "f":
                archive = rest.pop(0)
            elif letter == "C":
                directory = rest.pop(0)
    return _Asked(letters, archive, directory, paths)


def _create(shell: Shell, asked: _Asked, directory: str, streams: Streams) -> int:
    packed, status = io.BytesIO(), 0
    if not asked.paths:
        streams.complain("tar: empty archive")
        return 1
    if any(path.startswith("/") for path in asked.paths):
        streams.complain("tar: removing leading '/' from member names")
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
        for path in asked.paths:
            top = posixpath.join(directory, path) if not path.startswith("/") else path
            top = shell.path(top)
            if not shell.files.exists(top):
                streams.complain(f"tar: {path}: No such file or directory")
                status = 1
                continue
            for found in _below(shell, top):
                name = (path.rstrip("/") + found[len(top.rstrip("/")) :]).lstrip("/") or "."
                _add(shell, archive, found, name)
                if "v" in asked.letters:
                    streams.complain(name)
    data = packed.getvalue()
    data = gzip.compress(data, mtime=0) if "z" in asked.letters else data
    if asked.archive == "-":
        streams.out(data)
    else:
        shell.files.write(shell.path(asked.archive), data)
    return status


def _below(shell: Shell, path: str) -> Iterator[str]:
    """A file, or a directory before what is in it."""
    yield path
    if shell.files.is_directory(path):
        for name in shell.files.names(path):
            yield from _below(shell, f"{path.rstrip('/')}/{name}")


def _add(shell: Shell, archive: tarfile.TarFile, path: str, name: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.mtime = shell.now_ms // 1000
    entry.uname = entry.gname = "root"
    if shell.files.is_directory(path):
        entry.type, entry.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(entry)
        return
    content = shell.files.read(path)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _extract(shell: Shell, asked: _Asked, directory: str, data: bytes, streams: Streams) -> int:
    if data[:2] == b"\x1f\x8b":
        data = _unzipped(data)
    status = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            for entry in archive:
                name = posixpath.normpath("/" + entry.name).lstrip("/")
                wanted = [path.strip("/") for path in asked.paths]
                if wanted and not any(f"{name}/".startswith(f"{path}/") for path in wanted):
                    continue
                if "t" in asked.letters:
                    streams.say(f"{entry.name}\n")
                    continue
                if "v" in asked.letters:
                    streams.say(f"{entry.name}\n")
                status = max(status, _put(shell, archive, entry, directory, name, streams))
    except (tarfile.TarError, EOFError, ValueError, OverflowError) as bad:
        raise FileProblem(f"invalid tar magic or a short read: {bad}") from bad
    return status


def _put(
    shell: Shell,
    archive: tarfile.TarFile,
    entry: tarfile.TarInfo,
    directory: str,
    name: str,
    streams: Streams,
) -> int:
    path = f"{directory.rstrip('/')}/{name}".rstrip("/") or "/"
    try:
        if entry.isdir():
            if not shell.files.is_directory(path):
                shell.files.make(path, parents=True)
            return 0
        content = archive.extractfile(entry) if entry.isfile() else None
        if content is None:
            raise FileProblem("links and devices are not simulated")
        above = posixpath.dirname(path)
        if not shell.files.is_directory(above):
            shell.files.make(above, parents=True)
        shell.files.write(path, content.read())
    except FileProblem as problem:
        streams.complain(f"tar: can't open '{entry.name}': {problem}")
        return 1
    return 0


def _unzipped(data: bytes) -> bytes:
    unpack = zlib.decompressobj(31)
    try:
        plain = unpack.decompress(data, UNPACKED_BYTES_MAX)
    except zlib.error as bad:
        raise FileProblem(f"corrupted data: {bad}") from bad
    if unpack.unconsumed_tail:
        raise FileProblem("No space left on device")
    return plain
