"""Reads from the log what a trace is made of: the pod's changes, what led to it, its Events."""

from __future__ import annotations

from tuik8s.ui.causes import Chain
from tuik8s.ui.feed import EVENTS, Feed
from tuik8s.ui.history import History, LogChange
from tuik8s.ui.refs import Ref
from tuik8s.ui.trace import Step, endpoint_changes, has_endpoint, last_life, steps_of

SLICES = "endpointslices.discovery.k8s.io"
EVENTS_MAX = 30


class TraceReader:
    """One pod's. `look` goes on reading as far as the moment that is shown has come."""

    def __init__(self, feed: Feed, ref: Ref) -> None:
        self.ref = ref
        self._feed = feed
        self._own = History(feed.client, ref)
        self._more: dict[Ref, History] = {}
        """Of Events about it and of the slices that it is in."""
        self._chain: Chain | None = None

    @property
    def version(self) -> int:
        """Grows with everything that is read."""
        more = sum(history.version for history in self._more.values())
        return self._own.version + more + (self._chain.version if self._chain else 0)

    @property
    def said(self) -> str:
        """Why there is nothing to show, "" while it is still read."""
        if self._own.refused:
            return self._own.refused
        return f"the log has nothing of {self.ref} at this moment" if self._own.is_loaded else ""

    def look(self, now_ms: int) -> None:
        pod = self._feed.get(*self.ref)
        version = pod["metadata"].get("resourceVersion") if pod is not None else ""
        self._own.follow(version, 0)
        life = self._life(now_ms)
        if life and life[0].type == "ADDED":
            born = life[0].revision
            if self._chain is None or self._chain.revision != born:
                self._chain = Chain(self._feed.client, self.ref, born)
        if pod is None:
            return
        for event in self._feed.events_about(pod)[:EVENTS_MAX]:
            meta = event["metadata"]
            self._follow(Ref(EVENTS, meta["namespace"], meta["name"]), "created once")
        for each in self._feed.items(SLICES):
            meta = each["metadata"]
            if meta["namespace"] == self.ref.namespace and has_endpoint(each, self.ref.name):
                self._follow(Ref(SLICES, meta["namespace"], meta["name"]), meta["resourceVersion"])

    def steps(self, now_ms: int) -> list[Step]:
        """The steps by a moment."""
        life = self._life(now_ms)
        causes = self._chain.causes() if self._chain is not None else []
        events: list[LogChange] = []
        slices: list[LogChange] = []
        for ref, history in self._more.items():
            changes = history.until(now_ms)
            if ref.resource == EVENTS:
                events += changes[:1]
            else:
                born = life[0].revision if life else 0
                since = [change for change in changes if change.revision > born]
                slices += endpoint_changes(since, self.ref.name)
        return steps_of(causes, life, events, slices)

    def _life(self, now_ms: int) -> list[LogChange]:
        return last_life(self._own.until(now_ms))

    def _follow(self, ref: Ref, stamp: str) -> None:
        if ref not in self._more:
            self._more[ref] = History(self._feed.client, ref)
        self._more[ref].follow(stamp, 0)
