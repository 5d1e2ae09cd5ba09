"""ReplicaSet.

Source: k8s.io/kubernetes pkg/apis/apps (validation), pkg/registry/apps/replicaset (1.36).
"""

from __future__ import annotations

from tuik8s.api.errors import FieldError
from tuik8s.api.kinds import workloads
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, number, template_columns
from tuik8s.api.kinds.strategy import first, fresh_status
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object


def default(replica_set: Object) -> None:
    first(workloads.fill_template(replica_set), "replicas", 1)
    workloads.show_zeros(replica_set, "replicas")


def validate(replica_set: Object) -> list[FieldError]:
    errors: Errors = []
    spec = replica_set["spec"]
    nonnegative(errors, "spec.replicas", spec.get("replicas"))
    nonnegative(errors, "spec.minReadySeconds", spec.get("minReadySeconds"))
    workloads.replicated(errors, spec, "ReplicaSet")
    return errors


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(replicas=0),
    validate=validate,
    validate_update=workloads.with_fixed_selector(validate),
    validate_status=workloads.validate_replica_status,
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
