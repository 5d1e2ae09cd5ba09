"""Request bodies as plain JSON values: JSON, YAML, msgpack; with what Go says when they are broken.

Source: k8s.io/apimachinery pkg/runtime/serializer/json, sigs.k8s.io/yaml (1.36).
"""

from __future__ import annotations

from typing import Any

import msgspec

from tuik8s.api.schema.decode import DecodeError, decode_json
from tuik8s.api.schema.yaml_body import decode_yaml

_decode_msgpack = msgspec.msgpack.Decoder().decode


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
    try:
        return decode_yaml(body)
    except DecodeError as error:
        raise Malformed(str(error)) from None
