"""Who subscribed to which prefixes: one look-up per length of prefix, not per subscriber.

Prefixes are sorted by their head, all up to the first slash (`pods/`, `!pods/`), so that a topic is
tried with the lengths of its own head and of the few prefixes without a slash.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class PrefixTable(Generic[T]):
    """Subscribers by prefix; a subscriber may hold a prefix several times (counted)."""

    __slots__ = ("_known", "_lengths", "_table")

    def __init__(self) -> None:
        self._table: dict[bytes, dict[T, int]] = {}
        self._lengths: dict[bytes, tuple[int, ...]] = {}
        self._known: tuple[bytes, dict[T, int]] | None = None
        """The last answer: who asks whether a topic is wanted often publishes it then."""

    def add(self, prefix: bytes, subscriber: T) -> None:
        self._known = None
        there = self._table.get(prefix)
        if there is None:
            there = self._table[prefix] = {}
            self._measure(prefix)
        there[subscriber] = there.get(subscriber, 0) + 1

    def remove(self, prefix: bytes, subscriber: T) -> None:
        """Take back one `add`; nothing happens when there was none."""
        there = self._table.get(prefix)
        if there is None or subscriber not in there:
            return
        self._known = None
        there[subscriber] -= 1
        if there[subscriber] == 0:
            del there[subscriber]
        if not there:
            del self._table[prefix]
            self._measure(prefix)

    def drop(self, subscriber: T) -> None:
        """Forget a subscriber with all its prefixes."""
        self._known = None
        for prefix in list(self._table):
            if self._table[prefix].pop(subscriber, None) and not self._table[prefix]:
                del self._table[prefix]
                self._measure(prefix)

    def prefixes(self) -> list[bytes]:
        return list(self._table)

    def match(self, topic: bytes) -> dict[T, int]:
        """Everybody with a prefix of topic, in the order of subscription; do not change it."""
        known = self._known
        if known is not None and known[0] == topic:
            return known[1]
        found: dict[T, int] | None = None
        table = self._table
        size = len(topic)
        lengths = self._lengths
        head = _head(topic)
        sizes = lengths.get(b"", ())
        for length in (*sizes, *lengths.get(head, ())) if head else sizes:
            if length > size:
                continue
            there = table.get(topic[:length])
            if there is not None:
                found = there if found is None else {**found, **there}
        answer = {} if found is None else found
        self._known = (topic, answer)
        return answer

    def _measure(self, changed: bytes) -> None:
        """Note the lengths of the prefixes with the head of one that came or went."""
        head = _head(changed)
        sizes = sorted({len(prefix) for prefix in self._table if _head(prefix) == head})
        if sizes:
            self._lengths[head] = tuple(sizes)
        else:
            self._lengths.pop(head, None)


def _head(prefix: bytes) -> bytes:
    return prefix[: prefix.find(b"/") + 1]
