"""The index: what every key holds now, and at which revisions it held something else.

Only the newest value of a key is in memory. Of older ones the index knows the revision, and the
log knows where that is: revisions are dense, so one array maps them to places (`places.py`). A
deletion is noted as the negative of its revision.

    put a=1 (2), put a=2 (3), delete a (4), put a=3 (5)   entries a: revision 5
                                                          history a: [2, 3, -4]

Source: etcd server/storage/mvcc/index.go and key_index.go; here without sub-revisions, because
one request is one revision, and with the newest values kept in memory.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from heapq import merge, nlargest, nsmallest

from tuik8s.components.store.keys import KeyList, is_whole
from tuik8s.components.store.types import Entry


class Index:
    """Keys of many resources; a resource is what stands before the first slash."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self._history: dict[str, array[int]] = {}
        self._live: dict[str, KeyList] = {}
        self._gone: dict[str, KeyList] = {}

    def clear(self) -> None:
        for table in (self.entries, self._history, self._live, self._gone):
            table.clear()

    def put(self, entry: Entry, old: Entry | None) -> None:
        """Let the key hold entry; old is what it held."""
        key = entry.key
        self.entries[key] = entry
        if old is not None:
            self._past(key).append(old.revision)
            return
        _keys_of(self._live, key).add(key)
        if key in self._history:
            _keys_of(self._gone, key).discard(key)

    def delete(self, old: Entry, revision: int) -> None:
        key = old.key
        del self.entries[key]
        past = self._past(key)
        past.append(old.revision)
        past.append(-revision)
        _keys_of(self._live, key).discard(key)
        _keys_of(self._gone, key).add(key)

    def undo(self, key: str, old: Entry | None) -> None:
        """Take back the last put or delete of key, before which it held old."""
        current = self.entries.pop(key, None)
        past = self._history.get(key)
        if past is not None and (current is None or old is not None):
            del past[-1 if current is not None else -2 :]
        if past is not None and not past:
            del self._history[key]
        if old is not None:
            self.entries[key] = old
            _keys_of(self._live, key).add(key)
        else:
            _keys_of(self._live, key).discard(key)
        if old is None and key in self._history:
            _keys_of(self._gone, key).add(key)
        else:
            _keys_of(self._gone, key).discard(key)

    def load(self, entries: list[Entry]) -> None:
        """Take entries of a snapshot; they have no past here."""
        for entry in entries:
            self.entries[entry.key] = entry
            _keys_of(self._live, entry.key).add(entry.key)

    def extend_past(self, older: dict[str, array[int]]) -> None:
        """Put revisions from before a snapshot in front of those known."""
        for key, revisions in older.items():
            newer = self._history.get(key)
            entry = self.entries.get(key)
            first = newer[0] if newer else entry.revision if entry is not None else 0
            while revisions and abs(revisions[-1]) >= abs(first) > 0:
                revisions.pop()
            if not revisions:
                continue
            if newer is not None:
                revisions.extend(newer)
            self._history[key] = revisions
            if entry is None:
                _keys_of(self._gone, key).add(key)

    def at(self, key: str, revision: int) -> Entry | int:
        """What key held at revision: the entry, or the revision of its value, or 0 for nothing."""
        entry = self.entries.get(key)
        if entry is not None and entry.revision <= revision:
            return entry
        past = self._history.get(key)
        if past is None:
            return 0
        index = bisect_right(past, revision, key=abs)
        return max(past[index - 1], 0) if index else 0

    def span(self, prefix: str, start_after: str = "") -> list[tuple[KeyList, int, int]]:
        """Where the keys with this prefix stand, in order of the resources."""
        spans = []
        for resource in self._resources(self._live, prefix):
            keys = self._live[resource]
            spans.append((keys, *keys.span(prefix, start_after)))
        return spans

    def count(self, prefix: str) -> int:
        return sum(high - low for _, low, high in self.span(prefix))

    def held_at(
        self, prefix: str, start_after: str, revision: int
    ) -> Iterator[tuple[str, Entry | int]]:
        """Keys with this prefix that held something at an earlier revision, in order, and what.

        See `at` for the second part.
        """
        at = self.at
        names = {*self._resources(self._live, prefix), *self._resources(self._gone, prefix)}
        for resource in sorted(names, key=_sorted_as):
            columns = []
            for keys in (self._live.get(resource), self._gone.get(resource)):
                if keys is not None:
                    low, high = keys.span(prefix, start_after)
                    columns.append(keys.ordered()[low:high])
            for key in merge(*columns):
                found = at(key, revision)
                if found:
                    yield key, found

    def changed(self, key: str, after: int, before: int, limit: int, *, newest: bool) -> list[int]:
        """Revisions between these two at which something was done to a key.

        key: one key, or the beginning of many (see `keys.is_whole`). The first `limit` of them,
        ascending; the last, descending, when newest is asked for.
        """
        found: list[int] = []
        for one in (key,) if is_whole(key) else self._known(key):
            past = self._history.get(one)
            if past is not None:
                low, high = bisect_right(past, after, key=abs), bisect_left(past, before, key=abs)
                part = past[max(low, high - limit) : high] if newest else past[low:high][:limit]
                found.extend(map(abs, part))
            entry = self.entries.get(one)
            if entry is not None and after < entry.revision < before:
                found.append(entry.revision)
        return nlargest(limit, found) if newest else nsmallest(limit, found)

    def prune(self, revision: int) -> int:
        """Forget what no read at or after revision needs; the count of versions forgotten."""
        forgotten = 0
        for key in list(self._history):
            past = self._history[key]
            if past[0] > revision:
                continue
            entry = self.entries.get(key)
            if entry is not None and entry.revision <= revision:
                keep = len(past)
            else:
                keep = bisect_right(past, revision, key=abs) - 1
                if past[keep] < 0:
                    keep += 1
            forgotten += keep
            if keep < len(past):
                del past[:keep]
                continue
            del self._history[key]
            if entry is None:
                _keys_of(self._gone, key).discard(key)
        return forgotten

    def versions(self) -> int:
        """How many older versions are known; walks all keys."""
        return sum(len(past) for past in self._history.values())

    def _known(self, prefix: str) -> Iterator[str]:
        for table in (self._live, self._gone):
            for resource in self._resources(table, prefix):
                low, high = table[resource].span(prefix)
                yield from table[resource].ordered()[low:high]

    def _past(self, key: str) -> array[int]:
        past = self._history.get(key)
        if past is None:
            past = self._history[key] = array("q")
        return past

    def _resources(self, table: dict[str, KeyList], prefix: str) -> list[str]:
        resource, slash, _ = prefix.partition("/")
        if slash:
            return [resource] if resource in table else []
        return sorted((r for r in table if _sorted_as(r).startswith(prefix)), key=_sorted_as)


def _sorted_as(resource: str) -> str:
    """The slash belongs to the order: `pods.metrics/` comes before `pods/`."""
    return resource + "/"


def _keys_of(table: dict[str, KeyList], key: str) -> KeyList:
    resource = key.partition("/")[0]
    keys = table.get(resource)
    if keys is None:
        keys = table[resource] = KeyList()
    return keys
