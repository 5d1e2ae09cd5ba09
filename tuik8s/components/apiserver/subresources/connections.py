"""/proxy: requests that the server only passes on.

The door takes over the connection when the target can be reached (`core.connect`); where it cannot,
the refusal says so.

Source: k8s.io/kubernetes pkg/registry/core/pod/rest/subresources.go (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def connect(core: Core, call: Call) -> Outcome:
    """Refuse what cannot be passed on, after the checks that upstream makes first."""
    entry = core.objects.entry(call.kind, call.request.namespace, call.request.name)
    if entry is None:
        raise call.not_found()
    obj = core.objects.read(call.kind, entry.value)
    if call.kind.resource == "pods" and not (obj.get("spec") or {}).get("nodeName"):
        raise bad_request(f"pod {call.request.name} does not have a host assigned")
    if core.connect is not None:
        return core.connect(call, obj)
    message = "the server is currently unable to handle the request: no way to the node is open"
    raise ApiError(503, "ServiceUnavailable", message, {})


_VERBS: Final = ("get", "create", "update", "patch", "delete")
HANDLERS: Final[Handlers] = dict.fromkeys(_VERBS, connect)
