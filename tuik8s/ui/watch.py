"""What is wrong, found again only when something it depends on has changed, at most once a second.

Both the status bar of every screen and the overview read it, so an idle cluster costs nothing.
"""

from __future__ import annotations

from tuik8s.ui.feed import Feed
from tuik8s.ui.problems import Problem, problems

EVERY_MS = 1_000
FAULTS = "faults.chaos.tuik8s.dev"
SLICES = "endpointslices.discovery.k8s.io"
WATCHED = ("nodes", "pods", "services", SLICES, FAULTS)


class Watch:
    """The problems of a feed's cluster."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.found: list[Problem] = []
        self.judged = 0
        """How often `found` was found."""
        self._version = -1
        self._judged_at_ms = -EVERY_MS

    def look(self, now_ms: int) -> list[Problem]:
        """The problems as they are, or as they were less than a second ago."""
        version = self.feed.version_of(WATCHED)
        if version != self._version and now_ms - self._judged_at_ms >= EVERY_MS:
            self._version, self._judged_at_ms = version, now_ms
            self.found = self._judge()
            self.judged += 1
        return self.found

    def _judge(self) -> list[Problem]:
        feed = self.feed
        faults = feed.informer(FAULTS).items() if feed.kind("fault") else ()
        return problems(
            feed.informer("nodes").items(),
            feed.informer("pods").items(),
            feed.informer("services").items(),
            feed.informer(SLICES).items(),
            faults,
        )
