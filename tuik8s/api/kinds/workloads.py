"""What the kinds that keep pods running have in common: selectors, rolling updates, columns.

Source: k8s.io/kubernetes pkg/apis/apps/validation, pkg/registry/apps (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tuik8s.api import selectors
from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.strategy import first, spec_of
from tuik8s.api.kinds.validation.labels import is_convertible, selector
from tuik8s.api.kinds.validation.values import (
    Errors,
    at_most_hundred_percent,
    immutable,
    int_or_percent,
    is_zero,
    nonnegative,
)
from tuik8s.api.names import dns1123_label
from tuik8s.api.types import Object

_NOT_MORE: Final = "cannot be greater than status.replicas"
_HOSTNAMES: Final = (
    "metadata.name: this is used in Pod names and hostnames, which can result in surprising "
    "behavior; a DNS label is recommended: "
)


def show_zeros(obj: Object, *fields: str) -> None:
    """Status counters that are shown even when zero."""
    status = obj.get("status")
    if status is None:
        status = obj["status"] = {}
    for field in fields:
        first(status, field, 0)


def fill_template(obj: Object) -> Object:
    """Defaults of the pod template in `spec.template`; answers the spec."""
    spec = spec_of(obj)
    if spec.get("template") is None:
        spec["template"] = {}
    template.fill(spec["template"])
    return spec


def pod_selector(errors: Errors, path: str, value: Object | None, empty: str) -> None:
    """A selector that must be there and must select something; `empty` says so if not."""
    if value is None:
        errors.append(required(path))
        return
    selector(errors, path, value)
    if not value.get("matchLabels") and not value.get("matchExpressions"):
        errors.append(invalid(path, value, empty))


def parsed_selector(
    errors: Errors, path: str, value: Object | None, detail: str = "invalid label selector"
) -> selectors.LabelSelector | None:
    """The selector as a predicate; None and an error when it has no meaning."""
    if not is_convertible(value):
        errors.append(invalid(path, value, detail))
        return None
    return selectors.selector_of(value)


def replicated(errors: Errors, spec: Object, kind: str) -> None:
    """Selector and template of a Deployment or ReplicaSet."""
    value = spec.get("selector")
    pod_selector(errors, "spec.selector", value, "empty selector is invalid for deployment")
    chosen = parsed_selector(errors, "spec.selector", value)
    if chosen is not None:
        template.validate_for(errors, "spec.template", spec.get("template"), chosen, kind)


def surge_and_unavailable(errors: Errors, path: str, rolling: Object) -> None:
    """maxUnavailable and maxSurge: numbers or percentages."""
    for field in ("maxUnavailable", "maxSurge"):
        if rolling.get(field) is not None:
            int_or_percent(errors, f"{path}.{field}", rolling[field])


def rolling_deployment(errors: Errors, path: str, rolling: Object) -> None:
    surge_and_unavailable(errors, path, rolling)
    unavailable = rolling.get("maxUnavailable")
    at = f"{path}.maxUnavailable"
    if is_zero(unavailable) and is_zero(rolling.get("maxSurge")):
        errors.append(invalid(at, unavailable, "may not be 0 when `maxSurge` is 0"))
    if unavailable is not None:
        at_most_hundred_percent(errors, at, unavailable)


def counters(errors: Errors, status: Object, *fields: str) -> None:
    for field in fields:
        nonnegative(errors, f"status.{field}", status.get(field))


def not_more_than_replicas(errors: Errors, status: Object, *fields: str) -> None:
    replicas = status.get("replicas", 0)
    for field in fields:
        if status.get(field, 0) > replicas:
            errors.append(invalid(f"status.{field}", status.get(field, 0), _NOT_MORE))


def available_not_more_than_ready(errors: Errors, status: Object, detail: str) -> None:
    available = status.get("availableReplicas", 0)
    if available > status.get("readyReplicas", 0):
        errors.append(invalid("status.availableReplicas", available, detail))


def validate_replica_status(new: Object, old: Object) -> list[FieldError]:
    """The counters of a ReplicaSet or a ReplicationController."""
    errors: Errors = []
    status = new.get("status") or {}
    parts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    counters(errors, status, "replicas", *parts, "terminatingReplicas", "observedGeneration")
    not_more_than_replicas(errors, status, *parts)
    available_not_more_than_ready(errors, status, "cannot be greater than readyReplicas")
    return errors


def collision_count(errors: Errors, new: Object, old: Object) -> None:
    """collisionCount only grows."""
    after = (new.get("status") or {}).get("collisionCount")
    before = (old.get("status") or {}).get("collisionCount")
    if before is not None and (after is None or after < before):
        errors.append(invalid("status.collisionCount", after or 0, "cannot be decremented"))


Validate = Callable[[Object], list[FieldError]]


def with_fixed_selector(validate: Validate) -> Callable[[Object, Object], list[FieldError]]:
    """Update validation: valid as such, and the selector as it was."""

    def validate_update(new: Object, old: Object) -> list[FieldError]:
        errors = validate(new)
        before: Any = (old.get("spec") or {}).get("selector")
        immutable(errors, "spec.selector", (new.get("spec") or {}).get("selector"), before)
        return errors

    return validate_update


def hostname_warnings(obj: Object) -> list[str]:
    """The name of a workload becomes part of its pods' hostnames."""
    messages = dns1123_label((obj.get("metadata") or {}).get("name", ""))
    return [f"{_HOSTNAMES}[{' '.join(messages)}]"] if messages else []


def template_warnings(new: Object, old: Object | None) -> list[str]:
    """Warnings about `spec.template`; on update only when it changed."""
    own = (new.get("spec") or {}).get("template")
    if old is not None and (old.get("spec") or {}).get("template") == own:
        return []
    return template.warn(own, "spec.template.")


def workload_warnings(new: Object, old: Object | None) -> list[str]:
    found = hostname_warnings(new) if old is None else []
    return found + template_warnings(new, old)
