"""Addresses and ports of Services, given out on creation and update, taken back with the Service.

    Service written --> cluster IP from the upper part of the range, IPAddress object beside it
                    '-> node ports for NodePort and LoadBalancer

A dry run gets placeholders: the network address, and ports above the range. An allocation whose
write fails is undone.

Source: k8s.io/kubernetes pkg/registry/core/service/{storage/alloc.go,ipallocator,portallocator}
(1.36); which address is drawn there at random is drawn here from a named stream.
"""

from __future__ import annotations

import contextlib
import ipaddress
from typing import TYPE_CHECKING, Any, Final

from tuik8s.api.errors import ApiError, FieldError, invalid, invalid_object
from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.registry import KindRegistry
from tuik8s.api.types import Object

if TYPE_CHECKING:
    from tuik8s.components.apiserver.config import ApiServerConfig
    from tuik8s.components.store.types import Change
    from tuik8s.world.base import Rng

from tuik8s.components.apiserver.objects import Objects, decode_msgpack
from tuik8s.components.store.errors import Mismatch

_SERVICES: Final = "services"
_ADDRESSES: Final = "ipaddresses.networking.k8s.io"
_FAMILY_LABEL: Final = "ipaddress.kubernetes.io/ip-family"
_MANAGED_BY_LABEL: Final = "ipaddress.kubernetes.io/managed-by"
IDENTITY: Final = "system:apiserver"
"""Who the server itself is, when it writes."""
_WITH_PORTS: Final = ("NodePort", "LoadBalancer")
_HEADLESS: Final = "None"


class Allocation:
    """What one write took; `undo` gives it back, `done` keeps it."""

    def __init__(self, allocators: Allocators) -> None:
        self._allocators = allocators
        self.addresses: list[str] = []
        self.ports: list[int] = []
        self.freed_addresses: list[str] = []
        self.freed_ports: list[int] = []

    def undo(self) -> None:
        self._allocators.release(self.addresses, self.ports)
        self.addresses, self.ports = [], []

    def done(self, obj: Object) -> None:
        self._allocators.release(self.freed_addresses, self.freed_ports)
        self._allocators.note(obj, self.addresses)


class _Nothing(Allocation):
    """The allocation of everything that is no Service."""

    def __init__(self) -> None:
        self.addresses, self.ports = [], []

    def undo(self) -> None:
        """Nothing was taken."""

    def done(self, obj: Object) -> None:
        """Nothing was taken."""


_NOTHING: Final = _Nothing()


class Allocators:
    """The cluster's Service addresses and node ports; rebuilt from the stored Services."""

    def __init__(
        self, objects: Objects, kinds: KindRegistry, config: ApiServerConfig, rng: Rng
    ) -> None:
        store = objects.store
        self._store = store
        self._objects = objects
        self._kinds = kinds
        self._rng = rng
        self._network = ipaddress.ip_network(config.service_cidr)
        self._first_port, self._last_port = config.node_port_first, config.node_port_last
        self._addresses: set[str] = set()
        self._ports: set[int] = set()
        store.on_commit(self._on_commit)

    def rebuild(self) -> None:
        """Take what the stored Services hold, and nothing else."""
        self._addresses.clear()
        self._ports.clear()
        for entry in self._store.range(f"{_SERVICES}/").entries:
            addresses, ports = _held(decode_msgpack(entry.value))
            self._addresses.update(addresses)
            self._ports.update(ports)

    def release(self, addresses: list[str], ports: list[int]) -> None:
        self._addresses.difference_update(addresses)
        self._ports.difference_update(ports)

    def note(self, service: Object, addresses: list[str]) -> None:
        """Write down who holds addresses, as IPAddress objects."""
        kind = self._kinds.by_resource(_ADDRESSES)
        meta = service["metadata"]
        if kind is None:
            return
        for address in addresses:
            parent = {"resource": _SERVICES, "namespace": meta["namespace"], "name": meta["name"]}
            labels = {_FAMILY_LABEL: "IPv4", _MANAGED_BY_LABEL: "ipallocator.k8s.io"}
            noted: Object = {
                "kind": kind.kind,
                "apiVersion": kind.api_version,
                "metadata": {
                    "name": address,
                    "uid": self._rng.uid(),
                    "creationTimestamp": meta["creationTimestamp"],
                    "labels": labels,
                },
                "spec": {"parentRef": parent},
            }
            with contextlib.suppress(Mismatch):  # somebody else wrote it down before
                self._objects.create(kind, noted, IDENTITY, self._store.revision)

    def _forget(self, addresses: list[str]) -> None:
        for address in addresses:
            entry = self._store.get(f"{_ADDRESSES}//{address}")
            if entry is not None:
                self._objects.remove(entry, IDENTITY, self._store.revision)

    def for_create(self, kind: Kind, obj: Object, dry_run: bool) -> Allocation:
        """Fill in the addresses and ports of a new Service. Raises ApiError (422)."""
        if kind.resource != _SERVICES:
            return _NOTHING
        return self._allocate(obj, None, dry_run)

    def for_update(self, kind: Kind, new: Object, old: Object, dry_run: bool) -> Allocation:
        """Keep what a Service has, take what it now needs, free what it no longer does."""
        if kind.resource != _SERVICES:
            return _NOTHING
        return self._allocate(new, old, dry_run)

    def _allocate(self, new: Object, old: Object | None, dry_run: bool) -> Allocation:
        taken = Allocation(self)
        try:
            spec = new.setdefault("spec", {})
            before = (old or {}).get("spec") or {}
            self._give_address(new, spec, before, taken, dry_run)
            self._give_ports(new, spec, before, taken, dry_run)
            self._give_health_port(new, spec, before, taken, dry_run)
        except ApiError:
            taken.undo()
            raise
        return taken

    # -- addresses

    def _give_address(
        self, new: Object, spec: Object, before: Object, taken: Allocation, dry_run: bool
    ) -> None:
        held = [a for a in before.get("clusterIPs") or () if a != _HEADLESS]
        if spec.get("type") == "ExternalName":
            if before.get("type") != "ExternalName" and before:
                taken.freed_addresses = held
                for name in ("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"):
                    if spec.get(name) == before.get(name):
                        spec.pop(name, None)
            return
        _give_families(spec)
        wanted = spec.get("clusterIP") or (spec.get("clusterIPs") or [""])[0]
        if not wanted and before.get("clusterIP") and before.get("type") != "ExternalName":
            wanted = before["clusterIP"]
        if wanted == _HEADLESS or (wanted and wanted in held):
            spec["clusterIP"], spec["clusterIPs"] = wanted, [wanted]
            return
        if dry_run and not wanted:
            address = str(self._network.network_address)
        else:
            address = self._take_address(new, wanted, taken, dry_run)
        spec["clusterIP"], spec["clusterIPs"] = address, [address]

    def _take_address(self, new: Object, wanted: str, taken: Allocation, dry_run: bool) -> str:
        if wanted:
            why = self._why_not(wanted)
            if why:
                message = f"failed to allocate IP {wanted}: {why}"
                raise _invalid(new, [invalid("spec.clusterIPs", [wanted], message)])
            address = wanted
        else:
            address = self._free_address(new)
        if not dry_run:
            self._addresses.add(address)
            taken.addresses.append(address)
        return address

    def _why_not(self, wanted: str) -> str:
        try:
            address = ipaddress.ip_address(wanted)
        except ValueError:
            return "not a valid IP address"
        if address not in self._network or address == self._network.network_address:
            return "the provided network does not match the current range"
        return "provided IP is already allocated" if wanted in self._addresses else ""

    def _free_address(self, new: Object) -> str:
        size = self._network.num_addresses
        reserved = min(max(16, size // 16), 256)
        first = self._network.network_address
        for low, high in ((reserved + 1, size - 1), (1, reserved + 1)):
            if high <= low:
                continue
            begin = self._rng.below(high - low)
            for step in range(high - low):
                address = str(first + low + (begin + step) % (high - low))
                if address not in self._addresses:
                    return address
        why = "failed to allocate a serviceIP: range is full"
        raise ApiError(500, "InternalError", f"Internal error occurred: {why}")

    # -- ports

    def _give_ports(
        self, new: Object, spec: Object, before: Object, taken: Allocation, dry_run: bool
    ) -> None:
        held = _node_ports(before)
        ports = spec.get("ports") or []
        wants = spec.get("type") == "NodePort" or (
            spec.get("type") == "LoadBalancer"
            and spec.get("allocateLoadBalancerNodePorts", True) is not False
        )
        if spec.get("type") not in _WITH_PORTS:
            if before.get("type") in _WITH_PORTS:
                _drop_same_ports(ports, held)
            taken.freed_ports = sorted(held)
            return
        used: dict[tuple[str, int], int] = {}
        below = self._last_port + 1
        for index, port in enumerate(ports):
            number = port.get("nodePort") or 0
            protocol = port.get("protocol", "TCP")
            if not number:
                number = _same_port(port, before)
            if number and number not in held and number not in taken.ports:
                self._take_port(new, index, number, taken, dry_run)
            elif not number and wants:
                if dry_run:
                    below += 1
                    number = below
                else:
                    number = used.get((_other(protocol), port.get("port", 0)), 0)
                    number = number or self._free_port(new, taken)
            if number:
                port["nodePort"] = number
                used[protocol, port.get("port", 0)] = number
        kept = _node_ports(spec)
        taken.freed_ports = sorted(held - kept)

    def _take_port(
        self, new: Object, index: int, number: int, taken: Allocation, dry_run: bool
    ) -> None:
        field = f"spec.ports[{index}].nodePort"
        if not self._first_port <= number <= self._last_port:
            why = (
                "provided port is not in the valid range. The range of valid ports is "
                f"{self._first_port}-{self._last_port}"
            )
            raise _invalid(new, [invalid(field, number, why)])
        if number in self._ports:
            raise _invalid(new, [invalid(field, number, "provided port is already allocated")])
        if not dry_run:
            self._ports.add(number)
            taken.ports.append(number)

    def _free_port(self, new: Object, taken: Allocation) -> int:
        size = self._last_port - self._first_port + 1
        begin = self._rng.below(size)
        for step in range(size):
            number = self._first_port + (begin + step) % size
            if number not in self._ports:
                self._ports.add(number)
                taken.ports.append(number)
                return number
        why = "failed to allocate a nodePort: range is full"
        raise ApiError(500, "InternalError", f"Internal error occurred: {why}")

    def _give_health_port(
        self, new: Object, spec: Object, before: Object, taken: Allocation, dry_run: bool
    ) -> None:
        needs = spec.get("type") == "LoadBalancer" and spec.get("externalTrafficPolicy") == "Local"
        held = before.get("healthCheckNodePort") or 0
        if not needs:
            if held:
                taken.freed_ports.append(held)
                if spec.get("healthCheckNodePort") == held:
                    spec.pop("healthCheckNodePort")
            return
        wanted = spec.get("healthCheckNodePort") or held
        if wanted and wanted == held:
            spec["healthCheckNodePort"] = held
        elif wanted:
            if wanted in self._ports:
                why = (
                    f"failed to allocate requested HealthCheck NodePort {wanted}: "
                    "provided port is already allocated"
                )
                raise ApiError(500, "InternalError", f"Internal error occurred: {why}")
            self._ports.add(wanted)
            taken.ports.append(wanted)
        elif not dry_run:
            spec["healthCheckNodePort"] = self._free_port(new, taken)

    def _on_commit(self, changes: list[Change]) -> None:
        for change in changes:
            if change.type == "DELETED" and change.key.startswith("services/"):
                addresses, ports = _held(decode_msgpack(change.value))
                self.release(addresses, ports)
                self._forget(addresses)


def _give_families(spec: Object) -> None:
    """One family, except for what names no pods and has no address: it may be of both."""
    headless = spec.get("clusterIP") == _HEADLESS or spec.get("clusterIPs") == [_HEADLESS]
    if headless and not spec.get("selector"):
        spec.setdefault("ipFamilyPolicy", "RequireDualStack")
    spec.setdefault("ipFamilyPolicy", "SingleStack")
    families = spec.setdefault("ipFamilies", ["IPv4"])
    if spec["ipFamilyPolicy"] == "RequireDualStack" and len(families) == 1 and headless:
        families.append("IPv6" if families[0] == "IPv4" else "IPv4")


def _held(service: Object) -> tuple[list[str], list[int]]:
    spec = service.get("spec") or {}
    addresses = [a for a in spec.get("clusterIPs") or () if a != _HEADLESS]
    ports = sorted(_node_ports(spec))
    health = spec.get("healthCheckNodePort")
    return addresses, [*ports, health] if health else ports


def _node_ports(spec: Object) -> set[int]:
    return {p["nodePort"] for p in spec.get("ports") or () if p.get("nodePort")}


def _drop_same_ports(ports: list[Any], held: set[int]) -> None:
    for port in ports:
        if port.get("nodePort") in held:
            port.pop("nodePort")


def _same_port(port: Object, before: Object) -> int:
    """The node port that a port had before a client left it out."""
    wanted = (port.get("port"), port.get("protocol", "TCP"))
    for known in before.get("ports") or ():
        if (known.get("port"), known.get("protocol", "TCP")) == wanted:
            return int(known.get("nodePort") or 0)
    return 0


def _other(protocol: str) -> str:
    return "UDP" if protocol == "TCP" else "TCP"


def _invalid(service: Object, errors: list[FieldError]) -> ApiError:
    return invalid_object("", "Service", service["metadata"].get("name") or "", errors)
