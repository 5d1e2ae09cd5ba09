"""ReplicaSet.

Source: k8s.io/kubernetes pkg/apis/apps (validation), pkg/registry/apps/replicaset (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds import workloads
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, number, template_columns
from tuik8s.api.kinds.strategy import drop_status, first
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object

_COUNTERS = (
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "terminatingReplicas",
    "observedGeneration",
)


def default(replica_set: Object) -> None:
    first(workloads.fill_template(replica_set), "replicas", 1)
    workloads.show_zeros(replica_set, "replicas")


def prepare_for_create(replica_set: Object, now_ms: int) -> None:
    drop_status(replica_set, now_ms)
    workloads.show_zeros(replica_set, "replicas")


def validate(replica_set: Object) -> list[FieldError]:
    errors: Errors = []
    spec = replica_set["spec"]
    nonnegative(errors, "spec.replicas", spec.get("replicas"))
    nonnegative(errors, "spec.minReadySeconds", spec.get("minReadySeconds"))
    workloads.replicated(errors, spec, "ReplicaSet")
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status = new.get("status") or {}
    workloads.counters(errors, status, *_COUNTERS)
    parts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    workloads.not_more_than_replicas(errors, status, *parts)
    detail = "cannot be greater than readyReplicas"
    workloads.available_not_more_than_ready(errors, status, detail)
    return errors


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    validate=validate,
    validate_update=workloads.with_fixed_selector(validate),
    validate_status=validate_status,
    warnings=workloads.workload_warnings,
    columns=(
        NAME,
        number("Desired", field("spec.replicas", 0), "@spec.replicas"),
        number("Current", field("status.replicas", 0), "@status.replicas"),
        number("Ready", field("status.readyReplicas", 0), "@status.readyReplicas"),
        AGE,
        *template_columns(),
    ),
    selectable={
        "metadata.name": "metadata.name",
        "metadata.namespace": "metadata.namespace",
        "status.replicas": "status.replicas",
    },
)
