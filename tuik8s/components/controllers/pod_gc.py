"""Pods that nobody else removes: of nodes that are gone, stuck before scheduling, too many ended.

Looks every 20 s. A node must have been missing for 40 s, and be missing from the API server too,
before its pods go.

Source: k8s.io/kubernetes pkg/controller/podgc/gc_controller.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import (
    condition,
    generation_of,
    is_deleting,
    is_terminal,
    name_of,
    namespace_of,
    uid_of,
)
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Delete, Get, Outcomes, Plan, View, Wake, Write
from tuik8s.components.controllers.parts.node_match import taints_of
from tuik8s.components.controllers.parts.pod_conditions import disruption, status_patch
from tuik8s.components.controllers.parts.workloads import creation_order

PERIOD_MS = 20_000
QUARANTINE_MS = 40_000
_ALL = Key("pods", "", "")
_OUT_OF_SERVICE = "node.kubernetes.io/out-of-service"


class PodGcReconciler:
    """Remove orphaned, stuck and superfluous ended pods."""

    name = "podgc"
    account = "pod-garbage-collector"
    component = "pod-garbage-collector"
    reads: tuple[str, ...] = ("pods", "nodes")
    starts: tuple[Key, ...] = (_ALL,)
    wakes: tuple[Wake, ...] = ()

    def __init__(self, terminated_pods_max: int) -> None:
        self._ended_max = terminated_pods_max
        self._missing_since_ms: dict[str, int] = {}

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        pods = view.glance("pods")
        writes: list[Write] = [*self._surplus(view), *_never_scheduled(pods, now_ms)]
        writes += _out_of_service(pods, view, now_ms)
        missing = self._missing_nodes(pods, view, now_ms)
        gets = tuple(Get(resource="nodes", namespace="", name=name) for name in missing)

        def then(outcomes: Outcomes) -> Plan:
            gone = {o.write.name for o in outcomes if isinstance(o.write, Get) and o.code == 404}
            return Plan(writes=tuple(_of_gone_nodes(pods, gone, now_ms)))

        return Plan(
            writes=(*writes, *gets),
            then=then if gets else None,
            requeue_after_ms=PERIOD_MS,
        )

    def _surplus(self, view: View) -> list[Write]:
        """Ended pods beyond the number that may stay; the oldest go."""
        if self._ended_max <= 0:
            return []
        ended = view.glance("pods", "ended", "ended")
        if len(ended) <= self._ended_max:
            return []
        ordered = sorted(ended, key=creation_order)
        return [_delete(pod) for pod in ordered[: len(ended) - self._ended_max]]

    def _missing_nodes(self, pods: Sequence[Object], view: View, now_ms: int) -> list[str]:
        """Nodes that have pods and have been gone for long enough."""
        named = dict.fromkeys(pod["spec"].get("nodeName") or "" for pod in pods)
        absent = [n for n in named if n and view.get("nodes", "", n) is None]
        before = self._missing_since_ms
        self._missing_since_ms = {name: before.get(name, now_ms) for name in absent}
        return [n for n, at in self._missing_since_ms.items() if now_ms - at >= QUARANTINE_MS]


def _never_scheduled(pods: Sequence[Object], now_ms: int) -> list[Write]:
    writes: list[Write] = []
    for pod in pods:
        if is_deleting(pod) and not pod["spec"].get("nodeName"):
            writes += _fail_and_delete(pod, now_ms)
    return writes


def _out_of_service(pods: Sequence[Object], view: View, now_ms: int) -> list[Write]:
    """Terminating pods of nodes that are down and that somebody declared out of service."""
    writes: list[Write] = []
    for pod in pods:
        if not is_deleting(pod):
            continue
        node = view.get("nodes", "", pod["spec"].get("nodeName") or "")
        if node is None:
            continue
        ready = condition(node, "Ready")
        marked = any(t.get("key") == _OUT_OF_SERVICE for t in taints_of(node))
        if marked and ready is not None and ready.get("status") != "True":
            writes += _fail_and_delete(pod, now_ms)
    return writes


def _of_gone_nodes(pods: Sequence[Object], gone: set[str], now_ms: int) -> list[Write]:
    text = "PodGC: node no longer exists"
    writes: list[Write] = []
    for pod in pods:
        if (pod["spec"].get("nodeName") or "") in gone:
            writes += _fail_and_delete(pod, now_ms, text)
    return writes


def _fail_and_delete(pod: Object, now_ms: int, why: str = "") -> list[Write]:
    status: Object = {}
    if not is_terminal(pod):
        status["phase"] = "Failed"
    if generation_of(pod):
        status["observedGeneration"] = generation_of(pod)
    if why:
        mark = disruption(pod, "DeletionByPodGC", why, now_ms, **status)
    else:
        mark = status_patch(pod, status)
    return [mark, _delete(pod)]


def _delete(pod: Object) -> Delete:
    return Delete(
        resource="pods",
        namespace=namespace_of(pod),
        name=name_of(pod),
        uid=uid_of(pod),
        grace_seconds=0,
        tolerate=(404, 409),
    )
