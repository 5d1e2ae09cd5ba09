"""What a kubelet process is told at its start."""

from __future__ import annotations

import msgspec

from tuik8s.api.server_paths import VERSION
from tuik8s.config import NodeShape

LEASE_DURATION_S = 40


class KubeletNode(msgspec.Struct, frozen=True, kw_only=True):
    """A node that this process is the kubelet of."""

    name: str
    address: str
    zone: str = ""
    shape: NodeShape = NodeShape()
    labels: dict[str, str] = {}
    runtime_version: str = ""


class KubeletConfig(msgspec.Struct, frozen=True, kw_only=True):
    """The nodes of one process and the times that they keep.

    nodes: at least one. status_update_ms: how often a node's status is worked out;
    status_report_ms: how often it is posted although nothing changed. lease_renew_ms: a quarter
    of the lease's 40 s. manifests: the disk name under which static pods' manifests lie, a
    folder per node, "" for none; manifests_poll_ms: how often they are looked at. runtime: of
    `runtimes/registry.py`; cluster: labels what it runs outside of this process.
    """

    nodes: tuple[KubeletNode, ...]
    status_update_ms: int = 10_000
    status_report_ms: int = 10_000
    lease_renew_ms: int = LEASE_DURATION_S * 1000 // 4
    manifests: str = ""
    manifests_poll_ms: int = 20_000
    version: str = VERSION
    runtime: str = "sim"
    cluster: str = ""
