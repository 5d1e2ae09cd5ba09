"""Deployment.

Source: k8s.io/kubernetes pkg/apis/apps, pkg/registry/apps/deployment (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds import workloads
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.printing import AGE, NAME, field, template_columns, text
from tuik8s.api.kinds.strategy import drop_status, first, first_text, keep_field
from tuik8s.api.kinds.validation.values import Errors, nonnegative
from tuik8s.api.types import Object


def default(deployment: Object) -> None:
    spec = workloads.fill_template(deployment)
    first(spec, "replicas", 1)
    first(spec, "revisionHistoryLimit", 10)
    first(spec, "progressDeadlineSeconds", 600)
    if spec.get("strategy") is None:
        spec["strategy"] = {}
    strategy = spec["strategy"]
    first_text(strategy, "type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        if strategy.get("rollingUpdate") is None:
            strategy["rollingUpdate"] = {}
        first(strategy["rollingUpdate"], "maxUnavailable", "25%")
        first(strategy["rollingUpdate"], "maxSurge", "25%")


def validate(deployment: Object) -> list[FieldError]:
    errors: Errors = []
    spec = deployment["spec"]
    nonnegative(errors, "spec.replicas", spec.get("replicas"))
    # Upstream calls the template's controller by the kind it will really belong to.
    workloads.replicated(errors, spec, "ReplicaSet")
    _strategy(errors, "spec.strategy", spec.get("strategy") or {})
    nonnegative(errors, "spec.minReadySeconds", spec.get("minReadySeconds"))
    nonnegative(errors, "spec.revisionHistoryLimit", spec.get("revisionHistoryLimit"))
    deadline = spec.get("progressDeadlineSeconds")
    if deadline is not None:
        nonnegative(errors, "spec.progressDeadlineSeconds", deadline)
        if deadline <= spec.get("minReadySeconds", 0):
            detail = "must be greater than minReadySeconds"
            errors.append(invalid("spec.progressDeadlineSeconds", deadline, detail))
    return errors


def _strategy(errors: Errors, path: str, strategy: Object) -> None:
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    at = f"{path}.rollingUpdate"
    if kind == "Recreate":
        if rolling is not None:
            detail = "may not be specified when strategy `type` is 'Recreate'"
            errors.append(forbidden(at, detail))
    elif kind == "RollingUpdate":
        if rolling is None:
            errors.append(required(at, "this should be defaulted and never be nil"))
        else:
            workloads.rolling_deployment(errors, at, rolling)
    else:
        shown = {"Type": kind, "RollingUpdate": rolling}
        errors.append(not_supported(path, shown, ("Recreate", "RollingUpdate")))


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status = new.get("status") or {}
    fields = (
        "observedGeneration",
        "replicas",
        "updatedReplicas",
        "readyReplicas",
        "availableReplicas",
        "unavailableReplicas",
        "terminatingReplicas",
        "collisionCount",
    )
    workloads.counters(errors, status, *fields)
    parts = ("updatedReplicas", "readyReplicas", "availableReplicas")
    workloads.not_more_than_replicas(errors, status, *parts)
    detail = "cannot be greater than readyReplicas"
    workloads.available_not_more_than_ready(errors, status, detail)
    workloads.collision_count(errors, new, old)
    return errors


def _ready(deployment: Object, now_ms: int) -> Any:
    ready = (deployment.get("status") or {}).get("readyReplicas", 0)
    return f"{ready}/{(deployment.get('spec') or {}).get('replicas', 0)}"


def keep_labels(new: Object, old: Object) -> None:
    """An update of /status leaves the labels of a Deployment alone too."""
    keep_field(new["metadata"], old["metadata"], "labels")


RULES = Rules(
    default=default,
    prepare_for_create=drop_status,
    prepare_for_status=keep_labels,
    validate=validate,
    validate_update=workloads.with_fixed_selector(validate),
    validate_status=validate_status,
    warnings=workloads.workload_warnings,
    columns=(
        NAME,
        text("Ready", _ready, "Number of the pod with ready state"),
        text(
            "Up-to-date",
            field("status.updatedReplicas", 0),
            "@status.updatedReplicas",
        ),
        text("Available", field("status.availableReplicas", 0), "@status.availableReplicas"),
        AGE,
        *template_columns(),
    ),
    generation_counts_annotations=True,
)
