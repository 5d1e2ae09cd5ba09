"""Pods leave nodes whose NoExecute taints they do not tolerate, or not that long.

The clock of `tolerationSeconds` begins when the taint was put on, where the taint says so;
otherwise when this controller first saw it.

Source: k8s.io/kubernetes pkg/controller/tainteviction/taint_eviction.go, 1.36; upstream begins
the clock anew at a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from tuik8s.api.meta import is_deleting, name_of, namespace_of, uid_of
from tuik8s.api.times import parse_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Delete,
    Event,
    Outcomes,
    Plan,
    View,
    Wake,
)
from tuik8s.components.controllers.parts.node_match import taints_of, tolerates
from tuik8s.components.controllers.parts.pod_conditions import disruption

_MESSAGE = "Taint manager: deleting due to NoExecute taint"


def _no_execute(node: Object | None) -> list[Object]:
    return [t for t in taints_of(node or {}) if t.get("effect") == "NoExecute"]


def _pods_of_node(change: Change, view: View) -> list[Key]:
    if _no_execute(change.old) == _no_execute(change.new):
        return []
    pods = view.by_index("pods", "node", name_of(change.last))
    return [Key("pods", namespace_of(pod), name_of(pod)) for pod in pods]


def _bound_pod(change: Change, view: View) -> tuple[Key, ...]:
    """A pod that came to a node, changed its tolerations there, or went."""
    if change.keeps(_face):
        return ()
    pod = change.last
    node = (pod.get("spec") or {}).get("nodeName")
    if not node or not _no_execute(view.get("nodes", "", node)):
        return ()
    return (Key("pods", namespace_of(pod), name_of(pod)),)


def _face(pod: Object) -> object:
    spec = pod.get("spec") or {}
    return (spec.get("nodeName"), spec.get("tolerations"), is_deleting(pod))


class TaintEvictionReconciler:
    """Delete pods that do not tolerate their node's NoExecute taints."""

    name = "taint-eviction"
    account = "node-controller"
    component = "taint-eviction-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake("nodes", _pods_of_node), Wake("pods", _bound_pod))

    def __init__(self) -> None:
        self._leaving: dict[Key, tuple[str, int]] = {}
        """Pods that may have to go: their uid, and since when."""

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        pod = view.get("pods", key.namespace, key.name)
        uid, since_ms = self._leaving.pop(key, ("", now_ms))
        if pod is None or is_deleting(pod):
            return NOTHING
        if uid != uid_of(pod):
            uid, since_ms = "", now_ms
        taints = _no_execute(view.get("nodes", "", pod["spec"].get("nodeName") or ""))
        at_ms = leaves_at_ms(taints, pod["spec"].get("tolerations") or (), since_ms)
        if at_ms is None:
            return _cancel(pod) if uid else NOTHING
        if at_ms > now_ms:
            self._leaving[key] = (uid_of(pod), since_ms)
            return Plan(requeue_after_ms=at_ms - now_ms)
        return _evict(pod, now_ms)


def leaves_at_ms(
    taints: Sequence[Object], tolerations: Sequence[Object], since_ms: int
) -> int | None:
    """When a pod must leave: a past time for at once, None for never."""
    earliest: int | None = None
    for taint in taints:
        fitting = [t for t in tolerations if tolerates(t, taint)]
        if not fitting:
            return since_ms
        seconds = [
            cast("int", t["tolerationSeconds"])
            for t in fitting
            if t.get("tolerationSeconds") is not None
        ]
        if not seconds:
            continue
        added = taint.get("timeAdded")
        start_ms = parse_time(added) if added else since_ms
        at_ms = start_ms + max(0, min(seconds)) * 1000
        earliest = at_ms if earliest is None else min(earliest, at_ms)
    return earliest


def _cancel(pod: Object) -> Plan:
    text = f"Cancelling deletion of Pod {namespace_of(pod)}/{name_of(pod)}"
    return Plan(events=(Event(pod, "Normal", "TaintManagerEviction", text),))


def _evict(pod: Object, now_ms: int) -> Plan:
    namespace, name = namespace_of(pod), name_of(pod)
    text = f"Marking for deletion Pod {namespace}/{name}"
    event = Event(pod, "Normal", "TaintManagerEviction", text)
    mark = disruption(pod, "DeletionByTaintManager", _MESSAGE, now_ms)
    delete = Delete(
        resource="pods", namespace=namespace, name=name, uid=uid_of(pod), tolerate=(404, 409)
    )

    def then(outcomes: Outcomes) -> Plan:
        return Plan(writes=(delete,)) if outcomes[0].settled else NOTHING

    return Plan(writes=(mark,), events=(event,), then=then)
