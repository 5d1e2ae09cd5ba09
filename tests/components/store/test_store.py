"""What the store answers: writes, compares, pages, expiry, notes, a full disk."""

from __future__ import annotations

import pytest

from tests.components.store.plant import (
    PLAIN,
    SMALL,
    FaultyDisk,
    Script,
    TinyWorld,
    opened,
    put_all,
    told,
)
from tuik8s.components.store import (
    Change,
    FutureRevision,
    Mismatch,
    NoSpace,
    Store,
    StoreOptions,
)
from tuik8s.components.store.tools import verify
from tuik8s.world.base import DiskFull


class FullDisk(FaultyDisk):
    """A disk with a limit, which writes in part before it says so."""

    room = 10**9

    def append(self, name: str, data: bytes) -> None:
        self.room -= len(data)
        if self.room < 0:
            super().append(name, data[: len(data) // 2])
            raise DiskFull("no room")
        super().append(name, data)


def test_first_write_has_revision_2() -> None:
    """As in etcd, an empty store is at revision 1."""
    store, _ = opened()
    entry = store.put("pods/a/x", b"1")
    assert (store.revision, entry.revision, entry.version) == (2, 2, 1)
    again = store.put("pods/a/x", b"2")
    assert (again.create_revision, again.revision, again.version) == (2, 3, 2)
    assert store.next_revision == 4


@pytest.mark.parametrize(
    ("expect", "refused"),
    [(None, False), (2, False), (0, True), (1, True), (3, True)],
)
def test_compare(expect: int | None, refused: bool) -> None:
    """expect is the revision that the key must have, 0 for none."""
    store, _ = opened()
    store.put("pods/a/x", b"1", expect=0)
    if not refused:
        assert store.put("pods/a/x", b"2", expect=expect).revision == 3
        return
    with pytest.raises(Mismatch) as mismatch:
        store.put("pods/a/x", b"2", expect=expect)
    assert mismatch.value.entry is not None
    assert mismatch.value.entry.revision == store.revision == 2


@pytest.mark.parametrize("expect", [None, 0, 7])
def test_delete_of_an_absent_key_is_refused(expect: int | None) -> None:
    store, _ = opened()
    with pytest.raises(Mismatch):
        store.delete("pods/a/x", value=b"", expect=expect)
    store.put("pods/a/x", b"1")
    with pytest.raises(Mismatch):
        store.delete("pods/a/x", value=b"", expect=5)
    assert store.delete("pods/a/x", value=b"last", expect=2).value == b"last"
    assert store.get("pods/a/x") is None


def test_nothing_is_answered_before_it_is_durable() -> None:
    """One sync for all writes of a turn, then events, then answers; reads wait for it, too."""
    disk = FaultyDisk()
    store, world = opened(disk)
    calls = disk.calls
    seen: list[object] = []
    store.on_commit(lambda changes: seen.append([change.revision for change in changes]))
    store.when_durable(lambda: seen.append("at once"))
    for number in range(3):
        store.put("pods/a/x", b"%d" % number)
        store.when_durable(lambda: seen.append("answer"))
    assert store.get("pods/a/x") is not None
    assert seen == ["at once"]
    world.turn()
    assert seen == ["at once", [2, 3, 4], "answer", "answer", "answer"]
    assert disk.calls - calls == 2


def test_write_in_an_answer_goes_into_the_next_group() -> None:
    store, world = opened()
    groups: list[list[int]] = []
    store.on_commit(lambda changes: groups.append([change.revision for change in changes]))

    def answer() -> None:
        store.put("pods/a/y", b"2")

    store.put("pods/a/x", b"1")
    store.when_durable(answer)
    world.turn()
    assert groups == [[2], [3]]


@pytest.mark.parametrize(
    ("prefix", "start_after", "limit", "keys", "remaining"),
    [
        ("pods/", "", 0, ["pods/a/0", "pods/a/1", "pods/b/0"], 0),
        ("pods/a/", "", 0, ["pods/a/0", "pods/a/1"], 0),
        ("pods/", "", 2, ["pods/a/0", "pods/a/1"], 1),
        ("pods/", "pods/a/1", 2, ["pods/b/0"], 0),
        ("pods/", "pods/a/00", 1, ["pods/a/1"], 1),
        ("pods/", "pods/zz", 0, [], 0),
        ("", "", 2, ["pods.metrics/a/0", "pods/a/0"], 2),
        ("pod", "pods/a/1", 0, ["pods/b/0"], 0),
        ("nodes/", "", 0, [], 0),
    ],
)
def test_range(prefix: str, start_after: str, limit: int, keys: list[str], remaining: int) -> None:
    """The same page now and at the same revision later."""
    store, world = opened()
    for key in ("pods/b/0", "pods/a/1", "pods.metrics/a/0", "pods/a/0"):
        store.put(key, b"")
    world.turn()
    revision = store.revision
    for _ in range(2):
        page = store.range(prefix, start_after=start_after, limit=limit, revision=revision)
        assert [entry.key for entry in page.entries] == keys
        assert (page.remaining, page.more) == (remaining, remaining > 0)
        for key in ("pods/a/1", "pods/b/0"):
            if store.get(key) is not None:
                store.delete(key, value=b"")
        store.put("pods/a/0", b"new")
        store.put("pods/a/2", b"new")
    assert store.count("pods/") == 2


def test_future_revision_is_refused() -> None:
    store, _ = opened()
    with pytest.raises(FutureRevision):
        store.get("pods/a/x", 2)
    with pytest.raises(FutureRevision):
        store.range("pods/", revision=9)


def test_old_values_come_back_from_the_log() -> None:
    """Also when they have left memory, and when the process was started since."""
    disk = FaultyDisk()
    script = Script(disk, 11, SMALL)
    script.run(200)
    script.check(script.store)
    store, _ = opened(FaultyDisk(disk.durable), SMALL)
    script.check(store)
    assert list(store.state_at(store.revision)) == list(script.store.state_at(store.revision))


def test_replay_gives_an_equal_state_and_digest() -> None:
    disk = FaultyDisk()
    script = Script(disk, 12, SMALL)
    script.run(150)
    store, _ = opened(FaultyDisk(disk.durable), SMALL)
    assert store.digest() == script.store.digest()
    assert store.range("").entries == script.store.range("").entries
    twin = Script(FaultyDisk(), 12, SMALL)
    twin.run(150)
    assert twin.store.digest() == store.digest()


def test_expiry_is_a_record_by_the_store() -> None:
    """A key with a time to live goes at its deadline: not before, not more than a tick later."""
    store, world = opened()
    seen: list[Change] = []
    store.on_commit(seen.extend)
    store.put("events/a/x", b"e", ttl_ms=1000)
    store.put("events/a/y", b"e", ttl_ms=499)
    world.pass_ms(498)
    assert store.count("events/") == 2
    store.put("events/a/z", b"e", ttl_ms=2)
    world.pass_ms(1)
    assert store.count("events/") == 2
    store.delete("events/a/z", value=b"")
    world.pass_ms(1)
    assert store.count("events/") == 1
    world.pass_ms(500)
    assert store.count("events/") == 0
    assert [(c.key, c.author, c.type) for c in seen if c.author] == [
        ("events/a/y", "store", "DELETED"),
        ("events/a/x", "store", "DELETED"),
    ]


def test_deadline_survives_a_restart_and_a_snapshot() -> None:
    """It is where it was, in the log and in a snapshot."""
    disk = FaultyDisk()
    store, world = opened(disk)
    store.put("events/a/x", b"e", ttl_ms=1000)
    world.pass_ms(300)
    store.snapshot()
    world.turn()
    for files in (disk.durable, {n: d for n, d in disk.durable.items() if n.endswith(".log")}):
        later = TinyWorld(world.now_ms())
        again = Store(later, FaultyDisk(files), PLAIN)
        again.open()
        later.pass_ms(699)
        assert again.count("events/") == 1
        later.pass_ms(1)
        assert again.count("events/") == 0


def test_a_write_moves_or_lifts_the_deadline() -> None:
    store, world = opened()
    store.put("events/a/x", b"e", ttl_ms=100)
    store.put("events/a/y", b"e", ttl_ms=100)
    store.put("events/a/x", b"e", ttl_ms=300)
    store.put("events/a/y", b"e")
    world.pass_ms(299)
    assert store.count("events/") == 2
    world.pass_ms(1000)
    assert [entry.key for entry in store.range("events/").entries] == ["events/a/y"]


def test_last_state_of_an_expired_key_is_made_by_the_owner() -> None:
    world = TinyWorld()
    store = Store(world, FaultyDisk(), PLAIN, lambda entry, revision: b"%d" % revision)
    store.open()
    seen: list[Change] = []
    store.on_commit(seen.extend)
    store.put("events/a/x", b"e", ttl_ms=10)
    world.pass_ms(10)
    assert seen[-1].value == b"3"


def test_notes_use_no_revision() -> None:
    """They are tied to the revision of their key, newest first, and survive a restart."""
    disk = FaultyDisk()
    store, world = opened(disk, SMALL)
    store.put("pods/a/x", b"1")
    store.note("schedule", "pods/a/x", b"no room", "system:kube-scheduler")
    assert [note.data for note in store.notes("pods/a/x")] == [b"no room"]
    world.turn()
    for number in range(4):
        store.note("schedule", "pods/a/x", b"%d" % number)
    world.turn()
    store.snapshot()
    world.turn()
    assert store.revision == 2
    assert [note.data for note in store.notes("pods/a/x")] == [b"3", b"2", b"1"]
    assert [note.revision for note in store.notes("pods/a/x", 1)] == [2]
    again, _ = opened(FaultyDisk(disk.durable), SMALL)
    assert again.notes("pods/a/x") == store.notes("pods/a/x")
    assert again.notes("pods/a/y") == []


def test_full_disk_takes_the_group_back() -> None:
    """Writes are refused with a typed error, reads go on, and writes work when there is room."""
    disk = FullDisk()
    store, world = opened(disk)
    put_all(store, world, 3)
    store.put("events/a/e", b"", ttl_ms=60_000)
    world.turn()
    before = store.range("").entries
    disk.room = 10
    outcome: list[object] = []
    store.put("pods/a/0000", b"new")
    store.delete("pods/a/0001", value=b"")
    store.put("pods/a/0001", b"again")
    store.put("pods/a/new", b"")
    store.put("events/a/e", b"")
    store.note("why", "pods/a/0000", b"")
    store.when_durable(lambda: outcome.append("done"), outcome.append)
    store.when_durable(lambda: outcome.append("done"))
    world.turn()
    assert [type(what) for what in outcome] == [NoSpace]
    assert store.range("").entries == before
    assert store.revision == store.durable_revision == 5
    assert store.notes("pods/a/0000") == []
    with pytest.raises(NoSpace):
        store.put("pods/a/x", b"")
    disk.room = 10**6
    world.pass_ms(1000)
    assert store.put("pods/a/x", b"").revision == 6
    world.turn()
    assert told(list(store.changes(4))) == [(5, "ADDED", "events/a/e"), (6, "ADDED", "pods/a/x")]
    again, _ = opened(FaultyDisk(disk.durable))
    assert again.range("").entries == store.range("").entries


def test_full_disk_puts_off_expiry_and_snapshots() -> None:
    disk = FullDisk()
    store, world = opened(disk, StoreOptions(history_revisions=0, retry_full_ms=100))
    store.put("events/a/x", b"e" * 500, ttl_ms=50)
    world.turn()
    disk.room = 10
    store.snapshot()
    world.pass_ms(20)
    assert store.statistics()["snapshots"] == 0
    store.put("pods/a/x", b"")
    world.pass_ms(1000)
    assert store.count("events/") == 1
    disk.room = 10**6
    world.pass_ms(200)
    assert store.count("events/") == 0


def test_a_deadline_that_a_full_disk_puts_off_stays_the_one_of_the_log() -> None:
    """A snapshot that is written meanwhile agrees with the log, which `verify` compares."""
    disk = FullDisk()
    store, world = opened(disk, StoreOptions(history_revisions=0, retry_full_ms=100))
    store.put("events/a/x", b"e", ttl_ms=50)
    world.turn()
    disk.room = 10
    world.pass_ms(90)
    disk.room = 10**6
    store.snapshot()
    world.turn()
    assert (store.count("events/"), store.statistics()["snapshots"]) == (1, 1)
    assert verify(disk).losses == ()
    world.pass_ms(150)
    assert store.count("events/") == 0


def test_segment_that_cannot_be_begun_for_lack_of_room() -> None:
    disk = FullDisk()
    store, world = opened(disk, StoreOptions(segment_bytes=100, history_revisions=0))
    put_all(store, world, 1)
    disk.room = 10
    store.put("pods/a/x", b"")
    world.turn()
    assert disk.names() == ["segment-00000001.log"]
    disk.room = 10**6
    world.pass_ms(1000)
    put_all(store, world, 2)
    assert len(disk.names()) == 3
    assert opened(FaultyDisk(disk.durable))[0].revision == 4
