"""Import once, before the first fork, what the children will need.

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


def preload(config: ClusterConfig) -> None:
    """Import the components of a cluster."""
    for name in _ALWAYS if config.control_plane_only else (*_ALWAYS, *_CLUSTER):
        importlib.import_module(name)
