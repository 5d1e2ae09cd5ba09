"""The container runtimes, by name."""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.components.kubelet.runtimes.base import Runtime
from tuik8s.components.kubelet.runtimes.sim import SimRuntime


def _sim(cluster: str) -> Runtime:
    return SimRuntime()


def _docker(cluster: str) -> Runtime:
    from tuik8s.components.kubelet.runtimes.docker import DockerRuntime  # costs 20 MB

    return DockerRuntime(cluster)


RUNTIMES: dict[str, Callable[[str], Runtime]] = {"sim": _sim, "docker": _docker}
"""Each is made for a cluster, by its label."""
