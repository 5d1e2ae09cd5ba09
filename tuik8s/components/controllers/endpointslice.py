"""EndpointSlices: the addresses behind each Service with a selector, 100 to a slice.

Endpoints that stay keep their slice; gone ones leave room for new ones; a new slice is made only
when none has room. So one pod's change rewrites one slice, however many there are.

Source: k8s.io/endpointslice reconciler.go and k8s.io/kubernetes
pkg/controller/endpointslice/endpointslice_controller.go, 1.36. Upstream repacks slices that
became sparse; we only delete empty ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tuik8s.api.meta import (
    is_deleting,
    labels_of,
    name_of,
)
from tuik8s.api.times import format_time
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import NOTHING, Plan, View, Wake, Write, itself
from tuik8s.components.controllers.parts import backends, slices
from tuik8s.components.controllers.parts.pods import is_ready
from tuik8s.components.controllers.parts.slices import SLICES, Group

RESOURCE = "services"
MANAGER = "endpointslice-controller.k8s.io"
_ZONE = "topology.kubernetes.io/zone"


@dataclass(frozen=True, slots=True)
class _Backends:
    """The pods of a Service as endpoints, by family and ports."""

    groups: dict[tuple[str, str], Group]
    trouble: str


class EndpointSliceReconciler:
    """Keep the EndpointSlices of each Service that selects pods."""

    name = "endpointslice"
    account = "endpointslice-controller"
    component = "endpoint-slice-controller"
    reads: tuple[str, ...] = ("pods", "nodes", SLICES)
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(RESOURCE, itself),
        Wake("pods", backends.services_of_pod),
        slices.wake_shown(MANAGER, RESOURCE),
    )

    def __init__(self) -> None:
        self._times = backends.TriggerTimes()

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        service = view.get(RESOURCE, key.namespace, key.name)
        if service is None:
            self._times.forget(key.namespace, key.name)
            return NOTHING  # the garbage collector removes what a Service owned
        spec = service["spec"]
        if not spec.get("selector") or spec.get("type") == "ExternalName" or is_deleting(service):
            return NOTHING
        pods = backends.selected_pods(service, view)
        trigger_ms = self._times.trigger_ms(service, pods)
        annotations = {} if trigger_ms is None else {backends.TRIGGER_TIME: format_time(trigger_ms)}
        present = slices.of_service(view, key, MANAGER)
        found = _backends(service, pods, view)
        writes: list[Write] = []
        for family in slices.families_of(service):
            groups = {ports: g for (fam, ports), g in found.groups.items() if fam == family}
            mine = [s for s in present if s.get("addressType") == family]
            shape = slices.Shape(service, _labels(service), annotations, family)
            writes += slices.reconcile_family(shape, groups, mine)
        return Plan(writes=tuple(writes), pace_ms=backends.pace_ms(len(pods)), failed=found.trouble)


def _labels(service: Object) -> dict[str, str]:
    reserved = (backends.SERVICE_NAME, backends.SLICE_MANAGED_BY, backends.HEADLESS)
    labels = {k: v for k, v in labels_of(service).items() if k not in reserved}
    labels[backends.SERVICE_NAME] = name_of(service)
    labels[backends.SLICE_MANAGED_BY] = MANAGER
    if backends.is_headless(service):
        labels[backends.HEADLESS] = ""
    return labels


def _backends(service: Object, pods: Iterable[Object], view: View) -> _Backends:
    families = slices.families_of(service)
    preferred = service["spec"].get("trafficDistribution") or ""
    groups: dict[tuple[str, str], Group] = {}
    trouble = ""
    for pod in pods:
        if not backends.belongs(pod, with_terminating=True):
            continue
        node = view.get("nodes", "", pod["spec"].get("nodeName") or "")
        if node is None:
            trouble = f"pod {name_of(pod)} runs on no known node"
            continue
        ports = _ports(pod, service)
        text = slices.ports_key(ports)
        for family in families:
            address = next(
                (ip for ip in backends.pod_ips(pod) if slices.family_of(ip) == family), ""
            )
            if address:
                group = groups.setdefault((family, text), Group(ports, []))
                group.endpoints.append(_endpoint(pod, service, node, address, preferred))
    return _Backends(groups, trouble)


def _ports(pod: Object, service: Object) -> list[Object]:
    found = ((port, backends.find_port(pod, port)) for port in backends.ports_of(service))
    return [slices.slice_port(port, number) for port, number in found if number is not None]


def _endpoint(pod: Object, service: Object, node: Object, address: str, preferred: str) -> Object:
    serving, terminating = is_ready(pod), is_deleting(pod)
    ready = backends.publishes_unready(service) or (serving and not terminating)
    endpoint: Object = {
        "addresses": [address],
        "conditions": {"ready": ready, "serving": serving, "terminating": terminating},
    }
    if hostname := backends.hostname_for(pod, service):
        endpoint["hostname"] = hostname
    endpoint["targetRef"] = backends.target_ref(pod)
    endpoint["nodeName"] = name_of(node)
    zone = labels_of(node).get(_ZONE)
    if zone:
        endpoint["zone"] = zone
    if ready and (hints := _hints(preferred, name_of(node), zone)):
        endpoint["hints"] = hints
    return endpoint


def _hints(preferred: str, node: str, zone: str | None) -> Object:
    """Where traffic to this endpoint should come from.

    Source: k8s.io/endpointslice trafficdist/trafficdist.go.
    """
    hints: Object = {}
    if preferred in ("PreferClose", "PreferSameZone", "PreferSameNode") and zone:
        hints["forZones"] = [{"name": zone}]
    if preferred == "PreferSameNode":
        hints["forNodes"] = [{"name": node}]
    return hints
