"""All scheduler plugins by name, in the order in which upstream calls them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from tuik8s.components.scheduler.framework import Plugin
from tuik8s.components.scheduler.plugins.balanced_allocation import NodeResourcesBalancedAllocation
from tuik8s.components.scheduler.plugins.default_binder import DefaultBinder
from tuik8s.components.scheduler.plugins.default_preemption import DefaultPreemption
from tuik8s.components.scheduler.plugins.dynamic_resources import DynamicResources
from tuik8s.components.scheduler.plugins.image_locality import ImageLocality
from tuik8s.components.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from tuik8s.components.scheduler.plugins.node_affinity import NodeAffinity
from tuik8s.components.scheduler.plugins.node_name import NodeName
from tuik8s.components.scheduler.plugins.node_ports import NodePorts
from tuik8s.components.scheduler.plugins.node_resources_fit import NodeResourcesFit
from tuik8s.components.scheduler.plugins.node_unschedulable import NodeUnschedulable
from tuik8s.components.scheduler.plugins.node_volume_limits import NodeVolumeLimits
from tuik8s.components.scheduler.plugins.pod_topology_spread import PodTopologySpread
from tuik8s.components.scheduler.plugins.priority_sort import PrioritySort
from tuik8s.components.scheduler.plugins.scheduling_gates import SchedulingGates
from tuik8s.components.scheduler.plugins.taint_toleration import TaintToleration
from tuik8s.components.scheduler.plugins.volume_binding import VolumeBinding
from tuik8s.components.scheduler.plugins.volume_restrictions import VolumeRestrictions
from tuik8s.components.scheduler.plugins.volume_zone import VolumeZone

Factory = Callable[[Mapping[str, Any]], Plugin]

PLUGINS: Final[dict[str, Factory]] = {
    "SchedulingGates": SchedulingGates,
    "PrioritySort": PrioritySort,
    "NodeUnschedulable": NodeUnschedulable,
    "NodeName": NodeName,
    "TaintToleration": TaintToleration,
    "NodeAffinity": NodeAffinity,
    "NodePorts": NodePorts,
    "NodeResourcesFit": NodeResourcesFit,
    "VolumeRestrictions": VolumeRestrictions,
    "NodeVolumeLimits": NodeVolumeLimits,
    "VolumeBinding": VolumeBinding,
    "VolumeZone": VolumeZone,
    "PodTopologySpread": PodTopologySpread,
    "InterPodAffinity": InterPodAffinity,
    "DynamicResources": DynamicResources,
    "DefaultPreemption": DefaultPreemption,
    "NodeResourcesBalancedAllocation": NodeResourcesBalancedAllocation,
    "ImageLocality": ImageLocality,
    "DefaultBinder": DefaultBinder,
}
