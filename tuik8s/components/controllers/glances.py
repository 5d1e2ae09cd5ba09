"""What is seen of cached objects at a glance: enough to count and to choose among thousands.

A decoded pod takes 12 KB and 20 microseconds; this is a quarter of both. Only these fields are
decoded, under their own names, so that whatever reads an object reads a glance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict, cast

import msgspec

from tuik8s.api.types import Object

Glance = Callable[[bytes], Object]


class _Meta(TypedDict, total=False):
    name: str
    namespace: str
    uid: str
    generation: int
    labels: dict[str, str]
    annotations: dict[str, str]
    creationTimestamp: str
    deletionTimestamp: str


class _Spec(TypedDict, total=False):
    nodeName: str


class _Condition(TypedDict, total=False):
    type: str
    status: str
    lastTransitionTime: str | None


class _ContainerStatus(TypedDict, total=False):
    restartCount: int


class _Status(TypedDict, total=False):
    phase: str
    conditions: list[_Condition]
    containerStatuses: list[_ContainerStatus]


class _Pod(TypedDict, total=False):
    metadata: _Meta
    spec: _Spec
    status: _Status


GLANCES: Mapping[str, Glance] = {
    "pods": cast(Glance, msgspec.msgpack.Decoder(_Pod).decode),
}
"""By resource; what is not here is decoded whole."""
