"""Nodes: a kubelet may read what its own pods use, and write what is its own.

What is not told apart here is decided by the rules of the ClusterRole `system:node`, as a server
has them when it starts; that role is bound to nobody.

Source: k8s.io/kubernetes plugin/pkg/auth/authorizer/node/node_authorizer.go (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tuik8s.components.apiserver.authorization.base import (
    NO_OPINION,
    Attributes,
    Decision,
    Reader,
)
from tuik8s.components.apiserver.authorization.pod_graph import PodGraph
from tuik8s.components.apiserver.authorization.rules import Rule, allows

PREFIX: Final = "system:node:"
GROUP: Final = "system:nodes"
LEASE_NAMESPACE: Final = "kube-node-lease"
_ALLOWED: Final = Decision(True)
_ALLOWED_NOW: Final = Decision(True, is_lasting=False)
_READS: Final = ("get", "list", "watch")
_OWN_VERBS: Final = ("get", "create", "update", "patch", "delete")

Decide = Callable[[str, Attributes], Decision]


class Nodes:
    """Allows kubelets."""

    name = "Node"

    def __init__(self, reader: Reader, rules: tuple[Rule, ...]) -> None:
        self._reader = reader
        self._graph = PodGraph(reader)
        self._rules = rules
        self._special: Final[dict[str, Decide]] = {
            "secrets": self._read,
            "configmaps": self._read,
            "persistentvolumeclaims": self._claim,
            "persistentvolumes": self._get,
            "resourceclaims.resource.k8s.io": self._get,
            "volumeattachments.storage.k8s.io": self._get,
            "serviceaccounts": self._account,
            "leases.coordination.k8s.io": _lease,
            "csinodes.storage.k8s.io": _csi_node,
            "resourceslices.resource.k8s.io": self._slice,
            "nodes": _node,
            "pods": self._pod,
        }

    def generation(self) -> int:
        return 0

    def authorize(self, asked: Attributes) -> Decision:
        user = asked.user
        if not user.name.startswith(PREFIX) or GROUP not in user.groups:
            return NO_OPINION
        node = user.name[len(PREFIX) :]
        if not node:
            return Decision(None, f'unknown node for user "{user.name}"')
        if asked.resource:
            resource = f"{asked.resource}.{asked.group}" if asked.group else asked.resource
            special = self._special.get(resource)
            if special is not None:
                return special(node, asked)
        return _ALLOWED if any(allows(rule, asked) for rule in self._rules) else NO_OPINION

    def _related(self, node: str, asked: Attributes) -> Decision:
        if not asked.name:
            return _no("No Object name found")
        if self._is_related(node, asked):
            return _ALLOWED_NOW
        why = f"no relationship found between node '{node}' and this object"
        return Decision(None, why, is_lasting=False)

    def _is_related(self, node: str, asked: Attributes) -> bool:
        match asked.resource:
            case "pods":
                return self._graph.is_on(node, asked.namespace, asked.name)
            case "persistentvolumes":
                return self._graph.uses_volume(node, asked.name)
            case "volumeattachments" | "resourceslices":
                resource = f"{asked.resource}.{asked.group}"
                found = self._reader.get(resource, "", asked.name) or {}
                return bool((found.get("spec") or {}).get("nodeName") == node)
        return self._graph.uses(node, asked.resource, asked.namespace, asked.name)

    def _read(self, node: str, asked: Attributes) -> Decision:
        if asked.verb not in _READS:
            return _no("can only read resources of this type")
        if asked.subresource:
            return _no("cannot read subresource")
        if not asked.namespace:
            return _no("can only read namespaced object of this type")
        return self._related(node, asked)

    def _get(self, node: str, asked: Attributes) -> Decision:
        if asked.verb != "get":
            return _no("can only get individual resources of this type")
        if asked.subresource:
            return _no("cannot get subresource")
        return self._related(node, asked)

    def _claim(self, node: str, asked: Attributes) -> Decision:
        if asked.subresource != "status":
            return self._get(node, asked)
        if asked.verb not in ("update", "patch"):
            return _no("can only get/update/patch this type")
        return self._related(node, asked)

    def _account(self, node: str, asked: Attributes) -> Decision:
        if asked.subresource != "token":
            return self._get(node, asked)
        if asked.verb != "create" or not asked.name:
            return _no("can only create tokens for individual service accounts")
        return self._related(node, asked)

    def _slice(self, node: str, asked: Attributes) -> Decision:
        if asked.subresource:
            return _no("cannot authorize ResourceSlice subresources")
        match asked.verb:
            case "create":
                return _ALLOWED
            case "get" | "update" | "patch" | "delete":
                return self._related(node, asked)
            case "list" | "watch" | "deletecollection":
                why = "can only list/watch/deletecollection resourceslices with nodeName"
                return _ALLOWED if asked.node == node else _no(f"{why} field selector")
        why = "get, watch, list, create, update, patch, delete"
        return _no(f"only the following verbs are allowed for a ResourceSlice: {why}")

    def _pod(self, node: str, asked: Attributes) -> Decision:
        match asked.subresource, asked.verb:
            case "", "get":
                return self._get(node, asked)
            case "", "list" | "watch":
                if asked.node == node:
                    return _ALLOWED
                if asked.name:
                    return self._related(node, asked)
                return _no("can only list/watch pods with spec.nodeName field selector")
            case ("", "create" | "delete") | ("status", "update" | "patch"):
                return _ALLOWED
            case "eviction", "create":
                return _ALLOWED
        return NO_OPINION


def _node(node: str, asked: Attributes) -> Decision:
    match asked.subresource, asked.verb:
        case ("", "create" | "update" | "patch") | ("status", "update" | "patch"):
            return _ALLOWED
        case "", "get" | "list" | "watch":
            if asked.name == node:
                return _ALLOWED
            what = f"'{asked.name}'" if asked.name else "all nodes"
            return _no(f"node '{node}' cannot read {what}, only its own Node object")
    return NO_OPINION


def _lease(node: str, asked: Attributes) -> Decision:
    if asked.verb not in _OWN_VERBS:
        return _no("can only get, create, update, patch, or delete a node lease")
    if asked.namespace != LEASE_NAMESPACE:
        return _no(f'can only access leases in the "{LEASE_NAMESPACE}" system namespace')
    if asked.verb != "create" and asked.name != node:
        return _no("can only access node lease with the same name as the requesting node")
    return _ALLOWED


def _csi_node(node: str, asked: Attributes) -> Decision:
    if asked.verb not in _OWN_VERBS:
        return _no("can only get, create, update, patch, or delete a CSINode")
    if asked.subresource:
        return _no("cannot authorize CSINode subresources")
    if asked.verb != "create" and asked.name != node:
        return _no("can only access CSINode with the same name as the requesting node")
    return _ALLOWED


def _no(reason: str) -> Decision:
    return Decision(None, reason)
