"""One request on its way through the pipeline, and the doors' end of it."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from tuik8s.api.errors import ApiError, not_found
from tuik8s.api.kinds.base import Kind
from tuik8s.api.types import Object, Request, User
from tuik8s.components.apiserver.admission.base import Attributes, Operation
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.effects import Waiting
from tuik8s.components.apiserver.negotiation import Form

Outcome = Answer | Waiting
"""What a handler returns: an answer, or a generator that will end in one."""

_AGENT_MAX: Final = 128
_PROGRAMS: Final = (
    ("system:serviceaccount:kube-system:", "kube-controller-manager"),
    ("system:kube-controller-manager", "kube-controller-manager"),
    ("system:node:", "kubelet"),
    ("system:kube-scheduler", "kube-scheduler"),
    ("system:kube-proxy", "kube-proxy"),
    ("system:chaos", "tuik8s"),
    ("system:admin", "tuik8s"),
    ("tui", "tuik8s"),
)


def program_of(user: str) -> str:
    """The program that writes as a user, by the name that its user agent has upstream."""
    return next((name for prefix, name in _PROGRAMS if user.startswith(prefix)), "unknown")


class Call:
    """What handlers know of a request: who asks, for what, in which form.

    warnings are collected on the way and end up as Warning headers.
    """

    __slots__ = ("form", "kind", "now_ms", "request", "user", "warnings")

    def __init__(
        self,
        request: Request,
        user: User,
        kind: Kind,
        form: Form,
        now_ms: int,
        warnings: list[str],
    ) -> None:
        self.request = request
        self.user = user
        self.kind = kind
        self.form = form
        self.now_ms = now_ms
        self.warnings = warnings

    def manager(self, field_manager: str) -> str:
        """Who owns the fields of this write: the option, else the user agent's first word.

        Requests on the bus have no user agent: there the program that the user belongs to counts.
        """
        agent = self.request.user_agent.partition("/")[0][:_AGENT_MAX]
        return field_manager or agent or program_of(self.user.name)

    def not_found(self) -> ApiError:
        kind = self.kind
        return not_found(kind.group, kind.plural, self.request.name)

    def admission_attributes(
        self,
        operation: Operation,
        name: str,
        *,
        kind: Kind | None = None,
        obj: Object | None = None,
        old: Object | None = None,
        subresource: str = "",
        dry_run: bool = False,
        options: Object | None = None,
    ) -> Attributes:
        """This request's write of an object, of the kind that it names or another, for admission.

        A namespace is in itself.
        """
        kind = kind or self.kind
        return Attributes(
            operation,
            kind,
            self.request.namespace or (name if kind.plural == "namespaces" else ""),
            name,
            self.user,
            self.now_ms,
            obj=obj,
            old=old,
            subresource=subresource,
            dry_run=dry_run,
            options=options,
            warnings=self.warnings,
        )

    def done(self, code: int, body: bytes, revision: int = 0, **more: Any) -> Answer:
        return Answer(code, body, warnings=tuple(self.warnings), revision=revision, **more)


class Stored(msgspec.Struct, frozen=True):
    """An object as it was read: its value, its msgpack bytes, and the revision of both."""

    obj: dict[str, Any]
    value: bytes
    revision: int
