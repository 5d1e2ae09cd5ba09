"""Which clusters have to do with each other: forks and parents, and who has whose addresses."""

from __future__ import annotations

import glob
from pathlib import Path

from tuik8s.components.supervisor.directory import DataDirectory, Origin, Refusal, all_directories


def rival_of(directory: DataDirectory) -> DataDirectory | None:
    """The running cluster that has the addresses which this one needs; None when none is known."""
    if not directory.exists():
        return None
    number = directory.read_config().slice
    known = {other.path: other for other in (*all_directories(), *kin(directory))}
    for other in known.values():
        if other.path != directory.path and other.read_running() is not None:
            try:
                if other.read_config().slice == number:
                    return other
            except Refusal:
                continue
    return None


def free_name(parent: str) -> str:
    """The first name of a fork that no cluster has: default-f1, default-f2, ..."""
    taken = {directory.path.name for directory in all_directories()}
    number = 1
    while f"{parent}-f{number}" in taken:
        number += 1
    return f"{parent}-f{number}"


def heir_of(directory: DataDirectory) -> DataDirectory | None:
    """The running cluster that goes on in the place of this one: a fork of it, or its parent."""
    rival = rival_of(directory)
    if rival is None:
        return None
    families = [{one.path, *(each.path for each in _ancestors(one))} for one in (directory, rival)]
    return rival if families[0] & families[1] else None


def family_of(directory: DataDirectory) -> list[tuple[DataDirectory, Origin | None]]:
    """A cluster, those it comes from and all their forks that are known, each with where it left
    its parent; a parent before its forks."""
    known = {each.path: each for each in (*all_directories(), *kin(directory), directory)}
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


def kin(directory: DataDirectory) -> list[DataDirectory]:
    """Clusters without a name that have to do with this one: ancestors, and forks beside it."""
    beside = sorted(directory.path.parent.glob(f"{glob.escape(directory.path.name)}-f*"))
    return [*_ancestors(directory), *map(DataDirectory, beside)]


def _ancestors(directory: DataDirectory) -> list[DataDirectory]:
    """The clusters that it comes from, also such as have no name; the nearest first."""
    found: list[DataDirectory] = []
    origin = directory.read_origin()
    while origin is not None and len(found) < 100:
        found.append(DataDirectory(Path(origin.data)))
        origin = found[-1].read_origin()
    return found
