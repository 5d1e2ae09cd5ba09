"""Giving ReplicaSets other sizes, and which ones when `spec.replicas` changed.

Source: k8s.io/kubernetes pkg/controller/deployment/sync.go (`scale`, `scaleReplicaSet`), 1.36.
"""

from __future__ import annotations

from collections.abc import Sequence

from tuik8s.api.meta import annotations_of, name_of
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import Event, Update, Write
from tuik8s.components.controllers.deployment import revisions, sizes
from tuik8s.components.controllers.deployment.revisions import Sets
from tuik8s.components.controllers.deployment.status import SETS, with_annotations
from tuik8s.components.controllers.parts.workloads import count, replicas_of


def active(sets: Sequence[Object]) -> list[Object]:
    """The ReplicaSets that have or want pods."""
    return [rs for rs in sets if replicas_of(rs) > 0]


def is_scaling(deployment: Object, sets: Sets) -> bool:
    """Whether spec.replicas changed since the sizes were last set."""
    wanted = replicas_of(deployment)
    desired = [revisions.desired_annotation(rs) for rs in active(sets.all)]
    return any(number is not None and number != wanted for number in desired)


def targets(deployment: Object, sets: Sets) -> sizes.Sizes:
    """Sizes after a change of spec.replicas, without going on with a rollout."""
    wanted = replicas_of(deployment)
    in_use = active(sets.all)
    if len(in_use) <= 1:
        only = in_use[0] if in_use else sets.new or next(reversed(sets.old), None)
        return {} if only is None else {name_of(only): wanted}
    if _is_saturated(deployment, sets.new):
        return {name_of(rs): 0 for rs in active(sets.old)}
    if not sizes.is_rolling(deployment):
        return {}
    growing = wanted + sizes.surge_of(deployment) > sizes.total(in_use)
    return sizes.proportional(deployment, sizes.largest_first(in_use, growing))


def _is_saturated(deployment: Object, new: Object | None) -> bool:
    wanted = replicas_of(deployment)
    return (
        new is not None
        and revisions.desired_annotation(new) == wanted
        and replicas_of(new) == wanted
        and count(new, "availableReplicas") == wanted
    )


def resized(deployment: Object, sets: Sets, wanted: sizes.Sizes) -> tuple[tuple[Write, ...], Sets]:
    """Writes that give ReplicaSets these sizes, and the sets as they will be."""
    notes = revisions.size_annotations(deployment)
    writes: list[Write] = []
    after: dict[str, Object] = {}
    for rs in sets.all:
        size = wanted.get(name_of(rs))
        annotations = {**annotations_of(rs), **notes}
        if size is None or (size == replicas_of(rs) and annotations == annotations_of(rs)):
            continue
        changed = with_annotations(rs, annotations)
        changed["spec"] = {**rs["spec"], "replicas": size}
        after[name_of(rs)] = changed
        said = _event(deployment, rs, size)
        writes.append(Update(resource=SETS, obj=changed, said=said))
    new = None if sets.new is None else after.get(name_of(sets.new), sets.new)
    old = tuple(after.get(name_of(rs), rs) for rs in sets.old)
    return tuple(writes), Sets(new, old)


def _event(deployment: Object, rs: Object, size: int) -> Event | None:
    before = replicas_of(rs)
    if size == before:
        return None
    way = "up" if size > before else "down"
    text = f"Scaled {way} replica set {name_of(rs)} from {before} to {size}"
    return Event(deployment, "Normal", "ScalingReplicaSet", text)
