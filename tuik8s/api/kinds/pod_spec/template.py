"""Pod templates: the metadata and spec that workloads stamp pods from.

Source: k8s.io/kubernetes pkg/apis/core/validation (1.36), ValidatePodTemplateSpec.
"""

from __future__ import annotations

from typing import Any

from tuik8s.api import selectors
from tuik8s.api.errors import forbidden, invalid, not_supported, required
from tuik8s.api.kinds.pod_spec import defaults, pod_annotations, spec, warnings
from tuik8s.api.kinds.validation.labels import annotation_map, label_map
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.types import Object


def fill(template: Object) -> None:
    """Defaults of a pod template, in place."""
    template.setdefault("metadata", {})
    pod_spec = template.get("spec")
    if pod_spec is None:
        pod_spec = template["spec"] = {}
    defaults.fill_spec(pod_spec)
    if template["metadata"] is None:
        template["metadata"] = {}


def validate(errors: Errors, path: str, template: Object) -> None:
    metadata, pod_spec = template.get("metadata") or {}, template.get("spec") or {}
    label_map(errors, f"{path}.labels", metadata.get("labels"))
    given = metadata.get("annotations")
    annotation_map(errors, f"{path}.annotations", given)
    pod_annotations.validate(errors, f"{path}.annotations", given, pod_spec)
    spec.validate(errors, f"{path}.spec", pod_spec)
    pod_annotations.fields_agree(errors, f"{path}.spec", given, pod_spec)
    if pod_spec.get("ephemeralContainers"):
        detail = "ephemeral containers not allowed in pod template"
        errors.append(forbidden(f"{path}.spec.ephemeralContainers", detail))


def validate_for(
    errors: Errors, path: str, template: Object | None, selector: selectors.LabelSelector, kind: str
) -> None:
    """A template of a controller that keeps pods running and finds them by a selector."""
    if template is None:
        errors.append(required(path))
        return
    matches_selector(errors, path, template, selector)
    validate(errors, path, template)
    always_running(errors, path, template)
    pod_spec = template.get("spec") or {}
    if pod_spec.get("activeDeadlineSeconds") is not None:
        detail = f"activeDeadlineSeconds in {kind} is not Supported"
        errors.append(forbidden(f"{path}.spec.activeDeadlineSeconds", detail))


def matches_selector(
    errors: Errors, path: str, template: Object, selector: selectors.LabelSelector
) -> None:
    labels: dict[str, Any] | None = (template.get("metadata") or {}).get("labels")
    if not selector.everything and not selector.matches(labels or {}):
        detail = "`selector` does not match template `labels`"
        errors.append(invalid(f"{path}.metadata.labels", labels, detail))


def always_running(errors: Errors, path: str, template: Object) -> None:
    policy = (template.get("spec") or {}).get("restartPolicy", "")
    if policy != "Always":
        errors.append(not_supported(f"{path}.spec.restartPolicy", policy, ("Always",)))


def warn(template: Object | None, prefix: str) -> list[str]:
    """Warnings about a template; `prefix` is its path with a dot (`spec.template.`)."""
    if not template:
        return []
    metadata, pod_spec = template.get("metadata") or {}, template.get("spec") or {}
    return warnings.of_pod(pod_spec, metadata, prefix)
