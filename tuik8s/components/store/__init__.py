"""The store, in the role of etcd: an append-only log and an index over it.

Only the apiserver imports this package. Read `store.py` first (what may be asked), then `record.py`
(what is on disk), `segments.py` (how it gets there and back), `mvcc.py` (what is in memory).
"""

from tuik8s.components.store.errors import (
    Compacted,
    Damaged,
    FormatTooNew,
    FutureRevision,
    Mismatch,
    NoSpace,
)
from tuik8s.components.store.options import StoreOptions
from tuik8s.components.store.store import Store
from tuik8s.components.store.types import Change, Entry, Moment, Note, Page, Recovery
from tuik8s.components.store.watch import Watch

__all__ = [
    "Change",
    "Compacted",
    "Damaged",
    "Entry",
    "FormatTooNew",
    "FutureRevision",
    "Mismatch",
    "Moment",
    "NoSpace",
    "Note",
    "Page",
    "Recovery",
    "Store",
    "StoreOptions",
    "Watch",
]
