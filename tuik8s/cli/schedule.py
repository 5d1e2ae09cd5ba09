"""Where would this pod go, and why, in a cluster given as manifests. Nothing is started.

tuik8s schedule --state cluster.yaml --pod pod.yaml
kubectl get nodes,pods -A -o json | tuik8s schedule --state - --pod pod.yaml --json

The state: nodes, pods, and whatever else decisions depend on (PriorityClasses, Services, claims,
budgets); several YAML documents, a List, or JSON. The configuration is a
KubeSchedulerConfiguration. Exit code 0: decided, whatever came of it (see --exit-code).
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from tuik8s.api.types import Object
from tuik8s.components.supervisor.directory import Refusal

if TYPE_CHECKING:
    from tuik8s.components.scheduler.cluster import Cluster
    from tuik8s.components.scheduler.pods import PodInfo
    from tuik8s.components.scheduler.profiles import Profile


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--state", required=True, metavar="FILE", help="the cluster; -: stdin")
    parser.add_argument("--pod", required=True, metavar="FILE", help="the pod to place")
    parser.add_argument("--config", metavar="FILE", help="a KubeSchedulerConfiguration")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    parser.add_argument(
        "--exit-code", action="store_true", help="exit with 1 when the pod fits on no node"
    )


def run(args: argparse.Namespace) -> int:
    from tuik8s.components.scheduler.cycle import try_pod
    from tuik8s.components.scheduler.verdict import gate, gated, verdict
    from tuik8s.world.rng import seeded

    cluster, pod = _read(args.state, args.pod)
    profile = _profile(args.config, pod)
    closed = gate(profile, pod)
    if closed is not None:
        found = gated(pod, closed)
        names = ", ".join(pod.gates())
        text = f"{pod.key} is not tried: {found['condition']['message']} ({names})."
        print(json.dumps(found) if args.json else text)
        return int(args.exit_code)
    rng = seeded(0, "scheduler/ties")
    outcome = try_pod(profile, cluster, pod, rng)
    if args.json:
        print(json.dumps(verdict(profile, cluster, outcome, rng)))
    else:
        from tuik8s.cli.decision_view import print_decision
        from tuik8s.components.scheduler.explain import record

        print_decision(record(profile, cluster, pod, outcome))
    return int(args.exit_code and not outcome.node)


def _read(state_path: str, pod_path: str) -> tuple[Cluster, PodInfo]:
    from tuik8s.cli.manifest_files import Manifests
    from tuik8s.components.scheduler.manifests import Admission, build_cluster

    if state_path == pod_path == "-":
        raise Refusal("--state and --pod cannot both be read from stdin")
    state, given = Manifests(state_path), Manifests(pod_path)
    pods = [obj for obj in given.objects if obj["kind"] == "Pod"]
    if len(given.objects) != 1 or not pods:
        kinds = ", ".join(obj["kind"] for obj in given.objects)
        raise Refusal(f"{pod_path}: expected one Pod, found {kinds}")
    for problem in given.unknown:
        print(f"tuik8s: {pod_path}: {problem} is ignored", file=sys.stderr)
    pod = pods[0]
    if (pod.get("spec") or {}).pop("nodeName", ""):
        print(f"tuik8s: {pod_path}: spec.nodeName is ignored", file=sys.stderr)
    itself = _identity(pod)
    objects = [obj for obj in state.objects if obj["kind"] != "Pod" or _identity(obj) != itself]
    admission = Admission(objects)
    return build_cluster(objects, admission), admission.admit(pod)


def _identity(pod: Object) -> tuple[str, str]:
    meta = pod["metadata"]
    return meta.get("namespace") or "default", meta["name"]


def _profile(path: str | None, pod: PodInfo) -> Profile:
    from tuik8s.cli.manifest_files import read_documents
    from tuik8s.components.scheduler.profiles import BadConfig, read_profiles

    config = None
    if path:
        config, *more = read_documents(path)
        if more or not isinstance(config, dict):
            raise Refusal(f"{path}: expected one KubeSchedulerConfiguration")
    try:
        profiles = read_profiles(config)
    except BadConfig as bad:
        raise Refusal(f"{path}: {bad}") from bad
    wanted = pod.scheduler_name()
    if wanted not in profiles:
        known = ", ".join(sorted(profiles))
        raise Refusal(
            f'the pod\'s spec.schedulerName is "{wanted}"; profiles here: {known} '
            "(add one with --config)"
        )
    return profiles[wanted]
