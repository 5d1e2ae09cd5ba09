"""VolumeBinding: bound volumes are reachable from the node, waiting claims find one there.

For each waiting claim, the smallest first, the smallest free volume is taken on every node at once
(a mask of nodes per volume); where none is left the class must be able to make one. The choice for
the chosen node is reserved, so that the next pod does not count on the same volume.

Source: pkg/scheduler/framework/plugins/volumebinding (1.36). Storage capacity objects of CSI
drivers are not looked at: a class with a provisioner can always provide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from tuik8s.api.meta import copy_object
from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import CLAIMS, CLASSES, CSI_NODES, VOLUMES, Cluster
from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import (
    OK,
    SKIP,
    Cycle,
    Mask,
    Refused,
    Remedy,
    Status,
    unresolvable,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.volumes import (
    NO_PROVISIONER,
    SELECTED_NODE,
    candidates,
    claim_name,
    class_name,
    is_bound,
    reachable,
    size_asked,
    volume_name,
    volumes_of,
    waits_for_consumer,
)

REASON_AFFINITY = "node(s) didn't match PersistentVolume's node affinity"
REASON_NONE = "node(s) didn't find available persistent volumes to bind"
REASON_GONE = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
REASON_IMMEDIATE = "pod has unbound immediate PersistentVolumeClaims"
_RESOURCES: Final = (CLAIMS, VOLUMES, CLASSES, CSI_NODES)


class _Claims:
    """The claims of a pod by what has to happen to them, and the volumes found per claim."""

    def __init__(self) -> None:
        self.bound: list[Object] = []
        self.waiting: list[Object] = []
        self.immediate: list[Object] = []
        self.choices: list[tuple[Object, Object, Mask]] = []  # claim, volume, nodes
        self.made: list[tuple[Object, Mask]] = []  # claim, nodes where a volume is made for it


class VolumeBinding:
    name = "VolumeBinding"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_filter(self, cycle: Cycle) -> Status:
        claims = _Claims()
        problem = _sort_claims(cycle, claims)
        cycle.state[self.name] = claims
        if problem:
            return unresolvable(problem)
        if claims.immediate:
            return unresolvable(REASON_IMMEDIATE)
        return OK if claims.bound or claims.waiting else SKIP

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        claims: _Claims = cycle.state[self.name]
        count = len(cycle.columns)
        away = np.zeros(count, np.bool_)
        gone = np.zeros(count, np.bool_)
        for claim in claims.bound:
            volume = cycle.cluster.get(VOLUMES, volume_name(claim))
            if volume is None:
                gone[:] = True
            else:
                away |= ~reachable(volume, cycle.cluster)
        lacking = _find_volumes(cycle, claims)
        return (
            Refused(away, REASON_AFFINITY, True),
            Refused(lacking, REASON_NONE, True),
            Refused(gone, REASON_GONE, True),
        )

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        claims: _Claims = cycle.state[self.name]
        name = cycle.columns.names[row]
        for claim in claims.bound:
            volume = cycle.cluster.get(VOLUMES, volume_name(claim))
            if volume is not None and not reachable(volume, cycle.cluster)[row]:
                text = f"use another volume than {volume_name(claim)}: {name} cannot reach it"
                return Remedy(text, 90)
        sizes = ", ".join(
            f"{claim['metadata']['name']} ({class_name(claim)}, "
            f"{claim['spec']['resources']['requests']['storage']})"
            for claim in claims.waiting
            if size_asked(claim)
        )
        return Remedy(f"create a PersistentVolume on {name} for {sizes or 'its claims'}", 60)

    def remedy_pod(self, cycle: Cycle) -> Remedy | None:
        claims: _Claims = cycle.state[self.name]
        names = ", ".join(claim["metadata"]["name"] for claim in claims.immediate)
        text = f"create a PersistentVolume that fits {names}, or give it a StorageClass"
        return Remedy(text, 60) if names else None

    def reserve(self, cycle: Cycle, node_name: str) -> Status:
        """Keep the chosen volumes for the pod's claims until the cluster says so itself."""
        for claim, volume in self.chosen(cycle, node_name):
            if volume is not None:
                kept = copy_object(volume)
                meta = claim["metadata"]
                kept["spec"]["claimRef"] = {
                    "namespace": meta.get("namespace", ""),
                    "name": meta["name"],
                }
                cycle.cluster.set(VOLUMES, kept)
        return OK

    def unreserve(self, cycle: Cycle, node_name: str) -> None:
        for _, volume in self.chosen(cycle, node_name):
            if volume is not None:
                cycle.cluster.set(VOLUMES, volume)

    def chosen(self, cycle: Cycle, node_name: str) -> list[tuple[Object, Object | None]]:
        """For each waiting claim the volume to bind on a node; None: one is to be made there."""
        claims: _Claims | None = cycle.state.get(self.name)
        if claims is None:
            return []
        row = cycle.columns.entries[node_name].row
        found: list[tuple[Object, Object | None]] = []
        found += [(claim, volume) for claim, volume, nodes in claims.choices if nodes[row]]
        found += [(claim, None) for claim, nodes in claims.made if nodes[row]]
        return found

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.resource in _RESOURCES or event.is_node_gain("labels", "taints")


def _sort_claims(cycle: Cycle, claims: _Claims) -> str:
    """Fill in the pod's claims; what refuses the pod as a whole, or ""."""
    pod, cluster = cycle.pod, cycle.cluster
    for volume in volumes_of(pod):
        name, ephemeral = claim_name(pod, volume)
        if not name:
            continue
        claim = cluster.get(CLAIMS, name, pod.namespace)
        if claim is None:
            if ephemeral:
                words = "waiting for ephemeral volume controller to create the"
                return f'{words} persistentvolumeclaim "{name}"'
            return f'persistentvolumeclaim "{name}" not found'
        if (claim.get("status") or {}).get("phase") == "Lost":
            lost = f'bound to non-existent persistentvolume "{volume_name(claim)}"'
            return f'persistentvolumeclaim "{name}" {lost}'
        if "deletionTimestamp" in claim["metadata"]:
            return f'persistentvolumeclaim "{name}" is being deleted'
        if is_bound(claim):
            claims.bound.append(claim)
        elif waits_for_consumer(claim, cluster) and not volume_name(claim):
            claims.waiting.append(claim)
        else:
            claims.immediate.append(claim)
    claims.waiting.sort(key=size_asked)
    return ""


def _find_volumes(cycle: Cycle, claims: _Claims) -> Mask:
    """Choose a volume for each waiting claim on each node; nodes where one finds none."""
    count = len(cycle.columns)
    lacking = np.zeros(count, np.bool_)
    taken: dict[str, Mask] = {}
    claims.choices.clear()
    claims.made.clear()
    for claim in claims.waiting:
        selected = (claim["metadata"].get("annotations") or {}).get(SELECTED_NODE)
        if selected:
            lacking |= np.array([name != selected for name in cycle.columns.names], np.bool_)
            open_nodes = ~lacking
        else:
            open_nodes = np.ones(count, np.bool_)
            for volume in candidates(claim, cycle.cluster):
                used = taken.setdefault(volume["metadata"]["name"], np.zeros(count, np.bool_))
                here = open_nodes & reachable(volume, cycle.cluster) & ~used
                if here.any():
                    used |= here
                    open_nodes &= ~here
                    claims.choices.append((claim, volume, here))
        made = open_nodes & _can_make(claim, cycle.cluster)
        claims.made.append((claim, made))
        lacking |= open_nodes & ~made
    return lacking


def _can_make(claim: Object, cluster: Cluster) -> Mask:
    """Nodes for which the claim's class makes volumes."""
    columns = cluster.columns
    made_by = cluster.get(CLASSES, class_name(claim))
    if made_by is None or made_by.get("provisioner") in (None, "", NO_PROVISIONER):
        return np.zeros(len(columns), np.bool_)
    topologies = made_by.get("allowedTopologies")
    if not topologies:
        return np.ones(len(columns), np.bool_)
    terms = [
        {
            "matchExpressions": [
                {"key": e["key"], "operator": "In", "values": e.get("values") or []}
                for e in term.get("matchLabelExpressions") or ()
            ]
        }
        for term in topologies
    ]
    return columns.labels.matching(terms, columns.names)
