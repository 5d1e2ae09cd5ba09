"""The vectors and a plain loop bind every pod to the same node, whatever the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.components.scheduler.fixtures import cluster_of, info, node
from tests.components.scheduler.reference import Reference
from tuik8s.components.scheduler.cycle import try_pod
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.world.rng import RandomStream, seeded

TAINTS = [
    {"key": "k", "value": "v", "effect": effect} for effect in ("NoSchedule", "PreferNoSchedule")
]


def _node(rng: RandomStream, index: int) -> dict[str, Any]:
    more: dict[str, Any] = {"labels": {"zone": f"z{rng.below(3)}"}}
    if rng.chance(1, 4):
        more["taints"] = [rng.pick(TAINTS)]
    made = node(f"n{index:03}", cpu=str(1 + rng.below(8)), memory=f"{1 + rng.below(16)}Gi", **more)
    made["spec"]["unschedulable"] = rng.chance(1, 20)
    made["status"]["allocatable"]["pods"] = str(3 + rng.below(8))
    if rng.chance(1, 3):
        image = {"names": ["img:latest"], "sizeBytes": (50 + rng.below(900)) << 20}
        made["status"]["images"] = [image]
    return made


def _pod(rng: RandomStream, index: int) -> PodInfo:
    more: dict[str, Any] = {}
    if rng.chance(1, 3):
        more["tolerations"] = [{"key": "k", "operator": "Exists"}]
    if rng.chance(1, 4):
        more["nodeSelector"] = {"zone": f"z{rng.below(3)}"}
    if rng.chance(1, 3):
        weigh = {"key": "zone", "operator": "In", "values": ["z1"]}
        term = {"weight": 1 + rng.below(100), "preference": {"matchExpressions": [weigh]}}
        preferred = "preferredDuringSchedulingIgnoredDuringExecution"
        more["affinity"] = {"nodeAffinity": {preferred: [term]}}
    cpu = "" if rng.chance(1, 5) else f"{50 * rng.below(40)}m"
    return info(f"p{index}", cpu=cpu, **more)


@pytest.mark.parametrize("seed", range(6))
def test_same_bindings(seed: int) -> None:
    rng = seeded(seed, "cluster")
    # More than a hundred nodes: then only a share of them is looked for, from a rotating start.
    objects = [_node(rng, index) for index in range(40 + 60 * seed)]
    cluster, reference, profile = cluster_of(*objects), Reference(objects), Profile()
    ours, theirs = seeded(seed, "ties"), seeded(seed, "ties")
    start = 0
    for index in range(60):
        pod = _pod(rng, index)
        outcome = try_pod(profile, cluster, pod, ours, start)
        start = (start + outcome.examined) % len(objects)
        assert outcome.node == reference.schedule(pod, theirs), f"pod {index}"
        if outcome.node:
            cluster.place(pod, outcome.node)
            reference.place(pod, outcome.node)
