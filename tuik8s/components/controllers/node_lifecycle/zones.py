"""How much of each zone is down decides how fast its nodes may be evicted.

    state   unready                        nodes tainted NoExecute
    normal  at most 2, or less than 55 %   1 per 10 s
    partial more than that                 1 per 100 s; none in a cluster of at most 50 nodes
    full    all of the zone                1 per 10 s; none when all zones are full

Source: k8s.io/kubernetes pkg/controller/nodelifecycle/node_lifecycle_controller.go
(`ComputeZoneState`, `handleDisruption`, `setLimiterInZone`), 1.36.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tuik8s.api.meta import labels_of
from tuik8s.api.types import Object

NORMAL, PARTIAL, FULL = "Normal", "PartialDisruption", "FullDisruption"
_REGION = "topology.kubernetes.io/region"
_ZONE = "topology.kubernetes.io/zone"


@dataclass(frozen=True, slots=True)
class Rates:
    """Limits of eviction; rates as the pause between two nodes of one zone."""

    pause_ms: int
    partial_pause_ms: int
    unhealthy_percent: int
    large_cluster_nodes: int


def zone_of(node: Object) -> str:
    labels = labels_of(node)
    region, zone = labels.get(_REGION, ""), labels.get(_ZONE, "")
    return f"{region}:\x00:{zone}" if region or zone else ""


def states(ready_by_zone: Mapping[str, Iterable[bool]], rates: Rates) -> dict[str, str]:
    """The state of each zone, from whether each of its nodes is ready."""
    found = {}
    for zone, nodes in ready_by_zone.items():
        all_nodes = list(nodes)
        unready = all_nodes.count(False)
        if unready and unready == len(all_nodes):
            found[zone] = FULL
        elif unready > 2 and unready * 100 >= rates.unhealthy_percent * len(all_nodes):
            found[zone] = PARTIAL
        else:
            found[zone] = NORMAL
    return found


def pauses(zone_states: Mapping[str, str], nodes: int, rates: Rates) -> dict[str, int | None]:
    """The pause between evictions per zone; None where nothing may be evicted."""
    if zone_states and all(state == FULL for state in zone_states.values()):
        return dict.fromkeys(zone_states)
    partial = rates.partial_pause_ms if nodes > rates.large_cluster_nodes else None
    return {
        zone: partial if state == PARTIAL else rates.pause_ms for zone, state in zone_states.items()
    }
