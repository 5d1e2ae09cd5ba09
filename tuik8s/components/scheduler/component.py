"""The scheduler: hears of pods and nodes, decides pod by pod, binds without waiting.

    informers --> Cluster (columns) and queue
    turn: pop --> try_pod --> node: assume, bind (pipelined), note, Event
                          --> none: condition, note, Event, perhaps victims; back into the queue

A pod that is being bound stands in the columns already, so the next decision sees it; if the
binding is refused it is taken out again. A turn ends after TURN_PODS pods or TURN_MS, so that
replies, events and other components of the process are not kept waiting by a burst. There are no
turns while the Lease `kube-scheduler` is not ours.

Source: pkg/scheduler/{scheduler,schedule_one,eventhandlers}.go (1.36).
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tuik8s.api.meta import is_terminal
from tuik8s.api.types import Object
from tuik8s.bus.client import Client, told
from tuik8s.bus.clone import Change
from tuik8s.bus.informer import Informer
from tuik8s.bus.leader import LeaderElection
from tuik8s.components.base import Host
from tuik8s.components.scheduler import explain
from tuik8s.components.scheduler.binding import GONE, Binder, Failure
from tuik8s.components.scheduler.cluster import OTHER_RESOURCES, Cluster
from tuik8s.components.scheduler.cycle import Outcome, try_pod
from tuik8s.components.scheduler.events import (
    ADD,
    ASSIGNED_POD,
    DELETE,
    NODE,
    UPDATE,
    ClusterEvent,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile, read_profiles
from tuik8s.components.scheduler.queue import (
    BACKOFF_FIRST_MS,
    BACKOFF_LAST_MS,
    QueuedPod,
    SchedulingQueue,
)
from tuik8s.components.scheduler.what_if import WhatIf
from tuik8s.components.scheduler.writer import Writer
from tuik8s.world.base import Timer

IDENTITY = "system:kube-scheduler"
LEASE = "kube-scheduler"
REPORTER = "default-scheduler"
TURN_PODS = 50
TURN_MS = 10


class SchedulerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """configuration: a KubeSchedulerConfiguration (v1), None for the default profile."""

    configuration: Object | None = None


class Scheduler:
    """See the module's text."""

    def __init__(self, host: Host, config: SchedulerConfig) -> None:
        self.name = host.world.party
        self._host = host
        self._world = host.world
        self._client = Client(host.world, host.dial(IDENTITY), lean=True)
        self._profiles = read_profiles(config.configuration)
        self._cluster = Cluster()
        self._queue = _queue(self._profiles, config.configuration or {})
        self._writer = Writer(host.world, self._client)
        self._ties = host.world.rng("scheduler/ties")
        self._pods = Informer(self._client, "pods")
        self._nodes = Informer(self._client, "nodes")
        self._others = [Informer(self._client, resource) for resource in OTHER_RESOURCES]
        self._binder = Binder(
            host.world, self._cluster, self._writer, self._on_bound, self._on_not_bound
        )
        self._what_if = WhatIf(host.world, self._client, self._cluster, self._profiles)
        self._leader = LeaderElection(
            host.world, self._client, LEASE, REPORTER, self._begin, self._wait_for_lease
        )
        self._start_row = 0
        self._turn_asked = False
        self._is_ready = False
        self._timer: Timer | None = None
        self._timer_at_ms: int | None = None
        self._counts = {"bound": 0, "refused": 0, "attempts": 0}

    def start(self) -> None:
        self._world.log.info("Starting Kubernetes Scheduler", profiles=list(self._profiles))
        self._pods.on_change(self._on_pod)
        self._nodes.on_change(self._on_node)
        for informer in self._others:
            informer.on_change(self._on_other)
        for informer in (self._pods, self._nodes, *self._others):
            informer.on_sync(self._begin)
            informer.start()
        self._leader.start()

    def statistics(self) -> Mapping[str, int]:
        return {
            **self._counts,
            **self._queue.counts(),
            **told([self._client]),
            "binding": len(self._binder),
            "preparing": self._binder.preparing(),
            "nodes": len(self._cluster.columns),
        }

    def _begin(self) -> None:
        """Act as soon as everything is cached and the Lease is ours."""
        if not self._leader.is_leader:
            return
        if not self._is_ready and all(i.synced for i in (self._pods, self._nodes, *self._others)):
            self._is_ready = True
            self._host.ready(profiles=list(self._profiles))
        self._turn_soon()

    def _wait_for_lease(self) -> None:
        """The Lease is lost: what is heard is taken in, pods wait until it is ours again."""
        self._world.log.info("Waiting for the lease before the next pod", pods=len(self._queue))

    # --- what is heard ------------------------------------------------------------------------

    def _on_node(self, change: Change) -> None:
        if change.new is None:
            self._cluster.columns.remove_node(change.key.name)
            self._move(ClusterEvent(NODE, DELETE, change.old))
            self._binder.look_again()
        else:
            self._cluster.columns.set_node(change.new)
            action = ADD if change.old is None else UPDATE
            self._move(ClusterEvent(NODE, action, change.old, change.new))

    def _on_other(self, change: Change) -> None:
        key = change.key
        if change.new is None:
            self._cluster.remove(key.resource, key.namespace, key.name)
            self._move(ClusterEvent(key.resource, DELETE, change.old))
        else:
            self._cluster.set(key.resource, change.new)
            action = ADD if change.old is None else UPDATE
            self._move(ClusterEvent(key.resource, action, change.old, change.new))
        self._binder.look_again()

    def _on_pod(self, change: Change) -> None:
        key = f"{change.key.namespace}/{change.key.name}"
        old = None if change.old is None else PodInfo(change.old)
        if change.new is None or is_terminal(change.new):
            self._pod_gone(key, old)
            return
        pod = PodInfo(change.new)
        if old is not None and old.uid != pod.uid:  # a listing tells of no end and new beginning
            self._pod_gone(key, old)
            old = None
        if pod.node_name:
            self._queue.remove(key)
            self._cluster.withdraw(key)
            self._binder.settle(key)
            self._cluster.place(pod, pod.node_name)
            action = UPDATE if old is not None and old.node_name else ADD
            self._move(ClusterEvent(ASSIGNED_POD, action, change.old, change.new, old, pod))
            pod.keep_little()
        elif key not in self._binder:
            if old is not None and old.nominated_node not in ("", pod.nominated_node):
                self._cluster.withdraw(key)
                self._room_freed(old)
            self._pod_waits(pod)

    def _pod_waits(self, pod: PodInfo) -> None:
        if pod.terminating or pod.scheduler_name() not in self._profiles:
            self._queue.remove(pod.key)
            return
        if pod.nominated_node:
            self._cluster.nominate(pod, pod.nominated_node)
        self._queue.update(pod, self._world.now_ms())
        self._turn_soon()

    def _pod_gone(self, key: str, old: PodInfo | None) -> None:
        held_room = key in self._cluster.placed or key in self._cluster.nominated
        self._queue.remove(key)
        self._binder.abandon(key)
        self._cluster.withdraw(key)
        self._cluster.forget(key)
        if old is not None and held_room:
            self._room_freed(old)

    def _room_freed(self, pod: PodInfo) -> None:
        self._move(ClusterEvent(ASSIGNED_POD, DELETE, pod.object, None, pod))

    def _move(self, event: ClusterEvent) -> None:
        if self._is_ready and self._queue.move(event, self._world.now_ms()):
            self._turn_soon()

    # --- the turn -----------------------------------------------------------------------------

    def _turn_soon(self) -> None:
        if self._is_ready and self._leader.is_leader and not self._turn_asked:
            self._turn_asked = True
            self._world.call_soon(self._turn)

    def _turn(self) -> None:
        self._turn_asked = False
        if not self._leader.is_leader:
            return
        now_ms = self._world.now_ms()
        for _ in range(TURN_PODS):
            queued = self._queue.pop(now_ms)
            if queued is None:
                self._set_timer()
                return
            self._attempt(queued)
            if self._world.now_ms() - now_ms >= TURN_MS:
                break
        self._turn_soon()

    def _set_timer(self) -> None:
        at_ms = self._queue.next_at_ms()
        if at_ms == self._timer_at_ms:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at_ms = at_ms
        self._timer = None if at_ms is None else self._world.call_at(at_ms, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = self._timer_at_ms = None
        self._turn_soon()

    def _attempt(self, queued: QueuedPod) -> None:
        """Try one pod and act on what came of it."""
        self._counts["attempts"] += 1
        pod, profile = queued.pod, queued.profile
        log = self._world.log
        if log.verbosity >= 3:
            log.info("Attempting to schedule pod", pod=pod.key)
        outcome = try_pod(profile, self._cluster, pod, self._ties, self._start_row)
        nodes = len(self._cluster.columns)
        self._start_row = (self._start_row + outcome.examined) % nodes if nodes else 0
        self._writer.note(pod, explain.record(profile, self._cluster, pod, outcome))
        if outcome.node:
            self._binder.begin(queued, outcome)
        else:
            self._refuse(queued, outcome)
            if log.verbosity >= 2:
                why = outcome.message
                log.info("Unable to schedule pod; no fit; waiting", pod=pod.key, err=why)

    def _on_bound(self, queued: QueuedPod, outcome: Outcome) -> None:
        node, feasible, examined = outcome.node, len(outcome.rows), outcome.examined
        self._counts["bound"] += 1
        pod, note = queued.pod, f"Successfully assigned {queued.pod.key} to {node}"
        if self._world.log.verbosity >= 2:
            self._world.log.info(
                "Successfully bound pod to node",
                pod=pod.key,
                node=node,
                feasibleNodes=feasible,
                evaluatedNodes=examined,
            )
        self._writer.event(pod, "Normal", "Scheduled", "Binding", note, queued.profile.name)

    def _on_not_bound(self, queued: QueuedPod, failure: Failure) -> None:
        """Try it again later, as what it has become meanwhile; nothing was heard of it so far."""
        pod, name = queued.pod, queued.profile.name
        if failure.message:
            self._writer.event(
                pod, "Warning", "FailedScheduling", "Scheduling", failure.message, name
            )
        self._room_freed(pod)
        now = self._pods.get(pod.namespace, pod.name)
        if failure.code == GONE or now is None or now["spec"].get("nodeName"):
            self._queue.remove(pod.key)
            return
        self._queue.retry(queued, self._world.now_ms())
        self._pod_waits(PodInfo(now))

    def _refuse(self, queued: QueuedPod, outcome: Outcome) -> None:
        pod, name = queued.pod, queued.profile.name
        self._counts["refused"] += 1
        for victim in outcome.victims:
            self._world.log.info(
                "Preemptor pod preempts victim pod",
                preemptor=pod.key,
                victim=victim.key,
                node=outcome.nominated or "",
            )
            self._writer.evict(victim, pod, outcome.nominated or "", name)
        if outcome.nominated:
            self._cluster.nominate(pod, outcome.nominated)
        elif outcome.nominated == "":
            self._cluster.withdraw(pod.key)
        self._writer.unschedulable(pod, outcome.message, outcome.nominated)
        self._writer.event(pod, "Warning", "FailedScheduling", "Scheduling", outcome.message, name)
        self._queue.refused(queued, outcome.refusing_plugins(), self._world.now_ms())


def _queue(profiles: Mapping[str, Profile], configuration: Object) -> SchedulingQueue:
    first_s = configuration.get("podInitialBackoffSeconds")
    last_s = configuration.get("podMaxBackoffSeconds")
    return SchedulingQueue(
        profiles,
        backoff_first_ms=1_000 * first_s if first_s else BACKOFF_FIRST_MS,
        backoff_last_ms=1_000 * last_s if last_s else BACKOFF_LAST_MS,
    )


def build(host: Host, config: SchedulerConfig) -> Scheduler:
    """The scheduler of a process."""
    return Scheduler(host, config)
