"""Node.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/node (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, duplicate, forbidden, invalid
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec.affinity import taints
from tuik8s.api.kinds.printing import AGE, NAME, NONE, UNKNOWN, field, text
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.network import cidr, is_dual_stack
from tuik8s.api.kinds.validation.resources import quantity_value
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import condition
from tuik8s.api.types import Object

_ROLE_PREFIX: Final = "node-role.kubernetes.io/"
_ROLE: Final = "kubernetes.io/role"
_INFO: Final = (
    "machineID",
    "systemUUID",
    "bootID",
    "kernelVersion",
    "osImage",
    "containerRuntimeVersion",
    "kubeletVersion",
    "kubeProxyVersion",
    "operatingSystem",
    "architecture",
)
_CIDR_FIXED: Final = 'node updates may not change podCIDR except from "" to valid'


def default(node: Object) -> None:
    spec = spec_of(node)
    _same_cidrs(spec)
    first(node, "status", {})
    status = node["status"]
    first(status, "daemonEndpoints", {})
    first(status["daemonEndpoints"], "kubeletEndpoint", {"Port": 0})
    first(status["daemonEndpoints"]["kubeletEndpoint"], "Port", 0)
    first(status, "nodeInfo", {})
    for key in _INFO:
        first(status["nodeInfo"], key, "")
    if status.get("capacity") is not None and status.get("allocatable") is None:
        status["allocatable"] = dict(status["capacity"])


def _same_cidrs(spec: Object) -> None:
    one, many = spec.get("podCIDR"), spec.get("podCIDRs")
    if one and not (many and many[0] == one):
        spec["podCIDRs"] = [one]
    elif many and not one:
        spec["podCIDR"] = many[0]


def validate(node: Object) -> list[FieldError]:
    errors: Errors = []
    spec = node["spec"]
    taints(errors, "metadata.taints", spec.get("taints") or [])
    _resources(errors, node)
    many = spec.get("podCIDRs") or []
    for i, value in enumerate(many):
        cidr(errors, f"spec.podCIDRs[{i}]", value)
    if len(many) > 1:
        if not is_dual_stack(many) or len(many) > 2:
            detail = "may specify no more than one CIDR for each IP family"
            errors.append(invalid("spec.podCIDRs", many, detail))
        for i, value in enumerate(many):
            if value in many[:i]:
                errors.append(duplicate(f"spec.podCIDRs[{i}]", value))
    return errors


def _resources(errors: Errors, node: Object) -> None:
    status = node.get("status") or {}
    for kind in ("capacity", "allocatable"):
        for name, amount in (status.get(kind) or {}).items():
            quantity_value(errors, f"status.{kind}.{name}", name, amount)


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    _resources(errors, new)
    _addresses(errors, (new.get("status") or {}).get("addresses") or [])
    after, before = new["spec"], old.get("spec") or {}
    cidrs, old_cidrs = after.get("podCIDRs") or [], before.get("podCIDRs") or []
    if old_cidrs and cidrs != old_cidrs:
        errors.append(forbidden("spec.podCIDRs", _CIDR_FIXED))
    provider = before.get("providerID")
    if provider and provider != after.get("providerID"):
        detail = 'node updates may not change providerID except from "" to valid'
        errors.append(forbidden("spec.providerID", detail))
    taints(errors, "metadata.taints", after.get("taints") or [])
    if (after.get("externalID") or "") != (before.get("externalID") or ""):
        errors.append(forbidden("spec.externalID", "may not be updated"))
    return errors


def _addresses(errors: Errors, addresses: list[Object]) -> None:
    seen: set[tuple[str, str]] = set()
    for i, address in enumerate(addresses):
        key = (address.get("type", ""), address.get("address", ""))
        if key in seen:
            shown = {"Type": key[0], "Address": key[1]}
            errors.append(duplicate(f"status.addresses[{i}]", shown))
        seen.add(key)


def _status(node: Object, now_ms: int) -> Any:
    ready = condition(node, "Ready")
    if ready is None:
        shown = "Unknown"
    else:
        shown = "Ready" if ready.get("status") == "True" else "NotReady"
    is_cordoned = (node.get("spec") or {}).get("unschedulable")
    return f"{shown},SchedulingDisabled" if is_cordoned else shown


def _roles(node: Object, now_ms: int) -> Any:
    labels = (node.get("metadata") or {}).get("labels") or {}
    roles = {key[len(_ROLE_PREFIX) :] for key in labels if key.startswith(_ROLE_PREFIX)}
    roles.add(labels.get(_ROLE, ""))
    return ",".join(sorted(role for role in roles if role)) or NONE


def _address(kind: str) -> Any:
    def cell(node: Object, now_ms: int) -> Any:
        for address in (node.get("status") or {}).get("addresses") or ():
            if address.get("type") == kind:
                return address.get("address", "")
        return NONE

    return cell


def _info(name: str) -> Any:
    return field(f"status.nodeInfo.{name}", UNKNOWN)


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_update,
    columns=(
        NAME,
        text("Status", _status, "The status of the node"),
        text("Roles", _roles, "The roles of the node"),
        AGE,
        text("Version", field("status.nodeInfo.kubeletVersion"), "@status.nodeInfo.kubeletVersion"),
        text("Internal-IP", _address("InternalIP"), "@status.addresses", 1),
        text("External-IP", _address("ExternalIP"), "@status.addresses", 1),
        text("OS-Image", _info("osImage"), "@status.nodeInfo.osImage", 1),
        text("Kernel-Version", _info("kernelVersion"), "@status.nodeInfo.kernelVersion", 1),
        text(
            "Container-Runtime",
            _info("containerRuntimeVersion"),
            "@status.nodeInfo.containerRuntimeVersion",
            1,
        ),
    ),
    selectable={"metadata.name": "metadata.name", "spec.unschedulable": "spec.unschedulable"},
    generation_ignores=None,
)
