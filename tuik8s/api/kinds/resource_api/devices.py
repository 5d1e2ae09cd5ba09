"""Requests, selectors, constraints and configuration of devices.

Source: k8s.io/kubernetes pkg/apis/resource (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import duplicate, forbidden, invalid, not_supported, required, too_many
from tuik8s.api.kinds.strategy import first, first_text
from tuik8s.api.kinds.validation.text import check, qualified_name
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_MODES: Final = ("All", "ExactCount")
_MAX_ENTRIES: Final = 32
_MAX_ALTERNATIVES: Final = 8
_EXPRESSION_LIMIT: Final = 10 * 1024
_NO_KIND: Final = "exactly one of `exactly` or `firstAvailable` is required"


def fill(devices: Object | None) -> None:
    for request in (devices or {}).get("requests") or ():
        alternatives = list(request.get("firstAvailable") or ())
        if request.get("exactly") is not None:
            alternatives.append(request["exactly"])
        for entry in alternatives:
            first_text(entry, "allocationMode", "ExactCount")
            if entry["allocationMode"] == "ExactCount" and not entry.get("count"):
                entry["count"] = 1
            for toleration in entry.get("tolerations") or ():
                first(toleration, "operator", "Equal")


def validate_claim(errors: Errors, path: str, devices: Object) -> None:
    requests = devices.get("requests") or []
    known = _request_names(requests)
    if len(requests) > _MAX_ENTRIES:
        errors.append(too_many(f"{path}.requests", len(requests), _MAX_ENTRIES))
    seen: set[str] = set()
    for i, request in enumerate(requests):
        _request(errors, f"{path}.requests[{i}]", request)
        name = request.get("name", "")
        if name in seen:
            errors.append(duplicate(f"{path}.requests[{i}].name", name))
        seen.add(name)
    for i, constraint in enumerate(devices.get("constraints") or ()):
        _constraint(errors, f"{path}.constraints[{i}]", constraint, known)
    for i, config in enumerate(devices.get("config") or ()):
        at = f"{path}.config[{i}]"
        _named_requests(errors, f"{at}.requests", config.get("requests") or [], known)
        configuration(errors, at, config)


def _request_names(requests: list[Object]) -> set[str]:
    """Names that constraints may use: of requests, and of their alternatives."""
    found: set[str] = set()
    for request in requests:
        name = request.get("name", "")
        found.add(name)
        for entry in request.get("firstAvailable") or ():
            found.add(f"{name}/{entry.get('name', '')}")
    return found


def _label(errors: Errors, path: str, name: str) -> None:
    if not name:
        errors.append(required(path))
    else:
        check(errors, path, name, names.dns1123_label)


def _request(errors: Errors, path: str, request: Object) -> None:
    _label(errors, f"{path}.name", request.get("name", ""))
    exact, options = request.get("exactly"), request.get("firstAvailable")
    if exact is None and not options:
        errors.append(required(path, _NO_KIND))
    elif exact is not None and options:
        errors.append(invalid(path, None, _NO_KIND))
    elif exact is not None:
        _exact(errors, f"{path}.exactly", exact)
    else:
        _options(errors, f"{path}.firstAvailable", options or [])


def _options(errors: Errors, path: str, options: list[Object]) -> None:
    if len(options) > _MAX_ALTERNATIVES:
        errors.append(too_many(path, len(options), _MAX_ALTERNATIVES))
    seen: set[str] = set()
    for i, entry in enumerate(options):
        at, name = f"{path}[{i}]", entry.get("name", "")
        _label(errors, f"{at}.name", name)
        if name in seen:
            errors.append(duplicate(f"{at}.name", name))
        seen.add(name)
        _exact(errors, at, entry)


def _exact(errors: Errors, path: str, entry: Object) -> None:
    class_name = entry.get("deviceClassName", "")
    if not class_name:
        errors.append(required(f"{path}.deviceClassName"))
    else:
        check(errors, f"{path}.deviceClassName", class_name, names.dns1123_subdomain)
    selectors(errors, f"{path}.selectors", entry.get("selectors") or [])
    mode, count = entry.get("allocationMode", ""), entry.get("count", 0)
    if mode == "All":
        if count:
            detail = "must not be specified when allocationMode is 'All'"
            errors.append(invalid(f"{path}.count", count, detail))
    elif mode == "ExactCount":
        if count <= 0:
            errors.append(invalid(f"{path}.count", count, "must be greater than zero"))
    else:
        errors.append(not_supported(f"{path}.allocationMode", mode, _MODES))


def selectors(errors: Errors, path: str, listed: list[Object]) -> None:
    if len(listed) > _MAX_ENTRIES:
        errors.append(too_many(path, len(listed), _MAX_ENTRIES))
    for i, entry in enumerate(listed):
        cel = entry.get("cel")
        if cel is None:
            errors.append(required(f"{path}[{i}].cel"))
            continue
        expression = cel.get("expression", "")
        if len(expression) > _EXPRESSION_LIMIT:
            detail = f"may not be more than {_EXPRESSION_LIMIT} bytes"
            errors.append(forbidden(f"{path}[{i}].cel.expression", detail))


def configuration(errors: Errors, path: str, config: Object) -> None:
    opaque = config.get("opaque")
    if opaque is None:
        errors.append(required(f"{path}.opaque"))
        return
    driver_name(errors, f"{path}.opaque.driver", opaque.get("driver", ""))
    if opaque.get("parameters") is None:
        errors.append(required(f"{path}.opaque.parameters"))


def driver_name(errors: Errors, path: str, name: str) -> None:
    if not name:
        errors.append(required(path))
    else:
        check(errors, path, name, names.dns1123_subdomain)


def _constraint(errors: Errors, path: str, constraint: Object, known: set[str]) -> None:
    _named_requests(errors, f"{path}.requests", constraint.get("requests") or [], known)
    match, distinct = constraint.get("matchAttribute"), constraint.get("distinctAttribute")
    if match is not None:
        qualified_name(errors, f"{path}.matchAttribute", match)
    elif distinct is not None:
        qualified_name(errors, f"{path}.distinctAttribute", distinct)
    else:
        errors.append(
            required(path, "exactly one of `matchAttribute` or `distinctAttribute` is required")
        )


def _named_requests(errors: Errors, path: str, listed: list[str], known: set[str]) -> None:
    for i, name in enumerate(listed):
        if name in listed[:i]:
            errors.append(duplicate(f"{path}[{i}]", name))
        if name not in known:
            detail = (
                "must be the name of a request in the claim or the name of a request and a "
                "subrequest separated by '/'"
            )
            errors.append(invalid(f"{path}[{i}]", name, detail))
