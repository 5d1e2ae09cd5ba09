"""Defaults, preparation, validation and warnings of pods.

Source: k8s.io/kubernetes pkg/registry/core/pod/strategy.go, pkg/apis/core/validation (1.36).
"""

from __future__ import annotations

from typing import Any, Final

from tuik8s.api.errors import FieldError, forbidden
from tuik8s.api.kinds.base import Rules
from tuik8s.api.kinds.pod import status, update
from tuik8s.api.kinds.pod.columns import COLUMNS
from tuik8s.api.kinds.pod_spec import defaults, pod_annotations, spec, warnings
from tuik8s.api.kinds.pod_spec.containers import no_surrounding_blanks
from tuik8s.api.kinds.pod_spec.resources import qos_class
from tuik8s.api.kinds.validation.values import Errors
from tuik8s.api.names import dns1123_label
from tuik8s.api.times import format_time
from tuik8s.api.types import Object

SELECTABLE: Final = {
    "metadata.name": "metadata.name",
    "metadata.namespace": "metadata.namespace",
    "spec.nodeName": "spec.nodeName",
    "spec.restartPolicy": "spec.restartPolicy",
    "spec.schedulerName": "spec.schedulerName",
    "spec.serviceAccountName": "spec.serviceAccountName",
    "spec.hostNetwork": "spec.hostNetwork",
    "status.phase": "status.phase",
    "status.podIP": "status.podIP",
    "status.podIPs": "status.podIPs",
    "status.nominatedNodeName": "status.nominatedNodeName",
}
_GATED: Final = "Scheduling is blocked due to non-empty scheduling gates"


def default(pod: Object) -> None:
    pod_spec = pod.get("spec")
    if pod_spec is None:
        pod_spec = pod["spec"] = {}
    defaults.fill_spec(pod_spec)
    defaults.fill_pod(pod)
    defaults.fill_host_ports(pod_spec)
    status.normalize_ips(pod)


def prepare_for_create(pod: Object, now_ms: int) -> None:
    pod_spec = pod["spec"]
    pod["status"] = {"phase": "Pending", "qosClass": qos_class(pod_spec)}
    if pod_spec.get("schedulingGates"):
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "lastTransitionTime": format_time(now_ms),
            "reason": "SchedulingGated",
            "message": _GATED,
        }
        pod["status"]["conditions"] = [condition]
    if pod_spec.get("terminationGracePeriodSeconds", 0) < 0:
        pod_spec["terminationGracePeriodSeconds"] = 1
    metadata = pod.get("metadata") or {}
    merge_label_keys(pod_spec, metadata.get("labels") or {})
    pod_annotations.from_annotations(metadata.get("annotations"), pod_spec)


def merge_label_keys(pod_spec: Object, labels: dict[str, str]) -> None:
    """matchLabelKeys become requirements of the selectors they stand beside."""
    affinity = pod_spec.get("affinity") or {}
    for field in ("podAffinity", "podAntiAffinity"):
        rules = affinity.get(field) or {}
        for term in rules.get("requiredDuringSchedulingIgnoredDuringExecution") or ():
            _merge_keys(term, labels)
        for weighted in rules.get("preferredDuringSchedulingIgnoredDuringExecution") or ():
            _merge_keys(weighted.get("podAffinityTerm") or {}, labels)
    for constraint in pod_spec.get("topologySpreadConstraints") or ():
        _merge_keys(constraint, labels)


def _merge_keys(term: Object, labels: dict[str, str]) -> None:
    selector = term.get("labelSelector")
    if selector is None:
        return
    for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
        for key in term.get(field) or ():
            if key in labels:
                requirement: dict[str, Any] = {
                    "key": key,
                    "operator": operator,
                    "values": [labels[key]],
                }
                found = selector.get("matchExpressions") or []
                selector["matchExpressions"] = [*found, requirement]


def validate(pod: Object) -> list[FieldError]:
    errors: Errors = []
    pod_spec = pod["spec"]
    given = pod["metadata"].get("annotations")
    metadata_and_spec(errors, pod)
    if pod_spec.get("ephemeralContainers"):
        errors.append(forbidden("spec.ephemeralContainers", "cannot be set on create"))
    if pod_spec.get("nodeName") and pod_spec.get("schedulingGates"):
        detail = "cannot be set until all schedulingGates have been cleared"
        errors.append(forbidden("spec.nodeName", detail))
    pod_annotations.fields_agree(errors, "spec", given, pod_spec)
    return errors


def metadata_and_spec(errors: Errors, pod: Object) -> None:
    """What every version of a pod must satisfy."""
    pod_spec, metadata = pod["spec"], pod["metadata"]
    pod_annotations.validate(errors, "metadata.annotations", metadata.get("annotations"), pod_spec)
    spec.validate(errors, "spec", pod_spec, metadata.get("name", ""), is_pod=True)
    if not pod_spec.get("serviceAccountName"):
        _no_tokens(errors, pod_spec)
    for field in ("containers", "initContainers"):
        no_surrounding_blanks(errors, f"spec.{field}", pod_spec.get(field) or [])


def _no_tokens(errors: Errors, pod_spec: Object) -> None:
    for i, volume in enumerate(pod_spec.get("volumes") or ()):
        for j, source in enumerate((volume.get("projected") or {}).get("sources") or ()):
            if source.get("serviceAccountToken") is not None:
                at = f"spec.volumes[{i}].projected.sources[{j}].serviceAccountToken"
                detail = "must not be specified when serviceAccountName is not set"
                errors.append(forbidden(at, detail))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    errors: Errors = []
    metadata_and_spec(errors, new)
    update.validate(errors, new, old)
    return errors


def warn(new: Object, old: Object | None) -> list[str]:
    metadata = new.get("metadata") or {}
    found = []
    given, pod_spec = metadata.get("annotations") or {}, new["spec"]
    if old is None:
        pod_profile = (pod_spec.get("securityContext") or {}).get("appArmorProfile")
        for _, container in pod_annotations.containers_of(pod_spec):
            key = pod_annotations.APP_ARMOR + container.get("name", "")
            if key in given and not pod_profile:
                found.append(warnings.app_armor(f"metadata.annotations[{key}]"))
        found += _name_warnings(metadata.get("name", ""))
    found += warnings.of_pod(pod_spec, metadata)
    return found


def _name_warnings(name: str) -> list[str]:
    messages = dns1123_label(name)
    if not messages:
        return []
    text = (
        "metadata.name: this is used in the Pod's hostname, which can result in surprising "
        "behavior; a DNS label is recommended: "
    )
    return [f"{text}[{' '.join(messages)}]"]


RULES = Rules(
    default=default,
    prepare_for_create=prepare_for_create,
    prepare_for_status=status.prepare,
    validate=validate,
    validate_update=validate_update,
    validate_status=status.validate,
    warnings=warn,
    columns=COLUMNS,
    selectable=SELECTABLE,
    delete_returns_object=True,
    graceful=True,
)
