"""Ephemeral containers: the few fields they may have.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from typing import Final

from tuik8s.api.errors import duplicate, forbidden, not_found_field
from tuik8s.api.kinds.pod_spec.containers import (
    Surroundings,
    any_container,
    no_surrounding_blanks,
)
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object

_NOT_ALLOWED: Final = "cannot be set for an Ephemeral Container"
_FORBIDDEN_FIELDS: Final = (
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
)


def validate(
    errors: Errors, path: str, containers: list[Object], others: list[Object], pod: Surroundings
) -> None:
    """`others` are the regular and init containers of the pod."""
    other_names = {container.get("name", "") for container in others}
    names = set(other_names)
    for i, container in enumerate(containers):
        at, name = f"{path}[{i}]", container.get("name", "")
        any_container(errors, at, container, pod)
        no_surrounding_blanks(errors, path, [*([{}] * i), container])
        if name in names:
            errors.append(duplicate(f"{at}.name", name))
        names.add(name)
        target = container.get("targetContainerName", "")
        if target and target not in other_names:
            errors.append(not_found_field(f"{at}.targetContainerName", target))
        for field in _FORBIDDEN_FIELDS:
            if container.get(field):
                errors.append(forbidden(f"{at}.{field}", _NOT_ALLOWED))
        for j, mount in enumerate(container.get("volumeMounts") or ()):
            for field in ("subPath", "subPathExpr"):
                if mount.get(field):
                    errors.append(forbidden(f"{at}.volumeMounts[{j}].{field}", _NOT_ALLOWED))
