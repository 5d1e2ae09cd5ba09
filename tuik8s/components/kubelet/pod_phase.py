"""What follows from the states of a pod's containers: its phase, and whose turn it is to start.

Source: k8s.io/kubernetes pkg/kubelet/kubelet_pods.go (getPhase), kuberuntime_container.go
(computeInitContainerActions; 1.36).
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.types import Object
from tuik8s.components.kubelet.containers import Container

_INITIAL = "PodInitializing"


def containers_of(pod: Object) -> list[Container]:
    """The containers of a new pod: inits and sidecars, then mains, then ephemeral ones."""
    spec = pod["spec"]
    initial = _INITIAL if spec.get("initContainers") else "ContainerCreating"
    inits = [
        Container(c, "sidecar" if c.get("restartPolicy") == "Always" else "init", initial=initial)
        for c in spec.get("initContainers") or ()
    ]
    mains = [Container(c, "main", initial=initial) for c in spec["containers"]]
    return [
        *inits,
        *mains,
        *(Container(c, "ephemeral") for c in spec.get("ephemeralContainers") or ()),
    ]


def phase_of(containers: Sequence[Container], policy: str, *, is_deleting: bool) -> str:
    """Pending, Running, Succeeded or Failed."""
    mains = [c for c in containers if c.kind == "main"]
    inits = [c for c in containers if c.kind == "init"]
    if not all(c.has_succeeded for c in inits) and not any(c.is_running for c in mains):
        broken = any(c.is_terminated and c.exit_code for c in inits)
        return "Failed" if broken and policy == "Never" else "Pending"
    if any(not c.is_terminated and not c.is_running and c.last is None for c in mains):
        return "Pending"
    if not all(c.is_terminated for c in mains):
        return "Running"
    if not is_deleting and any(c.will_restart(policy) for c in mains):
        return "Running"
    return "Failed" if any(c.exit_code for c in mains) else "Succeeded"


def mains_done(containers: Sequence[Container], policy: str) -> bool:
    """Whether the main containers have ended for good."""
    mains = [c for c in containers if c.kind == "main"]
    return all(c.is_terminated and not c.stale and not c.will_restart(policy) for c in mains)


def startable(containers: Sequence[Container]) -> list[Container]:
    """Those whose turn it is: inits one after the other, sidecars stay, then all others."""
    turn: list[Container] = []
    for container in containers:
        if container.kind == "sidecar":
            turn.append(container)
            if not container.is_running:
                return turn
        elif container.kind == "init" and not container.has_succeeded:
            return [*turn, container]
    others = [c for c in containers if c.kind in ("main", "ephemeral")]
    return turn + [c for c in others if not c.is_terminated]
