"""DaemonSet.

Source: k8s.io/kubernetes pkg/apis/apps, pkg/registry/apps/daemonset (1.36).
"""

from __future__ import annotations

from typing import Any

from tuik8s.api import selectors
from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds import workloads
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import template
from tuik8s.api.kinds.printing import AGE, NAME, field, labels_text, number, template_columns, text
from tuik8s.api.kinds.strategy import drop_status, first, first_text
from tuik8s.api.kinds.validation.labels import is_convertible, selector
from tuik8s.api.kinds.validation.values import (
    Errors,
    at_most_hundred_percent,
    is_zero,
    nonnegative,
    same,
)
from tuik8s.api.meta import set_annotation
from tuik8s.api.numbers import parse_int
from tuik8s.api.types import Object

TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
_SHOWN = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
)


def default(daemon_set: Object) -> None:
    spec = workloads.fill_template(daemon_set)
    if spec.get("updateStrategy") is None:
        spec["updateStrategy"] = {}
    strategy = spec["updateStrategy"]
    first_text(strategy, "type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        if strategy.get("rollingUpdate") is None:
            strategy["rollingUpdate"] = {}
        first(strategy["rollingUpdate"], "maxUnavailable", 1)
        first(strategy["rollingUpdate"], "maxSurge", 0)
    first(spec, "revisionHistoryLimit", 10)
    workloads.show_zeros(daemon_set, *_SHOWN)


def prepare_for_create(daemon_set: Object, now_ms: int) -> None:
    drop_status(daemon_set, now_ms)
    workloads.show_zeros(daemon_set, *_SHOWN)
    set_annotation(daemon_set, TEMPLATE_GENERATION, "1")


def prepare_for_update(new: Object, old: Object, now_ms: int) -> None:
    annotations = (old.get("metadata") or {}).get("annotations") or {}
    generation = annotations.get(TEMPLATE_GENERATION, "0")
    if not same(new["spec"].get("template"), old["spec"].get("template")):
        generation = str((parse_int(generation) or 0) + 1)
    set_annotation(new, TEMPLATE_GENERATION, generation)


def validate(daemon_set: Object) -> list[FieldError]:
    errors: Errors = []
    spec = daemon_set["spec"]
    value, own = spec.get("selector"), spec.get("template") or {}
    selector(errors, "spec.selector", value)
    labels = (own.get("metadata") or {}).get("labels")
    if is_convertible(value) and not selectors.selector_of(value).matches(labels or {}):
        detail = "`selector` does not match template `labels`"
        errors.append(invalid("spec.template.metadata.labels", labels, detail))
    if value is not None and not value.get("matchLabels") and not value.get("matchExpressions"):
        errors.append(invalid("spec.selector", value, "empty selector is invalid for daemonset"))
    template.validate(errors, "spec.template", own)
    template.always_running(errors, "spec.template", own)
    if (own.get("spec") or {}).get("activeDeadlineSeconds") is not None:
        detail = "activeDeadlineSeconds in DaemonSet is not Supported"
        errors.append(forbidden("spec.template.spec.activeDeadlineSeconds", detail))
    nonnegative(errors, "spec.minReadySeconds", spec.get("minReadySeconds"))
    _strategy(errors, "spec.updateStrategy", spec.get("updateStrategy") or {})
    nonnegative(errors, "spec.revisionHistoryLimit", spec.get("revisionHistoryLimit"))
    return errors


def _strategy(errors: Errors, path: str, strategy: Object) -> None:
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    if kind == "RollingUpdate":
        if rolling is None:
            errors.append(required(f"{path}.rollingUpdate"))
        else:
            _rolling(errors, f"{path}.rollingUpdate", rolling)
    elif kind != "OnDelete":
        shown = {"Type": kind, "RollingUpdate": rolling}
        errors.append(not_supported(path, shown, ("RollingUpdate", "OnDelete")))


def _rolling(errors: Errors, path: str, rolling: Object) -> None:
    workloads.surge_and_unavailable(errors, path, rolling)
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    if not is_zero(unavailable) and not is_zero(surge):
        detail = "may not be set when maxUnavailable is non-zero"
        errors.append(invalid(f"{path}.maxSurge", surge, detail))
    elif is_zero(unavailable) and is_zero(surge):
        errors.append(required(f"{path}.maxUnavailable", "cannot be 0 when maxSurge is 0"))
    for name, value in (("maxUnavailable", unavailable), ("maxSurge", surge)):
        if value is not None:
            at_most_hundred_percent(errors, f"{path}.{name}", value)


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status = new.get("status") or {}
    fields = (
        *_SHOWN,
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount",
    )
    workloads.counters(errors, status, *fields)
    workloads.collision_count(errors, new, old)
    return errors


def _node_selector(daemon_set: Object, now_ms: int) -> Any:
    own = (daemon_set.get("spec") or {}).get("template") or {}
    return labels_text((own.get("spec") or {}).get("nodeSelector"))


def _count(path: str) -> Any:
    return field(f"status.{path}", 0)


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    prepare_for_update=prepare_for_update,
    validate=validate,
    validate_update=workloads.with_fixed_selector(validate),
    validate_status=validate_status,
    warnings=workloads.template_warnings,
    columns=(
        NAME,
        number("Desired", _count("desiredNumberScheduled"), "@status.desiredNumberScheduled"),
        number("Current", _count("currentNumberScheduled"), "@status.currentNumberScheduled"),
        number("Ready", _count("numberReady"), "@status.numberReady"),
        number("Up-to-date", _count("updatedNumberScheduled"), "@status.updatedNumberScheduled"),
        number("Available", _count("numberAvailable"), "@status.numberAvailable"),
        text("Node Selector", _node_selector, "@spec.template.spec.nodeSelector"),
        AGE,
        *template_columns(),
    ),
)
