"""The routing table of a node as others read it: rules, endpoints, connections, affinity.

Source: our own record; the proxy publishes it as telemetry (`telemetry/routes/NODE`), the dashboard
shows it. Counts are of connections that entered at this node.
"""

from __future__ import annotations

import msgspec


class Tally(msgspec.Struct):
    """Connections and bytes of one service port to one endpoint."""

    open: int = 0
    total: int = 0
    failed: int = 0
    bytes_in: int = 0
    bytes_out: int = 0


class EndpointRow(msgspec.Struct, kw_only=True):
    """One endpoint behind a service port."""

    address: str
    node: str
    ready: bool
    tally: Tally


class AffinityRow(msgspec.Struct, kw_only=True):
    """A client that stays with its endpoint until `until_ms`."""

    client: str
    endpoint: str
    until_ms: int


class ServiceRow(msgspec.Struct, kw_only=True):
    """One service port.

    Listens: rule -> the address that is really listened on, or why there is none.
    """

    id: str
    protocol: str
    local_port: str
    listens: dict[str, str]
    endpoints: list[EndpointRow]
    affinity: list[AffinityRow]


class RoutingTable(msgspec.Struct, kw_only=True):
    """Everything that one node's proxy does."""

    node: str
    mode: str
    at_ms: int
    services: list[ServiceRow]
    rules: list[str]
