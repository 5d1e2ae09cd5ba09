"""What an image does in the `sim` runtime: one function from the order to start it to its program.

To add an image: one file here named after it with a `program(order)` function, one line in
`registry.py`, one test. Names are matched without registry, path and tag. Users register their
own Python callables under the entry point group `tuik8s.images`.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.components.kubelet.program import Program, Writes
from tuik8s.components.kubelet.runtimes.base import StartContainer
from tuik8s.world.network import HttpAnswer, HttpRequest

Image = Callable[[StartContainer], Program]


def short_name(image: str) -> str:
    """`registry/path/nginx:1.27@sha256:...` -> `nginx`."""
    return image.split("@")[0].rpartition("/")[2].partition(":")[0]


def server(order: StartContainer) -> Program:
    """Runs until stopped and answers HTTP with its pod's name; an init container ends at once."""
    body = f"{order.pod}\n".encode()

    def answer(request: HttpRequest) -> HttpAnswer:
        headers = {"content-type": "text/plain", "x-pod": order.pod, "x-node": order.node}
        return HttpAnswer(200, body, headers)

    return Program(
        answer=answer,
        writes=[Writes(f"{order.image} started")],
        exit_after_ms=0 if order.ends else None,
    )
