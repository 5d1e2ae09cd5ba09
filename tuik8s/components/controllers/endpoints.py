"""Endpoints: the addresses behind each Service with a selector, in the old form.

Source: k8s.io/kubernetes pkg/controller/endpoint/endpoints_controller.go and pkg/api/endpoints
(`RepackSubsets`), 1.36. Upstream orders subsets by a hash of Go's dump; ours by ports. As
upstream, an Endpoints object changed by hand is left so until the next change behind it; a
deleted one is put back.
"""

from __future__ import annotations

from collections.abc import Iterable

from tuik8s.api.meta import annotations_of, labels_of, name_of, namespace_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Create,
    Delete,
    Event,
    Plan,
    Update,
    View,
    Wake,
    itself,
)
from tuik8s.components.controllers.parts import backends
from tuik8s.components.controllers.parts.pods import is_ready

RESOURCE = "services"
_MANAGED_BY = "endpoints.kubernetes.io/managed-by"
_OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity"
_ADDRESSES_MAX = 1000


def _deleted_endpoints(change: Change, view: View) -> list[Key]:
    if change.new is not None:
        return []
    return [Key(RESOURCE, namespace_of(change.last), name_of(change.last))]


class EndpointsReconciler:
    """Keep an Endpoints object beside each Service that selects pods."""

    name = "endpoint"
    account = "endpoint-controller"
    component = "endpoint-controller"
    reads: tuple[str, ...] = ("pods", "endpoints")
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        Wake("pods", backends.services_of_pod),
        Wake("endpoints", _deleted_endpoints),
    )

    def __init__(self) -> None:
        self._times = backends.TriggerTimes()

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        service = view.get(RESOURCE, key.namespace, key.name)
        present = view.get("endpoints", key.namespace, key.name)
        if service is None:
            self._times.forget(key.namespace, key.name)
            return NOTHING if present is None else _delete(key)
        if not service["spec"].get("selector") or service["spec"].get("type") == "ExternalName":
            return NOTHING
        pods = backends.selected_pods(service, view)
        trigger_ms = self._times.trigger_ms(service, pods)
        if lost := _without_node(pods):
            return Plan(failed=f"pod {name_of(lost)} has an address and no node")
        subsets, truncated = _truncate(subsets_of(service, pods))
        wanted = _wanted(service, present, subsets, truncated, trigger_ms)
        pace_ms = backends.pace_ms(len(pods))
        if present is None:
            failed = Event(
                service,
                "Warning",
                "FailedToCreateEndpoint",
                f"Failed to create endpoint for service {key.namespace}/{key.name}: {{error}}",
            )
            create = Create(resource="endpoints", obj=wanted, failed=failed)
            return Plan(writes=(create,), pace_ms=pace_ms)
        if _same(present, wanted):
            return Plan(pace_ms=pace_ms)
        return Plan(writes=(Update(resource="endpoints", obj=wanted),), pace_ms=pace_ms)


def _delete(key: Key) -> Plan:
    delete = Delete(resource="endpoints", namespace=key.namespace, name=key.name)
    return Plan(writes=(delete,))


def _without_node(pods: Iterable[Object]) -> Object | None:
    for pod in pods:
        if backends.belongs(pod, with_terminating=False) and not pod["spec"].get("nodeName"):
            return pod
    return None


def _same(present: Object, wanted: Object) -> bool:
    if labels_of(present) != labels_of(wanted):
        return False
    capacity = annotations_of(present).get(_OVER_CAPACITY)
    if capacity != annotations_of(wanted).get(_OVER_CAPACITY):
        return False
    return (present.get("subsets") or []) == (wanted.get("subsets") or [])


def _wanted(
    service: Object,
    present: Object | None,
    subsets: list[Object],
    truncated: bool,
    trigger_ms: int | None,
) -> Object:
    labels = {k: v for k, v in labels_of(service).items() if k != backends.HEADLESS}
    if backends.is_headless(service):
        labels[backends.HEADLESS] = ""
    labels[_MANAGED_BY] = "endpoint-controller"
    annotations = dict(annotations_of(present)) if present else {}
    annotations.pop(backends.TRIGGER_TIME, None)
    annotations.pop(_OVER_CAPACITY, None)
    if trigger_ms is not None:
        annotations[backends.TRIGGER_TIME] = format_time(trigger_ms)
    if truncated:
        annotations[_OVER_CAPACITY] = "truncated"
    if present is None:
        metadata: Object = {"name": name_of(service), "namespace": namespace_of(service)}
    else:
        metadata = {k: v for k, v in present["metadata"].items() if k != "annotations"}
    metadata["labels"] = labels
    if annotations:
        metadata["annotations"] = annotations
    wanted: Object = {"apiVersion": "v1", "kind": "Endpoints", "metadata": metadata}
    if subsets:
        wanted["subsets"] = subsets
    return wanted


def subsets_of(service: Object, pods: Iterable[Object]) -> list[Object]:
    """Addresses grouped by the ports they serve, both in canonical order."""
    unready_too = backends.publishes_unready(service)
    groups: dict[tuple[tuple[object, ...], ...], tuple[list[Object], list[Object]]] = {}
    for pod in pods:
        if not backends.belongs(pod, with_terminating=unready_too):
            continue
        ports = _ports(pod, service)
        if not ports and backends.ports_of(service):
            continue
        ready, unready = groups.setdefault(ports, ([], []))
        (ready if unready_too or is_ready(pod) else unready).append(_address(pod, service))
    return [_subset(ports, *groups[ports]) for ports in sorted(groups, key=str)]


def _ports(pod: Object, service: Object) -> tuple[tuple[object, ...], ...]:
    found = []
    for port in backends.ports_of(service):
        number = backends.find_port(pod, port)
        if number is not None:
            protocol = port.get("protocol") or "TCP"
            found.append((port.get("name") or "", number, protocol, port.get("appProtocol") or ""))
    return tuple(sorted(found))


def _address(pod: Object, service: Object) -> Object:
    address: Object = {"ip": backends.pod_ips(pod)[0]}
    if hostname := backends.hostname_for(pod, service):
        address["hostname"] = hostname
    address["nodeName"] = pod["spec"]["nodeName"]
    address["targetRef"] = backends.target_ref(pod)
    return address


def _subset(
    ports: tuple[tuple[object, ...], ...], ready: list[Object], unready: list[Object]
) -> Object:
    subset: Object = {}
    for field, addresses in (("addresses", ready), ("notReadyAddresses", unready)):
        if addresses:
            subset[field] = sorted(addresses, key=lambda a: (a["ip"], a["targetRef"]["uid"]))
    shown = []
    for name, number, protocol, app in ports:
        port: Object = {"name": name} if name else {}
        port.update(port=number, protocol=protocol)
        if app:
            port["appProtocol"] = app
        shown.append(port)
    if shown:
        subset["ports"] = shown
    return subset


def _truncate(subsets: list[Object]) -> tuple[list[Object], bool]:
    """At most 1000 addresses; ready ones are kept before others."""
    total = sum(len(s.get(f) or ()) for s in subsets for f in ("addresses", "notReadyAddresses"))
    if total <= _ADDRESSES_MAX:
        return subsets, False
    room = _ADDRESSES_MAX
    kept: list[Object] = [{"ports": s.get("ports") or []} for s in subsets]
    for field in ("addresses", "notReadyAddresses"):
        for subset, short in zip(subsets, kept, strict=True):
            taken = (subset.get(field) or [])[:room]
            room -= len(taken)
            if taken:
                short[field] = taken
    return [s for s in kept if s.get("addresses") or s.get("notReadyAddresses")], True
