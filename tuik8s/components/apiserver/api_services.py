"""The APIServices of what this server serves itself: built-in group versions, metrics, definitions.

They are there for those who look; what is served does not depend on them.

Source: k8s.io/kubernetes pkg/controlplane/apiserver/aggregator.go (priorities), pkg/controlplane/
controller/crdregistration, kube-aggregator pkg/controllers/status/local (condition),
kubernetes-sigs/metrics-server manifests (1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from tuik8s.api.meta import labels_of, name_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.apiserver import metrics
from tuik8s.components.apiserver.allocators import IDENTITY
from tuik8s.components.apiserver.strategies import fill_system_fields

if TYPE_CHECKING:
    from tuik8s.api.kinds.base import Kind
    from tuik8s.components.apiserver.core import Core

GROUP: Final = "apiregistration.k8s.io"
RESOURCE: Final = f"apiservices.{GROUP}"
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
_MANAGED: Final = "kube-aggregator.kubernetes.io/automanaged"
_CUSTOM_GROUP_PRIORITY: Final = 1_000
_CUSTOM_VERSION_PRIORITY: Final = 100


def services(kinds: Iterable[Kind], now_ms: int) -> Iterator[Object]:
    """One per group version of these kinds, in their order, as they are stored."""
    seen = {(kind.group, kind.version): None for kind in kinds}
    for group, version in seen:
        if group in _GROUPS:
            priority = 1 if not group else 30 if version == "v2" else 15
            yield _service(group, version, _GROUPS[group], priority, {_MANAGED: "onstart"}, now_ms)
        elif group == metrics.GROUP:
            yield _service(group, version, _METRICS_PRIORITY, _METRICS_PRIORITY, {}, now_ms)


def keep_custom(core: Core, group: str, versions: set[str]) -> None:
    """Have one for each version that definitions of a group serve, and none for those gone."""
    kind, now_ms = core.kinds.by_resource(RESOURCE), core.world.now_ms()
    assert kind is not None, "APIServices are always served"
    for version in sorted(versions):
        if core.objects.entry(kind, "", f"{version}.{group}") is None:
            priorities = _CUSTOM_GROUP_PRIORITY, _CUSTOM_VERSION_PRIORITY
            service = _service(group, version, *priorities, {_MANAGED: "true"}, now_ms)
            fill_system_fields(service, core.rng.uid(), now_ms)
            core.objects.create(kind, service, IDENTITY, 0)
    for service in core.reader.list_(RESOURCE):
        spec = service["spec"]
        is_ours = labels_of(service).get(_MANAGED) == "true" and spec.get("group") == group
        entry = core.objects.entry(kind, "", name_of(service))
        if is_ours and spec["version"] not in versions and entry is not None:
            core.objects.remove(entry, IDENTITY, entry.revision)


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
