"""APIService.

Source: k8s.io/kube-aggregator pkg/apis/apiregistration/validation (1.36).
"""

from __future__ import annotations

import base64
from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, invalid, required
from tuik8s.api.kinds.admission import clients
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, text
from tuik8s.api.kinds.strategy import drop_status, spec_of
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.meta import condition, get_path
from tuik8s.api.names import name_is_path_segment
from tuik8s.api.types import Object

_MAX_GROUP_PRIORITY: Final = 20000
_MAX_VERSION_PRIORITY: Final = 1000


def default(service: Object) -> None:
    clients.fill(spec_of(service))


def validate(service: Object) -> list[FieldError]:
    errors: Errors = []
    spec, name = service["spec"], service["metadata"].get("name", "")
    group, version = spec.get("group", ""), spec.get("version", "")
    if name != f"{version}.{group}":
        detail = f'must be `spec.version+"."+spec.group`: "{version}.{group}"'
        errors.append(invalid("metadata.name", name, detail))
    if not group and version != "v1":
        detail = "only v1 may have an empty group and it better be legacy kube"
        errors.append(required("spec.group", detail))
    if group:
        check(errors, "spec.group", group, names.dns1123_subdomain)
    check(errors, "spec.version", version, names.dns1035_label)
    for field, limit in (
        ("groupPriorityMinimum", _MAX_GROUP_PRIORITY),
        ("versionPriority", _MAX_VERSION_PRIORITY),
    ):
        value = spec.get(field, 0)
        if not 0 < value <= limit:
            detail = f"must be positive and less than {limit}"
            errors.append(invalid(f"spec.{field}", value, detail))
    if spec.get("service") is None:
        _local(errors, spec)
    else:
        _remote(errors, spec)
    return errors


def _local(errors: Errors, spec: Object) -> None:
    bundle = spec.get("caBundle")
    if bundle:
        shown = f"{len(base64.b64decode(bundle))} bytes"
        detail = "local APIServices may not have a caBundle"
        errors.append(invalid("spec.caBundle", shown, detail))
    if spec.get("insecureSkipTLSVerify"):
        detail = "local APIServices may not have insecureSkipTLSVerify"
        errors.append(invalid("spec.insecureSkipTLSVerify", True, detail))


def _remote(errors: Errors, spec: Object) -> None:
    target = spec["service"]
    for field in ("namespace", "name"):
        if not target.get(field):
            errors.append(required(f"spec.service.{field}"))
    port = target.get("port", 443)
    problems = names.port_number(port)
    if problems:
        detail = "port is not valid: " + ",".join(problems)
        errors.append(invalid("spec.service.port", port, detail))
    if spec.get("insecureSkipTLSVerify") and spec.get("caBundle"):
        detail = "may not be true if caBundle is present"
        errors.append(invalid("spec.insecureSkipTLSVerify", True, detail))


def _target(service: Object, now_ms: int) -> Any:
    target = get_path(service, "spec.service")
    return "Local" if target is None else f"{target.get('namespace')}/{target.get('name')}"


def _available(service: Object, now_ms: int) -> Any:
    found = condition(service, "Available")
    if found is None:
        return "Unknown"
    status: str = found.get("status", "")
    reason = found.get("reason", "")
    return f"{status} ({reason})" if status != "True" and reason else status


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    validate=validate,
    validate_name=name_is_path_segment,
    columns=(
        NAME,
        text("Service", _target, "The service that serves the group and version"),
        text("Available", _available, "Whether this APIService is available"),
        AGE,
    ),
    generation_ignores=None,
)
