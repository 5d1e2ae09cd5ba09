"""Who subscribed to which prefixes, looked up once per length of prefix, not per subscriber."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T", bound=Hashable)


class PrefixTable(Generic[T]):
    """Subscribers by prefix; a subscriber may hold a prefix several times (counted)."""

    __slots__ = ("_lengths", "_table")

    def __init__(self) -> None:
        self._table: dict[bytes, dict[T, int]] = {}
        self._lengths: tuple[int, ...] = ()

    def add(self, prefix: bytes, subscriber: T) -> None:
        there = self._table.get(prefix)
        if there is None:
            there = self._table[prefix] = {}
            self._measure()
        there[subscriber] = there.get(subscriber, 0) + 1

    def remove(self, prefix: bytes, subscriber: T) -> None:
        """Take back one `add`; nothing happens when there was none."""
        there = self._table.get(prefix)
        if there is None or subscriber not in there:
            return
        there[subscriber] -= 1
        if there[subscriber] == 0:
            del there[subscriber]
        if not there:
            del self._table[prefix]
            self._measure()

    def drop(self, subscriber: T) -> None:
        """Forget a subscriber with all its prefixes."""
        for prefix in list(self._table):
            self._table[prefix].pop(subscriber, None)
            if not self._table[prefix]:
                del self._table[prefix]
        self._measure()

    def prefixes(self) -> list[bytes]:
        return list(self._table)

    def match(self, topic: bytes) -> dict[T, int]:
        """Everybody with a prefix of topic, in the order of subscription; do not change it."""
        found: dict[T, int] | None = None
        table = self._table
        size = len(topic)
        for length in self._lengths:
            if length > size:
                break
            there = table.get(topic[:length])
            if there is not None:
                found = there if found is None else {**found, **there}
        return {} if found is None else found

    def _measure(self) -> None:
        self._lengths = tuple(sorted({len(prefix) for prefix in self._table}))
