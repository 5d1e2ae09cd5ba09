"""What exec, attach and port-forward ask before a connection goes to a pod's node.

Source: k8s.io/kubernetes pkg/registry/core/pod/{strategy.go,rest/subresources.go} (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.api.types import Object, Request
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.negotiation import PACKED

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

_CHANNELS: Final = "v5.channel.k8s.io or v4.channel.k8s.io"


def pod_and_node(core: Core, call: Call) -> tuple[Object, str]:
    """The pod that a request names, and its node. Raises ApiError.

    Upgrades by GET need the verb create as well, as upstream has it since 1.35.
    """
    request = call.request
    if call.form != PACKED and request.verb == "get":
        asked = core.attributes_of(call, "create")
        core.authorization.require(msgspec.structs.replace(asked, subresource=request.subresource))
    pod = core.reader.get("pods", request.namespace, request.name)
    if pod is None:
        raise call.not_found()
    node = (pod.get("spec") or {}).get("nodeName", "")
    if not node:
        raise bad_request(f"pod {request.name} does not have a host assigned")
    if core.config.read_only:
        raise ApiError(403, "Forbidden", "this is a log, not a cluster: nothing runs in it", {})
    return pod, node


def kubelet_path(what: str, request: Request, *more: str) -> str:
    """Where a kubelet is asked about a pod."""
    parts = (what, request.namespace, request.name, *more)
    return "".join(f"/{quote(part)}" for part in parts)


def require_upgrade(call: Call, what: str, protocols: str = _CHANNELS) -> None:
    """Raises ApiError where the client offers no protocol of ours."""
    if not call.request.upgrade:
        raise bad_request(
            f"Upgrade request required: {what} needs a WebSocket that offers {protocols}, or "
            "SPDY/3.1; any kubectl does"
        )
