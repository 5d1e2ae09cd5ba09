"""PodTemplate.

Source: k8s.io/kubernetes pkg/apis/core/validation, pkg/registry/core/podtemplate (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.printing import NAME, labels_text, text
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object


def default(obj: Object) -> None:
    if obj.get("template") is None:
        obj["template"] = {}
    template.fill(obj["template"])


def validate(obj: Object) -> list[FieldError]:
    errors: Errors = []
    template.validate(errors, "template", obj.get("template") or {})
    return errors


def warn(new: Object, old: Object | None) -> list[str]:
    return template.warn(new.get("template"), "template.")


def _joined(key: str) -> Any:
    def cell(obj: Object, now_ms: int) -> Any:
        spec = (obj.get("template") or {}).get("spec") or {}
        return ",".join(container.get(key, "") for container in spec.get("containers") or ())

    return cell


def _labels(obj: Object, now_ms: int) -> Any:
    return labels_text(((obj.get("template") or {}).get("metadata") or {}).get("labels"))


RULES = Rules(
    default=default,
    validate=validate,
    warnings=warn,
    columns=(
        NAME,
        text("Containers", _joined("name"), "Names of each container in the template."),
        text("Images", _joined("image"), "Images referenced by each container in the template."),
        text("Pod Labels", _labels, "The labels for the pod template."),
    ),
    delete_returns_object=True,
)
