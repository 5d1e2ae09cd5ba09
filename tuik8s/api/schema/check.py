"""Validation of custom resources against their schema, with upstream's field errors.

    check(value, node) -> errors, in the order of the schema: of properties first (by name), then of
    what is required, then of the value itself

Rules in CEL (`node.rules`) are not evaluated here.

Source: k8s.io/kube-openapi pkg/validation (words), k8s.io/apiextensions-apiserver
pkg/apiserver/validation (which field error becomes of which); golden/kubectl crd-validation.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import Any, Final

from tuik8s.api import errors
from tuik8s.api.errors import FieldError
from tuik8s.api.schema.formats import is_valid
from tuik8s.api.schema.node import Node

Errors = list[FieldError]

_NAMES: Final = {"object": "object", "map": "object", "list": "array"}
_RANGES: Final = {"int32": 2**31, "int64": 2**63}
_SKIPPED: Final = frozenset({"apiVersion", "kind", "metadata"})


def check(value: Any, node: Node) -> Errors:
    """All that is wrong with the values of a whole custom object."""
    found: Errors = []
    _check(value, node, "", found, skip=_SKIPPED)
    return found


def _check(
    value: Any, node: Node, path: str, found: Errors, skip: frozenset[str] = frozenset()
) -> None:
    if value is None and node.nullable:
        return
    if not _is_type(value, node):
        name = _type_name(value)
        wanted = _NAMES.get(node.type, node.type)
        if node.format == "int-or-string":
            wanted = "integer,string"
        text = f'{path} in body must be of type {wanted}: "{name}"'
        found.append(errors.type_invalid(path, name, text))
        return
    if isinstance(value, dict):
        _check_object(value, node, path, found, skip)
    elif isinstance(value, list):
        _check_list(value, node, path, found)
    elif isinstance(value, str):
        _check_text(value, node, path, found)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        _check_number(value, node, path, found)
    _check_enum(value, node, path, found)
    _check_combined(value, node, path, found)


def _is_type(value: Any, node: Node) -> bool:
    if node.type == "any":
        if node.format == "int-or-string":
            return isinstance(value, int | str) and not isinstance(value, bool)
        return value is not None or node.preserve_unknown or node.nullable or not node.checks
    if node.type == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if node.type == "integer":
        if isinstance(value, float):
            return value.is_integer()
        return isinstance(value, int) and not isinstance(value, bool)
    expected = {"object": dict, "map": dict, "list": list, "string": str, "boolean": bool}
    return isinstance(value, expected[node.type])


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, float):
        return "integer" if value.is_integer() else "number"
    names = {str: "string", int: "integer", list: "array", dict: "object"}
    return names[type(value)]


def _check_object(
    value: dict[str, Any], node: Node, path: str, found: Errors, skip: frozenset[str]
) -> None:
    checks = node.checks
    minimum, maximum = checks.get("minProperties"), checks.get("maxProperties")
    if maximum is not None and len(value) > maximum:
        found.append(errors.too_many(path, len(value), maximum))
    if minimum is not None and len(value) < minimum:
        _invalid(path, value, f"should have at least {minimum} properties", found)
    for key in sorted(value):
        child = node.fields.get(key) or node.items
        if child is not None and key not in skip and not _is_meta(node, key):
            _check(value[key], child, f"{path}.{key}" if path else key, found)
    for name in node.required:
        if name not in value:
            found.append(errors.required(f"{path}.{name}" if path else name))
    if node.embedded:
        found.extend(
            errors.required(f"{path}.{name}", "must not be empty")
            for name in ("apiVersion", "kind")
            if not value.get(name)
        )


def _is_meta(node: Node, key: str) -> bool:
    return node.embedded and key == "metadata"


def _check_list(value: list[Any], node: Node, path: str, found: Errors) -> None:
    minimum, maximum = node.checks.get("minItems"), node.checks.get("maxItems")
    if node.items is not None:
        for index, item in enumerate(value):
            _check(item, node.items, f"{path}[{index}]", found)
    if minimum is not None and len(value) < minimum:
        _invalid(path, value, f"should have at least {minimum} items", found)
    if maximum is not None and len(value) > maximum:
        found.append(errors.too_many(path, len(value), maximum))
    if node.checks.get("uniqueItems") and len({_shown(item) for item in value}) < len(value):
        _invalid(path, value, "shouldn't contain duplicates", found)
    if node.list_type in ("set", "map"):
        found.extend(_duplicates(value, node, path))


def _duplicates(value: list[Any], node: Node, path: str) -> Errors:
    seen: set[str] = set()
    found: Errors = []
    for index, item in enumerate(value):
        if node.list_type == "map" and isinstance(item, dict):
            item = {key: item[key] for key in node.list_keys if key in item}
        text = _shown(item)
        if text in seen:
            found.append(errors.duplicate(f"{path}[{index}]", item))
        seen.add(text)
    return found


def _shown(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _check_text(value: str, node: Node, path: str, found: Errors) -> None:
    checks = node.checks
    minimum, maximum, pattern = (checks.get(k) for k in ("minLength", "maxLength", "pattern"))
    if maximum is not None and len(value) > maximum:
        found.append(errors.too_long(path, maximum))
    if minimum is not None and len(value) < minimum:
        _invalid(path, value, f"should be at least {minimum} chars long", found)
    if pattern is not None and not _search(pattern, value):
        _invalid(path, value, f"should match '{pattern}'", found)
    name = checks.get("format", "")
    if name and node.type == "string" and not is_valid(name, value):
        text = f"{path} in body must be of type {name}: {json.dumps(value)}"
        found.append(errors.type_invalid(path, value, text))


def _search(pattern: str, value: str) -> bool:
    rule = _rule(pattern)
    return rule is None or rule.search(value) is not None


@lru_cache(maxsize=512)
def _rule(pattern: str) -> re.Pattern[str] | None:
    """The pattern, None for what only Go's engine reads (such a pattern then refuses nothing)."""
    translated = pattern.replace(r"\z", r"\Z").replace("(?P>", "(?")
    translated = re.sub(r"(?<!\\)\$$", r"\\Z", translated)
    try:
        return re.compile(translated, re.ASCII)
    except re.error:
        return None


def _check_number(value: int | float, node: Node, path: str, found: Errors) -> None:
    checks = node.checks
    factor, maximum, minimum = (checks.get(k) for k in ("multipleOf", "maximum", "minimum"))
    if factor is not None and factor > 0 and not _is_multiple(value, factor):
        _invalid(path, value, f"should be a multiple of {_number(factor)}", found)
    if maximum is not None:
        if checks.get("exclusiveMaximum") and value >= maximum:
            _invalid(path, value, f"should be less than {_number(maximum)}", found)
        elif value > maximum:
            _invalid(path, value, f"should be less than or equal to {_number(maximum)}", found)
    if minimum is not None:
        if checks.get("exclusiveMinimum") and value <= minimum:
            _invalid(path, value, f"should be greater than {_number(minimum)}", found)
        elif value < minimum:
            _invalid(path, value, f"should be greater than or equal to {_number(minimum)}", found)
    limit = _RANGES.get(checks.get("format", ""))
    if limit is not None and not -limit <= value < limit:
        _invalid(path, value, f"must be of type integer with format {checks['format']}", found)


def _is_multiple(value: int | float, factor: int | float) -> bool:
    return math.isclose(value / factor, round(value / factor), abs_tol=1e-9)


def _number(value: int | float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def _check_enum(value: Any, node: Node, path: str, found: Errors) -> None:
    allowed = node.checks.get("enum")
    if allowed is not None and not any(_is_same(value, item) for item in allowed):
        texts = [item if isinstance(item, str) else json.dumps(item) for item in allowed]
        found.append(errors.not_supported(path, value, texts))


def _is_same(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _check_combined(value: Any, node: Node, path: str, found: Errors) -> None:
    """allOf, anyOf, oneOf and not: upstream reports these on the object as a whole."""
    checks = node.checks
    for part in checks.get("allOf", ()):
        _check(value, part, path, found)
    for keyword, words in _COMBINED.items():
        parts = checks.get(keyword)
        if not parts:
            continue
        results = [_errors_of(value, part, path) for part in parts]
        valid = sum(not result for result in results)
        if valid == 0:
            found.append(_whole(path, f"{words}{'. Found none valid' * (keyword == 'oneOf')}"))
            fewest: Errors = min(results, key=len)
            found.extend(fewest)
        elif keyword == "oneOf" and valid > 1:
            found.append(_whole(path, f"{words}. Found {valid} valid alternatives"))
    refused = checks.get("not")
    if refused is not None and not _errors_of(value, refused, path):
        found.append(_whole(path, "must not validate the schema (not)"))


_COMBINED: Final = {
    "anyOf": "must validate at least one schema (anyOf)",
    "oneOf": "must validate one and only one schema (oneOf)",
}


def _errors_of(value: Any, node: Node, path: str) -> Errors:
    found: Errors = []
    _check(value, node, path, found)
    return found


def _whole(path: str, words: str) -> FieldError:
    return errors.invalid("", "", f"{json.dumps(path)} {words}")


def _invalid(path: str, value: Any, words: str, found: Errors) -> None:
    found.append(errors.invalid(path, value, f"{path} in body {words}"))
