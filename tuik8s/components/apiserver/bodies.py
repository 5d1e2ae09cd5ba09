"""Request bodies as plain JSON values: JSON, YAML, msgpack; with what Go says when they are broken.

Source: k8s.io/apimachinery pkg/runtime/serializer/json, sigs.k8s.io/yaml (1.36).
"""

from __future__ import annotations

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
    except (yaml.YAMLError, RecursionError) as error:
        raise Malformed(f"error converting YAML to JSON: yaml: {_yaml_words(error)}") from None
    finally:
        loader.dispose()
    assert isinstance(node, yaml.Node), "a checked document has a node"
    walk = _YamlWalk()
    value = walk.value(node)
    return value, walk.problems


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
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    plain = text.replace("_", "")
    unsigned = plain.lstrip("+-").lower()
    try:
        for base, prefix in ((16, "0x"), (8, "0o"), (2, "0b")):
            if unsigned.startswith(prefix):
                return int(plain, base)
        if unsigned.isdigit():
            return int(plain, 8 if len(unsigned) > 1 and unsigned.startswith("0") else 10)
        if unsigned[:1].isdigit() or unsigned[:1] == ".":
            return float(plain)
    except ValueError:
        return text
    return text
