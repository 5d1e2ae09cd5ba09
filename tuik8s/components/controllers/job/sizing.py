"""Which pods a Job lacks or has too many of.

Source: k8s.io/kubernetes pkg/controller/job/job_controller.go (`manageJob`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuik8s.api.meta import finalizers_of, name_of, namespace_of, uid_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Patch, Write
from tuik8s.components.controllers.job import pods as one
from tuik8s.components.controllers.job.tally import Tally
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.pod_control import create_pod, delete_pod

BURST = 500


@dataclass(slots=True)
class Retries:
    """Failures since the last success, and when the last one was; of which pods one knows."""

    uid: str
    failures: int = 0
    last_ms: int = 0
    noted: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Sizing:
    """Writes, by how much they change the number of active pods, and when to look again."""

    writes: tuple[Write, ...] = ()
    gained: int = 0
    wait_ms: int | None = None


def sizing(
    job: Object, pods: Sequence[Object], tally: Tally, retries: Retries, now_ms: int
) -> Sizing:
    active = [pod for pod in pods if podinfo.is_active(pod)]
    ordered = one.removal_order(active, job, now_ms)
    if job["spec"].get("suspend"):
        return _removal(job, ordered)
    wanted = _wanted(job, tally, len(active))
    if len(active) > wanted:
        return _removal(job, ordered[: len(active) - wanted])
    missing = wanted - len(active)
    if one.replaces_only_failed(job):
        missing -= sum(1 for pod in pods if podinfo.is_terminating(pod))
    if missing <= 0:
        return Sizing()
    wait_ms = retries.last_ms + one.backoff_ms(retries.failures) - now_ms
    if retries.failures and wait_ms > 0 and one.backoff_per_index(job) is None:
        return Sizing(wait_ms=wait_ms)
    created = _creations(job, pods, tally, min(missing, BURST))
    return Sizing(tuple(created), len(created))


def _wanted(job: Object, tally: Tally, active: int) -> int:
    given = job["spec"].get("parallelism")
    parallelism = 1 if given is None else int(given)
    completions = job["spec"].get("completions")
    if completions is None:
        return active if tally.succeeded else parallelism
    left = int(completions) - tally.succeeded - len(tally.failed_indexes)
    return max(0, min(left, parallelism))


def _creations(job: Object, pods: Sequence[Object], tally: Tally, missing: int) -> list[Write]:
    if not one.is_indexed(job):
        return [create_pod(job, one.new_pod(job, -1, 0))] * missing
    busy = [pod for pod in pods if podinfo.is_active(pod)]
    if one.replaces_only_failed(job):
        busy += [pod for pod in pods if podinfo.is_terminating(pod)]
    taken = {*map(one.index_of, busy), *tally.completed, *tally.failed_indexes}
    free = [n for n in range(job["spec"].get("completions") or 0) if n not in taken]
    return [
        create_pod(job, one.new_pod(job, index, _failures_of(job, pods, index)))
        for index in free[:missing]
    ]


def _failures_of(job: Object, pods: Sequence[Object], index: int) -> int:
    failed = [pod for pod in pods if one.index_of(pod) == index and one.has_failed(pod, job)]
    return max((one.failure_count(pod) + 1 for pod in failed), default=0)


def _removal(job: Object, pods: Sequence[Object]) -> Sizing:
    """Delete pods that are not to be counted: their finalizer goes first."""
    writes: list[Write] = []
    for pod in pods:
        if one.is_tracked(pod):
            writes.append(release(pod))
        writes.append(delete_pod(job, pod))
    return Sizing(tuple(writes), -len(pods))


def release(pod: Object) -> Patch:
    """Take our finalizer off a pod: it is counted, or is not to be."""
    left = [name for name in finalizers_of(pod) if name != one.FINALIZER]
    metadata = {"uid": uid_of(pod), "finalizers": left or None}
    return Patch(
        resource="pods",
        namespace=namespace_of(pod),
        name=name_of(pod),
        patch={"metadata": metadata},
        tolerate=(404, 409, 422),
    )
