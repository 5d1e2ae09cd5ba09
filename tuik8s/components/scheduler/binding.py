"""The way of a pod from the decision to its node, beside which other pods are decided already.

    begin: assume in the columns, Reserve
       '--> PreBind: write what the plugins want --> wait until they are satisfied --> bind
                                                                                        |
    informer tells of the placed pod: `settle`      <------------------------ answered --'
    refused, too late or gone: undo all of it

Most pods want nothing before they are bound and go to `bind` at once. Nobody waits for an answer
before the next decision.

Source: pkg/scheduler/schedule_one.go (bindingCycle) and plugins/volumebinding/binder.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from tuik8s.api.types import Reply
from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.cycle import Outcome
from tuik8s.components.scheduler.framework import Code, UndoStack
from tuik8s.components.scheduler.queue import QueuedPod
from tuik8s.components.scheduler.writer import Writer
from tuik8s.world.base import Timer, World

GONE: Final = 404
NODE_GONE: Final = 'node "{node}" not found'
TOO_LATE: Final = 'running PreBind plugin "{plugin}": binding volumes: context deadline exceeded'


class Binding:
    """One pod on its way; undo: steps that make it never have been."""

    __slots__ = ("node", "outcome", "queued", "timer", "unanswered", "undo")

    def __init__(self, queued: QueuedPod, outcome: Outcome) -> None:
        self.queued = queued
        self.outcome = outcome
        self.node = outcome.node
        self.undo = UndoStack()
        self.unanswered = 0
        self.timer: Timer | None = None


class Failure:
    """Why a pod was not bound. message: for its Event; "" when there is nothing to tell."""

    __slots__ = ("code", "message")

    def __init__(self, code: int, message: str = "") -> None:
        self.code = code
        self.message = message


class Binder:
    """All pods on their way, by key. At most one of the two calls is made for each.

    on_bound: the API server has bound it, whatever the informer told first (`settle`, `abandon`).
    on_failed: it was not bound and is still there as far as the informer knows; all is undone.
    """

    def __init__(
        self,
        world: World,
        cluster: Cluster,
        writer: Writer,
        on_bound: Callable[[QueuedPod, Outcome], None],
        on_failed: Callable[[QueuedPod, Failure], None],
    ) -> None:
        self._world = world
        self._cluster = cluster
        self._writer = writer
        self._on_bound = on_bound
        self._on_failed = on_failed
        self._bindings: dict[str, Binding] = {}
        self._preparing: dict[str, Binding] = {}

    def __contains__(self, key: str) -> bool:
        return key in self._bindings

    def __len__(self) -> int:
        return len(self._bindings)

    def preparing(self) -> int:
        """Pods that wait for something before they are bound."""
        return len(self._preparing)

    def begin(self, queued: QueuedPod, outcome: Outcome) -> None:
        """Take the pod for placed and bring it there."""
        pod, profile = queued.pod, queued.profile
        binding = self._bindings[pod.key] = Binding(queued, outcome)
        self._cluster.withdraw(pod.key)
        self._cluster.place(pod, binding.node)
        binding.undo.push(partial(self._cluster.forget, pod.key))
        for plugin in profile.reserve:
            binding.undo.push(partial(plugin.unreserve, outcome.cycle, binding.node))
            status = plugin.reserve(outcome.cycle, binding.node)
            if not status.ok:
                self._fail(binding, Failure(0, status.reason))
                return
        if all(plugin.prepared(outcome.cycle).ok for plugin in profile.pre_bind):
            self._bind(binding)
        else:
            self._prepare(binding)

    def settle(self, key: str) -> None:
        """The informer knows the pod as placed: what was assumed is true."""
        binding = self._drop(key)
        if binding is not None:
            binding.undo.clear()

    def abandon(self, key: str) -> None:
        """The pod is gone."""
        binding = self._drop(key)
        if binding is not None:
            binding.undo.unwind()

    def look_again(self) -> None:
        """Something changed that pods may wait for before they are bound."""
        for binding in list(self._preparing.values()):
            self._advance(binding)

    # --- before the bind

    def _prepare(self, binding: Binding) -> None:
        key, cycle = binding.queued.pod.key, binding.outcome.cycle
        self._preparing[key] = binding
        plugins = binding.queued.profile.pre_bind
        wait_ms = min(plugin.bind_timeout_ms for plugin in plugins)
        binding.timer = self._world.call_after(wait_ms, partial(self._too_late, binding))
        writes = [write for plugin in plugins for write in plugin.pre_bind(cycle, binding.node)]
        binding.unanswered = len(writes)
        for write in writes:
            self._writer.prepare(write, partial(self._on_prepared, binding))

    def _on_prepared(self, binding: Binding, reply: Reply) -> None:
        binding.unanswered -= 1
        if not self._is_current(binding):
            return
        if reply.ok:
            self._advance(binding)
        else:
            self._fail(binding, Failure(reply.code if reply.code != GONE else 0))

    def _advance(self, binding: Binding) -> None:
        if binding.unanswered:
            return
        if not self._cluster.columns.has_node(binding.node):
            self._fail(binding, Failure(0, NODE_GONE.format(node=binding.node)))
            return
        is_prepared = True
        for plugin in binding.queued.profile.pre_bind:
            status = plugin.prepared(binding.outcome.cycle)
            if not status.ok and status.code is not Code.WAIT:
                self._fail(binding, Failure(0, status.reason))
                return
            is_prepared = is_prepared and status.ok
        if is_prepared:
            self._end_preparing(binding)
            self._bind(binding)

    def _too_late(self, binding: Binding) -> None:
        if self._is_current(binding):
            cycle = binding.outcome.cycle
            waited_for = (
                p.name for p in binding.queued.profile.pre_bind if not p.prepared(cycle).ok
            )
            message = TOO_LATE.format(plugin=next(waited_for, ""))
            self._fail(binding, Failure(0, message))

    # --- the bind

    def _bind(self, binding: Binding) -> None:
        pod = binding.queued.pod
        wanted = binding.queued.profile.bind.binding(pod, binding.node)
        self._writer.bind(pod, wanted, partial(self._on_answer, binding))

    def _on_answer(self, binding: Binding, reply: Reply) -> None:
        if reply.ok:
            self._on_bound(binding.queued, binding.outcome)
        elif self._is_current(binding):
            self._fail(binding, Failure(reply.code))

    def _fail(self, binding: Binding, failure: Failure) -> None:
        self.abandon(binding.queued.pod.key)
        pod = binding.queued.pod.key
        err = failure.message or f"code {failure.code}"
        self._world.log.error("Failed to bind pod", pod=pod, node=binding.node, err=err)
        self._on_failed(binding.queued, failure)

    def _is_current(self, binding: Binding) -> bool:
        return self._bindings.get(binding.queued.pod.key) is binding

    def _drop(self, key: str) -> Binding | None:
        binding = self._bindings.pop(key, None)
        if binding is not None:
            self._end_preparing(binding)
        return binding

    def _end_preparing(self, binding: Binding) -> None:
        self._preparing.pop(binding.queued.pod.key, None)
        if binding.timer is not None:
            binding.timer.cancel()
            binding.timer = None
