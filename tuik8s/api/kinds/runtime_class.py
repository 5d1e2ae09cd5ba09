"""RuntimeClass.

Source: k8s.io/kubernetes pkg/apis/node/validation (1.36).
"""

from __future__ import annotations

from tuik8s.api import names
from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import affinity
from tuik8s.api.kinds.pod_spec.defaults import round_up
from tuik8s.api.kinds.printing import AGE, NAME, field, text
from tuik8s.api.kinds.validation.labels import label_map
from tuik8s.api.kinds.validation.resources import requirements
from tuik8s.api.kinds.validation.text import check
from tuik8s.api.kinds.validation.values import Errors, immutable
from tuik8s.api.types import Object


def default(runtime_class: Object) -> None:
    round_up((runtime_class.get("overhead") or {}).get("podFixed"))


def validate(runtime_class: Object) -> list[FieldError]:
    errors: Errors = []
    check(errors, "handler", runtime_class.get("handler", ""), names.dns1123_label)
    fixed = (runtime_class.get("overhead") or {}).get("podFixed")
    if fixed:
        requirements(errors, "overhead.podFixed", {"limits": fixed})
    scheduling = runtime_class.get("scheduling")
    if scheduling is not None:
        label_map(errors, "scheduling.nodeSelector", scheduling.get("nodeSelector"))
        affinity.tolerations(errors, "scheduling.tolerations", scheduling.get("tolerations") or [])
    return errors


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    immutable(errors, "handler", new.get("handler"), old.get("handler"))
    return errors


RULES = Rules(
    default=default,
    validate=validate,
    validate_update=validate_update,
    columns=(NAME, text("Handler", field("handler"), "@handler"), AGE),
    generation_ignores=None,
    unconditional_update=False,
    create_on_update=True,
)
