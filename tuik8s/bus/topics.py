"""Topics and streams: which names events carry, and which sequences they count in.

    event      pods/node-1/shop/cart-x7k2p   <resource id>/<partition>/<namespace>/<name>
    streams    pods/  and  pods/node-1/      each counted on its own
    bookmark   !pods/node-1/!                the stream's latest sequence number
    beat       ~                             epoch and number of the publisher's heartbeat

A subscription is a prefix, so `pods/node-1/` gets the pods of one node and nothing else. The
closing `!` keeps the bookmarks of `pods/node-1/` from everybody who follows `pods/`.
"""

from __future__ import annotations

from typing import Final

import msgspec

BEAT: Final = b"~"
UNBOUND: Final = "-"
"""The partition of objects that belong to no node."""

PARTITION_FIELDS: Final = {"pods": "spec.nodeName", "nodes": "metadata.name"}
"""Resources with a stream per partition, and the field selector that names the same objects."""


def stream_of(resource: str, partition: str = "") -> str:
    """The stream of all objects of a resource, or of one partition."""
    return f"{resource}/{partition}/" if partition else f"{resource}/"


class _Spec(msgspec.Struct, frozen=True, gc=False):
    node_name: str | None = msgspec.field(name="nodeName", default=None)


class _Pod(msgspec.Struct, gc=False):
    spec: _Spec = _Spec()


_pod: Final = msgspec.msgpack.Decoder(_Pod).decode


def partition_of(resource: str, name: str, data: bytes) -> str:
    """The partition of an object (its msgpack bytes): the node of bound pods and nodes, else `-`.

    >>> partition_of("nodes", "node-1", b""), partition_of("services", "shop", b"")
    ('node-1', '-')
    """
    if resource == "pods":
        return _pod(data).spec.node_name or UNBOUND
    return name if resource == "nodes" else UNBOUND


def event_topic(resource: str, partition: str, namespace: str, name: str) -> bytes:
    return f"{resource}/{partition}/{namespace}/{name}".encode()


def bookmark_topic(stream: str) -> bytes:
    return f"!{stream}!".encode()


def field_selector(resource: str, partition: str) -> str:
    """The field selector that selects a partition in a list."""
    value = "" if partition == UNBOUND else partition
    return f"{PARTITION_FIELDS[resource]}={value}"
