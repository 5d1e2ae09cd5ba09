"""How long kubelets may cache Secrets and ConfigMaps: an annotation that grows with the cluster.

Source: k8s.io/kubernetes pkg/controller/ttl/ttl_controller.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import annotations_of, is_deleting, name_of
from tuik8s.api.types import Key
from tuik8s.components.controllers.base import NOTHING, Change, Patch, Plan, View, Wake
from tuik8s.components.controllers.parts.workloads import annotated_number

TTL = "node.alpha.kubernetes.io/ttl"
_STEPS = ((0, 100, 0), (90, 500, 15), (450, 1000, 30), (900, 2000, 60), (1800, 10000, 300))
_LAST = (9000, 300)


def _unmarked(change: Change, view: View) -> tuple[Key, ...]:
    node = change.new
    if node is None or (change.old is not None and TTL in annotations_of(node)):
        return ()
    return (Key("nodes", "", name_of(node)),)


class TtlReconciler:
    """Annotate nodes with the time for which their kubelets may trust what they cached."""

    name = "ttl"
    account = "ttl-controller"
    component = "ttl-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake("nodes", _unmarked),)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        node = view.get("nodes", "", key.name)
        if node is None or is_deleting(node):
            return NOTHING
        wanted = str(ttl_seconds(len(view.list_("nodes")), annotated_number(node, TTL)))
        if annotations_of(node).get(TTL) == wanted:
            return NOTHING
        patch = {"metadata": {"annotations": {TTL: wanted}}}
        return Plan(
            writes=(
                Patch(resource="nodes", namespace="", name=key.name, patch=patch, tolerate=(404,)),
            )
        )


def ttl_seconds(nodes: int, present: int | None) -> int:
    """The step for so many nodes; where steps overlap the present one is kept."""
    fitting = [ttl for low, high, ttl in _STEPS if low <= nodes <= high]
    if nodes >= _LAST[0]:
        fitting.append(_LAST[1])
    return present if present in fitting and present is not None else fitting[0]
