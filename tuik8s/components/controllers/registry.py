"""The controllers there are, in the order in which they begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tuik8s.components.controllers.base import ControllersConfig, Reconciler
from tuik8s.components.controllers.clusterrole_aggregation import ClusterRoleAggregationReconciler
from tuik8s.components.controllers.cronjob import CronJobReconciler
from tuik8s.components.controllers.daemonset import DaemonSetReconciler
from tuik8s.components.controllers.deployment import DeploymentReconciler
from tuik8s.components.controllers.disruption import DisruptionReconciler
from tuik8s.components.controllers.endpoints import EndpointsReconciler
from tuik8s.components.controllers.endpointslice import EndpointSliceReconciler
from tuik8s.components.controllers.endpointslicemirroring import EndpointSliceMirroringReconciler
from tuik8s.components.controllers.garbage_collector import GarbageCollectorReconciler
from tuik8s.components.controllers.horizontal_pod_autoscaler import (
    HorizontalPodAutoscalerReconciler,
)
from tuik8s.components.controllers.job import JobReconciler
from tuik8s.components.controllers.namespace import NamespaceReconciler
from tuik8s.components.controllers.node_ipam import NodeIpamReconciler
from tuik8s.components.controllers.node_lifecycle import NodeLifecycleReconciler
from tuik8s.components.controllers.node_lifecycle.zones import Rates
from tuik8s.components.controllers.pod_gc import PodGcReconciler
from tuik8s.components.controllers.replicaset import ReplicaSetReconciler
from tuik8s.components.controllers.replication import ReplicationReconciler
from tuik8s.components.controllers.resourcequota import ResourceQuotaReconciler
from tuik8s.components.controllers.root_ca import RootCaReconciler
from tuik8s.components.controllers.service import ServiceReconciler
from tuik8s.components.controllers.serviceaccount import ServiceAccountReconciler
from tuik8s.components.controllers.statefulset import StatefulSetReconciler
from tuik8s.components.controllers.storage_protection import (
    ClaimProtectionReconciler,
    VolumeProtectionReconciler,
)
from tuik8s.components.controllers.taint_eviction import TaintEvictionReconciler
from tuik8s.components.controllers.token import TokenReconciler
from tuik8s.components.controllers.ttl import TtlReconciler
from tuik8s.components.controllers.ttl_after_finished import TtlAfterFinishedReconciler
from tuik8s.components.controllers.volume_binding import VolumeBindingReconciler

Make = Callable[[ControllersConfig], Reconciler]


def _rates(config: ControllersConfig) -> Rates:
    return Rates(
        pause_ms=10_000 // config.node_eviction_rate_per_10s,
        partial_pause_ms=100_000 // config.secondary_eviction_rate_per_100s,
        unhealthy_percent=config.unhealthy_zone_percent,
        large_cluster_nodes=config.large_cluster_nodes,
    )


def _node_lifecycle(config: ControllersConfig) -> Reconciler:
    period_ms, grace_ms = config.node_monitor_period_ms, config.node_monitor_grace_ms
    return NodeLifecycleReconciler(period_ms, grace_ms, _rates(config))


MEMBERS: Mapping[str, Make] = {
    "serviceaccount": lambda config: ServiceAccountReconciler(),
    "root-ca-certificate-publisher": lambda config: RootCaReconciler(config.root_ca),
    "clusterrole-aggregation": lambda config: ClusterRoleAggregationReconciler(),
    "nodeipam": lambda config: NodeIpamReconciler(config.pod_cidr, config.node_mask),
    "node-lifecycle": _node_lifecycle,
    "taint-eviction": lambda config: TaintEvictionReconciler(),
    "ttl": lambda config: TtlReconciler(),
    "deployment": lambda config: DeploymentReconciler(),
    "replicaset": lambda config: ReplicaSetReconciler(config.burst_replicas),
    "replicationcontroller": lambda config: ReplicationReconciler(config.burst_replicas),
    "statefulset": lambda config: StatefulSetReconciler(),
    "daemonset": lambda config: DaemonSetReconciler(),
    "job": lambda config: JobReconciler(),
    "cronjob": lambda config: CronJobReconciler(),
    "ttl-after-finished": lambda config: TtlAfterFinishedReconciler(),
    "disruption": lambda config: DisruptionReconciler(),
    "horizontal-pod-autoscaler": lambda config: HorizontalPodAutoscalerReconciler(
        config.hpa_sync_period_ms
    ),
    "endpoint": lambda config: EndpointsReconciler(),
    "endpointslice": lambda config: EndpointSliceReconciler(),
    "endpointslicemirroring": lambda config: EndpointSliceMirroringReconciler(),
    "service": lambda config: ServiceReconciler(config.load_balancer_cidr),
    "serviceaccount-token": lambda config: TokenReconciler(config.root_ca),
    "persistentvolume-binder": lambda config: VolumeBindingReconciler(),
    "persistentvolumeclaim-protection": lambda config: ClaimProtectionReconciler(),
    "persistentvolume-protection": lambda config: VolumeProtectionReconciler(),
    "namespace": lambda config: NamespaceReconciler(),
    "garbagecollector": lambda config: GarbageCollectorReconciler(),
    "podgc": lambda config: PodGcReconciler(config.terminated_pods_max),
    "resourcequota": lambda config: ResourceQuotaReconciler(),
}


def is_enabled(name: str, config: ControllersConfig) -> bool:
    """Whether `--controllers` names it: by itself, or by `*` and not taken out by `-name`."""
    if name == "nodeipam" and not config.allocate_node_cidrs:
        return False
    if name == "root-ca-certificate-publisher" and not config.root_ca:
        return False
    if f"-{name}" in config.enabled:
        return False
    return "*" in config.enabled or name in config.enabled


def reconcilers(config: ControllersConfig) -> list[Reconciler]:
    """The enabled controllers."""
    return [make(config) for name, make in MEMBERS.items() if is_enabled(name, config)]
