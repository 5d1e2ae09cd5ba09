"""Structural schemas: what the schema of a custom resource may say.

Source: k8s.io/apiextensions-apiserver pkg/apiserver/schema/validation.go (1.36).
"""

from __future__ import annotations

import re
from typing import Final

from tuik8s.api.errors import duplicate, forbidden, invalid, not_supported, required
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_TYPES: Final = ("array", "boolean", "integer", "number", "object", "string")
_LIST_TYPES: Final = ("atomic", "set", "map")
_MAP_TYPES: Final = ("atomic", "granular")
_AT_ROOT: Final = frozenset(
    {
        "description",
        "type",
        "format",
        "title",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "pattern",
        "maxItems",
        "minItems",
        "uniqueItems",
        "multipleOf",
        "required",
        "items",
        "properties",
        "externalDocs",
        "example",
        "x-kubernetes-preserve-unknown-fields",
        "x-kubernetes-validations",
    }
)
_AT_ROOT_NAMES: Final = (
    "[Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength "
    "MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties "
    "ExternalDocs Example XPreserveUnknownFields XValidations]"
)
_QUADRATIC: Final = (
    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
)
_EXCLUSIVE: Final = "additionalProperties and properties are mutual exclusive"
_NO_REF: Final = "$ref is not supported"
_JUNCTORS: Final = ("allOf", "anyOf", "oneOf")
_EITHER: Final = ({"type": "integer"}, {"type": "string"})


def validate(errors: Errors, path: str, schema: Object, has_status: bool) -> None:
    """The schema at the root; with a status subresource few keywords are allowed there."""
    if has_status:
        extra = [key for key, value in schema.items() if key not in _AT_ROOT and value]
        if extra:
            detail = (
                f"only {_AT_ROOT_NAMES} fields are allowed at the root of the schema if the "
                "status subresource is enabled"
            )
            errors.append(invalid(path, schema, detail))
    if schema.get("nullable"):
        errors.append(forbidden(f"{path}.nullable", "nullable cannot be true at the root"))
    before = len(errors)
    _keywords(errors, path, schema)
    if len(errors) > before:
        return
    kind = schema.get("type", "")
    if not kind:
        errors.append(required(f"{path}.type", "must not be empty at the root"))
    elif kind != "object":
        errors.append(invalid(f"{path}.type", kind, "must be object at the root"))
    _structure(errors, path, schema)


def _children(path: str, schema: Object) -> list[tuple[str, Object, str]]:
    """Schemas below one: where, what, and what they describe."""
    found = [
        (f"{path}.properties[{name}]", child, "for specified object fields")
        for name, child in (schema.get("properties") or {}).items()
    ]
    for field, words in (
        ("items", "for specified array items"),
        ("additionalProperties", "for specified object fields"),
    ):
        child = schema.get(field)
        if isinstance(child, dict):
            found.append((f"{path}.{field}", child, words))
    return found


def _keywords(errors: Errors, path: str, schema: Object) -> None:
    if schema.get("uniqueItems"):
        errors.append(forbidden(f"{path}.uniqueItems", _QUADRATIC))
    extra = schema.get("additionalProperties")
    if extra is not None:
        if schema.get("properties") and extra is not False:
            errors.append(forbidden(f"{path}.additionalProperties", _EXCLUSIVE))
        if extra is False:
            detail = "additionalProperties cannot be set to false"
            errors.append(forbidden(f"{path}.additionalProperties", detail))
    if schema.get("$ref") is not None:
        errors.append(forbidden(f"{path}.$ref", _NO_REF))
    for field in ("definitions", "dependencies", "patternProperties"):
        if schema.get(field):
            detail = f"{field} is not supported"
            errors.append(forbidden(f"{path}.{field}", detail))
    if isinstance(schema.get("items"), list):
        detail = "items must be a schema object and not an array"
        errors.append(forbidden(f"{path}.items", detail))
    kind = schema.get("type", "")
    if kind and kind not in _TYPES:
        errors.append(not_supported(f"{path}.type", kind, _TYPES))
    if kind == "array" and schema.get("items") is None:
        errors.append(required(f"{path}.items", "must be specified"))
    if schema.get("pattern"):
        _pattern(errors, f"{path}.pattern", schema["pattern"])
    _list_type(errors, path, schema)
    for at, child, _ in _children(path, schema):
        _keywords(errors, at, child)


def _pattern(errors: Errors, path: str, pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        detail = f"must be a valid regular expression, but isn't: {error}"
        errors.append(invalid(path, pattern, detail))


def _list_type(errors: Errors, path: str, schema: Object) -> None:
    kind, keys = schema.get("x-kubernetes-list-type"), schema.get("x-kubernetes-list-map-keys")
    at = f"{path}.x-kubernetes-list-type"
    if kind is not None and kind not in _LIST_TYPES:
        errors.append(not_supported(at, kind, _LIST_TYPES))
    if kind is not None and schema.get("type") != "array":
        detail = "must be array if x-kubernetes-list-type is specified"
        _wrong_type(errors, path, schema, detail)
    if keys and kind != "map":
        detail = "must be map if x-kubernetes-list-map-keys is non-empty"
        if kind is None:
            errors.append(required(at, detail))
        else:
            errors.append(invalid(at, kind, detail))
    if kind == "map":
        _map_keys(errors, path, schema, keys or [])
    map_type = schema.get("x-kubernetes-map-type")
    if map_type is not None:
        if map_type not in _MAP_TYPES:
            where = f"{path}.x-kubernetes-map-type"
            errors.append(not_supported(where, map_type, _MAP_TYPES))
        if schema.get("type") != "object":
            _wrong_type(
                errors, path, schema, "must be object if x-kubernetes-map-type is specified"
            )


def _wrong_type(errors: Errors, path: str, schema: Object, detail: str) -> None:
    kind = schema.get("type", "")
    if kind:
        errors.append(invalid(f"{path}.type", kind, detail))
    else:
        errors.append(required(f"{path}.type", detail))


def _map_keys(errors: Errors, path: str, schema: Object, keys: list[str]) -> None:
    at = f"{path}.x-kubernetes-list-map-keys"
    if not keys:
        detail = "must not be empty if x-kubernetes-list-type is map"
        errors.append(required(at, detail))
    items = schema.get("items") or {}
    if items.get("type") != "object":
        detail = "must be object if parent array's x-kubernetes-list-type is map"
        errors.append(invalid(f"{path}.items.type", items.get("type", ""), detail))
    known = items.get("properties") or {}
    for i, key in enumerate(keys):
        if key in keys[:i]:
            errors.append(duplicate(f"{at}[{i}]", key))
        elif key not in known:
            detail = "entries must all be names of item properties"
            errors.append(invalid(f"{at}[{i}]", key, detail))


def _structure(errors: Errors, path: str, schema: Object) -> None:
    """Types where they must be, and the extensions agreeing with them."""
    if schema.get("x-kubernetes-preserve-unknown-fields") is False:
        where = f"{path}.x-kubernetes-preserve-unknown-fields"
        errors.append(invalid(where, False, "must be true or undefined"))
    if schema.get("x-kubernetes-embedded-resource") and schema.get("type") != "object":
        detail = "must be object if x-kubernetes-embedded-resource is true"
        _wrong_type(errors, path, schema, detail)
    if schema.get("x-kubernetes-int-or-string"):
        _int_or_string(errors, path, schema)
    for field in _JUNCTORS:
        for i, part in enumerate(schema.get(field) or ()):
            if schema.get("x-kubernetes-int-or-string") and part in _EITHER:
                continue
            _value_only(errors, f"{path}.{field}[{i}]", part)
    if isinstance(schema.get("not"), dict):
        _value_only(errors, f"{path}.not", schema["not"])
    for at, child, words in _children(path, schema):
        free = child.get("x-kubernetes-int-or-string") or child.get(
            "x-kubernetes-preserve-unknown-fields"
        )
        if not child.get("type") and not free:
            errors.append(required(f"{at}.type", f"must not be empty {words}"))
        _structure(errors, at, child)


def _int_or_string(errors: Errors, path: str, schema: Object) -> None:
    kind = schema.get("type", "")
    if kind:
        detail = "must be empty if x-kubernetes-int-or-string is true"
        errors.append(invalid(f"{path}.type", kind, detail))


_NOT_IN_JUNCTORS: Final = ("description", "default", "title", "type", "additionalProperties")


def _value_only(errors: Errors, path: str, schema: Object) -> None:
    """Within allOf and the like only values are restricted."""
    for field in _NOT_IN_JUNCTORS:
        if schema.get(field):
            errors.append(forbidden(f"{path}.{field}", "must be empty to be structural"))
    for at, child, _ in _children(path, schema):
        _value_only(errors, at, child)
