"""agnhost: the swiss knife of Kubernetes' own tests; here its HTTP servers and `pause`.

Source: k8s.io/kubernetes test/images/agnhost (netexec, serve-hostname, pause).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs, urlsplit

from tuik8s.api.numbers import parse_int
from tuik8s.components.kubelet.program import Program, Writes
from tuik8s.components.kubelet.runtimes.base import StartContainer
from tuik8s.world.network import HttpAnswer, HttpRequest

DEFAULT_PORTS = {"netexec": 8080, "serve-hostname": 9376, "test-webserver": 80}
TEXT = {"content-type": "text/plain; charset=utf-8"}


def program(order: StartContainer) -> Program:
    words = [w for w in (*order.command, *order.args) if not w.endswith("agnhost")]
    subcommand = words[0] if words else "pause"
    if subcommand == "serve-hostname":
        return Program(answer=lambda request: HttpAnswer(200, order.pod.encode(), TEXT))
    if subcommand in ("netexec", "porter", "test-webserver", "no-snat-test"):
        return Program(answer=_netexec(order), writes=[Writes("Started HTTP server")])
    if subcommand == "pause":
        return Program(writes=[Writes("Paused")])
    return Program(
        exit_after_ms=0,
        exit_code=1,
        writes=[Writes(f"agnhost {subcommand}: not simulated; netexec, serve-hostname, pause are")],
    )


def ports(words: Sequence[str]) -> tuple[int, ...]:
    """Where a server listens: its flag, else upstream's default for the subcommand."""
    for word in words:
        name, _, number = word.lstrip("-").partition("=")
        port = parse_int(number) or 0
        if name in ("http-port", "port") and 0 < port < 2**16:
            return (port,)
    return tuple(port for name, port in DEFAULT_PORTS.items() if name in words)


def _netexec(order: StartContainer) -> Callable[[HttpRequest], HttpAnswer]:
    def answer(request: HttpRequest) -> HttpAnswer:
        url = urlsplit(request.path)
        query = parse_qs(url.query)
        if url.path == "/hostname":
            return HttpAnswer(200, order.pod.encode(), TEXT)
        if url.path == "/echo":
            return HttpAnswer(200, query.get("msg", [""])[0].encode(), TEXT)
        if url.path == "/clientip":
            return HttpAnswer(200, request.headers.get("x-client", "").encode(), TEXT)
        if url.path == "/header":
            key = query.get("key", [""])[0].lower()
            return HttpAnswer(200, request.headers.get(key, "").encode(), TEXT)
        if url.path == "/healthz":
            return HttpAnswer(200, b"", TEXT)
        if url.path == "/shell":
            return HttpAnswer(200, json.dumps({"error": "no shell is simulated"}).encode(), TEXT)
        return HttpAnswer(200, f"NOW: {order.pod}".encode(), TEXT)

    return answer
