"""Status and conditions of a Deployment.

Source: k8s.io/kubernetes pkg/controller/deployment/progress.go, sync.go (`calculateStatus`) and
util/deployment_util.go, 1.36. A condition that changes is taken out and appended, so that the
order of the list tells the order of changes.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import generation_of, name_of
from tuik8s.api.times import format_time, parse_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.deployment.revisions import Sets
from tuik8s.components.controllers.deployment.sizes import available, total, unavailable_of
from tuik8s.components.controllers.parts.workloads import (
    count,
    drop_condition,
    find_condition,
    kept_transition,
    replicas_of,
    status_of,
    without_zeros,
)

_NO_DEADLINE = 2**31 - 1


def has_deadline(deployment: Object) -> bool:
    seconds = deployment["spec"].get("progressDeadlineSeconds")
    return seconds is not None and seconds != _NO_DEADLINE


def new_condition(kind: str, status: str, reason: str, message: str, now_ms: int) -> Object:
    now = format_time(now_ms)
    return {
        "type": kind,
        "status": status,
        "lastUpdateTime": now,
        "lastTransitionTime": now,
        "reason": reason,
        "message": message,
    }


def set_condition(status: Object, made: Object) -> None:
    """Append a condition unless it only repeats status and reason; a kept status keeps its time."""
    present = find_condition(status, made["type"])
    said = (made["status"], made["reason"])
    if present is not None and (present.get("status"), present.get("reason")) == said:
        return
    made = kept_transition(made, present)
    status["conditions"] = [*drop_condition(status.get("conditions") or [], made["type"]), made]


def compute_status(
    deployment: Object, sets: Sequence[Object], new: Object | None, now_ms: int
) -> Object:
    """The counts, and the Available condition."""
    available_count = available(sets)
    status: Object = {
        "observedGeneration": generation_of(deployment),
        "replicas": sum(count(rs, "replicas") for rs in sets),
        "updatedReplicas": count(new, "replicas") if new else 0,
        "readyReplicas": sum(count(rs, "readyReplicas") for rs in sets),
        "availableReplicas": available_count,
        "unavailableReplicas": max(0, total(sets) - available_count),
        "terminatingReplicas": sum(count(rs, "terminatingReplicas") for rs in sets),
        "conditions": list(status_of(deployment).get("conditions") or []),
        "collisionCount": status_of(deployment).get("collisionCount"),
    }
    if available_count >= replicas_of(deployment) - unavailable_of(deployment):
        reason, text = "MinimumReplicasAvailable", "Deployment has minimum availability."
        made = new_condition("Available", "True", reason, text, now_ms)
    else:
        reason = "MinimumReplicasUnavailable"
        text = "Deployment does not have minimum availability."
        made = new_condition("Available", "False", reason, text, now_ms)
    set_condition(status, made)
    return status


def stored(status: Object) -> Object:
    """The status as it is stored."""
    return without_zeros(status, keep=("terminatingReplicas",))


def is_complete(deployment: Object, status: Object) -> bool:
    wanted = replicas_of(deployment)
    return all(
        (
            (status.get("updatedReplicas") or 0) == wanted,
            (status.get("replicas") or 0) == wanted,
            (status.get("availableReplicas") or 0) == wanted,
            (status.get("observedGeneration") or 0) >= generation_of(deployment),
        )
    )


def rollout_status(deployment: Object, sets: Sets, now_ms: int) -> Object:
    """Status during a rollout, with Progressing and ReplicaFailure."""
    status = compute_status(deployment, sets.all, sets.new, now_ms)
    if has_deadline(deployment):
        _set_progressing(deployment, sets, status, now_ms)
    else:
        status["conditions"] = drop_condition(status["conditions"], "Progressing")
    failure = _replica_failure(sets)
    if failure is None:
        status["conditions"] = drop_condition(status["conditions"], "ReplicaFailure")
    else:
        set_condition(status, failure)
    return status


def _set_progressing(deployment: Object, sets: Sets, status: Object, now_ms: int) -> None:
    before = find_condition(status_of(deployment), "Progressing")
    settled = before is not None and before.get("reason") == "NewReplicaSetAvailable"
    if settled and (status["replicas"] or 0) == (status["updatedReplicas"] or 0):
        return
    subject = f'Deployment "{name_of(deployment)}"'
    if sets.new is not None:
        subject = f'ReplicaSet "{name_of(sets.new)}"'
    if is_complete(deployment, status):
        text = f"{subject} has successfully progressed."
        made = new_condition("Progressing", "True", "NewReplicaSetAvailable", text, now_ms)
        set_condition(status, made)
    elif _is_progressing(status_of(deployment), status):
        text = f"{subject} is progressing."
        made = new_condition("Progressing", "True", "ReplicaSetUpdated", text, now_ms)
        made = kept_transition(made, before)
        status["conditions"] = [*drop_condition(status["conditions"], "Progressing"), made]
    elif has_timed_out(deployment, status, now_ms):
        text = f"{subject} has timed out progressing."
        made = new_condition("Progressing", "False", "ProgressDeadlineExceeded", text, now_ms)
        set_condition(status, made)


def _is_progressing(old: Object, new: Object) -> bool:
    def number(status: Object, field: str) -> int:
        return int(status.get(field) or 0)

    def old_pods(status: Object) -> int:
        return number(status, "replicas") - number(status, "updatedReplicas")

    return (
        number(new, "updatedReplicas") > number(old, "updatedReplicas")
        or old_pods(new) < old_pods(old)
        or number(new, "readyReplicas") > number(old, "readyReplicas")
        or number(new, "availableReplicas") > number(old, "availableReplicas")
    )


def deadline_at_ms(deployment: Object, status: Object) -> int | None:
    """When the rollout counts as stuck; None when it cannot."""
    found = find_condition(status, "Progressing")
    if not has_deadline(deployment) or found is None:
        return None
    if found.get("reason") in ("NewReplicaSetAvailable", "ProgressDeadlineExceeded"):
        return None
    seconds: int = deployment["spec"]["progressDeadlineSeconds"]
    since = found.get("lastUpdateTime")
    return (parse_time(since) if since else 0) + seconds * 1000


def has_timed_out(deployment: Object, status: Object, now_ms: int) -> bool:
    found = find_condition(status, "Progressing")
    if found is not None and found.get("reason") == "ProgressDeadlineExceeded":
        return True
    at_ms = deadline_at_ms(deployment, status)
    return at_ms is not None and at_ms < now_ms


def _replica_failure(sets: Sets) -> Object | None:
    """The new ReplicaSet's failure, else any other's, as a condition of the Deployment."""
    ordered = ([sets.new] if sets.new is not None else []) + list(sets.old)
    for rs in ordered:
        found = find_condition(status_of(rs), "ReplicaFailure")
        if found is not None:
            at = found.get("lastTransitionTime")
            return {
                "type": "ReplicaFailure",
                "status": found.get("status", ""),
                "lastUpdateTime": at,
                "lastTransitionTime": at,
                "reason": found.get("reason", ""),
                "message": found.get("message", ""),
            }
    return None
