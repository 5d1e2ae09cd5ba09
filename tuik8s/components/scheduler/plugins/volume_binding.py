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

from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import CLAIMS, CLASSES, CSI_NODES, VOLUMES
from tuik8s.components.scheduler.events import ClusterEvent
from tuik8s.components.scheduler.framework import (
    OK,
    SKIP,
    Code,
    Cycle,
    Mask,
    Refused,
    Remedy,
    Status,
    Wanted,
    unresolvable,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.volumes import (
    belongs_to,
    can_make,
    candidates,
    claim_name,
    class_name,
    for_node,
    is_bound,
    kept_for,
    reachable,
    selected_node,
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
_BIND_TIMEOUT_S: Final = 600
_RESERVED: Final = "VolumeBinding/reserved"


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
        self.bind_timeout_ms: int = 1_000 * args.get("bindTimeoutSeconds", _BIND_TIMEOUT_S)

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
        kept: list[tuple[str, Object, Object]] = []
        for claim, volume in self.chosen(cycle, node_name):
            if volume is None:
                if selected_node(claim) != node_name:
                    kept.append((CLAIMS, claim, for_node(claim, node_name)))
            elif not belongs_to(volume, claim):
                kept.append((VOLUMES, volume, kept_for(volume, claim)))
        for resource, _, changed in kept:
            cycle.cluster.set(resource, changed)
        cycle.state[_RESERVED] = kept
        return OK

    def unreserve(self, cycle: Cycle, node_name: str) -> None:
        cluster = cycle.cluster
        for resource, before, changed in cycle.state.pop(_RESERVED, ()):
            meta = changed["metadata"]
            if cluster.get(resource, meta["name"], meta.get("namespace", "")) is changed:
                cluster.set(resource, before)

    def prepared(self, cycle: Cycle) -> Status:
        """Whether all claims that waited for this pod are bound."""
        claims: _Claims | None = cycle.state.get(self.name)
        for claim in claims.waiting if claims is not None else ():
            meta = claim["metadata"]
            now = cycle.cluster.get(CLAIMS, meta["name"], cycle.pod.namespace)
            if now is None or now["metadata"].get("uid") != meta.get("uid"):
                gone = f'persistentvolumeclaim "{meta["name"]}" not found'
                return Status(Code.ERROR, f'running PreBind plugin "{self.name}": {gone}')
            if not is_bound(now):
                return Status(Code.WAIT)
        return OK

    def pre_bind(self, cycle: Cycle, node_name: str) -> Sequence[Wanted]:
        """Offer the chosen volumes to their claims; have the others made for the node.

        The controller of volumes then binds them. The revisions make two schedulers, or a claim
        that somebody else served meanwhile, collide.
        """
        wanted: list[Wanted] = []
        for resource, before, changed in cycle.state.get(_RESERVED, ()):
            meta = changed["metadata"]
            body: Object = {
                "metadata": {
                    "resourceVersion": before["metadata"].get("resourceVersion"),
                    "annotations": meta.get("annotations") or {},
                }
            }
            if resource == VOLUMES:
                body["spec"] = {"claimRef": changed["spec"]["claimRef"]}
            wanted.append(Wanted(resource, meta.get("namespace", ""), meta["name"], body))
        return wanted

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
        selected = selected_node(claim)
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
        made = open_nodes & can_make(claim, cycle.cluster)
        claims.made.append((claim, made))
        lacking |= open_nodes & ~made
    return lacking
