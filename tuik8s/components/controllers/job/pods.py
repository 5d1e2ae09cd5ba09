"""The pods of a Job.

Source: k8s.io/kubernetes pkg/controller/job/{job_controller,indexed_job_utils,
backoff_utils}.go, 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import annotations_of, finalizers_of, is_deleting, labels_of, name_of
from tuik8s.api.times import parse_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.parts import pods as podinfo
from tuik8s.components.controllers.parts.templates import pod_from_template
from tuik8s.components.controllers.parts.workloads import annotated_number

FINALIZER = "batch.kubernetes.io/job-tracking"
INDEX = "batch.kubernetes.io/job-completion-index"
FAILURE_COUNT = "batch.kubernetes.io/job-index-failure-count"
BACKOFF_FIRST_MS = 10_000
BACKOFF_LAST_MS = 600_000


def is_indexed(job: Object) -> bool:
    return bool(job["spec"].get("completionMode") == "Indexed")


def backoff_per_index(job: Object) -> int | None:
    limit = job["spec"].get("backoffLimitPerIndex")
    return None if limit is None else int(limit)


def index_of(pod: Object) -> int:
    """The completion index; -1 when the pod has none."""
    index = annotated_number(pod, INDEX)
    return -1 if index is None else index


def is_tracked(pod: Object) -> bool:
    """Whether the pod still waits to be counted."""
    return FINALIZER in finalizers_of(pod)


def has_failed(pod: Object, job: Object) -> bool:
    """A pod on its way out counts as failed too, unless only failed pods are replaced."""
    if podinfo.phase(pod) == "Failed":
        return True
    if replaces_only_failed(job):
        return False
    return is_deleting(pod) and podinfo.phase(pod) != "Succeeded"


def replaces_only_failed(job: Object) -> bool:
    return bool(job["spec"].get("podReplacementPolicy") == "Failed")


def ended_at_ms(pod: Object, now_ms: int) -> int:
    """When the last container ended, as the pod itself says; else when it was told to go."""
    times = []
    for status in (pod.get("status") or {}).get("containerStatuses") or ():
        terminated = (status.get("state") or {}).get("terminated") or {}
        if terminated.get("finishedAt"):
            times.append(parse_time(terminated["finishedAt"]))
    if times:
        return max(times)
    deleted = pod["metadata"].get("deletionTimestamp")
    return min(now_ms, parse_time(deleted)) if deleted else now_ms


def backoff_ms(failures: int) -> int:
    if failures <= 0:
        return 0
    return min(BACKOFF_FIRST_MS << min(failures - 1, 10), BACKOFF_LAST_MS)


def new_pod(job: Object, index: int, failures: int) -> Object:
    """A pod of this Job; index -1 when it is not an indexed one."""
    pod = pod_from_template(job["spec"]["template"], job)
    metadata = pod["metadata"]
    metadata["finalizers"] = [*(metadata.get("finalizers") or ()), FINALIZER]
    if index < 0:
        return pod
    name = f"{name_of(job)}-{index}"
    metadata["generateName"] = f"{name}-"
    metadata["labels"] = {**labels_of(pod), INDEX: str(index)}
    annotations = {**annotations_of(pod), INDEX: str(index)}
    if backoff_per_index(job) is not None:
        annotations[FAILURE_COUNT] = str(failures)
    metadata["annotations"] = annotations
    spec = dict(pod["spec"])
    spec["hostname"] = name
    for field in ("initContainers", "containers"):
        if spec.get(field):
            spec[field] = [_with_index(container) for container in spec[field]]
    pod["spec"] = spec
    return pod


def _with_index(container: Object) -> Object:
    name = "JOB_COMPLETION_INDEX"
    present = container.get("env") or []
    if any(variable.get("name") == name for variable in present):
        return container
    source = {"fieldRef": {"fieldPath": f"metadata.labels['{INDEX}']"}}
    return {**container, "env": [*present, {"name": name, "valueFrom": source}]}


def failure_count(pod: Object) -> int:
    return annotated_number(pod, FAILURE_COUNT) or 0


def removal_order(pods: Sequence[Object], job: Object, now_ms: int) -> list[Object]:
    """Which active pods go first: of indexed Jobs doubles and high indexes, then by rank."""
    ranked = podinfo.rank_for_deletion(pods, {}, now_ms)
    if not is_indexed(job):
        return ranked
    seen: set[int] = set()
    doubles: list[Object] = []
    firsts: list[Object] = []
    for pod in reversed(ranked):
        (doubles if index_of(pod) in seen else firsts).append(pod)
        seen.add(index_of(pod))
    return doubles + sorted(firsts, key=lambda pod: -index_of(pod))
