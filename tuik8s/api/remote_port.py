"""A port of a pod, as the API server asks a kubelet for it before it connects.

    GET /portForward/NAMESPACE/POD?port=80    -> Reached, where the port really is

Source: k8s.io/kubernetes pkg/kubelet (the words of a port on which nothing listens).
"""

from __future__ import annotations

from typing import Final

import msgspec

from tuik8s.api.numbers import parse_int

PORT_MAX: Final = 65_535


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


def ports_in(text: str) -> tuple[int, str]:
    """(local port, port there) of `8080:80`, `80` or `:80`; local 0: a free one.

    Raises ValueError, which says how it is written.
    """
    local, colon, port = text.rpartition(":")
    port_number = parse_int(port)
    number = parse_int(local) if local else 0
    if not colon:
        number = port_number
    is_named = port_number is None and port and not port[0].isdigit()
    is_port = port_number is not None and 0 < port_number <= PORT_MAX
    if number is None or not 0 <= number <= PORT_MAX or not (is_port or is_named):
        raise ValueError(f"{text!r} is no pair of ports; write 8080:80, 80, :80 or 8080:http")
    return number, port
