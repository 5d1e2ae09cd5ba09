"""Copy files into a container and out of one, with the tar that is in it.

tuik8s cp ./conf web:/etc/conf               a file or a directory
tuik8s cp web:/var/log ./log -c sidecar      POD:PATH, or NAMESPACE/POD:PATH
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import posixpath
import tarfile
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from tuik8s.cli.api import ApiClient
from tuik8s.cli.arguments import require_running
from tuik8s.cli.completers import completes, containers
from tuik8s.cli.discovery import Kinds
from tuik8s.cli.pod_containers import chosen, require_alive
from tuik8s.cli.pods_of import pods_of
from tuik8s.cli.wanted import add_namespace
from tuik8s.components.supervisor.directory import Refusal, Running

_PIECE: Final = 64 * 1024
_IN_MEMORY_BYTES: Final = 16 << 20


class Place(NamedTuple):
    """A path here (pod ""), or in a pod."""

    namespace: str
    pod: str
    path: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="FROM", help="PATH, or POD:PATH")
    parser.add_argument("target", metavar="TO", help="PATH, or POD:PATH")
    container = parser.add_argument("-c", "--container", default="", metavar="NAME", help="which")
    completes(container, containers)
    add_namespace(parser, all_too=False)


def run(args: argparse.Namespace) -> int:
    source, target = place_in(args.source, args.namespace), place_in(args.target, args.namespace)
    if bool(source.pod) == bool(target.pod):
        raise Refusal("one of the two is in a pod, as POD:PATH, and the other here")
    _, running = require_running(args)
    copy, there = (_download, source) if source.pod else (_upload, target)
    with contextlib.closing(ApiClient(running)) as api:
        pod = pods_of(api, Kinds(api), there.pod, there.namespace)[0]
    require_alive(pod, "exec into")
    container = chosen(pod, args.container)["name"]
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as archive:
        return asyncio.run(copy(running, container, source, target, archive))


def place_in(text: str, namespace: str) -> Place:
    """What `PATH`, `POD:PATH` or `NAMESPACE/POD:PATH` means. Raises Refusal."""
    before, colon, path = text.partition(":")
    if not colon or before.startswith((".", "/", "~")):
        return Place("", "", text)
    above, slash, pod = before.rpartition("/")
    if not pod or not path or "/" in above or (slash and not above):
        raise Refusal(f"{text!r}: write POD:PATH or NAMESPACE/POD:PATH")
    return Place(above or namespace, pod, path)


async def _upload(
    running: Running, container: str, source: Place, target: Place, archive: IO[bytes]
) -> int:
    local = Path(source.path)
    if not local.exists():
        raise Refusal(f"{source.path} doesn't exist in local filesystem")
    directory, name = posixpath.split(target.path.rstrip("/"))
    into = await _exec(running, container, target, ("test", "-d", target.path), None, None)
    if into == 0:
        directory, name = target.path, local.resolve().name
    with tarfile.open(fileobj=archive, mode="w") as packed:
        packed.add(local, name)
    archive.seek(0)
    command = ("tar", "-xmf", "-", "-C", directory or ".")
    return await _exec(running, container, target, command, archive, None)


async def _download(
    running: Running, container: str, source: Place, target: Place, archive: IO[bytes]
) -> int:
    path = posixpath.normpath(source.path)
    directory, name = posixpath.split(path)
    command = ("tar", "cf", "-", "-C", directory or ".", name or ".")
    code = await _exec(running, container, source, command, None, archive)
    if code:
        return code
    archive.seek(0)
    local = Path(target.path)
    local = local / (name or ".") if local.is_dir() else local
    try:
        with tarfile.open(fileobj=archive, mode="r:") as packed:
            for entry in packed:
                below = entry.name[len(name) :].lstrip("/") if name else entry.name
                entry.name = str(Path(local.name) / below)
                packed.extract(entry, local.parent, filter="data")
    except (OSError, tarfile.TarError) as problem:
        raise Refusal(f"{target.path} cannot be written: {problem}") from problem
    return 0


async def _exec(
    running: Running,
    container: str,
    place: Place,
    command: tuple[str, ...],
    given: IO[bytes] | None,
    taken: IO[bytes] | None,
) -> int:
    """Run a command there: its input from a file, its output into one."""
    from tuik8s.cli.remote import STDOUT, remote_path, run_remote
    from tuik8s.cli.terminal import show

    def keep(channel: int, data: bytes) -> None:
        if channel != STDOUT:
            show(channel, data)
        elif taken is not None:
            taken.write(data)

    path = remote_path(
        place.namespace,
        place.pod,
        "exec",
        container=container,
        command=command,
        stdin=given is not None,
    )
    return await run_remote(running, path, keep, None if given is None else _pieces(given))


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    while data := file.read(_PIECE):
        yield data
