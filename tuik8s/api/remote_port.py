"""A port of a pod, as the API server asks a kubelet for it before it connects.

    GET /portForward/NAMESPACE/POD?port=80    -> Reached, where the port really is

Source: k8s.io/kubernetes pkg/kubelet (the words of a port on which nothing listens).
"""

from __future__ import annotations

import msgspec


class Reached(msgspec.Struct, frozen=True):
    """pod: its uid. is_outside: an address of the machine, such as a container engine's."""

    pod: str
    host: str
    port: int
    is_outside: bool = False


def unreachable(port: int, pod: str, why: str) -> str:
    """What a client is told of a port that cannot be connected to; pod: its uid."""
    return (
        f"error forwarding port {port} to pod {pod}, uid : failed to execute portforward in "
        f'network namespace "/var/run/netns/{pod}": failed to connect to localhost:{port} inside '
        f'namespace "{pod}", IPv4: dial tcp4 127.0.0.1:{port}: connect: {why}'
    )
