"""How much history to keep: decides, once in a while, the revision to compact to."""

from __future__ import annotations

from tuik8s.components.store.options import StoreOptions


class Retention:
    """Remembers when revisions were, as finely as it is asked."""

    def __init__(self, options: StoreOptions) -> None:
        self._revisions = options.history_revisions
        self._ms = options.history_ms
        self._seen: list[tuple[int, int]] = []

    def target(self, now_ms: int, revision: int) -> int:
        """The oldest revision to keep now; 0 when all is kept."""
        limits = []
        if self._revisions:
            limits.append(revision - self._revisions)
        if self._ms:
            limits.append(self._before(now_ms - self._ms))
            self._seen.append((now_ms, revision))
        return max(min(limits), 0) if limits else 0

    def _before(self, at_ms: int) -> int:
        """The newest revision known to be that old."""
        old = [revision for seen_ms, revision in self._seen if seen_ms <= at_ms]
        if not old:
            return 0
        self._seen = self._seen[len(old) - 1 :]
        return old[-1]
