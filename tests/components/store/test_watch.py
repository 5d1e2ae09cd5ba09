"""The nine checks that etcd's robustness tests make of every watch."""

from __future__ import annotations

import random

import pytest

from tests.components.store.plant import SMALL, FaultyDisk, Script, opened, put_all, told
from tuik8s.components.store import Change, Compacted, Store


class Seen:
    """A watcher's memory."""

    def __init__(self) -> None:
        self.batches: list[list[Change]] = []
        self.marks: list[int] = []

    def __call__(self, changes: list[Change], revision: int) -> None:
        self.batches.append(changes)
        self.marks.append(revision)

    @property
    def changes(self) -> list[Change]:
        return [change for batch in self.batches for change in batch]


def history(seed: int) -> tuple[Store, list[Change], list[tuple[str, int, Seen]]]:
    """A run with watchers opened now and then, from the past, now and the future."""
    script = Script(FaultyDisk(), seed, SMALL)
    everything: list[Change] = []
    watchers: list[tuple[str, int, Seen]] = []
    store, world = script.store, script.world
    chance = random.Random(seed)
    store.on_commit(everything.extend)

    def look() -> None:
        after = max(store.compacted_revision - 1, store.durable_revision + chance.randint(-40, 40))
        prefix = chance.choice(["pods/", "pods/default/pod-1", "pods/default/pod-3", ""])
        seen = Seen()
        watch = store.watch(prefix, max(after, 1), seen)
        watchers.append((prefix, max(after, 1), seen))
        world.call_after(1, watch.bookmark)
        world.call_soon(look) if len(watchers) % 3 else world.call_after(1, look)

    world.call_soon(lambda: None)
    script.store.open()
    world.call_soon(look)
    for number in range(240):
        script._write(number)
        if chance.random() < 0.5:
            world.pass_ms(chance.randrange(2))
        if number % 60 == 59:
            world.turn()
            store.compact(store.durable_revision - 30)
    world.pass_ms(5)
    return store, everything, watchers


@pytest.mark.parametrize("seed", range(6))
def test_nine_watch_checks(seed: int) -> None:
    """Ordered, unique, atomic, reliable, resumable, bookmarkable, previous, is-create, filter."""
    _, everything, watchers = history(seed)
    assert len(watchers) > 50
    held: dict[str, bytes] = {}
    for change in everything:
        assert change.previous == held.get(change.key)  # previous value
        assert (change.type == "ADDED") == (change.key not in held)  # is-create
        if change.type == "DELETED":
            del held[change.key]
        else:
            held[change.key] = change.value
    for prefix, after, seen in watchers:
        revisions = [change.revision for change in seen.changes]
        assert revisions == sorted(set(revisions))  # ordered, unique
        wanted = [c for c in everything if c.revision > after and c.key.startswith(prefix)]
        assert seen.changes == wanted  # reliable, resumable from `after`, filter, previous
        last = 0
        for batch, mark in zip(seen.batches, seen.marks, strict=True):
            assert all(last < c.revision <= mark for c in batch)  # atomic, bookmarkable
            last = max(mark, last)


def test_watch_shows_only_what_is_durable() -> None:
    store, world = opened()
    seen = Seen()
    store.watch("pods/", 1, seen)
    store.put("pods/a/x", b"1")
    assert seen.changes == []
    world.turn()
    assert told(seen.changes) == [(2, "ADDED", "pods/a/x")]


def test_future_watch_delivers_nothing_older() -> None:
    """etcd issue 20221: neither events nor bookmarks before the revision that was asked for."""
    store, world = opened()
    seen = Seen()
    watch = store.watch("pods/", 4, seen)
    put_all(store, world, 5)
    watch.bookmark()
    assert [change.revision for change in seen.changes] == [5, 6]
    assert seen.marks == [5, 6, 6]


def test_cancelled_watch_is_silent() -> None:
    """Also when it is cancelled by another watcher of the same group, or while it catches up."""
    store, world = opened()
    put_all(store, world, 3)
    seen, late = Seen(), Seen()
    watches = [store.watch("pods/", store.revision, lambda *_: watches[1].cancel())]
    watches.append(store.watch("pods/", store.revision, seen))
    store.watch("pods/", 1, late).cancel()
    put_all(store, world, 1, "pods/b/")
    watches[1].bookmark()
    assert (seen.batches, late.batches) == ([], [])
    assert watches[1].is_cancelled
    assert store.statistics()["watches"] == 1


def test_slow_watch_is_told_that_compaction_overtook_it() -> None:
    store, world = opened()
    put_all(store, world, 700)
    seen, reasons = Seen(), list[Compacted]()
    store.watch("pods/", 1, seen, reasons.append)
    store.compact(650)
    world.turn()
    assert [reason.revision for reason in reasons] == [650]
    assert seen.batches == []


def test_catching_up_takes_turns_and_loses_nothing() -> None:
    """More changes than one turn reads, with writes between."""
    store, world = opened()
    put_all(store, world, 1200)
    seen = Seen()
    store.watch("pods/", 1, seen)

    def write() -> None:
        store.put("pods/b/x", b"")

    world.call_soon(write)
    world.turn()
    assert [change.revision for change in seen.changes] == list(range(2, 1203))
    assert len(seen.batches) > 2
    assert store.statistics()["watches"] == 1
