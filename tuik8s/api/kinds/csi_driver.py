"""CSIDriver.

Source: k8s.io/kubernetes pkg/apis/storage, pkg/registry/storage/csidriver (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, duplicate, invalid, not_supported, required, too_long
from tuik8s.api.kinds.base import Column, Rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, UNSET, text
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.values import Errors, immutable, same
from tuik8s.api.meta import get_path
from tuik8s.api.types import Object

_FALSE: Final = ("podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount")
_GROUP_POLICIES: Final = ("File", "None", "ReadWriteOnceWithFSType")
_MODES: Final = ("Persistent", "Ephemeral")
_MIN_TOKEN_SECONDS: Final = 10 * 60
_MIN_UPDATE_SECONDS: Final = 10
_NAME_LIMIT: Final = 63
_NOT_IN_SECRETS: Final = (
    "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, "
    "set to true to prevent possible logging of tokens in volume attributes"
)


def default(driver: Object) -> None:
    spec = spec_of(driver)
    first(spec, "attachRequired", True)
    for name in _FALSE:
        first(spec, name, False)
    first(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType")
    if not spec.get("volumeLifecycleModes"):
        spec["volumeLifecycleModes"] = ["Persistent"]


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    """Only a change of the spec begins to count generations."""
    generation = old["metadata"].get("generation", 0)
    if not same(new.get("spec"), old.get("spec")):
        generation += 1
    if generation:
        new["metadata"]["generation"] = generation


def validate(driver: Object) -> list[FieldError]:
    errors: Errors = []
    name = driver["metadata"].get("name", "")
    if len(name) > _NAME_LIMIT:
        errors.append(too_long("metadata.name", _NAME_LIMIT))
    spec = driver["spec"]
    for field, shown in (
        ("attachRequired", "attachedRequired"),
        ("podInfoOnMount", ""),
        ("storageCapacity", ""),
    ):
        if spec.get(field) is None:
            errors.append(required(f"spec.{shown or field}"))
    policy = spec.get("fsGroupPolicy")
    if policy is None:
        errors.append(required("spec.fsGroupPolicy"))
    elif policy not in _GROUP_POLICIES:
        errors.append(not_supported("spec.fsGroupPolicy", policy, _GROUP_POLICIES))
    _token_requests(errors, "spec.tokenRequests", spec.get("tokenRequests") or [])
    for mode in spec.get("volumeLifecycleModes") or ():
        if mode not in _MODES:
            errors.append(not_supported("spec.volumeLifecycleModes", mode, _MODES))
    if spec.get("seLinuxMount") is None:
        errors.append(required("spec.seLinuxMount", "seLinuxMount must be specified"))
    period = spec.get("nodeAllocatableUpdatePeriodSeconds")
    if period is not None and period < _MIN_UPDATE_SECONDS:
        detail = "must be greater than or equal to 10 seconds"
        errors.append(invalid("spec.nodeAllocatableUpdatePeriodSeconds", period, detail))
    return errors


def _token_requests(errors: Errors, path: str, requests: list[Object]) -> None:
    seen: set[str] = set()
    for i, request in enumerate(requests):
        audience, seconds = request.get("audience", ""), request.get("expirationSeconds")
        if audience in seen:
            errors.append(duplicate(f"{path}[{i}].audience", audience))
            continue
        seen.add(audience)
        at = f"{path}[{i}].expirationSeconds"
        if seconds is not None and seconds < _MIN_TOKEN_SECONDS:
            detail = "may not specify a duration less than 10 minutes"
            errors.append(invalid(at, seconds, detail))
        elif seconds is not None and seconds > 1 << 32:
            detail = "may not specify a duration larger than 2^32 seconds"
            errors.append(invalid(at, seconds, detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    after, before = new["spec"], old["spec"]
    for field, shown in (("attachRequired", "attachedRequired"), ("volumeLifecycleModes", "")):
        immutable(errors, f"spec.{shown or field}", after.get(field), before.get(field))
    return validate(new) + errors


def warn(new: Object, old: Object | None) -> list[str]:
    spec = new["spec"]
    if spec.get("tokenRequests") and spec.get("serviceAccountTokenInSecrets") is None:
        return [_NOT_IN_SECRETS]
    return []


def _boolean(name: str, path: str, default_value: bool) -> Column:
    def cell(driver: Object, now_ms: int) -> Any:
        value = get_path(driver, path)
        return default_value if value is None else value

    return Column(name, "boolean", cell, description=f"@{path}")


def _audiences(driver: Object, now_ms: int) -> Any:
    requests = get_path(driver, "spec.tokenRequests")
    if requests is None:
        return UNSET
    return ",".join(request.get("audience", "") for request in requests)


def _modes(driver: Object, now_ms: int) -> Any:
    return ",".join(get_path(driver, "spec.volumeLifecycleModes") or ()) or NONE


RULES = Rules(
    default=default,
    prepare_for_update=prepare_for_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warn,
    columns=(
        NAME,
        _boolean("AttachRequired", "spec.attachRequired", True),
        _boolean("PodInfoOnMount", "spec.podInfoOnMount", False),
        _boolean("StorageCapacity", "spec.storageCapacity", False),
        text("TokenRequests", _audiences, "@spec.tokenRequests"),
        _boolean("RequiresRepublish", "spec.requiresRepublish", False),
        text("Modes", _modes, "@spec.volumeLifecycleModes"),
        AGE,
    ),
    generation_ignores=None,
    unconditional_update=False,
)
