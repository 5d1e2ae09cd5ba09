"""How each kind looks, by resource id; every other one is `generic`."""

from __future__ import annotations

from tuik8s.ui.rows import event, fault, generic, node, pod, workload
from tuik8s.ui.rows.base import Look

_WORKLOAD = Look(workload.health, workload.style)
_EVENT = Look(event.health, event.style)
_GENERIC = Look(generic.health, generic.style)

LOOKS: dict[str, Look] = {
    "pods": Look(pod.health, pod.style),
    "nodes": Look(node.health, node.style),
    "deployments.apps": _WORKLOAD,
    "replicasets.apps": _WORKLOAD,
    "statefulsets.apps": _WORKLOAD,
    "daemonsets.apps": _WORKLOAD,
    "replicationcontrollers": _WORKLOAD,
    "events": _EVENT,
    "faults.chaos.tuik8s.dev": Look(fault.health, fault.style),
}


def look_of(resource: str) -> Look:
    return LOOKS.get(resource, _GENERIC)
