"""The status that a kubelet writes for a pod: phase, conditions, addresses, containers.

Source: k8s.io/kubernetes pkg/kubelet/status/generate.go and kubelet_pods.go (1.36).
"""

from __future__ import annotations

from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.kubelet.pod_life import PodLife


def pod_status(life: PodLife, host_ip: str, now_ms: int) -> Object:
    """The `status` of the pod now. Remembers in the life when each condition last turned."""
    phase = life.phase()
    generation = life.pod["metadata"].get("generation", 1)
    inits = [c.status() for c in life.containers if c.kind in ("init", "sidecar")]
    mains = [c.status() for c in life.containers if c.kind == "main"]
    late = [c.status() for c in life.containers if c.kind == "ephemeral"]
    out: Object = {
        "observedGeneration": generation,
        "phase": phase,
        "conditions": _conditions(life, phase, generation, now_ms),
        "hostIP": host_ip,
        "hostIPs": [{"ip": host_ip}],
        "startTime": format_time(life.started_at_ms),
        "containerStatuses": mains,
    }
    if life.ip:
        out["podIP"] = life.ip
        out["podIPs"] = [{"ip": life.ip}]
    if inits:
        out["initContainerStatuses"] = inits
    if late:
        out["ephemeralContainerStatuses"] = late
    if life.reason:
        out["reason"], out["message"] = life.reason, life.message
    return out


def _conditions(life: PodLife, phase: str, generation: int, now_ms: int) -> list[Object]:
    """Upstream's order; a condition keeps the time at which it last turned."""
    conditions = []
    for kind, (status, reason, message) in _wanted(life, phase).items():
        known = life.transitions.get(kind)
        if known is None or known[0] != status:
            known = life.transitions[kind] = (status, now_ms)
        condition: Object = {
            "type": kind,
            "observedGeneration": generation,
            "status": status,
            "lastProbeTime": None,
            "lastTransitionTime": format_time(known[1]),
        }
        if reason:
            condition["reason"] = reason
        if message:
            condition["message"] = message
        conditions.append(condition)
    return conditions


def _wanted(life: PodLife, phase: str) -> dict[str, tuple[str, str, str]]:
    """type -> (status, reason, message)."""
    inits = [c for c in life.containers if c.kind == "init" and not c.has_succeeded]
    unready = [c.name for c in life.containers if c.kind == "main" and not c.is_ready]
    unready += [c.name for c in life.containers if c.kind == "sidecar" and not c.is_ready]
    sandbox = "True" if life.ip and not (life.is_deleting and life.is_stopped) else "False"
    wanted = {"PodReadyToStartContainers": (sandbox, "", "")}
    if inits and phase == "Pending":
        names = " ".join(c.name for c in inits)
        message = f"containers with incomplete status: [{names}]"
        wanted["Initialized"] = ("False", "ContainersNotInitialized", message)
    else:
        reason = "PodCompleted" if phase == "Succeeded" else ""
        wanted["Initialized"] = ("True", reason, "")
    ready = _containers_ready(phase, unready)
    wanted["Ready"] = _pod_ready(life, ready)
    wanted["ContainersReady"] = ready
    wanted["PodScheduled"] = ("True", "", "")
    if life.failed and life.reason == "Evicted":
        wanted["DisruptionTarget"] = ("True", "TerminationByKubelet", life.message)
    return wanted


def _containers_ready(phase: str, unready: list[str]) -> tuple[str, str, str]:
    if phase == "Succeeded":
        return "False", "PodCompleted", ""
    if phase == "Failed":
        return "False", "PodFailed", ""
    if unready:
        message = f"containers with unready status: [{' '.join(unready)}]"
        return "False", "ContainersNotReady", message
    return "True", "", ""


def _pod_ready(life: PodLife, ready: tuple[str, str, str]) -> tuple[str, str, str]:
    """Ready needs the containers, and every readiness gate to be True."""
    if ready[0] != "True":
        return ready
    status = life.pod.get("status") or {}
    have = {c["type"]: c["status"] for c in status.get("conditions") or ()}
    for gate in life.pod["spec"].get("readinessGates") or ():
        kind = gate["conditionType"]
        if have.get(kind) != "True":
            what = "does not exist" if kind not in have else f'is not "True": {have[kind]}'
            message = f'corresponding condition of pod readiness gate "{kind}" {what}.'
            return "False", "ReadinessGatesNotReady", message
    return ready
