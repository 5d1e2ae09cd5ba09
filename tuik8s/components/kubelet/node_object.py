"""The Node that a kubelet registers: labels, capacity, conditions, addresses, machine facts.

Source: k8s.io/kubernetes pkg/kubelet/kubelet_node_status.go and nodestatus/setters.go (1.36).
"""

from __future__ import annotations

import hashlib
from collections.abc import Set

from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.kubelet.conditions import conditions_under
from tuik8s.components.kubelet.config import KubeletNode


def node_labels(node: KubeletNode) -> dict[str, str]:
    labels = {
        "beta.kubernetes.io/arch": "amd64",
        "beta.kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": node.name,
        "kubernetes.io/os": "linux",
    }
    if node.zone:
        labels["topology.kubernetes.io/zone"] = node.zone
    return {**labels, **node.labels}


def new_node(node: KubeletNode, version: str, now_ms: int) -> Object:
    """The Node as it is first registered; it is Ready from the start."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": node_labels(node),
            "annotations": {"volumes.kubernetes.io/controller-managed-attach-detach": "true"},
        },
        "spec": {},
        "status": node_status(node, version, {}, now_ms),
    }


def node_status(
    node: KubeletNode,
    version: str,
    since: dict[str, str],
    now_ms: int,
    pressures: Set[str] = frozenset(),
) -> Object:
    """The node's status now. since: condition type -> lastTransitionTime, kept from before."""
    shape = node.shape
    resources = {
        "cpu": shape.cpu,
        "ephemeral-storage": shape.ephemeral_storage,
        "memory": shape.memory,
        "pods": str(shape.pods),
    }
    now = format_time(now_ms)
    return {
        "addresses": [
            {"type": "InternalIP", "address": node.address},
            {"type": "Hostname", "address": node.name},
        ],
        "allocatable": dict(resources),
        "capacity": resources,
        "conditions": [
            {
                "type": kind,
                "status": status,
                "lastHeartbeatTime": now,
                "lastTransitionTime": since.get(kind, now),
                "reason": reason,
                "message": message,
            }
            for kind, status, reason, message in conditions_under(pressures)
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": 10250}},
        "nodeInfo": _node_info(node, version),
    }


def transition_times(node: Object, pressures: Set[str] = frozenset()) -> dict[str, str]:
    """When each of our conditions turned to what we still say, from a stored Node."""
    ours = {kind: status for kind, status, _, _ in conditions_under(pressures)}
    conditions = (node.get("status") or {}).get("conditions") or ()
    return {
        c["type"]: c["lastTransitionTime"]
        for c in conditions
        if ours.get(c["type"]) == c["status"] and c.get("lastTransitionTime")
    }


def _node_info(node: KubeletNode, version: str) -> Object:
    digest = hashlib.sha256(node.name.encode()).hexdigest()
    return {
        "architecture": "amd64",
        "bootID": _uuid(digest),
        "containerRuntimeVersion": node.runtime_version,
        "kernelVersion": "6.0.0-tuik8s",
        "kubeProxyVersion": "",
        "kubeletVersion": version,
        "machineID": digest[:32],
        "operatingSystem": "linux",
        "osImage": "tuik8s simulated node",
        "systemUUID": _uuid(digest[32:]),
    }


def _uuid(digits: str) -> str:
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:32]))
