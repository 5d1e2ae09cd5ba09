"""OpenAPI version 2 as gnostic's protobuf, as far as kubectl reads it: info and definitions.

    Document    swagger 1, info 2 {title 1, version 2}, paths 8, definitions 9 {named schema 1*}
    NamedSchema name 1, value 2
    Schema      _ref 1, format 2, description 4, required 19*, additional_properties 21 {schema 1},
                type 22 {value 1*}, items 23 {schema 1*}, properties 25 {named schema 1*},
                vendor_extension 31* {name 1, value 2 {yaml 2}}

There are no operations: every kubectl that reads this document takes them from version 3.

Source: github.com/google/gnostic openapiv2/OpenAPIv2.proto; wire.md 2.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tuik8s.api.openapi.schemas import PREFIX
from tuik8s.api.types import Object

_DEFINITIONS: Final = "#/definitions/"
_EXTENSION: Final = "x-"


def document(info: Object, schemas: dict[str, Object]) -> bytes:
    """The whole document of some component schemas."""
    named = b"".join(_message(1, _named(name, schemas[name])) for name in sorted(schemas))
    return b"".join(
        (
            _text(1, "2.0"),
            _message(2, _text(1, info["title"]) + _text(2, info["version"])),
            _message(8, b""),
            _message(9, named),
        )
    )


def _named(name: str, schema: Object) -> bytes:
    return _text(1, name) + _message(2, _schema(schema))


def _schema(schema: Object) -> bytes:
    out = bytearray()
    reference = _reference(schema)
    if reference:
        out += _text(1, reference)
    out += _text(2, schema.get("format", ""))
    out += _text(4, schema.get("description", ""))
    for name in schema.get("required", ()):
        out += _text(19, name)
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        out += _message(21, _message(1, _schema(values)))
    kind = _type(schema)
    if kind and not reference:
        out += _message(22, _text(1, kind))
    if isinstance(schema.get("items"), dict):
        out += _message(23, _message(1, _schema(schema["items"])))
    if schema.get("properties"):
        out += _message(25, _properties(schema["properties"]))
    out += b"".join(_extensions(schema))
    return bytes(out)


def _reference(schema: Object) -> str:
    target = schema.get("$ref") or next(
        (part["$ref"] for part in schema.get("allOf", ()) if "$ref" in part), ""
    )
    return _DEFINITIONS + target.removeprefix(PREFIX) if target else ""


def _type(schema: Object) -> str:
    """The one type of a schema; quantities and the like are text in version 2."""
    kind: str = schema.get("type", "")
    return "string" if not kind and "oneOf" in schema else kind


def _properties(properties: dict[str, Object]) -> bytes:
    return b"".join(_message(1, _named(name, value)) for name, value in properties.items())


def _extensions(schema: Object) -> Iterable[bytes]:
    for name, value in schema.items():
        if name.startswith(_EXTENSION):
            yield _message(31, _text(1, name) + _message(2, _text(2, _yaml(value))))


def _yaml(value: Any) -> str:
    """JSON is YAML."""
    return msgspec.json.encode(value).decode() + "\n"


def _text(number: int, text: str) -> bytes:
    return _message(number, text.encode()) if text else b""


def _message(number: int, raw: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
