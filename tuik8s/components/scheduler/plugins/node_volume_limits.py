"""NodeVolumeLimits: as many volumes of a CSI driver on a node as its CSINode allows.

Source: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go (1.36). A volume counts once per
node. We count the volumes of pods; VolumeAttachments that outlive their pods are not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tuik8s.api.types import Object
from tuik8s.components.scheduler.cluster import CLASSES, CSI_NODES, VOLUMES, Cluster
from tuik8s.components.scheduler.events import ASSIGNED_POD, DELETE, ClusterEvent
from tuik8s.components.scheduler.framework import OK, SKIP, Cycle, Refused, Remedy, Status
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.volumes import claims_of, class_name, volume_name

REASON = "node(s) exceed max volume count"


class NodeVolumeLimits:
    name = "NodeVolumeLimits"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_filter(self, cycle: Cycle) -> Status:
        attached = _attached(cycle.pod, cycle.cluster)
        if not attached:
            return SKIP
        cycle.state[self.name] = attached
        return OK

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        wanted: set[tuple[str, str]] = cycle.state[self.name]
        drivers = {driver for driver, _ in wanted}
        columns = cycle.columns
        full = np.zeros(len(columns), np.bool_)
        for csi_node in cycle.cluster.items(CSI_NODES):
            entry = columns.entries.get(csi_node["metadata"]["name"])
            if entry is None or entry.row < 0:
                continue
            limits = _limits(csi_node)
            if drivers & limits.keys():
                present = set[tuple[str, str]]()
                for pod in entry.pods.values():
                    present |= _attached(pod, cycle.cluster)
                full[entry.row] = _exceeds(wanted - present, present, limits)
        return (Refused(full, REASON),) if full.any() else ()

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        name = cycle.columns.names[row]
        return Remedy(f"free a volume on {name}, or raise its driver's limit in the CSINode", 60)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        if event.resource == ASSIGNED_POD:
            return event.action == DELETE
        return event.resource == CSI_NODES or event.is_node_gain()


def _limits(csi_node: Object) -> dict[str, int]:
    return {
        driver["name"]: driver["allocatable"]["count"]
        for driver in (csi_node.get("spec") or {}).get("drivers") or ()
        if (driver.get("allocatable") or {}).get("count") is not None
    }


def _attached(pod: PodInfo, cluster: Cluster) -> set[tuple[str, str]]:
    """Driver and handle of each CSI volume of a pod; of one not made yet, its claim."""
    found: set[tuple[str, str]] = set()
    for claim in claims_of(pod, cluster):
        name, meta = volume_name(claim), claim["metadata"]
        if name:
            volume = cluster.get(VOLUMES, name)
            csi = ((volume or {}).get("spec") or {}).get("csi")
            if csi is not None:
                found.add((csi.get("driver", ""), csi.get("volumeHandle", "")))
        else:
            made_by = cluster.get(CLASSES, class_name(claim))
            if made_by is not None:
                handle = f"{meta.get('namespace', '')}/{meta['name']}"
                found.add((made_by.get("provisioner", ""), handle))
    return found


def _exceeds(
    new: set[tuple[str, str]], present: set[tuple[str, str]], limits: Mapping[str, int]
) -> bool:
    held = Counter(driver for driver, _ in present)
    asked = Counter(driver for driver, _ in new)
    return any(
        driver in limits and held[driver] + count > limits[driver]
        for driver, count in asked.items()
    )
