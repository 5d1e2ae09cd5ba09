"""Probes, lifecycle hooks and the actions of both.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api import names
from tuik8s.api.errors import forbidden, invalid, not_supported, required
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors, nonnegative, port_number_or_name
from tuik8s.api.types import Object

PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_COUNTERS: Final = (
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
)
_ACTIONS: Final = ("exec", "httpGet", "tcpSocket", "grpc", "sleep")


def validate_all(errors: Errors, path: str, container: Object, grace: int | None) -> None:
    """Lifecycle and the three probes of a container, in upstream's order."""
    if container.get("lifecycle") is not None:
        lifecycle(errors, f"{path}.lifecycle", container["lifecycle"], grace)
    for field in PROBES:
        probe = container.get(field)
        if probe is not None:
            _probe(errors, f"{path}.{field}", probe, grace, field)


def _probe(errors: Errors, path: str, probe: Object, grace: int | None, kind: str) -> None:
    handler(errors, path, probe, grace)
    for field in _COUNTERS:
        nonnegative(errors, f"{path}.{field}", probe.get(field))
    own_grace = probe.get("terminationGracePeriodSeconds")
    if own_grace is not None and own_grace <= 0:
        detail = "must be greater than 0"
        errors.append(invalid(f"{path}.terminationGracePeriodSeconds", own_grace, detail))
    if kind == "readinessProbe":
        if own_grace is not None:
            detail = "must not be set for readinessProbes"
            errors.append(invalid(f"{path}.terminationGracePeriodSeconds", own_grace, detail))
    elif probe.get("successThreshold", 0) != 1:
        threshold = probe.get("successThreshold", 0)
        errors.append(invalid(f"{path}.successThreshold", threshold, "must be 1"))


def lifecycle(errors: Errors, path: str, value: Object, grace: int | None) -> None:
    for hook in ("postStart", "preStop"):
        if value.get(hook) is not None:
            handler(errors, f"{path}.{hook}", value[hook], grace)


def handler(errors: Errors, path: str, value: Object, grace: int | None) -> None:
    """Exactly one action; further ones are forbidden and not looked at."""
    count = 0
    for action in _ACTIONS:
        details = value.get(action)
        if details is None:
            continue
        if count:
            detail = "may not specify more than 1 handler type"
            errors.append(forbidden(f"{path}.{action}", detail))
            continue
        count += 1
        _action(errors, f"{path}.{action}", action, details, grace)
    if not count:
        errors.append(required(path, "must specify a handler type"))


def _action(errors: Errors, path: str, action: str, value: Object, grace: int | None) -> None:
    if action == "exec":
        if not value.get("command"):
            errors.append(required(f"{path}.command"))
    elif action == "httpGet":
        _http_get(errors, path, value)
    elif action == "sleep":
        seconds = value.get("seconds", 0)
        if grace is not None and not 0 <= seconds <= grace:
            detail = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
            errors.append(invalid(path, seconds, detail))
    else:
        port_number_or_name(errors, f"{path}.port", value.get("port", 0))


def _http_get(errors: Errors, path: str, value: Object) -> None:
    if not value.get("path"):
        errors.append(required(f"{path}.path"))
    port_number_or_name(errors, f"{path}.port", value.get("port", 0))
    scheme = value.get("scheme", "")
    if scheme not in ("HTTP", "HTTPS"):
        errors.append(not_supported(f"{path}.scheme", scheme, ("HTTP", "HTTPS")))
    for header in value.get("httpHeaders") or ():
        check(errors, f"{path}.httpHeaders", header.get("name", ""), names.http_header_name)
