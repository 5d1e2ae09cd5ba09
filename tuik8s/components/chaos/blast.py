"""The blast radius of a fault: which processes, nodes, pods and Services feel it, before it is
made.

Pure: from what a plan asks for and what there is. Who depends on the hit (every component on the
API server, clients on a Service) is told, not listed.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tuik8s.components.chaos.base import APISERVER, Effects
from tuik8s.components.chaos.shape import Shape, Thing, parse_selector
from tuik8s.world.rules import (
    ApiRule,
    ClockRule,
    DiskRule,
    NodeRule,
    PaceRule,
    PodRule,
    StaleRule,
    TrafficRule,
)

SHOWN_MAX = 8
READS = ("nodes", "pods", "services")
"""What has to be known to tell it."""


class Blast(msgspec.Struct, frozen=True):
    """Names of those that feel a fault; pods and services as `namespace/name`."""

    processes: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    pods: tuple[str, ...] = ()
    services: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """A line for each kind of thing, with how many and which."""
        rows = (("processes", self.processes), ("nodes", self.nodes), ("pods", self.pods))
        found = [_line(*row) for row in (*rows, ("Services", self.services))]
        if APISERVER in self.processes:
            found.append("every component and client waits for the API server")
        return found


def blast_of(effects: Effects, shape: Shape) -> Blast:
    """Who feels these effects."""
    processes = dict.fromkeys((*effects.kill, *effects.hold, *effects.pause))
    for link in effects.links:
        ends = [end for end in (link.sender, link.receiver) if end != APISERVER]
        processes.update(dict.fromkeys(ends))
    for rule in effects.rules:
        if isinstance(rule, ApiRule | StaleRule):
            processes[APISERVER] = None
        elif isinstance(rule, PaceRule | ClockRule | DiskRule):
            processes[rule.party] = None
    nodes = _nodes_of(processes, shape)
    nodes += [drain.node for drain in effects.drain if drain.node not in nodes]
    nodes += [r.node for r in effects.rules if isinstance(r, NodeRule) and r.node not in nodes]
    pods = {pod.place: pod for pod in shape.of("pod") if pod.node in nodes}
    nodes += [cordon.node for cordon in effects.cordon if cordon.node not in nodes]
    for rule in effects.rules:
        if isinstance(rule, PodRule):
            pods.update((pod.place, pod) for pod in shape.of("pod") if _hits(rule, pod))
    for eviction in effects.evict:
        place = f"pod/{eviction.namespace}/{eviction.name}"
        pods.update((pod.place, pod) for pod in shape.of("pod") if pod.place == place)
    services = _services_of(pods.values(), shape)
    for rule in effects.rules:
        if isinstance(rule, TrafficRule):
            nodes += [n for n in (rule.from_node,) if n and n not in nodes]
            whole = f"{rule.namespace}/{rule.service}"
            services += [name for name in (whole,) if rule.service and name not in services]
    return Blast(
        tuple(processes),
        tuple(nodes),
        tuple(sorted(f"{pod.namespace}/{pod.name}" for pod in pods.values())),
        tuple(services),
    )


def _nodes_of(processes: Iterable[str], shape: Shape) -> list[str]:
    """The nodes whose kubelet or proxy is among the processes."""
    hosted = {party.partition("/")[2] for party in processes}
    return [node.name for node in shape.of("node") if node.name in hosted]


def _services_of(pods: Iterable[Thing], shape: Shape) -> list[str]:
    """The Services that send traffic to any of the pods."""
    found = []
    hit = list(pods)
    for service in shape.of("service"):
        if service.selector:
            selector = parse_selector(service.selector)
            if any(p.namespace == service.namespace and selector.matches(p.labels) for p in hit):
                found.append(f"{service.namespace}/{service.name}")
    return found


def _hits(rule: PodRule, pod: Thing) -> bool:
    return rule.applies(pod.namespace, pod.name, pod.labels)


def _line(what: str, names: tuple[str, ...]) -> str:
    if not names:
        return f"{what:<10} none"
    more = f" and {len(names) - SHOWN_MAX} more" if len(names) > SHOWN_MAX else ""
    return f"{what:<10} {len(names)}: {', '.join(names[:SHOWN_MAX])}{more}"
