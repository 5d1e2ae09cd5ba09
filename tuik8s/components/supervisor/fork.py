"""Forks: a new cluster from a moment of another one's log.

    parent   1 ---- 2 ---- 3 ---- 4 ---- 5      fork at 3:   1 ---- 2 ---- 3 ---- 4' ---- 5'

The new data directory has the log up to that revision, byte for byte, and nothing after it; keys,
certificates, static pods and configuration are the parent's. So every object has its uid and
resourceVersion, and tokens and kubeconfigs go on to be good.

Its time goes on from that moment too, whenever it is first started: nothing happened between.
So deadlines, leases, tokens and Events are as old as they were; while it is stopped later, its time
passes as anybody's does.

Two futures of one past have the same addresses, since these stand in their objects. So a fork has
the slice and the port of its parent, and only one of the two can run at a time.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Origin,
    Refusal,
    all_directories,
    remove_tree,
)
from tuik8s.world.base import DiskFailed, DiskFull
from tuik8s.world.live_disk import RealDisk

if TYPE_CHECKING:
    from tuik8s.components.store import Moment, Store

_KEPT = ("pki", "keys", "manifests")
"""What a fork has in common with its parent beside the log."""


def fork_cluster(
    parent: DataDirectory, store: Store, moment: Moment, target: DataDirectory, name: str
) -> Origin:
    """Make a cluster in target from the parent's log, which store has open. Raises Refusal."""
    config = msgspec.structs.replace(parent.read_config(), name=name)
    origin = Origin(
        parent=parent.path.name,
        data=str(parent.path),
        revision=moment.revision,
        at_ms=moment.at_ms,
    )
    if target.path.exists() and any(target.path.iterdir()):
        raise Refusal(f"{target.path} is not empty; choose another name or directory")
    target.acquire()
    try:
        for part in _KEPT:
            if (parent.path / part).is_dir():
                shutil.copytree(parent.path / part, target.path / part)
        with closing(RealDisk(target.log)) as disk:
            store.copy_to(disk, moment.revision)
        target.write_origin(origin)
        target.write_config(config)
    except (OSError, DiskFull, DiskFailed) as problem:
        remove_tree(target.path)
        raise Refusal(f"the fork was given up: {_told(problem)}") from problem
    except BaseException:  # a damaged log, Ctrl+C: no half of a fork stays in the way either
        remove_tree(target.path)
        raise
    finally:
        target.release()
    return origin


def rival_of(directory: DataDirectory) -> DataDirectory | None:
    """The running cluster that has the addresses which this one needs; None when none is known."""
    if not directory.exists():
        return None
    number = directory.read_config().slice
    known = {other.path: other for other in (*all_directories(), *_ancestors(directory))}
    for other in known.values():
        if other.path != directory.path and other.read_running() is not None:
            try:
                if other.read_config().slice == number:
                    return other
            except Refusal:
                continue
    return None


def family_of(directory: DataDirectory) -> list[tuple[DataDirectory, Origin | None]]:
    """A cluster, those it comes from and all their forks that are known, each with where it left
    its parent; a parent before its forks."""
    known = {each.path: each for each in (*all_directories(), *_ancestors(directory), directory)}
    origins = {path: each.read_origin() for path, each in known.items() if each.exists()}
    root, seen = directory.path, {directory.path}
    while (origin := origins.get(root)) is not None and Path(origin.data) in origins:
        root = Path(origin.data)
        if root in seen:
            break
        seen.add(root)
    found: list[tuple[DataDirectory, Origin | None]] = []

    def add(path: Path) -> None:
        found.append((known[path], origins[path]))
        there = {each.path for each, _ in found}
        for child, origin in origins.items():
            if origin is not None and Path(origin.data) == path and child not in there:
                add(child)

    if root in origins:
        add(root)
    return found


def free_name(parent: str) -> str:
    """The first name of a fork that no cluster has: default-f1, default-f2, ..."""
    taken = {directory.path.name for directory in all_directories()}
    number = 1
    while f"{parent}-f{number}" in taken:
        number += 1
    return f"{parent}-f{number}"


def _ancestors(directory: DataDirectory) -> list[DataDirectory]:
    """The clusters that it comes from, also such as have no name; the nearest first."""
    found: list[DataDirectory] = []
    origin = directory.read_origin()
    while origin is not None and len(found) < 100:
        found.append(DataDirectory(Path(origin.data)))
        origin = found[-1].read_origin()
    return found


def _told(problem: Exception) -> str:
    """A copy of a tree collects what went wrong with each file; the first says enough."""
    if isinstance(problem, shutil.Error) and problem.args and problem.args[0]:
        return str(problem.args[0][0][2])
    return str(problem)
