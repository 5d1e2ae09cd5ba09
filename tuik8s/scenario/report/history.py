"""What a log tells, in time: how many pods were ready, which faults were in force, who led.

One pass over all changes; each keeps its time, so nothing between two samples is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tuik8s.api.bookmarks import Bookmark
from tuik8s.api.types import Object
from tuik8s.bus.client import object_of
from tuik8s.components.chaos.crd import FAULTS
from tuik8s.components.store.types import Change
from tuik8s.scenario.conditions import condition_of

BUCKETS = 200
"""Changes per second are counted in about so many pieces of the run."""
BUCKET_MS_MIN = 1_000
NODE_LEASES = "leases.coordination.k8s.io/kube-node-lease/"


class Bar(NamedTuple):
    """Something that lasted; end_ms 0: to the end of the run."""

    name: str
    text: str
    begin_ms: int
    end_ms: int


class Moment(NamedTuple):
    """Something that happened."""

    at_ms: int
    text: str
    revision: int


Points = list[tuple[int, float]]
"""(at_ms, value): the value holds from there to the next point."""


@dataclass
class History:
    """See the module's text. Times are the cluster's own."""

    begin_ms: int
    end_ms: int
    changes: list[Change] = field(default_factory=list)
    pods_ready: Points = field(default_factory=list)
    pods_pending: Points = field(default_factory=list)
    nodes_ready: Points = field(default_factory=list)
    endpoints: Points = field(default_factory=list)
    rate: Points = field(default_factory=list)
    faults: list[Bar] = field(default_factory=list)
    nodes_lost: list[Bar] = field(default_factory=list)
    leaders: list[Moment] = field(default_factory=list)
    warnings: list[Moment] = field(default_factory=list)
    marks: list[Moment] = field(default_factory=list)

    def at(self, revision: int) -> Change | None:
        """The change that made a revision; None before the log begins."""
        index = revision - self.changes[0].revision if self.changes else -1
        return self.changes[index] if 0 <= index < len(self.changes) else None

    def faults_at(self, at_ms: int) -> list[Bar]:
        return [
            b for b in self.faults if b.begin_ms <= at_ms and (not b.end_ms or at_ms <= b.end_ms)
        ]


def history_of(
    changes: Iterable[Change], begin_ms: int, end_ms: int, bookmarks: Iterable[Bookmark] = ()
) -> History:
    """Read all changes of a log."""
    found = History(begin_ms, max(end_ms, begin_ms + 1))
    found.marks = [Moment(each.at_ms, each.name, each.revision) for each in bookmarks]
    reader = _Reader(found)
    for change in changes:
        found.changes.append(change)
        reader.take(change)
    reader.end()
    found.rate = _rate(found)
    return found


class _Reader:
    """Counts what is there while the changes pass by."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._counts: dict[str, dict[str, float]] = {}
        self._open: dict[str, Bar] = {}
        self._holders: dict[str, str] = {}
        self._takers = {
            "pods": self._pod,
            "nodes": self._node,
            "endpointslices.discovery.k8s.io": self._endpoints,
            "leases.coordination.k8s.io": self._lease,
            "events": self._event,
            FAULTS: self._fault,
        }

    def take(self, change: Change) -> None:
        taker = self._takers.get(change.key.partition("/")[0])
        if taker is not None:
            gone = change.type == "DELETED"
            taker(change, {} if gone else object_of(change.value))

    def end(self) -> None:
        for key in list(self._open):
            self._close(key, 0)

    def _pod(self, change: Change, pod: Object) -> None:
        status = pod.get("status") or {}
        ready = condition_of(pod, "Ready") == "True" if pod else False
        self._count(self._history.pods_ready, "ready", change, float(ready))
        pending = status.get("phase", "Pending") == "Pending" if pod else False
        self._count(self._history.pods_pending, "pending", change, float(pending))

    def _node(self, change: Change, node: Object) -> None:
        ready = condition_of(node, "Ready")
        self._count(self._history.nodes_ready, "nodes", change, float(ready == "True"))
        name = change.key.rpartition("/")[2]
        was_ready = self._holders.get(change.key) == "True"
        if node and ready != "True" and was_ready:
            self._begin(change, name, f"node {name} is not Ready ({ready or 'no word'})")
        elif ready == "True" or not node:
            self._close(change.key, change.at_ms)
        self._holders[change.key] = ready

    def _endpoints(self, change: Change, piece: Object) -> None:
        there = piece.get("endpoints") or ()
        ready = sum((each.get("conditions") or {}).get("ready", True) is True for each in there)
        self._count(self._history.endpoints, "endpoints", change, float(ready))

    def _lease(self, change: Change, lease: Object) -> None:
        holder = str((lease.get("spec") or {}).get("holderIdentity") or "nobody")
        name = change.key.rpartition("/")[2]
        if not change.key.startswith(NODE_LEASES) and self._holders.get(change.key) != holder:
            self._history.leaders.append(
                Moment(change.at_ms, f"{name} is held by {holder}", change.revision)
            )
        self._holders[change.key] = holder

    def _event(self, change: Change, event: Object) -> None:
        text = str(event.get("message", ""))
        if event.get("type") == "Warning":
            about = event.get("involvedObject") or {}
            who = f"{str(about.get('kind', '')).lower()}/{about.get('name', '')}"
            told = f"{event.get('reason', '')} {who}: {text}"
            self._history.warnings.append(Moment(change.at_ms, told, change.revision))

    def _fault(self, change: Change, fault: Object) -> None:
        phase = (fault.get("status") or {}).get("phase", "")
        spec, name = fault.get("spec") or {}, change.key.rpartition("/")[2]
        if phase == "Active" and change.key not in self._open:
            self._begin(change, name, f"{spec.get('action', '')} {spec.get('target', '')}")
        elif phase == "Done" and (change.previous is None or _phase(change.previous) != "Done"):
            self._begin(change, name, f"{spec.get('action', '')} {spec.get('target', '')}")
            self._close(change.key, change.at_ms)
        elif not fault or phase in ("Healed", "Refused"):
            self._close(change.key, change.at_ms)

    def _count(self, points: Points, what: str, change: Change, value: float) -> None:
        """Note that an object now counts for so much; a point where the sum changes."""
        held = self._counts.setdefault(what, {})
        before = held.get(change.key, 0.0)
        if value == before:
            return
        held[change.key] = value
        total = (points[-1][1] if points else 0.0) + value - before
        if points and points[-1][0] == change.at_ms:
            points[-1] = (change.at_ms, total)
        else:
            points.append((change.at_ms, total))

    def _begin(self, change: Change, name: str, text: str) -> None:
        self._open.setdefault(change.key, Bar(name, text, change.at_ms, 0))

    def _close(self, key: str, at_ms: int) -> None:
        bar = self._open.pop(key, None)
        if bar is not None:
            bars = self._history.faults if key.startswith(FAULTS) else self._history.nodes_lost
            bars.append(bar._replace(end_ms=at_ms))
            bars.sort(key=lambda each: (each.begin_ms, each.name))


def _phase(value: bytes) -> str:
    return str((object_of(value).get("status") or {}).get("phase", ""))


def _rate(history: History) -> Points:
    """Changes per second, by pieces of the run."""
    spent_ms = history.end_ms - history.begin_ms
    width_ms = max(BUCKET_MS_MIN, -(-spent_ms // BUCKETS))
    counts: dict[int, int] = {}
    for change in history.changes:
        bucket = max(0, change.at_ms - history.begin_ms) // width_ms
        counts[bucket] = counts.get(bucket, 0) + 1
    return list(_points(counts, history.begin_ms, width_ms, spent_ms // width_ms))


def _points(
    counts: dict[int, int], begin_ms: int, width_ms: int, last: int
) -> Iterator[tuple[int, float]]:
    for bucket in range(last + 1):
        yield begin_ms + bucket * width_ms, counts.get(bucket, 0) * 1000 / width_ms
