"""What the scheduler needs to know of a pod, worked out once when the pod is first seen.

Resources are whole numbers: cpu in millicores, everything else in its own unit. `requests` is
what filters compare (containers, sidecars, init containers, pod-level requests, overhead).
`load` and `asked` are for scoring only: a container that does not name cpu counts 100m there, one
that does not name memory 200Mi; pod-level requests count in the load of a pod that runs, but not
in what an incoming pod asks.

Source: k8s.io/component-helpers resource.PodRequests and pkg/scheduler/framework PodInfo (1.36).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from sys import intern
from typing import Any, Final, TypeVar

from tuik8s.api.quantity import cpu_millis, value_of
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object
from tuik8s.components.scheduler.terms import (
    AffinityTerm,
    PreferredNodeTerm,
    SpreadConstraint,
    Toleration,
    affinity_terms,
    preferred_affinity_terms,
    preferred_node_terms,
    spread_constraints,
    tolerations,
)

Amounts = dict[str, int]
T = TypeVar("T")

ASSUMED_CPU_MILLIS: Final = 100
ASSUMED_MEMORY_BYTES: Final = 200 * 1024 * 1024
_ASSUMED: Final[Amounts] = {"cpu": ASSUMED_CPU_MILLIS, "memory": ASSUMED_MEMORY_BYTES}
_NOTHING: Final[Amounts] = {}
SHARED_MAX: Final = 4_096
_LOCAL_VOLUMES: Final = frozenset(("projected", "configMap", "secret", "emptyDir", "downwardAPI"))
"""Volumes that no plugin asks about."""
_KEPT_METADATA: Final = (
    "name", "namespace", "uid", "labels", "creationTimestamp", "generation", "resourceVersion",
    "ownerReferences",
)  # fmt: skip


class PodInfo:
    """A pod with its requests, ports and constraints parsed; two are equal when they are one."""

    __slots__ = (
        "affinity",
        "anti_affinity",
        "asked",
        "images",
        "key",
        "labels",
        "load",
        "name",
        "namespace",
        "node_name",
        "node_selector",
        "node_terms",
        "nominated_node",
        "object",
        "ports",
        "preempts",
        "preferred_affinity",
        "preferred_nodes",
        "priority",
        "requests",
        "spread",
        "terminating",
        "tolerations",
        "uid",
    )

    def __init__(self, pod: Object) -> None:
        meta, spec = pod["metadata"], pod.get("spec") or {}
        self.object = pod
        self.namespace: str = intern(meta.get("namespace", ""))
        self.name: str = meta["name"]
        self.key: str = f"{self.namespace}/{self.name}"
        self.uid: str = meta.get("uid", "") or self.key
        self.labels: dict[str, str] = meta.get("labels") or {}
        self.terminating: bool = "deletionTimestamp" in meta
        self.node_name: str = intern(spec.get("nodeName", ""))
        self.nominated_node: str = (pod.get("status") or {}).get("nominatedNodeName", "")
        self.priority: int = spec.get("priority") or 0
        self.preempts: bool = spec.get("preemptionPolicy") != "Never"
        self.requests, self.load, self.asked = _all_requests(pod)
        self.ports = host_ports(spec)
        self.tolerations: tuple[Toleration, ...] = tolerations(spec.get("tolerations"))
        self.node_selector: dict[str, str] = spec.get("nodeSelector") or {}
        self.images = _images(spec)
        self._read_affinity(spec)
        self.spread: tuple[SpreadConstraint, ...] = spread_constraints(
            spec.get("topologySpreadConstraints"), self.labels
        )

    def _read_affinity(self, spec: Object) -> None:
        affinity = spec.get("affinity") or {}
        nodes = affinity.get("nodeAffinity") or {}
        required = nodes.get("requiredDuringSchedulingIgnoredDuringExecution")
        self.node_terms: list[Object] | None = (
            None if required is None else required.get("nodeSelectorTerms") or []
        )
        self.preferred_nodes: tuple[PreferredNodeTerm, ...] = preferred_node_terms(
            nodes.get("preferredDuringSchedulingIgnoredDuringExecution")
        )
        near, apart = affinity.get("podAffinity") or {}, affinity.get("podAntiAffinity") or {}
        required_key = "requiredDuringSchedulingIgnoredDuringExecution"
        preferred_key = "preferredDuringSchedulingIgnoredDuringExecution"
        self.affinity: tuple[AffinityTerm, ...] = affinity_terms(near.get(required_key), self)
        self.anti_affinity: tuple[AffinityTerm, ...] = affinity_terms(apart.get(required_key), self)
        self.preferred_affinity: tuple[tuple[int, AffinityTerm], ...] = (
            *preferred_affinity_terms(near.get(preferred_key), self, 1),
            *preferred_affinity_terms(apart.get(preferred_key), self, -1),
        )

    def keep_little(self) -> None:
        """Let go of all that is never asked of a pod that runs: most of its object.

        What is equal in the pods of one owner is kept once.
        """
        self.labels = _shared(self.labels)
        self.requests, self.load = _shared(self.requests), _shared(self.load)
        self.asked = _shared(self.asked)
        self.tolerations, self.images = _same(self.tolerations), _same(self.images)
        meta, spec = self.object["metadata"], self.object["spec"]
        volumes = [v for v in spec.get("volumes") or () if not _LOCAL_VOLUMES.intersection(v)]
        kept = {name: meta[name] for name in _KEPT_METADATA if name in meta}
        if self.labels:
            kept["labels"] = self.labels
        if kept.get("ownerReferences"):
            kept["ownerReferences"] = [_shared(owner) for owner in kept["ownerReferences"]]
        self.object = {
            "metadata": kept,
            "spec": {"nodeName": self.node_name, "volumes": volumes},
            "status": {"startTime": (self.object.get("status") or {}).get("startTime")},
        }

    def started_ms(self) -> int:
        """When the pod started; a pod without a start time counts as started just now."""
        stamp = (self.object.get("status") or {}).get("startTime")
        return parse_time(stamp) if stamp else 1 << 62

    def gates(self) -> tuple[str, ...]:
        gates = (self.object.get("spec") or {}).get("schedulingGates") or ()
        return tuple(gate["name"] for gate in gates)

    def scheduler_name(self) -> str:
        return (self.object.get("spec") or {}).get("schedulerName") or "default-scheduler"


@lru_cache(maxsize=SHARED_MAX)
def _same(value: T) -> T:
    """The one value that stands for all that are equal to it."""
    return value


@lru_cache(maxsize=SHARED_MAX)
def _dict_of(items: tuple[tuple[str, T], ...]) -> dict[str, T]:
    return dict(items)


def _shared(value: dict[str, T]) -> dict[str, T]:
    """The one map, never to be changed, that stands for all that are equal to it."""
    return _dict_of(tuple(value.items()))


def amounts(resources: Mapping[str, Any] | None) -> Amounts:
    """A ResourceList as whole numbers."""
    if not resources:
        return _NOTHING
    return {
        name: cpu_millis(text) if name == "cpu" else value_of(text)
        for name, text in resources.items()
    }


def is_extended(resource: str) -> bool:
    """Whether only devices or administrators provide this resource (`example.com/gpu`)."""
    return "/" in resource and "kubernetes.io/" not in resource


def is_known(resource: str) -> bool:
    return resource in ("cpu", "memory", "ephemeral-storage")


def _container_requests(container: Object) -> Amounts:
    """The requests of a container; a limit without a request is one too, as the API defaults it."""
    resources = container.get("resources")
    if not resources:
        return _NOTHING
    limits = resources.get("limits")
    requests = resources.get("requests")
    if not limits:
        return amounts(requests)
    return {**amounts(limits), **amounts(requests)}


def _add(total: Amounts, more: Amounts) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, 0) + amount


def _raise_to(total: Amounts, other: Amounts) -> None:
    for name, amount in other.items():
        if amount > total.get(name, -1):
            total[name] = amount


def _aggregate(spec: Object, missing: Amounts, statuses: Mapping[str, Object]) -> Amounts:
    """max(containers and sidecars together, each init container with the sidecars before it)."""
    total: Amounts = {}
    for container in spec.get("containers") or ():
        wanted = {**missing, **_container_requests(container)}
        status = statuses.get(container["name"])
        if status:
            _raise_to(wanted, amounts(status.get("allocatedResources")))
        _add(total, wanted)
    init_containers = spec.get("initContainers")
    if not init_containers:
        return total
    sidecars: Amounts = {}
    peak: Amounts = {}
    for container in init_containers:
        wanted = {**missing, **_container_requests(container)}
        if container.get("restartPolicy") == "Always":
            _add(sidecars, wanted)
            _raise_to(peak, sidecars)
        else:
            _add(wanted, sidecars)
            _raise_to(peak, wanted)
    _add(total, sidecars)
    _raise_to(total, peak)
    return total


def _pod_level(spec: Object, summed: Amounts) -> Amounts:
    """Pod-level requests; a bare pod-level limit becomes what the containers ask, else itself."""
    resources = spec.get("resources")
    if not resources:
        return _NOTHING
    requests = dict(amounts(resources.get("requests")))
    for name, limit in amounts(resources.get("limits")).items():
        requests.setdefault(name, summed.get(name) or limit)
    return requests


def _all_requests(pod: Object) -> tuple[Amounts, Amounts, Amounts]:
    spec = pod.get("spec") or {}
    statuses = {
        status["name"]: status
        for status in (pod.get("status") or {}).get("containerStatuses") or ()
        if status.get("allocatedResources")
    }
    summed = _aggregate(spec, _NOTHING, statuses)
    pod_level = _pod_level(spec, summed)
    overhead = amounts(spec.get("overhead"))
    with_assumed = _aggregate(spec, _ASSUMED, statuses)
    requests = {**summed, **pod_level}
    load = {**with_assumed, **pod_level}
    asked = with_assumed
    for total in (requests, load, asked):
        _add(total, overhead)
    return requests, load, asked


HostPort = tuple[str, str, int]  # address, protocol, port


def host_ports(spec: Object) -> tuple[HostPort, ...]:
    """Host ports of containers and sidecars; on the host's network every port is one."""
    on_host = spec.get("hostNetwork", False)
    found: list[HostPort] = []
    sidecars = (c for c in spec.get("initContainers") or () if c.get("restartPolicy") == "Always")
    for container in (*(spec.get("containers") or ()), *sidecars):
        for port in container.get("ports") or ():
            number = port.get("hostPort") or (port.get("containerPort") if on_host else 0)
            if number:
                address = port.get("hostIP") or "0.0.0.0"
                found.append((address, port.get("protocol") or "TCP", number))
    return tuple(found)


def _images(spec: Object) -> tuple[str, ...]:
    containers: Iterable[Object] = (
        *(spec.get("initContainers") or ()),
        *(spec.get("containers") or ()),
    )
    return tuple(normalized_image(c.get("image", "")) for c in containers)


def normalized_image(name: str) -> str:
    """An image name with a tag: `:latest` when it has neither a tag nor a digest."""
    if name.rfind(":") <= name.rfind("/"):
        return name + ":latest"
    return name
