"""What /resize of a pod may do: change cpu and memory of containers, and not their class.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36), ValidatePodResize.
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import forbidden, invalid
from tuik8s.api.kinds.pod_spec.pod_annotations import MIRROR
from tuik8s.api.kinds.pod_spec.resources import qos_class
from tuik8s.api.kinds.validation.values import Errors, same
from tuik8s.api.types import Object

# Upstream gives these errors a path without a name.
_NOWHERE: Final = "[]"
_RESIZABLE: Final = ("cpu", "memory")


def validate(new: Object, old: Object) -> Errors:
    """Errors of a resize, besides those of the new spec itself."""
    if MIRROR in (old["metadata"].get("annotations") or {}):
        return [forbidden(_NOWHERE, "static pods cannot be resized")]
    if (old["spec"].get("os") or {}).get("name") == "windows":
        return [forbidden(_NOWHERE, "windows pods cannot be resized")]
    errors: Errors = []
    after, before = qos_class(new["spec"]), qos_class(old["spec"])
    if after != before:
        detail = "Pod QOS Class may not change as a result of resizing"
        errors.append(invalid("spec", (new.get("status") or {}).get("qosClass", ""), detail))
    only_resizable = True
    for field in ("containers", "initContainers"):
        pairs = zip(new["spec"].get(field) or (), old["spec"].get(field) or (), strict=False)
        for i, (container, was) in enumerate(pairs):
            resources, had = container.get("resources") or {}, was.get("resources") or {}
            _nothing_removed(errors, f"spec.{field}[{i}].resources", resources, had)
            only_resizable &= same(_others(resources), _others(had))
    if not only_resizable:
        errors.append(forbidden("spec", "only cpu and memory resources are mutable"))
    return errors


def _nothing_removed(errors: Errors, path: str, resources: Object, had: Object) -> None:
    for field in ("requests", "limits"):
        left = resources.get(field) or {}
        if any(name in _RESIZABLE and name not in left for name in had.get(field) or ()):
            errors.append(forbidden(f"{path}.{field}", f"resource {field} cannot be removed"))


def _others(resources: Object) -> dict[str, Any]:
    """All that a resize must leave alone."""
    out: dict[str, Any] = {"claims": resources.get("claims")}
    for field in ("requests", "limits"):
        amounts = resources.get(field) or {}
        out[field] = {name: amounts[name] for name in amounts if name not in _RESIZABLE}
    return out
