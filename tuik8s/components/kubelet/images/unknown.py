"""An image that we do not know: runs until stopped and answers HTTP with its pod's name.

As an init container it has done its work at once: nobody would wait for what never ends.
"""

from __future__ import annotations

from tuik8s.components.kubelet.images.base import server
from tuik8s.components.kubelet.program import Program
from tuik8s.components.kubelet.runtimes.base import StartContainer


def program(order: StartContainer) -> Program:
    return server(order)
