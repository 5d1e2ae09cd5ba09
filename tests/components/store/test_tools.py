"""show, verify, salvage: on whole logs and on damaged ones."""

from __future__ import annotations

import json
import random
from pathlib import Path

import msgpack
import pytest

from tests.components.store.plant import SMALL, FaultyDisk, Script, opened
from tuik8s.cli.main import main
from tuik8s.components.store import Damaged, Store, StoreOptions
from tuik8s.components.store.lines import fields_of, line_of, matches
from tuik8s.components.store.record import Delete, Gap, Mark, Put, Record, Remark
from tuik8s.components.store.snapshot import Saved, SnapshotHeader, SnapshotWriter
from tuik8s.components.store.tools import Found, decode_body, newest_ms, salvage, verify, walk
from tuik8s.world.live_disk import RealDisk

ALL_SEGMENTS = StoreOptions(segment_bytes=2048, history_revisions=0, snapshot_records=10_000)


def damaged(options: StoreOptions, seed: int) -> tuple[Script, FaultyDisk]:
    """A log with one flipped bit in the middle of a segment that was durable."""
    disk = FaultyDisk()
    script = Script(disk, seed, options)
    script.run(150)
    files = dict(disk.durable)
    name = [n for n in sorted(files) if n.endswith(".log")][1]
    data = bytearray(files[name])
    data[len(data) // 2] ^= 4
    return script, FaultyDisk({**files, name: bytes(data)})


def test_whole_log_verifies() -> None:
    disk = FaultyDisk()
    script = Script(disk, 1, SMALL)
    script.run(150)
    report = verify(disk)
    assert report.losses == ()
    assert report.is_whole
    assert report.last_revision == script.store.revision
    found = [item.record.revision for item in walk(disk) if isinstance(item, Found)]
    assert len(found) == report.records


@pytest.mark.parametrize("victim", ["key", "value", "missing"])
def test_snapshot_that_is_not_what_the_log_says(victim: str) -> None:
    """verify replays the log up to the newest snapshot and compares."""
    disk = FaultyDisk()
    store, world = opened(disk)
    store.put("pods/a/x", b"1")
    store.put("pods/a/y", b"2")
    store.delete("pods/a/y", value=b"2")
    world.turn()
    cluster_id, place, chain = store._log.cluster_id, store._log.end, store._log.chain
    writer = SnapshotWriter(disk, SnapshotHeader(cluster_id, 4, 0, place, chain))
    saved = Saved("pods/a/x", b"1", 2, 2, 1, 0)
    wrong = {"key": "pods/a/z", "value": "pods/a/x", "missing": ""}[victim]
    assert verify(disk).losses[0].why == "it was never finished"
    if wrong:
        writer.add([Saved(wrong, b"?", 2, 2, 1, 0)])
    writer.finish({})
    assert [loss.why.split()[0] for loss in verify(disk).losses]
    assert not verify(disk).is_whole
    store.snapshot()
    assert saved.entry() == store.get("pods/a/x")


def test_torn_tail_is_no_damage() -> None:
    disk = FaultyDisk()
    Script(disk, 1, ALL_SEGMENTS).run(30)
    name = disk.names()[-1]
    report = verify(FaultyDisk({**disk.durable, name: disk.durable[name][:-3]}))
    assert report.is_whole
    assert [loss.is_tail for loss in report.losses] == [True]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("options", [ALL_SEGMENTS, SMALL], ids=["whole history", "compacted"])
def test_salvaged_log_opens_and_keeps_what_is_whole(options: StoreOptions, seed: int) -> None:
    """The store refuses the damaged log, and takes the salvaged one with all other records."""
    script, disk = damaged(options, seed)
    report = verify(disk)
    assert not report.is_whole
    if options is ALL_SEGMENTS:
        with pytest.raises(Damaged):
            opened(FaultyDisk(disk.durable), options)
    target = FaultyDisk()
    done = salvage(disk, target, 4096)
    assert done.losses
    store, _ = opened(FaultyDisk(target.durable), options)
    assert store.revision == done.revision == script.store.revision
    kept = {
        item.record.revision: item.record.value
        for item in walk(disk)
        if isinstance(item, Found) and isinstance(item.record, Put | Delete)
    }
    after = max(store.compacted_revision, 1)
    for change in store.changes(after):
        assert kept.pop(change.revision) == change.value
    assert all(revision <= after for revision in kept)
    assert verify(target).is_whole


@pytest.mark.parametrize("seed", range(40))
def test_tools_survive_anything(seed: int) -> None:
    """Random bytes over a log: a report and a log that opens, whatever is left."""
    disk = FaultyDisk()
    Script(disk, seed, SMALL).run(100)
    chance = random.Random(seed)
    files = {}
    for name, data in sorted(disk.durable.items()):
        bytes_ = bytearray(data)
        for _ in range(chance.randrange(4)):
            at, size = chance.randrange(len(bytes_)), chance.randrange(600)
            bytes_[at : at + size] = chance.randbytes(chance.choice([0, size]))
        if bytes_ and chance.random() < 0.9:
            files[name] = bytes(bytes_)
    broken = FaultyDisk(files)
    verify(broken)
    target = FaultyDisk()
    done = salvage(broken, target, 4096)
    assert opened(FaultyDisk(target.durable), SMALL)[0].revision == done.revision


@pytest.mark.parametrize(
    "body",
    [b"\xc1", b"", b"\x91\x63", b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\x92\x05\xa1x"],
)
def test_bodies_that_are_no_record(body: bytes) -> None:
    """Whatever length the bytes claim, nothing is allocated for it."""
    with pytest.raises(ValueError, match="unknown record"):
        decode_body(memoryview(body))


def test_lines() -> None:
    """One line per record, aligned; nothing in it can steer a terminal."""
    put = Put(7, 0, "system:kube-scheduler", 5, "pods/a/\x1b[2J", 3, 3, 2, 1000, b"")
    found: list[Record] = [
        put,
        Delete(8, 0, "", 0, "pods/a/x", 3, b""),
        Mark(8, 0, "store", 4),
        Gap(9, 0),
    ]
    lines = [line_of(item) for item in [*found, Remark(8, 0, "me", "pods/a/x", "why", b"12")]]
    assert [line[83:92].strip() for line in lines] == [
        "MODIFIED",
        "DELETED",
        "COMPACTED",
        "LOST",
        "NOTE",
    ]
    assert "\x1b" not in lines[0]
    assert "\\x1b[2J until 1970-01-01T00:00:01" in lines[0]
    assert [matches(item, "pods/a/x", 8, 8) for item in found] == [False, True, False, False]
    assert fields_of(put)["value"] == ""


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """show, verify and salvage from the command line."""
    world = Script(FaultyDisk(), 1).world
    disk = RealDisk(tmp_path / "log")
    store = Store(world, disk, SMALL)
    store.open()
    value = msgpack.packb({"metadata": {"name": "x"}})
    store.put("pods/a/x", value, author="system:admin")
    store.put("nodes//n", value)
    world.turn()
    at = ["--log", str(tmp_path / "log")]
    assert main(["log", "verify", *at]) == 0
    assert "2 records, revisions 2 to 3" in capsys.readouterr().out
    assert main(["log", "show", *at, "--key", "pods/", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["revision"], shown["value"]) == (2, {"metadata": {"name": "x"}})
    assert main(["log", "show", *at, "--from", "3"]) == 0
    assert capsys.readouterr().out.endswith("ADDED     nodes//n\n")
    assert main(["log", "salvage", *at, "--into", str(tmp_path / "new")]) == 0
    assert main(["log", "salvage", *at, "--into", str(tmp_path / "new")]) == 2
    assert main(["log", "verify", "--log", str(tmp_path / "absent")]) == 2
    (tmp_path / "log" / "segment-00000001.log").write_bytes(b"nothing of the kind" * 9)
    assert main(["log", "verify", *at]) == 1


@pytest.mark.parametrize("value", [b"1", b"\xc1tk8" * 9, b"x" * 1_500_000])
@pytest.mark.parametrize("tail", [b"", b"\xc1tk8 torn", b"\0" * 700])
def test_the_time_of_the_last_record(value: bytes, tail: bytes) -> None:
    disk = FaultyDisk()
    store, world = opened(disk, StoreOptions(history_revisions=0, segment_bytes=100))
    assert newest_ms(disk) == 0
    for number in range(3):
        world.pass_ms(1_000)
        store.put("pods/a/x", value)
        world.turn()
        last = [name for name in disk.names() if name.endswith(".log")][-1]
        files = {**disk.durable, last: disk.durable[last] + tail}
        assert newest_ms(FaultyDisk(files)) == world.now_ms(), number
    unborn = {**disk.durable, "segment-00000009.log": b"no header yet"}
    assert newest_ms(FaultyDisk(unborn)) == world.now_ms()
    assert newest_ms(FaultyDisk()) == 0
