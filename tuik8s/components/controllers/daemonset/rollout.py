"""Which pods of an old template to replace now.

Without surge old pods are deleted, as many as may be unavailable; with surge new pods are made
beside them, and old ones go when their successor is available.

Source: k8s.io/kubernetes pkg/controller/daemon/update.go (`rollingUpdate`), 1.36.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tuik8s.api.meta import is_deleting
from tuik8s.api.types import Object
from tuik8s.components.controllers.daemonset.pods import is_updated
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.workloads import int_or_percent


@dataclass(slots=True)
class Step:
    """Old pods to delete and nodes that get a new pod beside the old one."""

    delete: list[Object] = field(default_factory=list)
    create_on: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Template:
    """How to tell pods of the present template, and when a pod is available."""

    hashed: str
    generation: str
    min_ready_seconds: int
    now_ms: int

    def split(self, pods: Sequence[Object]) -> tuple[list[Object], list[Object]]:
        """(new, old) among the pods that are not on their way out."""
        live = [pod for pod in pods if not is_deleting(pod)]
        new = [pod for pod in live if is_updated(pod, self.hashed, self.generation)]
        return new, [pod for pod in live if pod not in new]

    def available(self, pod: Object) -> bool:
        return podinfo.is_available(pod, self.min_ready_seconds, self.now_ms)


def limits(daemonset: Object, desired: int) -> tuple[int, int]:
    """(surge, unavailable) for so many nodes."""
    rolling = (daemonset["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
    surge = int_or_percent(rolling.get("maxSurge"), desired, round_up=True)
    unavailable = int_or_percent(rolling.get("maxUnavailable", 1), desired, round_up=True)
    if surge == 0 and unavailable == 0:
        unavailable = 1
    return surge, unavailable


def next_step(
    by_node: Mapping[str, Sequence[Object]], template: Template, daemonset: Object, desired: int
) -> Step:
    surge, unavailable = limits(daemonset, desired)
    if surge:
        return _surge(by_node, template, surge)
    return _replace(by_node, template, unavailable)


def _replace(by_node: Mapping[str, Sequence[Object]], template: Template, allowed: int) -> Step:
    down = 0
    step = Step()
    candidates: list[Object] = []
    for pods in by_node.values():
        new, old = template.split(pods)
        if len(new) + len(old) != 1:
            down += 1
        elif new:
            down += not template.available(new[0])
        elif not template.available(old[0]):
            down += 1
            step.delete.append(old[0])
        else:
            candidates.append(old[0])
    step.delete += candidates[: max(0, allowed - down)]
    return step


def _surge(by_node: Mapping[str, Sequence[Object]], template: Template, allowed: int) -> Step:
    running = 0
    step = Step()
    candidates: list[str] = []
    for node, pods in by_node.items():
        new, old = template.split(pods)
        if not old:
            continue
        if not new:
            (candidates if template.available(old[0]) else step.create_on).append(node)
        elif template.available(new[0]):
            step.delete.append(old[0])
        else:
            running += 1
    step.create_on += candidates[: max(0, allowed - running)]
    return step
