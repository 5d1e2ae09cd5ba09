"""Resource names, quantities, requests and limits.

Source: k8s.io/kubernetes pkg/apis/core/validation and pkg/apis/core/helper (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import FieldError, duplicate, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.validation.text import dns_label
from tuik8s.api.kinds.validation.values import NEGATIVE, Errors

HUGE_PAGES: Final = "hugepages-"
POSITIVE: Final = "must be greater than zero"
_CONTAINER: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTS: Final = frozenset(
    {
        "pods",
        "resourcequotas",
        "services",
        "replicationcontrollers",
        "secrets",
        "configmaps",
        "persistentvolumeclaims",
        "services.nodeports",
        "services.loadbalancers",
    }
)
_COMPUTE: Final = frozenset(
    {
        *_CONTAINER,
        "requests.cpu",
        "requests.memory",
        "requests.storage",
        "requests.ephemeral-storage",
        "limits.cpu",
        "limits.memory",
        "limits.ephemeral-storage",
    }
)
QUOTA_RESOURCES: Final = _COMPUTE | _COUNTS
_STANDARD: Final = QUOTA_RESOURCES | {"storage"}
_POD_LEVEL: Final = ("cpu", "hugepages-", "memory")

NameCheck = Callable[[Errors, str, str], None]


def is_huge_pages(name: str) -> bool:
    return name.startswith(HUGE_PAGES)


def _is_quota_huge_pages(name: str) -> bool:
    return name.startswith((HUGE_PAGES, "requests.hugepages-"))


def is_native(name: str) -> bool:
    return "/" not in name or "kubernetes.io/" in name


def is_extended(name: str) -> bool:
    if is_native(name) or name.startswith("requests."):
        return False
    return not names.qualified_name(f"requests.{name}")


def is_overcommit_allowed(name: str) -> bool:
    return is_native(name) and not is_huge_pages(name)


def is_integer(name: str) -> bool:
    return name in _COUNTS or is_extended(name)


def is_standard_quota(name: str) -> bool:
    return name in QUOTA_RESOURCES or _is_quota_huge_pages(name)


def resource_name(errors: Errors, path: str, name: str) -> None:
    messages = names.qualified_name(name)
    if messages:
        errors.extend(invalid(path, name, message) for message in messages)
    elif "/" not in name and name not in _STANDARD and not _is_quota_huge_pages(name):
        detail = "must be a standard resource type or fully qualified"
        errors.append(invalid(path, name, detail))


def container_resource_name(errors: Errors, path: str, name: str) -> None:
    if name in _CONTAINER:
        return
    resource_name(errors, path, name)
    if "/" not in name:
        if not is_huge_pages(name):
            errors.append(invalid(path, name, "must be a standard resource for containers"))
    elif not is_native(name) and not is_extended(name):
        errors.append(invalid(path, name, "doesn't follow extended resource name standard"))


def pod_resource_name(errors: Errors, path: str, name: str) -> None:
    before = len(errors)
    resource_name(errors, path, name)
    if len(errors) == before and name not in ("cpu", "memory") and not is_huge_pages(name):
        errors.append(not_supported(path, name, _POD_LEVEL))


def quota_resource_name(errors: Errors, path: str, name: str) -> None:
    resource_name(errors, path, name)
    if "/" not in name and not is_standard_quota(name):
        errors.append(invalid(path, name, "must be a standard resource for quota"))


def quantity_value(errors: Errors, path: str, name: str, value: str) -> None:
    """Not negative, and whole where the resource is counted."""
    if value.isdigit():
        return
    if value.startswith("-") and quantity.parse(value) < quantity.parse("0"):
        errors.append(invalid(path, value, NEGATIVE))
    if is_integer(name) and quantity.parse(value).milli_value() % 1000:
        errors.append(invalid(path, value, "must be an integer"))


def nonnegative_quantity(errors: Errors, path: str, value: str) -> None:
    if quantity.parse(value) < quantity.parse("0"):
        errors.append(invalid(path, value, NEGATIVE))


def positive_quantity(errors: Errors, path: str, value: str) -> None:
    if quantity.parse(value) <= quantity.parse("0"):
        errors.append(invalid(path, value, POSITIVE))


def basic_resource(errors: Errors, path: str, value: str) -> None:
    amount = quantity.parse(value).value()
    if amount < 0:
        errors.append(invalid(path, amount, "must be a valid resource quantity"))


def _huge_page_value(errors: Errors, path: str, name: str, value: str) -> None:
    try:
        page = quantity.parse(name.removeprefix(HUGE_PAGES)).value()
    except ValueError:
        page = 0
    if page <= 0 or quantity.parse(value).value() % page:
        detail = f"{value} is not positive integer multiple of {name}"
        errors.append(invalid(path, value, detail))


def requirements(
    errors: Errors,
    path: str,
    value: dict[str, Any] | None,
    claim_names: frozenset[str] = frozenset(),
    name_check: NameCheck = container_resource_name,
) -> None:
    """Requests, limits and claims of a container, a pod, an overhead."""
    if not value:
        return
    limits, requests = value.get("limits") or {}, value.get("requests") or {}
    for name, amount in limits.items():
        _amount(errors, f"{path}.limits[{name}]", name, amount, name_check)
    for name, amount in requests.items():
        _amount(errors, f"{path}.requests[{name}]", name, amount, name_check)
        _request_against_limit(errors, path, name, amount, limits.get(name))
    all_names = [*limits, *requests]
    has_compute = any(name in ("cpu", "memory") for name in all_names)
    if not has_compute and any(map(is_huge_pages, all_names)):
        errors.append(forbidden(path, "HugePages require cpu or memory"))
    if value.get("claims"):
        _claims(errors, f"{path}.claims", value["claims"], claim_names)


def _amount(errors: Errors, path: str, name: str, amount: str, name_check: NameCheck) -> None:
    name_check(errors, path, name)
    quantity_value(errors, path, name, amount)
    if is_huge_pages(name):
        _huge_page_value(errors, path, name, amount)


def _request_against_limit(
    errors: Errors, path: str, name: str, amount: str, limit: str | None
) -> None:
    if limit is None:
        if not is_overcommit_allowed(name):
            detail = "Limit must be set for non overcommitable resources"
            errors.append(required(f"{path}.limits", detail))
        return
    if amount == limit:
        return
    asked, allowed = quantity.parse(amount), quantity.parse(limit)
    if asked != allowed and not is_overcommit_allowed(name):
        detail = f"must be equal to {name} limit of {limit}"
        errors.append(invalid(f"{path}.requests", amount, detail))
    elif asked > allowed:
        detail = f"must be less than or equal to {name} limit of {limit}"
        errors.append(invalid(f"{path}.requests", amount, detail))


def _claims(
    errors: Errors, path: str, claims: list[dict[str, Any]], claim_names: frozenset[str]
) -> None:
    seen: set[str] = set()
    for i, claim in enumerate(claims):
        name, request = claim.get("name", ""), claim.get("request", "")
        at = f"{path}[{i}]"
        if not name:
            errors.append(required(at))
            continue
        _claim_once(errors, at, name, request, seen)
        if name not in claim_names:
            listed = ": " + ", ".join(sorted(claim_names)) if claim_names else " which is empty"
            text = f'Not found: "{name}": must be one of the names in pod.spec.resourceClaims'
            errors.append(FieldError(at, "FieldValueNotFound", text + listed))


def _claim_once(errors: Errors, path: str, name: str, request: str, seen: set[str]) -> None:
    if name in seen:
        errors.append(duplicate(path, name))
        return
    key = name
    if request:
        dns_label(errors, f"{path}.request", request)
        key = f"{name}/{request}"
    if key in seen:
        errors.append(duplicate(path, key))
    elif not request and any(other.partition("/")[0] == name for other in sorted(seen)):
        errors.append(duplicate(path, name))
    seen.add(key)
