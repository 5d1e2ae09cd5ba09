"""SelfSubjectReview: who am I; TokenReview: whose token is this.

Source: k8s.io/kubernetes pkg/registry/authentication (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.errors import ApiError, bad_request
from tuik8s.api.times import format_time
from tuik8s.api.types import Object, User
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.authentication.base import Credentials
from tuik8s.components.apiserver.authentication.service_accounts import audiences_of
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.options import WriteOptions
from tuik8s.components.apiserver.rendering import object_answer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def user_info(user: User) -> Object:
    """A user as authentication.k8s.io/v1 UserInfo."""
    info: Object = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    if user.groups:
        info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = {key: list(values) for key, values in user.extra.items()}
    return info


def review_self(core: Core, call: Call, obj: Object, options: WriteOptions) -> Answer:
    """Answer with the asker's own identity."""
    obj["metadata"] = {"creationTimestamp": format_time(call.now_ms)}
    obj["status"] = {"userInfo": user_info(call.user)}
    return object_answer(core, call, obj, 201)


def review_token(core: Core, call: Call, obj: Object, options: WriteOptions) -> Answer:
    """Answer whose token it is, if anybody's."""
    spec, own = obj.get("spec") or {}, core.config.issuer
    token = spec.get("token")
    if not token:
        raise bad_request("token is required for TokenReview in authentication")
    asked = tuple(spec.get("audiences") or (own,))
    try:
        user = core.authentication.user(Credentials(token=token, audiences=asked), call.now_ms)
    except ApiError:
        obj["status"] = {"user": {}, "error": "invalid bearer token"}
        return object_answer(core, call, obj, 201)
    meant = [audience for audience in audiences_of(token) or (own,) if audience in asked]
    obj["status"] = {"authenticated": True, "user": user_info(user), "audiences": meant}
    return object_answer(core, call, obj, 201)
