"""Claims and volumes in use are not deleted before they are free.

A claim keeps the finalizer kubernetes.io/pvc-protection while a scheduled pod mounts it; a
volume kubernetes.io/pv-protection while it is bound. Admission puts both on; here they come off.

Source: k8s.io/kubernetes pkg/controller/volume/{pvcprotection,pvprotection}, 1.36.
"""

from __future__ import annotations

from tuik8s.api.meta import finalizers_of, is_deleting
from tuik8s.api.types import Key, Object
from tuik8s.components.controllers.base import NOTHING, Change, Plan, Update, View, Wake, itself
from tuik8s.components.controllers.parts import pods as podinfo

CLAIMS, VOLUMES = "persistentvolumeclaims", "persistentvolumes"
CLAIM_FINALIZER = "kubernetes.io/pvc-protection"
VOLUME_FINALIZER = "kubernetes.io/pv-protection"


def _claims_of_pod(change: Change, view: View) -> list[Key]:
    """A pod that went or was never seen may free its claims."""
    if change.old is not None and change.new is not None:
        return []
    return [Key(CLAIMS, *claim) for claim in podinfo.claims_of(change.last)]


def _keep_or_free(resource: str, obj: Object, finalizer: str, in_use: bool) -> Plan:
    held = finalizer in finalizers_of(obj)
    if is_deleting(obj):
        if not held or in_use:
            return NOTHING
        wanted = [name for name in finalizers_of(obj) if name != finalizer]
    elif held:
        return NOTHING
    else:
        wanted = [*finalizers_of(obj), finalizer]
    changed = {**obj, "metadata": {**obj["metadata"], "finalizers": wanted}}
    return Plan(writes=(Update(resource=resource, obj=changed, tolerate=(404,)),))


class ClaimProtectionReconciler:
    """Free claims that are to be deleted when no pod uses them."""

    name = "persistentvolumeclaim-protection"
    account = "pvc-protection-controller"
    component = "pvc-protection-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(CLAIMS, itself), Wake("pods", _claims_of_pod))

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        claim = view.get(CLAIMS, key.namespace, key.name)
        if claim is None:
            return NOTHING
        users = view.by_index("pods", "claim", f"{key.namespace}/{key.name}")
        in_use = any(podinfo.is_scheduled(pod) for pod in users)
        return _keep_or_free(CLAIMS, claim, CLAIM_FINALIZER, in_use)


class VolumeProtectionReconciler:
    """Free volumes that are to be deleted when no claim is bound to them."""

    name = "persistentvolume-protection"
    account = "pv-protection-controller"
    component = "pv-protection-controller"
    reads: tuple[str, ...] = ()
    starts: tuple[Key, ...] = ()
    wakes: tuple[Wake, ...] = (Wake(VOLUMES, itself),)

    def reconcile(self, key: Key, view: View, now_ms: int) -> Plan:
        volume = view.get(VOLUMES, "", key.name)
        if volume is None:
            return NOTHING
        in_use = (volume.get("status") or {}).get("phase") == "Bound"
        return _keep_or_free(VOLUMES, volume, VOLUME_FINALIZER, in_use)
