"""Packing endpoints into EndpointSlices with as few writes as possible.

Source: k8s.io/endpointslice reconciler.go (`reconcileByPortMapping`) and util, 1.36.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuik8s.api.meta import (
    annotations_of,
    is_controlled_by,
    is_deleting,
    labels_of,
    name_of,
    namespace_of,
    owner_reference,
    uid_of,
)
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    Change,
    Create,
    Delete,
    Update,
    View,
    Wake,
    Write,
)
from tuik8s.components.controllers.parts import backends

SLICES = "endpointslices.discovery.k8s.io"
ENDPOINTS_PER_SLICE_MAX = 100


@dataclass(frozen=True, slots=True)
class Group:
    """Endpoints that serve the same ports."""

    ports: list[Object]
    endpoints: list[Object]


@dataclass(frozen=True, slots=True)
class Shape:
    """What all slices of one owner and address family have."""

    owner: Object
    labels: dict[str, str]
    annotations: dict[str, str]
    family: str


def family_of(address: str) -> str:
    return "IPv6" if ":" in address else "IPv4"


def families_of(service: Object) -> list[str]:
    return list(service["spec"].get("ipFamilies") or ()) or ["IPv4"]


def slice_port(port: Object, number: int) -> Object:
    """A port of a Service or of Endpoints as slices show it, served on this number."""
    shown: Object = {
        "name": port.get("name") or "",
        "protocol": port.get("protocol") or "TCP",
        "port": number,
    }
    if port.get("appProtocol"):
        shown["appProtocol"] = port["appProtocol"]
    return shown


def ports_key(ports: Sequence[Object]) -> str:
    """A text that is equal for equal sets of ports."""
    return "\n".join(sorted(json.dumps(port, sort_keys=True) for port in ports))


def of_service(view: View, key: Key, manager: str) -> list[Object]:
    return [
        found
        for found in view.by_index(SLICES, "service", f"{key.namespace}/{key.name}")
        if labels_of(found).get(backends.SLICE_MANAGED_BY) == manager and not is_deleting(found)
    ]


def wake_shown(manager: str, resource: str) -> Wake:
    """A slice of this manager that was changed or deleted, by whomever, wakes what it shows."""

    def keys(change: Change, view: View) -> Sequence[Key]:
        labels = labels_of(change.last)
        name = labels.get(backends.SERVICE_NAME)
        if not name or labels.get(backends.SLICE_MANAGED_BY) != manager:
            return ()
        return (Key(resource, namespace_of(change.last), name),)

    return Wake(SLICES, keys)


def reconcile_family(
    shape: Shape, groups: Mapping[str, Group], present: Sequence[Object]
) -> list[Write]:
    """Writes that make the present slices of one family hold exactly these endpoints."""
    by_ports: dict[str, list[Object]] = {}
    for found in present:
        by_ports.setdefault(ports_key(found.get("ports") or ()), []).append(found)
    if not groups:  # a Service without backends keeps one empty slice
        groups = {"": Group([], [])}
    writes: list[Write] = []
    for text in sorted(groups):
        writes += _reconcile_group(shape, groups[text], by_ports.pop(text, []))
    for unused in by_ports.values():
        writes += deletions(unused)
    return writes


def _identity(endpoint: Object) -> tuple[object, ...]:
    target = endpoint.get("targetRef") or {}
    return (*endpoint.get("addresses", ()), target.get("uid"), endpoint.get("hostname"))


def _reconcile_group(shape: Shape, group: Group, present: Sequence[Object]) -> list[Write]:
    wanted = {_identity(endpoint): endpoint for endpoint in group.endpoints}
    kept: list[tuple[Object, list[Object]]] = []
    for found in present:
        before = found.get("endpoints") or ()
        stay = [wanted.pop(i) for i in map(_identity, before) if i in wanted]
        kept.append((found, stay))
    new = list(wanted.values())
    for _, stay in kept:
        room = max(0, ENDPOINTS_PER_SLICE_MAX - len(stay))
        stay += new[:room]
        del new[:room]
    writes: list[Write] = []
    alive = any(stay for _, stay in kept) or bool(new)
    for index, (found, stay) in enumerate(kept):
        if not stay and (alive or index > 0):
            writes += deletions([found])
        elif _differs(found, stay, shape):
            writes.append(Update(resource=SLICES, obj=_updated(found, stay, group, shape)))
    if not kept and not new:
        writes.append(Create(resource=SLICES, obj=_new(shape, group, [])))
    for start in range(0, len(new), ENDPOINTS_PER_SLICE_MAX):
        chunk = new[start : start + ENDPOINTS_PER_SLICE_MAX]
        writes.append(Create(resource=SLICES, obj=_new(shape, group, chunk)))
    return writes


def _differs(found: Object, endpoints: list[Object], shape: Shape) -> bool:
    if list(found.get("endpoints") or ()) != endpoints:
        return True
    return labels_of(found) != shape.labels or not is_controlled_by(found, shape.owner)


def _metadata(shape: Shape) -> Object:
    metadata: Object = {"labels": shape.labels}
    if shape.annotations:
        metadata["annotations"] = shape.annotations
    metadata["ownerReferences"] = [owner_reference(shape.owner)]
    return metadata


def _new(shape: Shape, group: Group, endpoints: list[Object]) -> Object:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": name_of(shape.owner) + "-",
            "namespace": namespace_of(shape.owner),
            **_metadata(shape),
        },
        "addressType": shape.family,
        "endpoints": endpoints or None,
        "ports": group.ports or None,
    }


def _updated(found: Object, endpoints: list[Object], group: Group, shape: Shape) -> Object:
    metadata = {k: v for k, v in found["metadata"].items() if k != "annotations"}
    others = {k: v for k, v in annotations_of(found).items() if k != backends.TRIGGER_TIME}
    annotations = {**others, **shape.annotations}
    metadata.update(_metadata(shape))
    metadata.pop("annotations", None)
    if annotations:
        metadata["annotations"] = annotations
    changed = {**found, "metadata": metadata, "endpoints": endpoints or None}
    changed["ports"] = group.ports or None
    return changed


def deletions(unused: Sequence[Object]) -> list[Write]:
    return [
        Delete(resource=SLICES, namespace=namespace_of(s), name=name_of(s), uid=uid_of(s))
        for s in unused
    ]
