"""Which processes a cluster has: names as users see them, one role each.

    apiserver · controller-manager · scheduler · chaos · kubelet/NODE · kube-proxy/NODE

Where one process hosts many nodes it is named after the first and the last of them
(`kubelet/node-1..node-50`).
"""

from __future__ import annotations

import msgspec

from tuik8s.config import ClusterConfig

RUNNING = "running"
"""The state of a process that is as it should be."""


class Role(msgspec.Struct, frozen=True):
    """One process. kind: which component; nodes: those that it hosts, for kubelets and proxies."""

    kind: str
    nodes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        if not self.nodes:
            return self.kind
        first, last = self.nodes[0], self.nodes[-1]
        return f"{self.kind}/{first}" if first == last else f"{self.kind}/{first}..{last}"


def roles_of(config: ClusterConfig) -> tuple[Role, ...]:
    """The roles of a cluster in the order of their start."""
    if config.control_plane_only:
        return (Role("apiserver"),)
    groups = config.node_groups()
    return (
        Role("apiserver"),
        *(Role("kubelet", nodes) for nodes in groups),
        Role("controller-manager"),
        Role("scheduler"),
        *(Role("kube-proxy", nodes) for nodes in groups),
        Role("chaos"),
    )
