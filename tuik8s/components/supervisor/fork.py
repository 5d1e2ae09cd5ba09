"""Forks: a new cluster from a moment of another one's log.

    parent   1 ---- 2 ---- 3 ---- 4 ---- 5      fork at 3:   1 ---- 2 ---- 3 ---- 4' ---- 5'

The new data directory has the log up to that revision, byte for byte, and nothing after it; keys,
certificates, static pods and configuration are the parent's. So every object has its uid and
resourceVersion, and tokens and kubeconfigs go on to be good.

Its time goes on from that moment too, whenever it is first started: nothing happened between.
So deadlines, leases, tokens and Events are as old as they were; while it is stopped later, its time
passes as anybody's does.

Two futures of one past run side by side: a fork takes a free slice of addresses, and its log goes
on with the changes that move it there (see `fork_addresses`). One that takes its parent's place has
the same addresses and the same port instead, and then only one of the two can run at a time.
"""

from __future__ import annotations

import shutil
from contextlib import closing

import msgspec

from tuik8s.addresses import range_of_slice, why_tied
from tuik8s.api.address_move import AddressMove
from tuik8s.components.store import Moment, NoSpace, Store
from tuik8s.components.supervisor.directory import (
    DataDirectory,
    Origin,
    Refusal,
    remove_tree,
)
from tuik8s.components.supervisor.fork_addresses import move_log
from tuik8s.components.supervisor.slices import free_slice, slices_of_others
from tuik8s.config import ClusterConfig
from tuik8s.world.base import DiskFailed, DiskFull
from tuik8s.world.live_disk import RealDisk

_KEPT = ("pki", "keys", "manifests")
"""What a fork has in common with its parent beside the log."""
_OF_ADDRESSES = ("apiserver.crt", "apiserver.key")
"""A certificate for the API server's own Service address; the next start makes what is missing."""


def fork_cluster(
    parent: DataDirectory,
    store: Store,
    moment: Moment,
    target: DataDirectory,
    name: str,
    *,
    same_addresses: bool = False,
) -> Origin:
    """Make a cluster in target from the parent's log, which store has open. Raises Refusal."""
    old = parent.read_config()
    origin = Origin(
        parent=parent.path.name,
        data=str(parent.path),
        revision=moment.revision,
        at_ms=moment.at_ms,
    )
    if target.path.exists() and any(target.path.iterdir()):
        raise Refusal(f"{target.path} is not empty; choose another name or directory")
    config = msgspec.structs.replace(old, name=name)
    if not same_addresses:
        config = _apart(old, config, parent)
    target.acquire()
    try:
        _copy(parent, store, moment, target)
        if config.slice != old.slice:
            move = AddressMove.between(range_of_slice(old.slice), range_of_slice(config.slice))
            move_log(target.log, move, moment.at_ms)
            for file in _OF_ADDRESSES:
                (target.pki / file).unlink(missing_ok=True)
        target.write_origin(origin)
        target.write_config(config)
    except (OSError, DiskFull, DiskFailed, NoSpace) as problem:
        remove_tree(target.path)
        raise Refusal(f"the fork was given up: {_told(problem)}") from problem
    except BaseException:  # a damaged log, Ctrl+C: no half of a fork stays in the way either
        remove_tree(target.path)
        raise
    finally:
        target.release()
    return origin


def _apart(old: ClusterConfig, config: ClusterConfig, parent: DataDirectory) -> ClusterConfig:
    """The configuration with a slice and a port of its own. Raises Refusal."""
    tied = why_tied(old)
    if tied:
        raise Refusal(
            f"{parent.path.name!r} cannot have a fork with other addresses, since {tied}; "
            "tuik8s fork --same-addresses makes one that takes its place"
        )
    if old.slice < 0:
        return config  # it was never started, and nothing in it has an address
    number = free_slice(slices_of_others(None) | {old.slice})
    if number == old.slice:
        raise Refusal("all addresses of 127.0.0.0/8 are in use; tuik8s down stops a cluster")
    host = old.listen.rpartition(":")[0]
    return msgspec.structs.replace(config, slice=number, listen=f"{host}:0")


def _copy(parent: DataDirectory, store: Store, moment: Moment, target: DataDirectory) -> None:
    for part in _KEPT:
        if (parent.path / part).is_dir():
            shutil.copytree(parent.path / part, target.path / part)
    with closing(RealDisk(target.log)) as disk:
        store.copy_to(disk, moment.revision)


def _told(problem: Exception) -> str:
    """A copy of a tree collects what went wrong with each file; the first says enough."""
    if isinstance(problem, shutil.Error) and problem.args and problem.args[0]:
        return str(problem.args[0][0][2])
    return str(problem)
