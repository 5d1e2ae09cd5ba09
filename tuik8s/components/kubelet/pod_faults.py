"""What the rules of faults mean for one pod: how its containers behave, now and at their next
start.

A fault changes a container as the behaviour annotation would (`behaviour.py`), so every runtime
that plays behaviours plays faults. Init containers are hit by pull failures alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tuik8s.api.types import Object
from tuik8s.components.kubelet.containers import Container
from tuik8s.components.kubelet.runtimes.base import Runtime
from tuik8s.world.rules import PodRule

CRASHES_AFTER_MS = 1_000
"""After a start, where a fault does not say."""
CRASHED = (1, "Error")
OUT_OF_MEMORY = (137, "OOMKilled")
_HIT = ("main", "sidecar")


class PodFaults(NamedTuple):
    """ends: code and reason with which main containers end, if they do, after_ms of each start.

    cause: the revision of the last fault that has a part in it.
    """

    ends: tuple[int, str] | None = None
    after_ms: int = 0
    is_unready: bool = False
    later_ms: int = 0
    pull_fails: bool = False
    cause: int = 0

    def clauses(self, container: Container) -> str:
        """What is to be added to the behaviour of a container that starts now."""
        found = ["pull fails"] if self.pull_fails else []
        if container.kind in _HIT:
            if self.later_ms:
                found.append(f"ready {self.later_ms}ms later")
            if self.ends == CRASHED:
                found.append(f"crash after {self.after_ms}ms")
            elif self.ends == OUT_OF_MEMORY:
                found.append(f"out of memory after {self.after_ms}ms")
        return "; ".join(found)


NONE = PodFaults()


def faults_of(pod: Object, rules: Iterable[PodRule]) -> PodFaults:
    """What all rules that apply to a pod add up to."""
    found = NONE
    meta = pod["metadata"]
    labels = meta.get("labels") or {}
    for rule in rules:
        if not rule.applies(meta["namespace"], meta["name"], labels):
            continue
        found = found._replace(cause=max(found.cause, rule.cause))
        if rule.do in ("crash-loop", "oom"):
            ends = CRASHED if rule.do == "crash-loop" else OUT_OF_MEMORY
            found = found._replace(ends=ends, after_ms=rule.delay_ms or CRASHES_AFTER_MS)
        elif rule.do == "not-ready":
            found = found._replace(is_unready=True)
        elif rule.do == "slow-start":
            found = found._replace(later_ms=found.later_ms + rule.delay_ms)
        else:
            found = found._replace(pull_fails=True)
    return found


def take_effect(
    had: PodFaults,
    faults: PodFaults,
    containers: Iterable[Container],
    runtime: Runtime,
    now_ms: int,
) -> None:
    """Have containers that were started feel what is new in the faults."""
    for container in containers:
        if container.kind not in _HIT or not container.ordered:
            continue
        if had.is_unready != faults.is_unready:
            runtime.set_unready(container.id, faults.is_unready, now_ms)
        if faults.ends is not None and faults.ends != had.ends and container.is_running:
            runtime.end(container.id, *faults.ends, now_ms)
