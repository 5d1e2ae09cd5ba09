"""How often something is done again: so often and no more, but at once at another moment.

By the clock at the keyboard: a cluster that stands still can be changed all the same, and one that
runs sixty times as fast is not to be looked at as much more often.
"""

from __future__ import annotations

from tuik8s.ui.feed import Feed

EVERY_MS = 1_000
PER_OBJECT_MS = 1
"""What goes over all objects is done less often the more there are."""


class Pace:
    """Of one thing that is done again and again."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._done_at_ms: int | None = None
        self._seen = -1
        """What moment was shown then."""

    def is_due(self, count: int = 0) -> bool:
        """Whether to do it now. count: of the objects that it goes over."""
        now_ms, moves = self._feed.real_ms(), self._feed.moves
        every_ms = EVERY_MS + count * PER_OBJECT_MS
        at_ms = self._done_at_ms
        if self._seen == moves and at_ms is not None and now_ms - at_ms < every_ms:
            return False
        self._done_at_ms, self._seen = now_ms, moves
        return True
