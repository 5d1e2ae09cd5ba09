"""Environment variables, references to fields, resources and keys.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

import re
from typing import Final

from tuik8s.api import names, quantity
from tuik8s.api.errors import invalid, not_supported, required
from tuik8s.api.kinds.validation.paths import local_non_reserved
from tuik8s.api.kinds.validation.text import check, config_key, qualified_name
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

ENV_FIELDS: Final = (
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
)
VOLUME_FIELDS: Final = (
    "metadata.annotations",
    "metadata.labels",
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
)
_KNOWN_FIELDS: Final = frozenset({*ENV_FIELDS, *VOLUME_FIELDS, "spec.restartPolicy"})
_RESOURCES: Final = (
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
)
_SUBSCRIPT = re.compile(r"(.*)\['(.*)'\]")
_SIZES: Final = "1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei"
_ONE_OF: Final = (
    "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` "
    "or `fileKeyRef`"
)


def validate(errors: Errors, path: str, variables: list[Object]) -> None:
    for i, variable in enumerate(variables):
        name = variable.get("name", "")
        if not name:
            errors.append(required(f"{path}[{i}].name"))
        else:
            check(errors, f"{path}[{i}].name", name, names.relaxed_env_var_name)
        source = variable.get("valueFrom")
        if source is not None:
            _source(errors, f"{path}[{i}].valueFrom", source, variable.get("value", ""))


def _source(errors: Errors, path: str, source: Object, value: str) -> None:
    count = sum(1 for reference in source.values() if reference is not None)
    if source.get("fieldRef") is not None:
        field_reference(errors, f"{path}.fieldRef", source["fieldRef"], ENV_FIELDS)
    if source.get("resourceFieldRef") is not None:
        resource_reference(errors, f"{path}.resourceFieldRef", source["resourceFieldRef"], False)
    for field in ("configMapKeyRef", "secretKeyRef"):
        if source.get(field) is not None:
            _key_selector(errors, f"{path}.{field}", source[field])
    if source.get("fileKeyRef") is not None:
        _file_key(errors, f"{path}.fileKeyRef", source["fileKeyRef"])
    if count == 0:
        errors.append(invalid(path, "", _ONE_OF))
    elif value:
        errors.append(invalid(path, "", "may not be specified when `value` is not empty"))
    elif count > 1:
        detail = "may not have more than one field specified at a time"
        errors.append(invalid(path, "", detail))


def _key_selector(errors: Errors, path: str, selector: Object) -> None:
    check(errors, f"{path}.name", selector.get("name", ""), names.dns1123_subdomain)
    key = selector.get("key", "")
    if not key:
        errors.append(required(f"{path}.key"))
    else:
        config_key(errors, f"{path}.key", key)


def _file_key(errors: Errors, path: str, selector: Object) -> None:
    for field in ("key", "volumeName", "path"):
        if not selector.get(field):
            errors.append(required(f"{path}.{field}"))
    if selector.get("path"):
        local_non_reserved(errors, f"{path}.path", selector["path"])


def field_reference(errors: Errors, path: str, ref: Object, fields: tuple[str, ...]) -> None:
    """A downward API reference to a field of the pod."""
    for part in ("apiVersion", "fieldPath"):
        if not ref.get(part):
            errors.append(required(f"{path}.{part}"))
            return
    field_path = ref["fieldPath"]
    parts = _SUBSCRIPT.fullmatch(field_path)
    base = parts[1] if parts else field_path
    problem = _conversion_problem(ref["apiVersion"], base, field_path, parts is not None)
    if problem:
        detail = f"error converting fieldPath: {problem}"
        errors.append(invalid(f"{path}.fieldPath", field_path, detail))
    elif parts:
        key = parts[2].lower() if base == "metadata.annotations" else parts[2]
        qualified_name(errors, path, key)
    elif field_path not in fields:
        errors.append(not_supported(f"{path}.fieldPath", field_path, fields))


def _conversion_problem(version: str, base: str, field_path: str, is_subscripted: bool) -> str:
    if version != "v1":
        return f"unsupported pod version: {version}"
    if is_subscripted:
        known = base in ("metadata.annotations", "metadata.labels")
        return "" if known else f'field label "{field_path}" does not support subscript'
    return "" if base in _KNOWN_FIELDS else f"field label not supported: {field_path}"


def resource_reference(errors: Errors, path: str, ref: Object, needs_container: bool) -> None:
    """A downward API reference to a container's request or limit."""
    resource = ref.get("resource", "")
    if needs_container and not ref.get("containerName"):
        errors.append(required(f"{path}.containerName"))
    elif not resource:
        errors.append(required(f"{path}.resource"))
    elif resource not in _RESOURCES and not _is_huge_pages(resource):
        errors.append(not_supported(f"{path}.resource", resource, _RESOURCES))
    _divisor(errors, f"{path}.divisor", resource, ref.get("divisor") or "0")


def _is_huge_pages(resource: str) -> bool:
    return resource.startswith(("limits.hugepages-", "requests.hugepages-"))


def _divisor(errors: Errors, path: str, resource: str, divisor: str) -> None:
    if quantity.parse(divisor) == quantity.parse("0"):
        return
    sizes = _SIZES.split(", ")
    if resource in ("limits.cpu", "requests.cpu"):
        if divisor not in ("1m", "1"):
            detail = "only divisor's values 1m and 1 are supported with the cpu resource"
            errors.append(invalid(path, resource, detail))
        return
    words = {"memory": "memory", "ephemeral-storage": "local ephemeral storage"}
    word = words.get(resource.partition(".")[2], "hugepages" if _is_huge_pages(resource) else "")
    if word and divisor not in sizes:
        detail = f"only divisor's values {_SIZES} are supported with the {word} resource"
        errors.append(invalid(path, resource, detail))


def validate_from(errors: Errors, path: str, sources: list[Object]) -> None:
    """envFrom: whole ConfigMaps and Secrets."""
    for i, source in enumerate(sources):
        if source.get("prefix"):
            check(errors, f"{path}[{i}].prefix", source["prefix"], names.relaxed_env_var_name)
        count = 0
        for field in ("configMapRef", "secretRef"):
            ref = source.get(field)
            if ref is None:
                continue
            count += 1
            if not ref.get("name"):
                errors.append(required(f"{path}[{i}].{field}.name"))
            else:
                _name_or_prefix(errors, f"{path}[{i}].{field}.name", ref["name"])
        if count == 0:
            detail = "must specify one of: `configMapRef` or `secretRef`"
            errors.append(invalid(path, "", detail))
        elif count > 1:
            detail = "may not have more than one field specified at a time"
            errors.append(invalid(path, "", detail))


def _name_or_prefix(errors: Errors, path: str, name: str) -> None:
    masked = f"{name[:-1]}a" if len(name) > 1 and name.endswith("-") else name
    for message in names.dns1123_subdomain(masked):
        errors.append(invalid(path, name, message))
