"""How `tuik8s log show` writes a record: one line, or the fields of one JSON object.

Text from objects is escaped, so that nothing in a log can steer a terminal.
"""

from __future__ import annotations

import msgpack

from tuik8s.api.times import format_micro_time
from tuik8s.components.store.record import Delete, Gap, Mark, Put, Record, Remark

_VALUE_BYTES_MAX = 64 * 1024 * 1024


def matches(found: Record, prefix: str, first: int, last: int) -> bool:
    """Whether a record is asked for; 0 is no limit."""
    if found.revision < first or (last and found.revision > last):
        return False
    key = found.key if isinstance(found, Put | Delete | Remark) else ""
    return key.startswith(prefix)


def line_of(found: Record) -> str:
    """Revision, time, author, cause, what, key, and what else matters."""
    when = format_micro_time(found.at_ms)
    author = "-" if isinstance(found, Gap) else found.author or "-"
    cause = found.cause if isinstance(found, Put | Delete) else 0
    fields = (f"{found.revision:>8}", when, f"{_safe(author):<32}", f"{cause or '-':>8}")
    return "  ".join((*fields, _what(found)))


def fields_of(found: Record) -> dict[str, object]:
    """Every field by name; a value is shown as the object that it holds."""
    fields: dict[str, object] = {"type": _type(found)}
    for name in found.__struct_fields__:
        value = getattr(found, name)
        fields[name] = object_of(value) if isinstance(value, bytes) else value
    return fields


def object_of(value: bytes) -> object:
    """The object in a value, or its bytes in hexadecimal when it is none."""
    unpacker = msgpack.Unpacker(raw=False, strict_map_key=True, max_buffer_size=_VALUE_BYTES_MAX)
    unpacker.feed(value)
    try:
        decoded: object = unpacker.unpack()
    except (msgpack.exceptions.UnpackException, ValueError):
        return value.hex()
    return decoded if unpacker.tell() == len(value) else value.hex()


def _type(found: Record) -> str:
    if isinstance(found, Put):
        return "MODIFIED" if found.replaced else "ADDED"
    return {Delete: "DELETED", Remark: "NOTE", Mark: "COMPACTED", Gap: "LOST"}[type(found)]


def _what(found: Record) -> str:
    parts = [f"{_type(found):<9}"]
    if isinstance(found, Put | Delete | Remark):
        parts.append(_safe(found.key))
    if isinstance(found, Put) and found.expires_at_ms:
        parts.append(f"until {format_micro_time(found.expires_at_ms)}")
    if isinstance(found, Remark):
        parts.append(f"{_safe(found.kind)}, {len(found.data)} bytes")
    if isinstance(found, Mark):
        parts.append(f"history before {found.compacted}")
    return " ".join(parts)


def _safe(text: str) -> str:
    """Control characters as escapes."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
