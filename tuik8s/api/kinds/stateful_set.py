"""StatefulSet.

Source: k8s.io/kubernetes pkg/apis/apps, pkg/registry/apps/statefulset (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api import names
from tuik8s.api.errors import FieldError, forbidden, invalid, not_supported, required
from tuik8s.api.kinds import workloads
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod_spec import claim_spec, template, warnings
from tuik8s.api.kinds.printing import AGE, NAME, containers, text
from tuik8s.api.kinds.strategy import first, first_text, fresh_status
from tuik8s.api.kinds.validation.values import Errors, nonnegative, same
from tuik8s.api.meta import copy_value
from tuik8s.api.types import Object

_RETENTION: Final = ("Retain", "Delete")
_CHANGEABLE: Final = (
    "replicas",
    "ordinals",
    "template",
    "updateStrategy",
    "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy",
    "minReadySeconds",
)
_FIXED: Final = (
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
    "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
    "'minReadySeconds' are forbidden"
)
_STATUS: Final = (
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
)


def default(stateful_set: Object) -> None:
    spec = workloads.fill_template(stateful_set)
    first_text(spec, "podManagementPolicy", "OrderedReady")
    if spec.get("updateStrategy") is None:
        spec["updateStrategy"] = {}
    _default_strategy(spec["updateStrategy"])
    if spec.get("persistentVolumeClaimRetentionPolicy") is None:
        spec["persistentVolumeClaimRetentionPolicy"] = {}
    for field in ("whenDeleted", "whenScaled"):
        first_text(spec["persistentVolumeClaimRetentionPolicy"], field, "Retain")
    first(spec, "replicas", 1)
    first(spec, "revisionHistoryLimit", 10)
    first(spec, "serviceName", "")
    for claim in spec.get("volumeClaimTemplates") or ():
        first_text(claim, "kind", "PersistentVolumeClaim")
        first_text(claim, "apiVersion", "v1")
        first(claim, "metadata", {})
        first(claim, "spec", {})
        claim_spec.fill(claim["spec"])
        first(claim, "status", {})
        first_text(claim["status"], "phase", "Pending")
    workloads.show_zeros(stateful_set, "replicas", "availableReplicas")


def _default_strategy(strategy: Object) -> None:
    first_text(strategy, "type", "RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        if strategy.get("rollingUpdate") is None:
            strategy["rollingUpdate"] = {}
        first(strategy["rollingUpdate"], "partition", 0)
    if strategy.get("rollingUpdate") is not None:
        # The feature that gives it a meaning is off.
        strategy["rollingUpdate"].pop("maxUnavailable", None)


def validate(stateful_set: Object) -> list[FieldError]:
    errors: Errors = []
    spec = stateful_set["spec"]
    _policies(errors, spec)
    for field in ("replicas", "minReadySeconds"):
        nonnegative(errors, f"spec.{field}", spec.get(field))
    if spec.get("ordinals") is not None:
        nonnegative(errors, "spec.ordinals.start", spec["ordinals"].get("start"))
    value, own = spec.get("selector"), spec.get("template") or {}
    empty = "empty selector is invalid for statefulset"
    workloads.pod_selector(errors, "spec.selector", value, empty)
    chosen = workloads.parsed_selector(errors, "spec.selector", value, "")
    if chosen is not None:
        template.matches_selector(errors, "spec.template", own, chosen)
        template.validate(errors, "spec.template", _with_claims(spec))
    template.always_running(errors, "spec.template", own)
    if (own.get("spec") or {}).get("activeDeadlineSeconds") is not None:
        detail = "activeDeadlineSeconds in StatefulSet is not Supported"
        errors.append(forbidden("spec.template.spec.activeDeadlineSeconds", detail))
    return errors


def _policies(errors: Errors, spec: Object) -> None:
    policy = spec.get("podManagementPolicy", "")
    if not policy:
        errors.append(required("spec.podManagementPolicy"))
    elif policy not in ("OrderedReady", "Parallel"):
        detail = "must be 'OrderedReady' or 'Parallel'"
        errors.append(invalid("spec.podManagementPolicy", policy, detail))
    strategy = spec.get("updateStrategy") or {}
    kind, rolling = strategy.get("type", ""), strategy.get("rollingUpdate")
    at = "spec.updateStrategy"
    shown = rolling and {"Partition": rolling.get("partition", 0), "MaxUnavailable": None}
    if not kind:
        errors.append(required(at))
    elif kind == "OnDelete":
        if rolling is not None:
            detail = "only allowed for updateStrategy 'RollingUpdate'"
            errors.append(invalid(f"{at}.rollingUpdate", shown, detail))
    elif kind == "RollingUpdate":
        if rolling is not None:
            nonnegative(errors, f"{at}.rollingUpdate.partition", rolling.get("partition"))
    else:
        detail = "must be 'RollingUpdate' or 'OnDelete'"
        errors.append(invalid(at, {"Type": kind, "RollingUpdate": shown}, detail))
    retention = spec.get("persistentVolumeClaimRetentionPolicy") or {}
    for field in ("whenDeleted", "whenScaled"):
        if retention.get(field, "") not in _RETENTION:
            where = f"spec.persistentVolumeClaimRetentionPolicy.{field}"
            errors.append(not_supported(where, retention.get(field, ""), _RETENTION))


def _with_claims(spec: Object) -> Object:
    """The template with a volume for each claim template, since pods will have them."""
    own = spec.get("template") or {}
    claims = spec.get("volumeClaimTemplates") or []
    if not claims:
        return own
    pod_spec = dict(own.get("spec") or {})
    names_of_claims = [(claim.get("metadata") or {}).get("name", "") for claim in claims]
    kept = [v for v in pod_spec.get("volumes") or () if v.get("name") not in names_of_claims]
    added: list[Any] = [
        {"name": name, "persistentVolumeClaim": {"claimName": name}}
        for name in names_of_claims
        if name and not names.dns1123_label(name)
    ]
    return {**own, "spec": {**pod_spec, "volumes": [*kept, *added]}}


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors = validate(new)
    after: Object = copy_value(new["spec"])
    for field in _CHANGEABLE:
        if field in old["spec"]:
            after[field] = old["spec"][field]
        else:
            after.pop(field, None)
    if not same(after, old["spec"]):
        errors.append(forbidden("spec", _FIXED))
    return errors


def validate_status(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    status = new.get("status") or {}
    workloads.counters(errors, status, *_STATUS, "observedGeneration", "collisionCount")
    workloads.not_more_than_replicas(errors, status, *_STATUS[1:])
    detail = "cannot be greater than status.readyReplicas"
    workloads.available_not_more_than_ready(errors, status, detail)
    workloads.collision_count(errors, new, old)
    return errors


def warn(new: Object, old: Object | None) -> list[str]:
    spec = new["spec"]
    found = workloads.template_warnings(new, old)
    for i, claim in enumerate(spec.get("volumeClaimTemplates") or ()):
        at = f"spec.volumeClaimTemplates[{i}].spec"
        found += warnings.claim_spec(at, claim.get("spec") or {})
    limit = spec.get("revisionHistoryLimit")
    if limit is not None and limit < 0:
        found.append(
            "spec.revisionHistoryLimit: a negative value retains all historical revisions; "
            "a value >= 0 is recommended"
        )
    return found


def _ready(stateful_set: Object, now_ms: int) -> Any:
    ready = (stateful_set.get("status") or {}).get("readyReplicas", 0)
    return f"{ready}/{(stateful_set.get('spec') or {}).get('replicas', 0)}"


RULES = Rules(
    default=default,
    prepare_for_create=fresh_status(replicas=0, availableReplicas=0),
    validate=validate,
    validate_update=validate_update,
    validate_status=validate_status,
    warnings=warn,
    columns=(
        NAME,
        text("Ready", _ready, "Number of the pod with ready state"),
        AGE,
        *containers(),
    ),
    validate_name=names.name_is_label,
)
