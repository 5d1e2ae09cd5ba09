"""Objects and lists in the form that was asked for: JSON, YAML, Table, partial metadata, msgpack.

Plain JSON is joined from text that was made once per revision; every other form is built from the
object.

Source: k8s.io/apiserver pkg/endpoints/handlers/response.go (1.36).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
import yaml

from tuik8s.api.errors import ApiError
from tuik8s.api.kinds.base import Kind
from tuik8s.api.kinds.printing import DEFAULT_COLUMNS
from tuik8s.api.types import Object
from tuik8s.components.apiserver import tables
from tuik8s.components.apiserver.answers import (
    Answer,
    encode_json,
    encode_msgpack,
)
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.negotiation import PACKED, PLAIN, Form, not_acceptable
from tuik8s.components.apiserver.objects import encoded, is_native, item_prefix
from tuik8s.components.store.types import Entry

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core

YAML: Final = "application/yaml"


class ListMeta(msgspec.Struct, frozen=True):
    """What a list says of itself; a list of what is not stored has no revision."""

    revision: int
    continue_token: str = ""
    remaining: int | None = None

    def value(self) -> Object:
        out: Object = {"resourceVersion": str(self.revision)} if self.revision else {}
        if self.continue_token:
            out["continue"] = self.continue_token
        if self.remaining is not None:
            out["remainingItemCount"] = self.remaining
        return out


def partial(obj: Object, version: str = "v1") -> Object:
    """An object's metadata alone."""
    api_version = f"meta.k8s.io/{version}"
    return {"kind": "PartialObjectMetadata", "apiVersion": api_version, "metadata": obj["metadata"]}


def entry_answer(core: Core, call: Call, entry: Entry, code: int = 200) -> Answer:
    """A stored object, unchanged."""
    form = call.form
    if form is PLAIN:
        text = core.objects.json(call.kind, entry.value, entry.revision)
        return call.done(code, text, entry.revision)
    if form is PACKED and is_native(call.kind):
        return Answer(
            code, objects=(entry.value,), warnings=tuple(call.warnings), revision=entry.revision
        )
    obj = core.objects.read(call.kind, entry.value)
    return object_answer(core, call, obj, code, entry.revision)


def written_answer(core: Core, call: Call, obj: Object, entry: Entry, code: int) -> Answer:
    """An object that was just stored; its JSON is kept for the readers to come."""
    if call.form is PLAIN:
        return call.done(
            code, core.objects.json(call.kind, entry.value, entry.revision), entry.revision
        )
    return entry_answer(core, call, entry, code)


def object_answer(
    core: Core, call: Call, obj: Object, code: int = 200, revision: int = 0
) -> Answer:
    """Any single object, also such that are not stored (dry runs, Scale, Status)."""
    form = call.form
    if form is PLAIN:
        text = encoded(obj, call.kind) if obj.get("kind") == call.kind.kind else encode_json(obj)
        return call.done(code, text, revision)
    if form is PACKED:
        return Answer(
            code, objects=(encode_msgpack(obj),), warnings=tuple(call.warnings), revision=revision
        )
    return call.done(code, _dump(shaped(core, call, obj), form), revision, media=form.content_type)


def shaped(core: Core, call: Call, obj: Object) -> Object:
    """A single object in the shape that the form asks for."""
    form = call.form
    if not form.shape or obj.get("kind") == "Status":
        return obj
    if form.shape == "PartialObjectMetadata":
        return partial(obj, form.version)
    if form.shape == "PartialObjectMetadataList":
        name = _go_name(call.kind)
        raise not_acceptable(
            f"you requested {form.shape}, but the requested object is not a list ({name})"
        )
    meta = {"resourceVersion": obj["metadata"].get("resourceVersion", "")}
    return table_of(call, [obj], meta)


def table_of(call: Call, objects: Sequence[Object], meta: Object, *, header: bool = True) -> Object:
    """Objects as rows of a Table. Raises ApiError (400) for an unknown includeObject."""
    include = (call.request.query.get("includeObject") or [""])[0]
    check_include(include)
    columns = tables.columns_of(call.kind, objects)
    rows = [tables.row(obj, columns, include, call.form.version, call.now_ms) for obj in objects]
    return {
        "kind": "Table",
        "apiVersion": f"meta.k8s.io/{call.form.version}",
        "metadata": meta,
        "columnDefinitions": tables.definitions(call.kind, columns) if header else None,
        "rows": rows or (None if columns is DEFAULT_COLUMNS else []),
    }


def check_include(include: str) -> None:
    """Refuse an includeObject that is none of the known."""
    if include not in ("", "None", "Metadata", "Object"):
        raise ApiError(
            400,
            "BadRequest",
            "Unable to convert to Table as requested: includeObject: Invalid value: "
            f"\"{include}\": must be 'Metadata', 'Object', 'None', or empty",
        )


def list_answer(core: Core, call: Call, entries: Sequence[Entry], meta: ListMeta) -> Answer:
    """A list of stored objects."""
    form, kind = call.form, call.kind
    if form is PLAIN:
        return call.done(200, _joined(core, kind, entries, meta), meta.revision)
    if form is PACKED:
        packed = (
            tuple([entry.value for entry in entries])
            if is_native(kind)
            else tuple(encode_msgpack(core.objects.read(kind, e.value)) for e in entries)
        )
        return Answer(200, objects=packed, revision=meta.revision)
    objects = [core.objects.read(kind, entry.value) for entry in entries]
    return call.done(
        200, _dump(shaped_list(call, objects, meta), form), meta.revision, media=form.content_type
    )


def made_list_answer(core: Core, call: Call, objects: list[Object]) -> Answer:
    """A list of objects that are not stored."""
    if call.form is PACKED:
        return Answer(200, objects=tuple(encode_msgpack(obj) for obj in objects))
    body = _dump(shaped_list(call, objects, ListMeta(0)), call.form)
    return call.done(200, body, media=call.form.content_type)


def _joined(core: Core, kind: Kind, entries: Sequence[Entry], meta: ListMeta) -> bytes:
    json, known = core.objects.json, core.objects.encodings.get
    skipped = 0 if kind.custom else len(item_prefix(kind))
    if is_native(kind):
        texts = [known(e.revision) or json(kind, e.value, e.revision) for e in entries]
    else:
        texts = [json(kind, e.value, e.revision) for e in entries]
    head = encode_json(
        {"kind": list_kind(kind), "apiVersion": kind.api_version, "metadata": meta.value()}
    )
    if not texts:
        return head[:-1] + b',"items":[]}'
    if skipped:
        body = b",{".join([text[skipped:] for text in texts])
        return b"".join((head[:-1], b',"items":[{', body, b"]}"))
    return b"".join((head[:-1], b',"items":[', b",".join(texts), b"]}"))


def list_kind(kind: Kind) -> str:
    return kind.list_kind or f"{kind.kind}List"


def shaped_list(call: Call, objects: list[Object], meta: ListMeta) -> Object:
    """Objects as the list that the form asks for."""
    form, kind = call.form, call.kind
    if form.shape == "Table":
        return table_of(call, objects, meta.value())
    if form.shape == "PartialObjectMetadataList":
        return {
            "kind": form.shape,
            "apiVersion": f"meta.k8s.io/{form.version}",
            "metadata": meta.value(),
            "items": [partial(obj, form.version) for obj in objects] or None,
        }
    if form.shape:
        name = _go_name(kind, "List")
        raise not_acceptable(
            f"you requested {form.shape}, but the requested object is a list ({name})"
        )
    items = objects if kind.custom else [_without_kind(obj) for obj in objects]
    return {
        "kind": list_kind(kind),
        "apiVersion": kind.api_version,
        "metadata": meta.value(),
        "items": items,
    }


def _without_kind(obj: Object) -> Object:
    return {k: v for k, v in obj.items() if k not in ("kind", "apiVersion")}


def _go_name(kind: Kind, suffix: str = "") -> str:
    if kind.custom:
        return f"*unstructured.Unstructured{suffix}"
    package = kind.group.partition(".")[0] or "core"
    return f"*{package}.{kind.kind}{suffix}"


def _dump(value: Any, form: Form) -> bytes:
    if form.media == "yaml":
        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        text: str = yaml.dump(value, Dumper=dumper, default_flow_style=False, allow_unicode=True)
        return text.encode()
    return encode_json(value)
