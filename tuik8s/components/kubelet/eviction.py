"""Eviction under pressure: while the node is short of something, one pod ends every ten seconds.

First those that use more memory than they request, then by priority, then by how much more they
use; of disk and process ids nothing is measured here, so priority decides. Static and critical pods
are left alone. An evicted pod fails, and its controller makes another, elsewhere: the node has the
taint of the pressure.

Source: k8s.io/kubernetes pkg/kubelet/eviction/{eviction_manager,helpers}.go (1.36).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from tuik8s.api.quantity import BINARY_SI, of_value, value_of
from tuik8s.api.types import Object
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.node_pods import NodePods
from tuik8s.components.kubelet.pod_life import PodLife
from tuik8s.components.kubelet.runtimes.base import Runtime
from tuik8s.world.base import Timer, World
from tuik8s.world.rules import NodeRule

EVERY_MS: Final = 10_000
GRACE_MS: Final = 1_000
CRITICAL: Final = 2_000_000_000
"""System pods have at least this priority."""
SOURCE: Final = "kubernetes.io/config.source"
REASON: Final = "Evicted"
_RESOURCES: Final = {"memory": "memory", "disk": "ephemeral-storage", "pid": "pids"}


class Use(NamedTuple):
    """What a pod uses and what it asked for, in bytes, and how dear it is."""

    name: str
    used: int
    requested: int
    priority: int

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        """The lowest goes first."""
        return (self.used <= self.requested, self.priority, self.requested - self.used, self.name)


class Evictor:
    """Of one node."""

    def __init__(self, world: World, node: str, pods: NodePods, runtime: Runtime) -> None:
        self._world = world
        self._node = node
        self._pods = pods
        self._runtime = runtime
        self._timer: Timer | None = None
        world.rules.on_change(self._on_rules)
        self._on_rules()

    def _pressure(self) -> str:
        """What runs short, "" for nothing; memory before all."""
        found = {r.pressure for r in self._world.rules.of(NodeRule) if r.node == self._node}
        return next((each for each in _RESOURCES if each in found), "")

    def _on_rules(self) -> None:
        is_pressed = bool(self._pressure())
        if is_pressed and self._timer is None:
            self._timer = self._world.call_after(EVERY_MS, self._reclaim)
        elif not is_pressed and self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _reclaim(self) -> None:
        self._timer = self._world.call_after(EVERY_MS, self._reclaim)
        pressure, now_ms = self._pressure(), self._world.now_ms()
        measured = pressure == "memory"
        uses = [(self._use(life, now_ms, measured=measured), life) for life in self._candidates()]
        if not uses:
            return
        use, life = min(uses, key=lambda each: each[0].rank)
        message = f"The node was low on resource: {_RESOURCES[pressure]}. "
        if measured:
            message += self._greedy(life, now_ms)
        self._world.log.info(
            "Eviction manager: pod is evicted successfully", pod=use.name, resource=pressure
        )
        self._pods.evict(life, REASON, message, now_ms + GRACE_MS)

    def _candidates(self) -> Iterable[PodLife]:
        for life in self._pods.lives():
            meta, spec = life.pod["metadata"], life.pod["spec"]
            is_static = (meta.get("annotations") or {}).get(SOURCE, "api") != "api"
            is_over = life.failed or life.is_deleting or life.phase() in ("Succeeded", "Failed")
            if not (is_static or is_over or spec.get("priority", 0) >= CRITICAL):
                yield life

    def _greedy(self, life: PodLife, now_ms: int) -> str:
        """The containers that use more memory than they request, in upstream's words."""
        told = ""
        for container in life.containers:
            used, request = self._used(container, now_ms), _request(container.spec)
            if used > value_of(request):
                told += (
                    f"Container {container.name} was using {of_value(used, BINARY_SI)}, request is "
                    f"{request}, has larger consumption of memory. "
                )
        return told

    def _used(self, container: Container, now_ms: int) -> int:
        """Memory in bytes; 0 of what does not run or was not measured yet."""
        usage = self._runtime.usage(container.id, now_ms) if container.is_running else None
        return usage.memory_bytes if usage is not None else 0

    def _use(self, life: PodLife, now_ms: int, *, measured: bool) -> Use:
        spec = life.pod["spec"]
        used = sum(self._used(c, now_ms) for c in life.containers) if measured else 0
        requested = memory_requested(spec) if measured else 0
        return Use("/".join(life.key), used, requested, spec.get("priority", 0))


def memory_requested(spec: Object) -> int:
    """In bytes, by all main containers."""
    return sum(value_of(_request(container)) for container in spec["containers"])


def _request(container: Object) -> str:
    requests = (container.get("resources") or {}).get("requests") or {}
    return str(requests.get("memory", "0"))
