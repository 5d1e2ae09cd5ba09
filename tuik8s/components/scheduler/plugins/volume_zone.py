"""VolumeZone: a bound volume is reached from the zone and region that its labels name.

Source: pkg/scheduler/framework/plugins/volumezone (1.36). Nodes without any zone or region label
pass; a beta label of the volume is also looked up under its new name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from tuik8s.components.scheduler.cluster import CLAIMS, CLASSES, VOLUMES
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
from tuik8s.components.scheduler.volumes import class_name, volume_name, volumes_of

REASON = "node(s) had no available volume zone"
_KEYS: Final = (
    "failure-domain.beta.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
)
_NEW_NAMES: Final = {_KEYS[0]: _KEYS[2], _KEYS[1]: _KEYS[3]}


class _Place(NamedTuple):
    volume: str
    key: str
    values: frozenset[str]


class VolumeZone:
    name = "VolumeZone"

    def __init__(self, args: Mapping[str, Any]) -> None:
        pass

    def pre_filter(self, cycle: Cycle) -> Status:
        places: list[_Place] = []
        for volume in volumes_of(cycle.pod):
            name = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if name:
                found = _places(cycle, name)
                if isinstance(found, str):
                    return unresolvable(found)
                places += found
        if not places:
            return SKIP
        cycle.state[self.name] = places
        return OK

    def filter(self, cycle: Cycle) -> Sequence[Refused]:
        refused = np.zeros(len(cycle.columns), np.bool_)
        for place in cycle.state[self.name]:
            refused |= ~_inside(cycle, place)
        labelled = np.zeros(len(cycle.columns), np.bool_)
        for key in _KEYS:
            labelled |= cycle.columns.labels.column(key).present()
        return (Refused(refused & labelled, REASON, True),)

    def remedy(self, cycle: Cycle, row: int) -> Remedy | None:
        for place in cycle.state[self.name]:
            if not _inside(cycle, place)[row]:
                where = " or ".join(sorted(place.values))
                return Remedy(f"move volume {place.volume} out of {where}, or add a node there", 90)
        return None

    def remedy_pod(self, cycle: Cycle) -> Remedy | None:
        return Remedy("create the missing PersistentVolume, or delete its claim", 80)

    def hint(self, pod: PodInfo, event: ClusterEvent) -> bool:
        return event.resource in (CLAIMS, VOLUMES, CLASSES) or event.is_node_gain("labels")


def _places(cycle: Cycle, claim: str) -> list[_Place] | str:
    """Where the volume of a claim must be reached from, or why that cannot be told."""
    cluster = cycle.cluster
    found = cluster.get(CLAIMS, claim, cycle.pod.namespace)
    if found is None:
        return f'persistentvolumeclaim "{claim}" not found'
    name = volume_name(found)
    if not name:
        wanted = class_name(found)
        if not wanted:
            return "PersistentVolumeClaim had no pv name and storageClass name"
        made_by = cluster.get(CLASSES, wanted)
        if made_by is None:
            return f'storageclass.storage.k8s.io "{wanted}" not found'
        if made_by.get("volumeBindingMode") == "WaitForFirstConsumer":
            return []
        return "PersistentVolume had no name"
    volume = cluster.get(VOLUMES, name)
    if volume is None:
        return f'persistentvolume "{name}" not found'
    labels = volume["metadata"].get("labels") or {}
    return [
        _Place(name, key, frozenset(part.strip() for part in labels[key].split("__")))
        for key in _KEYS
        if key in labels
    ]


def _inside(cycle: Cycle, place: _Place) -> Mask:
    """Nodes whose label names one of the volume's zones."""
    columns = cycle.columns.labels
    mask = np.zeros(len(cycle.columns), np.bool_)
    own = columns.column(place.key)
    for value in place.values:
        mask |= own.codes == own.values.get(value, -2)
    if place.key in _NEW_NAMES:
        new = columns.column(_NEW_NAMES[place.key])
        for value in place.values:
            mask |= ~own.present() & (new.codes == new.values.get(value, -2))
    return mask
