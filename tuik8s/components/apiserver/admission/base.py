"""An admission plugin may change an object that is written, or refuse the write.

To add one: one file with a class that has the protocol below, one line in `registry.py`, one
test. Plugins run in order, first `admit` of all (they may change `attributes.obj`), then, after
defaulting and validation, `validate` of all. A refusal is an `ApiError`. A plugin that must wait
(a webhook) returns a generator of effects; all others return None.

Source: k8s.io/apiserver pkg/admission (1.36).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Literal, Protocol

from tuik8s.api.errors import ApiError, forbidden_request
from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object, User
from tuik8s.components.apiserver.effects import Effect

Operation = Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]
Pausing = Generator[Effect, Any, None]


class Attributes:
    """One write as plugins see it.

    obj is None for DELETE; old is None for CREATE and CONNECT. For subresources with a kind of
    their own (scale, eviction, binding) obj is of that kind, and subresource says which. options:
    the request's options as an object. warnings: texts of Warning headers may be added.
    """

    __slots__ = (
        "dry_run",
        "kind",
        "name",
        "namespace",
        "now_ms",
        "obj",
        "old",
        "operation",
        "options",
        "subresource",
        "user",
        "warnings",
    )

    def __init__(
        self,
        operation: Operation,
        kind: Kind,
        namespace: str,
        name: str,
        user: User,
        now_ms: int,
        *,
        obj: Object | None = None,
        old: Object | None = None,
        subresource: str = "",
        dry_run: bool = False,
        options: Object | None = None,
        warnings: list[str] | None = None,
    ) -> None:
        self.operation = operation
        self.kind = kind
        self.namespace = namespace
        self.name = name
        self.user = user
        self.now_ms = now_ms
        self.obj = obj
        self.old = old
        self.subresource = subresource
        self.dry_run = dry_run
        self.options = options or {}
        self.warnings = warnings if warnings is not None else []

    @property
    def resource(self) -> str:
        return self.kind.resource

    def forbidden(self, why: str) -> ApiError:
        """403 as admission errors read: `pods "x" is forbidden: why`."""
        return forbidden_request(self.kind.group, self.kind.plural, self._shown_name(), why)

    def _shown_name(self) -> str:
        if self.name:
            return self.name
        meta = (self.obj or {}).get("metadata") or {}
        return meta.get("name") or meta.get("generateName") or "Unknown"


class Plugin(Protocol):
    """One member of the chain; a plugin without work in a phase returns None there.

    resources: ids of the resources whose writes it wants to see; empty for all of them.
    """

    name: str

    @property
    def resources(self) -> tuple[str, ...]: ...

    def admit(self, attributes: Attributes) -> Pausing | None: ...

    def validate(self, attributes: Attributes) -> Pausing | None: ...


class Member:
    """A plugin with nothing to say, for those that speak in one phase only."""

    name = ""
    resources: tuple[str, ...] = ()

    def admit(self, attributes: Attributes) -> Pausing | None:
        return None

    def validate(self, attributes: Attributes) -> Pausing | None:
        return None
