"""The roles and bindings that every cluster has: upstream's, and those of our own paths.

The data is compiled from a real server's objects by `tools/compile_rbac.py`.

Source: k8s.io/kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy (1.36). The roles named
`system:tuik8s:*` are ours: upstream has no such paths.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

from tuik8s.api.types import Object
from tuik8s.components.apiserver.authorization.rules import Rule, rules_of

GROUP: Final = "rbac.authorization.k8s.io"
LABELS: Final = {"kubernetes.io/bootstrapping": "rbac-defaults"}
AUTOUPDATE: Final = "rbac.authorization.kubernetes.io/autoupdate"
ANNOTATIONS: Final = {AUTOUPDATE: "true"}
NODE_ROLE: Final = "system:node"
_DATA: Final = Path(__file__).parent / "data" / "rbac.msgpack.z"
_WRITES: Final = ("post", "create", "get")
_OWN: Final = (
    (
        "system:tuik8s:telemetry",
        "/telemetry/*",
        ("Group:system:nodes", "User:system:kube-proxy", "User:system:kube-scheduler"),
    ),
    (
        "system:tuik8s:notes",
        "/notes/*",
        ("User:system:kube-scheduler", "User:system:kube-controller-manager"),
    ),
)


@cache
def _compiled() -> dict[str, list[Object]]:
    data: dict[str, list[Object]] = msgspec.msgpack.decode(zlib.decompress(_DATA.read_bytes()))
    return data


def default_objects() -> Iterator[tuple[str, Object]]:
    """(plural, object) of all defaults, cluster roles first; the objects may be changed."""
    for plural, objects in _compiled().items():
        for obj in objects:
            yield plural, _whole(obj)
    for name, url, subjects in _OWN:
        rules = [{"verbs": list(_WRITES), "nonResourceURLs": [url]}]
        yield "clusterroles", _whole({"metadata": {"name": name}, "rules": rules})
        yield "clusterrolebindings", _binding(name, subjects)


def metrics_reader() -> Object:
    """The role by which those who may view, edit or administrate may read metrics.

    Source: kubernetes-sigs/metrics-server manifests/base/rbac.yaml.
    """
    labels = {f"{GROUP}/aggregate-to-{role}": "true" for role in ("admin", "edit", "view")}
    rule = {
        "apiGroups": ["metrics.k8s.io"],
        "resources": ["pods", "nodes"],
        "verbs": ["get", "list", "watch"],
    }
    name = "system:aggregated-metrics-reader"
    return {
        "kind": "ClusterRole",
        "apiVersion": f"{GROUP}/v1",
        "metadata": {"name": name, "labels": labels},
        "rules": [rule],
    }


def node_rules() -> tuple[Rule, ...]:
    """The rules of the role of nodes, which the Node authorizer uses whatever is stored."""
    for role in _compiled()["clusterroles"]:
        if role["metadata"]["name"] == NODE_ROLE:
            return rules_of(role)
    raise AssertionError("the compiled data has the role of nodes")


def _whole(obj: Object) -> Object:
    meta: dict[str, Any] = {
        **obj["metadata"],
        "labels": {**LABELS, **obj["metadata"].get("labels", {})},
        "annotations": dict(ANNOTATIONS),
    }
    return {**obj, "metadata": meta}


def _binding(role: str, subjects: tuple[str, ...]) -> Object:
    listed = []
    for subject in subjects:
        kind, _, name = subject.partition(":")
        listed.append({"kind": kind, "apiGroup": GROUP, "name": name})
    ref = {"apiGroup": GROUP, "kind": "ClusterRole", "name": role}
    return _whole({"metadata": {"name": role}, "subjects": listed, "roleRef": ref})
