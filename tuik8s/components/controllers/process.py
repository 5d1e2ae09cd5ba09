"""The one loop that all controllers share.

    change -> wakes -> queue -> is the cache past this key's last write? -> reconcile -> execution
                         ^           | no: wait for it                                     |
                         '-----------'<---- ok: forget, maybe again later -----------------'
                                      <---- conflict: back-off, quietly
                                      <---- refusal that may pass: back-off, logged
                                      <---- refusal for good: forget, logged and told in an event

One key is never worked on twice at a time; different keys go on side by side, their writes
pipelined on one connection. A key that says `pace_ms` is left alone that long, so that a thousand
changes of children cost a handful of looks.

Source: k8s.io/client-go util/workqueue and the sync loops of pkg/controller/*, 1.36. Upstream's
expectations are replaced by read-your-writes per key, after kopf (`expected_version`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from tuik8s.api.types import Key
from tuik8s.bus.client import Client
from tuik8s.bus.workqueue import WorkQueue
from tuik8s.components.controllers.base import Change, Event, Plan, Reconciler, View
from tuik8s.components.controllers.events import EventRecorder
from tuik8s.components.controllers.execution import Execution, Verdict
from tuik8s.world.base import World

EVERYTHING = "*"
ACCOUNT_PREFIX = "system:serviceaccount:kube-system:"
KEYS_PER_TURN = 64
"""Keys of one controller that are started before others get their turn."""
BEHIND_RECHECK_MS = 1_000
BEHIND_MAX_MS = 15_000
"""A cache that has not caught up by then was reset; waiting longer would be forever."""


Wakes = Callable[[Change, View], Iterable[Key]]


class Behind:
    """What a key waits for before it may be looked at again."""

    __slots__ = ("revisions", "since_ms")

    def __init__(self, revisions: dict[str, int], since_ms: int) -> None:
        self.revisions = revisions
        self.since_ms = since_ms


class ControllerLoop:
    """Runs one reconciler."""

    def __init__(self, world: World, client: Client, view: View, reconciler: Reconciler) -> None:
        self.name = reconciler.name
        self.user = ACCOUNT_PREFIX + reconciler.account if reconciler.account else ""
        self.recorder = EventRecorder(world, client, reconciler.component, self.user)
        self._world = world
        self._client = client
        self._view = view
        self._reconciler = reconciler
        self._queue: WorkQueue[Key] = WorkQueue(world, self._on_ready)
        self._behind: dict[Key, Behind] = {}
        self._not_before_ms: dict[Key, int] = {}
        self._causes: dict[Key, int] = {}
        self._is_running = False
        self._is_scheduled = False
        self._lagging: dict[Key, None] = {}
        self._wakes: dict[str, list[Wakes]] = {}
        self._prepared_wakes: dict[str, tuple[Wakes, ...]] = {}
        for wake in reconciler.wakes:
            self._wakes.setdefault(wake.resource, []).append(wake.keys)
        self.sees_everything = EVERYTHING in self._wakes
        named = [name for name in self._wakes if name != EVERYTHING]
        self.resources = tuple(dict.fromkeys((*named, *reconciler.reads)))
        """What must be cached before the first look; all that is served if `sees_everything`."""

    def begin(self) -> None:
        """Everything is cached, and the Lease is ours: look at what was queued meanwhile."""
        self._is_running = True
        for key in self._reconciler.starts:
            self._queue.add(key)
        if len(self._queue):
            self._on_ready()

    def stop(self) -> None:
        """Look at nothing more until `begin`; what is under way is finished."""
        self._is_running = False

    def on_change(self, change: Change, revision: int) -> None:
        """Queue the keys that a change concerns."""
        if change.new is None:
            self._forget_gone(change)
        for keys in self._prepared(change.resource):
            for key in keys(change, self._view):
                self.wake(key, revision)
        if self._lagging:
            self._recheck_lagging()

    def _forget_gone(self, change: Change) -> None:
        """What is noted for the key of an object that is gone need not be kept."""
        metadata = change.last["metadata"]
        key = Key(change.resource, metadata.get("namespace") or "", metadata["name"])
        self._behind.pop(key, None)
        self._not_before_ms.pop(key, None)

    def _prepared(self, resource: str) -> tuple[Wakes, ...]:
        """What a change of this resource is shown to."""
        found = self._prepared_wakes.get(resource)
        if found is None:
            found = (*self._wakes.get(resource, ()), *self._wakes.get(EVERYTHING, ()))
            self._prepared_wakes[resource] = found
        return found

    def _recheck_lagging(self) -> None:
        now_ms = self._world.now_ms()
        for key in [key for key in self._lagging if not self._is_behind(key, now_ms)]:
            del self._lagging[key]
            self._queue.add(key)

    def wake(self, key: Key, cause: int = 0) -> None:
        self._causes[key] = cause
        self._queue.add(key)

    def statistics(self) -> Mapping[str, int]:
        return {
            **self._queue.statistics(),
            "behind": len(self._behind),
            "events": self.recorder.recorded_count,
            "events_dropped": self.recorder.dropped_count,
        }

    def _on_ready(self) -> None:
        if self._is_running and not self._is_scheduled:
            self._is_scheduled = True
            self._world.call_soon(self._turn)

    def _turn(self) -> None:
        self._is_scheduled = False
        if not self._is_running:
            return
        for _ in range(KEYS_PER_TURN):
            key = self._queue.get()
            if key is None:
                return
            self._look(key)
        if len(self._queue):
            self._on_ready()

    def _look(self, key: Key) -> None:
        now_ms = self._world.now_ms()
        wait_ms = self._not_before_ms.get(key, 0) - now_ms
        if wait_ms <= 0 and self._is_behind(key, now_ms):
            wait_ms = BEHIND_RECHECK_MS
            self._lagging[key] = None
        if wait_ms > 0:
            self._queue.done(key)
            self._queue.add_after(key, wait_ms)
            return
        self._not_before_ms.pop(key, None)
        self._lagging.pop(key, None)
        cause = self._causes.pop(key, 0)
        plan = self._reconciler.reconcile(key, self._view, now_ms)
        execution = Execution(
            self._client,
            self.recorder,
            self.user,
            cause,
            lambda done, last, verdict: self._finished(key, done, last, verdict),
        )
        execution.start(plan)

    def _is_behind(self, key: Key, now_ms: int) -> bool:
        """Whether the cache still lacks the key's own last write."""
        behind = self._behind.get(key)
        if behind is None:
            return False
        late = any(0 < self._view.revision(r) < at for r, at in behind.revisions.items())
        if late and now_ms - behind.since_ms < BEHIND_MAX_MS:
            return True
        del self._behind[key]
        return False

    def _finished(self, key: Key, done: Execution, last: Plan, verdict: Verdict) -> None:
        now_ms = self._world.now_ms()
        missing = {r: at for r, at in done.revisions.items() if self._lacks(r, at)}
        if missing:
            self._behind[key] = Behind(missing, now_ms)
        if last.pace_ms:
            self._not_before_ms[key] = now_ms + last.pace_ms
        log = self._world.log
        match verdict:
            case Verdict.OK:
                self._queue.forget(key)
                if log.verbosity >= (2 if done.revisions else 4):
                    self._say_done(key, done)
            case Verdict.CONFLICT:
                if log.verbosity >= 4:
                    log.info("Conflict, will retry", **self._about(key), err=done.trouble)
                self._queue.add_failed(key)
            case Verdict.RETRY:
                log.error("Error syncing, will retry", **self._about(key), err=done.trouble)
                self._queue.add_failed(key)
            case Verdict.TERMINAL:
                log.error("Error syncing, given up", **self._about(key), err=done.trouble)
                self._queue.forget(key)
                self._tell_refusal(key, done.trouble)
        self._queue.done(key)
        if done.requeue_after_ms is not None:
            self._queue.add_after(key, done.requeue_after_ms)

    def _say_done(self, key: Key, done: Execution) -> None:
        wrote = [f"{resource}@{revision}" for resource, revision in done.revisions.items()]
        self._world.log.info("Finished syncing", **self._about(key), wrote=wrote)

    def _about(self, key: Key) -> dict[str, str]:
        name = f"{key.namespace}/{key.name}" if key.namespace else key.name
        return {"controller": self.name, "resource": key.resource, "key": name}

    def _lacks(self, resource: str, revision: int) -> bool:
        """Whether the cache is still to see this write; of an object gone before it never will."""
        followed = self.sees_everything or resource in self.resources
        return followed and self._view.revision(resource) < revision

    def _tell_refusal(self, key: Key, why: str) -> None:
        obj = self._view.get(*key)
        if obj is not None:
            self.recorder.record(Event(obj, "Warning", "Refused", why))
