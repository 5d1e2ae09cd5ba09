"""An authorizer allows a request, denies it for good, or has no opinion.

To add one: one file with a class that has `authorize`, one line in `registry.py`, one test.
Authorizers are asked in order until one decides; if none does, the request is refused and the
reasons given on the way are shown. Decisions are remembered until `generation` of any authorizer
changes, so an authorizer whose rules are objects counts their changes there.

Source: k8s.io/apiserver pkg/authorization/union (1.36).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from tuik8s.api.types import Object, User


class Attributes(msgspec.Struct, frozen=True):
    """What is asked for. path is set, and resource empty, for requests that are no resource.

    name: also that of a list of one, selected by metadata.name. node: the node that a list is
    limited to by its field selector.
    """

    user: User
    verb: str
    group: str = ""
    version: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""
    node: str = ""


class Decision(msgspec.Struct, frozen=True):
    """allowed: True, False (denied for good), or None for no opinion.

    is_lasting: whether it stays as it is while no generation changes.
    """

    allowed: bool | None
    reason: str = ""
    is_lasting: bool = True


NO_OPINION = Decision(None)


class Reader(Protocol):
    """What authorizers and admission may read: objects of the current revision, as fresh copies.

    generation: the revision of the last change to any object of the resource. follow: call
    on_change(namespace, name) for every change to come.
    """

    def get(self, resource: str, namespace: str, name: str) -> Object | None: ...

    def list_(self, resource: str, namespace: str = "") -> list[Object]: ...

    def generation(self, resource: str) -> int: ...

    def follow(self, resource: str, on_change: Callable[[str, str], None]) -> None: ...


class Authorizer(Protocol):
    """One way of deciding."""

    name: str

    def generation(self) -> int:
        """A number that changes when decisions may have changed."""
        ...

    def authorize(self, asked: Attributes) -> Decision: ...
