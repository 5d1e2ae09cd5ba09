"""Pods from templates, and the short hash that names what a template makes.

The hash is FNV-1a (32 bit) over the template as canonical JSON, written in the alphabet of
generated names. Upstream hashes Go's dump of the struct; ours therefore differs from the hash a
real cluster would give, and has the same form and properties: a pure function of the template,
the same in every namespace.

Source: k8s.io/kubernetes pkg/controller/controller_utils.go (`GetPodFromTemplate`,
`ComputeHash`) and apimachinery pkg/util/rand (`SafeEncodeString`).
"""

from __future__ import annotations

import msgspec

from tuik8s.api.meta import namespace_of, owner_reference
from tuik8s.api.types import Object

_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
_PREFIX_MAX = 253 - 5
_encoder = msgspec.json.Encoder(order="sorted")


def fnv32a(data: bytes) -> int:
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def fnv32(data: bytes) -> int:
    """FNV-1: multiply, then mix."""
    value = 0x811C9DC5
    for byte in data:
        value = ((value * 0x01000193) & 0xFFFFFFFF) ^ byte
    return value


def revision_hash(data: object, collisions: int) -> str:
    """The hash of a ControllerRevision: upstream hashes JSON here, so ours is the same.

    Source: k8s.io/kubernetes pkg/controller/history/controller_history.go
    (`HashControllerRevision`); Go's encoder sorts keys and escapes HTML.
    """
    text = _encoder.encode(data).decode()
    for char, escape in (("&", "\\u0026"), ("<", "\\u003c"), (">", "\\u003e")):
        text = text.replace(char, escape)
    return safe_encode(str(fnv32(text.encode() + str(collisions).encode())))


def safe_encode(text: str) -> str:
    """Each character as one of the alphabet that cannot spell words."""
    return "".join(_ALPHABET[ord(char) % len(_ALPHABET)] for char in text)


def hash_of(value: object, collisions: int | None = None) -> str:
    """The hash of any JSON value; `collisions` is what moves it out of the way of another."""
    data = _encoder.encode(value)
    if collisions is not None:
        data += collisions.to_bytes(8, "little")
    return safe_encode(str(fnv32a(data)))


def pod_from_template(template: Object, owner: Object, kind_prefix: str = "") -> Object:
    """A new pod of this owner; the name is generated from the owner's.

    Parts are shared with the template: a pod that is to be changed must be copied.
    """
    metadata = template.get("metadata") or {}
    prefix = (kind_prefix or owner["metadata"]["name"]) + "-"
    made: Object = {"namespace": namespace_of(owner)}
    for name in ("labels", "annotations", "finalizers"):
        if metadata.get(name):
            made[name] = metadata[name]
    made["generateName"] = prefix[:_PREFIX_MAX]
    made["ownerReferences"] = [owner_reference(owner)]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": made,
        "spec": template.get("spec") or {},
    }
