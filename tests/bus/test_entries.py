"""Versions of objects: decoded when looked at, let go when replaced, lean where asked."""

from __future__ import annotations

import msgspec

from tuik8s.bus.entries import DECODED_MAX, Entry, Shelf, without_managed_fields

POD = {
    "kind": "Pod",
    "metadata": {"name": "a", "managedFields": [{"manager": "m"}], "labels": {"x": "y"}},
    "spec": {"containers": [{"name": "c"}]},
}
DATA = msgspec.msgpack.encode(POD)


def test_lean_objects_lack_managed_fields_and_nothing_else() -> None:
    lean = msgspec.msgpack.decode(without_managed_fields(DATA))
    assert list(lean) == list(POD)
    assert lean["metadata"] == {"name": "a", "labels": {"x": "y"}}
    assert lean["spec"] == POD["spec"]
    assert Entry(DATA, 1, Shelf(lean=True)).object == lean
    assert Entry(DATA, 1, Shelf(lean=False)).object == POD
    bare = msgspec.msgpack.encode(lean)
    assert without_managed_fields(bare) is bare


def test_the_longest_decoded_is_forgotten_first() -> None:
    shelf = Shelf(lean=False)
    first = Entry(DATA, 1, shelf)
    assert first.object is first.object
    for _ in range(DECODED_MAX):
        assert Entry(DATA, 2, shelf).object
    assert not first.is_decoded
    assert first.object == POD


def test_a_forgotten_entry_leaves_the_shelf() -> None:
    """With its bytes: a replaced version is nobody's any more."""
    shelf = Shelf(lean=False, decoded_max=3)
    entries = [Entry(DATA, n, shelf) for n in range(3)]
    for entry in entries:
        assert entry.object
    entries[1].forget()
    assert list(shelf.recent) == [entries[0], entries[2]]
    assert entries[1].object == POD
    assert list(shelf.recent) == [entries[0], entries[2], entries[1]]
