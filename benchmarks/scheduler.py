"""Decisions per second, without any I/O: scheduler_perf's shapes, and a plain loop beside them.

    python -m benchmarks.scheduler [--nodes 5000] [--pods 1000] [--quick] [--no-reference]

P-SCHED-1: SchedulingBasic beside the plain reference of the tests, in the same run, on the same
pods; the bindings must be identical. P-SCHED-3: the other shapes relative to our own
SchedulingBasic. Scaling: SchedulingBasic at a tenth of the nodes. What is timed is deciding and
placing, and apart from that explaining each decision; pods are parsed before. A table, then one
line of JSON.

Source: test/integration/scheduler_perf (1.36): node and pod templates, parameters of the cases.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.components.scheduler.reference import Reference
from tuik8s.components.scheduler.cluster import NAMESPACES, Cluster
from tuik8s.components.scheduler.cycle import try_pod
from tuik8s.components.scheduler.explain import record
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.world.rng import seeded

ZONE = "topology.kubernetes.io/zone"
HOST = "kubernetes.io/hostname"
REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"
Object = dict[str, Any]


class Case(NamedTuple):
    """One shape: pods that stand already, pods that are measured, zones of the nodes."""

    name: str
    measured: Callable[[int], Object]
    before: Callable[[int], Object]
    zones: int = 0
    churns: bool = False


def plain(index: int) -> Object:
    return _pod(f"plain-{index}")


def _pod(name: str, color: str = "", **spec: Any) -> Object:
    labels = {"color": color} if color else {}
    requests = {"cpu": "100m", "memory": "500Mi"}
    container: Object = {"name": "pause", "image": "registry.k8s.io/pause:3.10", "ports": []}
    container["resources"] = {"requests": requests}
    meta = {"name": name, "namespace": "sched-1", "labels": labels}
    return {"metadata": meta, "spec": {"containers": [container], **spec}}


def _near(color: str, key: str) -> Object:
    return {
        "labelSelector": {"matchLabels": {"color": color}},
        "topologyKey": key,
        "namespaces": ["sched-1", "sched-0"],
    }


def spread(index: int) -> Object:
    constraint = {
        "maxSkew": 5,
        "topologyKey": ZONE,
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"color": "blue"}},
    }
    return _pod(f"spread-{index}", "blue", topologySpreadConstraints=[constraint])


def on_nodes(index: int) -> Object:
    zone = {"key": ZONE, "operator": "In", "values": ["zone-1", "zone-2"]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [zone]}]}
    return _pod(f"on-{index}", affinity={"nodeAffinity": {REQUIRED: terms}})


def apart(index: int) -> Object:
    rule = {"podAntiAffinity": {REQUIRED: [_near("green", HOST)]}}
    return _pod(f"apart-{index}", "green", affinity=rule)


def together(index: int) -> Object:
    rule = {"podAffinity": {REQUIRED: [_near("blue", ZONE)]}}
    return _pod(f"near-{index}", "blue", affinity=rule)


def rather_together(index: int) -> Object:
    rule = {"podAffinity": {PREFERRED: [{"weight": 1, "podAffinityTerm": _near("red", HOST)}]}}
    return _pod(f"rather-{index}", "red", affinity=rule)


BASIC = Case("SchedulingBasic", plain, plain)
CASES = (
    Case("TopologySpreading", spread, plain, zones=3),
    Case("SchedulingNodeAffinity", on_nodes, plain, zones=2),
    Case("SchedulingPodAntiAffinity", apart, apart),
    Case("SchedulingPreferredPodAffinity", rather_together, rather_together),
    Case("SchedulingPodAffinity", together, together, zones=1),
    Case("SchedulingWithMixedChurn", plain, plain, churns=True),
)


def nodes(count: int, zones: int) -> Iterator[Object]:
    for index in range(count):
        name = f"scheduler-perf-{index:05}"
        labels = {HOST: name}
        if zones:
            labels[ZONE] = f"zone-{index % zones + 1}"
        allocatable = {"cpu": "4", "memory": "32Gi", "pods": "110"}
        yield {"metadata": {"name": name, "labels": labels}, "status": {"allocatable": allocatable}}


class Run(NamedTuple):
    """What one case came to."""

    decide_s: float
    explain_s: float
    bindings: list[str]
    parsed: list[PodInfo]
    before: list[PodInfo]


def run(case: Case, nodes_count: int, pods_count: int, before_count: int) -> Run:
    cluster, profile, rng = Cluster(), Profile(), seeded(1, "ties")
    for name in ("sched-0", "sched-1"):
        cluster.set(NAMESPACES, {"metadata": {"name": name}})
    for node in nodes(nodes_count, case.zones):
        cluster.columns.set_node(node)
    before = [PodInfo(case.before(-index - 1)) for index in range(before_count)]
    for index, pod in enumerate(before):
        cluster.place(pod, f"scheduler-perf-{index % nodes_count:05}")
    parsed = [PodInfo(case.measured(index)) for index in range(pods_count)]
    start, bindings, explaining_s = 0, [], 0.0
    began = time.perf_counter()
    for index, pod in enumerate(parsed):
        if case.churns and index % 20 == 0:
            _churn(cluster, index)
        outcome = try_pod(profile, cluster, pod, rng, start)
        start = (start + outcome.examined) % len(cluster.columns)
        explaining = time.perf_counter()
        record(profile, cluster, pod, outcome)
        explaining_s += time.perf_counter() - explaining
        if outcome.node:
            cluster.place(pod, outcome.node)
        bindings.append(outcome.node)
    took_s = time.perf_counter() - began
    return Run(took_s - explaining_s, explaining_s, bindings, parsed, before)


def _churn(cluster: Cluster, index: int) -> None:
    """A full node comes, another one goes."""
    name = f"churn-{index % 3}"
    cluster.columns.remove_node(name)
    (node,) = nodes(1, 0)
    node["metadata"]["name"] = f"churn-{(index + 1) % 3}"
    node["status"]["allocatable"] = {"cpu": "0", "memory": "0", "pods": "0"}
    cluster.columns.set_node(node)


def run_reference(ours: Run, nodes_count: int) -> tuple[float, bool]:
    """How long the plain loop takes for the same pods, and whether it binds them the same."""
    reference, rng = Reference(list(nodes(nodes_count, 0))), seeded(1, "ties")
    for index, pod in enumerate(ours.before):
        reference.place(pod, f"scheduler-perf-{index % nodes_count:05}")
    bindings = []
    began = time.perf_counter()
    for pod in ours.parsed:
        name = reference.schedule(pod, rng)
        if name:
            reference.place(pod, name)
        bindings.append(name)
    return time.perf_counter() - began, bindings == ours.bindings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=5_000)
    parser.add_argument("--pods", type=int, default=1_000)
    parser.add_argument("--quick", action="store_true", help="a tenth of the pods")
    parser.add_argument("--no-reference", action="store_true")
    args = parser.parse_args()
    pods = args.pods // 10 if args.quick else args.pods
    before = min(args.nodes, 5_000) // 5
    run(BASIC, 200, 50, 0)  # warm
    basic = run(BASIC, args.nodes, pods, before)
    found: dict[str, Any] = {"nodes": args.nodes, "pods": pods, "cases": {}, "ratios": {}}

    def tell(name: str, one: Run) -> float:
        rate: float = pods / one.decide_s
        placed = sum(1 for node in one.bindings if node)
        print(
            f"{name:<32} {rate:8.0f} pods/s   {one.decide_s / pods * 1e6:7.0f} us a decision   "
            f"{one.explain_s / pods * 1e6:5.0f} us to explain   {placed} placed"
        )
        found["cases"][name] = {"pods_per_s": round(rate), "placed": placed}
        return rate

    basic_rate = tell(BASIC.name, basic)
    if not args.no_reference:
        took_s, is_same = run_reference(basic, args.nodes)
        print(f"{'plain Python reference':<32} {pods / took_s:8.0f} pods/s   same: {is_same}")
        assert is_same, "the reference binds otherwise"
        found["ratios"]["to_reference"] = round(basic_rate / (pods / took_s), 2)
    small = run(BASIC, args.nodes // 10, pods, before // 10)
    small_rate = tell(f"{BASIC.name} {args.nodes // 10} nodes", small)
    found["ratios"]["to_a_tenth_of_nodes"] = round(basic_rate / small_rate, 2)
    for case in CASES:
        rate = tell(case.name, run(case, args.nodes, pods, before))
        found["ratios"][case.name] = round(rate / basic_rate, 2)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
