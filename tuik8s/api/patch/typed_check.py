"""Whether an applied configuration fits the schema, in the words of server-side apply.

Source: sigs.k8s.io/structured-merge-diff typed/validate.go and typed/helpers.go.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tuik8s.api.patch.fieldset import element_text
from tuik8s.api.patch.strategic import go_text
from tuik8s.api.patch.typed import item_element
from tuik8s.api.schema.node import Node

_EXPECTED: Final[dict[str, tuple[str, tuple[type, ...]]]] = {
    "object": ("map", (dict,)),
    "map": ("map", (dict,)),
    "list": ("list", (list,)),
    "string": ("string", (str,)),
    "integer": ("numeric (int or float)", (int, float)),
    "number": ("numeric (int or float)", (int, float)),
    "boolean": ("boolean", (bool,)),
}


def check(value: Any, node: Node) -> str:
    """What is wrong with a configuration, "" when nothing is."""
    errors = _check(value, node, "")
    if len(errors) < 2:
        return errors[0] if errors else ""
    return "\n".join(["errors:", *(f"  {error}" for error in errors)])


def _check(value: Any, node: Node, path: str) -> list[str]:
    if value is None or node.type == "any":
        return []
    if node.format in ("quantity", "int-or-string") and not isinstance(value, dict | list):
        return []
    expected, types = _EXPECTED[node.type]
    if not isinstance(value, types) or (isinstance(value, bool) and node.type != "boolean"):
        shown = f"&value.valueUnstructured{{Value:{go_value(value)}}}"
        return [_at(path, f"expected {expected}, got {shown}")]
    if isinstance(value, dict):
        return _check_members(value, node, path)
    return _check_items(value, node, path) if isinstance(value, list) else []


def _check_members(value: dict[str, Any], node: Node, path: str) -> list[str]:
    errors: list[str] = []
    for name in sorted(value):
        below = f"{path}.{name}"
        child = node.items if node.type == "map" else node.fields.get(name)
        if child is not None:
            errors += _check(value[name], child, below)
        elif node.type == "object" and not _takes_unknown(node, path, name):
            errors.append(_at(below, "field not declared in schema"))
    return errors


def _takes_unknown(node: Node, path: str, name: str) -> bool:
    at_root = path == "" and name in ("apiVersion", "kind", "metadata")
    return node.preserve_unknown or node.additional_allowed or at_root


def _check_items(value: list[Any], node: Node, path: str) -> list[str]:
    errors: list[str] = []
    seen: set[str] = set()
    items = node.items or Node("any")
    for index, item in enumerate(value):
        below = f"{path}[{index}]"
        if node.list_type != "atomic":
            element = item_element(item, node)
            if missing := _missing_key(item, node):
                errors.append(_at(f"{path}: element {index}", missing))
                continue
            if element in seen:
                errors.append(_at(path, f"duplicate entries for key {element_text(element)}"))
            seen.add(element)
            below = path + element_text(element)
        errors += _check(item, items, below)
    return errors


def _missing_key(item: Any, node: Node) -> str:
    """The complaint about an item of a keyed list that lacks a key without a default."""
    if node.list_type != "map" or not isinstance(item, dict):
        return ""
    fields = node.items.fields if node.items is not None else {}
    for name in node.list_keys:
        if name not in item and (name not in fields or fields[name].default is Node.ABSENT):
            return (
                f'associative list with keys has an element that omits key field "{name}" '
                "(and doesn't have default value)"
            )
    return ""


def _at(path: str, text: str) -> str:
    return f"{path}: {text}" if path else text


def go_value(value: Any) -> str:
    """A value as Go's `%#v` prints it, nearly: of maps and lists only the content is shown."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        inner = ", ".join(f"{go_value(k)}:{go_value(v)}" for k, v in sorted(value.items()))
        return f"map[string]interface {{}}{{{inner}}}"
    if isinstance(value, list):
        return f"[]interface {{}}{{{', '.join(map(go_value, value))}}}"
    return go_text(value)
