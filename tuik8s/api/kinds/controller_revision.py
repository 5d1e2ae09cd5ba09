"""ControllerRevision: a stored template of a DaemonSet or StatefulSet.

Source: k8s.io/kubernetes pkg/apis/apps/validation (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.errors import FieldError, required
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, NONE, field, number, text
from tuik8s.api.kinds.validation.values import Errors, immutable, nonnegative
from tuik8s.api.meta import controller_of, split_api_version
from tuik8s.api.types import Object


def validate(revision: Object) -> list[FieldError]:
    errors: Errors = []
    if revision.get("data") is None:
        errors.append(required("data", "data is mandatory"))
    nonnegative(errors, "revision", revision.get("revision"))
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    immutable(errors, "data", new.get("data"), old.get("data"))
    return errors


def _controller(revision: Object, now_ms: int) -> Any:
    owner = controller_of(revision)
    if owner is None:
        return NONE
    group, _ = split_api_version(owner.get("apiVersion", ""))
    kind = owner.get("kind", "").lower()
    return f"{kind}.{group}/{owner.get('name', '')}" if group else f"{kind}/{owner.get('name')}"


RULES = Rules(
    validate=validate,
    validate_update=validate_update,
    columns=(
        NAME,
        text("Controller", _controller, "Controller of the object"),
        number("Revision", field("revision", 0), "@revision"),
        AGE,
    ),
    generation_ignores=None,
)
