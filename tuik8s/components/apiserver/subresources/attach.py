"""/attach of pods: what a container writes from now on, and the input of its own process.

Source: k8s.io/kubernetes pkg/registry/core/pod/{strategy.go,rest/subresources.go} (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.options import flag
from tuik8s.components.apiserver.pod_connections import kubelet_path, pod_and_node, require_upgrade
from tuik8s.components.apiserver.pod_containers import container_of
from tuik8s.components.apiserver.remote_session import open_session
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def connect(core: Core, call: Call) -> Outcome:
    """Attach to a container. Raises ApiError in upstream's words where it cannot be."""
    request = call.request
    pod, node = pod_and_node(core, call)
    path = kubelet_path("attach", request, container_of(pod, request.query))
    require_upgrade(call, "attach")
    asked_for = {name: "true" for name in ("stdin", "tty") if flag(request.query, name)}
    return open_session(core, node, f"{path}?{urlencode(asked_for)}")


HANDLERS: Final[Handlers] = {"get": connect, "create": connect}
