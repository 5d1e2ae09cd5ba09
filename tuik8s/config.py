"""What a cluster is made of: one frozen record, read once and passed by constructor.

Everything has a default, so `ClusterConfig()` is the three-node cluster that `tuik8s` starts. The
record is also the `cluster.json` of a data directory: a second start finds the same cluster.
"""

from __future__ import annotations

import msgspec

ZONES_COUNT = 3
HOSTED_TOGETHER = 100
"""So many nodes share one kubelet and one kube-proxy process in a large cluster."""
HOSTED_ABOVE = 10
"""More nodes than this share kubelet and kube-proxy processes, unless told otherwise."""


class NodeShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every node of the cluster offers, as Kubernetes quantities."""

    cpu: str = "8"
    memory: str = "16Gi"
    ephemeral_storage: str = "100Gi"
    pods: int = 110


class ClusterConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One cluster.

    listen: HOST:PORT of the API over HTTPS; port 0 takes a free one, and keeps it at later starts.
    service_cidr, pod_cidr: replace the address plan; "" takes the plan's own. control_plane_only:
    the API server and nothing else. nodes_per_process: how many nodes share one kubelet and one
    kube-proxy process, 0 decides by the number of nodes. node_status_update_ms: how often
    kubelets post. slice: index of the part of 127.0.0.0/8 that the cluster lives in, -1 before
    the first start. runtime: what runs in pods, `sim` or `docker`. verbosity:
    how much components log, as upstream's `-v`.
    """

    name: str = "default"
    nodes: int = 3
    node_shape: NodeShape = NodeShape()
    listen: str = "127.0.0.1:0"
    service_cidr: str = ""
    pod_cidr: str = ""
    control_plane_only: bool = False
    token_auth_file: str = ""
    nodes_per_process: int = 0
    node_status_update_ms: int = 10_000
    node_monitor_grace_ms: int = 50_000
    proxy_mode: str = "userspace"
    runtime: str = "sim"
    history_revisions: int = 100_000
    verbosity: int = 2
    slice: int = -1

    @property
    def container_label(self) -> str:
        """Marks what runs for this cluster in a container engine."""
        return f"{self.name}-{self.slice}"

    def node_names(self) -> tuple[str, ...]:
        if self.control_plane_only:
            return ()
        return tuple(f"node-{number}" for number in range(1, self.nodes + 1))

    def node_groups(self) -> tuple[tuple[str, ...], ...]:
        """Node names by the process that hosts them; one node each in small clusters."""
        names = self.node_names()
        size = self.nodes_per_process or (1 if len(names) <= HOSTED_ABOVE else HOSTED_TOGETHER)
        return tuple(names[i : i + size] for i in range(0, len(names), size))


def zone_of(node_name: str) -> str:
    """The zone label of a node of ours: zone-1 to zone-3 in turn."""
    number = int(node_name.rpartition("-")[2])
    return f"zone-{(number - 1) % ZONES_COUNT + 1}"
