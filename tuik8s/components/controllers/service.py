"""Services of type LoadBalancer get an address, as from a cloud that has a range of them.

Source: k8s.io/cloud-provider controllers/service/controller.go and MetalLB's way of giving the
lowest free address. All such Services are one key, so that no address is given twice.
"""

from __future__ import annotations

from ipaddress import ip_network

from tuik8s.api.meta import is_deleting, name_of, namespace_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Event,
    Plan,
    Update,
    View,
    Wake,
    Write,
)
from tuik8s.components.controllers.parts.workloads import status_update, with_status

_ALL = Key("services", "", "")


def _balanced(change: Change, view: View) -> tuple[Key, ...]:
    return (_ALL,) if any(_wants(s) or _addresses(s) for s in change.seen) else ()


def _wants(service: Object) -> bool:
    spec = service.get("spec") or {}
    if spec.get("type") != "LoadBalancer" or is_deleting(service):
        return False
    return not spec.get("loadBalancerClass")


def _addresses(service: Object) -> list[str]:
    balancer = (service.get("status") or {}).get("loadBalancer") or {}
    return [entry["ip"] for entry in balancer.get("ingress") or () if entry.get("ip")]


class ServiceReconciler:
    """Give LoadBalancer Services their addresses and take them back."""

    name = "service"
    account = "service-controller"
    component = "service-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = (_ALL,)
    wakes: tuple[Wake, ...] = (Wake("services", _balanced),)

    def __init__(self, cidr: str) -> None:
        self._range = ip_network(cidr) if cidr else None

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        if self._range is None:
            return NOTHING
        services = view.list_("services")
        taken = {address for s in services if _wants(s) for address in _addresses(s)}
        writes: list[Write] = []
        for service in services:
            if _wants(service) and not _addresses(service):
                address = self._pick(service, taken)
                if address is None:
                    return Plan(writes=tuple(writes), failed="no free load balancer address")
                taken.add(address)
                writes.append(_give(service, address))
            elif _addresses(service) and service["spec"].get("type") != "LoadBalancer":
                writes.append(status_update("services", service, {"loadBalancer": {}}))
        return Plan(writes=tuple(writes))

    def _pick(self, service: Object, taken: set[str]) -> str | None:
        assert self._range is not None, "addresses are given from a range only"
        asked = service["spec"].get("loadBalancerIP")
        if asked and asked not in taken:
            return str(asked)
        return next((str(a) for a in self._range.hosts() if str(a) not in taken), None)


def _give(service: Object, address: str) -> Update:
    status = dict(service.get("status") or {})
    status["loadBalancer"] = {"ingress": [{"ip": address, "ipMode": "VIP"}]}
    return Update(
        resource="services",
        obj=with_status(service, status),
        subresource="status",
        said=Event(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer"),
        failed=Event(
            service,
            "Warning",
            "SyncLoadBalancerFailed",
            f"Error syncing load balancer of {namespace_of(service)}/{name_of(service)}: {{error}}",
        ),
    )
