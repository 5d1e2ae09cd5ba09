"""VolumeRestrictions: disks that one node or one pod may use at a time.

Source: pkg/scheduler/framework/plugins/volumerestrictions (1.36). GCE disks, AWS volumes, iSCSI
names and RBD images must not be mounted twice on a node unless read-only; a ReadWriteOncePod claim
that any pod uses refuses every node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import CLAIMS
from tuik8s.components.scheduler.events import ASSIGNED_POD, DELETE, ClusterEvent
from tuik8s.components.scheduler.framework import (
    OK,
    SKIP,
    Cycle,
    Refused,
    Remedy,
    Status,
    unresolvable,
)
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.volumes import READ_WRITE_ONCE_POD, volumes_of

REASON_DISK = "node(s) had no available disk"
REASON_ONCE = (
    "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode "
    "already in-use by another pod"
)
_DISKS = ("gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd")


class VolumeRestrictions:
    name = "VolumeRestrictions"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_filter(self, cycle: Cycle) -> Status:
        pod = cycle.pod
        exclusive: set[str] = set()
        for volume in volumes_of(pod):
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if name is None:
                continue
            claim = cycle.cluster.get(CLAIMS, name, pod.namespace)
            if claim is None:
                return unresolvable(f'persistentvolumeclaim "{name}" not found')
            if READ_WRITE_ONCE_POD in ((claim.get("spec") or {}).get("accessModes") or ()):
                exclusive.add(name)
        disks = _disks(pod)
        if not exclusive and not disks:
            return SKIP
        cycle.state[self.name] = exclusive, disks
        return OK

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        exclusive, disks = cycle.state[self.name]
        columns = cycle.columns
        parts: list[Refused] = []
        taken = np.zeros(len(columns), np.bool_)
        if disks:
            for row, name in enumerate(columns.names):
                taken[row] = any(_overlap(disks, _disks(p)) for p in columns.pods_on(name))
            parts.append(Refused(taken, REASON_DISK))
        if exclusive and _is_used(cycle, exclusive):
            parts.append(Refused(~taken, REASON_ONCE))
        return parts

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        exclusive, disks = cycle.state[self.name]
        name = cycle.columns.names[row]
        users = [p.key for p in cycle.columns.pods_on(name) if _overlap(disks, _disks(p))]
        if users:
            return Remedy(f"move {', '.join(users)} off {name}: it holds the same disk", 70)
        claims = ", ".join(sorted(exclusive))
        return Remedy(f"delete the pod that uses {claims}, or use another access mode", 70)

    def remedy_pod(self, cycle: Cycle) -> Remedy | None:
        missing = [
            name
            for volume in volumes_of(cycle.pod)
            if (name := (volume.get("persistentVolumeClaim") or {}).get("claimName"))
            and cycle.cluster.get(CLAIMS, name, cycle.pod.namespace) is None
        ]
        text = f"create the PersistentVolumeClaim {', '.join(missing)} in {cycle.pod.namespace}"
        return Remedy(text, 50 * len(missing)) if missing else None

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == CLAIMS:
            return True
        if event.resource != ASSIGNED_POD or event.action != DELETE:
            return False
        gone = event.pod
        return _overlap(_disks(pod), _disks(gone)) or bool(_claims(pod) & _claims(gone))


def _claims(pod: PodInfo) -> set[tuple[str, str]]:
    return {
        (pod.namespace, name)
        for volume in volumes_of(pod)
        if (name := (volume.get("persistentVolumeClaim") or {}).get("claimName"))
    }


def _is_used(cycle: Cycle, names: set[str]) -> bool:
    wanted = {(cycle.pod.namespace, name) for name in names}
    return any(
        wanted & _claims(pod)
        for entry in cycle.columns.entries.values()
        for pod in entry.pods.values()
        if pod.key != cycle.pod.key
    )


def _disks(pod: PodInfo) -> list[tuple[str, Object]]:
    return [
        (kind, volume[kind])
        for volume in volumes_of(pod)
        for kind in _DISKS
        if volume.get(kind) is not None
    ]


def _overlap(ours: list[tuple[str, Object]], theirs: list[tuple[str, Object]]) -> bool:
    return any(
        kind == other_kind and _conflict(kind, one, other)
        for kind, one in ours
        for other_kind, other in theirs
    )


def _conflict(kind: str, one: Object, other: Object) -> bool:
    if kind == "awsElasticBlockStore":
        return bool(one.get("volumeID") == other.get("volumeID"))
    if one.get("readOnly") and other.get("readOnly"):
        return False
    if kind == "gcePersistentDisk":
        return bool(one.get("pdName") == other.get("pdName"))
    if kind == "iscsi":
        return bool(one.get("iqn") == other.get("iqn"))
    return (
        (one.get("pool") or "rbd") == (other.get("pool") or "rbd")
        and one.get("image") == other.get("image")
        and not set(one.get("monitors") or ()).isdisjoint(other.get("monitors") or ())
    )
