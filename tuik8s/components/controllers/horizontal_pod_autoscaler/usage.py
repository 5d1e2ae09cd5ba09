"""What the pods of a target use of one resource, and how many of them that asks for.

    PodMetrics --> milli-units per pod --> groups: ready, unready, missing --> ratio --> replicas

Unready and missing pods count so that a change is never larger than what is known allows: as
using nothing when the target grows, as using all they asked for when it shrinks.

Source: k8s.io/kubernetes pkg/controller/podautoscaler/{replica_calculator.go,metrics/} (1.36).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from tuik8s.api import quantity
from tuik8s.api.kinds.pod_spec.resources import aggregate_requests
from tuik8s.api.meta import condition, get_path, is_deleting, name_of, namespace_of
from tuik8s.api.times import parse_duration, parse_time
from tuik8s.api.types import Object

CPU_INITIALIZATION_MS: Final = 300_000
INITIAL_READINESS_MS: Final = 30_000


class NoProposal(Exception):
    """The metric cannot be had or says nothing; the message is upstream's."""


class Target(NamedTuple):
    """What one metric of an autoscaler wants: of a resource, all of a pod or one container.

    utilization: percent of what was requested; average_millis: per pod, where that is None.
    """

    resource: str
    container: str
    utilization: int | None
    average_millis: int


class Tolerances(NamedTuple):
    """How far from 1 the ratio of usage may be without a change."""

    down: float = 0.1
    up: float = 0.1

    def hold(self, ratio: float) -> bool:
        return 1.0 - self.down <= ratio <= 1.0 + self.up


class Proposal(NamedTuple):
    """How many replicas, and what the pods use: percent of requests, and per pod on average."""

    replicas: int
    utilization: int | None
    average_millis: int


class Sample(NamedTuple):
    millis: int
    at_ms: int
    window_ms: int


def samples_of(items: Sequence[Object], target: Target) -> dict[str, Sample]:
    """Usage by pod. Raises NoProposal when there is none."""
    if not items:
        raise NoProposal("no metrics returned from resource metrics API")
    found = {}
    for item in items:
        usages = [
            container["usage"][target.resource]
            for container in item["containers"]
            if target.container in ("", container["name"]) and target.resource in container["usage"]
        ]
        if target.container and not usages:
            raise NoProposal(
                f"container {target.container} not present in metrics for pod "
                f"{namespace_of(item)}/{name_of(item)}"
            )
        millis = sum(quantity.parse(text).milli_value() for text in usages)
        times = parse_time(item["timestamp"]), parse_duration(item["window"])
        found[name_of(item)] = Sample(millis, *times)
    return found


class Groups(NamedTuple):
    """Names of pods: how many are ready, which are unready, missing, or not counted at all."""

    ready: int
    unready: frozenset[str]
    missing: frozenset[str]
    ignored: frozenset[str]


def grouped(
    pods: Sequence[Object], samples: Mapping[str, Sample], resource: str, now_ms: int
) -> Groups:
    ready, unready, missing, ignored = 0, set(), set(), set()
    for pod in pods:
        name, phase = name_of(pod), get_path(pod, "status.phase")
        if is_deleting(pod) or phase == "Failed":
            ignored.add(name)
        elif phase == "Pending":
            unready.add(name)
        elif name not in samples:
            missing.add(name)
        elif resource == "cpu" and _is_starting(pod, samples[name], now_ms):
            unready.add(name)
        else:
            ready += 1
    return Groups(ready, frozenset(unready), frozenset(missing), frozenset(ignored))


def _is_starting(pod: Object, sample: Sample, now_ms: int) -> bool:
    """Whether its CPU usage says nothing yet: it has only begun, or was never ready."""
    ready, started = condition(pod, "Ready"), get_path(pod, "status.startTime")
    if ready is None or not started or not ready.get("lastTransitionTime"):
        return True
    started_ms, turned_ms = parse_time(started), parse_time(ready["lastTransitionTime"])
    is_unready = ready.get("status") == "False"
    if started_ms + CPU_INITIALIZATION_MS > now_ms:
        return is_unready or sample.at_ms < turned_ms + sample.window_ms
    return is_unready and started_ms + INITIAL_READINESS_MS > turned_ms


def requests_of(pods: Sequence[Object], target: Target) -> dict[str, int]:
    """What each pod asks for, in thousandths. Raises NoProposal for one that asks for nothing."""
    return {
        name_of(pod): _asked_as_a_whole(pod, target)
        if not target.container and get_path(pod, "spec.resources.requests")
        else _asked_by_containers(pod, target)
        for pod in pods
    }


def _asked_as_a_whole(pod: Object, target: Target) -> int:
    """Of a pod that has requests of its own, beside those of its containers."""
    asked = {**aggregate_requests(pod["spec"]), **pod["spec"]["resources"]["requests"]}
    if target.resource not in asked:
        raise NoProposal(f"missing pod-level request for {target.resource} in Pod {name_of(pod)}")
    return quantity.parse(asked[target.resource]).milli_value()


def _asked_by_containers(pod: Object, target: Target) -> int:
    chosen = [c for c in _containers(pod) if target.container in ("", c["name"])]
    if not chosen:
        raise NoProposal(f"container {target.container} not found in Pod {name_of(pod)}")
    total = 0
    for container in chosen:
        asked = get_path(container, "resources.requests") or {}
        if target.resource not in asked:
            raise NoProposal(
                f"missing request for {target.resource} in container {container['name']} of Pod "
                f"{name_of(pod)}"
            )
        total += quantity.parse(asked[target.resource]).milli_value()
    return total


def _containers(pod: Object) -> list[Object]:
    """Those that run as long as the pod does."""
    spec = pod["spec"]
    inits = spec.get("initContainers") or []
    return [*spec["containers"], *(c for c in inits if c.get("restartPolicy") == "Always")]


def propose(
    target: Target,
    current: int,
    pods: Sequence[Object],
    items: Sequence[Object],
    tolerances: Tolerances,
    now_ms: int,
) -> Proposal:
    """How many replicas the usage of the pods asks for. Raises NoProposal."""
    try:
        samples = samples_of(items, target)
    except NoProposal as problem:
        raise NoProposal(
            f"unable to get metrics for resource {target.resource}: {problem}"
        ) from None
    if not pods:
        raise NoProposal("no pods returned by selector while calculating replica count")
    groups = grouped(pods, samples, target.resource, now_ms)
    skipped = groups.unready | groups.ignored
    usage = {name: sample.millis for name, sample in samples.items() if name not in skipped}
    if not usage:
        raise NoProposal("did not receive metrics for targeted pods (pods might be unready)")
    requests = requests_of(pods, target) if target.utilization is not None else {}
    measure = _measure(target, requests)
    ratio, utilization, average = measure(usage)
    replicas = _replicas(target, current, groups, usage, requests, tolerances, measure, ratio)
    return Proposal(replicas, utilization, average)


_Measured = tuple[float, int | None, int]


def _measure(
    target: Target, requests: Mapping[str, int]
) -> Callable[[Mapping[str, int]], _Measured]:
    """What turns usage by pod into (ratio to the target, percent, average)."""

    def against_requests(usage: Mapping[str, int]) -> _Measured:
        known = [name for name in usage if name in requests]
        asked, used = sum(requests[n] for n in known), sum(usage[n] for n in known)
        if not asked:
            raise NoProposal("no metrics returned matched known pods")
        percent = used * 100 // asked
        return percent / (target.utilization or 1), percent, used // len(known)

    def against_average(usage: Mapping[str, int]) -> _Measured:
        average = sum(usage.values()) // len(usage)
        return average / target.average_millis, None, average

    return against_average if target.utilization is None else against_requests


def _replicas(
    target: Target,
    current: int,
    groups: Groups,
    usage: dict[str, int],
    requests: Mapping[str, int],
    tolerances: Tolerances,
    measure: Callable[[Mapping[str, int]], _Measured],
    ratio: float,
) -> int:
    grows_unready = bool(groups.unready) and ratio > 1.0
    if not grows_unready and not groups.missing:
        return current if tolerances.hold(ratio) else math.ceil(ratio * groups.ready)
    whole = dict(usage)
    if ratio != 1.0:  # what is used just as wanted says nothing of which way to go
        for name in groups.missing:
            whole[name] = _assumed(target, requests, name) if ratio < 1.0 else 0
    if grows_unready:
        whole.update(dict.fromkeys(groups.unready, 0))
    again, _, _ = measure(whole)
    if tolerances.hold(again) or (ratio < 1.0 < again) or (again < 1.0 < ratio):
        return current
    replicas = math.ceil(again * len(whole))
    if (again < 1.0 and replicas > current) or (again > 1.0 and replicas < current):
        return current
    return replicas


def _assumed(target: Target, requests: Mapping[str, int], name: str) -> int:
    """What a pod without metrics is taken to use when the target might shrink."""
    if target.utilization is None:
        return target.average_millis
    return requests.get(name, 0) * max(100, target.utilization) // 100
