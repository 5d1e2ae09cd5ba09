"""Node IPAM: every node gets a range of pod addresses, and no two the same.

All nodes are one key: a look sees every range that is taken and gives free ones to all nodes that
have none, in one plan. As the next look waits for the cache to hold these writes, and a start for
the whole cache, a range is never given twice.

Source: k8s.io/kubernetes pkg/controller/nodeipam/ipam/{range_allocator,cidrset}.go, 1.36. We
always give the lowest free range; upstream goes on from the last one given.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from tuik8s.api.meta import is_deleting, name_of, uid_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import Change, Event, Patch, Plan, View, Wake, Write

_ALL = Key("nodes", "", "")
_NODES_PER_PACE_MS = 20


def _nodes_without_range(change: Change, view: View) -> tuple[Key, ...]:
    """A node without a range, or one that went and gave its range back."""
    node = change.new
    if node is not None and (node.get("spec") or {}).get("podCIDR"):
        return ()
    return (_ALL,)


class NodeIpamReconciler:
    """Give every node its share of the pod range."""

    name = "nodeipam"
    account = "node-controller"
    component = "cidrAllocator"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = (_ALL,)
    wakes: tuple[Wake, ...] = (Wake("nodes", _nodes_without_range),)

    def __init__(self, pod_cidr: str, node_mask: int) -> None:
        self._range = ip_network(pod_cidr)
        self._mask = max(node_mask, self._range.prefixlen)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        nodes = view.list_("nodes")
        taken = [ip_network(cidr, strict=False) for node in nodes for cidr in _cidrs(node)]
        needy = [node for node in nodes if not _cidrs(node) and not is_deleting(node)]
        if not needy:
            return Plan()
        free = self._free(taken)
        writes: list[Write] = []
        events: list[Event] = []
        for node in needy:
            cidr = next(free, None)
            if cidr is None:
                text = f"Node {name_of(node)} status is now: CIDRNotAvailable"
                events.append(Event(node, "Normal", "CIDRNotAvailable", text))
            else:
                writes.append(_give(node, str(cidr)))
        failed = "no free range of pod addresses" if events else ""
        pace_ms = len(nodes) // _NODES_PER_PACE_MS
        return Plan(writes=tuple(writes), events=tuple(events), failed=failed, pace_ms=pace_ms)

    def _free(self, taken: list[IPv4Network | IPv6Network]) -> Iterator[IPv4Network | IPv6Network]:
        """Free ranges, lowest first; one of another size takes up all that it touches."""
        exact = {net for net in taken if net.prefixlen == self._mask}
        odd = [net for net in taken if net.prefixlen != self._mask]
        for net in self._range.subnets(new_prefix=self._mask):
            if net not in exact and not any(net.overlaps(other) for other in odd):
                yield net


def _cidrs(node: Object) -> list[str]:
    spec = node.get("spec") or {}
    found = spec.get("podCIDRs") or [spec.get("podCIDR")]
    return [cidr for cidr in found if cidr]


def _give(node: Object, cidr: str) -> Patch:
    spec = {"podCIDR": cidr, "podCIDRs": [cidr]}
    return Patch(
        resource="nodes",
        namespace="",
        name=name_of(node),
        patch={"metadata": {"uid": uid_of(node)}, "spec": spec},
        form="strategic",
        tolerate=(404,),
    )
