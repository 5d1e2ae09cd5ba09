"""What is wrong, found again only when something it depends on has changed, at most once a second.

Both the status bar of every screen and the overview read it, so an idle cluster costs nothing.
"""

from __future__ import annotations

from tuik8s.ui.digests import Digests, PodDigest, PodParts, loads, pod_digest
from tuik8s.ui.feed import Feed
from tuik8s.ui.problems import Problem, ranked

EVERY_MS = 1_000
FRAME_MS = 60
"""By then a frame has been drawn."""
MANY = 1_000
"""So many pods that nobody has judged yet would hold up the frame that shows them."""
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
        self._pods = Digests(pod_digest, PodParts)
        self._put_off_at_ms = 0
        self._version = -1
        self._judged_at_ms = -EVERY_MS
        self._moves = 0

    def in_a_word(self) -> str:
        """How much is wrong, "" for nothing; for a frame that must not wait: what takes long to
        judge is judged in the next one."""
        if self._is_due() and self._is_put_off():
            return "judging ..."
        count = len(self.look())
        return f"! {count} problem{'s' * (count > 1)}" if count else ""

    def look(self) -> list[Problem]:
        """The problems as they are, or as they were less than a second ago."""
        if self._is_due():
            feed = self.feed
            self._version, self._moves = feed.version_of(WATCHED), feed.moves
            self._judged_at_ms = feed.real_ms()
            self.found = self._judge()
            self.judged += 1
        return self.found

    def _is_put_off(self) -> bool:
        """Whether there is so much to judge that the frame is to be on the screen before."""
        now_ms = self.feed.real_ms()
        if not self._put_off_at_ms and self._pods.unknown(self.feed.entries("pods")) > MANY:
            self._put_off_at_ms = now_ms
        if now_ms - self._put_off_at_ms < FRAME_MS:
            return True
        self._put_off_at_ms = 0
        return False

    def _is_due(self) -> bool:
        feed = self.feed
        is_late = feed.real_ms() - self._judged_at_ms >= EVERY_MS or feed.moves != self._moves
        return is_late and feed.version_of(WATCHED) != self._version

    def _judge(self) -> list[Problem]:
        feed = self.feed
        faults = feed.items(FAULTS) if feed.kind("fault") else ()
        pods = self.pods()
        troubles = [pod.trouble for pod in pods if pod.trouble is not None]
        on = {node: load.pods for node, load in loads(pods).items()}
        services, slices = feed.items("services"), feed.items(SLICES)
        return ranked(feed.items("nodes"), troubles, services, slices, faults, on)

    def pods(self) -> list[PodDigest]:
        """What there is to know of each pod of the moment that is shown."""
        return self._pods.look(self.feed.entries("pods"))
