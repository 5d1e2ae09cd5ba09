"""How a store is set up, and the bounds of everything in it."""

from __future__ import annotations

import msgspec

MEBIBYTE = 1024 * 1024


class StoreOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Each field: meaning, unit, why this default.

    segment_bytes: size at which the log goes on in a new file; etcd's 64 MiB.
    snapshot_records: records after which a snapshot is written, or as many as there are keys if
    that is more, so that all snapshots together never take more room than the log beside them.
    history_revisions: revisions kept for reads and watches of the past; 0 keeps all.
    history_ms: time kept; 0 does not look at time. With both, what either wants is kept.
    compaction_interval_ms: time between looks at the two; Kubernetes asks etcd every 5 minutes.
    recent_changes: changes kept in memory for watches that are a little behind.
    notes_per_key: the newest explanations found again for one key.
    value_bytes: the largest value; 1.5 MiB is etcd's request limit, which Kubernetes lives with,
    and some room for managed fields is added.
    read_only: a log that is only looked at: nothing is written, ends by itself or is compacted.
    retry_full_ms: after a full disk, writes are refused for this long before the next try.
    """

    segment_bytes: int = 64 * MEBIBYTE
    snapshot_records: int = 100_000
    history_revisions: int = 200_000
    history_ms: int = 0
    compaction_interval_ms: int = 300_000
    recent_changes: int = 2048
    notes_per_key: int = 16
    value_bytes: int = 4 * MEBIBYTE
    read_only: bool = False
    retry_full_ms: int = 1000
