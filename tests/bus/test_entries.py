"""Versions of objects: decoded when looked at, let go when replaced, lean where asked."""

from __future__ import annotations

import msgspec

from tuik8s.bus.entries import DECODED_MAX, FORGOTTEN_MAX, Entry, Shelf, decode_lean

POD = {
    "kind": "Pod",
    "metadata": {"name": "a", "managedFields": [{"manager": "m"}], "labels": {"x": "y"}},
    "spec": {"containers": [{"name": "c"}]},
}
DATA = msgspec.msgpack.encode(POD)


def test_lean_objects_lack_managed_fields_and_nothing_else() -> None:
    lean = decode_lean(DATA)
    assert list(lean) == list(POD)
    assert lean["metadata"] == {"name": "a", "labels": {"x": "y"}}
    assert lean["spec"] == POD["spec"]
    assert Entry(DATA, 1, Shelf(lean=True)).object == lean
    assert Entry(DATA, 1, Shelf(lean=False)).object == POD


def test_the_longest_decoded_is_forgotten_first() -> None:
    shelf = Shelf(lean=False)
    first = Entry(DATA, 1, shelf)
    assert first.object is first.object
    for _ in range(DECODED_MAX):
        assert Entry(DATA, 2, shelf).object
    assert not first.is_decoded
    assert first.object == POD


def test_forgotten_entries_are_swept_out() -> None:
    shelf = Shelf(lean=False)
    entries = [Entry(DATA, n, shelf) for n in range(FORGOTTEN_MAX + 10)]
    for entry in entries:
        assert entry.object
    for entry in entries[5:]:
        entry.forget()
    shelf.sweep(5)
    assert list(shelf.recent) == entries[:5]
