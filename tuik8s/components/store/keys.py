"""A sorted list of keys that takes many changes cheaply.

Changes wait in a dictionary until somebody reads the order: a few are then put in place one by one,
many are merged by one sort of a nearly sorted list (which is linear). So 10,000 creations cost one
merge, and a list after each of them costs one insertion.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

_FEW = 32  # one insertion moves half the list, one merge walks it all with more work per key


class KeyList:
    """Keys without doubles, in order.

    >>> keys = KeyList()
    >>> for key in ("pods/a/2", "pods/b/1", "pods/a/1"):
    ...     keys.add(key)
    >>> keys.discard("pods/a/2")
    >>> keys.ordered()
    ['pods/a/1', 'pods/b/1']
    >>> keys.span("pods/a/")
    (0, 1)
    """

    __slots__ = ("_changed", "_keys")

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._changed: dict[str, bool] = {}

    def add(self, key: str) -> None:
        self._changed[key] = True

    def discard(self, key: str) -> None:
        self._changed[key] = False

    def ordered(self) -> list[str]:
        """All keys in order; the caller must not change the list."""
        if self._changed:
            self._settle()
        return self._keys

    def span(self, prefix: str, start_after: str = "") -> tuple[int, int]:
        """First and one past last index of the keys with this prefix, behind start_after."""
        keys = self.ordered()
        low = bisect_left(keys, prefix)
        high = bisect_left(keys, _successor(prefix), low) if prefix else len(keys)
        if start_after:
            low = bisect_right(keys, start_after, low, max(low, high))
        return low, high

    def _settle(self) -> None:
        changed, self._changed = self._changed, {}
        if len(changed) * _FEW < len(self._keys):
            self._place(changed)
        else:
            keys = [key for key in self._keys if key not in changed]
            keys.extend(key for key, present in changed.items() if present)
            keys.sort()
            self._keys = keys

    def _place(self, changed: dict[str, bool]) -> None:
        keys = self._keys
        for key, wanted in changed.items():
            index = bisect_left(keys, key)
            present = index < len(keys) and keys[index] == key
            if wanted and not present:
                keys.insert(index, key)
            elif present and not wanted:
                del keys[index]


def is_whole(key: str) -> bool:
    """Whether a key names one object, and not the beginning of many.

    >>> is_whole("pods/default/web"), is_whole("nodes//node-1"), is_whole("pods/default/")
    (True, True, False)
    """
    return key.count("/") == 2 and not key.endswith("/")


def _successor(prefix: str) -> str:
    """The smallest text above every text with this prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
