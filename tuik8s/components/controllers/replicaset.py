"""ReplicaSets: keep `spec.replicas` active pods of each.

Source: k8s.io/kubernetes pkg/controller/replicaset/replica_set.go, 1.36; see `parts.replicas`.
"""

from __future__ import annotations

from tuik8s.api.types import Key
from tuik8s.components.controllers.base import Plan, View, Wake, itself
from tuik8s.components.controllers.parts.ownership import spec_selector, wake_owner
from tuik8s.components.controllers.parts.replicas import Style, reconcile_replicas

RESOURCE = "replicasets.apps"


class ReplicaSetReconciler:
    """Keep `spec.replicas` active pods owned by each ReplicaSet."""

    name = "replicaset"
    account = "replicaset-controller"
    component = "replicaset-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        wake_owner("pods", "ReplicaSet", RESOURCE, spec_selector),
    )

    def __init__(self, burst: int) -> None:
        self._style = Style(RESOURCE, spec_selector, counts_terminating=True, burst=burst)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        return reconcile_replicas(key, view, now_ms, self._style)
