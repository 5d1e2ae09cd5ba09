"""A process that writes to a store on a real disk until it is killed (see `test_kill.py`).

What is written at a revision follows from the revision alone, so that whoever looks afterwards
knows every state. Each acknowledged revision is a line on standard output.
"""

from __future__ import annotations

import os
import random
import sys

from tests.components.store.plant import TinyWorld
from tuik8s.components.store import Store, StoreOptions
from tuik8s.world.live_disk import RealDisk

OPTIONS = StoreOptions(segment_bytes=200_000, snapshot_records=700, history_revisions=0)


def step(revision: int, held: dict[str, bytes]) -> tuple[str, bytes | None]:
    """What happens at a revision: a key, and its value or None for a deletion."""
    key = f"pods/a/{revision * 7919 % 97}"
    if revision % 5 == 0 and key in held:
        del held[key]
        return key, None
    held[key] = b"%d " % revision + b"x" * (revision * 31 % 1500)
    return key, held[key]


def state_after(revision: int) -> dict[str, bytes]:
    held: dict[str, bytes] = {}
    for number in range(2, revision + 1):
        step(number, held)
    return held


def acknowledge(revision: int) -> None:
    os.write(1, b"%d\n" % revision)


def main(directory: str, seed: int) -> None:
    chance = random.Random(seed)
    world = TinyWorld()
    store = Store(world, RealDisk(directory), OPTIONS)
    acknowledge(store.open().revision)
    held = state_after(store.revision)
    while True:
        for _ in range(chance.randrange(1, 65)):
            revision = store.next_revision
            key, value = step(revision, held)
            if value is None:
                store.delete(key, value=b"last")
            else:
                store.put(key, value)
        store.when_durable(lambda revision=revision: acknowledge(revision))  # type: ignore[misc]
        world.turn()
        if chance.random() < 0.05 and store.revision - 300 > store.compacted_revision:
            store.compact(store.revision - 300)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
