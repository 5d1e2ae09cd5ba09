"""Keeping a number of pods: what ReplicaSet and ReplicationController have in common.

One look: claim pods, create or delete the difference (at most a burst), write the status as
computed from the pods seen at the start. Read-your-writes of the loop takes the place of
upstream's expectations: the next look happens only when the cache holds what this one wrote.

With thousands of pods a look costs milliseconds, and every pod wakes its owner several times; so
looks that have nothing to create or delete are paced by the number of pods.

Source: k8s.io/kubernetes pkg/controller/replicaset/{replica_set,replica_set_utils}.go, 1.36.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tuik8s.api.meta import (
    controller_of,
    generation_of,
    is_deleting,
    labels_of,
    uid_of,
)
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Outcomes,
    Patch,
    Plan,
    View,
    Write,
)
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.ownership import Selects, claim_from
from tuik8s.components.controllers.parts.pod_control import create_pod, delete_pod
from tuik8s.components.controllers.parts.templates import pod_from_template
from tuik8s.components.controllers.parts.workloads import (
    drop_condition,
    find_condition,
    min_ready_seconds_of,
    replicas_of,
    status_of,
    status_update,
    without_zeros,
)

_PODS_PER_PACE_MS = 10
_PACE_MS_MAX = 500


@dataclass(frozen=True, slots=True)
class Style:
    """How the two kinds differ."""

    resource: str
    selects: Selects
    counts_terminating: bool
    burst: int


@dataclass(frozen=True, slots=True)
class _Sight:
    """What one look saw."""

    owner: Object
    active: Sequence[Object]
    terminating: int
    now_ms: int


def reconcile_replicas(key: Key, view: View, now_ms: int, style: Style) -> Plan:
    """Plan for one owner of replicas."""
    owner = view.get(key.resource, key.namespace, key.name)
    if owner is None:
        return NOTHING
    claimed = claim_from(view, owner, style.selects(owner), "pods", at_a_glance=True)
    active = [pod for pod in claimed.owned if podinfo.is_active(pod)]
    terminating = sum(1 for pod in claimed.owned if podinfo.is_terminating(pod))
    adopting = tuple(w for w in claimed.writes if _touches_active(w, view))
    sight = _Sight(owner, active, terminating, now_ms)
    missing = replicas_of(owner) - len(active)
    if is_deleting(owner) or missing == 0:
        return _with_status(sight, style, adopting, failure=None)
    changes = (
        _create(sight, missing, style) if missing > 0 else _delete(sight, -missing, view, style)
    )

    def finish(outcomes: Outcomes) -> Plan:
        bad = next((o for o in outcomes if not o.settled), None)
        failure = None if bad is None else (_reason(missing), bad.message)
        plan = _with_status(sight, style, (), failure)
        return plan if failure or abs(missing) <= style.burst else replace(plan, pace_ms=0)

    return Plan(writes=(*adopting, *changes), then=finish, slow_start=missing > 0)


def _touches_active(write: Patch, view: View) -> bool:
    """Pods that are finished or going are neither adopted nor released."""
    pod = view.get("pods", write.namespace, write.name)
    return pod is not None and podinfo.is_active(pod)


def _reason(missing: int) -> str:
    return "FailedCreate" if missing > 0 else "FailedDelete"


def _create(sight: _Sight, missing: int, style: Style) -> tuple[Write, ...]:
    owner = sight.owner
    pod = pod_from_template(owner["spec"].get("template") or {}, owner)
    return (create_pod(owner, pod),) * min(missing, style.burst)


def _delete(sight: _Sight, surplus: int, view: View, style: Style) -> tuple[Write, ...]:
    ranked = podinfo.rank_for_deletion(
        sight.active, _related_per_node(sight.owner, view), sight.now_ms
    )
    return tuple(delete_pod(sight.owner, pod) for pod in ranked[: min(surplus, style.burst)])


def _related_per_node(owner: Object, view: View) -> Counter[str]:
    """Active pods per node of all replica sets under the same Deployment as this one."""
    above = controller_of(owner)
    owners = [owner]
    if above is not None:
        owners = list(view.by_index("replicasets.apps", "owner", above["uid"]))
    counted: Counter[str] = Counter()
    for sibling in owners:
        for pod in view.glance("pods", "owner", uid_of(sibling)):
            if podinfo.is_active(pod):
                counted[pod["spec"].get("nodeName") or ""] += 1
    return counted


def _with_status(
    sight: _Sight, style: Style, writes: tuple[Write, ...], failure: tuple[str, str] | None
) -> Plan:
    owner = sight.owner
    status, next_ms = compute_status(sight, style, failure)
    if status != status_of(owner):
        writes = (*writes, status_update(style.resource, owner, status))
    pace_ms = min(len(sight.active) // _PODS_PER_PACE_MS, _PACE_MS_MAX)
    after_ms = None if next_ms is None else max(1, next_ms - sight.now_ms)
    return Plan(writes=writes, requeue_after_ms=after_ms, pace_ms=pace_ms)


def compute_status(
    sight: _Sight, style: Style, failure: tuple[str, str] | None
) -> tuple[Object, int | None]:
    """The status that follows from the pods, and when the next pod becomes available."""
    owner, now_ms = sight.owner, sight.now_ms
    min_ready = min_ready_seconds_of(owner)
    wanted = labels_of(owner["spec"].get("template") or {}).items()
    labeled = ready = available = 0
    next_ms: int | None = None
    for pod in sight.active:
        labeled += wanted <= labels_of(pod).items()
        if not podinfo.is_ready(pod):
            continue
        ready += 1
        at_ms = podinfo.available_at_ms(pod, min_ready)
        if at_ms is not None and at_ms <= now_ms:
            available += 1
        elif at_ms is not None and (next_ms is None or at_ms < next_ms):
            next_ms = at_ms
    status: Object = {
        "replicas": len(sight.active),
        "fullyLabeledReplicas": labeled,
        "readyReplicas": ready,
        "availableReplicas": available,
    }
    if style.counts_terminating:
        status["terminatingReplicas"] = sight.terminating
    status["observedGeneration"] = generation_of(owner)
    status["conditions"] = _conditions(status_of(owner), failure, now_ms)
    return without_zeros(status, keep=("replicas", "terminatingReplicas")), next_ms


def _conditions(status: Object, failure: tuple[str, str] | None, now_ms: int) -> list[Object]:
    present: list[Object] = status.get("conditions") or []
    if failure is None:
        return drop_condition(present, "ReplicaFailure")
    if find_condition(status, "ReplicaFailure") is not None:
        return present
    reason, message = failure
    made = {
        "type": "ReplicaFailure",
        "status": "True",
        "lastTransitionTime": format_time(now_ms),
        "reason": reason,
        "message": message,
    }
    return [*present, made]
