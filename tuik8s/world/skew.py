"""A party's clock that is ahead of the world's or behind it, and never goes back.

    shown  |          ____----  half speed until it is right again
           |      ___/      .·
           |     |       .·
           |    .|    .·         set ahead at once; set back: as an operator's NTP daemon would,
           |  .·   .·            the clock only goes slower
           '------------------ true

One that is to be behind goes at half speed until it is; when that ends it is set right at once.

`shown` and `true` are inverse to each other, so a timer for a shown time goes off when it is shown.
"""

from __future__ import annotations


class Skew:
    """The difference between one party's clock and the world's. Times are milliseconds."""

    __slots__ = ("_anchor_shown_ms", "_anchor_true_ms", "_offset_ms", "is_none")

    def __init__(self) -> None:
        self.is_none = True
        """Whether the clock is right: the cheap question before the others."""
        self._offset_ms = 0
        self._anchor_true_ms = 0
        self._anchor_shown_ms = 0

    def set(self, offset_ms: int, true_ms: int) -> None:
        """Have the clock be ahead by offset_ms from true_ms on; behind when it is negative."""
        if offset_ms == self._offset_ms:
            return
        self._anchor_true_ms, self._anchor_shown_ms = true_ms, self.shown(true_ms)
        self._offset_ms = offset_ms
        self.is_none = False

    def shown(self, true_ms: int) -> int:
        """What the party's clock shows."""
        slow_ms = self._anchor_shown_ms + (true_ms - self._anchor_true_ms) // 2
        return max(true_ms + self._offset_ms, slow_ms)

    def true(self, shown_ms: int) -> int:
        """When the party's clock shows that."""
        slow_ms = self._anchor_true_ms + 2 * (shown_ms - self._anchor_shown_ms)
        return min(shown_ms - self._offset_ms, slow_ms)
