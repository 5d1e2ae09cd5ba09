"""Status of a pod, and what the subresources of a pod may change.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36), ValidatePodStatusUpdate,
ValidatePodEphemeralContainersUpdate, ValidatePodResize, ValidatePodBinding.
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, duplicate, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.pod import update
from tuik8s.api.kinds.pod_spec import pod_annotations
from tuik8s.api.kinds.validation.go_values import json_diff
from tuik8s.api.kinds.validation.network import ip, is_dual_stack
from tuik8s.api.kinds.validation.text import check, qualified_name
from tuik8s.api.kinds.validation.values import Errors, immutable, same
from tuik8s.api.types import Object

_SYSTEM_CONDITIONS: Final = ("PodScheduled", "Ready", "Initialized")


def normalize_ips(pod: Object) -> None:
    """podIP and podIPs (hostIP and hostIPs) say the same; the single one wins."""
    status = pod.get("status")
    if not status:
        return
    one, many = status.get("podIP"), status.get("podIPs")
    if one and not (many and many[0].get("ip") == one):
        status["podIPs"] = [{"ip": one}]
    elif many and not one:
        status["podIP"] = many[0].get("ip", "")


def prepare(new: Object, old: Object) -> None:
    status = new.get("status")
    if status is None:
        status = new["status"] = {}
    if not status.get("qosClass") and (old.get("status") or {}).get("qosClass"):
        status["qosClass"] = old["status"]["qosClass"]
    normalize_ips(new)


def validate(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    update.annotation_changes(errors, new, old)
    given = new["metadata"].get("annotations")
    pod_annotations.validate(errors, "metadata.annotations", given, new["spec"])
    after, before = new.get("status") or {}, old.get("status") or {}
    for i, condition in enumerate(after.get("conditions") or ()):
        if condition.get("type") not in _SYSTEM_CONDITIONS:
            at = f"metadata.conditions[{i}].Type"
            qualified_name(errors, at.replace("metadata", "status"), condition.get("type", ""))
    nominated = after.get("nominatedNodeName", "")
    if nominated and nominated != before.get("nominatedNodeName", ""):
        check(errors, "status.nominatedNodeName", nominated, names.dns1123_subdomain)
    immutable(errors, "status.qosClass", after.get("qosClass", ""), before.get("qosClass", ""))
    _transitions(errors, after, before, old["spec"])
    _claim_statuses(errors, after.get("resourceClaimStatuses") or [], new["spec"])
    _addresses(errors, "status.podIPs", after.get("podIPs") or [])
    _host_addresses(errors, after)
    return errors


def _transitions(errors: Errors, after: Object, before: Object, spec: Object) -> None:
    """A container that ended for good does not come back."""
    policy = spec.get("restartPolicy", "")
    for field in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        rule = "Never" if field == "ephemeralContainerStatuses" else policy
        if rule == "Always":
            continue
        restartable = {
            container.get("name")
            for group in ("containers", "initContainers")
            for container in spec.get(group) or ()
            if container.get("restartPolicy") == "Always" or container.get("restartPolicyRules")
        }
        now = {status.get("name"): status for status in after.get(field) or ()}
        for i, old in enumerate(before.get(field) or ()):
            ended = (old.get("state") or {}).get("terminated")
            name = old.get("name")
            if ended is None or name in restartable or name not in now:
                continue
            if ended.get("exitCode", 0) != 0 and rule == "OnFailure":
                continue
            if (now[name].get("state") or {}).get("terminated") is None:
                detail = "may not be transitioned to non-terminated state"
                errors.append(forbidden(f"status.{field}[{i}].state", detail))


def _claim_statuses(errors: Errors, statuses: list[Object], spec: Object) -> None:
    known = {claim.get("name") for claim in spec.get("resourceClaims") or ()}
    seen: set[str] = set()
    for i, status in enumerate(statuses):
        at, name = f"status.resourceClaimStatuses[{i}].name", status.get("name", "")
        if name not in known:
            detail = "must match the name of an entry in `spec.resourceClaims`"
            errors.append(invalid(at, name, detail))
        if name in seen:
            errors.append(duplicate(at, name))
        seen.add(name)
        if status.get("resourceClaimName") is not None:
            check(errors, at, status["resourceClaimName"], names.dns1123_subdomain)


def _addresses(errors: Errors, path: str, entries: list[Object]) -> None:
    values = [entry.get("ip", "") for entry in entries]
    for i, value in enumerate(values):
        ip(errors, f"{path}[{i}]", value)
    if len(values) < 2:
        return
    if not is_dual_stack(values) or len(values) > 2:
        detail = "may specify no more than one IP for each IP family"
        errors.append(invalid(path, [{"IP": value} for value in values], detail))
    for i, value in enumerate(values):
        if value in values[:i]:
            errors.append(duplicate(f"{path}[{i}]", {"IP": value}))


def _host_addresses(errors: Errors, status: Object) -> None:
    entries = status.get("hostIPs") or []
    if not entries:
        return
    if entries[0].get("ip", "") != status.get("hostIP", ""):
        shown = entries[0].get("ip", "")
        errors.append(invalid("status.hostIPs[0].ip", shown, "must be equal to `hostIP`"))
    _addresses(errors, "status.hostIPs", entries)


def validate_binding(binding: Object) -> list[FieldError]:
    """A Binding's target."""
    errors: Errors = []
    target = binding.get("target") or {}
    if target.get("kind") and target["kind"] != "Node":
        errors.append(not_supported("target.kind", target["kind"], ("Node", "<empty>")))
    if not target.get("name"):
        errors.append(required("target.name"))
    return errors


def validate_ephemeral_containers(new: Object, old: Object) -> list[FieldError]:
    """The ephemeralcontainers subresource: they may be added, not changed or removed.

    The caller has validated metadata and spec as for an update.
    """
    if pod_annotations.MIRROR in (old["metadata"].get("annotations") or {}):
        return [forbidden("", "static pods do not support ephemeral containers")]
    errors: Errors = []
    update.annotation_changes(errors, new, old)
    now = {c.get("name", ""): c for c in new["spec"].get("ephemeralContainers") or ()}
    for container in old["spec"].get("ephemeralContainers") or ():
        name = container.get("name", "")
        at, start = "spec.ephemeralContainers", f'existing ephemeral containers "{name}" may not be'
        if name not in now:
            errors.append(forbidden(at, f"{start} removed\n"))
        elif not same(container, now[name]):
            diff = json_diff(container, now[name], sort_keys=True)
            errors.append(forbidden(at, f"{start} changed\n{diff}"))
    return errors
