"""What is wrong with the cluster, grouped by cause and ranked. Pure.

A problem is a sentence, how bad it is, and the object to look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tuik8s.api.types import Object


class Problem(NamedTuple):
    """severity 2 is bad, 1 a warning; total: how many objects share the cause."""

    severity: int
    text: str
    resource: str
    namespace: str
    name: str
    total: int = 1


class Trouble(NamedTuple):
    """What is wrong with one pod. owner: whose pods share a line when they share the cause."""

    severity: int
    why: str
    namespace: str
    name: str
    owner: str


def problems(
    nodes: Iterable[Object],
    pods: Iterable[Object],
    services: Iterable[Object],
    slices: Iterable[Object],
    faults: Iterable[Object],
) -> list[Problem]:
    """Everything that deserves a look, worst first."""
    troubles = [trouble for trouble in map(trouble_of, pods) if trouble is not None]
    return ranked(nodes, troubles, services, slices, faults, {})


def ranked(
    nodes: Iterable[Object],
    troubles: Iterable[Trouble],
    services: Iterable[Object],
    slices: Iterable[Object],
    faults: Iterable[Object],
    pods_on: Mapping[str, int],
) -> list[Problem]:
    """The same, from what is known of the pods. pods_on: how many each node has."""
    active = [each for each in faults if (each.get("status") or {}).get("phase") == "Active"]
    found = [
        *_nodes(nodes, active, pods_on),
        *_pods(troubles),
        *_services(services, slices),
        *_faults(active),
    ]
    return sorted(found, key=lambda p: (-p.severity, -p.total, p.text))


def _nodes(
    nodes: Iterable[Object], faults: list[Object], pods_on: Mapping[str, int]
) -> list[Problem]:
    found = []
    for node in nodes:
        name = node["metadata"]["name"]
        for condition in (node.get("status") or {}).get("conditions") or ():
            kind, status = condition["type"], condition["status"]
            if kind == "Ready" and status != "True":
                text = f"node {name} is not ready ({status}): {_why_node(condition, name, faults)}"
                count = pods_on.get(name, 0)
                text += f"; {count} pod{'s' * (count > 1)} there" if count else ""
                found.append(Problem(2, text, "nodes", "", name, max(1, count)))
            elif kind.endswith("Pressure") and status == "True":
                found.append(Problem(1, f"node {name} has {kind}", "nodes", "", name))
        if node["spec"].get("unschedulable"):
            found.append(Problem(1, f"node {name} is cordoned", "nodes", "", name))
    return found


def _why_node(condition: Object, name: str, faults: list[Object]) -> str:
    """The fault that has the node as its target, else what the condition says."""
    for fault in faults:
        if str(fault["spec"].get("target", "")) == f"node/{name}":
            return f"fault {fault['metadata']['name']} ({fault['spec']['action']})"
    return str(condition.get("message", ""))


def _pods(troubles: Iterable[Trouble]) -> list[Problem]:
    """One problem per cause: the same reason and owner are one line with a count."""
    groups: dict[tuple[int, str, str, str], list[Trouble]] = defaultdict(list)
    for each in troubles:
        groups[each.severity, each.why, each.namespace, each.owner].append(each)
    found = []
    for (severity, why, namespace, owner), members in groups.items():
        count, name = len(members), min(member.name for member in members)
        who = f"{count} pods of {namespace}/{owner}" if count > 1 else f"pod {namespace}/{name}"
        found.append(Problem(severity, f"{who}: {why}", "pods", namespace, name, count))
    return found


def trouble_of(pod: Object) -> Trouble | None:
    """What is wrong with a pod, None if nothing."""
    cause = _pod_cause(pod)
    if cause is None:
        return None
    meta = pod["metadata"]
    owners = meta.get("ownerReferences") or ()
    owner = owners[0]["name"] if owners else meta["name"]
    return Trouble(*cause, meta["namespace"], meta["name"], owner)


def _pod_cause(pod: Object) -> tuple[int, str] | None:
    status = pod.get("status") or {}
    for container in status.get("containerStatuses") or ():
        waiting = (container.get("state") or {}).get("waiting") or {}
        reason = waiting.get("reason", "")
        if reason not in ("", "ContainerCreating", "PodInitializing"):
            return 2, f"{container['name']} {reason} {waiting.get('message', '')}".strip()
    if status.get("phase") == "Failed":
        return 2, f"failed {status.get('reason', '')} {status.get('message', '')}".strip()
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return 1, str(condition.get("message", "not scheduled"))
    return None


def _services(services: Iterable[Object], slices: Iterable[Object]) -> list[Problem]:
    ready: set[tuple[str, str]] = set()
    for piece in slices:
        meta = piece["metadata"]
        owner = (meta.get("labels") or {}).get("kubernetes.io/service-name", "")
        for endpoint in piece.get("endpoints") or ():
            if (endpoint.get("conditions") or {}).get("ready") is not False:
                ready.add((meta["namespace"], owner))
    found = []
    for service in services:
        meta, spec = service["metadata"], service["spec"]
        key = (meta["namespace"], meta["name"])
        if spec.get("selector") and key not in ready and spec.get("type") != "ExternalName":
            text = f"service {key[0]}/{key[1]} has no ready endpoints"
            found.append(Problem(1, text, "services", *key))
    return found


def _faults(active: Iterable[Object]) -> list[Problem]:
    found = []
    for fault in active:
        name, spec = fault["metadata"]["name"], fault["spec"]
        text = f"fault {name}: {spec['action']} {spec.get('target', '')}".rstrip()
        found.append(Problem(1, text, "faults.chaos.tuik8s.dev", "", name))
    return found
