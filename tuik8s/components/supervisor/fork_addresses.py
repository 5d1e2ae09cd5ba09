"""Addresses of its own for a fork: its log goes on with what it takes to live beside its parent.

    parent   1 ---- 2 ---- 3 ---- 4          all of it in 127.16.0.0/12
    fork     1 ---- 2 ---- 3 --a--b--c--     a, b, c: nodes, pods, Services, ... in 127.32.0.0/12

Nobody but the cluster itself gave these addresses, so the fork gives itself others, in one group of
changes by `tuik8s fork` at the moment of the fork. What was before them is the parent's, byte for
byte.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tuik8s.api.address_move import FIELDS, AddressMove
from tuik8s.world.live_disk import RealDisk
from tuik8s.world.simulated import Simulation

if TYPE_CHECKING:
    from tuik8s.components.store import Entry, Store

AUTHOR: Final = "tuik8s fork"
_decode: Final = msgspec.msgpack.Decoder(dict[str, Any]).decode
_encode: Final = msgspec.msgpack.Encoder().encode


def move_log(log: Path, move: AddressMove, at_ms: int) -> int:
    """Add the changes to the log in a directory, at a time; how many there were.

    Errors: Damaged, NoSpace, DiskFailed.
    """
    from tuik8s.components.store import Store, StoreOptions

    with closing(RealDisk(log)) as disk:
        simulation = Simulation(0, at_ms)
        store = Store(simulation.host("fork").world, disk, StoreOptions(history_revisions=0))
        store.open()
        before = store.revision
        for resource in FIELDS:
            for entry in store.range(f"{resource}/").entries:
                _move(store, entry, move)
        failed: list[Exception] = []
        store.when_durable(lambda: None, failed.append)
        simulation.run_ms(0)
        if failed:
            raise failed[0]
        return store.revision - before


def _move(store: Store, entry: Entry, move: AddressMove) -> None:
    old = _decode(entry.value)
    new = move.moved(entry.key.partition("/")[0], old)
    if new is old:
        return
    key = move.key(entry.key)
    if key != entry.key:  # it is called as its address
        last = _at_revision(old, store.next_revision)
        store.delete(entry.key, value=_encode(last), author=AUTHOR)
    store.put(key, _encode(_at_revision(new, store.next_revision)), author=AUTHOR)


def _at_revision(obj: dict[str, Any], revision: int) -> dict[str, Any]:
    return {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(revision)}}
