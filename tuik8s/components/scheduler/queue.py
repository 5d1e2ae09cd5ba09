"""The pods that wait to be placed: who is tried next, and what makes a pod worth another try.

    add ---> active --pop--> (an attempt) --refused--> unschedulable --event that may help-->
    back-off
               ^  |                                        | 5 minutes                          |
    gated -----'  '<---------------- back-off over ---------'<---------------------------------'

Active pods are in the order of the queue-sort plugin. A pod that failed n times waits 1, 2, 4 ...
10 seconds from its last attempt before it is tried again, however many events call for it.

Source: pkg/scheduler/backend/queue (1.36). There an attempt runs beside the queue and the events
that came meanwhile are replayed; here an attempt is one call, so none can come.
"""

from __future__ import annotations

import heapq
from collections import OrderedDict
from collections.abc import Mapping

from tuik8s.components.scheduler.events import ADD, NODE, UPDATE, WAITING_POD, ClusterEvent
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile

BACKOFF_FIRST_MS = 1_000
BACKOFF_LAST_MS = 10_000
UNSCHEDULABLE_MS_MAX = 300_000
"""After this time a refused pod is tried again although nothing happened."""


class QueuedPod:
    """A pod in the queue and the history of its attempts. refused_by: plugins of the last one."""

    __slots__ = (
        "attempts",
        "failed_at_ms",
        "pod",
        "profile",
        "queued_at_ms",
        "refused_by",
        "where",
    )

    def __init__(self, pod: PodInfo, profile: Profile, now_ms: int) -> None:
        self.pod = pod
        self.profile = profile
        self.queued_at_ms = now_ms
        self.attempts = 0
        self.failed_at_ms = now_ms
        self.refused_by: frozenset[str] = frozenset()
        self.where = ""


class SchedulingQueue:
    """All waiting pods by key; each is in one place: active, backoff, unschedulable or gated."""

    def __init__(
        self,
        profiles: Mapping[str, Profile],
        *,
        backoff_first_ms: int = BACKOFF_FIRST_MS,
        backoff_last_ms: int = BACKOFF_LAST_MS,
    ) -> None:
        self._profiles = profiles
        self._backoff_first_ms = backoff_first_ms
        self._backoff_last_ms = max(backoff_last_ms, backoff_first_ms)
        self._pods: dict[str, QueuedPod] = {}
        self._active: list[tuple[tuple[int, int], int, QueuedPod]] = []
        self._backoff: list[tuple[int, int, QueuedPod]] = []
        self._parked: OrderedDict[str, QueuedPod] = OrderedDict()  # refused, longest ago first
        self._sequence = 0

    def __len__(self) -> int:
        return len(self._pods)

    def counts(self) -> dict[str, int]:
        """Pods by place, for statistics."""
        found = {"active": 0, "backoff": 0, "unschedulable": 0, "gated": 0}
        for queued in self._pods.values():
            if queued.where in found:
                found[queued.where] += 1
        return found

    def update(self, pod: PodInfo, now_ms: int) -> None:
        """A pod that waits, new or changed."""
        profile = self._profiles[pod.scheduler_name()]
        queued = self._pods.get(pod.key)
        if queued is not None and queued.pod.uid != pod.uid:
            self.remove(pod.key)
            queued = None
        if queued is None:
            queued = self._pods[pod.key] = QueuedPod(pod, profile, now_ms)
            self._enqueue(queued, now_ms)
            return
        old, queued.pod = queued.pod, pod
        if queued.where == "gated":
            self._enqueue(queued, now_ms)
        elif queued.where == "unschedulable":
            event = ClusterEvent(WAITING_POD, UPDATE, old.object, pod.object, old, pod)
            if self._may_help(queued, event):
                self._enqueue(queued, now_ms)
        elif queued.where == "active" and old.priority != pod.priority:
            self._push_active(queued)

    def remove(self, key: str) -> None:
        """The pod is placed, finished or gone."""
        queued = self._pods.pop(key, None)
        if queued is not None:
            queued.where = ""
            self._parked.pop(key, None)

    def pop(self, now_ms: int) -> QueuedPod | None:
        """The next pod to try; it stays known until it is removed or comes back by `refused`."""
        self._wake(now_ms)
        while self._active:
            order, _, queued = heapq.heappop(self._active)
            if queued.where == "active" and order == self._order(queued):
                queued.where = "trying"
                queued.attempts += 1
                return queued
        return None

    def refused(self, queued: QueuedPod, plugins: set[str], now_ms: int) -> None:
        """The attempt found no node: wait for an event that one of these plugins cares for."""
        if self._pods.get(queued.pod.key) is not queued:
            return
        queued.failed_at_ms = now_ms
        queued.refused_by = frozenset(plugins)
        queued.where = "unschedulable"
        self._parked[queued.pod.key] = queued

    def retry(self, queued: QueuedPod, now_ms: int) -> None:
        """The attempt failed for no fault of the pod's: try again after the back-off."""
        if self._pods.get(queued.pod.key) is not queued:
            return
        queued.failed_at_ms = now_ms
        self._enqueue(queued, now_ms)

    def move(self, event: ClusterEvent, now_ms: int) -> bool:
        """Let refused pods hear of an event; whether one of them waits for another try now."""
        helped = [queued for queued in self._parked.values() if self._may_help(queued, event)]
        for queued in helped:
            self._enqueue(queued, now_ms)
        return bool(helped)

    def next_at_ms(self) -> int | None:
        """When a pod next becomes active by itself; None when time alone does nothing."""
        times = [self._backoff[0][0]] if self._backoff else []
        if self._parked:
            longest = next(iter(self._parked.values()))
            times.append(longest.failed_at_ms + UNSCHEDULABLE_MS_MAX)
        return min(times, default=None)

    # --- places ---------------------------------------------------------------------------------

    def _enqueue(self, queued: QueuedPod, now_ms: int) -> None:
        self._parked.pop(queued.pod.key, None)
        gate = next(
            (p for p in queued.profile.pre_enqueue if not p.pre_enqueue(queued.pod).ok), None
        )
        if gate is not None:
            queued.where = "gated"
        elif self._backoff_over_at_ms(queued) > now_ms:
            queued.where = "backoff"
            self._sequence += 1
            entry = (self._backoff_over_at_ms(queued), self._sequence, queued)
            heapq.heappush(self._backoff, entry)
        else:
            self._push_active(queued)

    def _backoff_over_at_ms(self, queued: QueuedPod) -> int:
        if not queued.attempts:
            return queued.failed_at_ms
        doubled_ms = self._backoff_first_ms << min(queued.attempts - 1, 32)
        return queued.failed_at_ms + min(doubled_ms, self._backoff_last_ms)

    def _push_active(self, queued: QueuedPod) -> None:
        queued.where = "active"
        self._sequence += 1
        heapq.heappush(self._active, (self._order(queued), self._sequence, queued))

    def _order(self, queued: QueuedPod) -> tuple[int, int]:
        order: tuple[int, int] = queued.profile.queue_sort.order(queued.pod, queued.queued_at_ms)
        return order

    def _wake(self, now_ms: int) -> None:
        """Bring back those whose back-off is over, and those that were parked for too long."""
        while self._backoff and self._backoff[0][0] <= now_ms:
            at_ms, _, queued = heapq.heappop(self._backoff)
            if queued.where == "backoff" and at_ms == self._backoff_over_at_ms(queued):
                self._push_active(queued)
        while self._parked:
            longest = next(iter(self._parked.values()))
            if longest.failed_at_ms + UNSCHEDULABLE_MS_MAX > now_ms:
                return
            self._enqueue(longest, now_ms)

    def _may_help(self, queued: QueuedPod, event: ClusterEvent) -> bool:
        if not queued.refused_by:
            return event.resource == NODE and event.action == ADD
        plugins = queued.profile.plugins
        return any(
            plugins[name].hint(queued.pod, event)
            for name in sorted(queued.refused_by)
            if name in plugins
        )
