"""pause: holds a pod's namespaces and does nothing at all, until it is stopped; it has no shell."""

from __future__ import annotations

from tuik8s.components.kubelet.program import Level, Program
from tuik8s.components.kubelet.runtimes.base import StartContainer


def program(order: StartContainer) -> Program:
    return Program(memory_bytes=[Level(1 << 20)], commands={})
