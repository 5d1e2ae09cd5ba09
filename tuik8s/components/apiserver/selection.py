"""Which stored objects a selector takes, read from their bytes without building the whole object.

For a list of selected fields a small msgspec type is made once: decoding skips all other bytes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import msgspec

from tuik8s.api.errors import bad_request
from tuik8s.api.kinds.base import Kind
from tuik8s.api.meta import get_path
from tuik8s.api.schema.node import Node
from tuik8s.api.selectors import FieldSelector, LabelSelector
from tuik8s.components.apiserver.objects import convert, decode_msgpack, is_native

_META: Final = ("metadata.name", "metadata.namespace")


class _Meta(msgspec.Struct, gc=False):
    labels: dict[str, str] | None = None


class _Labelled(msgspec.Struct, gc=False):
    metadata: _Meta


_decode_labels = msgspec.msgpack.Decoder(_Labelled).decode


class Selection:
    """Label and field selectors of one request for one kind; `matches` None takes everything."""

    def __init__(
        self, kind: Kind, labels: LabelSelector | None, fields: FieldSelector | None
    ) -> None:
        """Raises ApiError (400) for fields that the kind cannot be selected by."""
        if labels is not None and labels.everything:
            labels = None
        terms = fields.terms if fields is not None else ()
        for term in terms:
            _check_field(kind, term[0])
        self.labels = labels
        self.fields = fields if terms else None
        self.name = (fields.exact("metadata.name") or "") if fields is not None else ""
        self.is_everything = self.labels is None and self.fields is None
        self._read = _reader(kind, tuple(sorted({term[0] for term in terms} - set(_META))))

    def takes(self, key: str, value: bytes) -> bool:
        """Whether an object is selected."""
        labels = self.labels
        if labels is not None and not labels.matches(_decode_labels(value).metadata.labels or {}):
            return False
        if self.fields is None:
            return True
        _, namespace, name = key.split("/", 2)
        found = self._read(value)
        found["metadata.name"], found["metadata.namespace"] = name, namespace
        return self.fields.matches(lambda field: found.get(field, ""))


def _check_field(kind: Kind, field: str) -> None:
    if field == "metadata.name" or (field == "metadata.namespace" and kind.namespaced):
        return
    if field in kind.rules.selectable:
        return
    if kind.rules.selectable:
        raise bad_request(f"field label not supported: {field}")
    known = '"metadata.name", "metadata.namespace"' if kind.namespaced else '"metadata.name"'
    raise bad_request(f'"{field}" is not a known field selector: only {known}')


def _reader(kind: Kind, fields: tuple[str, ...]) -> Callable[[bytes], dict[str, str]]:
    paths = tuple(kind.rules.selectable[field] for field in fields)
    zeros = tuple(_zero(kind, path) for path in paths)
    decode = _decoder(paths) if is_native(kind) else _converted(kind)

    def read(value: bytes) -> dict[str, str]:
        if not fields:
            return {}
        obj = decode(value)
        return {
            field: _text(get_path(obj, path), zero)
            for field, path, zero in zip(fields, paths, zeros, strict=True)
        }

    return read


def _converted(kind: Kind) -> Callable[[bytes], Any]:
    """Decodes what is stored and turns it into what the kind shows."""

    def decode(value: bytes) -> Any:
        obj = decode_msgpack(value)
        return obj if obj["apiVersion"] == kind.api_version else convert(obj, kind)

    return decode


@lru_cache(maxsize=256)
def _decoder(paths: tuple[str, ...]) -> Callable[[bytes], Any]:
    """Decodes only the top-level fields that paths begin with."""
    tops = sorted({path.partition(".")[0] for path in paths})
    if not tops:
        return msgspec.msgpack.Decoder().decode
    shape = msgspec.defstruct("Selected", [(top, Any, None) for top in tops], gc=False)
    decode = msgspec.msgpack.Decoder(shape).decode

    def as_dict(value: bytes) -> dict[str, Any]:
        found = decode(value)
        return {top: getattr(found, top) for top in tops}

    return as_dict


def _zero(kind: Kind, path: str) -> str:
    """The text of an absent field: Go's zero value of its type."""
    if kind.custom:
        return ""
    node: Node | None = kind.schema
    for part in path.split("."):
        node = node.fields.get(part) if node is not None else None
    return {"boolean": "false", "integer": "0"}.get(node.type, "") if node is not None else ""


def _text(value: Any, zero: str) -> str:
    if value is None:
        return zero
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
