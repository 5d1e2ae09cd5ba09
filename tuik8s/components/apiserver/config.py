"""What a user may set about the API server; read once, passed by constructor.

Every relation between limits is asserted where they meet, in `Config.__post_init__`.
"""

from __future__ import annotations

import ipaddress

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one API server; what is over them is refused, never dropped in silence."""

    body_bytes_max: int = 3 * 1024 * 1024
    """Largest request body: upstream's limit, answered with 413."""
    object_bytes_max: int = 1536 * 1024
    """Largest stored object: etcd's request limit."""
    patch_operations_max: int = 10_000
    watches_max: int = 5_000
    watches_per_user_max: int = 1_000
    watch_backlog_bytes_max: int = 1024 * 1024
    """What a watcher that stopped reading may hold before it is closed."""
    encodings_bytes_max: int = 96 * 1024 * 1024
    """JSON of current objects kept for reads and watches."""


class ApiServerConfig(msgspec.Struct, frozen=True, kw_only=True):
    """One API server.

    service_cidr: addresses of Services; its first address is the API server's own Service.
    node_port_first and node_port_last: what `type: NodePort` is served from. tokens: lines of the
    token file, `token,user,uid,"group,group"`, as upstream's --token-auth-file. issuer: who signs
    service account tokens; signing_key_pem: the RSA key for it ("" makes one, once).
    advertise_address and advertise_port: where clients reach the server, shown in its own Service.
    history_ms: how long old revisions stay readable. read_only: refuse every write (a log file
    that is only looked at). explanations: serve them (see `explain`), which upstream has not.
    metrics: serve metrics.k8s.io, as a cluster with a metrics-server does. event_ttl_ms: Events
    vanish after this time. faults_propagate: let a fault in a request end the process instead of
    answering 500 (tests and simulations).
    """

    service_cidr: str = "10.96.0.0/16"
    pod_cidr: str = "10.244.0.0/16"
    node_port_first: int = 30000
    node_port_last: int = 32767
    tokens: tuple[str, ...] = ()
    issuer: str = "https://kubernetes.default.svc.cluster.local"
    signing_key_pem: str = ""
    advertise_address: str = "127.0.0.1"
    advertise_port: int = 6443
    history_ms: int = 300_000
    event_ttl_ms: int = 3_600_000
    read_only: bool = False
    explanations: bool = False
    metrics: bool = False
    faults_propagate: bool = False
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        ipaddress.ip_network(self.service_cidr)
        assert self.node_port_first < self.node_port_last, "node port range is empty"
        assert self.limits.watches_per_user_max <= self.limits.watches_max
