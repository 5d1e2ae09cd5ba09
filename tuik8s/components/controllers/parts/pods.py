"""What controllers ask of a pod: is it active, ready, available; which of many goes first.

Source: k8s.io/kubernetes pkg/api/v1/pod/util.go and pkg/controller/controller_utils.go
(`ActivePodsWithRanks`, `FilterActivePods`, `IsPodTerminating`), 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tuik8s.api.meta import (
    annotations_of,
    condition,
    is_condition_true,
    is_deleting,
    is_terminal,
    namespace_of,
    uid_of,
)
from tuik8s.api.numbers import parse_int
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
_PHASE_RANK = {"Pending": 0, "Unknown": 1, "Running": 2}


def phase(pod: Object) -> str:
    return (pod.get("status") or {}).get("phase") or ""


def is_active(pod: Object) -> bool:
    """Neither finished nor on its way out."""
    return not is_terminal(pod) and not is_deleting(pod)


def is_terminating(pod: Object) -> bool:
    """On its way out and not finished."""
    return is_deleting(pod) and not is_terminal(pod)


def is_ready(pod: Object) -> bool:
    return is_condition_true(pod, "Ready")


def ready_since_ms(pod: Object) -> int | None:
    """When the pod became ready; None when it is not, 0 when nobody knows."""
    found = condition(pod, "Ready")
    if found is None or found.get("status") != "True":
        return None
    since = found.get("lastTransitionTime")
    return parse_time(since) if since else 0


def available_at_ms(pod: Object, min_ready_seconds: int) -> int | None:
    """When the pod counts as available: 0 for at once, None while it is not ready."""
    if min_ready_seconds == 0:
        return 0 if is_ready(pod) else None
    since = ready_since_ms(pod)
    if not since:
        return None
    return since + min_ready_seconds * 1000


def is_available(pod: Object, min_ready_seconds: int, now_ms: int) -> bool:
    at_ms = available_at_ms(pod, min_ready_seconds)
    return at_ms is not None and at_ms <= now_ms


def next_available_ms(pods: Iterable[Object], min_ready_seconds: int, now_ms: int) -> int | None:
    """Time until the next of these pods becomes available; None when none is on its way."""
    times = [available_at_ms(pod, min_ready_seconds) for pod in pods]
    return min((at - now_ms for at in times if at is not None and at > now_ms), default=None)


def is_scheduled(pod: Object) -> bool:
    return bool((pod.get("spec") or {}).get("nodeName"))


def claims_of(pod: Object) -> list[tuple[str, str]]:
    """Namespace and name of the volume claims that a pod mounts."""
    sources = (v.get("persistentVolumeClaim") for v in (pod.get("spec") or {}).get("volumes") or ())
    return [(namespace_of(pod), source.get("claimName") or "") for source in sources if source]


def restarts(pod: Object) -> int:
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    return max((s.get("restartCount") or 0 for s in statuses), default=0)


def deletion_cost(pod: Object) -> int:
    """The cost its owner gave it; what is no number of 32 bits counts as 0."""
    return parse_int(annotations_of(pod).get(DELETION_COST, "0"), 32) or 0


def rank_for_deletion(
    pods: Iterable[Object], related_per_node: Mapping[str, int], now_ms: int
) -> list[Object]:
    """Pods in the order in which a controller that has too many deletes them.

    related_per_node: active pods of the same owner's owner on each node; crowded nodes go first.
    """
    return sorted(pods, key=lambda pod: _deletion_key(pod, related_per_node, now_ms))


def _deletion_key(pod: Object, related: Mapping[str, int], now_ms: int) -> tuple[Any, ...]:
    node = (pod.get("spec") or {}).get("nodeName") or ""
    since = ready_since_ms(pod)
    created = parse_time(pod["metadata"]["creationTimestamp"])
    return (
        bool(node),
        _PHASE_RANK.get(phase(pod), 0),
        since is not None,
        deletion_cost(pod),
        -related.get(node, 0) if node else 0,
        _age_rank(since, now_ms) if since is not None else 0,
        -restarts(pod),
        _age_rank(created, now_ms),
        uid_of(pod),
    )


def _age_rank(since_ms: int, now_ms: int) -> int:
    """Ages in powers of two: pods of about the same age are picked at random (by uid)."""
    age_ms = now_ms - since_ms
    return (age_ms * 1_000_000).bit_length() - 1 if age_ms > 0 else -1
