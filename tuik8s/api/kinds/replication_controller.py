"""ReplicationController.

Source: k8s.io/kubernetes pkg/apis/core, pkg/registry/core/replicationcontroller (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api import selectors
from tuik8s.api.errors import FieldError, required
from tuik8s.api.kinds import workloads
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.printing import AGE, NAME, field, labels_text, number, template_columns
from tuik8s.api.kinds.strategy import first, fresh_status, spec_of
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object


def default(controller: Object) -> None:
    spec = spec_of(controller)
    own = spec.get("template")
    if own is not None:
        template.fill(own)
        labels = own["metadata"].get("labels")
        metadata = controller.setdefault("metadata", {})
        if labels and not spec.get("selector"):
            spec["selector"] = dict(labels)
        if labels and not metadata.get("labels"):
            metadata["labels"] = dict(labels)
    first(spec, "replicas", 1)
    workloads.show_zeros(controller, "replicas")


def validate(controller: Object) -> list[FieldError]:
    errors: Errors = []
    spec = controller["spec"]
    nonnegative(errors, "spec.minReadySeconds", spec.get("minReadySeconds"))
    labels = spec.get("selector") or {}
    if not labels:
        errors.append(required("spec.selector"))
    nonnegative(errors, "spec.replicas", spec.get("replicas"))
    chosen = selectors.selector_of_map(labels)
    own = spec.get("template")
    template.validate_for(errors, "spec.template", own, chosen, "ReplicationController")
    return errors


def _selector(controller: Object, now_ms: int) -> Any:
    return labels_text((controller.get("spec") or {}).get("selector"))


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(replicas=0),
    validate=validate,
    validate_status=workloads.validate_replica_status,
    warnings=workloads.workload_warnings,
    columns=(
        NAME,
        number("Desired", field("spec.replicas", 0), "@spec.replicas"),
        number("Current", field("status.replicas", 0), "@status.replicas"),
        number("Ready", field("status.readyReplicas", 0), "@status.readyReplicas"),
        AGE,
        *template_columns(_selector),
    ),
    selectable={
        "metadata.name": "metadata.name",
        "metadata.namespace": "metadata.namespace",
        "status.replicas": "status.replicas",
    },
    default_propagation="Orphan",
)
