"""A log up to a revision: the same bytes, the same past, and nothing of what came after."""

from __future__ import annotations

import pytest

from tests.components.store.plant import SMALL, FaultyDisk, Script, opened, put_all
from tuik8s.components.store import StoreOptions
from tuik8s.components.store.segments import serials
from tuik8s.components.store.tools import verify


@pytest.mark.parametrize("restarted", [False, True])
def test_every_kept_revision_can_be_the_last(restarted: bool) -> None:
    disk = FaultyDisk()
    script = Script(disk, 31, SMALL)
    script.run(260)
    store = script.store
    if restarted:
        store, _ = opened(FaultyDisk(disk.durable), SMALL)
    for revision in range(store.timeline.oldest, store.revision + 1):
        copy = FaultyDisk()
        store.copy_to(copy, revision)
        assert verify(copy).is_whole
        for name in copy.names():
            assert disk.durable[name].startswith(copy.durable[name])
        fork, world = opened(copy, SMALL)
        assert fork.revision == revision
        for at in range(store.timeline.oldest, revision + 1):
            found = {e.key: e.value for e in fork.range("pods/", revision=at).entries}
            assert found == script.states[at]
        fork.put("pods/default/fork", b"other")
        world.turn()
        assert fork.revision == revision + 1


def test_an_empty_past() -> None:
    store, world = opened()
    put_all(store, world, 3)
    copy = FaultyDisk()
    store.copy_to(copy, 1)
    fork, _ = opened(copy)
    assert (fork.revision, fork.count("")) == (1, 0)


def test_notes_on_the_last_revision_come_along_and_later_ones_do_not() -> None:
    store, world = opened(options=StoreOptions(history_revisions=0, segment_bytes=100))
    store.put("pods/a/x", b"1")
    world.turn()
    for text in (b"early", b"late" * 60):
        store.note("why", "pods/a/x", text)
        world.turn()
    store.put("pods/a/y", b"2")
    store.note("why", "pods/a/x", b"after")
    world.turn()
    copy = FaultyDisk()
    store.copy_to(copy, 2)
    assert len(serials(copy.names())) > 1
    fork, _ = opened(copy)
    assert [note.data for note in fork.notes("pods/a/x")] == [b"late" * 60, b"early"]


def test_a_compaction_that_came_later_is_none_of_the_fork() -> None:
    store, world = opened()
    put_all(store, world, 8)
    store.compact(6)
    world.turn()
    copy = FaultyDisk()
    store.copy_to(copy, 7)
    fork, _ = opened(copy)
    assert fork.compacted_revision == 0
    assert fork.range("pods/", revision=3).entries
