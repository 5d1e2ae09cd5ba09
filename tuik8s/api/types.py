"""The words that every part of tuik8s shares: objects, their identity, requests and answers.

An object travels as msgpack bytes and is worked on as the plain JSON value it is (`Object`).
Objects that come out of a cache are shared: never change them, copy first
(`api.meta.copy_object`).

A *resource id* names a kind of object: the plural, then a dot and the group if there is one
(`pods`, `deployments.apps`). It is the key in registries, store keys, topics and informers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

Object = dict[str, Any]


class Key(NamedTuple):
    """Which object: resource id, namespace ("" when cluster-scoped) and name."""

    resource: str
    namespace: str
    name: str

    def __str__(self) -> str:
        path = f"{self.namespace}/{self.name}" if self.namespace else self.name
        return f"{self.resource}/{path}"


def resource_id(group: str, plural: str) -> str:
    """The resource id of a plural in a group ("" for the core group)."""
    return f"{plural}.{group}" if group else plural


class User(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: a Kubernetes user, as authentication found it."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: dict[str, tuple[str, ...]] = {}


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request to the API, the same for both doors (HTTP and bus).

    verb: get, list, watch, create, update, patch, delete, deletecollection, or for paths that are
    no resource the lower-case HTTP method with `path` set. body: undecoded, in `content_type`; on
    the bus `application/msgpack`, patches as `application/<merge-patch|json-patch|strategic-
    merge-patch| apply-patch>+msgpack`. query: as in the URL, repeated keys joined in order.
    cause: the revision of the change that made the asker ask, 0 for a person. upgrade: the
    protocol that the HTTP door would speak on the connection after a 101, "" for none.
    """

    verb: str
    group: str = ""
    version: str = "v1"
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    query: dict[str, list[str]] = {}
    body: bytes = b""
    content_type: str = ""
    accept: str = ""
    user_agent: str = ""
    cause: int = 0
    upgrade: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a request on the bus.

    code: as in HTTP; 0 when no answer came before the deadline (the outcome is then unknown).
    revision: of the object written, or of the snapshot listed. objects: msgpack bytes, one per
    object (the items of a list, the one object otherwise, the Status of a refusal). epoch and
    sequence tell a list's place in its stream (see bus.clone).
    """

    code: int
    revision: int = 0
    warnings: tuple[str, ...] = ()
    objects: tuple[bytes, ...] = ()
    epoch: str = ""
    sequence: int = 0

    @property
    def ok(self) -> bool:
        return 200 <= self.code < 300
