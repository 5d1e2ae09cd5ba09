"""The log after everything that can happen to it: cut, flipped, failed, torn (R-WAL)."""

from __future__ import annotations

import contextlib
import random
from zlib import crc32

import pytest

from tests.components.store.plant import (
    SMALL,
    Crash,
    FaultyDisk,
    Script,
    TinyWorld,
    opened,
    put_all,
)
from tuik8s.components.store import Damaged, FormatTooNew, Store, StoreOptions
from tuik8s.components.store.record import frame_header
from tuik8s.components.store.segments import SEGMENT_HEADER_BYTES, serials
from tuik8s.components.store.tools import verify
from tuik8s.world.base import DiskFailed

ONE_SEGMENT = StoreOptions(history_revisions=0, recent_changes=8, snapshot_records=10_000)


def written(seed: int, writes: int, options: StoreOptions) -> tuple[Script, FaultyDisk]:
    disk = FaultyDisk()
    script = Script(disk, seed, options)
    script.run(writes)
    return script, disk


def reopened(files: dict[str, bytes], options: StoreOptions) -> Store:
    store, _ = opened(FaultyDisk(files), options)
    return store


def cut_everywhere(step: int) -> None:
    script, disk = written(1, 120, ONE_SEGMENT)
    script.acknowledged = 1  # bytes that were durable are cut off here, acknowledged ones too
    (name,) = disk.durable
    whole = disk.durable[name]
    revisions = []
    for size in range(max(len(whole) - 8192, 0), len(whole) + 1, step):
        store = reopened({name: whole[:size]}, ONE_SEGMENT)
        revisions.append(store.revision)
        script.check(store, oldest=store.revision)
    assert revisions == sorted(revisions)
    assert len(set(revisions)) > 5


def test_truncation_every_31st_byte() -> None:
    """A log cut anywhere opens as an exact prefix."""
    cut_everywhere(31)


@pytest.mark.slow
def test_truncation_at_every_byte() -> None:
    """R-WAL-1."""
    cut_everywhere(1)


def flip(disk: FaultyDisk, chance: random.Random) -> dict[str, bytes]:
    files = dict(disk.durable)
    name = chance.choice(sorted(files))
    data = bytearray(files[name])
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    files[name] = bytes(data)
    return files


@pytest.mark.parametrize("seed", range(2))
def test_bit_flips(seed: int) -> None:
    """A flipped bit gives an exact state that was, or a refusal; never a wrong value."""
    flip_bits(seed, 250)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 15))
def test_many_bit_flips(seed: int) -> None:
    """R-WAL-2, nightly: thousands of bits."""
    flip_bits(seed, 4000)


def flip_bits(seed: int, count: int) -> None:
    script, disk = written(seed, 150, SMALL)
    script.acknowledged = 1
    chance = random.Random(seed)
    refused = 0
    for _ in range(count):
        files = flip(disk, chance)
        try:
            store = reopened(files, SMALL)
            script.check(store, oldest=store.revision)
            for revision in range(max(store.compacted_revision, 1), store.revision, 7):
                page = store.range("pods/", revision=revision)
                held = {entry.key: entry.value for entry in page.entries}
                assert held == script.states[revision]
        except (Damaged, FormatTooNew):
            refused += 1
    assert 0 < refused < count


def test_flip_in_the_middle_names_the_place() -> None:
    """Durable bytes that changed are refused with segment and offset."""
    _, disk = written(3, 60, ONE_SEGMENT)
    (name,) = disk.durable
    data = bytearray(disk.durable[name])
    data[100] ^= 1
    with pytest.raises(Damaged) as damaged:
        reopened({name: bytes(data)}, ONE_SEGMENT)
    assert damaged.value.segment == name
    assert damaged.value.offset == SEGMENT_HEADER_BYTES


@pytest.mark.parametrize("missing", ["first", "middle", "last"])
def test_missing_segment_is_refused(missing: str) -> None:
    """A segment that is gone is noticed."""
    options = StoreOptions(segment_bytes=2048, history_revisions=0, snapshot_records=10_000)
    _, disk = written(4, 100, options)
    found = serials(disk.names())
    assert len(found) > 3
    serial = {"first": found[0], "middle": found[2], "last": found[-1]}[missing]
    files = dict(disk.durable)
    del files[f"segment-{serial:08d}.log"]
    if missing == "last":  # no later file knows of it: the log is an older, exact one
        assert reopened(files, options).revision > 1
        return
    with pytest.raises(Damaged):
        reopened(files, options)


@pytest.mark.parametrize("missing", ["last", "all"])
def test_missing_segment_that_a_snapshot_knows_of_is_refused(missing: str) -> None:
    """Without it nothing may be written: a new log would stand where the old one was."""
    disk = FaultyDisk()
    options = StoreOptions(segment_bytes=200, history_revisions=0)
    store, world = opened(disk, options)
    put_all(store, world, 6)
    store.snapshot()
    world.turn()
    segments = [name for name in disk.names() if name.endswith(".log")]
    assert len(segments) > 1
    doomed = segments if missing == "all" else segments[-1:]
    files = {name: data for name, data in disk.durable.items() if name not in doomed}
    broken = FaultyDisk(files)
    with pytest.raises(Damaged, match="missing"):
        opened(broken, options)
    assert broken.durable == files


def test_copies_under_other_names_are_left_alone() -> None:
    """Somebody may keep one beside the log."""
    _, disk = written(9, 100, SMALL)
    others = ("segment-old.log", "segment-00000001 (copy).log", "snapshot-old.snap")
    files = {**disk.durable, **dict.fromkeys(others, b"?")}
    beside = FaultyDisk(files)
    store, _ = opened(beside, SMALL)
    assert store.revision == reopened(disk.durable, SMALL).revision
    assert beside.durable == files
    assert verify(beside).is_whole


def test_every_call_failing_once() -> None:
    """R-WAL-4: after a failed call nothing is acknowledged, and a restart is clean."""
    script, disk = written(5, 60, SMALL)
    for position in range(1, disk.calls + 1):
        faulty = FaultyDisk()
        faulty.fail_at = position
        script = Script(faulty, 5, SMALL)
        with pytest.raises(DiskFailed):
            script.run(60)
        acknowledged = script.acknowledged
        faulty.fail_at = -1
        restarted = faulty.after_crash(random.Random(position))
        store, _ = opened(restarted, SMALL)
        assert script.acknowledged == acknowledged
        script.check(store)


def test_nothing_is_written_after_a_failed_sync() -> None:
    """A failed sync is not tried again, and nobody is told that it worked."""
    disk = FaultyDisk()
    store, world = opened(disk)
    answers: list[str] = []
    store.put("pods/a/x", b"1")
    store.when_durable(lambda: answers.append("done"))
    disk.fail_at = disk.calls + 2
    with pytest.raises(DiskFailed):
        world.turn()
    with pytest.raises(DiskFailed):
        store.put("pods/a/y", b"2")
    assert answers == []


def crash_points(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        disk = FaultyDisk()
        disk.crash_at = chance.randrange(1, 150)
        script = Script(disk, seed, SMALL)
        with contextlib.suppress(Crash):
            script.run(80)
        for _ in range(2):  # a crash while recovering, too
            disk = disk.after_crash(chance)
            disk.crash_at = chance.randrange(1, 4) if chance.random() < 0.3 else -1
            try:
                store, _ = opened(disk, SMALL)
            except Crash:
                continue
            script.check(store)


def test_lost_and_reordered_writes() -> None:
    """R-WAL-3: unsynced sectors survive or not, each on its own; what was acknowledged is there."""
    crash_points(range(300))


@pytest.mark.slow
def test_lost_and_reordered_writes_at_length() -> None:
    """R-WAL-3, nightly."""
    crash_points(range(1000, 4000))


@pytest.mark.parametrize("what", ["record", "snapshot"])
def test_what_a_killed_process_left_unsynced_is_durable_before_it_is_used(what: str) -> None:
    """kill -9 between write and sync, a restart that reads the page cache, then the power goes."""
    disk = FaultyDisk()
    store, world = opened(disk)
    put_all(store, world, 3)
    if what == "snapshot":
        disk.crash_at = disk.calls + 11  # the last sync: of the trailer
        store.snapshot()
    else:
        disk.crash_at = disk.calls + 2
        store.put("pods/a/x", b"1")
    with pytest.raises(Crash):
        world.turn()
    disk.crash_at = -1
    assert disk.tails
    restarted, _ = opened(disk)
    after = FaultyDisk(disk.durable)
    again, _ = opened(after)
    assert again.revision == restarted.revision == (4 if what == "snapshot" else 5)
    for store in (restarted, again):
        assert store.statistics()["snapshots"] == (what == "snapshot")
    assert not disk.tails


def test_torn_tail_is_cut_and_counted() -> None:
    """Bytes after the last whole record are reported."""
    _, disk = written(6, 20, ONE_SEGMENT)
    (name,) = disk.durable
    files = {name: disk.durable[name] + b"\xc1tk8 half a header"}
    torn = FaultyDisk(files)
    store, world = opened(torn, ONE_SEGMENT)
    assert store.statistics()["torn_bytes"] == 18
    assert "Torn tail cut" in world.log.lines
    assert torn.durable == disk.durable


def test_a_frame_that_could_not_be_read_back_is_not_written() -> None:
    with pytest.raises(AssertionError, match="could not be read back"):
        frame_header(bytes((64 << 20) + 1), 0, 0, 0)


def test_newer_format_is_refused() -> None:
    """A log of a newer version is left alone."""
    _, disk = written(7, 5, ONE_SEGMENT)
    (name,) = disk.durable
    data = disk.durable[name]
    header = data[:8] + b"\x63" + data[9 : SEGMENT_HEADER_BYTES - 4]
    newer = header + crc32(header).to_bytes(4, "little") + data[SEGMENT_HEADER_BYTES:]
    with pytest.raises(FormatTooNew):
        reopened({name: newer}, ONE_SEGMENT)


def test_a_value_that_holds_a_log_is_no_log() -> None:
    """Frames of another cluster inside a torn record do not turn it into damage."""
    _, disk = written(8, 30, ONE_SEGMENT)
    (name,) = disk.durable
    world = TinyWorld(seed="another cluster")
    store = Store(world, mine := FaultyDisk(), ONE_SEGMENT)
    store.open()
    store.put("pods/a/x", b"before")
    world.turn()
    store.put("pods/a/y", disk.durable[name])
    world.turn()
    ours = {n: d[:-5] for n, d in mine.durable.items()}
    assert reopened(ours, ONE_SEGMENT).revision == 2


def noted(options: StoreOptions) -> tuple[FaultyDisk, list[int]]:
    """A log of put, note, put, in groups of their own; sizes of the first segment after each."""
    disk = FaultyDisk()
    store, world = opened(disk, options)
    sizes = []
    for value in (b"1", None, b"2"):
        if value is None:
            store.note("why", "pods/a/x", b"because")
        else:
            store.put("pods/a/x", value)
        world.turn()
        sizes.append(disk.size("segment-00000001.log"))
    return disk, sizes


def test_missing_note_breaks_the_chain() -> None:
    """A whole record that is gone is noticed although all revisions follow each other."""
    disk, (first, second, _) = noted(ONE_SEGMENT)
    (name,) = disk.durable
    data = disk.durable[name]
    with pytest.raises(Damaged, match="does not follow"):
        reopened({name: data[:first] + data[second:]}, ONE_SEGMENT)


def test_missing_note_at_the_end_of_a_segment_breaks_the_chain() -> None:
    """The next segment names the last record of the one before it."""
    options = StoreOptions(segment_bytes=130, history_revisions=0)
    disk, (first, second, third) = noted(options)
    assert first < 130 < second == third
    name = "segment-00000001.log"
    with pytest.raises(Damaged, match="records are missing"):
        reopened({**disk.durable, name: disk.durable[name][:first]}, options)


def test_exchanged_frames_of_a_snapshot_are_noticed() -> None:
    """Each is whole, but not where it was; the log, which is whole, stands in for the snapshot."""
    disk = FaultyDisk()
    store, world = opened(disk)
    for _ in range(300):  # so that all revisions below take the same room
        store.put("nodes//a", b"")
    store.delete("nodes//a", value=b"")
    for number in range(1024):
        store.put(f"pods/a/{number:04d}", b"same")
    world.turn()
    store.snapshot()
    world.turn()
    name = next(name for name in disk.names() if name.endswith(".snap"))
    data = disk.durable[name]
    one, two, end = [at for at in range(len(data)) if data.startswith(b"\xc1tk8", at)][:3]
    files = {**disk.durable, name: data[:one] + data[two:end] + data[one:two] + data[end:]}
    assert two - one == end - two
    again, world = opened(FaultyDisk(files))
    assert "Snapshot left out" in world.log.lines
    assert again.range("").entries == store.range("").entries
