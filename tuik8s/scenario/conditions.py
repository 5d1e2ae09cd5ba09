"""What is said of an object in one word: the short forms of assertions. Pure.

available   all replicas of the newest spec are available, as `kubectl rollout status` says
ready       its Ready condition is True; a workload has all replicas ready
complete, failed                     of Jobs; failed also of pods
scheduled, pending, running, succeeded      of pods
bound       of claims and volumes
exists, gone
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.types import Object

ROLLED_OUT = ("Deployment", "StatefulSet")
"""Those whose status tells how many replicas are of the newest spec; no count is none."""


def condition_of(obj: Object, kind: str) -> str:
    """The status of a condition: True, False, Unknown, or "" when it is not there."""
    for condition in (obj.get("status") or {}).get("conditions") or ():
        if condition["type"] == kind:
            return str(condition["status"])
    return ""


def is_ready(obj: Object) -> bool:
    if "replicas" in (obj.get("spec") or {}) or "numberReady" in (obj.get("status") or {}):
        return _has_all(obj, "readyReplicas", "numberReady")
    return condition_of(obj, "Ready") == "True"


def is_terminating(obj: Object) -> bool:
    return "deletionTimestamp" in (obj.get("metadata") or {})


def is_available(obj: Object) -> bool:
    status, wanted = obj.get("status") or {}, (obj.get("spec") or {}).get("replicas", 1)
    if "desiredNumberScheduled" in status:
        wanted = status["desiredNumberScheduled"]
        updated = total = status.get("updatedNumberScheduled", 0)
    else:
        total = status.get("replicas", 0)
        updated = status.get("updatedReplicas", 0) if obj.get("kind") in ROLLED_OUT else total
    return (
        _is_seen(obj)
        and updated >= wanted
        and bool(total == wanted)
        and _has_all(obj, "availableReplicas", "numberAvailable")
    )


def _is_seen(obj: Object) -> bool:
    """Whether the status is of the newest spec."""
    seen = (obj.get("status") or {}).get("observedGeneration", 0)
    return bool(seen >= obj["metadata"].get("generation", 0))


def _has_all(obj: Object, replicas: str, number: str) -> bool:
    """Whether a count in the status is as many as wanted; number: its name in DaemonSets."""
    status = obj.get("status") or {}
    if "desiredNumberScheduled" in status:
        return bool(status.get(number, 0) >= status["desiredNumberScheduled"])
    return bool(status.get(replicas, 0) >= (obj.get("spec") or {}).get("replicas", 1))


def _in_phase(*phases: str) -> Callable[[Object], bool]:
    return lambda obj: (obj.get("status") or {}).get("phase") in phases


def _is_failed(obj: Object) -> bool:
    return _in_phase("Failed")(obj) or condition_of(obj, "Failed") == "True"


CONDITIONS: dict[str, Callable[[Object], bool]] = {
    "available": is_available,
    "ready": is_ready,
    "exists": bool,
    "gone": lambda obj: not obj,
    "complete": lambda obj: condition_of(obj, "Complete") == "True",
    "failed": _is_failed,
    "scheduled": lambda obj: bool((obj.get("spec") or {}).get("nodeName")),
    "pending": _in_phase("Pending"),
    "running": _in_phase("Running"),
    "succeeded": _in_phase("Succeeded"),
    "bound": _in_phase("Bound"),
}
"""Each asked of an object, {} when it is absent (then all but gone are false)."""


def holds_of(condition: str, obj: Object | None) -> bool:
    if obj is None:
        return condition == "gone"
    return CONDITIONS[condition](obj)


def summary_of(obj: Object) -> str:
    """What matters of a status, in one line."""
    status = obj.get("status") or {}
    told = [f"{k}={v}" for k, v in status.items() if not isinstance(v, list | dict)]
    for condition in status.get("conditions") or ():
        is_bad = condition["status"] != "True" and condition.get("message")
        message = f" ({condition['message']})" if is_bad else ""
        told.append(f"{condition['type']}={condition['status']}{message}")
    return ", ".join(told) or "no status"
