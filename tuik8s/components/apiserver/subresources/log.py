"""/log of pods: asked of the kubelet of the pod's node.

Source: k8s.io/kubernetes pkg/registry/core/pod/{strategy.go,rest/log.go} (LogLocation, 1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.api.types import Object
from tuik8s.components.apiserver.answers import TEXT, Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.effects import KubeletCall, Waiting
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def get_log(core: Core, call: Call) -> Outcome:
    """Answer with the text of a container's log; 204 while the pod has no node."""
    request = call.request
    pod = core.reader.get("pods", request.namespace, request.name)
    if pod is None:
        raise call.not_found()
    container = (request.query.get("container") or [""])[0] or _only_container(pod)
    _require_container(pod, container)
    node = (pod.get("spec") or {}).get("nodeName", "")
    if not node:
        return Answer(204, b"", TEXT)
    return _ask(call, node, container)


def _ask(call: Call, node: str, container: str) -> Waiting:
    request = call.request
    query = urlencode({k: v for k, v in request.query.items() if k != "container"}, doseq=True)
    path = f"/containerLogs/{request.namespace}/{request.name}/{container}"
    result = yield KubeletCall(node, "GET", f"{path}?{query}" if query else path)
    if result.error or result.status == 0:
        message = f'Get "https://{node}:10250{path}": {result.error or "no answer"}'
        raise ApiError(500, "InternalError", f"Internal error occurred: {message}")
    if result.status >= 400:
        text = result.body.decode("utf-8", "replace").strip()
        raise ApiError(result.status, "BadRequest", text)
    return Answer(200, result.body, "text/plain")


def _names(pod: Object, field: str) -> list[str]:
    return [c.get("name", "") for c in (pod.get("spec") or {}).get(field) or ()]


def _only_container(pod: Object) -> str:
    names, name = _names(pod, "containers"), pod["metadata"]["name"]
    if len(names) == 1:
        return names[0]
    message = (
        f"a container name must be specified for pod {name}, choose one of: [{' '.join(names)}]"
    )
    inits = _names(pod, "initContainers")
    if inits:
        message += f" or one of the init containers: [{' '.join(inits)}]"
    raise bad_request(message)


def _require_container(pod: Object, container: str) -> None:
    fields = ("containers", "initContainers", "ephemeralContainers")
    if not any(container in _names(pod, field) for field in fields):
        raise bad_request(f"container {container} is not valid for pod {pod['metadata']['name']}")


HANDLERS: Final[Handlers] = {"get": get_log}
