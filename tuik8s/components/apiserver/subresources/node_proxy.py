"""/proxy of nodes: what the kubelet answers: logs of its node's processes, its pods, its health.

    GET /api/v1/nodes/NODE/proxy/logs/kubelet.log
    GET /api/v1/nodes/NODE/proxy/logs/?query=kubelet&tailLines=20
    GET /api/v1/nodes/NODE/proxy/stats/summary

Which paths there are is the kubelet's to say; what is no GET is a connection (`connections`).

Source: k8s.io/kubernetes pkg/registry/core/node/rest/proxy.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from tuik8s.api.errors import ApiError
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import Fetched, KubeletCall, Waiting
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def handlers(connections: Handlers) -> Handlers:
    """connections: for all verbs but get."""
    return {**connections, "get": get_page}


def get_page(core: Core, call: Call) -> Outcome:
    """Ask the node's kubelet. Raises ApiError where it does not answer."""
    request = call.request
    tail = request.path.partition(f"/{request.name}/proxy/")[2]
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
