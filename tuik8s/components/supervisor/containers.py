"""The container engine of a cluster with the docker runtime: needed at its start, left clean."""

from __future__ import annotations

from tuik8s.components.supervisor.directory import Refusal
from tuik8s.config import ClusterConfig

DOCKER = "docker"


def require_engine(config: ClusterConfig) -> None:
    """Refuse to start without an engine when the pods are to run in one."""
    if config.runtime != DOCKER:
        return
    from tuik8s.components.kubelet.runtimes.docker import DockerRuntime
    from tuik8s.components.kubelet.runtimes.docker_exec import FAILURES

    try:
        DockerRuntime(config.container_label)
    except FAILURES as problem:
        raise Refusal(
            f"--runtime docker: no Docker engine answers ({problem}); start one, say where it is "
            "with DOCKER_HOST, or take --runtime sim"
        ) from problem


def remove_containers(config: ClusterConfig) -> None:
    """Remove what a cluster that ends still has in the engine."""
    if config.runtime != DOCKER:
        return
    from tuik8s.components.kubelet.runtimes.docker import remove_all
    from tuik8s.components.kubelet.runtimes.docker_exec import FAILURES

    try:
        remove_all(config.container_label)
    except FAILURES as problem:
        print(f"containers may be left in the Docker engine: {problem}", flush=True)
