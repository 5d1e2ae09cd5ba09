"""nginx: answers on port 80 with its welcome page, which names the pod, and logs its start."""

from __future__ import annotations

from tuik8s.components.kubelet.program import Program, Writes
from tuik8s.components.kubelet.runtimes.base import StartContainer
from tuik8s.world.network import HttpAnswer, HttpRequest


def program(order: StartContainer) -> Program:
    page = (
        "<!DOCTYPE html>\n<html>\n<head><title>Welcome to nginx!</title></head>\n"
        f"<body>\n<h1>Welcome to nginx!</h1>\n<p>{order.pod}</p>\n</body>\n</html>\n"
    ).encode()

    def answer(request: HttpRequest) -> HttpAnswer:
        headers = {"content-type": "text/html", "server": "nginx", "x-pod": order.pod}
        if request.path.partition("?")[0] not in ("/", "/index.html"):
            return HttpAnswer(404, b"<h1>404 Not Found</h1>\n", headers)
        return HttpAnswer(200, page, headers)

    started = [
        Writes("/docker-entrypoint.sh: Configuration complete; ready for start up"),
        Writes("start worker processes"),
    ]
    return Program(answer=answer, writes=started)
