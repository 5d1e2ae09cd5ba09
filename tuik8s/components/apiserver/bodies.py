"""Request bodies as plain JSON values: JSON, YAML, msgpack; with what Go says when they are broken.

Source: k8s.io/apimachinery pkg/runtime/serializer/json, sigs.k8s.io/yaml (1.36).
"""

from __future__ import annotations

import math
from typing import Any, Final

import msgspec
import yaml

from tuik8s.api.schema.decode import DecodeError, decode_json

_decode_msgpack = msgspec.msgpack.Decoder().decode
_NODES_MAX: Final = 1_000_000
_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(Exception):
    """The body is no document of its type; the message is Go's."""


def parse_json(body: bytes) -> tuple[Any, list[str]]:
    """The value and `duplicate field "..."` problems. Raises Malformed."""
    try:
        return decode_json(body)
    except DecodeError as error:
        raise Malformed(str(error)) from None


def parse_msgpack(body: bytes) -> Any:
    try:
        return _decode_msgpack(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Malformed(str(error)) from None


def parse_yaml(body: bytes) -> tuple[Any, list[str]]:
    """The first document as a JSON value, and the duplicate keys found. Raises Malformed."""
    loader = _LOADER(body.decode("utf-8", "replace"))
    try:
        if not loader.check_node():
            return None, []
        node = loader.get_node()
        assert isinstance(node, yaml.Node), "a checked document has a node"
        walk = _YamlWalk()
        return walk.value(node), walk.problems
    except (yaml.YAMLError, RecursionError) as error:
        raise Malformed(f"error converting YAML to JSON: yaml: {_yaml_words(error)}") from None
    finally:
        loader.dispose()


def _yaml_words(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    text = str(getattr(error, "problem", "") or error)
    return f"line {mark.line + 1}: {text}" if mark is not None else text


_QUOTED: Final = ("'", '"', "|", ">")
_TRUE: Final = frozenset(["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"])
_FALSE: Final = frozenset(
    ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"]
)
_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))


class _YamlWalk:
    """YAML nodes to JSON values, by YAML 1.1 as go-yaml v2 reads it, with a bound on aliases."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._nodes = 0

    def value(self, node: yaml.Node) -> Any:
        self._nodes += 1
        if self._nodes > _NODES_MAX:
            raise Malformed(
                "error converting YAML to JSON: yaml: document contains excessive aliasing"
            )
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item) for item in node.value]
        text = str(node.value)
        quoted = isinstance(node, yaml.ScalarNode) and node.style in _QUOTED
        return text if quoted or node.tag == "!!str" else _scalar(text)

    def _mapping(self, node: yaml.MappingNode) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
            if key == "<<" and isinstance(value_node, yaml.MappingNode):
                out = {**self._mapping(value_node), **out}
                continue
            if key in out:
                line = key_node.start_mark.line + 1
                self.problems.append(f'line {line}: key "{key}" already set in map')
            out[key] = self.value(value_node)
        return out


def _scalar(text: str) -> Any:
    """An integer of more than 64 bits is a float, a float too large a string, as in Go."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    plain = text.replace("_", "")
    unsigned = plain.lstrip("+-").lower()
    try:
        if unsigned.startswith(("0x", "0o", "0b")):
            number: float = int(plain, 0)
        elif unsigned.isdigit():
            number = int(plain, 8 if len(unsigned) > 1 and unsigned.startswith("0") else 10)
        elif unsigned[:1].isdigit() or unsigned[:1] == ".":
            number = float(plain)
        else:
            return text
        if isinstance(number, int) and not -(2**63) <= number < 2**64:
            number = float(plain)
    except ValueError:
        return text
    return number if math.isfinite(number) else text
