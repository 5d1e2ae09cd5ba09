"""Topics and streams: which names events carry, and which sequences they count in.

    event      pods/node-1/shop/cart-x7k2p   <resource id>/<partition>/<namespace>/<name>
    streams    pods/  and  pods/node-1/      each counted on its own
    bookmark   !pods/node-1/!                the stream's latest sequence number
    beat       ~                             epoch and number of the publisher's heartbeat

A subscription is a prefix, so `pods/node-1/` gets the pods of one node and nothing else. The
closing `!` keeps the bookmarks of `pods/node-1/` from everybody who follows `pods/`.
"""

from __future__ import annotations

from typing import Any, Final

BEAT: Final = b"~"
UNBOUND: Final = "-"
"""The partition of objects that belong to no node."""

PARTITION_FIELDS: Final = {"pods": "spec.nodeName", "nodes": "metadata.name"}
"""Resources with a stream per partition, and the field selector that names the same objects."""


def stream_of(resource: str, partition: str = "") -> str:
    """The stream of all objects of a resource, or of one partition."""
    return f"{resource}/{partition}/" if partition else f"{resource}/"


def partition_of(resource: str, obj: dict[str, Any]) -> str:
    """The partition that an object is in: its node for bound pods and nodes, else `-`."""
    if resource == "pods":
        spec = obj.get("spec")
        return (spec.get("nodeName") or UNBOUND) if isinstance(spec, dict) else UNBOUND
    if resource == "nodes":
        return str(obj["metadata"]["name"])
    return UNBOUND


def event_topic(resource: str, partition: str, namespace: str, name: str) -> bytes:
    return f"{resource}/{partition}/{namespace}/{name}".encode()


def bookmark_topic(stream: str) -> bytes:
    return f"!{stream}!".encode()


def field_selector(resource: str, partition: str) -> str:
    """The field selector that selects a partition in a list."""
    value = "" if partition == UNBOUND else partition
    return f"{PARTITION_FIELDS[resource]}={value}"
