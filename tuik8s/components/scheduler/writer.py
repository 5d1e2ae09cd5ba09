"""What the scheduler writes: bindings, conditions of unplaced pods, victims, Events, notes.

Source: pkg/scheduler/schedule_one.go and framework/preemption (1.36); Events as client-go's
tools/events recorder writes them (events.k8s.io, a repeated one becomes a series).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial

import msgspec

from tuik8s.api.decision import NOTE_KIND
from tuik8s.api.times import format_micro_time, format_time
from tuik8s.api.types import Object, Reply, Request
from tuik8s.bus.client import Client
from tuik8s.components.scheduler.framework import Wanted
from tuik8s.components.scheduler.plugins.default_preemption import VICTIM_MESSAGE
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.world.base import World

EVENTS = "events.events.k8s.io"
REMEMBERED_MAX = 4_096
"""Events that may still become a series, and conditions told last; the oldest goes first."""


class Writer:
    """Sends without waiting; bindings and what they need first are told the answer."""

    def __init__(self, world: World, client: Client) -> None:
        self._world = world
        self._client = client
        self._rng = world.rng("scheduler/events")
        self._told: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._series: OrderedDict[tuple[str, str, str], tuple[str, int]] = OrderedDict()

    def bind(self, pod: PodInfo, binding: Object, on_reply: Callable[[Reply], None]) -> None:
        self._client.create("pods", binding, on_reply, subresource="binding")
        self._told.pop(pod.uid, None)

    def prepare(self, wanted: Wanted, on_reply: Callable[[Reply], None]) -> None:
        """Write what a plugin wants before a pod is bound."""
        name, namespace = wanted.name, wanted.namespace
        self._client.patch(wanted.resource, namespace, name, wanted.body, on_reply)

    def unschedulable(self, pod: PodInfo, message: str, nominated: str | None) -> None:
        """The PodScheduled condition, when it says something new.

        Nominated None leaves it alone.
        """
        said = (message, nominated or "")
        if self._told.get(pod.uid) == said:
            return
        self._told[pod.uid] = said
        if len(self._told) > REMEMBERED_MAX:
            self._told.popitem(last=False)
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": "Unschedulable",
            "message": message,
            "lastProbeTime": None,
            "lastTransitionTime": format_time(self._world.now_ms()),
            "observedGeneration": pod.object["metadata"].get("generation", 1),
        }
        status: Object = {"conditions": [condition]}
        if nominated is not None:
            status["nominatedNodeName"] = nominated or None
        self._patch_status(pod, status, partial(self._on_told, pod.uid, said))

    def evict(self, victim: PodInfo, by: PodInfo, node: str, scheduler: str) -> None:
        """Mark a victim of preemption, delete it and say so."""
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "PreemptionByScheduler",
            "message": VICTIM_MESSAGE.format(scheduler),
            "lastProbeTime": None,
            "lastTransitionTime": format_time(self._world.now_ms()),
        }
        self._patch_status(victim, {"conditions": [condition]}, _ignore)
        options = {"preconditions": {"uid": victim.uid}}
        self._client.delete("pods", victim.namespace, victim.name, _ignore, options)
        note = f"Preempted by pod {by.uid} on node {node}"
        self.event(victim, "Normal", "Preempted", "Preempting", note, scheduler)

    def note(self, pod: PodInfo, decision: Object) -> None:
        """Store why the pod went where it went, or nowhere, beside it in the log."""
        request = Request(
            verb="post",
            path=f"/notes/pods/{pod.namespace}/{pod.name}",
            body=msgspec.msgpack.encode({"kind": NOTE_KIND, "data": decision}),
            content_type="application/msgpack",
        )
        self._client.call(request, _ignore)

    def event(
        self, pod: PodInfo, kind: str, reason: str, action: str, note: str, scheduler: str
    ) -> None:
        """Record an Event about a pod; the same one again raises the count of its series."""
        now = format_micro_time(self._world.now_ms())
        key = (pod.uid, reason, note)
        known = self._series.pop(key, None)
        if known is not None:
            name, count = known[0], known[1] + 1
            self._series[key] = (name, count)
            body = {"series": {"count": count, "lastObservedTime": now}}
            self._client.patch(EVENTS, pod.namespace, name, body, _ignore)
            return
        name = f"{pod.name}.{self._rng.bytes(8).hex()}"
        self._series[key] = (name, 1)
        if len(self._series) > REMEMBERED_MAX:
            self._series.popitem(last=False)
        event = {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": pod.namespace},
            "eventTime": now,
            "reportingController": scheduler,
            "reportingInstance": f"{scheduler}-{self._world.party}",
            "action": action,
            "reason": reason,
            "regarding": {
                "kind": "Pod",
                "namespace": pod.namespace,
                "name": pod.name,
                "uid": pod.uid,
                "apiVersion": "v1",
                "resourceVersion": pod.object["metadata"].get("resourceVersion", ""),
            },
            "note": note,
            "type": kind,
        }
        self._client.create(EVENTS, event, _ignore)

    def _on_told(self, uid: str, said: tuple[str, str], reply: Reply) -> None:
        """A condition that was not written is told again by the next attempt."""
        if not reply.ok and self._told.get(uid) == said:
            del self._told[uid]

    def _patch_status(
        self, pod: PodInfo, status: Object, on_reply: Callable[[Reply], None]
    ) -> None:
        body = {"metadata": {"uid": pod.uid}, "status": status}
        self._client.patch(
            "pods",
            pod.namespace,
            pod.name,
            body,
            on_reply,
            kind="strategic",
            subresource="status",
        )


def _ignore(reply: Reply) -> None:
    """A note or Event that was lost is told again with the next attempt."""
