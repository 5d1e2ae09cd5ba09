"""The one function that wires all processes: from a role to the component that lives it.

Live children and simulated clusters both come through here, so a component is configured the same
in both. Imports are inside, since a process needs only its own component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.addresses import AddressPlan
from tuik8s.components.base import Component, Host
from tuik8s.components.chaos.base import Hand
from tuik8s.components.supervisor.roles import Role
from tuik8s.config import HOSTED_ABOVE, ClusterConfig, zone_of

if TYPE_CHECKING:
    from tuik8s.components.apiserver import ApiServerConfig

UNCHANGED_STATUS_REPORT_MS = 300_000
"""Upstream's nodeStatusReportFrequency, which large clusters keep to."""


def build(
    role: Role, host: Host, config: ClusterConfig, plan: AddressPlan, hand: Hand, ca: str
) -> Component:
    """The component of any role but the API server's (see `apiserver_config`). ca: PEM text."""
    if role.kind == "kubelet":
        return _kubelet(role, host, config, plan)
    if role.kind == "kube-proxy":
        return _proxy(role, host, config, plan)
    if role.kind == "controller-manager":
        from tuik8s.components.controllers.base import ControllersConfig
        from tuik8s.components.controllers.component import build as build_controllers

        settings = ControllersConfig(
            pod_cidr=plan.pod_cidr,
            service_cidr=plan.service_cidr,
            load_balancer_cidr=plan.load_balancer_cidr,
            node_monitor_grace_ms=config.node_monitor_grace_ms,
            root_ca=ca,
        )
        return build_controllers(host, settings)
    if role.kind == "scheduler":
        from tuik8s.components import scheduler

        return scheduler.build(host, scheduler.SchedulerConfig())
    assert role.kind == "chaos", f"no component lives the role {role.name}"
    from tuik8s.components import chaos

    return chaos.build(host, hand)


def apiserver_config(
    config: ClusterConfig, plan: AddressPlan, tokens: tuple[str, ...] = ()
) -> ApiServerConfig:
    """What the API server of a cluster is told. tokens: lines of the token file."""
    from tuik8s.components.apiserver import ApiServerConfig

    host, _, port = config.listen.rpartition(":")
    return ApiServerConfig(
        service_cidr=plan.service_cidr,
        pod_cidr=plan.pod_cidr,
        tokens=tokens,
        explanations=True,
        metrics=True,
        advertise_address=host,
        advertise_port=int(port) or 6443,  # simulated worlds have no HTTPS door to name
    )


def _kubelet(role: Role, host: Host, config: ClusterConfig, plan: AddressPlan) -> Component:
    from tuik8s.components import kubelet

    every_ms = config.node_status_update_ms
    is_large = len(config.node_names()) > HOSTED_ABOVE
    nodes = tuple(
        kubelet.KubeletNode(
            name=name,
            address=plan.node_address(name),
            zone=zone_of(name),
            shape=config.node_shape,
        )
        for name in role.nodes
    )
    settings = kubelet.KubeletConfig(
        nodes=nodes,
        status_update_ms=every_ms,
        manifests="manifests",
        manifests_poll_ms=20_000 if is_large else 1_000,
        status_report_ms=max(every_ms, UNCHANGED_STATUS_REPORT_MS) if is_large else every_ms,
        runtime=config.runtime,
        cluster=config.container_label,
    )
    return kubelet.build(host, settings)


def _proxy(role: Role, host: Host, config: ClusterConfig, plan: AddressPlan) -> Component:
    from tuik8s.components import proxy

    nodes = tuple(
        proxy.ProxyNode(name, plan.node_address(name), zone_of(name)) for name in role.nodes
    )
    return proxy.build(host, proxy.ProxyConfig(nodes=nodes, mode=config.proxy_mode))
