"""Protobuf request bodies to plain JSON values, by a table of field numbers.

    "k8s\\0", then Unknown { typeMeta 1 { apiVersion 1, kind 2 }, raw 2, contentType 4 }

`decode(body)` gives the object with its kind and apiVersion. The table (package data, written by
`tools/compile_schemas.py`) says for each message and number the JSON name and a type code: `s`
text, `i` integer, `B` boolean, `d` double, `b` bytes, `m:NAME` message, with `*` repeated, `{}` map
of text to, `^` inlined. Messages with a JSON form of their own are in `_SPECIAL`.

Zero values that a Go client writes for fields without pointers ("namespace": "", generation 0)
stay in the result; the schema walker drops them like any other empty value.

Source: wire.md 2.9; k8s.io/apimachinery pkg/runtime/serializer/protobuf. No encoder: every client
takes JSON answers.
"""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, Final, cast

import msgspec

from tuik8s.api import times
from tuik8s.api.schema.packed import read_data
from tuik8s.api.types import Object

MAGIC: Final = b"k8s\x00"
_META: Final = "k8s.io.apimachinery.pkg.apis.meta.v1"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_VARINT_BYTES_MAX: Final = 10
_DEPTH_MAX: Final = 200

_Value = int | bytes
_Reader = Callable[[Object, _Value, int], None]


class ProtobufError(ValueError):
    """A body that is no protobuf of a known kind; the message is upstream's."""


def decode(body: bytes) -> Object:
    """The object in a protobuf envelope as JSON value; ProtobufError otherwise."""
    if not body:
        raise ProtobufError("empty data")
    if not body.startswith(MAGIC):
        shown = " ".join(str(byte) for byte in MAGIC)
        raise ProtobufError(
            f"provided data does not appear to be a protobuf message, expected prefix [{shown}]"
        )
    fields = _fields(body[len(MAGIC) :])
    envelope = {number: value for number, value in fields if isinstance(value, bytes)}
    type_meta = dict(_fields(envelope.get(1, b"")))
    api_version, kind = _text(type_meta.get(1, b"")), _text(type_meta.get(2, b""))
    head: Object = {"kind": kind, "apiVersion": api_version}
    raw = envelope.get(2, b"")
    if envelope.get(4) == b"application/json":
        embedded = _json(raw)
        if not isinstance(embedded, dict):
            raise ProtobufError("json parse error: the embedded value is no object")
        return {**head, **embedded}
    return {**head, **_message(raw, message_name(api_version, kind), 0)}


def message_name(api_version: str, kind: str) -> str:
    """The message of a kind; ProtobufError if there is none."""
    group, _, version = api_version.rpartition("/")
    package = group.partition(".")[0] or "core"
    for name in (f"k8s.io.api.{package}.{version}.{kind}", f"{_META}.{kind}"):
        if name in _table():
            return name
    raise ProtobufError(f'no kind "{kind}" is registered for version "{api_version}"')


@lru_cache(maxsize=1)
def _table() -> dict[str, msgspec.Raw]:
    return cast(dict[str, msgspec.Raw], read_data("protobuf", dict[str, msgspec.Raw]))


@lru_cache(maxsize=1024)
def _readers(name: str) -> dict[int, _Reader]:
    """Number -> function that puts a value of that field into an object."""
    fields = msgspec.msgpack.decode(_table()[name], type=dict[str, tuple[str, str]])
    return {int(number): _reader(json, code) for number, (json, code) in fields.items()}


def _message(raw: bytes, name: str, depth: int) -> Object:
    if depth > _DEPTH_MAX:
        raise ProtobufError("proto: exceeded max recursion depth")
    obj: Object = {}
    readers = _readers(name)
    for number, value in _fields(raw):
        read = readers.get(number)
        if read is not None:
            read(obj, value, depth)
    return obj


def _reader(json: str, code: str) -> _Reader:
    if code.startswith("^"):
        inlined = code[3:]

        def read_inlined(obj: Object, value: _Value, depth: int) -> None:
            obj.update(_message(_bytes(value), inlined, depth + 1))

        return read_inlined
    if code.startswith("{}"):
        return _map_reader(json, _converter(code[2:]))
    if code.startswith("*"):
        return _list_reader(json, code[1:])
    convert = _converter(code)

    def read(obj: Object, value: _Value, depth: int) -> None:
        obj[json] = convert(value, depth)

    return read


def _map_reader(json: str, convert: Callable[[_Value, int], Any]) -> _Reader:
    def read(obj: Object, value: _Value, depth: int) -> None:
        entry = dict(_fields(_bytes(value)))
        item = entry.get(2)
        obj.setdefault(json, {})[_text(entry.get(1, b""))] = convert(
            item if item is not None else b"", depth
        )

    return read


def _list_reader(json: str, code: str) -> _Reader:
    convert = _converter(code)
    can_be_packed = code in ("i", "B")

    def read(obj: Object, value: _Value, depth: int) -> None:
        items = obj.setdefault(json, [])
        if can_be_packed and isinstance(value, bytes):
            at = 0
            while at < len(value):
                number, at = _varint(value, at)
                items.append(convert(number, depth))
        else:
            items.append(convert(value, depth))

    return read


def _converter(code: str) -> Callable[[_Value, int], Any]:
    """Turns a field's raw value into its JSON value."""
    if code.startswith("m:"):
        name = code[2:]
        special = _SPECIAL.get(name)
        if special is not None:
            return lambda value, depth: special(_bytes(value))
        return lambda value, depth: _message(_bytes(value), name, depth + 1)
    scalar = _SCALARS[code]
    return lambda value, depth: scalar(value)


def _fields(raw: bytes) -> Iterator[tuple[int, _Value]]:
    """(number, value) of each field of a message, in order."""
    at, end = 0, len(raw)
    while at < end:
        tag, at = _varint(raw, at)
        number, wire = tag >> 3, tag & 7
        if wire == _VARINT:
            value, at = _varint(raw, at)
            yield number, value
            continue
        if wire == _BYTES:
            length, at = _varint(raw, at)
        elif wire in (_FIXED64, _FIXED32):
            length = 8 if wire == _FIXED64 else 4
        else:
            raise ProtobufError(f"proto: illegal wireType {wire}")
        if number <= 0:
            raise ProtobufError(f"proto: illegal tag {number} (wire type {wire})")
        if at + length > end:
            raise ProtobufError("unexpected EOF")
        yield number, raw[at : at + length]
        at += length


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    result = shift = 0
    for byte in raw[at : at + _VARINT_BYTES_MAX]:
        result |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return result, at + shift // 7
    raise ProtobufError(
        "unexpected EOF" if len(raw) - at < _VARINT_BYTES_MAX else "proto: integer overflow"
    )


def _bytes(value: _Value) -> bytes:
    if isinstance(value, int):
        raise ProtobufError("proto: wrong wireType = 0 for a message")
    return value


def _text(value: _Value) -> str:
    return _bytes(value).decode("utf-8", "replace")


def _integer(value: _Value) -> int:
    if isinstance(value, bytes):
        raise ProtobufError("proto: wrong wireType = 2 for an integer")
    value &= 2**64 - 1
    return value - 2**64 if value >= 2**63 else value


def _double(value: _Value) -> float:
    raw = _bytes(value)
    if len(raw) != 8:
        raise ProtobufError("proto: wrong wireType for a double")
    return cast(float, struct.unpack("<d", raw)[0])


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtobufError(f"json parse error: {error}") from None


def _instant(raw: bytes) -> tuple[int, int]:
    fields = dict(_fields(raw))
    return _integer(fields.get(1, 0)), _integer(fields.get(2, 0))


def _time(raw: bytes) -> str | None:
    return _second(_instant(raw)[0]) if raw else None


def _micro_time(raw: bytes) -> str | None:
    if not raw:
        return None
    seconds, nanos = _instant(raw)
    return f"{_second(seconds)[:-1]}.{nanos // 1000:06d}Z"


def _second(seconds: int) -> str:
    try:
        return times.format_time(seconds * 1000)
    except times.TimeError as error:
        raise ProtobufError(f"proto: {error}") from None


def _int_or_string(raw: bytes) -> int | str:
    fields = dict(_fields(raw))
    if _integer(fields.get(1, 0)) == 1:
        return _text(fields.get(3, b""))
    return _integer(fields.get(2, 0))


def _only_text(raw: bytes) -> str:
    return _text(dict(_fields(raw)).get(1, b""))


def _quantity(raw: bytes) -> str:
    return _only_text(raw) or "0"


def _embedded_json(raw: bytes) -> Any:
    return _json(_bytes(dict(_fields(raw)).get(1, b"")))


def _texts(raw: bytes) -> list[str]:
    return [_text(value) for number, value in _fields(raw) if number == 1]


def _duration(raw: bytes) -> str:
    return times.format_duration_ns(_integer(dict(_fields(raw)).get(1, 0)))


_SCALARS: Final[dict[str, Callable[[_Value], Any]]] = {
    "s": _text,
    "i": _integer,
    "B": bool,
    "d": _double,
    "b": lambda value: base64.b64encode(_bytes(value)).decode(),
}
_SPECIAL: Final[dict[str, Callable[[bytes], Any]]] = {
    "k8s.io.apimachinery.pkg.api.resource.Quantity": _quantity,
    "k8s.io.apimachinery.pkg.util.intstr.IntOrString": _int_or_string,
    "k8s.io.apimachinery.pkg.runtime.RawExtension": _embedded_json,
    f"{_META}.Time": _time,
    f"{_META}.MicroTime": _micro_time,
    f"{_META}.FieldsV1": _embedded_json,
    f"{_META}.Duration": _duration,
    f"{_META}.Verbs": _texts,
    "k8s.io.api.authentication.v1.ExtraValue": _texts,
    "k8s.io.api.authorization.v1.ExtraValue": _texts,
    "k8s.io.api.certificates.v1.ExtraValue": _texts,
}
