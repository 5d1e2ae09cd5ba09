"""SubjectAccessReview in its three forms: may they do this.

Source: k8s.io/kubernetes pkg/registry/authorization (1.36).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuik8s.api.errors import FieldError, invalid, invalid_object
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
    _check(obj, call, needs_user=False)
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
    _check(obj, call, needs_user=True)
    return _review(core, call, obj, user)


def _check(obj: Object, call: Call, *, needs_user: bool) -> None:
    """Refuse what asks for nothing, for two things, or for nobody. Raises ApiError (422)."""
    spec, errors = obj.get("spec") or {}, list[FieldError]()
    asked, other = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if asked is not None and other is not None:
        shown = {"Path": other.get("path") or "", "Verb": other.get("verb") or ""}
        why = "cannot be specified in combination with resourceAttributes"
        errors.append(invalid("spec.nonResourceAttributes", shown, why))
    if asked is None and other is None:
        why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        errors.append(invalid("spec.resourceAttributes", None, why))
    if needs_user and not spec.get("user") and not spec.get("groups"):
        why = "at least one of user or group must be specified"
        errors.append(invalid("spec.user", "", why))
    local = call.kind.namespaced
    meta = {k: v for k, v in obj["metadata"].items() if k not in ("managedFields", "namespace")}
    if meta:
        shown_meta = {**meta, "managedFields": obj["metadata"].get("managedFields", [])}
        errors.append(invalid("metadata", shown_meta, "must be empty"))
    if local and asked is not None and asked.get("namespace") != call.request.namespace:
        why = "must match metadata.namespace"
        field = "spec.resourceAttributes.namespace"
        errors.append(invalid(field, asked.get("namespace") or "", why))
    if errors:
        raise invalid_object(call.kind.group, "", "", errors)


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
