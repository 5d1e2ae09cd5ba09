"""Changes of the cluster as the queue and the plugins see them.

Source: pkg/scheduler/framework/events.go (1.36).
"""

from __future__ import annotations

from typing import Final, NamedTuple

from tuik8s.api.types import Object
from tuik8s.components.scheduler.pods import PodInfo

ADD: Final = "add"
UPDATE: Final = "update"
DELETE: Final = "delete"

NODE: Final = "nodes"
ASSIGNED_POD: Final = "assigned pods"
WAITING_POD: Final = "pods"  # the refused pod itself


class ClusterEvent(NamedTuple):
    """resource: `nodes`, `assigned pods`, `pods` or a resource id. Pods come parsed as well."""

    resource: str
    action: str
    old: Object | None = None
    new: Object | None = None
    old_pod: PodInfo | None = None
    new_pod: PodInfo | None = None

    @property
    def pod(self) -> PodInfo:
        """The pod the event is about, in its newest form."""
        pod = self.new_pod or self.old_pod
        assert pod is not None
        return pod

    def is_node_gain(self, *fields: str) -> bool:
        """A new node, or one of these fields of a node changed (`labels`, `taints`, ...)."""
        if self.resource != NODE or self.action == DELETE:
            return False
        if self.action == ADD:
            return True
        assert self.old is not None
        assert self.new is not None
        return any(
            _NODE_FIELDS[field](self.old) != _NODE_FIELDS[field](self.new) for field in fields
        )


def _labels(node: Object) -> object:
    return node["metadata"].get("labels") or {}


def _taints(node: Object) -> object:
    return (node.get("spec") or {}).get("taints") or []


def _cordoned(node: Object) -> object:
    return bool((node.get("spec") or {}).get("unschedulable"))


def _allocatable(node: Object) -> object:
    return (node.get("status") or {}).get("allocatable") or {}


_NODE_FIELDS: Final = {
    "labels": _labels,
    "taints": _taints,
    "unschedulable": _cordoned,
    "allocatable": _allocatable,
}
