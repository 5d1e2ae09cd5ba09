"""Words for what is too much in a body: unknown fields, and keys that occur twice.

Only called when the walker or the cheap count of keys has found something, so it may take its
time. Paths read `spec.template.spec.containers[0].ports[0].contPort`, in the order of the document.

Source: sigs.k8s.io/json strict decoding errors; golden/machinery fieldvalidation cases.
"""

from __future__ import annotations

import json
import math
from typing import Any

from tuik8s.api.schema.node import Node
from tuik8s.api.schema.scalars import DecodeError
from tuik8s.api.types import Object

YAML_PREFIX = "line "


def take_unknown(value: Any, node: Node) -> list[str]:
    """Remove all fields that the node does not know from a walked value, and name them."""
    problems: list[str] = []
    _take(value, node, "", problems)
    return problems


def _take(value: Any, node: Node, path: str, problems: list[str]) -> None:
    if isinstance(value, list):
        if node.items is not None:
            for index, item in enumerate(value):
                _take(item, node.items, f"{path}[{index}]", problems)
    elif isinstance(value, dict):
        prefix = f"{path}." if path else ""
        for key in list(value):
            child = child_of(node, key)
            if child is not None:
                _take(value[key], child, prefix + key, problems)
            elif not node.preserve_unknown and node.type == "object":
                problems.append(f'unknown field "{prefix}{key}"')
                del value[key]


def child_of(node: Node, key: str) -> Node | None:
    """The node of a key's value, if the schema says anything of it."""
    if node.type == "object":
        return node.fields.get(key) or node.items
    if node.format.startswith("schema-or-") and node.items is not None:
        return node.items.fields.get(key)
    return node.items


def strict_error(problems: list[str]) -> str:
    """The one text of a refusal for the problems that a lenient request is only warned of."""
    from_yaml = [text for text in problems if text.startswith(YAML_PREFIX)]
    others = [text for text in problems if not text.startswith(YAML_PREFIX)]
    if from_yaml:
        others.insert(0, "yaml: unmarshal errors:" + "".join(f"\n  {text}" for text in from_yaml))
    return "strict decoding error: " + ", ".join(others)


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as the pairs it was written with."""


def merge_duplicates(body: bytes | str) -> tuple[Any, list[str]]:
    """The value of a JSON text with repeated keys, and the problems to report.

    A repeated key adds to the object that came before it, and replaces anything else. DecodeError:
    a number that is more than a float can be.
    """
    problems: list[str] = []
    parsed = json.loads(body, object_pairs_hook=_Pairs, parse_int=_number, parse_float=_number)
    return _merged(parsed, "", problems), problems


def _number(text: str) -> int | float:
    number = float(text)
    if not math.isfinite(number):
        raise DecodeError(f"json: cannot unmarshal number {text} into Go value of type float64")
    return int(text) if text.removeprefix("-").isdigit() else number


def _merged(value: Any, path: str, problems: list[str]) -> Any:
    if isinstance(value, _Pairs):
        merged: Object = {}
        prefix = f"{path}." if path else ""
        for key, item in value:
            if key in merged:
                problems.append(f'duplicate field "{prefix}{key}"')
            new = _merged(item, prefix + key, problems)
            merged[key] = _joined(merged.get(key), new)
        return merged
    if isinstance(value, list):
        return [_merged(item, f"{path}[{at}]", problems) for at, item in enumerate(value)]
    return value


def _joined(old: Any, new: Any) -> Any:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    joined = dict(old)
    for key, item in new.items():
        joined[key] = _joined(joined.get(key), item)
    return joined
