"""Binding a volume and a claim: four writes, each of which may already be done.

    volume: claimRef -> volume: phase Bound -> claim: volumeName -> claim: phase Bound

Source: k8s.io/kubernetes pkg/controller/volume/persistentvolume/pv_controller.go (`bind`), 1.36.
"""

from __future__ import annotations

from collections.abc import Callable

from tuik8s.api.kinds.persistent_volume_claim import BIND_COMPLETED, BOUND_BY_US
from tuik8s.api.meta import annotations_of, name_of, namespace_of, uid_of
from tuik8s.api.times import format_time
from tuik8s.api.types import Object
from tuik8s.components.controllers.base import NOTHING, Outcomes, Plan, Update
from tuik8s.components.controllers.parts.workloads import status_of, status_update

CLAIMS, VOLUMES = "persistentvolumeclaims", "persistentvolumes"

Next = Callable[[Object], Plan]


def _step(update: Update | None, obj: Object, following: Next) -> Plan:
    """Do one write and go on with the object it gives; go on at once when nothing is to do."""
    if update is None:
        return following(obj)

    def then(outcomes: Outcomes) -> Plan:
        return following(outcomes[0].obj) if outcomes[0].ok else NOTHING

    return Plan(writes=(update,), then=then)


def bind(volume: Object, claim: Object, now_ms: int) -> Plan:
    """Bind the two, from whatever is done already."""

    def volume_bound(changed: Object) -> Plan:
        return _step(_volume_phase(changed, "Bound", now_ms), changed, claim_named)

    def claim_named(changed: Object) -> Plan:
        named = changed
        return _step(_name_volume(claim, volume), claim, lambda c: claim_bound(c, named))

    def claim_bound(changed: Object, bound: Object) -> Plan:
        update = _claim_phase(changed, bound)
        return NOTHING if update is None else Plan(writes=(update,))

    return _step(_refer_to_claim(volume, claim), volume, volume_bound)


def _refer_to_claim(volume: Object, claim: Object) -> Update | None:
    ref = volume["spec"].get("claimRef")
    if ref and ref.get("uid") == uid_of(claim):
        return None
    made = {
        "kind": "PersistentVolumeClaim",
        "namespace": namespace_of(claim),
        "name": name_of(claim),
        "uid": uid_of(claim),
        "apiVersion": "v1",
        "resourceVersion": claim["metadata"]["resourceVersion"],
    }
    metadata = volume["metadata"]
    if not ref:  # a volume that its owner has meant for a claim is not marked as ours
        annotations = {**annotations_of(volume), BOUND_BY_US: "yes"}
        metadata = {**metadata, "annotations": annotations}
    changed = {**volume, "metadata": metadata, "spec": {**volume["spec"], "claimRef": made}}
    return Update(resource=VOLUMES, obj=changed)


def _volume_phase(volume: Object, phase: str, now_ms: int, message: str = "") -> Update | None:
    present = status_of(volume)
    if present.get("phase") == phase and (present.get("message") or "") == message:
        return None
    status = {"phase": phase}
    if message:
        status["message"] = message
    status["lastPhaseTransitionTime"] = format_time(now_ms)
    return status_update(VOLUMES, volume, status)


def volume_phase(volume: Object, phase: str, now_ms: int, message: str = "") -> Plan:
    update = _volume_phase(volume, phase, now_ms, message)
    return NOTHING if update is None else Plan(writes=(update,))


def _name_volume(claim: Object, volume: Object) -> Update | None:
    annotations = dict(annotations_of(claim))
    spec = claim["spec"]
    if annotations.get(BIND_COMPLETED) and spec.get("volumeName") == name_of(volume):
        return None
    if not spec.get("volumeName"):
        annotations[BOUND_BY_US] = "yes"
    annotations[BIND_COMPLETED] = "yes"
    metadata = {**claim["metadata"], "annotations": annotations}
    changed = {**claim, "metadata": metadata, "spec": {**spec, "volumeName": name_of(volume)}}
    return Update(resource=CLAIMS, obj=changed)


def _claim_phase(claim: Object, volume: Object) -> Update | None:
    status = dict(status_of(claim))
    wanted = {
        "phase": "Bound",
        "accessModes": volume["spec"].get("accessModes"),
        "capacity": volume["spec"].get("capacity"),
    }
    if all(status.get(key) == value for key, value in wanted.items()):
        return None
    status.update(wanted)
    return status_update(CLAIMS, claim, status)
