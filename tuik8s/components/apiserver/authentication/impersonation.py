"""Acting as somebody else: allowed to those who may `impersonate` every part of that identity.

Source: k8s.io/apiserver pkg/endpoints/filters/impersonation (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.errors import forbidden_request
from tuik8s.api.types import Request, User
from tuik8s.components.apiserver.authentication.base import Impersonation
from tuik8s.components.apiserver.authorization.base import Attributes

if TYPE_CHECKING:
    from tuik8s.components.apiserver.authorization.registry import Authorization


def impersonated(
    authorization: Authorization, user: User, wanted: Impersonation, request: Request
) -> User:
    """The user to go on as. Raises ApiError (403)."""
    asked = [("", "users", wanted.user)] + [("", "groups", group) for group in wanted.groups]
    if wanted.uid:
        asked.append(("authentication.k8s.io", "uids", wanted.uid))
    for group, resource, name in asked:
        decision = authorization.decide(
            Attributes(user=user, verb="impersonate", group=group, resource=resource, name=name)
        )
        if not decision.allowed:
            raise _refused(user, request)
    groups = wanted.groups or ("system:authenticated",)
    if "system:authenticated" not in groups and wanted.user != "system:anonymous":
        groups = (*groups, "system:authenticated")
    extra: dict[str, tuple[str, ...]] = {}
    for key, value in wanted.extra:
        extra[key] = (*extra.get(key, ()), value)
    return User(name=wanted.user, uid=wanted.uid, groups=groups, extra=extra)


def _refused(user: User, request: Request) -> Exception:
    where = (
        f'in the namespace "{request.namespace}"' if request.namespace else "at the cluster scope"
    )
    why = (
        f'User "{user.name}" cannot impersonate-on:user-info:{request.verb} '
        f'resource "{request.resource}" in API group "{request.group}" {where}'
    )
    return forbidden_request(request.group, request.resource, request.name, why)
