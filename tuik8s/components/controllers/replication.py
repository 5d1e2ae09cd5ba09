"""ReplicationControllers: the same as ReplicaSets, with a plain map as selector.

Source: k8s.io/kubernetes pkg/controller/replication/replication_controller.go, 1.36, which wraps
the ReplicaSet controller; see `parts.replicas`.
"""

from __future__ import annotations

from tuik8s.api.selectors import NOTHING, LabelSelector, selector_of_map
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Plan, View, Wake, itself
from tuik8s.components.controllers.parts.ownership import wake_owner
from tuik8s.components.controllers.parts.replicas import Style, reconcile_replicas

RESOURCE = "replicationcontrollers"


def _selector(owner: Object) -> LabelSelector:
    labels = (owner.get("spec") or {}).get("selector")
    return selector_of_map(labels) if labels else NOTHING


class ReplicationReconciler:
    """Keep `spec.replicas` active pods owned by each ReplicationController."""

    name = "replicationcontroller"
    account = "replication-controller"
    component = "replication-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        wake_owner("pods", "ReplicationController", RESOURCE, _selector),
    )

    def __init__(self, burst: int) -> None:
        self._style = Style(RESOURCE, _selector, counts_terminating=False, burst=burst)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        return reconcile_replicas(key, view, now_ms, self._style)
