"""SubjectAccessReview in its three forms: may they do this.

Source: k8s.io/kubernetes pkg/registry/authorization (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.types import Object, User
from tuik8s.components.apiserver.answers import Answer
from tuik8s.components.apiserver.authorization.base import Attributes
from tuik8s.components.apiserver.call import Call
from tuik8s.components.apiserver.options import WriteOptions
from tuik8s.components.apiserver.rendering import object_answer

if TYPE_CHECKING:
    from tuik8s.components.apiserver.core import Core


def review_self(core: Core, call: Call, obj: Object, options: WriteOptions) -> Answer:
    """Answer for the asker."""
    return _review(core, call, obj, call.user)


def review_subject(core: Core, call: Call, obj: Object, options: WriteOptions) -> Answer:
    """Answer for the user that the object names."""
    spec = obj.get("spec") or {}
    extra = {key: tuple(values) for key, values in (spec.get("extra") or {}).items()}
    user = User(
        name=spec.get("user") or "",
        uid=spec.get("uid") or "",
        groups=tuple(spec.get("groups") or ()),
        extra=extra,
    )
    return _review(core, call, obj, user)


def _review(core: Core, call: Call, obj: Object, user: User) -> Answer:
    spec = obj.get("spec") or {}
    decision = core.authorization.decide(attributes_of(user, spec))
    status: Object = {"allowed": bool(decision.allowed)}
    if decision.reason:
        status["reason"] = decision.reason
    obj["status"] = status
    return object_answer(core, call, obj, 201)


def attributes_of(user: User, spec: Object) -> Attributes:
    """What a review's spec asks for."""
    asked = spec.get("resourceAttributes")
    if asked is not None:
        return Attributes(
            user=user,
            verb=asked.get("verb") or "",
            group=asked.get("group") or "",
            version=asked.get("version") or "",
            resource=asked.get("resource") or "",
            subresource=asked.get("subresource") or "",
            namespace=asked.get("namespace") or "",
            name=asked.get("name") or "",
        )
    other = spec.get("nonResourceAttributes") or {}
    return Attributes(user=user, verb=other.get("verb") or "", path=other.get("path") or "")
