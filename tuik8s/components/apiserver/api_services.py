"""The APIServices of what this server serves itself: every built-in group version, and metrics.

They are there for those who look; what is served does not depend on them.

Source: k8s.io/kubernetes pkg/controlplane/apiserver/aggregator.go (priorities), kube-aggregator
pkg/controllers/status/local (condition), kubernetes-sigs/metrics-server manifests (1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver import metrics

if TYPE_CHECKING:
    from tuik8s.api.kinds.base import Kind

GROUP: Final = "apiregistration.k8s.io"
_FIRST: Final = 18_000
_GROUPS: Final = {
    "": _FIRST,
    "apps": 17_800,
    "events.k8s.io": 17_750,
    "authentication.k8s.io": 17_700,
    "authorization.k8s.io": 17_600,
    "autoscaling": 17_500,
    "batch": 17_400,
    "certificates.k8s.io": 17_300,
    "networking.k8s.io": 17_200,
    "policy": 17_100,
    "rbac.authorization.k8s.io": 17_000,
    "storage.k8s.io": 16_800,
    "apiextensions.k8s.io": 16_700,
    "admissionregistration.k8s.io": 16_700,
    "scheduling.k8s.io": 16_600,
    "coordination.k8s.io": 16_500,
    "node.k8s.io": 16_300,
    "discovery.k8s.io": 16_200,
    "flowcontrol.apiserver.k8s.io": 16_100,
    "resource.k8s.io": 15_900,
}
_METRICS_PRIORITY: Final = 100
_AUTOMANAGED: Final = {"kube-aggregator.kubernetes.io/automanaged": "onstart"}


def services(kinds: Iterable[Kind], now_ms: int) -> Iterator[Object]:
    """One per group version of these kinds, in their order, as they are stored."""
    seen = {(kind.group, kind.version): None for kind in kinds}
    for group, version in seen:
        if group in _GROUPS:
            priority = 1 if not group else 30 if version == "v2" else 15
            yield _service(group, version, _GROUPS[group], priority, _AUTOMANAGED, now_ms)
        elif group == metrics.GROUP:
            yield _service(group, version, _METRICS_PRIORITY, _METRICS_PRIORITY, {}, now_ms)


def _service(
    group: str, version: str, minimum: int, priority: int, labels: dict[str, str], now_ms: int
) -> Object:
    meta: Object = {"name": f"{version}.{group}"}
    if labels:
        meta["labels"] = dict(labels)
    spec: Object = {"version": version}
    if group:
        spec["group"] = group
    spec |= {"groupPriorityMinimum": minimum, "versionPriority": priority}
    available = {
        "type": "Available",
        "status": "True",
        "lastTransitionTime": format_time(now_ms),
        "reason": "Local",
        "message": "Local APIServices are always available",
    }
    return {
        "kind": "APIService",
        "apiVersion": f"{GROUP}/v1",
        "metadata": meta,
        "spec": spec,
        "status": {"conditions": [available]},
    }
