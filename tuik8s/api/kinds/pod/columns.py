"""What kubectl shows of a pod: readiness, the one word of its state, restarts.

Source: k8s.io/kubernetes pkg/printers/internalversion/printers.go (1.36), printPod.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from tuik8s.api.kinds.base import Column
from tuik8s.api.kinds.printing import AGE, NAME, NONE, age_of, field, text
from tuik8s.api.meta import condition, is_condition_true
from tuik8s.api.types import Object


@dataclass(slots=True)
class _View:
    """A pod's state, gathered container by container."""

    reason: str
    restarts: int = 0
    sidecar_restarts: int = 0
    last_restart: str = ""
    last_sidecar_restart: str = ""
    ready: int = 0
    total: int = 0


def view(pod: Object) -> _View:
    """Everything that the columns Ready, Status and Restarts need."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    shown = _View(status.get("reason") or status.get("phase") or "")
    shown.total = len(spec.get("containers") or ())
    scheduled = condition(pod, "PodScheduled")
    if scheduled is not None and scheduled.get("reason") == "SchedulingGated":
        shown.reason = "SchedulingGated"
    sidecars = {
        container.get("name")
        for container in spec.get("initContainers") or ()
        if container.get("restartPolicy") == "Always"
    }
    shown.total += len(sidecars)
    is_initializing = _look_at_init_containers(shown, spec, status, sidecars)
    if not is_initializing or is_condition_true(pod, "Initialized"):
        _look_at_containers(shown, pod, status)
    if (pod.get("metadata") or {}).get("deletionTimestamp"):
        if status.get("reason") == "NodeLost":
            shown.reason = "Unknown"
        elif status.get("phase") not in ("Succeeded", "Failed"):
            shown.reason = "Terminating"
    return shown


def _restarts(shown: _View, status: Object, is_sidecar: bool) -> None:
    count = status.get("restartCount", 0)
    ended = ((status.get("lastState") or {}).get("terminated") or {}).get("finishedAt") or ""
    shown.restarts += count
    shown.last_restart = max(shown.last_restart, ended)
    if is_sidecar:
        shown.sidecar_restarts += count
        shown.last_sidecar_restart = max(shown.last_sidecar_restart, ended)


def _look_at_init_containers(
    shown: _View, spec: Object, status: Object, sidecars: set[Any]
) -> bool:
    """Whether the pod is still initializing; then the reason says how far it is."""
    for i, each in enumerate(status.get("initContainerStatuses") or ()):
        state, is_sidecar = each.get("state") or {}, each.get("name") in sidecars
        _restarts(shown, each, is_sidecar)
        ended, waiting = state.get("terminated"), state.get("waiting")
        if ended is not None and ended.get("exitCode", 0) == 0:
            continue
        if is_sidecar and each.get("started"):
            shown.ready += bool(each.get("ready"))
            continue
        if ended is not None:
            shown.reason = f"Init:{_ending(ended)}"
        elif waiting and waiting.get("reason") not in (None, "", "PodInitializing"):
            shown.reason = f"Init:{waiting['reason']}"
        else:
            shown.reason = f"Init:{i}/{len(spec.get('initContainers') or ())}"
        return True
    return False


def _ending(terminated: Object) -> str:
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated.get('exitCode', 0)}"


def _look_at_containers(shown: _View, pod: Object, status: Object) -> None:
    shown.restarts, shown.last_restart = shown.sidecar_restarts, shown.last_sidecar_restart
    has_running = False
    for each in reversed(status.get("containerStatuses") or []):
        _restarts(shown, each, False)
        state = each.get("state") or {}
        waiting, ended = state.get("waiting") or {}, state.get("terminated")
        if waiting.get("reason"):
            shown.reason = waiting["reason"]
        elif ended is not None:
            shown.reason = _ending(ended)
        elif each.get("ready") and state.get("running") is not None:
            has_running = True
            shown.ready += 1
    if shown.reason == "Completed" and has_running:
        shown.reason = "Running" if is_condition_true(pod, "Ready") else "NotReady"


def _view_of(pod: Object) -> _View:
    """The view of the row that is being made: its three columns are asked one after the other."""
    global _last
    if _last[0] is not pod:
        _last = (pod, view(pod))
    return _last[1]


_last: tuple[Object, _View] = ({}, _View(""))


def _ready(pod: Object, now_ms: int) -> Any:
    shown = _view_of(pod)
    return f"{shown.ready}/{shown.total}"


def _status(pod: Object, now_ms: int) -> Any:
    return _view_of(pod).reason


def _restart_text(pod: Object, now_ms: int) -> Any:
    shown = _view_of(pod)
    if shown.restarts and shown.last_restart:
        return f"{shown.restarts} ({age_of(shown.last_restart, now_ms)} ago)"
    return str(shown.restarts)


def _ip(pod: Object, now_ms: int) -> Any:
    addresses = (pod.get("status") or {}).get("podIPs") or ()
    return addresses[0].get("ip", "") if addresses else NONE


def _gates(pod: Object, now_ms: int) -> Any:
    gates = (pod.get("spec") or {}).get("readinessGates") or ()
    if not gates:
        return NONE
    true = sum(1 for gate in gates if is_condition_true(pod, gate.get("conditionType", "")))
    return f"{true}/{len(gates)}"


COLUMNS: Final[tuple[Column, ...]] = (
    NAME,
    text("Ready", _ready, "The aggregate readiness state of this pod for accepting traffic."),
    text("Status", _status, "The aggregate status of the containers in this pod."),
    text(
        "Restarts",
        _restart_text,
        "The number of times the containers in this pod have been restarted and when the last "
        "container in this pod has restarted.",
    ),
    AGE,
    text("IP", _ip, "@status.podIP", 1),
    text("Node", field("spec.nodeName", NONE), "@spec.nodeName", 1),
    text("Nominated Node", field("status.nominatedNodeName", NONE), "@status.nominatedNodeName", 1),
    text("Readiness Gates", _gates, "@spec.readinessGates", 1),
)
