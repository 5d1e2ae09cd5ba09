"""Claims find their volumes; volumes follow their claims.

Volumes are not made here: a claim whose class has a provisioner waits for it, as with a CSI
driver upstream.

Source: k8s.io/kubernetes pkg/controller/volume/persistentvolume/{pv_controller,
pv_controller_base}.go, 1.36.
"""

from __future__ import annotations

from tuik8s.api.kinds.persistent_volume_claim import BIND_COMPLETED, SELECTED_NODE
from tuik8s.api.meta import annotations_of, name_of, namespace_of, uid_of
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import (
    NOTHING,
    Change,
    Event,
    Plan,
    Update,
    View,
    Wake,
    itself,
)
from tuik8s.components.controllers.parts.workloads import status_of, status_update
from tuik8s.components.controllers.volume_binding import matching, writes
from tuik8s.components.controllers.volume_binding.writes import CLAIMS, VOLUMES

CLASSES = "storageclasses.storage.k8s.io"
_NO_PROVISIONER = "kubernetes.io/no-provisioner"
_PROVISIONER = "volume.kubernetes.io/storage-provisioner"
_BETA_PROVISIONER = "volume.beta.kubernetes.io/storage-provisioner"


def _claims_of_volume(change: Change, view: View) -> list[Key]:
    """The claim a volume is bound to; a free volume may suit any claim that waits."""
    volume = change.last
    ref = volume["spec"].get("claimRef")
    if ref:
        return [Key(CLAIMS, ref.get("namespace") or "", ref.get("name") or "")]
    return _waiting_claims(change, view)


def _waiting_claims(change: Change, view: View) -> list[Key]:
    waiting = [c for c in view.list_(CLAIMS) if not c["spec"].get("volumeName")]
    return [Key(CLAIMS, namespace_of(claim), name_of(claim)) for claim in waiting]


def _volume_of_claim(change: Change, view: View) -> list[Key]:
    name = change.last["spec"].get("volumeName")
    return [Key(VOLUMES, "", name)] if name else []


class VolumeBindingReconciler:
    """Bind claims and volumes."""

    name = "persistentvolume-binder"
    account = "persistent-volume-binder"
    component = "persistentvolume-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (
        Wake(CLAIMS, itself),
        Wake(CLAIMS, _volume_of_claim),
        Wake(VOLUMES, itself),
        Wake(VOLUMES, _claims_of_volume),
        Wake(CLASSES, _waiting_claims),
    )

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        obj = view.get(*key)
        if obj is None:
            return NOTHING
        if key.resource == VOLUMES:
            return _volume(obj, view, now_ms)
        if annotations_of(obj).get(BIND_COMPLETED):
            return _bound_claim(obj, view, now_ms)
        return _unbound_claim(obj, view, now_ms)


# Claims.


def _unbound_claim(claim: Object, view: View, now_ms: int) -> Plan:
    name = claim["spec"].get("volumeName")
    if name:
        volume = view.get(VOLUMES, "", name)
        if volume is None:
            return _claim_phase(claim, "Pending")
        if not volume["spec"].get("claimRef") or matching.is_for(volume, claim):
            return writes.bind(volume, claim, now_ms)
        text = f'volume "{name}" already bound to a different claim.'
        return _claim_phase(claim, "Pending", Event(claim, "Warning", "FailedBinding", text))
    class_name = matching.class_of(claim)
    storage_class = view.get(CLASSES, "", class_name) if class_name else None
    volume = matching.best(view.list_(VOLUMES), claim)
    if _waits_for_pod(claim, storage_class) and not (volume and volume["spec"].get("claimRef")):
        text = "waiting for first consumer to be created before binding"
        return Plan(events=(Event(claim, "Normal", "WaitForFirstConsumer", text),))
    if volume is not None:
        return writes.bind(volume, claim, now_ms)
    return _wait_for_volume(claim, class_name, storage_class)


def _waits_for_pod(claim: Object, storage_class: Object | None) -> bool:
    if storage_class is None or SELECTED_NODE in annotations_of(claim):
        return False
    return bool(storage_class.get("volumeBindingMode") == "WaitForFirstConsumer")


def _wait_for_volume(claim: Object, class_name: str, storage_class: Object | None) -> Plan:
    """Why a claim has no volume, as an event."""
    if not class_name:
        text = "no persistent volumes available for this claim and no storage class is set"
        return Plan(events=(Event(claim, "Normal", "FailedBinding", text),))
    if storage_class is None:
        text = f'storageclass.storage.k8s.io "{class_name}" not found'
        return Plan(events=(Event(claim, "Warning", "ProvisioningFailed", text),))
    provisioner = storage_class.get("provisioner") or ""
    if provisioner == _NO_PROVISIONER:
        text = f"no volume plugin matched name: {provisioner}"
        return Plan(events=(Event(claim, "Warning", "ProvisioningFailed", text),))
    text = (
        "Waiting for a volume to be created either by the external provisioner "
        f"'{provisioner}' or manually by the system administrator. If volume creation is delayed, "
        "please verify that the provisioner is running and correctly registered."
    )
    event = Event(claim, "Normal", "ExternalProvisioning", text)
    asked = {_BETA_PROVISIONER: provisioner, _PROVISIONER: provisioner}
    if asked.items() <= annotations_of(claim).items():
        return Plan(events=(event,))
    metadata = {**claim["metadata"], "annotations": {**annotations_of(claim), **asked}}
    return Plan(
        writes=(Update(resource=CLAIMS, obj={**claim, "metadata": metadata}),), events=(event,)
    )


def _bound_claim(claim: Object, view: View, now_ms: int) -> Plan:
    name = claim["spec"].get("volumeName")
    volume = view.get(VOLUMES, "", name) if name else None
    if volume is None:
        text = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
        return _lost(claim, "ClaimLost", text)
    if not volume["spec"].get("claimRef") or matching.is_for(volume, claim):
        return writes.bind(volume, claim, now_ms)
    text = "Two claims are bound to the same volume, this one is bound incorrectly"
    return _lost(claim, "ClaimMisbound", text)


def _lost(claim: Object, reason: str, text: str) -> Plan:
    if status_of(claim).get("phase") == "Lost":
        return NOTHING
    return _claim_phase(claim, "Lost", Event(claim, "Warning", reason, text))


def _claim_phase(claim: Object, phase: str, event: Event | None = None) -> Plan:
    events = () if event is None else (event,)
    if status_of(claim).get("phase") == phase:
        return Plan(events=events)
    return Plan(writes=(status_update(CLAIMS, claim, {"phase": phase}),), events=events)


# Volumes.


def _volume(volume: Object, view: View, now_ms: int) -> Plan:
    ref = volume["spec"].get("claimRef")
    if not ref or not ref.get("uid"):
        return writes.volume_phase(volume, "Available", now_ms)
    claim = view.get(CLAIMS, ref.get("namespace") or "", ref.get("name") or "")
    if claim is None or uid_of(claim) != ref["uid"]:
        return _released(volume, now_ms)
    if claim["spec"].get("volumeName") == name_of(volume):
        return writes.volume_phase(volume, "Bound", now_ms)
    return NOTHING  # the claim's own look goes on with the binding


def _released(volume: Object, now_ms: int) -> Plan:
    """The claim is gone: keep the data, or do what the policy says as far as we can."""
    phase = status_of(volume).get("phase")
    if phase not in ("Released", "Failed"):
        return writes.volume_phase(volume, "Released", now_ms)
    spec = volume["spec"]
    if phase == "Failed" or spec.get("persistentVolumeReclaimPolicy") != "Delete":
        return NOTHING
    path = (spec.get("hostPath") or {}).get("path")
    if path is None:
        return NOTHING  # who provisioned it deletes it
    text = f"host_path deleter only supports /tmp/.+ but received provided {path}"
    plan = writes.volume_phase(volume, "Failed", now_ms, text)
    event = Event(volume, "Warning", "VolumeFailedDelete", text)
    return Plan(writes=plan.writes, events=(event,))
