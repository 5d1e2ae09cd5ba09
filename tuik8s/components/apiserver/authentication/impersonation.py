"""Acting as somebody else: allowed to those who may `impersonate` every part of that identity.

There are two ways. The old one asks for the verb `impersonate` on every part. The constrained one
asks for `impersonate:<mode>` on every part, and for `impersonate-on:<mode>:<verb>` on what is then
done; the mode is `serviceaccount` for a bare service account and `user-info` for other users.

Source: k8s.io/apiserver pkg/endpoints/filters/impersonation (1.36). Difference: upstream's refusal
depends on what the caller did before; here it is about what is done when all parts were allowed in
the constrained way, and else about the first part that is not. The constrained modes for nodes are
left out: nodes are impersonated in the old way only.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from tuik8s.api.errors import bad_request
from tuik8s.api.types import User
from tuik8s.components.apiserver.authentication.base import Impersonation
from tuik8s.components.apiserver.authorization.base import Attributes

if TYPE_CHECKING:
    from tuik8s.components.apiserver.authorization.registry import Authorization

_GROUP: Final = "authentication.k8s.io"
_ACCOUNT: Final = "system:serviceaccount"
_ANONYMOUS: Final = "system:anonymous"
_AUTHENTICATED: Final = "system:authenticated"
_UNAUTHENTICATED: Final = "system:unauthenticated"
_NODE: Final = "system:node:"


def impersonated(
    authorization: Authorization, user: User, wanted: Impersonation, asked: Attributes
) -> User:
    """The user to go on as. asked: what user wants to do as him. Raises ApiError (400, 403)."""
    if not wanted.user:
        if wanted.groups or wanted.uid or wanted.extra:
            raise bad_request(f"requested {_shown(wanted)} without impersonating a user name")
        return user
    old_way = list(_parts(user, wanted, "impersonate", ""))
    if all(authorization.decide(part).allowed for part in old_way):
        return _user(wanted)
    mode = _mode(wanted)
    parts = _parts(user, wanted, f"impersonate:{mode}", _GROUP)
    if mode and all(authorization.decide(part).allowed for part in parts):
        verb = f"impersonate-on:{mode}:{asked.verb}"
        authorization.require(msgspec.structs.replace(asked, verb=verb))
        return _user(wanted)
    for part in old_way:
        authorization.require(part)
    return _user(wanted)


def _mode(wanted: Impersonation) -> str:
    """The constrained mode for an identity, "" when there is none."""
    if wanted.user.startswith(_NODE):
        return ""
    if _account(wanted.user)[0] == "users":
        return "user-info"
    return "" if wanted.groups or wanted.uid or wanted.extra else "serviceaccount"


def _parts(user: User, wanted: Impersonation, verb: str, group: str) -> Iterator[Attributes]:
    """What is asked for each part of an identity. group: that of users and groups."""
    kind, namespace, name = _account(wanted.user)
    yield Attributes(user, verb, group, "v1", kind, "", namespace, name)
    for member in wanted.groups:
        yield Attributes(user, verb, group, "v1", "groups", name=member)
    for key, value in wanted.extra:
        yield Attributes(user, verb, _GROUP, "v1", "userextras", key.lower(), name=value)
    if wanted.uid:
        yield Attributes(user, verb, _GROUP, "v1", "uids", name=wanted.uid)


def _account(name: str) -> tuple[str, str, str]:
    """Resource, namespace and name that stand for a user."""
    prefix, _, rest = name.partition(f"{_ACCOUNT}:")
    namespace, colon, account = rest.partition(":")
    if not prefix and colon and namespace and account and ":" not in account:
        return "serviceaccounts", namespace, account
    return "users", "", name


def _user(wanted: Impersonation) -> User:
    groups = wanted.groups
    kind, namespace, _ = _account(wanted.user)
    if kind == "serviceaccounts" and not groups:
        groups = (f"{_ACCOUNT}s", f"{_ACCOUNT}s:{namespace}")
    if wanted.user == _ANONYMOUS:
        if _UNAUTHENTICATED not in groups:
            groups = (*groups, _UNAUTHENTICATED)
    elif _AUTHENTICATED not in groups and _UNAUTHENTICATED not in groups:
        groups = (*groups, _AUTHENTICATED)
    return User(name=wanted.user, uid=wanted.uid, groups=groups, extra=_extra(wanted))


def _extra(wanted: Impersonation) -> dict[str, tuple[str, ...]]:
    extra: dict[str, tuple[str, ...]] = {}
    for key, value in wanted.extra:
        extra[key.lower()] = (*extra.get(key.lower(), ()), value)
    return extra


def _shown(wanted: Impersonation) -> str:
    """An identity as Go prints it with %#v."""
    groups = _strings(wanted.groups) if wanted.groups else "[]string(nil)"
    extra = "map[string][]string(nil)"
    if wanted.extra:
        pairs = (f'"{key}":{_strings(values)}' for key, values in sorted(_extra(wanted).items()))
        extra = f"map[string][]string{{{', '.join(pairs)}}}"
    return f'&user.DefaultInfo{{Name:"", UID:"{wanted.uid}", Groups:{groups}, Extra:{extra}}}'


def _strings(texts: tuple[str, ...]) -> str:
    listed = ", ".join(f'"{text}"' for text in texts)
    return f"[]string{{{listed}}}"
