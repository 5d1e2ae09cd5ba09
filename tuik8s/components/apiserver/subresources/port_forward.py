"""/portforward of pods: connections to ports on which a pod listens, over one of the client's.

Source: k8s.io/kubernetes pkg/registry/core/pod/rest/subresources.go, k8s.io/kubelet portforward.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tuik8s.api.errors import bad_request
from tuik8s.api.numbers import parse_int
from tuik8s.api.remote_port import PORT_MAX
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.call import Call, Outcome
from tuik8s.components.apiserver.options import Query
from tuik8s.components.apiserver.pod_connections import kubelet_path, pod_and_node, require_upgrade
from tuik8s.components.apiserver.port_forwards import PortForwards
from tuik8s.components.apiserver.subresources.base import Handlers

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

CONNECTIONS_MAX: Final = 100
"""Ports of one query; channels have numbers up to 254."""
_CHANNELS: Final = ("v5.channel.k8s.io", "v4.channel.k8s.io", "websocket")


def connect(core: Core, call: Call) -> Outcome:
    """Open the way to the pod. Raises ApiError in upstream's words where there is none."""
    request = call.request
    _, node = pod_and_node(core, call)
    require_upgrade(call, "portforward", "SPDY/3.1+portforward.k8s.io or v4.channel.k8s.io")
    ports = _ports(request.query) if request.upgrade in _CHANNELS else ()
    path = kubelet_path("portForward", request)
    return Answer(101, session=PortForwards(core, node, path, ports))


def _ports(query: Query) -> tuple[int, ...]:
    asked = [each for text in query.get("ports", ()) for each in text.split(",")]
    if not asked:
        raise bad_request('query parameter "port" is required')
    if len(asked) > CONNECTIONS_MAX:
        raise bad_request(f"{len(asked)} ports at once; {CONNECTIONS_MAX} is the most")
    found = []
    for text in asked:
        port = parse_int(text)
        if port is None or not 0 < port <= PORT_MAX:
            raise bad_request(f'unable to parse "{text}" as a port: it is 1 to {PORT_MAX}')
        found.append(port)
    return tuple(found)


HANDLERS: Final[Handlers] = {"get": connect, "create": connect}
