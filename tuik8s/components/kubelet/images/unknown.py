"""An image that we do not know: runs until stopped and answers HTTP with its pod's name.

As an init container it has done its work at once: nobody would wait for what never ends.
"""

from __future__ import annotations

from tuik8s.components.kubelet.program import Program, Writes
from tuik8s.components.kubelet.runtimes.base import StartContainer
from tuik8s.world.network import HttpAnswer, HttpRequest


def program(order: StartContainer) -> Program:
    body = f"{order.pod}\n".encode()

    def answer(request: HttpRequest) -> HttpAnswer:
        headers = {"content-type": "text/plain", "x-pod": order.pod, "x-node": order.node}
        return HttpAnswer(200, body, headers)

    return Program(
        answer=answer,
        writes=[Writes(f"{order.image} started")],
        exit_after_ms=0 if order.ends else None,
    )
