"""Endpoints made by hand for a Service without selector are mirrored into slices.

Source: k8s.io/kubernetes pkg/controller/endpointslicemirroring, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import annotations_of, labels_of, name_of, namespace_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Plan,
    View,
    Wake,
    Write,
    itself,
)
from tuik8s.components.controllers.parts import backends, slices
from tuik8s.components.controllers.parts.slices import SLICES, Group

RESOURCE = "endpoints"
MANAGER = "endpointslicemirroring-controller.k8s.io"
_SKIP = "endpointslice.kubernetes.io/skip-mirror"
_LEADER = "control-plane.alpha.kubernetes.io/leader"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SUBSET_MAX = 1000


def _same_name(change: Change, view: View) -> list[Key]:
    return [Key(RESOURCE, namespace_of(change.last), name_of(change.last))]


class EndpointSliceMirroringReconciler:
    """Mirror custom Endpoints into EndpointSlices."""

    name = "endpointslicemirroring"
    account = "endpointslicemirroring-controller"
    component = "endpoint-slice-mirroring-controller"
    reads: tuple[str, ...] = ("services", SLICES)
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        Wake("services", _same_name),
        slices.wake_shown(MANAGER, RESOURCE),
    )

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        present = slices.of_service(view, key, MANAGER)
        endpoints = view.get(RESOURCE, key.namespace, key.name)
        service = view.get("services", key.namespace, key.name)
        if endpoints is None or service is None or not _is_mirrored(endpoints, service):
            return Plan(writes=tuple(slices.deletions(present))) if present else NOTHING
        writes: list[Write] = []
        groups = _groups(endpoints)
        for family in ("IPv4", "IPv6"):
            mine = [s for s in present if s.get("addressType") == family]
            found = {text: group for (fam, text), group in groups.items() if fam == family}
            if not found:
                writes += slices.deletions(mine)
                continue
            shape = slices.Shape(endpoints, _labels(endpoints), _annotations(endpoints), family)
            writes += slices.reconcile_family(shape, found, mine)
        return Plan(writes=tuple(writes))


def _is_mirrored(endpoints: Object, service: Object) -> bool:
    if labels_of(endpoints).get(_SKIP) == "true" or _LEADER in annotations_of(endpoints):
        return False
    return not service["spec"].get("selector")


def _labels(endpoints: Object) -> dict[str, str]:
    labels = dict(labels_of(endpoints))
    labels[backends.SLICE_MANAGED_BY] = MANAGER
    labels[backends.SERVICE_NAME] = name_of(endpoints)
    return labels


def _annotations(endpoints: Object) -> dict[str, str]:
    return {k: v for k, v in annotations_of(endpoints).items() if k != _LAST_APPLIED}


def _groups(endpoints: Object) -> dict[tuple[str, str], Group]:
    groups: dict[tuple[str, str], Group] = {}
    for subset in endpoints.get("subsets") or ():
        ports = [slices.slice_port(port, port["port"]) for port in subset.get("ports") or ()]
        text = slices.ports_key(ports)
        for field, ready in (("addresses", True), ("notReadyAddresses", False)):
            for address in (subset.get(field) or ())[:_SUBSET_MAX]:
                family = slices.family_of(address["ip"])
                group = groups.setdefault((family, text), Group(ports, []))
                group.endpoints.append(_endpoint(address, ready))
    return groups


def _endpoint(address: Object, ready: bool) -> Object:
    endpoint: Object = {"addresses": [address["ip"]], "conditions": {"ready": ready}}
    for field in ("hostname", "targetRef", "nodeName"):
        if address.get(field):
            endpoint[field] = address[field]
    return endpoint
