"""The status of a DaemonSet: how many nodes want, have, and run its pod.

Source: k8s.io/kubernetes pkg/controller/daemon/daemon_controller.go
(`updateDaemonSetStatus`), 1.36.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tuik8s.api.meta import generation_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.daemonset import pods as one
from tuik8s.components.controllers.daemonset.rollout import Template
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.workloads import status_of, without_zeros

_SHOWN_AT_ZERO = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
)


def compute_status(
    daemonset: Object,
    wanted: Mapping[str, tuple[bool, bool]],
    by_node: Mapping[str, Sequence[Object]],
    template: Template,
) -> Object:
    """wanted: per node, should it have a pod and may one stay; by_node: its pods, oldest first."""
    counted = dict.fromkeys((*_SHOWN_AT_ZERO, "updatedNumberScheduled", "numberAvailable"), 0)
    for node, (should, may_stay) in wanted.items():
        pods = by_node.get(node, ())
        if should or (may_stay and pods):
            counted["desiredNumberScheduled"] += 1
            if pods:
                _count(counted, pods[0], template)
        elif pods:
            counted["numberMisscheduled"] += 1
    status: Object = {name: counted[name] for name in _SHOWN_AT_ZERO}
    status["observedGeneration"] = generation_of(daemonset)
    status["updatedNumberScheduled"] = counted["updatedNumberScheduled"]
    status["numberAvailable"] = counted["numberAvailable"]
    down = counted["desiredNumberScheduled"] - counted["numberAvailable"]
    status["numberUnavailable"] = max(0, down)
    for name in ("collisionCount", "conditions"):
        status[name] = status_of(daemonset).get(name)
    return without_zeros(status, keep=_SHOWN_AT_ZERO)


def _count(counted: dict[str, int], pod: Object, template: Template) -> None:
    """The oldest pod stands for its node."""
    counted["currentNumberScheduled"] += 1
    counted["numberReady"] += podinfo.is_ready(pod)
    counted["numberAvailable"] += template.available(pod)
    updated = one.is_updated(pod, template.hashed, template.generation)
    counted["updatedNumberScheduled"] += updated
