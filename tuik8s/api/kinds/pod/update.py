"""What may change in a pod once it exists.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36), ValidatePodUpdate.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import forbidden, invalid, required
from tuik8s.api.kinds.pod_spec.affinity import tolerations
from tuik8s.api.kinds.pod_spec.pod_annotations import APP_ARMOR, MIRROR
from tuik8s.api.kinds.validation.go_values import json_diff
from tuik8s.api.kinds.validation.values import MAX_INT32, Errors, between, same
from tuik8s.api.meta import copy_value
from tuik8s.api.types import Object

_CHANGEABLE: Final = (
    "pod updates may not change fields other than `spec.containers[*].image`,"
    "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set "
    "to 1 if it was previously negative)"
)


def validate(errors: Errors, new: Object, old: Object) -> None:
    annotation_changes(errors, new, old)
    after, before = new["spec"], old["spec"]
    for field in ("containers", "initContainers"):
        if len(after.get(field) or ()) != len(before.get(field) or ()):
            detail = "pod updates may not add or remove containers"
            errors.append(forbidden(f"spec.{field}", detail))
            return
        for i, container in enumerate(after.get(field) or ()):
            if not container.get("image"):
                errors.append(required(f"spec.{field}[{i}].image"))
    if not _deadline(
        errors, after.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds")
    ):
        return
    _tolerations(errors, after.get("tolerations") or [], before.get("tolerations") or [])
    _gates(errors, after.get("schedulingGates") or [], before.get("schedulingGates") or [])
    if same(after, before):
        return
    allowed = _without_allowed_changes(after, before)
    if before.get("schedulingGates"):
        _gated_changes(errors, allowed, before)
    if not same(allowed, before):
        errors.append(
            forbidden("spec", f"{_CHANGEABLE}\n{json_diff(before, allowed, sort_keys=True)}")
        )


def annotation_changes(errors: Errors, new: Object, old: Object) -> None:
    after = new["metadata"].get("annotations") or {}
    before = old["metadata"].get("annotations") or {}
    for key, words in ((APP_ARMOR, "AppArmor annotations"), (MIRROR, "mirror pod annotation")):
        for name in sorted(name for name in after.keys() | before.keys() if name.startswith(key)):
            if after.get(name) != before.get(name):
                verb = "add" if name not in before else "remove or update"
                detail = f"may not {verb} {words}"
                errors.append(forbidden(f"metadata.annotations[{name}]", detail))


def _deadline(errors: Errors, after: int | None, before: int | None) -> bool:
    """Whether the other checks go on."""
    at = "spec.activeDeadlineSeconds"
    if after is None:
        if before is not None:
            detail = "must not update from a positive integer to nil value"
            errors.append(invalid(at, None, detail))
        return True
    if not 0 <= after <= MAX_INT32:
        errors.append(invalid(at, after, between(0, MAX_INT32)))
        return False
    if before is not None and before < after:
        detail = "must be less than or equal to previous value"
        errors.append(invalid(at, after, detail))
        return False
    return True


def _tolerations(errors: Errors, after: list[Object], before: list[Object]) -> None:
    def without_seconds(toleration: Object) -> Object:
        return {key: toleration[key] for key in toleration if key != "tolerationSeconds"}

    kept = [without_seconds(toleration) for toleration in after]
    if any(without_seconds(toleration) not in kept for toleration in before):
        detail = "existing toleration can not be modified except its tolerationSeconds"
        errors.append(forbidden("spec.tolerations", detail))
        return
    tolerations(errors, "spec.tolerations", after)


def _gates(errors: Errors, after: list[Object], before: list[Object]) -> None:
    known = {gate.get("name") for gate in before}
    for i, gate in enumerate(after):
        if gate.get("name") not in known:
            detail = f"only deletion is allowed, but found new scheduling gate '{gate.get('name')}'"
            errors.append(forbidden(f"spec.schedulingGates[{i}].name", detail))


def _without_allowed_changes(after: Object, before: Object) -> Object:
    """The new spec with everything that may change put back as it was."""
    spec: Object = copy_value(after)
    for field in ("containers", "initContainers"):
        for new, old in zip(spec.get(field) or (), before.get(field) or (), strict=True):
            new["image"] = old.get("image", "")
    for field in ("activeDeadlineSeconds", "schedulingGates", "tolerations"):
        if field in before:
            spec[field] = before[field]
        else:
            spec.pop(field, None)
    grace = before.get("terminationGracePeriodSeconds")
    if grace is not None and grace < 0 and spec.get("terminationGracePeriodSeconds") == 1:
        spec["terminationGracePeriodSeconds"] = grace
    return spec


def _gated_changes(errors: Errors, spec: Object, before: Object) -> None:
    """A gated pod may narrow the nodes that it can go to."""
    selector, old_selector = spec.get("nodeSelector") or {}, before.get("nodeSelector") or {}
    if selector != old_selector:
        if any(selector.get(key) != value for key, value in old_selector.items()):
            detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)"
            errors.append(invalid("spec.nodeSelector", selector, detail))
        _put_back(spec, before, "nodeSelector")
    old_affinity = before.get("affinity") or {}
    affinity = dict(spec.get("affinity") or {})
    if not same(affinity.get("nodeAffinity"), old_affinity.get("nodeAffinity")):
        _narrowed(
            errors, affinity.get("nodeAffinity") or {}, old_affinity.get("nodeAffinity") or {}
        )
        _put_back(affinity, old_affinity, "nodeAffinity")
        spec["affinity"] = affinity


def _put_back(owner: Object, old: Object, field: str) -> None:
    if field in old:
        owner[field] = old[field]
    else:
        owner.pop(field, None)


def _narrowed(errors: Errors, new: Object, old: Object) -> None:
    required_field = "requiredDuringSchedulingIgnoredDuringExecution"
    at = f"spec.affinity.nodeAffinity.{required_field}.nodeSelectorTerms"
    before = (old.get(required_field) or {}).get("nodeSelectorTerms") or []
    after = (new.get(required_field) or {}).get("nodeSelectorTerms") or []
    if not before:
        return
    if len(before) != len(after):
        detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed"
        errors.append(invalid(at, after, detail))
        return
    for i, (term, old_term) in enumerate(zip(after, before, strict=True)):
        if not _only_adds(term, old_term):
            detail = "only additions are allowed (no mutations or deletions)"
            errors.append(invalid(f"{at}[{i}]", term, detail))


def _only_adds(term: Object, old_term: Object) -> bool:
    fields = ("matchExpressions", "matchFields")
    if not any(old_term.get(field) for field in fields):
        return not any(term.get(field) for field in fields)
    for field in fields:
        before, after = old_term.get(field) or [], term.get(field) or []
        if after[: len(before)] != before:
            return False
    return True
