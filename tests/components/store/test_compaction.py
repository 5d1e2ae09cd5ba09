"""Compaction: what is given up, what is not, and the bugs that etcd had there."""

from __future__ import annotations

import pytest

from tests.components.store.plant import (
    SMALL,
    FaultyDisk,
    Script,
    TinyWorld,
    opened,
    put_all,
    told,
)
from tuik8s.components.store import Change, Compacted, FutureRevision, Store, StoreOptions


def filled(disk: FaultyDisk | None = None) -> tuple[Store, TinyWorld]:
    """x written at 2 and 4, deleted at 5; y written at 3 and 6."""
    store, world = opened(disk)
    store.put("pods/a/x", b"1")
    store.put("pods/a/y", b"1")
    store.put("pods/a/x", b"2")
    store.delete("pods/a/x", value=b"last")
    store.put("pods/a/y", b"2")
    world.turn()
    return store, world


def test_reads_before_are_refused_and_at_it_answered() -> None:
    store, world = filled()
    store.compact(4)
    for _ in range(2):
        with pytest.raises(Compacted) as compacted:
            store.get("pods/a/x", 3)
        assert compacted.value.revision == 4
        entry = store.get("pods/a/x", 4)
        assert entry is not None
        assert entry.value == b"2"
        assert store.get("pods/a/x", 5) is None
        other = store.get("pods/a/y", 5)
        assert other is not None
        assert other.revision == 3
        world.turn()


@pytest.mark.parametrize(
    ("revision", "error"), [(1, Compacted), (4, Compacted), (7, FutureRevision)]
)
def test_compacting_where_it_cannot_be(revision: int, error: type[Exception]) -> None:
    store, world = filled()
    store.compact(4)
    world.turn()
    with pytest.raises(error):
        store.compact(revision)


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("at", [4, 5, 6])
def test_watch_around_the_compacted_revision(at: int, restarted: bool) -> None:
    """etcd issues 18089 and 19179: the deletion at the compacted revision is still delivered."""
    disk = FaultyDisk()
    store, world = filled(disk)
    store.compact(at)
    world.turn()
    if restarted:
        store, world = opened(FaultyDisk(disk.durable))
    seen: list[Change] = []
    store.watch("pods/", at - 1, lambda changes, _: seen.extend(changes))
    world.turn()
    wanted = [(4, "MODIFIED", "pods/a/x"), (5, "DELETED", "pods/a/x"), (6, "MODIFIED", "pods/a/y")]
    assert told(seen) == [what for what in wanted if what[0] >= at]
    assert seen[0].previous is not None
    with pytest.raises(Compacted):
        store.watch("pods/", at - 2, lambda *_: None)
    with pytest.raises(Compacted):
        store.changes(at - 2)


def test_tombstone_at_the_compacted_revision_is_read_as_nothing() -> None:
    store, world = filled()
    store.compact(5)
    world.turn()
    assert store.get("pods/a/x", 5) is None
    assert [entry.key for entry in store.range("pods/", revision=5).entries] == ["pods/a/y"]


def test_revision_never_falls() -> None:
    """etcd issue 17780: the floor is kept although everything before it is gone."""
    disk = FaultyDisk()
    store, world = filled(disk)
    for key in ("pods/a/y",):
        store.delete(key, value=b"")
    world.turn()
    store.snapshot()
    world.turn()
    store.compact(store.revision)
    world.turn()
    again, _ = opened(FaultyDisk(disk.durable))
    assert (again.revision, again.compacted_revision, again.count("")) == (7, 7, 0)


def test_files_are_removed_only_when_nothing_needs_them() -> None:
    """Everything from the compacted revision on can be read, before and after a restart."""
    disk = FaultyDisk()
    script = Script(disk, 21, SMALL)
    script.run(400)
    assert "segment-00000001.log" not in disk.names()
    script.check(script.store)
    store, _ = opened(FaultyDisk(disk.durable), SMALL)
    script.check(store)
    first = store.compacted_revision
    assert told(list(store.changes(first))) == told(list(script.store.changes(first)))


def test_notes_in_removed_segments_are_gone_after_a_restart_too() -> None:
    """The newest snapshot names their places, since it was written before they were removed."""
    disk = FaultyDisk()
    options = StoreOptions(segment_bytes=200, history_revisions=0)
    store, world = opened(disk, options)
    store.put("pods/a/x", b"1")
    store.note("why", "pods/a/x", b"because")
    world.turn()
    for prefix in ("pods/b/", "pods/c/"):
        put_all(store, world, 6, prefix)
        store.snapshot()
        world.turn()
    assert len(store.notes("pods/a/x")) == 1
    store.compact(store.revision)
    world.turn()
    assert "segment-00000001.log" not in disk.names()
    again, _ = opened(FaultyDisk(disk.durable), options)
    assert again.notes("pods/a/x") == store.notes("pods/a/x") == []


def test_unfinished_snapshot_is_removed_at_the_next_start() -> None:
    disk = FaultyDisk()
    script = Script(disk, 22, SMALL)
    script.run(100)
    name = "snapshot-0000000000000099.snap"
    files = {**disk.durable, name: b"tuik8snp but no more"}
    again = FaultyDisk(files)
    store, _ = opened(again, SMALL)
    script.check(store)
    assert name not in again.names()


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (StoreOptions(history_revisions=3, compaction_interval_ms=100), 8),
        (StoreOptions(history_revisions=0, history_ms=450, compaction_interval_ms=100), 6),
        (StoreOptions(history_revisions=8, history_ms=450, compaction_interval_ms=100), 3),
        (StoreOptions(history_revisions=0, compaction_interval_ms=100), 0),
    ],
)
def test_retention(options: StoreOptions, wanted: int) -> None:
    """The store gives up by itself what nobody asked to keep; of two wishes the longer counts."""
    store, world = opened(options=options)
    for number in range(10):
        store.put("pods/a/x", b"%d" % number)
        world.pass_ms(100)
    assert store.compacted_revision == wanted


def test_compaction_while_a_snapshot_is_written() -> None:
    """The snapshot still gets the values of its revision."""
    disk = FaultyDisk()
    store, world = opened(disk)
    for number in range(2000):
        store.put(f"pods/a/{number:04d}", b"old")
    world.turn()
    steps = []
    world.call_soon(lambda: steps.append(1))
    store.snapshot()
    for number in range(1999):
        store.delete(f"pods/a/{number:04d}", value=b"")
    world.call_soon(lambda: store.compact(store.durable_revision))
    world.turn()
    assert store.statistics()["snapshots"] == 1
    again, _ = opened(FaultyDisk(disk.durable))
    assert again.count("pods/") == 1
    assert again.revision == store.revision


def test_snapshot_at_the_compacted_revision_itself_is_too_new() -> None:
    """The change at that revision is still delivered, so its record must stay."""
    disk = FaultyDisk()
    store, world = opened(disk, StoreOptions(segment_bytes=60, history_revisions=0))
    store.put("pods/a/x", b"1")
    world.turn()
    store.note("why", "pods/a/x", b"now the snapshot is in the segment after the change")
    world.turn()
    store.snapshot()
    world.turn()
    store.compact(2)
    world.turn()
    for again in (store, opened(FaultyDisk(disk.durable))[0]):
        assert told(list(again.changes(1))) == [(2, "ADDED", "pods/a/x")]
