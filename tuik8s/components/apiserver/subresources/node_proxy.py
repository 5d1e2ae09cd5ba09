"""/proxy of nodes: what the kubelet answers by itself: logs of its node's processes, its health.

    GET /api/v1/nodes/NODE/proxy/logs/kubelet.log
    GET /api/v1/nodes/NODE/proxy/logs/?query=kubelet&tailLines=20

Other paths of the kubelet are connections like any other (`connections`).

Source: k8s.io/kubernetes pkg/registry/core/node/rest/proxy.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from tuik8s.api.errors import ApiError
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Fetched, KubeletCall, Waiting
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_ANSWERED: Final = ("logs",)
"""The first part of the kubelet's paths that are answered in one piece."""


def handlers(connections: Handlers) -> Handlers:
    """connections: for all paths but those that are answered here."""

    def get(core: Core, call: Call) -> Outcome:
        tail = call.request.path.partition(f"/{call.request.name}/proxy/")[2]
        if tail.partition("/")[0] in _ANSWERED:
            return get_page(core, call, tail)
        return connections["get"](core, call)

    return {**connections, "get": get}


def get_page(core: Core, call: Call, tail: str) -> Outcome:
    """Ask the node's kubelet. Raises ApiError where it does not answer."""
    request = call.request
    if core.reader.get("nodes", "", request.name) is None:
        raise call.not_found()
    query = urlencode([(name, value) for name, vs in request.query.items() for value in vs])
    return _ask(request.name, f"/{quote(tail)}{'?' if query else ''}{query}")


def _ask(node: str, path: str) -> Waiting:
    result: Fetched = yield KubeletCall(node, "GET", path)
    if result.status == 0:
        message = f"error trying to reach service: {node}:10250: {result.error or 'no answer'}"
        raise ApiError(503, "ServiceUnavailable", message, {})
    if result.status >= 400:
        text = result.body.decode(errors="replace").strip()
        raise ApiError(result.status, "NotFound" if result.status == 404 else "BadRequest", text)
    return Answer(200, result.body, result.headers.get("content-type", "text/plain"))
