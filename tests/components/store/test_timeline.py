"""The log as a line of time, against the plain list of all its changes."""

from __future__ import annotations

import pytest

from tests.components.store.plant import SMALL, FaultyDisk, Script, opened
from tuik8s.components.store import Change, Compacted, Moment, Store
from tuik8s.components.store.keys import is_whole

KEYS = ("", "pods/default/pod-1", "pods/default/", "pods/default/pod-1/", "pods/", "po", "nodes/")


def all_changes(store: Store, key: str) -> list[Change]:
    """Every kept change of a key, read the slow way."""
    found = list(store.changes(store.timeline.oldest - 1, ""))
    if is_whole(key):
        return [change for change in found if change.key == key]
    return [change for change in found if change.key.startswith(key)]


@pytest.fixture(name="stores", scope="module")
def _stores() -> list[Store]:
    """As it was written, compacted and not; and started again, when it has to reach back."""
    disk = FaultyDisk()
    script = Script(disk, 5, SMALL)
    script.run(300)
    whole = FaultyDisk()
    store, world = opened(whole, SMALL)
    for number in range(240):
        key = f"pods/default/pod-{number * 7 % 11}"
        if number % 5 == 4 and store.get(key) is not None:
            store.delete(key, value=b"last")
        else:
            store.put(key, b"%d" % number * 70, author="test", cause=number)
        store.note("why", key, b"because")
        if number % 3:
            world.turn()
    world.turn()
    again = [opened(FaultyDisk(one.durable), SMALL)[0] for one in (disk, whole)]
    assert again[1].statistics()["snapshots"] > 2
    return [script.store, store, *again]


@pytest.mark.parametrize("limit", [1, 7, 1000])
@pytest.mark.parametrize("key", KEYS)
def test_pages_in_both_directions(stores: list[Store], key: str, limit: int) -> None:
    for store in stores:
        wanted = all_changes(store, key)
        timeline = store.timeline
        for revision in range(timeline.oldest, store.revision + 3):
            later = [change for change in wanted if change.revision > revision]
            earlier = [change for change in reversed(wanted) if change.revision < revision]
            assert timeline.after(revision, limit, key, values=True) == later[:limit]
            assert timeline.before(revision, limit, key, values=True) == earlier[:limit]


def test_without_values_nothing_else_differs(stores: list[Store]) -> None:
    for store in stores:
        bare = store.timeline.after(store.timeline.oldest, 1000)
        whole = store.timeline.after(store.timeline.oldest, 1000, values=True)
        assert [c.revision for c in bare] == [c.revision for c in whole]
        assert [c.value for c in bare] == [c.value for c in whole]


def test_what_is_gone_is_refused(stores: list[Store]) -> None:
    for store in stores:
        oldest = store.timeline.oldest
        if oldest == 1:
            continue
        for read in (store.timeline.after, store.timeline.before):
            with pytest.raises(Compacted) as refused:
                read(oldest - 2, 10)
            assert refused.value.revision == oldest
        assert store.timeline.before(oldest, 10) == []
        assert store.timeline.after(oldest - 1, 1)[0].revision == oldest
    assert sum(store.timeline.oldest > 1 for store in stores) == 2


@pytest.mark.parametrize("compacted", [0, 40])
@pytest.mark.parametrize("restarted", [False, True])
def test_moments(compacted: int, restarted: bool) -> None:
    disk = FaultyDisk()
    store, world = opened(disk, SMALL)
    times = {}
    for number in range(150):
        store.put(f"pods/a/{number % 9}", b"%d" % number)
        times[store.revision] = world.now_ms()
        world.turn()
        if number % 3:  # so that some moments have several revisions, and some have none
            world.pass_ms(10)
    if compacted:
        store.compact(compacted)
        world.turn()
    if restarted:
        store, world = opened(FaultyDisk(disk.durable), SMALL)
    timeline = store.timeline
    oldest = max(compacted, 1)
    assert timeline.kept() == (
        Moment(oldest, times[max(oldest, 2)]),
        Moment(store.revision, times[store.revision]),
    )
    for at_ms in range(times[max(oldest, 2)], world.now_ms() + 20, 5):
        revision = max(known for known, when in times.items() if when <= at_ms)
        assert timeline.at(at_ms) == Moment(revision, times[revision])
    with pytest.raises(Compacted):
        timeline.at(times[max(oldest, 2)] - 1)


def test_an_empty_log() -> None:
    store, _ = opened()
    assert store.timeline.kept() == (Moment(1, 0), Moment(1, 0))
    assert store.timeline.at(77) == Moment(1, 0)
    assert store.timeline.before(9, 9) == store.timeline.after(0, 9) == []
