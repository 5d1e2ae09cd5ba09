"""Import once, before their fork, what the children will need.

They share the memory and start at once.
"""

from __future__ import annotations

import importlib

from tuik8s.config import ClusterConfig

_ALWAYS = (
    "uvloop",
    "zmq",
    "tuik8s.components.supervisor.child",
    "tuik8s.components.supervisor.api_process",
)
_CLUSTER = (
    "tuik8s.components.kubelet",
    "tuik8s.components.proxy",
    "tuik8s.components.controllers",
    "tuik8s.components.scheduler",
    "tuik8s.components.chaos",
)


def preload_first() -> None:
    """Import what every cluster needs, and its API server before all others."""
    for name in _ALWAYS:
        importlib.import_module(name)


def preload(config: ClusterConfig) -> None:
    """Import the other components of a cluster."""
    for name in () if config.control_plane_only else _CLUSTER:
        importlib.import_module(name)
