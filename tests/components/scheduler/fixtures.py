"""Small clusters and pods for the tests of the scheduler."""

from __future__ import annotations

from typing import Any

from tuik8s.components.scheduler.cluster import Cluster
from tuik8s.components.scheduler.cycle import Outcome, try_pod
from tuik8s.components.scheduler.explain import record
from tuik8s.components.scheduler.manifests import Admission, build_cluster
from tuik8s.components.scheduler.pods import PodInfo
from tuik8s.components.scheduler.profiles import Profile
from tuik8s.world.rng import seeded


def node(name: str, cpu: str = "4", memory: str = "8Gi", **more: Any) -> dict[str, Any]:
    labels = {"kubernetes.io/hostname": name, **more.pop("labels", {})}
    allocatable = {"cpu": cpu, "memory": memory, "pods": "110", **more.pop("allocatable", {})}
    return {
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": more,
        "status": {"allocatable": allocatable},
    }


def pod(name: str = "p", cpu: str = "", on: str = "", **more: Any) -> dict[str, Any]:
    meta = {"name": name, "namespace": "default", "labels": more.pop("labels", {})}
    container: dict[str, Any] = {"name": "c", "image": "img", "ports": more.pop("ports", [])}
    if cpu:
        container["resources"] = {"requests": {"cpu": cpu}}
    spec = {"containers": [container], **more}
    if on:
        spec["nodeName"] = on
    return {"kind": "Pod", "metadata": meta, "spec": spec}


def info(*args: Any, **more: Any) -> PodInfo:
    return PodInfo(pod(*args, **more))


def cluster_of(*objects: dict[str, Any]) -> Cluster:
    return build_cluster(list(objects), Admission(objects))


def decide(
    wanted: dict[str, Any], *objects: dict[str, Any], profile: Profile | None = None
) -> tuple[Outcome, dict[str, Any]]:
    """The outcome for a pod in a cluster of these objects, and its record."""
    profile = profile or Profile()
    admission = Admission(objects)
    cluster = build_cluster(list(objects), admission)
    admitted = admission.admit(wanted)
    outcome = try_pod(profile, cluster, admitted, seeded(1, "ties"))
    return outcome, record(profile, cluster, admitted, outcome)
