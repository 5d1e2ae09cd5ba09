"""Names in fields: each check appends upstream's words about a name that will not do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tuik8s.api import names
from tuik8s.api.errors import invalid, required
from tuik8s.api.kinds.validation.values import Errors

Validator = Callable[[str], Sequence[str]]


def check(errors: Errors, path: str, value: str, validator: Validator) -> None:
    """Append an error for each thing that a validator of `api.names` says."""
    for message in validator(value):
        errors.append(invalid(path, value, message))


def dns_label(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.dns1123_label)


def dns_subdomain(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.dns1123_subdomain)


def dns1035_label(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.dns1035_label)


def qualified_name(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.qualified_name)


def config_key(errors: Errors, path: str, value: str) -> None:
    check(errors, path, value, names.config_map_key)


def required_name(errors: Errors, path: str, value: str | None, validator: Validator) -> None:
    if not value:
        errors.append(required(path))
    else:
        check(errors, path, value, validator)


def required_fields(errors: Errors, path: str, value: dict[str, Any], *fields: str) -> None:
    """`Required value` for each of the string or list fields that is empty."""
    for name in fields:
        if not value.get(name):
            errors.append(required(f"{path}.{name}"))


def secret_reference(errors: Errors, path: str, ref: dict[str, Any] | None) -> None:
    """Name and namespace of a secret, both required."""
    if ref is None:
        return
    required_name(errors, f"{path}.name", ref.get("name"), names.dns1123_subdomain)
    required_name(errors, f"{path}.namespace", ref.get("namespace"), names.dns1123_label)


def domain_prefixed_path(errors: Errors, path: str, value: str) -> None:
    """`acme.io/foo`, required."""
    required_name(errors, path, value, names.domain_prefixed_path)
